// SPDX-License-Identifier: Apache-2.0
// The answer to COMMIT is lost: what was written is there or is not, and nobody knows. Nothing is written twice.
#include <gtest/gtest.h>

#include "shell/store/postgres_connection.hpp"
#include "shell/store/sql_store.hpp"
#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using testing::must;
using testing::simple_lot;

enum class Commit { works, done_but_unanswered, never_arrives };

/// A connection whose COMMIT may be lost on its way there or back.
class Lossy : public Connection {
 public:
  Lossy(std::unique_ptr<Connection> inner, const Commit& next) : inner_(std::move(inner)), next_(next) {}

  StoreResult<Rows> run(const std::string& sql, const std::vector<Cell>& parameters) override {
    if (sql != "COMMIT" || next_ == Commit::works) return inner_->run(sql, parameters);
    static_cast<void>(inner_->run(next_ == Commit::done_but_unanswered ? "COMMIT" : "ROLLBACK", {}));
    return std::unexpected(StoreError{StoreError::Kind::unavailable, "the connection was lost"});
  }
  StoreResult<void> run_script(const std::string& sql) override { return inner_->run_script(sql); }
  void be_patient(bool patient) override { inner_->be_patient(patient); }
  StoreResult<bool> try_lock(const std::string& account) override { return inner_->try_lock(account); }
  bool still_locked() override { return inner_->still_locked(); }
  [[nodiscard]] bool lost_lock(const std::string& account) const override { return inner_->lost_lock(account); }
  [[nodiscard]] Dialect dialect() const override { return inner_->dialect(); }
  [[nodiscard]] std::uint64_t statements() const override { return inner_->statements(); }
  [[nodiscard]] std::string description() const override { return inner_->description(); }

 private:
  std::unique_ptr<Connection> inner_;
  const Commit& next_;
};

class LostCommit : public testing::PostgresTest {
 protected:
  LostCommit()
      : lossy(std::make_unique<Lossy>(must(connect_postgres(must(parse_postgres_url(database.spec())))), commit)) {
    must(store->migrate());
  }

  void add(EventType type) {
    batch.events.push_back({.lot = LotUid("a"), .type = type, .data = {}, .at = {}, .number = batch.events.size() + 1});
  }
  std::string count(const std::string& of) { return database.ask("SELECT count(*) FROM " + of); }

  Commit commit = Commit::works;
  SqlStore lossy;
  Batch batch{.lots = {simple_lot("a")}};
};

TEST_F(LostCommit, F25WhatWasWrittenWithoutAnAnswerIsNotWrittenAgain) {
  add(EventType::created);
  add(EventType::exit_triggered);
  commit = Commit::done_but_unanswered;
  EXPECT_FALSE(lossy.save("main", batch));
  add(EventType::closed);  // meanwhile
  commit = Commit::works;
  must(lossy.save("main", batch));
  EXPECT_EQ(count("position_events"), "3");
  EXPECT_EQ(count("active_positions"), "1");
}

TEST_F(LostCommit, F25WhatNeverArrivedIsWritten) {
  add(EventType::created);
  commit = Commit::never_arrives;
  EXPECT_FALSE(lossy.save("main", batch));
  EXPECT_EQ(count("position_events"), "0");
  add(EventType::closed);
  commit = Commit::works;
  must(lossy.save("main", batch));
  EXPECT_EQ(count("position_events"), "2");
}

TEST_F(LostCommit, F25SeveralLostAnswersInARowAreKeptApart) {
  add(EventType::created);
  commit = Commit::done_but_unanswered;
  EXPECT_FALSE(lossy.save("main", batch));
  add(EventType::check);
  commit = Commit::never_arrives;
  EXPECT_FALSE(lossy.save("main", batch));
  add(EventType::check);
  commit = Commit::done_but_unanswered;
  EXPECT_FALSE(lossy.save("main", batch));
  add(EventType::closed);
  commit = Commit::works;
  must(lossy.save("main", batch));
  EXPECT_EQ(count("position_events"), "4");
  EXPECT_EQ(database.ask("SELECT string_agg(event_type, ' ' ORDER BY id) FROM position_events"),
            "created check check closed");
}

TEST_F(LostCommit, NumbersOfAnotherBatchAreNotMistakenForItsOwn) {
  add(EventType::created);
  must(lossy.save("main", batch));
  batch.events = {};
  add(EventType::check);  // number 1 again: another process's, or another conductor's
  must(lossy.save("main", batch));
  EXPECT_EQ(count("position_events"), "2");
}

}  // namespace
}  // namespace belay::store
