// SPDX-License-Identifier: Apache-2.0
// Every refusal of alpaca.md 3.6 and 3.7 that an exit can meet, by its code and words: F4.
#include "core/lifecycle/refusal.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace belay::lifecycle {
namespace {

struct Case {
  int status;
  std::int64_t code;
  std::string_view message;
  RefusalKind kind;
};

TEST(Refusals, F4EachOneOfTheCatalogueIsClassified) {
  using enum RefusalKind;
  for (const Case& c : {
           Case{403, 40310000, "insufficient qty available for order (requested: 35, available: 0)", held_shares},
           Case{403, 40310000, "potential wash trade detected. use complex orders", wash_trade},
           Case{403, 40310000, "cannot open a short sell while a long buy order is open", wash_trade},
           Case{403, 40310000, "insufficient buying power", buying_power},
           Case{403, 40310000, "insufficient options buying power", buying_power},
           Case{403, 40310000, "cost basis must be >= minimal amount of order 1", too_small},
           Case{422, 42210000, "notional must be >= 1.00", too_small},
           Case{403, 40310000, "account not allowed to short", no_position},
           Case{422, 42210000, "asset \"X\" cannot be sold short", no_position},
           Case{422, 42210000, "fractional orders cannot be sold short", no_position},
           Case{403, 40310000, "account not eligible for level2 options trading", not_permitted},
           Case{403, 40310000, "account not authorized to trade options", not_permitted},
           Case{403, 40310000, "account not eligible to trade uncovered option contracts", not_permitted},
           Case{403, 40310000, "active assignment lock on S, cannot close all long options", not_permitted},
           Case{403, 40310100, "trade denied due to pattern day trading protection", restricted},
           Case{403, 40310000, "account is restricted to liquidation only", restricted},
           Case{404, 40410000, "position does not exist", no_position},
           Case{404, 40410000, "symbol not found: X", not_tradable},
           Case{422, 40010001, "client_order_id must be unique", duplicate_id},
           Case{422, 40010001, "invalid order type", other},
           Case{422, 42210000, "asset \"X\" not found", not_tradable},
           Case{422, 42210000, "asset \"X\" is not tradable", not_tradable},
           Case{422, 42210000, "contract \"S\" is not tradable", not_tradable},
           Case{422, 42210000, "contract \"S\" is expired", no_position},
           Case{422, 42210000, "position intent mismatch, inferred: sell_to_open, specified: sell_to_close",
                wrong_intent},
           Case{422, 42210000, "options market orders are only allowed during market hours", market_closed},
           Case{422, 42210000,
                "invalid limit_price 9.001. sub-penny increment does not fulfill minimum pricing criteria", tick},
           Case{401, 0, "unauthorized.", keys_refused},
           Case{0, 0, "unauthorized.", keys_refused},
           Case{0, 40110000, "access key verification failed : access key not found", keys_refused},
           Case{429, 42910000, "rate limit exceeded", rate_limited},
           Case{429, 0, "too many requests", rate_limited},
           Case{422, 42210000, "something that nobody has seen before", other},
           Case{403, 0, "", other},
       }) {
    EXPECT_EQ(to_text(classify(c.status, c.code, c.message)), to_text(c.kind)) << c.message;
  }
}

TEST(Refusals, NoneIsAnsweredInATightLoopAndOnlyWhatIsOursIsCleared) {
  for (const RefusalKind kind : {RefusalKind::restricted, RefusalKind::keys_refused, RefusalKind::not_permitted}) {
    EXPECT_GE(remedy_of(kind).pause, std::chrono::seconds(60)) << to_text(kind);
    EXPECT_TRUE(remedy_of(kind).page) << to_text(kind);
    EXPECT_FALSE(remedy_of(kind).other_tactic) << to_text(kind);
  }
  EXPECT_TRUE(remedy_of(RefusalKind::held_shares).clear_named);
  EXPECT_TRUE(remedy_of(RefusalKind::wash_trade).clear_named);
  EXPECT_TRUE(remedy_of(RefusalKind::no_position).reread);
  EXPECT_TRUE(remedy_of(RefusalKind::wrong_intent).reread);
}

}  // namespace
}  // namespace belay::lifecycle
