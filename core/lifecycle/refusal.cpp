// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/refusal.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "core/trading/words.hpp"

namespace belay::lifecycle {
namespace {

using namespace std::chrono_literals;

constexpr Words<RefusalKind, 16> kKinds{{"none", "held_shares", "wash_trade", "no_position", "wrong_intent",
                                         "duplicate_id", "rate_limited", "tick", "not_tradable", "market_closed",
                                         "restricted", "keys_refused", "buying_power", "not_permitted", "too_small",
                                         "other"}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// The first entry whose words all occur decides. The words are those of alpaca.md 3.6 and 3.7.
struct Hint {
  std::string_view words;
  std::string_view and_words;
  RefusalKind kind;
};
constexpr std::array kHints{
    Hint{"client_order_id must be unique", "", RefusalKind::duplicate_id},
    Hint{"wash trade", "", RefusalKind::wash_trade},
    Hint{"opposite side", "order exists", RefusalKind::wash_trade},
    Hint{"insufficient qty", "", RefusalKind::held_shares},
    Hint{"position intent mismatch", "", RefusalKind::wrong_intent},
    Hint{"position does not exist", "", RefusalKind::no_position},
    Hint{"position not found", "", RefusalKind::no_position},
    Hint{"cannot be sold short", "", RefusalKind::no_position},
    Hint{"not allowed to short", "", RefusalKind::no_position},
    Hint{"short sell while a long buy order is open", "", RefusalKind::wash_trade},
    Hint{"cannot open", "order is open", RefusalKind::wash_trade},
    Hint{"sub-penny", "", RefusalKind::tick},
    Hint{"minimum pricing criteria", "", RefusalKind::tick},
    Hint{"increment", "", RefusalKind::tick},
    Hint{"tick", "", RefusalKind::tick},
    Hint{"is not tradable", "", RefusalKind::not_tradable},
    Hint{"not active", "", RefusalKind::not_tradable},
    Hint{"halted", "", RefusalKind::not_tradable},
    Hint{"is expired", "", RefusalKind::no_position},
    Hint{"only allowed during market hours", "", RefusalKind::market_closed},
    Hint{"market is closed", "", RefusalKind::market_closed},
    Hint{"not eligible for extended hours", "", RefusalKind::market_closed},
    Hint{"buying power", "", RefusalKind::buying_power},
    Hint{"minimal amount of order", "", RefusalKind::too_small},
    Hint{"notional must be", "", RefusalKind::too_small},
    Hint{"uncovered", "", RefusalKind::not_permitted},
    Hint{"not authorized to trade options", "", RefusalKind::not_permitted},
    Hint{"not eligible", "", RefusalKind::not_permitted},
    Hint{"assignment lock", "", RefusalKind::not_permitted},
    Hint{"pattern day trading", "", RefusalKind::restricted},
    Hint{"account is", "restricted", RefusalKind::restricted},
    Hint{"account", "blocked", RefusalKind::restricted},
    Hint{"trading is", "suspended", RefusalKind::restricted},
    Hint{"not found", "asset", RefusalKind::not_tradable},
    Hint{"not found", "contract", RefusalKind::not_tradable},
    Hint{"symbol not found", "", RefusalKind::not_tradable},
    Hint{"rate limit", "", RefusalKind::rate_limited},
    Hint{"too many requests", "", RefusalKind::rate_limited},
};

constexpr std::int64_t kAccessKeyFailed = 40110000;  // alpaca.md 1
constexpr std::int64_t kDayTrading = 40310100;       // alpaca.md 2
constexpr std::int64_t kNotFound = 40410000;
constexpr std::int64_t kRateLimited = 42910000;

}  // namespace

std::string_view to_text(RefusalKind kind) { return kKinds.text_of(kind); }

RefusalKind classify(int http_status, std::int64_t code, std::string_view message) {
  if (http_status == 401 || code == kAccessKeyFailed) return RefusalKind::keys_refused;
  if (http_status == 429 || code == kRateLimited) return RefusalKind::rate_limited;
  if (code == kDayTrading) return RefusalKind::restricted;
  const std::string text = lower(message);
  const auto hint = std::ranges::find_if(kHints, [&](const Hint& h) {
    return text.find(h.words) != std::string::npos && text.find(h.and_words) != std::string::npos;
  });
  if (hint != kHints.end()) return hint->kind;
  if (text.find("unauthorized") != std::string::npos) return RefusalKind::keys_refused;
  return code == kNotFound ? RefusalKind::no_position : RefusalKind::other;
}

Remedy remedy_of(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::held_shares:
      return {.pause = 0s, .reread = true, .clear_named = true, .other_tactic = false};
    case RefusalKind::wash_trade:
      return {.pause = 0s, .clear_named = true, .other_tactic = false};
    case RefusalKind::no_position:
    case RefusalKind::wrong_intent:
      return {.pause = 2s, .reread = true};
    case RefusalKind::not_tradable:
    case RefusalKind::market_closed:
      return {.pause = 30s, .page = true};
    case RefusalKind::restricted:
    case RefusalKind::keys_refused:
    case RefusalKind::not_permitted:
      return {.pause = 60s, .page = true};
    case RefusalKind::too_small:
      return {.pause = 10min, .page = true};
    case RefusalKind::tick:
    case RefusalKind::buying_power:
    case RefusalKind::other:
      return {.other_tactic = true};
    case RefusalKind::none:
    case RefusalKind::duplicate_id:
    case RefusalKind::rate_limited:
      break;
  }
  return {};
}

}  // namespace belay::lifecycle
