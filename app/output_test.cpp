// SPDX-License-Identifier: Apache-2.0
// What others script against: docs/operating/contract.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/json_shapes.hpp"
#include "app/nearest.hpp"
#include "app/pass_output.hpp"
#include "app/text_values.hpp"
#include "app/texts.hpp"
#include "shell/json/write.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;
using runtime::PassReport;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

PassReport eventful() {
  PassReport report;
  report.positions = 3;
  report.checked = 2;
  report.unchecked.push_back({7, "GME", "no price"});
  runtime::ExitLine exit;
  exit.position_id = 4;
  exit.symbol = "AAPL";
  exit.side = Side::sell;
  exit.reason = ExitReason::stop_loss;
  exit.reasons = {ExitReason::stop_loss, ExitReason::max_hold_time};
  exit.requested = 10_qty;
  exit.filled = 2.5_qty;
  exit.fill_price = 94.98_price;
  exit.state = "working";
  exit.client_order_id = ClientOrderId("blx-0123-x1");
  exit.order_id = OrderId("o-1");
  report.exits.push_back(exit);
  report.adopted.push_back({"TSLA", Quantity::whole(-3), "watch"});
  report.trading_calls = 4;
  report.data_calls = 2;
  report.store_statements = 9;
  report.duration = 31ms;
  report.errors = {"broker: slow"};
  return report;
}

TEST(CycleJson, HasExactlyTheKeysOfTheContract) {
  EXPECT_EQ(
      json::write(to_json(eventful())),
      R"({"positions":3,"checked":2,"unchecked":[{"id":7,"symbol":"GME","why":"no price"}],)"
      R"("exits":[{"position_id":4,"symbol":"AAPL","side":"sell","reason":"stop_loss",)"
      R"("reasons":["stop_loss","max_hold_time"],"requested_qty":"10","filled_qty":"2.5","fill_price":"94.98",)"
      R"("state":"working","client_order_id":"blx-0123-x1","order_id":"o-1"}],)"
      R"("adopted":[{"symbol":"TSLA","quantity":"-3","policy":"watch"}],)"
      R"("broker_calls":{"trading":4,"data":2},"store_statements":9,"duration_ms":31,"errors":["broker: slow"]})");
}

TEST(CycleJson, WhatIsNotKnownIsNull) {
  PassReport report;
  report.exits.emplace_back();
  const json::Value object = to_json(report);
  const json::Value& exit = object.find("exits")->as_array()->front();
  EXPECT_TRUE(exit.find("fill_price")->is_null());
  EXPECT_TRUE(exit.find("order_id")->is_null());
  EXPECT_TRUE(exit.find("client_order_id")->is_null());
}

TEST(ExitCodes, SayHowAPassWent) {
  const auto with = [](Failure failure) {
    PassReport report;
    report.failure = failure;
    return report;
  };
  EXPECT_EQ(exit_code(PassReport()), 0);
  EXPECT_EQ(exit_code(eventful()), 1);
  EXPECT_EQ(exit_code(with(Failure::configuration)), 2);
  EXPECT_EQ(exit_code(with(Failure::store)), 3);
  EXPECT_EQ(exit_code(with(Failure::broker)), 4);
  EXPECT_EQ(exit_code(with(Failure::locked)), 5);
}

TEST(ExitCodes, SayWhatStoreAndBrokerRefused) {
  EXPECT_EQ(exit_code(StoreError{StoreError::Kind::unavailable, ""}), 3);
  EXPECT_EQ(exit_code(StoreError{StoreError::Kind::newer_schema, ""}), 3);
  EXPECT_EQ(exit_code(StoreError{StoreError::Kind::foreign, ""}), 2);
  EXPECT_EQ(exit_code(BrokerError{.kind = BrokerError::Kind::unauthorized, .message = {}, .related_orders = {}}), 4);
  EXPECT_EQ(exit_code(BrokerError{.kind = BrokerError::Kind::unknown, .message = {}, .related_orders = {}}), 4);
  EXPECT_EQ(exit_code(BrokerError{.kind = BrokerError::Kind::rejected, .message = {}, .related_orders = {}}), 1);
}

TEST(EventJson, CarriesItsDataAsAnObject) {
  const StoredEvent event{5, 2, "closed", R"({"reason":"stop_loss","final_price":94.5})", {1'769'457'600'000'000'000}};
  EXPECT_EQ(json::write(event_json(event)),
            R"({"id":5,"position_id":2,"event_type":"closed",)"
            R"("event_data":{"reason":"stop_loss","final_price":94.5},"created_at":"2026-01-26T20:00:00Z"})");
  const StoredEvent about_the_account{6, std::nullopt, "alert", "", {}};
  EXPECT_TRUE(event_json(about_the_account).find("position_id")->is_null());
  EXPECT_TRUE(event_json(about_the_account).find("event_data")->is_object());
}

TEST(PositionJson, HasTheColumnsAndAccountAndSymbol) {
  Lot lot;
  lot.id = 3;
  lot.account = "default";
  lot.instrument = instrument_of("AAPL");
  lot.quantity = lot.original_quantity = 10_qty;
  lot.entry_price = 100.5_price;
  lot.stop_loss = 95_price;
  const json::Value object = position_json(lot);
  EXPECT_EQ(*object.find("id")->as_int64(), 3);
  EXPECT_EQ(*object.find("account")->as_string(), "default");
  EXPECT_EQ(*object.find("symbol")->as_string(), "AAPL");
  EXPECT_EQ(*object.find("entry_price")->as_string(), "100.5");
  EXPECT_EQ(*object.find("stop_loss")->as_string(), "95");
  EXPECT_TRUE(object.find("take_profit")->is_null());
  for (const char* column : {"ticker",
                             "instrument_type",
                             "strategy_type",
                             "side",
                             "quantity",
                             "entry_time",
                             "strike_price",
                             "expiration_date",
                             "max_hold_minutes",
                             "bracket_order_accepted",
                             "stop_order_id",
                             "target_order_id",
                             "current_price",
                             "current_pnl_dollars",
                             "current_pnl_percent",
                             "last_checked_at",
                             "check_count",
                             "status",
                             "close_reason",
                             "closed_at",
                             "uid"}) {
    EXPECT_NE(object.find(column), nullptr) << column;
  }
}

TEST(Spans, AreReadWithTheirUnit) {
  EXPECT_EQ(parse_duration("40"), Duration(40s));
  EXPECT_EQ(parse_duration("250ms"), Duration(250ms));
  EXPECT_EQ(parse_duration("5m"), Duration(5min));
  EXPECT_EQ(parse_duration("2h"), Duration(2h));
  EXPECT_EQ(parse_duration("1d"), Duration(24h));
  for (const char* wrong : {"", "s", "-5s", "5 s", "1h30m", "5y", "99999999999999999999s", "99999999d"}) {
    EXPECT_FALSE(parse_duration(wrong).has_value()) << wrong;
  }
}

TEST(Spans, AreShownInTheirTwoCoarsestUnits) {
  EXPECT_EQ(duration_text(0s), "0 s");
  EXPECT_EQ(duration_text(59s), "59 s");
  EXPECT_EQ(duration_text(60s), "1 min");
  EXPECT_EQ(duration_text(3725s), "1 h 2 min");
  EXPECT_EQ(duration_text(50h), "2 d 2 h");
}

TEST(Texts, RoundMoneyToTheCentAndSignIt) {
  EXPECT_EQ(money_text(12.345_usd), "+12.34");
  EXPECT_EQ(money_text(-12.346_usd), "-12.35");
  EXPECT_EQ(money_text(Money()), "0.00");
  EXPECT_EQ(money_text(std::nullopt), "-");
  EXPECT_EQ(percent_text(5.0_ratio), "+5.00 %");
  EXPECT_EQ(price_text(229.084_price), "229.084");
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::string_view known[] = {"cycle", "close", "explain", "status"};
  EXPECT_EQ(nearest("cylce", known), "cycle");
  EXPECT_EQ(nearest("Explian", known), "explain");
  EXPECT_EQ(nearest("zzzzzzzz", known), "");
  EXPECT_EQ(did_you_mean("stats", known), ", did you mean \"status\"?");
  EXPECT_EQ(did_you_mean("zzzzzzzz", known), "");
}

TEST(Tables, AlignTheirColumns) {
  Table table({{"ID", Table::Align::right}, {"NAME"}, {"NOTE"}});
  table.add({"7", "é", ""});
  table.add({"12", "abcde", "x"});
  EXPECT_THAT(table.lines(), ElementsAre("ID  NAME   NOTE", " 7  é", "12  abcde  x"));
}

}  // namespace
}  // namespace belay::app
