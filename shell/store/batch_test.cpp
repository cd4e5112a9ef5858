// SPDX-License-Identifier: Apache-2.0
// A pass is written whole or not at all, by one writer, and an outage costs nothing but time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::must;
using ::testing::Not;
using testing::simple_lot;

class Batches : public testing::StoreTest {
 protected:
  void SetUp() override { migrate(); }

  std::vector<std::int64_t> event_ids(const EventFilter& filter) {
    std::vector<std::int64_t> out;
    for (const StoredEvent& event : must(store->events(filter))) out.push_back(event.id);
    return out;
  }
};
BELAY_ON_BOTH_DATABASES(Batches);

TEST_P(Batches, AreWrittenWholeOrNotAtAll) {
  const auto result = store->save(
      "main", {.lots = {simple_lot("a")},
               .events = {{LotUid("a"), EventType::created, {}, {}}, {LotUid("nobody"), EventType::created, {}, {}}},
               .imported = {{"1", "", "claimed"}},
               .account_number = "PA1"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, StoreError::Kind::refused);
  EXPECT_THAT(result.error().message, HasSubstr("names a lot that is not stored"));
  for (const char* table : {"active_positions", "position_events", "belay_imports", "belay_accounts"}) {
    EXPECT_EQ(database.ask(std::string("SELECT count(*) FROM ") + table), "0") << table;
  }
  must(store->save("main", {.lots = {simple_lot("a")}}));
}

TEST_P(Batches, ARefusalOfTheDatabaseUndoesTheRest) {
  Lot twin = simple_lot("b");
  Lot lot = simple_lot("a");
  lot.execution_key = "1";
  must(store->save("main", {.lots = {lot}}));
  twin.execution_key = "1";
  const auto result = store->save("main", {.lots = {simple_lot("c"), twin}, .account_number = "PA1"});
  ASSERT_FALSE(result) << "two lots of one execution";
  EXPECT_EQ(result.error().kind, StoreError::Kind::refused);
  EXPECT_EQ(database.ask("SELECT count(*) FROM active_positions"), "1");
}

TEST_P(Batches, AnEmptyOneCostsNothing) {
  const auto before = store->statements();
  must(store->save("main", {}));
  EXPECT_EQ(store->statements(), before);
}

TEST_P(Batches, EventsKeepTheirOrderTheirExactNumbersAndTheirWords) {
  must(store->save("main", {.lots = {simple_lot("a")},
                            .events = {{LotUid("a"),
                                        EventType::price_update,
                                        {{"price", Decimal(0.100000001_price)},
                                         {"pnl", Decimal(-12_usd)},
                                         {"none", std::monostate()},
                                         {"yes", true},
                                         {"n", std::int64_t{9007199254740993}},
                                         {"text", std::string("a \"b\"\n\0c", 8)},
                                         {"list", std::vector<std::string>{"x", "y"}}},
                                        at("2026-01-26T15:00:00.25Z")},
                                       {LotUid(), EventType::operator_, {}, at("2026-01-26T15:00:01Z")}}}));
  const auto events = must(store->events({}));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].position_id, 1);
  EXPECT_EQ(events[0].event_type, "price_update");
  EXPECT_EQ(events[0].created_at, at("2026-01-26T15:00:00.25Z"));
  EXPECT_THAT(events[0].event_data, HasSubstr("0.100000001"));
  EXPECT_THAT(events[0].event_data, Not(HasSubstr("\"0.100000001\""))) << "a number, not a text";
  EXPECT_THAT(events[0].event_data, HasSubstr("9007199254740993"));
  EXPECT_THAT(events[0].event_data, HasSubstr(R"(a \"b\"\n)"));
  EXPECT_EQ(events[1].position_id, std::nullopt) << "about the account";
  EXPECT_EQ(events[1].event_type, "operator");
}

TEST_P(Batches, EventsAreFoundByPositionSymbolTypeTimeAndIdTheNewestSoMany) {
  Lot other = simple_lot("b");
  other.instrument = instrument_of("MSFT");
  Batch batch{
      .lots = {simple_lot("a"), other}, .events = {}, .imported = {}, .finished_commands = {}, .account_number = {}};
  for (int i = 0; i < 6; ++i) {
    batch.events.push_back({LotUid(i % 2 == 0 ? "a" : "b"),
                            i < 3 ? EventType::check : EventType::alert,
                            {},
                            at("2026-01-26T15:00:00Z") + std::chrono::milliseconds(500 * i)});
  }
  must(store->save("main", batch));
  EXPECT_THAT(event_ids({}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(event_ids({.position_id = 2}), ElementsAre(2, 4, 6));
  EXPECT_THAT(event_ids({.symbol = "AAPL"}), ElementsAre(1, 3, 5));
  EXPECT_THAT(event_ids({.types = {"alert", "closed"}}), ElementsAre(4, 5, 6));
  EXPECT_THAT(event_ids({.since = at("2026-01-26T15:00:01Z"), .until = at("2026-01-26T15:00:02Z")}), ElementsAre(3, 4));
  EXPECT_THAT(event_ids({.after_id = 4}), ElementsAre(5, 6));
  EXPECT_THAT(event_ids({.limit = 2}), ElementsAre(5, 6));
}

TEST_P(Batches, CommandsWaitUntilTheyAreFinished) {
  const OperatorCommand partly{.lot = LotUid("a"), .quantity = 2.5_qty, .who = "ann", .why = "news"};
  const auto first = must(store->enqueue("main", partly));
  const auto second = must(store->enqueue("main", {.lot = LotUid("b"), .quantity = {}, .who = "bob", .why = ""}));
  must(store->enqueue("other", partly));
  auto wanted = partly;
  wanted.id = first;
  OperatorCommand adopts;
  adopts.kind = OperatorCommand::Kind::adopt;
  adopts.lot = LotUid("c");
  adopts.terms = {.management = Management::managed, .stop_loss = 95.5_price, .take_profit = {}, .unfreeze = true};
  adopts.id = must(store->enqueue("main", adopts));
  EXPECT_EQ(must(store->waiting_commands("main")).back(), adopts);
  must(store->save("main", {.finished_commands = {adopts.id}}));
  auto commands = must(store->waiting_commands("main"));
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0], wanted);
  EXPECT_EQ(commands[1].id, second);
  EXPECT_EQ(commands[1].quantity, std::nullopt);
  must(store->save("main", {.finished_commands = {first}}));
  commands = must(store->load("main", {})).commands;
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands[0].id, second);
  EXPECT_EQ(must(store->waiting_commands("other")).size(), 1U);
}

TEST_P(Batches, ACommandToResumeComesBackAsOne) {
  OperatorCommand pauses;
  pauses.kind = OperatorCommand::Kind::pause;
  pauses.lot = LotUid("a");
  pauses.pause = {.rules = Pause::Rules::all, .until = at("2026-01-26T17:00:00.5Z")};
  must(store->enqueue("other", pauses));
  EXPECT_EQ(must(store->waiting_commands("other")).at(0).pause, pauses.pause);
  must(store->enqueue("note", {.who = "ann", .kind = OperatorCommand::Kind::note, .what = "close --direct AAPL"}));
  EXPECT_EQ(must(store->waiting_commands("note")).at(0).what, "close --direct AAPL");
  must(store->enqueue("main", {.who = "ann", .why = "looked", .kind = OperatorCommand::Kind::resume_loss_limit}));
  EXPECT_EQ(must(store->waiting_commands("main")).at(0).kind, OperatorCommand::Kind::resume_loss_limit);
  for (const auto kind : {OperatorCommand::Kind::reload, OperatorCommand::Kind::preview_reload}) {
    must(store->enqueue("main", {.who = "ann", .why = "tighter", .kind = kind}));
    EXPECT_EQ(must(store->waiting_commands("main")).back().kind, kind);
  }
}

TEST_P(Batches, WhatTheLossLimitRemembersComesBackAlsoBesideANewAccountNumber) {
  LossLimit limit{.latched_at = at("2026-01-26T16:00:00.5Z"),
                  .why = "the day stands at -501",
                  .limit = 500_usd,
                  .session = at("2026-01-26T14:30:00Z"),
                  .realised = -12.345678901_usd,
                  .bases = {{LotUid("a"), 99.5_price}, {LotUid("b"), 3.25_price}},
                  .own_start = -1_usd,
                  .broker_start = 2_usd,
                  .restart = true,
                  .told = true};
  must(store->save("main", {.account_number = "PA1", .loss_limit = limit}));
  EXPECT_EQ(must(store->load("main", {})).loss_limit, limit);
  limit.latched_at.reset();
  must(store->save("main", {.loss_limit = limit}));
  EXPECT_EQ(must(store->load("main", {})).loss_limit, limit);
  EXPECT_EQ(must(store->load("other", {})).loss_limit, std::nullopt);
}

TEST_P(Batches, F55ALossLimitThatIsNotUnderstoodIsToldAndLatchesNothing) {
  must(store->save("main", {.account_number = "PA1"}));
  database.run("UPDATE belay_accounts SET loss_limit = '{\"latched_at\": \"yesterday\"}'");
  const auto book = must(store->load("main", {}));
  EXPECT_EQ(book.loss_limit, std::nullopt);
  ASSERT_EQ(book.quarantined.size(), 1U);
}

TEST_P(Batches, WhatWasMissingFromTheBrokerComesBack) {
  const Absences absences{{"KO", {.quantity = 10.3944_qty, .since = at("2026-01-26T16:00:00.5Z"), .confirmed = true}},
                          {"T", {.quantity = 3_qty, .since = at("2026-01-26T17:00:00Z")}}};
  must(store->save("main", {.account_number = "PA1", .absences = absences}));
  EXPECT_EQ(must(store->load("main", {})).absences, absences);
  must(store->save("main", {.absences = Absences{}}));
  EXPECT_EQ(must(store->load("main", {})).absences, Absences{});
  EXPECT_EQ(must(store->load("other", {})).absences, std::nullopt);
}

TEST_P(Batches, F55AnAbsenceThatIsNotUnderstoodIsTold) {
  must(store->save("main", {.account_number = "PA1"}));
  for (const std::string text : {"[]", "{\"KO\": 3}", "{\"KO\": {\"quantity\": \"3\"}}",
                                 "{\"KO\": {\"quantity\": \"-3\", \"since\": \"2026-01-26T17:00:00Z\"}}"}) {
    database.run("UPDATE belay_accounts SET absences = '" + text + "'");
    const auto book = must(store->load("main", {}));
    EXPECT_EQ(book.absences, std::nullopt);
    EXPECT_EQ(book.quarantined.size(), 1U) << text;
  }
}

TEST_P(Batches, TheAccountNumberIsRemembered) {
  EXPECT_EQ(must(store->load("main", {})).account_number, "");
  must(store->save("main", {.account_number = "PA1"}));
  must(store->save("main", {.account_number = "PA2"}));
  EXPECT_EQ(must(store->load("main", {})).account_number, "PA2");
  EXPECT_EQ(must(store->load("other", {})).account_number, "");
}

TEST_P(Batches, ALockHasOneHolderForEachAccount) {
  EXPECT_FALSE(store->still_locked());
  EXPECT_TRUE(must(store->try_lock("main")));
  EXPECT_TRUE(must(store->try_lock("main"))) << "its holder may ask again";
  EXPECT_TRUE(store->still_locked());
  auto second = database.open();
  EXPECT_FALSE(must(second->try_lock("main")));
  EXPECT_TRUE(must(second->try_lock("other/account")));
  store.reset();
  EXPECT_TRUE(must(second->try_lock("main")));
}

TEST_P(Batches, ALockDiesWithItsProcess) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const std::string spec = database.spec();
  const pid_t child = fork();
  if (child == 0) {
    auto own = open_store(spec);
    const char held = own && (*own)->try_lock("main").value_or(false) ? 'y' : 'n';
    static_cast<void>(!write(ready[1], &held, 1));
    pause();
    _exit(0);
  }
  char held = 'n';
  ASSERT_EQ(read(ready[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  EXPECT_FALSE(must(store->try_lock("main")));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool taken = false;
  while (!taken && std::chrono::steady_clock::now() < deadline) taken = must(store->try_lock("main"));
  EXPECT_TRUE(taken);
}

/// Ten seconds, and by the server's own clock: there is no shorter way.
TEST(PostgresLock, F24GoesToWhoAsksForItOnceItsHolderIsSilent) {
  testing::Database database(Dialect::postgres);
  const auto holder = database.open();
  const auto speaker = database.open();
  const auto second = database.open();
  must(holder->migrate());
  must(speaker->try_lock("spoken for"));
  const std::uint64_t said = speaker->statements();
  must(holder->try_lock("main"));
  must(holder->try_lock("other"));
  const auto silent_since = std::chrono::steady_clock::now();
  const auto deadline = silent_since + std::chrono::seconds(15);
  while (!must(second->take_over("main"))) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    EXPECT_TRUE(speaker->still_locked());
    EXPECT_FALSE(must(second->try_lock("main"))) << "that takes nothing from anybody";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - silent_since, std::chrono::milliseconds(9'900));
  EXPECT_FALSE(must(second->take_over("spoken for"))) << "whoever asks after its lock is heard of";
  EXPECT_TRUE(speaker->still_locked());
  EXPECT_EQ(speaker->statements(), said) << "and that counts as nothing that a pass has done";
  EXPECT_FALSE(holder->still_locked());
  const auto written = holder->save("main", {.account_number = "PA1"});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("lock"));
  EXPECT_TRUE(second->save("main", {.account_number = "PA2"}));
  EXPECT_FALSE(must(holder->try_lock("main")));
}

TEST(SqliteLock, IsLostWithItsFile) {
  testing::Database database(Dialect::sqlite);
  auto store = database.open();
  must(store->migrate());
  EXPECT_TRUE(must(store->try_lock("main")));
  std::filesystem::remove(database.spec().substr(7) + ".lock-main");
  EXPECT_FALSE(store->still_locked());
  EXPECT_FALSE(store->save("main", {.account_number = "PA1"}));
  EXPECT_TRUE(must(store->try_lock("main")));
  EXPECT_TRUE(store->save("main", {.account_number = "PA1"}));
}

class Outage : public testing::PostgresTest {
 protected:
  void SetUp() override { must(store->migrate()); }
  void TearDown() override { testing::Database::server().thaw(); }
  static std::chrono::milliseconds since(std::chrono::steady_clock::time_point started) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  }
};

TEST_F(Outage, OfTheServerIsUnavailableAtOnceAndOverWhenItIsBack) {
  must(store->save("main", {.lots = {simple_lot("a")}}));
  EXPECT_TRUE(must(store->try_lock("main")));
  testing::Database::server().stop();
  const auto started = std::chrono::steady_clock::now();
  EXPECT_FALSE(store->still_locked());
  const auto load = store->load("main", {});
  ASSERT_FALSE(load);
  EXPECT_EQ(load.error().kind, StoreError::Kind::unavailable);
  EXPECT_LT(since(started), std::chrono::seconds(10));
  testing::Database::server().start();
  EXPECT_EQ(must(store->load("main", {})).lots.size(), 1U);
  EXPECT_FALSE(store->still_locked()) << "the lock went with the connection";
  const auto save = store->save("main", {.account_number = "PA1"});
  ASSERT_FALSE(save);
  EXPECT_EQ(save.error().kind, StoreError::Kind::unavailable);
  EXPECT_THAT(save.error().message, HasSubstr("lock"));
  EXPECT_TRUE(must(store->try_lock("main")));
  EXPECT_TRUE(store->still_locked());
  EXPECT_TRUE(store->save("main", {.account_number = "PA1"}));
}

TEST_F(Outage, OfTheConnectionAloneCostsTheLockToo) {
  EXPECT_TRUE(must(store->try_lock("main")));
  database.run(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid()");
  EXPECT_FALSE(store->save("main", {.account_number = "PA1"}));
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_accounts"), "0");
}

TEST_F(Outage, AServerThatHangsIsGivenUpByTheDeadline) {
  EXPECT_TRUE(must(store->try_lock("main")));
  testing::Database::server().freeze();
  const auto started = std::chrono::steady_clock::now();
  const auto load = store->load("main", {});
  ASSERT_FALSE(load);
  EXPECT_EQ(load.error().kind, StoreError::Kind::unavailable);
  EXPECT_FALSE(store->still_locked());
  const auto fresh = database.open()->load("main", {});
  ASSERT_FALSE(fresh);
  EXPECT_EQ(fresh.error().kind, StoreError::Kind::unavailable);
  EXPECT_LT(since(started), std::chrono::seconds(12));
  testing::Database::server().thaw();
  EXPECT_TRUE(store->load("main", {}));
}

TEST_F(Outage, AStatementThatIsBlockedKeepsTheConnectionAndItsLock) {
  EXPECT_TRUE(must(store->try_lock("main")));
  database.run("BEGIN");
  database.run("LOCK TABLE active_positions");
  const auto load = store->load("main", {});
  ASSERT_FALSE(load);
  EXPECT_EQ(load.error().kind, StoreError::Kind::unavailable);
  database.run("ROLLBACK");
  EXPECT_TRUE(store->still_locked());
  EXPECT_TRUE(store->save("main", {.account_number = "PA1"}));
}

TEST(Opening, NeverTellsThePassword) {
  const std::string down = "postgresql://ann:s3cret-word@127.0.0.1:1/trades";
  auto store = must(open_store(down));
  const auto load = store->load("main", {});
  ASSERT_FALSE(load);
  EXPECT_EQ(load.error().kind, StoreError::Kind::unavailable);
  EXPECT_THAT(load.error().message, Not(HasSubstr("s3cret-word")));
  EXPECT_EQ(store->description(), "postgresql://ann@127.0.0.1:1/trades");
  EXPECT_EQ(describe(down), "postgresql://ann@127.0.0.1:1/trades");

  const auto malformed = open_store("postgresql://ann:s3cret-word@[::1/trades");
  ASSERT_FALSE(malformed);
  EXPECT_THAT(malformed.error().message, Not(HasSubstr("s3cret-word")));
  EXPECT_THAT(describe("postgresql://ann:s3cret-word@[::1/trades"), Not(HasSubstr("s3cret-word")));
}

TEST(Opening, AnotherKindOfStoreIsRefusedAndADirectoryThatCannotBeMadeIsUnavailable) {
  EXPECT_EQ(open_store("mysql://host/db").error().kind, StoreError::Kind::refused);
  EXPECT_THAT(open_store("mysql://u:pw@host/db").error().message, Not(HasSubstr("pw")));
  EXPECT_EQ(open_store("/dev/null/belay.db").error().kind, StoreError::Kind::unavailable);
  EXPECT_EQ(open_store("").error().kind, StoreError::Kind::refused);
}

TEST(Opening, SettingsLeadToTheSamePlaceAsAUrl) {
  const auto store = must(open_postgres(ConnectionSettings{.host = "db.example",
                                                           .port = "6000",
                                                           .database = "trades",
                                                           .user = "ann",
                                                           .password = "s3cret-word",
                                                           .ssl_mode = ""}));
  EXPECT_EQ(store->description(), "postgresql://ann@db.example:6000/trades");
}

}  // namespace
}  // namespace belay::store
