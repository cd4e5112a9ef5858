// SPDX-License-Identifier: Apache-2.0
#include "shell/report/gap_risk.hpp"

#include <gmock/gmock.h>

#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "shell/report/page.hpp"
#include "shell/report/text.hpp"

namespace belay::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Timestamp at(const char* text) { return parse_timestamp(text).value(); }
const Timestamp kBeforeClose = at("2026-01-26T15:50:00-05:00");  // a Monday

struct GapRiskTest : ::testing::Test {
  engine::State state;

  Lot& hold(const std::string& symbol, Quantity quantity, Price price) {
    Lot& lot = state.lots[LotUid(symbol)];
    lot.uid = LotUid(symbol);
    lot.instrument = instrument_of(symbol);
    lot.original_quantity = lot.quantity = quantity;
    lot.multiplier = lot.instrument.option ? 100 : 1;
    lot.entry_price = lot.current_price.emplace(price);
    lot.guards.protection = Protection::local_rule;
    return lot;
  }
  void rest_stop(Lot& lot, Quantity quantity, TimeInForce life, OrderStatus status = OrderStatus::accepted) {
    lot.stop_order_id = OrderId("stop of " + lot.uid.text());
    lot.guards.protection = Protection::resting_order;
    Order order;
    order.id = *lot.stop_order_id;
    order.symbol = lot.instrument.symbol;
    order.type = OrderType::stop;
    order.time_in_force = life;
    order.quantity = quantity;
    order.status = status;
    state.broker.orders[order.id] = order;
  }
  [[nodiscard]] GapRisk risk() const { return gap_risk(state, kBeforeClose); }
};

TEST_F(GapRiskTest, OfNothingIsNothing) {
  EXPECT_EQ(headline(risk()), "Nothing stays overnight, until Jan 27 09:30.");
  EXPECT_EQ(text_lines(risk()).size(), 1U);
}

TEST_F(GapRiskTest, AStopThatOutlivesTheSessionIsEnough) {
  rest_stop(hold("AAPL", 10_qty, 200_price), 10_qty, TimeInForce::gtc);
  const GapRisk found = risk();
  EXPECT_EQ(found.stay, 1);
  EXPECT_EQ(found.bare, 0);
  EXPECT_EQ(found.value, 2000_usd);
  EXPECT_THAT(found.positions[0].warnings, IsEmpty());
  EXPECT_EQ(guard_words(found.positions[0]), "stop, GTC");
}

TEST_F(GapRiskTest, ADayOrderEndsWithTheSession) {
  rest_stop(hold("AAPL", 10_qty, 200_price), 10_qty, TimeInForce::day);
  EXPECT_EQ(risk().bare, 1);
  EXPECT_THAT(risk().positions[0].warnings, ElementsAre(HasSubstr("DAY order")));
}

TEST_F(GapRiskTest, AStopForAPartOrADeadOneIsNone) {
  rest_stop(hold("AAPL", 10_qty, 200_price), 6_qty, TimeInForce::gtc);
  rest_stop(hold("MSFT", 10_qty, 200_price), 10_qty, TimeInForce::gtc, OrderStatus::canceled);
  EXPECT_EQ(risk().bare, 2);
}

TEST_F(GapRiskTest, WhatLeavesBeforeTheCloseStaysNot) {
  hold("AAPL", 10_qty, 200_price);
  hold("MSFT", 10_qty, 100_price);
  state.deadlines.set(LotUid("AAPL"), at("2026-01-26T15:55:00-05:00"));
  state.deadlines.set(LotUid("MSFT"), at("2026-01-27T09:30:00-05:00"));
  const GapRisk found = risk();
  ASSERT_THAT(found.positions, SizeIs(2));
  EXPECT_EQ(found.positions[0].symbol, "MSFT") << "those that stay come first";
  EXPECT_EQ(stays_words(found.positions[0]), "until Jan 27 09:30");
  EXPECT_EQ(stays_words(found.positions[1]), "leaves 15:55");
  EXPECT_EQ(found.value, 1000_usd);
}

TEST_F(GapRiskTest, AnOptionThatExpiresBeforeTheNextDayIsOverSaysSo) {
  hold("AAPL260127C00200000", 3_qty, 2_price);
  const GapRisk found = risk();
  EXPECT_EQ(found.value, 600_usd) << "with its multiplier";
  EXPECT_THAT(found.positions[0].warnings, ::testing::Contains("it expires on 2026-01-27"));
}

TEST_F(GapRiskTest, OnAFridayTheNextOpenIsMondays) {
  EXPECT_EQ(headline(gap_risk(state, at("2026-01-23T15:50:00-05:00"))), "Nothing stays overnight, until Jan 26 09:30.");
}

TEST_F(GapRiskTest, AShortIsWorthWhatItIs) {
  hold("AAPL", 10_qty, 200_price).direction = Direction::short_;
  EXPECT_EQ(risk().value, 2000_usd);
  EXPECT_THAT(json::write(to_json(risk())), HasSubstr("\"side\":\"short\""));
}

TEST_F(GapRiskTest, IsAMessageOnceForEachSession) {
  hold("AAPL", 10_qty, 200_price);
  state.account = "main";
  const Message message = gap_risk_message(risk());
  EXPECT_EQ(message.id, "gap-risk-main-2026-01-26");
  EXPECT_THAT(message.subject, HasSubstr("1 position stays overnight"));
  EXPECT_THAT(message.html, HasSubstr("AAPL"));
  EXPECT_THAT(message.text, HasSubstr("no stop rests at the broker"));
}

TEST(Due, InTheLastTenMinutesAndAQuarterOfAnHourAfterwards) {
  EXPECT_FALSE(is_gap_risk_due(at("2026-01-26T15:49:59-05:00")));
  EXPECT_TRUE(is_gap_risk_due(at("2026-01-26T15:50:00-05:00")));
  EXPECT_FALSE(is_gap_risk_due(at("2026-01-26T16:00:00-05:00")));
  EXPECT_TRUE(is_gap_risk_due(at("2026-11-27T12:55:00-05:00"))) << "half a day";
  EXPECT_FALSE(is_gap_risk_due(at("2026-01-24T15:55:00-05:00"))) << "Saturday";
  EXPECT_FALSE(is_daily_report_due(at("2026-01-26T16:14:59-05:00")));
  EXPECT_TRUE(is_daily_report_due(at("2026-01-26T16:15:00-05:00")));
  EXPECT_FALSE(is_daily_report_due(at("2026-01-27T00:00:00-05:00"))) << "another day";
}

// ---- the day's page and mail, with what they must never do

Material a_day(const std::string& symbol) {
  Lot lot;
  lot.uid = LotUid("a");
  lot.account = "main";
  lot.instrument = instrument_of("AAPL");
  lot.instrument.symbol = symbol;
  lot.original_quantity = 10_qty;
  lot.entry_price = 100_price;
  lot.entry_time = at("2026-01-26T10:00:00-05:00");
  lot.status = LotStatus::closed;
  lot.close_reason = ExitReason::stop_loss;
  lot.closed_at = at("2026-01-26T11:00:00-05:00");
  lot.exit_price = 94.90_price;
  lot.realised_result = -51_usd;
  return {.lots = {{lot, std::nullopt}}, .triggers = {}, .passes = {}};
}

const Days kMonday{parse_date("2026-01-26").value(), parse_date("2026-01-26").value()};

TEST(Page, ForeignTextStaysText) {
  const std::string page = html_page(make_report(a_day("<script>alert(1)</script>"), "", kMonday, kBeforeClose));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
}

TEST(Page, NeedsNothingFromElsewhere) {
  const std::string page = html_page(make_report(a_day("AAPL"), "", kMonday, kBeforeClose));
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("-$51.00"));
}

TEST(Mail, BringsItsPicturesAlong) {
  const Message mail = daily_report_message(make_report(a_day("AAPL"), "main", kMonday, kBeforeClose));
  EXPECT_EQ(mail.id, "report-main-2026-01-26");
  EXPECT_EQ(mail.subject, "Belay: -$51.00 on Jan 26, 1 position closed (main)");
  ASSERT_THAT(mail.pictures, SizeIs(2)) << "by reason and holding times; of one trade there is no curve";
  for (const Picture& picture : mail.pictures) {
    EXPECT_THAT(mail.html, HasSubstr("cid:" + picture.id + "\""));
    EXPECT_THAT(picture.png, HasSubstr("PNG"));
  }
  EXPECT_THAT(mail.text, HasSubstr("stop loss"));
}

TEST(Report, OfSeveralAccountsBeginsWithAllOfThem) {
  Material material = a_day("AAPL");
  material.lots.push_back(material.lots.front());
  material.lots.back().lot.account = "other";
  const Report all = make_report(material, "", kMonday, kBeforeClose);
  ASSERT_THAT(all.parts, SizeIs(3));
  EXPECT_EQ(all.parts[0].account, "");
  EXPECT_EQ(all.parts[0].result, -102_usd);
  EXPECT_EQ(all.parts[2].account, "other");
  EXPECT_THAT(make_report(material, "other", kMonday, kBeforeClose).parts, SizeIs(1));
  EXPECT_THAT(make_report({}, "", kMonday, kBeforeClose).parts, SizeIs(1)) << "of nobody there is a report too";
}

TEST(Report, IsJsonThatCanBeReadBack) {
  const auto day = json::parse(json::write(to_json(figures(a_day("AAPL"), "main", kMonday))));
  ASSERT_TRUE(day.has_value());
  EXPECT_EQ(*day->find("result")->as_string(), "-51");
  EXPECT_EQ(day->find("average_hold_seconds")->as_int64(), 3600);
  EXPECT_TRUE(day->find("fees")->is_null());
  EXPECT_TRUE(day->find("health")->find("guard_rate")->is_null());
  EXPECT_EQ(*day->find("trades")->as_array()->at(0).find("exit_price")->as_string(), "94.9");
}

}  // namespace
}  // namespace belay::report
