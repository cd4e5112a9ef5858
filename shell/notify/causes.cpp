// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/causes.hpp"

#include <algorithm>
#include <array>

namespace belay::notify {
namespace {

constexpr auto kHappening = Nature::happening;
constexpr auto kStanding = Nature::standing;
constexpr auto kRepeating = Nature::repeating;

constexpr std::string_view kLook = "Look at the position at the broker, and here:";
constexpr std::string_view kLeaveIt = "If it has to go now, close it by hand:";
constexpr std::string_view kExplain = "belay explain {symbol}";
constexpr std::string_view kDirect = "belay close {symbol} --direct --yes";
constexpr std::string_view kGoesOn = "Belay goes on trying.";

constexpr std::array kCauses{
    Cause{"exit_triggered", "leaving a position", kHappening, false,
          "Belay cancels what holds the shares, sends the exit and follows it until the position is flat.", "", ""},
    Cause{"closed", "position closed", kHappening, false, "Nothing is left to do for this position.", "", ""},
    Cause{"expiration_warning", "an option expires soon", kHappening, false, "Belay leaves it when that moment comes.",
          "If it is to go earlier, close it:", "belay close {symbol} --yes"},
    Cause{"bracket_missing", "its bracket is missing", kStanding, true, "", "See what rests and why:", kExplain},
    Cause{"order_failed", "an order failed", kStanding, true, kGoesOn, kLeaveIt, kDirect},
    Cause{"no_exit_side", "nobody bids for it", kStanding, true, kGoesOn, kLook, kExplain},
    Cause{"foreign_order", "somebody else's order is in the way", kStanding, true,
          "Belay leaves what is free, and does not touch the other order.",
          "Cancel that order at the broker, or close the position past it:", kDirect},
    Cause{"spread", "it would uncover a short leg", kStanding, true, "Belay sends nothing for this leg.",
          "Leave the short leg first, at the broker or here:", kExplain},
    Cause{"halted", "trading is halted", kStanding, true, "Belay leaves it as soon as trading is resumed.", kLook,
          kExplain},
    Cause{"carried_over", "not out before the close", kStanding, true, "Belay goes on in the next session.", kLook,
          kExplain},
    Cause{"stale_price", "no price to act on", kStanding, true,
          "No price rule fires until a price can be believed again; time rules go on.", kLook, kExplain},
    Cause{"concern", "not in order", kStanding, true, "", kLook, kExplain},
    Cause{"frozen", "frozen", kStanding, true, "Price rules rest until a person has looked.",
          "When you have looked at quantity and levels:", "belay adopt {symbol} --unfreeze --yes"},
    Cause{"phantom", "not at the broker any more", kStanding, true,
          "Belay looks for the fills that explain it, and closes nothing without evidence.", kLook,
          "belay reconcile --dry-run"},
    Cause{"safe_mode", "safe mode", kStanding, false, "Belay sends no more orders for a while, then goes on by itself.",
          "See what it was about to do:", "belay status"},
    Cause{"orphan", "adopted a position", kHappening, false, "",
          "Say how it is managed from now on:", "belay adopt {symbol} --protect --stop … --yes"},
    Cause{"drift", "fewer than the book says", kHappening, false, "", kLook, "belay reconcile --dry-run"},
    Cause{"assignment", "exercised or assigned", kHappening, false, "", kLook, kExplain},
    Cause{"corporate_action", "a split or spin-off", kHappening, false, "", kLook, kExplain},
    Cause{"renamed", "another symbol", kHappening, false, "", kLook, kExplain},
    Cause{"fill_corrected", "the broker corrected a fill", kHappening, false, "", kLook, "belay events --type alert"},
    Cause{"overfilled", "more was filled than was asked for", kHappening, false, "", kLook, kExplain},
    Cause{"unknown_word", "an answer that Belay does not know", kStanding, true, "", kLook, kExplain},
    Cause{"absurd_number", "an absurd number", kRepeating, false, "Belay goes on with everything else.",
          "See what the records say:", "belay events --type monitor_error"},
    Cause{"command_refused", "a command was refused", kHappening, false, "", "", ""},
    Cause{"execution_quarantined", "an execution is not understood", kHappening, false,
          "It is set aside; what it opened is found at the broker and adopted.",
          "Correct the row where it was written. What is known of it:", "belay events --type monitor_error"},
    Cause{"loss_limit", "the account's loss limit", kHappening, false, "",
          "When you have looked at every position, go on with:", "belay resume --loss-limit --why …"},
    Cause{"broker_unread", "the broker does not answer", kRepeating, false,
          "Belay asks again in each pass. What rests at the broker guards meanwhile.",
          "See whether it is the broker or this machine:", "belay doctor"},
    Cause{"stream_down", "the trading stream is down", kStanding, false, "",
          "See whether it is the keys:", "belay doctor"},
    Cause{"store_down", "the store is down", kRepeating, false,
          "A running service guards from memory and keeps its records until the store is back; a cycle sells nothing.",
          "Bring the database back. What has to go meanwhile, leaves by:", "belay close SYMBOL --direct --yes"},
    Cause{"lock_lost", "another instance has the account", kStanding, false,
          "This instance sends nothing any more; the other one guards.",
          "If that was not meant to be, see who runs:", "belay status"},
    Cause{"loop_late", "the passes are late", kStanding, false, "Belay goes on; exits are followed as before.",
          "See what takes so long:", "belay doctor"},
    Cause{"crash_loop", "it dies again and again", kStanding, false,
          "What watches over Belay starts it again; what rests at the broker guards meanwhile.",
          "See how it ended, in its log, and whether it can do its work:", "belay doctor"},
    Cause{"clock", "the clock is wrong", kStanding, false, "Time rules go by this machine's clock.",
          "Run a time service (chrony, systemd-timesyncd). See how far it is off:", "belay doctor"},
};

constexpr Cause kOther{
    "", "needs a look", Nature::standing, false, "", "See what the records say:", "belay events --type alert"};

}  // namespace

std::span<const Cause> causes() { return kCauses; }

const Cause& cause_of(std::string_view word) {
  const auto found = std::ranges::find(kCauses, word, &Cause::word);
  return found == kCauses.end() ? kOther : *found;
}

}  // namespace belay::notify
