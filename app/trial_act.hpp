// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/trading/lot.hpp"
#include "core/trading/order.hpp"
#include "shell/store/connection.hpp"

/// The acts of a trial: one tiny position each, what is done to it, and what has to become of it.
namespace belay::app {

/// How a position of the trial is made to leave.
enum class Provocation : std::uint8_t {
  none,             ///< time does it
  stop_at_price,    ///< its stop is set beyond the present price
  target_at_price,  ///< its target is set within the present price
  tight_trail,      ///< a trail of a cent
  bracket_taken,    ///< its bracket's orders are cancelled, as if by somebody; once it is back, a person closes
};

struct Act {
  std::string_view name;
  std::string_view claim;  ///< what is shown, in the words of whoever wants to know
  Instrument instrument;
  Direction direction = Direction::long_;
  Strategy strategy = Strategy::swing_trade;
  Provocation provocation = Provocation::none;
  ExitReason expected = ExitReason::stop_loss;
  std::optional<std::int64_t> max_hold_minutes;
  bool bracket = false;
};

enum class ActState : std::uint8_t { unopened, opened, tracked, provoked, restored, left };

/// How far an act has come.
struct Progress {
  Act act;
  ActState state = ActState::unopened;
  std::string trouble;               ///< why it cannot go on; empty while it can
  ClientOrderId entry_id;            ///< of the entry that was sent
  bool may_be_held = false;          ///< the entry was taken, or nobody knows
  std::optional<Order> entry;        ///< as the broker showed it last
  Lot lot;                           ///< as last read
  std::vector<Timestamp> priced_at;  ///< of each pass that priced it

  [[nodiscard]] bool is_over() const { return state == ActState::left || !trouble.empty(); }
};

/// One stock for each of the acts, and `option` for the one that expires; without an option that act is left out.
std::vector<Act> acts_of_trial(const std::optional<Instrument>& option);

/// The entry as a trader would send it, at about that price.
OrderRequest entry_of(const Act& act, Price price, std::string_view run);

/// The row of dispatch_executions as a trader writes it about a filled entry.
StoreResult<void> write_execution(store::Connection& connection, const Act& act, const Order& entry);

/// Changes the position's row as its provocation says; nothing for those that need no row changed.
StoreResult<void> provoke_by_row(store::Connection& connection, const Progress& progress, Price price);

}  // namespace belay::app
