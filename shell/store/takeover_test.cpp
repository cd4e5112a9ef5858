// SPDX-License-Identifier: Apache-2.0
// Migrating: from nothing, again, by many at once, and over the tables of another service with its data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "shell/store/lot_row.hpp"
#include "shell/store/migrations.hpp"
#include "shell/store/schema.hpp"
#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::must;
using testing::simple_lot;

/// The numbered migrations of one database, in their order.
std::vector<std::string> numbered_files(Dialect dialect) {
  std::vector<std::string> names;
  for (const SqlFile& file : sql_files()) {
    if (file.dialect == dialect && file.name.front() >= '0' && file.name.front() <= '9') names.emplace_back(file.name);
  }
  return names;
}

class Migrating : public testing::StoreTest {};
BELAY_ON_BOTH_DATABASES(Migrating);

TEST_P(Migrating, RunsEachMigrationOnce) {
  EXPECT_EQ(must(store->schema_version()), 0);
  const MigrationReport first = must(store->migrate());
  EXPECT_EQ(first.version_before, 0);
  EXPECT_EQ(first.version_after, known_version());
  EXPECT_THAT(first.applied, ::testing::ElementsAreArray(numbered_files(GetParam())));
  const std::string dates = database.ask("SELECT min(applied_at) FROM belay_schema");
  const MigrationReport second = must(store->migrate());
  EXPECT_EQ(second.version_before, known_version());
  EXPECT_THAT(second.applied, IsEmpty());
  EXPECT_EQ(must(store->schema_version()), known_version());
  EXPECT_EQ(database.ask("SELECT min(applied_at) FROM belay_schema"), dates);
}

/// A database at 7 would never be given a 6 that comes later.
TEST_P(Migrating, LeavesNoNumberOut) {
  const std::vector<std::string> names = numbered_files(GetParam());
  EXPECT_EQ(static_cast<int>(names.size()), known_version());
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(std::stoul(names[i]), i + 1) << names[i];
}

TEST_P(Migrating, RefusesANewerSchemaAndLeavesItAlone) {
  must(store->migrate());
  database.run("INSERT INTO belay_schema (version, name) VALUES (999, '999_future')");
  for (const auto& error : {store->migrate().error(), store->schema_version().error()}) {
    EXPECT_EQ(error.kind, StoreError::Kind::newer_schema);
    EXPECT_THAT(error.message, HasSubstr("version 999"));
    EXPECT_THAT(error.message, HasSubstr("up to " + std::to_string(known_version())));
    EXPECT_THAT(error.message, HasSubstr("run the newer belay"));
  }
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_schema"), std::to_string(numbered_files(GetParam()).size() + 1));
}

TEST_P(Migrating, TenProcessesAtOnceAreSafe) {
  std::vector<pid_t> children;
  const std::string spec = database.spec();
  for (int i = 0; i < 10; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      auto own = open_store(spec);
      _exit(own && (*own)->migrate() ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_schema"), std::to_string(numbered_files(GetParam()).size()));
}

TEST_P(Migrating, TakesOverThePlansOwnTablesWithTheirRows) {
  database.run(
      "CREATE TABLE active_positions (id integer PRIMARY KEY, ticker varchar(10) NOT NULL, instrument_type varchar(20) "
      "NOT NULL, strategy_type varchar(20) NOT NULL, side varchar(10) NOT NULL, quantity decimal(12,4) NOT NULL, "
      "entry_price decimal(12,4) NOT NULL, entry_time timestamp NOT NULL, stop_loss decimal(12,4), status "
      "varchar(20))");
  database.run(
      "INSERT INTO active_positions VALUES (7, 'AAPL', 'STOCK', 'day_trade', 'long', 5, 100.25, '2026-01-26 15:00:00', "
      "95.5, 'open')");
  must(store->migrate());
  const auto lots = must(store->load("main", {})).lots;
  ASSERT_EQ(lots.size(), 1U);
  EXPECT_EQ(lots[0].id, 7);
  EXPECT_EQ(lots[0].uid, lot_uid("main", "row:7"));
  EXPECT_EQ(lots[0].entry_time, at("2026-01-26T15:00:00Z")) << "without a zone it is UTC";
  EXPECT_EQ(lots[0].stop_loss, 95.5_price);
  EXPECT_EQ(lots[0].concern, kTakenOver);
  must(store->save("main", {.lots = lots}));
  EXPECT_EQ(database.ask("SELECT count(*) FROM active_positions"), "1") << "the row is updated, not doubled";
  EXPECT_THAT(must(store->load("main", {})).lots, ElementsAre(lots[0]));
}

/// The tables that an earlier position manager left behind, with what its rows look like.
class Takeover : public testing::PostgresTest {
 protected:
  void SetUp() override {
    database.run(
        "CREATE TABLE dispatch_executions (execution_id uuid PRIMARY KEY, ticker text, qty numeric(18,8), entry_price "
        "numeric(18,8), simulated_ts timestamptz, execution_mode text)");
    database.run(
        "CREATE TABLE active_positions (id serial PRIMARY KEY, execution_id uuid REFERENCES "
        "dispatch_executions(execution_id), "
        "ticker varchar(10) NOT NULL, instrument_type varchar(20) NOT NULL, strategy_type varchar(20) NOT NULL, side "
        "varchar(10) NOT NULL, quantity numeric(12,4) NOT NULL, entry_price numeric(12,4) NOT NULL, entry_time "
        "timestamp NOT "
        "NULL, strike_price numeric(12,4), expiration_date date, stop_loss numeric(12,4), take_profit numeric(12,4), "
        "max_hold_minutes int, bracket_order_accepted boolean DEFAULT false, stop_order_id varchar(100), "
        "target_order_id "
        "varchar(100), current_price numeric(12,4), current_pnl_dollars numeric(12,4), current_pnl_percent "
        "numeric(8,4), "
        "last_checked_at timestamp, check_count int DEFAULT 0, status varchar(20) DEFAULT 'open', close_reason "
        "varchar(50), "
        "created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now(), closed_at timestamp, exit_reason_norm "
        "text, "
        "option_symbol text, account_name varchar(50) NOT NULL DEFAULT 'large', peak_price numeric(12,4), "
        "entry_underlying_price numeric(12,4), original_quantity int, execution_uuid uuid, entry_features_json jsonb, "
        "lifecycle_state text NOT NULL, CHECK (side IN ('long', 'short', 'call', 'put')), CHECK (strategy_type IN "
        "('day_trade', 'swing_trade', 'conservative')), CONSTRAINT kinds CHECK (instrument_type IN ('STOCK', 'CALL', "
        "'PUT')))");
    database.run(
        "CREATE TABLE position_events (id serial PRIMARY KEY, position_id int REFERENCES active_positions(id), "
        "event_type "
        "varchar(50) NOT NULL, event_data jsonb, created_at timestamp DEFAULT now(), CONSTRAINT known CHECK "
        "(event_type "
        "IN ('created', 'check', 'price_update', 'exit_triggered', 'order_submitted', 'order_update', "
        "'partial_fill_detected', 'guards_restored', 'order_failed', 'closed', 'adopted', 'merged', 'reconciled', "
        "'frozen', 'amber', 'operator', 'monitor_error', 'alert')), CONSTRAINT short CHECK (length(event_type) < 40))");
    database.run(
        "CREATE TABLE position_history (id serial PRIMARY KEY, execution_uuid uuid NOT NULL, ticker text NOT NULL, "
        "instrument_type text, strategy_type text, side text, quantity numeric(12,4), entry_price numeric(12,4), "
        "exit_price numeric(12,4), entry_time timestamptz, exit_time timestamptz, pnl_dollars numeric(12,4), pnl_pct "
        "numeric(8,4), holding_seconds int, multiplier int, exit_reason text, created_at timestamptz DEFAULT now())");
    database.run("CREATE VIEW v_open_positions_summary AS SELECT id, ticker, quantity FROM active_positions");
    database.run(
        "INSERT INTO active_positions (ticker, instrument_type, strategy_type, side, quantity, entry_price, "
        "entry_time, "
        "status, option_symbol, strike_price, expiration_date, original_quantity, lifecycle_state) SELECT 'MSFT', "
        "'CALL', 'swing_trade', 'call', 1, 2.5, '2026-01-20 15:00:00', 'closing', 'MSFT260619C00400000', 400, "
        "'2026-06-19', 1, 'OPEN' FROM generate_series(1, 3000)");
    database.run(
        "INSERT INTO active_positions (ticker, instrument_type, strategy_type, side, quantity, entry_price, "
        "entry_time, "
        "strike_price, expiration_date, account_name, lifecycle_state) VALUES "
        "('AAPL', 'PUT', 'day_trade', 'put', 2, 3.1, '2026-01-21 15:00:00', 200.5, '2026-06-19', 'large', 'OPEN'), "
        "('AAPL', 'PUT', 'day_trade', 'put', 2, 3.1, '2026-01-21 15:00:00', NULL, NULL, 'large', 'OPEN'), "
        "('TSLA', 'STOCK', 'day_trade', 'long', 2, 3.1, '2026-01-22 15:00:00', NULL, NULL, 'tiny', 'OPEN')");
    database.run("INSERT INTO position_events (position_id, event_type) VALUES (1, 'check')");
    database.run(
        "INSERT INTO position_history (execution_uuid, ticker) VALUES ('5b1f6e0e-0000-4000-8000-000000000001', 'OLD')");
  }
  std::string type_of(const std::string& column) {
    return database.ask(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
        "'active_positions'::regclass AND attname = '" +
        column + "'");
  }
};

TEST_F(Takeover, KeepsEveryRowAndHoldsOpenOnesAsLots) {
  must(store->migrate());
  must(store->save("main", {.account_number = "PA1"}));
  const StoredBook book = must(store->load("main", {"large", ""}));
  ASSERT_EQ(book.lots.size(), 3001U);
  const Lot& stale = book.lots.front();
  EXPECT_EQ(stale.uid, lot_uid("PA1", "row:" + std::to_string(stale.id)));
  EXPECT_EQ(stale.status, LotStatus::open) << "no exit of ours is under way";
  EXPECT_EQ(stale.concern, kTakenOver);
  EXPECT_EQ(stale.direction, Direction::long_) << "side 'call'";
  const Lot& built = book.lots.back();
  EXPECT_EQ(built.instrument.symbol, "AAPL260619P00200500");
  ASSERT_EQ(book.quarantined.size(), 1U);
  EXPECT_EQ(book.quarantined[0].key, "row:3002");
  EXPECT_THAT(book.quarantined[0].why, HasSubstr("contract is not known"));
  must(store->save("main", {.imported = {{"row:3002", "large", "quarantined"}}}));
  const StoredBook again = must(store->load("main", {"large", ""}));
  EXPECT_THAT(again.quarantined, IsEmpty());
  EXPECT_TRUE(again.lots == book.lots);
  EXPECT_EQ(must(store->load("tiny", {})).lots.size(), 1U) << "the other account's";
  EXPECT_EQ(database.ask("SELECT count(*) FROM active_positions"), "3003");
  EXPECT_EQ(database.ask("SELECT ticker FROM position_history"), "OLD");
}

TEST_F(Takeover, WidensTypesKeepsGrantsAndMakesTheSummaryAnew) {
  database.run("CREATE ROLE reader_of_summary");
  database.run("GRANT SELECT ON v_open_positions_summary TO reader_of_summary");
  must(store->migrate());
  EXPECT_EQ(type_of("quantity"), "numeric(20,9)");
  EXPECT_EQ(type_of("current_pnl_percent"), "numeric(20,9)");
  EXPECT_EQ(type_of("original_quantity"), "numeric(20,9)");
  EXPECT_EQ(type_of("entry_time"), "timestamp with time zone");
  EXPECT_EQ(type_of("execution_id"), "uuid") << "what is there stays";
  EXPECT_EQ(database.run("SELECT * FROM v_open_positions_summary").columns.size(), 19U);
  EXPECT_EQ(database.ask("SELECT has_table_privilege('reader_of_summary', 'v_open_positions_summary', 'SELECT')"), "t");
  EXPECT_EQ(database.ask("SELECT entry_time FROM active_positions WHERE id = 1"), "2026-01-20 15:00:00+00");
}

TEST_F(Takeover, AForeignViewStaysAndWhatItsColumnsCannotHoldIsKeptExactly) {
  database.run(
      "CREATE VIEW v_health AS SELECT ticker, quantity, current_pnl_percent, entry_time, current_pnl_dollars FROM "
      "active_positions");
  must(store->migrate());
  EXPECT_EQ(type_of("quantity"), "numeric(12,4)");
  EXPECT_EQ(type_of("entry_time"), "timestamp without time zone");
  Lot lot = simple_lot("new");
  lot.id = 3004;
  lot.instrument = crypto_instrument("LONGNAMED/USDT");
  lot.quantity = 0.123456789_qty;
  lot.result_percent = 123456.5_ratio;
  lot.result = 999999999.99_usd;
  must(store->save("main", {.lots = {lot}}));
  EXPECT_THAT(must(store->load("main", {"none"})).lots, ElementsAre(lot));
  EXPECT_EQ(database.ask("SELECT quantity FROM v_health WHERE ticker = 'LONGNAMED/'"), "0.1235");
  EXPECT_EQ(database.ask("SELECT current_pnl_percent FROM v_health WHERE ticker = 'LONGNAMED/'"), "9999.9999");
  database.run("UPDATE active_positions SET quantity = 5 WHERE uid = 'new'");
  EXPECT_EQ(must(store->load("main", {"none"})).lots.at(0).quantity, 5_qty) << "a person's word counts";
}

TEST_F(Takeover, OurRowsFitThoughTheirConstraintsWereNarrower) {
  must(store->migrate());
  Lot lot = simple_lot("coin");
  lot.instrument = crypto_instrument("BTCUSD");
  lot.status = LotStatus::closed;
  lot.close_reason = ExitReason::account_loss_limit;
  lot.realised_result = 9000000_usd;
  lot.result_percent = 900000_ratio;
  lot.exit_price = 100_price;
  lot.closed_at = at("2026-01-27T15:00:00Z");
  must(store->save("main",
                   {.lots = {lot}, .events = {{LotUid("coin"), EventType::closed, {}, at("2026-01-27T15:00:00Z")}}}));
  EXPECT_EQ(database.ask("SELECT pnl_pct FROM position_history WHERE uid = 'coin'"), "900000.000000000");
  EXPECT_EQ(database.ask(
                "SELECT count(*) FROM pg_constraint WHERE conrelid = 'active_positions'::regclass AND contype = 'c'"),
            "2")
      << "only the check that refuses CRYPTO is gone";
}

TEST_F(Takeover, AllOurEventsFitThoughACheckKnewFewer) {
  must(store->migrate());
  must(store->save("main", {.events = {{LotUid(), EventType::service, {}, at("2026-01-27T15:00:00Z")}}}));
  EXPECT_EQ(database.ask("SELECT count(*) FROM position_events WHERE event_type = 'service'"), "1");
  EXPECT_EQ(database.ask("SELECT string_agg(conname, ' ') FROM pg_constraint WHERE conrelid = "
                         "'position_events'::regclass AND contype = 'c'"),
            "short")
      << "only the check that refuses our word is gone";
}

TEST_F(Takeover, NullsAreAllowedWhereverTheTableAllowsThem) {
  must(store->migrate());
  database.run(
      "UPDATE active_positions SET strike_price = NULL, check_count = NULL, original_quantity = NULL, "
      "bracket_order_accepted = NULL, created_at = NULL, updated_at = NULL WHERE id = 1");
  EXPECT_EQ(must(store->lots({.id = 1})).at(0).quantity, 1_qty);
}

TEST_F(Takeover, AViewOnTheSummaryIsNotLost) {
  database.run("CREATE VIEW v_mine AS SELECT ticker FROM v_open_positions_summary");
  const auto report = store->migrate();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, StoreError::Kind::foreign);
  EXPECT_EQ(database.ask("SELECT count(*) FROM v_mine"), "3003") << "all is as it was";
}

}  // namespace
}  // namespace belay::store
