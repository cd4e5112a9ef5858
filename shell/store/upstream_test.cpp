// SPDX-License-Identifier: Apache-2.0
// What upstream wrote, in the shapes in which it writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::must;

class Upstream : public testing::StoreTest {
 protected:
  /// The plan's shape, with one good row that the given assignments spoil.
  void insert(const std::string& columns, const std::string& values) {
    database.run("INSERT INTO dispatch_executions (" + columns + ") VALUES (" + values + ")");
  }
  StoredBook load(const std::vector<std::string>& aliases = {}) { return must(store->load("main", aliases)); }
  std::string migrated() { return must(store->migrate()).upstream; }

  /// The other shape, as its own migrations build it.
  void create_uuid_shape() {
    const std::string json = sqlite() ? "text" : "jsonb";
    const std::string uuid = sqlite() ? "text" : "uuid";
    database.run(
        "CREATE TABLE dispatch_executions (execution_id " + uuid +
        " PRIMARY KEY, recommendation_id bigint NOT NULL, ticker text NOT NULL, action text NOT NULL, decision_ts "
        "timestamptz NOT NULL, simulated_ts timestamptz NOT NULL, entry_price numeric(18,8) NOT NULL, qty "
        "numeric(18,8) NOT NULL, stop_loss_price numeric(18,8), take_profit_price numeric(18,8), max_hold_minutes "
        "int, execution_mode text, sim_json " +
        json +
        " NOT NULL, instrument_type text DEFAULT 'STOCK', strike_price numeric(10,2), expiration_date date, "
        "option_symbol text, strategy_type text, side varchar(10) DEFAULT 'long', status varchar(20) DEFAULT "
        "'PENDING', broker_order_id varchar(100), stop_order_id varchar(100), target_order_id varchar(100), "
        "executed_at timestamp, filled_qty numeric(12,4), account_name varchar(50) DEFAULT 'large')");
  }
  void insert_uuid_row(int n, const std::string& columns, const std::string& values) {
    database.run(
        "INSERT INTO dispatch_executions (execution_id, recommendation_id, ticker, action, decision_ts, "
        "simulated_ts, entry_price, qty, sim_json, " +
        columns + ") VALUES ('5b1f6e0e-0000-4000-8000-00000000000" + std::to_string(n) + "', " + std::to_string(n) +
        ", 'AAPL', 'BUY_CALL', '2026-01-26 14:29:59+00', '2026-01-26 14:30:00+00', 2.5, 3, '{\"order_id\": "
        "\"order-" +
        std::to_string(n) + "\"}', " + values + ")");
  }
};
BELAY_ON_BOTH_DATABASES(Upstream);

constexpr const char* kPlain = "ticker, side, quantity, entry_price, entry_time, status";

TEST_P(Upstream, WithoutATableThePlansIsMade) {
  EXPECT_EQ(migrated(), "created");
  EXPECT_EQ(migrated(), "integer id");
}

TEST_P(Upstream, RowsOfThePlansShapeAreRead) {
  migrated();
  insert(
      "account_name, ticker, instrument_type, strategy_type, side, quantity, entry_price, entry_time, strike_price, "
      "expiration_date, stop_loss, take_profit, max_hold_minutes, bracket_order_accepted, broker_order_id, status",
      "'main', 'aapl', 'CALL', 'day_trade', 'long', '2', '3.25', '2026-01-26T14:30:00Z', '200.5', '2026-06-19', '1.5', "
      "'6', 240, true, 'order-1', 'FILLED'");
  const StoredBook book = load();
  const Execution wanted = {.key = "1",
                            .account_name = "main",
                            .instrument = instrument_of("AAPL260619C00200500"),
                            .direction = Direction::long_,
                            .quantity = 2_qty,
                            .entry_price = 3.25_price,
                            .entry_time = at("2026-01-26T14:30:00Z"),
                            .broker_order_id = OrderId("order-1"),
                            .stop_loss = 1.5_price,
                            .take_profit = 6_price,
                            .price_domain = PriceDomain::instrument,
                            .max_hold_minutes = 240,
                            .strategy = Strategy::day_trade,
                            .strategy_said = "day_trade",
                            .bracket_expected = true,
                            .is_trade = true};
  EXPECT_THAT(book.executions, ::testing::ElementsAre(wanted));
  EXPECT_THAT(book.quarantined, IsEmpty());
}

TEST_P(Upstream, OnlyFilledRowsAreTradesAndNewestComeFirst) {
  migrated();
  insert(kPlain, "'AAA', 'long', 1, 1, '2026-01-26T14:30:00Z', 'FILLED'");
  insert(kPlain, "'BBB', 'long', 1, 1, '2026-01-28T14:30:00Z', 'FILLED'");
  insert(kPlain, "'CCC', 'long', 1, 1, '2026-01-27T14:30:00Z', 'PENDING'");
  const auto executions = load().executions;
  ASSERT_EQ(executions.size(), 2U);
  EXPECT_EQ(executions[0].instrument.symbol, "BBB");
  EXPECT_EQ(executions[1].strategy, Strategy::swing_trade);
  EXPECT_EQ(executions[1].strategy_said, "");
  database.run("UPDATE dispatch_executions SET status = 'FILLED'");
  EXPECT_EQ(load().executions.size(), 3U) << "a row that is filled later is found, however old";
}

TEST_P(Upstream, AnExecutionIsOfferedUntilItIsSettledAndNeverAgain) {
  migrated();
  insert(kPlain, "'AAA', 'long', 1, 1, '2019-01-26T14:30:00Z', 'FILLED'");
  EXPECT_EQ(load().executions.size(), 1U);
  EXPECT_EQ(load().executions.size(), 1U);
  must(store->save("main", {.imported = {{"1", "", "history"}}}));
  EXPECT_THAT(load().executions, IsEmpty());
  must(store->save("main", {.imported = {{"1", "", "merged"}}}));
  EXPECT_EQ(database.ask("SELECT outcome FROM belay_imports"), "merged");
}

TEST_P(Upstream, AliasesSayWhoseARowIs) {
  migrated();
  for (const char* name : {"'large-100k'", "'tiny-1k'", "'main'", "NULL"}) {
    insert(std::string("account_name, ") + kPlain,
           std::string(name) + ", 'AAA', 'long', 1, 1, '2026-01-26T14:30:00Z', 'FILLED'");
  }
  EXPECT_EQ(load().executions.size(), 4U) << "without aliases every row is of this account";
  std::string names;
  for (const Execution& execution : load({"large-100k"}).executions) names += "[" + execution.account_name + "]";
  EXPECT_EQ(names, "[large-100k][main]");
  EXPECT_EQ(load({"large-100k", ""}).executions.size(), 3U) << "and the one that names no account";
}

TEST_P(Upstream, NamesThatNoAccountHasAreToldUntilAnEventTellsOfThem) {
  migrated();
  for (const char* name : {"'large'", "'tiny-1k'", "'tiny-1k'", "NULL"}) {
    insert(std::string("account_name, ") + kPlain,
           std::string(name) + ", 'AAA', 'long', 1, 1, '2026-01-26T14:30:00Z', 'FILLED'");
  }
  insert("account_name, ticker, side, quantity, entry_price, entry_time, status",
         "'paper', 'AAA', 'long', 1, 1, '2026-01-26T14:30:00Z', 'REJECTED'");
  database.run(
      "INSERT INTO active_positions (ticker, instrument_type, strategy_type, side, quantity, entry_price, entry_time, "
      "status, account_name) VALUES ('BBB', 'STOCK', 'swing_trade', 'long', 1, 1, '2026-01-26T14:30:00Z', 'open', "
      "'other')");
  EXPECT_THAT(must(store->unknown_accounts({"large", "main"})),
              ElementsAre(UnknownAccount{"", 1}, UnknownAccount{"other", 1}, UnknownAccount{"tiny-1k", 2}));
  EXPECT_THAT(must(store->unknown_accounts({"large", "tiny-1k", "other", ""})), IsEmpty());
  must(store->save(
      "main",
      {.events = {{.lot = {},
                   .type = EventType::alert,
                   .data = {{"cause", std::string("unknown_account")}, {"upstream_account", std::string("tiny-1k")}},
                   .at = at("2026-01-26T15:00:00Z")}}}));
  must(store->save("main", {.imported = {{"4", "", "history"}}}));
  EXPECT_THAT(must(store->unknown_accounts({"large"})), ElementsAre(UnknownAccount{"other", 1}));
}

TEST_P(Upstream, RowsOfTheUuidShapeAreRead) {
  create_uuid_shape();
  insert_uuid_row(
      1,
      "instrument_type, option_symbol, stop_loss_price, take_profit_price, execution_mode, executed_at, strategy_type",
      "'CALL', 'AAPL260619C00200000', 195.5, 210, 'ALPACA_PAPER', '2026-01-26 14:31:00', 'conservative'");
  EXPECT_EQ(migrated(), "uuid execution_id");
  const auto executions = load({"large"}).executions;
  ASSERT_EQ(executions.size(), 1U);
  const Execution& execution = executions[0];
  EXPECT_EQ(execution.key, "5b1f6e0e-0000-4000-8000-000000000001");
  EXPECT_EQ(execution.instrument.symbol, "AAPL260619C00200000");
  EXPECT_EQ(execution.quantity, 3_qty);
  EXPECT_EQ(execution.entry_time, at("2026-01-26T14:31:00Z")) << "executed_at has no zone: it is UTC";
  EXPECT_EQ(execution.broker_order_id, OrderId("order-1"));
  EXPECT_EQ(execution.stop_loss, 195.5_price);
  EXPECT_EQ(execution.price_domain, PriceDomain::underlying);
  EXPECT_EQ(execution.strategy, Strategy::swing_trade);
  EXPECT_EQ(execution.strategy_said, "conservative");
  EXPECT_FALSE(execution.bracket_expected);
}

TEST_P(Upstream, ModeTellsTradesFromSimulationsWhereStatusSaysNothing) {
  create_uuid_shape();
  int n = 0;
  for (const char* mode : {"'ALPACA_PAPER'", "'LIVE'", "'SIMULATED'", "'SIMULATED_FALLBACK'", "NULL"}) {
    insert_uuid_row(++n, "execution_mode", mode);
  }
  migrated();
  EXPECT_EQ(load().executions.size(), 2U);
  const auto all = must(store->executions_for("main", {}, {"AAPL"}));
  ASSERT_EQ(all.size(), 5U) << "an orphan may be explained by a row that claims to be simulated";
  EXPECT_EQ(std::ranges::count(all, true, &Execution::is_trade), 2);
  EXPECT_THAT(must(store->executions_for("main", {}, {"MSFT"})), IsEmpty());
}

TEST_P(Upstream, AStocksLevelsAreItsOwnAndAnOptionSymbolWinsOverTheTypeBesideIt) {
  create_uuid_shape();
  insert_uuid_row(1, "execution_mode, stop_loss_price", "'LIVE', 190");
  insert_uuid_row(2, "execution_mode, option_symbol, filled_qty", "'LIVE', 'AAPL260619P00200000', 2");
  insert_uuid_row(3, "execution_mode, instrument_type, strike_price, expiration_date",
                  "'LIVE', 'PUT', 200.5, '2026-06-19'");
  migrated();
  std::map<std::string, Execution> by_order;
  for (const Execution& execution : load().executions) by_order[execution.broker_order_id->text()] = execution;
  EXPECT_EQ(by_order["order-1"].price_domain, PriceDomain::instrument);
  EXPECT_EQ(by_order["order-1"].instrument.kind, InstrumentKind::stock);
  EXPECT_EQ(by_order["order-2"].instrument.kind, InstrumentKind::put) << "the row's type defaults to STOCK";
  EXPECT_EQ(by_order["order-2"].quantity, 2_qty) << "what was filled, where it is known";
  EXPECT_EQ(by_order["order-2"].price_domain, PriceDomain::underlying);
  EXPECT_EQ(by_order["order-3"].instrument.symbol, "AAPL260619P00200500");
}

TEST_P(Upstream, WhatCannotBeUnderstoodIsQuarantinedAndReportedOnce) {
  database.run(
      "CREATE TABLE dispatch_executions (id integer PRIMARY KEY, ticker text, instrument_type text, option_symbol "
      "text, expiration_date text, strike_price text, side text, quantity text, entry_price text, entry_time text, "
      "stop_loss text, max_hold_minutes text, status text)");
  const std::string columns =
      "id, ticker, instrument_type, side, quantity, entry_price, entry_time, stop_loss, max_hold_minutes, status";
  const std::map<std::string, std::string> bad = {
      {"1, 'A', 'STOCK', 'long', NULL, '1', '2026-01-26T14:30:00Z', NULL, NULL", "quantity is missing"},
      {"2, 'A', 'STOCK', 'sideways', '1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "unknown side \"sideways\""},
      {"3, 'A', 'CALL', 'long', '1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "no OCC symbol"},
      {"4, 'A', 'STOCK', 'long', 'NaN', '1', '2026-01-26T14:30:00Z', NULL, NULL", "quantity: not a decimal"},
      {"5, NULL, 'STOCK', 'long', '1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "no symbol"},
      {"6, 'A', 'FUTURE', 'long', '1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "unknown instrument type \"FUTURE\""},
      {"7, 'A', 'STOCK', NULL, '1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "side is missing"},
      {"8, 'A', 'STOCK', 'long', '-1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "quantity is not positive"},
      {"9, '''; --', 'STOCK', 'long', '1', '1', '2026-01-26T14:30:00Z', NULL, NULL", "not a symbol"},
      {"11, 'A', 'STOCK', 'long', '1', '1', 'yesterday', NULL, NULL", "entry_time: "},
      {"12, 'A', 'STOCK', 'long', '1', '1', '2026-01-26T14:30:00Z', 'low', NULL", "stop_loss: "},
      {"13, 'A', 'STOCK', 'long', '1', '1', '2026-01-26T14:30:00Z', NULL, 'long'", "max_hold_minutes: "},
      {"10, 'A', 'STOCK', 'long', '1', NULL, '2026-01-26T14:30:00Z', NULL, NULL", "entry_price is missing"}};
  for (const auto& [values, why] : bad) {
    database.run("INSERT INTO dispatch_executions (" + columns + ") VALUES (" + values + ", 'FILLED')");
  }
  insert(columns, "20, 'GOOD', 'STOCK', 'long', '1', '1', '2026-01-26T14:30:00Z', '0', NULL, 'FILLED'");
  migrated();
  const StoredBook book = load();
  ASSERT_EQ(book.executions.size(), 1U) << "a bad row does not hide a good one";
  EXPECT_EQ(book.executions[0].stop_loss, std::nullopt) << "a level of zero means none";
  ASSERT_EQ(book.quarantined.size(), bad.size());
  Batch seen;
  for (const QuarantinedExecution& row : book.quarantined) {
    const auto wanted =
        std::ranges::find_if(bad, [&](const auto& pair) { return pair.first.starts_with(row.key + ","); });
    ASSERT_NE(wanted, bad.end());
    EXPECT_THAT(row.why, HasSubstr(wanted->second));
    seen.imported.push_back({row.key, row.account_name, "quarantined"});
  }
  must(store->save("main", seen));
  EXPECT_THAT(load().quarantined, IsEmpty());
}

TEST_P(Upstream, AViewThatSomebodyRedefinedStays) {
  migrated();
  database.run("DROP VIEW belay_executions");
  database.run("CREATE TABLE my_trades (code text, held numeric)");
  database.run(
      "CREATE VIEW belay_executions AS SELECT code AS execution_key, 'main' AS account_name, code AS symbol, 'long' "
      "AS side, held AS quantity, 5 AS entry_price, '2026-01-26 14:30:00+00' AS entry_time, 1 = 1 AS is_trade FROM "
      "my_trades");
  database.run("INSERT INTO my_trades VALUES ('MSFT', 2)");
  EXPECT_EQ(migrated(), "custom view");
  EXPECT_EQ(migrated(), "custom view");
  const auto executions = load().executions;
  ASSERT_EQ(executions.size(), 1U);
  EXPECT_EQ(executions[0].quantity, 2_qty);
}

TEST_P(Upstream, AViewThatLacksTheContractsColumnsIsNamed) {
  migrated();
  database.run("DROP VIEW belay_executions");
  database.run("CREATE VIEW belay_executions AS SELECT 1 AS execution_key");
  const auto report = store->migrate();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, StoreError::Kind::foreign);
  EXPECT_THAT(report.error().message, HasSubstr("lacks: account_name, symbol, side"));
}

TEST_P(Upstream, OurViewFollowsTheTable) {
  migrated();
  database.run("ALTER TABLE dispatch_executions ADD COLUMN price_domain text");
  insert(std::string("price_domain, instrument_type, option_symbol, ") + kPlain,
         "'underlying', 'CALL', 'AAPL260619C00200000', 'AAPL', 'long', 1, 1, '2026-01-26T14:30:00Z', 'FILLED'");
  migrated();
  EXPECT_EQ(load().executions.at(0).price_domain, PriceDomain::underlying);
}

TEST_P(Upstream, ATableWithoutAKeyIsRefusedByName) {
  database.run("CREATE TABLE dispatch_executions (ticker text)");
  const auto report = store->migrate();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, StoreError::Kind::foreign);
  EXPECT_THAT(report.error().message, HasSubstr("neither a column id nor execution_id"));
}

TEST_P(Upstream, ExecutionIdRefersToTheRowWhereItIsThere) {
  migrated();
  insert(kPlain, "'AAA', 'long', 1, 1, '2026-01-26T14:30:00Z', 'FILLED'");
  Lot lot = testing::simple_lot("a");
  lot.execution_key = "1";
  Lot other = testing::simple_lot("b");
  other.execution_key = "5b1f6e0e-0000-4000-8000-000000000001";
  must(store->save("main", {.lots = {lot, other}}));
  EXPECT_EQ(database.ask("SELECT execution_id FROM active_positions WHERE uid = 'a'"), "1");
  EXPECT_EQ(database.ask("SELECT execution_id FROM active_positions WHERE uid = 'b'"), "NULL");
}

}  // namespace
}  // namespace belay::store
