// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>

#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "shell/store/lot_columns.hpp"
#include "shell/store/schema.hpp"
#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using testing::at;
using testing::must;
using testing::simple_lot;

class Lots : public testing::StoreTest {
 protected:
  void SetUp() override { migrate(); }

  void save(Batch batch) { must(store->save("main", batch)); }
  std::vector<Lot> loaded() { return must(store->load("main", {})).lots; }
};
BELAY_ON_BOTH_DATABASES(Lots);

Exit full_exit() {
  return {.reason = ExitReason::stop_loss,
          .reasons = {ExitReason::stop_loss, ExitReason::max_hold_time},
          .wanted = 7_qty,
          .triggered_at = at("2026-01-26T16:00:00.123456789Z"),
          .trigger_price = 94.125_price,
          .price_at = at("2026-01-26T15:59:59.5Z"),
          .message = "price 94.125 <= stop 95; \"quoted\", ümlaut",
          .who = "ann",
          .left_before = 1.5_qty,
          .told = {"late", "spread in the way"},
          .stop = 95.000000001_price,
          .target = 110_price};
}

ExitOrder full_exit_order() {
  return {.attempt = 3,
          .client_id = ClientOrderId("blx-00aa-x3"),
          .id = OrderId("0d5c1b9e"),
          .status = OrderStatus::fresh,
          .type = OrderType::limit,
          .quantity = 7_qty,
          .filled = 2.000000001_qty,
          .filled_average = 94.1_price,
          .limit_price = 94_price,
          .extended_hours = true,
          .sent_at = at("2026-01-26T16:00:01.000000001Z"),
          .acknowledged_at = at("2026-01-26T16:00:01.1Z"),
          .filled_at = at("2026-01-26T16:00:02Z"),
          .updated_at = at("2026-01-26T16:00:02.5Z"),
          .links = {{.id = OrderId("0d5c"),
                     .status = OrderStatus::replaced,
                     .quantity = 7_qty,
                     .filled = 1_qty,
                     .filled_average = 94.2_price},
                    {.id = OrderId("0d5c1b9e"),
                     .status = OrderStatus::fresh,
                     .quantity = 6_qty,
                     .filled = 1.000000001_qty,
                     .filled_average = 94_price}}};
}

GuardRecord full_guards() {
  return {.orders = {{.attempt = 4,
                      .client_id = ClientOrderId("blx-00aa-g4"),
                      .id = OrderId("parent"),
                      .leg_id = OrderId("leg"),
                      .status = OrderStatus::fresh,
                      .quantity = 7_qty,
                      .stop = 95.01_price,
                      .target = 110.000000001_price,
                      .sent_at = at("2026-01-26T15:10:00.000000001Z")},
                     {.attempt = 5}},
          .children_sought = true,
          .renewing = true,
          .missing_told = true,
          .stuck_told = true,
          .failures = 2,
          .protection = Protection::local_rule,
          .judged_at = at("2026-01-26T15:59:59.5Z"),
          .good_until = at("2026-01-26T16:01:29Z"),
          .unguarded = std::chrono::milliseconds(61'500)};
}

/// Every field differs from what a fresh Lot has. A field that is added to Lot does not compile here until it is in.
Lot full_lot() {
  Lot lot;
  auto& [id, uid, account, execution_key, instrument, asset_id, multiplier, direction, strategy, management,
         original_quantity, quantity, entry_price, entry_time, split_applied, split_due, splits_checked, stop_loss,
         take_profit, price_domain, max_hold_minutes, terms, entry_underlying_price, peak_price, rungs_taken,
         bracket_expected, bracket_order_accepted, entry_order_id, stop_order_id, target_order_id, guards,
         current_price, result, result_percent, last_checked_at, check_count, good_price, priced_at, suspect,
         unsound_since, level_price, level_priced_at, level_suspect, amber_since, concern, concern_since, frozen, pause,
         status, exit, exit_orders, left_elsewise, close_reason, closed_at, exit_price, realised_result] = lot;
  id = 1;
  uid = LotUid("00aa");
  account = "main";
  execution_key = "5b1f6e0e-0000-4000-8000-000000000001";
  instrument = instrument_of("AAPL260619P00200500");
  asset_id = "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415";
  multiplier = 105;
  direction = Direction::short_;
  strategy = Strategy::day_trade;
  management = Management::watch;
  original_quantity = 9.123456789_qty;
  quantity = 7.000000001_qty;
  entry_price = 123456.789012345_price;
  entry_time = at("2026-01-26T15:00:00.123456Z");
  split_applied = parse_date("2026-02-02").value();
  split_due = parse_date("2026-03-02").value();
  splits_checked = parse_date("2026-02-27").value();
  stop_loss = 130.5_price;
  take_profit = 90_price;
  price_domain = PriceDomain::underlying;
  max_hold_minutes = 240;
  terms = {.trail_percent = 2.5_ratio,
           .trail_amount = 1.25_price,
           .trail_activation = 3_ratio,
           .breakeven_at = 4_ratio,
           .profit_lock_at = 5_ratio,
           .profit_lock_keep = 50_ratio,
           .scale_out = Ladder{{5_ratio, 33.333333333_ratio}, {10_ratio, 25_ratio}}};
  entry_underlying_price = 190.123456789_price;
  peak_price = 180.5_price;
  rungs_taken = {5_ratio};
  bracket_expected = true;
  bracket_order_accepted = true;
  entry_order_id = OrderId("entry");
  stop_order_id = OrderId("stop");
  target_order_id = OrderId("target");
  guards = full_guards();
  current_price = 94.000000001_price;
  result = -1234567.89_usd;
  result_percent = -12345.678901234_ratio;
  last_checked_at = at("2026-01-26T16:00:00.5Z");
  check_count = 77;
  good_price = 94.25_price;
  priced_at = at("2026-01-26T15:59:59Z");
  suspect = Trade{12_price, at("2026-01-26T15:59:58.000000007Z")};
  unsound_since = at("2026-01-26T15:58:00Z");
  level_price = 205.125_price;
  level_priced_at = at("2026-01-26T15:59:58Z");
  level_suspect = Trade{150_price, at("2026-01-26T15:59:57.000000001Z")};
  amber_since = at("2026-01-26T15:59:30Z");
  concern = "stale";
  concern_since = at("2026-01-26T15:59:00Z");
  frozen = "the quantity changed its sign";
  pause = Pause{.rules = Pause::Rules::all,
                .until = at("2026-01-26T17:00:00.5Z"),
                .who = "ann@desk",
                .why = "earnings \"call\"",
                .told = true};
  status = LotStatus::closing;
  exit = full_exit();
  exit_orders = {full_exit_order(), ExitOrder{.sent_at = at("2026-01-26T16:00:03Z")}};
  left_elsewise = {
      {OrderId("guard"), ExitReason::external_close, 0.123456788_qty, 12.5_usd, at("2026-01-26T15:30:00Z")}};
  close_reason = ExitReason::stop_loss;
  closed_at = at("2026-01-26T16:00:04Z");
  exit_price = 94.05_price;
  realised_result = -55.5_usd;
  return lot;
}

TEST_P(Lots, ComeBackAsTheyWereInEveryField) {
  save({.lots = {full_lot()}});
  EXPECT_THAT(loaded(), ::testing::ElementsAre(full_lot()));
}

TEST_P(Lots, TellTheWholeSecondsThatTheyWereUnguarded) {
  save({.lots = {full_lot()}});
  EXPECT_EQ(database.ask("SELECT seconds_unguarded FROM active_positions"), "61");
}

TEST_P(Lots, ComeBackWithNothingOptional) {
  Lot lot = simple_lot("bare");
  save({.lots = {lot}});
  lot.id = 1;
  EXPECT_THAT(loaded(), ::testing::ElementsAre(lot));
}

TEST_P(Lots, OfStocksOptionsAndCoinsKeepTheirInstrument) {
  std::vector<Lot> lots = {simple_lot("a"), simple_lot("b"), simple_lot("c"), simple_lot("d")};
  lots[1].instrument = instrument_of("BRK.B");
  lots[2].instrument = crypto_instrument("SHIB/USDT");
  lots[3].instrument = instrument_of("AAPL1260619C00002500");
  save({.lots = lots});
  const auto read = loaded();
  ASSERT_EQ(read.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(read[i].instrument, lots[i].instrument);
}

TEST_P(Lots, AreUpdatedByUidAndKeepTheirRow) {
  save({.lots = {simple_lot("a"), simple_lot("b")}});
  Lot changed = full_lot();
  changed.uid = LotUid("a");
  save({.lots = {changed}});
  Lot other = simple_lot("b");
  other.id = 2;
  EXPECT_THAT(loaded(), ::testing::ElementsAre(other, changed));
  EXPECT_EQ(database.ask("SELECT count(*) FROM active_positions"), "2");
}

TEST_P(Lots, UpdatesTakeNoNumbersFromTheSequence) {
  for (int i = 0; i < 20; ++i) save({.lots = {simple_lot("a")}});
  save({.lots = {simple_lot("b")}});
  EXPECT_EQ(database.ask("SELECT max(id) FROM active_positions"), "2");
}

TEST_P(Lots, TwiceInOneBatchCountWithTheirLastWord) {
  Lot later = simple_lot("a");
  later.quantity = 4_qty;
  save({.lots = {simple_lot("a"), later}});
  EXPECT_EQ(loaded().at(0).quantity, 4_qty);
}

TEST_P(Lots, OfOtherAccountsAreNotLoaded) {
  Lot other = simple_lot("b");
  other.account = "other";
  save({.lots = {simple_lot("a")}});
  must(store->save("other", {.lots = {other}}));
  ASSERT_EQ(loaded().size(), 1U);
  EXPECT_EQ(loaded()[0].uid, LotUid("a"));
}

TEST_P(Lots, KeepTheBestAndTheWorstResultSeen) {
  Lot lot = simple_lot("a");
  for (const Money result : {5_usd, 120_usd, -30_usd, 9_usd}) {
    lot.result = result;
    save({.lots = {lot}});
  }
  EXPECT_EQ(database.ask("SELECT CAST(best_excursion AS integer) FROM active_positions"), "120");
  EXPECT_EQ(database.ask("SELECT CAST(worst_excursion AS integer) FROM active_positions"), "-30");
}

TEST_P(Lots, WithAbsurdNumbersAreStoredAllTheSame) {
  Lot lot = simple_lot("a");
  lot.id = 1;
  lot.result_percent = Ratio::from_nanos(std::numeric_limits<std::int64_t>::max());
  lot.result = Money::from_nanos(std::numeric_limits<std::int64_t>::min() + 1);
  lot.concern = std::string("a\0b", 3) + "\xff\n\"'; DROP TABLE active_positions; --";
  save({.lots = {lot}});
  EXPECT_EQ(loaded().at(0).result_percent, lot.result_percent);
  EXPECT_EQ(loaded().at(0).result, lot.result);
}

TEST_P(Lots, NamesAreNeverRunAsSql) {
  const std::string evil = "x'); DROP TABLE active_positions; --";
  Lot lot = simple_lot(evil);
  lot.account = evil;
  lot.frozen = "$1 \\' \" %s";
  must(store->save(evil, {.lots = {lot},
                          .events = {{LotUid(evil), EventType::alert, {{evil, evil}}, at("2026-01-26T15:00:00Z")}},
                          .imported = {{evil, evil, evil}},
                          .account_number = evil}));
  lot.id = 1;
  const StoredBook book = must(store->load(evil, {evil}));
  EXPECT_THAT(book.lots, ::testing::ElementsAre(lot));
  EXPECT_EQ(book.account_number, evil);
  EXPECT_TRUE(must(store->lots({.symbol = evil})).empty());
  EXPECT_TRUE(must(store->events({.symbol = evil, .types = {evil}})).empty());
  EXPECT_TRUE(must(store->executions_for(evil, {evil}, {evil})).empty());
  EXPECT_GT(must(store->enqueue(evil, {.lot = LotUid(evil), .quantity = {}, .who = evil, .why = evil})), 0);
}

TEST_P(Lots, AreListedByIdSymbolAndTickerClosedOnesOnRequest) {
  Lot option = simple_lot("b");
  option.instrument = instrument_of("AAPL260619P00200500");
  option.entry_time = at("2026-01-25T15:00:00Z");
  Lot closed = simple_lot("c");
  closed.status = LotStatus::closed;
  closed.entry_time = at("2026-01-24T15:00:00Z");
  closed.closed_at = at("2026-01-24T18:00:00.25Z");
  save({.lots = {simple_lot("a"), option, closed}});
  const auto uids = [&](const LotFilter& filter) {
    std::string out;
    for (const Lot& lot : must(store->lots(filter))) out += lot.uid.text();
    return out;
  };
  EXPECT_EQ(uids({}), "ba") << "oldest first";
  EXPECT_EQ(uids({.include_closed = true}), "cba");
  EXPECT_EQ(uids({.include_closed = true, .closed_since = at("2026-01-24T18:00:00Z")}), "c");
  EXPECT_EQ(uids({.include_closed = true, .closed_since = at("2026-01-24T18:00:01Z")}), "");
  EXPECT_EQ(uids({.symbol = "AAPL"}), "ba");
  EXPECT_EQ(uids({.symbol = "AAPL260619P00200500"}), "b");
  EXPECT_EQ(uids({.id = 2}), "b");
  EXPECT_EQ(uids({.id = 3}), "");
}

TEST_P(Lots, ClosedOnesGetTheirRowOfHistoryOnce) {
  Lot lot = full_lot();
  lot.direction = Direction::long_;
  lot.status = LotStatus::closed;
  lot.realised_result = 648_usd;
  lot.entry_price = 10_price;
  lot.original_quantity = 2_qty;
  lot.multiplier = 100;
  lot.result = 700_usd;
  lot.result_percent = 32.4_ratio;
  save({.lots = {lot}});
  save({.lots = {lot}});
  EXPECT_TRUE(loaded().empty());
  EXPECT_EQ(database.ask("SELECT count(*) FROM position_history"), "1");
  EXPECT_EQ(
      database.ask(
          "SELECT abs(CAST(pnl_pct AS real) - 32.4) < 0.0001 AND CAST(quantity AS real) = 2 AND holding_seconds = 3603 "
          "AND exit_reason = 'stop_loss' AND exit_order_id = '0d5c1b9e' AND position_id = 1 AND "
          "CAST(best_excursion AS real) = 700 FROM position_history"),
      sqlite() ? "1" : "t");
}

TEST_P(Lots, ColumnsAreThoseOfTheTablePlusAccountAndSymbol) {
  std::set<std::string> columns;
  for (const auto& [name, index] : database.run("SELECT * FROM active_positions LIMIT 0").columns) columns.insert(name);
  std::set<std::string> written;
  for (const auto& [name, value] : lot_columns(full_lot())) {
    if (name == "account" || name == "symbol") continue;
    EXPECT_TRUE(columns.contains(name)) << name;
    written.insert(name);
  }
  for (const Column& column : written_lot_columns()) EXPECT_TRUE(written.contains(std::string(column.name)));
  EXPECT_EQ(written.size(), written_lot_columns().size() + 1) << "id is given, but never written";
  for (const auto& [name, value] : history_columns(full_lot())) {
    EXPECT_EQ(database.run("SELECT " + name + " FROM position_history").rows.size(), 0U);
  }
}

TEST_P(Lots, SummaryShowsOpenOnesInThePlansColumns) {
  Lot option = simple_lot("b");
  option.instrument = instrument_of("AAPL300619P00200500");
  option.entry_time = at("2026-01-27T15:00:00Z");
  Lot closing = simple_lot("c");
  closing.status = LotStatus::closing;
  closing.exit = full_exit();
  save({.lots = {simple_lot("a"), option, closing}});
  const Rows rows = database.run("SELECT * FROM v_open_positions_summary");
  const std::vector<std::string> wanted = {"id",
                                           "ticker",
                                           "instrument_type",
                                           "strategy_type",
                                           "quantity",
                                           "entry_price",
                                           "current_price",
                                           "current_pnl_dollars",
                                           "current_pnl_percent",
                                           "stop_loss",
                                           "take_profit",
                                           "entry_time",
                                           "expiration_date",
                                           "hold_minutes",
                                           "max_hold_minutes",
                                           "hours_to_expiration",
                                           "bracket_order_accepted",
                                           "last_checked_at",
                                           "check_count"};
  ASSERT_EQ(rows.columns.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(rows.columns.at(wanted[i]), i) << wanted[i];
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(*rows.text(0, "id"), "2") << "newest entry first";
  EXPECT_EQ(rows.text(1, "hours_to_expiration"), nullptr);
  const auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto entry = static_cast<double>(option.entry_time.nanos) / 1e9;
  const auto expiry = static_cast<double>(at("2030-06-19T00:00:00Z").nanos) / 1e9;
  EXPECT_NEAR(std::stod(*rows.text(0, "hold_minutes")), (now - entry) / 60, 1);
  EXPECT_NEAR(std::stod(*rows.text(0, "hours_to_expiration")), (expiry - now) / 3600, 0.1);
}

TEST_P(Lots, AThousandCostTheSameFewStatementsAsOne) {
  database.run(
      "INSERT INTO dispatch_executions (ticker, side, quantity, entry_price, entry_time, status) VALUES "
      "('MSFT', 'long', 1, 1, '2026-01-26T15:00:00Z', 'FILLED')");
  Batch batch;
  for (int i = 0; i < 1000; ++i) {
    Lot lot = full_lot();
    lot.id = 0;
    lot.uid = LotUid("lot" + std::to_string(i));
    lot.execution_key = std::to_string(1000 + i);
    if (i % 10 == 0) lot.status = LotStatus::closed;
    batch.lots.push_back(lot);
    for (int n = 0; n < 3; ++n) batch.events.push_back({lot.uid, EventType::check, {}, at("2026-01-26T15:00:00Z")});
    batch.imported.push_back({std::to_string(1000 + i), "", "claimed"});
  }
  batch.finished_commands = {
      must(store->enqueue("main", {.lot = LotUid("lot1"), .quantity = 1_qty, .who = "w", .why = "y"}))};
  batch.account_number = "PA1";
  const auto fresh = database.open();
  const auto started = std::chrono::steady_clock::now();
  EXPECT_TRUE(must(fresh->try_lock("main")));
  EXPECT_EQ(must(fresh->schema_version()), known_version());
  EXPECT_EQ(must(fresh->load("main", {})).executions.size(), 1U);
  const auto before_save = fresh->statements();
  must(fresh->save("main", batch));
  const auto pass = fresh->statements();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  std::cout << "a pass over 1000 lots: " << pass << " statements, " << pass - before_save << " of them to save; "
            << took.count() << " ms\n";
  EXPECT_LE(pass, 10U);
  EXPECT_LE(pass - before_save, 6U);
  EXPECT_EQ(must(fresh->load("main", {})).lots.size(), 900U);
  EXPECT_EQ(database.ask("SELECT count(*) FROM position_history"), "100");
  EXPECT_EQ(database.ask("SELECT count(*) FROM position_events"), "3000");
}

TEST_P(Lots, LoadIsNotSlowedByWhatIsSettled) {
  const std::string series = sqlite()
                                 ? "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000) "
                                 : "WITH s(n) AS (SELECT generate_series(1, 20000)) ";
  database.run(series +
               "INSERT INTO dispatch_executions (ticker, side, quantity, entry_price, entry_time, status) SELECT "
               "'MSFT', 'long', 1, 1, '2026-01-26T15:00:00Z', 'FILLED' FROM s");
  database.run(series +
               "INSERT INTO belay_imports (account_name, execution_key, upstream_account, outcome) SELECT 'main', "
               "CAST(n AS text), '', 'history' FROM s");
  database.run(series +
               "INSERT INTO active_positions (uid, account_name, ticker, instrument_type, strategy_type, side, "
               "quantity, entry_price, entry_time, status) SELECT 'u' || CAST(n AS text), 'main', 'MSFT', 'STOCK', "
               "'swing_trade', 'long', 0, 1, '2026-01-26T15:00:00Z', 'closed' FROM s");
  const auto started = std::chrono::steady_clock::now();
  const StoredBook book = must(store->load("main", {}));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  EXPECT_TRUE(book.executions.empty());
  EXPECT_TRUE(book.lots.empty());
  std::cout << "load beside 20,000 settled executions and closed lots: " << took.count() << " ms\n";
  EXPECT_LT(took.count(), 2000);
}

TEST(SqliteFile, IsForItsOwnerAloneAndMadeWithItsDirectory) {
  const testing::Database elsewhere(Dialect::sqlite);
  const std::filesystem::path folder = std::filesystem::path(elsewhere.spec().substr(7)).parent_path() / "new";
  const auto store = must(open_store("sqlite:" + (folder / "belay.db").string()));
  ASSERT_TRUE(store->migrate());
  struct stat file{};
  for (const char* name : {"belay.db", "belay.db-wal", "belay.db-shm"}) {
    ASSERT_EQ(stat((folder / name).c_str(), &file), 0) << name;
    EXPECT_EQ(file.st_mode & 0777U, 0600U) << name;
  }
  ASSERT_EQ(stat(folder.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0700U);
}

}  // namespace
}  // namespace belay::store
