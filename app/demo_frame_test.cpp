// SPDX-License-Identifier: Apache-2.0
#include "app/demo_frame.hpp"

#include <gtest/gtest.h>

#include "core/calendar/new_york.hpp"

namespace belay::app::demonstration {
namespace {

DemoView view_with(std::size_t positions) {
  const DemoScenario scenario = demo_scenario(1);
  DemoView view{.now = scenario.session.open + std::chrono::hours(3),
                .session = scenario.session,
                .pace = "300x",
                .account = {},
                .lots = {},
                .moved = {},
                .happenings = {},
                .rows = positions,
                .where = "http://127.0.0.1:12345"};
  for (std::size_t i = 0; i < positions; ++i) {
    Lot lot;
    lot.id = static_cast<std::int64_t>(i) + 1;
    lot.uid = LotUid("uid" + std::to_string(i));
    lot.instrument = instrument_of("AAPL260220P00250000");
    lot.original_quantity = 12.5_qty;
    lot.entry_price = 464.76_price;
    lot.current_price = 463.665_price;
    lot.stop_loss = 452_price;
    lot.result = -1234.5_usd;
    view.lots.push_back(lot);
  }
  view.happenings.push_back({scenario.session.open, "AAPL 20Feb 250P",
                             "leaves (stop_loss): Stop loss hit: 244.9 <= 245; sold 100 at 244.87, result -504.00",
                             Tone::bad});
  return view;
}

std::string text_of(const std::vector<Line>& frame) {
  std::string text;
  for (const Line& line : frame) text += paint(line, false) + "\n";
  return text;
}

TEST(DemoFrame, FillsAnyTerminalAndNeverMore) {
  for (const DemoSize size : {DemoSize{80, 24}, DemoSize{120, 34}, DemoSize{200, 60}, DemoSize{40, 10}}) {
    const auto frame = demo_frame(view_with(13), size, true);
    EXPECT_EQ(frame.size(), size.rows);
    for (const Line& line : frame) EXPECT_LE(width_of(line), size.columns) << paint(line, false);
  }
}

TEST(DemoFrame, ThirteenPositionsAndTheLatestFitTheSmallestUsualTerminal) {
  const std::string text = text_of(demo_frame(view_with(13), {80, 24}, false));
  EXPECT_EQ(static_cast<int>(text.find("12:30:00 New York") != std::string::npos), 1) << text;
  std::size_t rows = 0;
  for (std::size_t at = text.find("12.5"); at != std::string::npos; at = text.find("12.5", at + 1)) ++rows;
  EXPECT_EQ(rows, 13U) << text;
  EXPECT_NE(text.find("result -504.00"), std::string::npos) << text;
}

TEST(DemoFrame, WhereRoomLacksTheLongestClosedGoFirst) {
  DemoView view = view_with(6);
  view.lots[2].status = LotStatus::closed;
  view.lots[2].closed_at = view.now;
  view.lots[4].status = LotStatus::closed;
  view.lots[4].closed_at = view.session.open;
  view.lots[2].instrument = instrument_of("LATER");
  view.lots[4].instrument = instrument_of("EARLIER");
  const std::string text = text_of(demo_frame(view, {120, 15}, false));
  EXPECT_NE(text.find("LATER "), std::string::npos) << text;
  EXPECT_EQ(text.find("EARLIER "), std::string::npos) << text;
}

TEST(DemoFrame, TheNearerLevelIsShownWithItsDistanceOnNarrowTerminals) {
  const std::string text = text_of(demo_frame(view_with(1), {80, 24}, false));
  EXPECT_NE(text.find("stop 452.00 2.5%"), std::string::npos) << text;
}

TEST(DemoText, MoneyIsReadable) {
  EXPECT_EQ(money_text(-1234567.895_usd), "-1,234,567.90");
  EXPECT_EQ(money_text(-512_usd), "-512.00");
  EXPECT_EQ(result_text(1000_usd), "+1,000.00");
  EXPECT_EQ(result_text(Money{}), "0.00");
  EXPECT_EQ(exact_result_text(6.875_usd), "+6.875");
  EXPECT_EQ(exact_result_text(-512_usd), "-512.00 ");
  EXPECT_EQ(cents_text(2.615_price), "2.62");
}

TEST(DemoText, AnOptionIsNamedAsPeopleSayIt) {
  EXPECT_EQ(label(instrument_of("AAPL260220P00250000")), "AAPL 20Feb 250P");
  EXPECT_EQ(label(instrument_of("WMT")), "WMT");
}

TEST(DemoText, WrapsBetweenWordsAndClipsWithAMark) {
  EXPECT_EQ(wrap("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("unbroken", 4), (std::vector<std::string>{"unbr", "oken"}));
  EXPECT_EQ(clip("━━━━━", 4), "━━..");
  EXPECT_EQ(clip("short", 5), "short");
}

TEST(DemoText, PaintsOnlyWhereColoursAreWanted) {
  const Line line{{"up", Tone::good}, {" plain", Tone::plain}};
  EXPECT_EQ(paint(line, false), "up plain");
  EXPECT_EQ(paint(line, true), "\x1b[32mup\x1b[0m plain");
}

}  // namespace
}  // namespace belay::app::demonstration
