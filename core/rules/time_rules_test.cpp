// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "core/rules/situation.hpp"

namespace belay::rules {
namespace {

using testing_stage::Stage;
using State = Verdict::State;

struct Moment {
  const char* entered;
  const char* now;
  bool leaves;
};

class DayTrade : public testing::TestWithParam<Moment> {};
INSTANTIATE_TEST_SUITE_P(
    Moments, DayTrade,
    testing::Values(Moment{"2026-01-26T14:00:00-05:00", "2026-01-26T15:54:59.999-05:00", false},
                    Moment{"2026-01-26T14:00:00-05:00", "2026-01-26T15:55:00-05:00", true},
                    Moment{"2026-01-26T14:00:00-05:00", "2026-01-26T20:00:00-05:00", true},  // missed: still holds
                    Moment{"2026-01-26T14:00:00-05:00", "2026-01-27T08:00:00-05:00", true},
                    Moment{"2026-01-26T15:57:00-05:00", "2026-01-26T15:57:01-05:00", true},
                    Moment{"2026-11-27T10:00:00-05:00", "2026-11-27T12:54:59-05:00", false},  // half day
                    Moment{"2026-11-27T10:00:00-05:00", "2026-11-27T12:55:00-05:00", true},
                    Moment{"2026-01-26T18:00:00-05:00", "2026-01-27T15:54:59-05:00", false},  // after hours: the next
                    Moment{"2026-01-26T18:00:00-05:00", "2026-01-27T15:55:00-05:00", true},
                    Moment{"2026-01-24T12:00:00-05:00", "2026-01-26T15:54:00-05:00", false},  // a Saturday
                    Moment{"2026-01-26T07:00:00-05:00", "2026-01-26T15:55:00-05:00", true},   // before the open
                    Moment{"2026-03-09T10:00:00-04:00", "2026-03-09T19:54:59Z", false},       // the Monday after the
                    Moment{"2026-03-09T10:00:00-04:00", "2026-03-09T19:55:00Z", true},        // clocks changed
                    Moment{"2026-11-02T10:00:00-05:00", "2026-11-02T20:54:59Z", false},
                    Moment{"2026-11-02T10:00:00-05:00", "2026-11-02T20:55:00Z", true}));

TEST_P(DayTrade, LeavesFiveMinutesBeforeTheCloseOfItsSession) {
  Stage s;
  s.lot.strategy = Strategy::day_trade;
  s.entered(GetParam().entered).at(GetParam().now);
  EXPECT_EQ(s.holds(day_trade_close), GetParam().leaves) << GetParam().now;
  s.lot.strategy = Strategy::swing_trade;
  EXPECT_EQ(s.ask(day_trade_close).state, State::off);
}

struct Expiry {
  const char* symbol;
  const char* due;
};
class ExpirationRisk : public testing::TestWithParam<Expiry> {};
INSTANTIATE_TEST_SUITE_P(Expirations, ExpirationRisk,
                         testing::Values(Expiry{"AAPL260130C00200000", "2026-01-29T09:30:00-05:00"},  // Friday
                                         Expiry{"AAPL260126P00200000", "2026-01-23T09:30:00-05:00"},  // Monday
                                         Expiry{"AAPL260120C00200000", "2026-01-16T09:30:00-05:00"},  // after a holiday
                                         Expiry{"AAPL130119C00500000", "2013-01-17T09:30:00-05:00"}));  // Saturday

TEST_P(ExpirationRisk, HoldsFromTheOpenOfTheSessionBeforeExpiryOn) {
  Stage s;
  s.is(GetParam().symbol).entered("2013-01-02T10:00:00-05:00");
  const Timestamp due = parse_timestamp(GetParam().due).value();
  s.now = due - std::chrono::nanoseconds(1);
  EXPECT_EQ(s.ask(expiration_risk).state, State::waits);
  EXPECT_EQ(s.ask(expiration_risk).due, due);
  s.now = due;
  EXPECT_TRUE(s.holds(expiration_risk));
  s.now = due + std::chrono::hours(24 * 30);
  EXPECT_TRUE(s.holds(expiration_risk));
}

TEST(ExpirationRisk, IsNothingForStock) { EXPECT_EQ(Stage().ask(expiration_risk).state, State::off); }

TEST(ExpirationRisk, SparesADayTradeOpenedAfterThatMomentUntilAnHourBeforeTheClose) {
  Stage s;
  s.lot.strategy = Strategy::day_trade;
  s.is("AAPL260130C00200000").entered("2026-01-30T10:00:00-05:00");
  s.at("2026-01-30T14:59:59-05:00");
  EXPECT_FALSE(s.holds(expiration_risk));
  EXPECT_FALSE(s.holds(day_trade_close));
  s.at("2026-01-30T15:00:00-05:00");
  EXPECT_TRUE(s.holds(expiration_risk));

  s.entered("2026-01-29T10:00:00-05:00").at("2026-01-29T15:55:00-05:00");
  EXPECT_FALSE(s.holds(expiration_risk));
  EXPECT_TRUE(s.holds(day_trade_close));

  s.lot.strategy = Strategy::swing_trade;
  s.at("2026-01-29T10:00:01-05:00");
  EXPECT_TRUE(s.holds(expiration_risk)) << "only a day trade is spared";
}

TEST(MaxHoldTime, HoldsFromItsMinuteOn) {
  Stage s;
  s.lot.max_hold_minutes = 60;
  s.entered("2026-01-26T10:00:00-05:00").at("2026-01-26T10:59:59.999-05:00");
  EXPECT_EQ(s.ask(max_hold_time).state, State::waits);
  s.at("2026-01-26T11:00:00-05:00");
  EXPECT_TRUE(s.holds(max_hold_time));
  s.at("2026-02-26T11:00:00-05:00");
  EXPECT_TRUE(s.holds(max_hold_time));
}

TEST(MaxHoldTime, NoneZeroNegativeAndHugeAreOff) {
  for (const std::optional<std::int64_t> minutes :
       {std::optional<std::int64_t>(), std::optional<std::int64_t>(0), std::optional<std::int64_t>(-30),
        std::optional(std::numeric_limits<std::int64_t>::max()),
        std::optional(std::numeric_limits<std::int64_t>::min())}) {
    Stage s;
    s.lot.max_hold_minutes = minutes;
    s.at("2030-01-26T11:00:00-05:00");
    EXPECT_EQ(s.ask(max_hold_time).state, State::off);
  }
}

}  // namespace
}  // namespace belay::rules
