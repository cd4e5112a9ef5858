// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/us_options.hpp"

#include <gtest/gtest.h>

namespace belay::calendar {
namespace {

using namespace std::chrono_literals;

struct Expiry {
  const char* what;
  Date expiration;
  Date expiry_session;
  Date session_before;
};

class AnExpiration : public testing::TestWithParam<Expiry> {};

TEST_P(AnExpiration, HasItsSessions) {
  const UsEquities equities;
  EXPECT_EQ(expiry_session(equities, GetParam().expiration).date, GetParam().expiry_session);
  EXPECT_EQ(session_before_expiry(equities, GetParam().expiration).date, GetParam().session_before);
}

INSTANTIATE_TEST_SUITE_P(
    Of, AnExpiration,
    testing::Values(Expiry{"FridayIsLeftOnThursday", 2026y / 1 / 30, 2026y / 1 / 30, 2026y / 1 / 29},
                    Expiry{"MondayIsLeftOnFriday", 2026y / 1 / 26, 2026y / 1 / 26, 2026y / 1 / 23},
                    Expiry{"SaturdayOfOldIsLeftOnThursday", 2014y / 6 / 21, 2014y / 6 / 20, 2014y / 6 / 19},
                    Expiry{"GoodFridayExpiresOnThursday", 2025y / 4 / 18, 2025y / 4 / 17, 2025y / 4 / 16},
                    Expiry{"SaturdayAfterGoodFriday", 2014y / 4 / 19, 2014y / 4 / 17, 2014y / 4 / 16},
                    Expiry{"JuneteenthOnAFriday", 2026y / 6 / 19, 2026y / 6 / 18, 2026y / 6 / 17},
                    Expiry{"TuesdayAfterAHolidayIsLeftOnFriday", 2026y / 1 / 20, 2026y / 1 / 20, 2026y / 1 / 16},
                    Expiry{"HalfDay", 2025y / 11 / 28, 2025y / 11 / 28, 2025y / 11 / 26}),
    [](const auto& tested) { return std::string(tested.param.what); });

TEST(OptionExpiry, FollowsTheBrokersCalendar) {
  UsEquities equities;
  ASSERT_TRUE(equities.apply_broker_calendar(2026y / 1 / 30, 2026y / 1 / 30, {}));  // that Friday stays closed
  EXPECT_EQ(expiry_session(equities, 2026y / 1 / 30).date, 2026y / 1 / 29);
  EXPECT_EQ(session_before_expiry(equities, 2026y / 1 / 30).date, 2026y / 1 / 28);
}

TEST(OptionExpiry, IsLeftAtTheOpenAndEndsAtTheClose) {
  const UsEquities equities;
  EXPECT_EQ(session_before_expiry(equities, 2026y / 1 / 30).open, parse_timestamp("2026-01-29T14:30:00Z").value());
  EXPECT_EQ(expiry_session(equities, 2025y / 11 / 28).close, parse_timestamp("2025-11-28T18:00:00Z").value());
}

}  // namespace
}  // namespace belay::calendar
