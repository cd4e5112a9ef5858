// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shell/ports/store.hpp"
#include "sim/world/broker.hpp"

namespace belay::world {

/// What survives every process: exactly what was committed.
struct Database {
  std::string account_number;
  std::optional<LossLimit> loss_limit;
  std::optional<Absences> absences;
  std::map<LotUid, Lot> lots;  ///< closed ones too
  std::vector<Execution> executions;
  std::map<std::string, std::string> imported;  ///< by key: the outcome
  std::vector<OperatorCommand> commands;
  std::set<std::int64_t> finished;
  std::int64_t next_id = 1;
  std::uint64_t events = 0;
  int lock_holder = 0;  ///< the line that holds it; 0: nobody
  int lines = 0;
};

/// One process's connection to it.
class StoreLine : public Store {
 public:
  /// `committed` hears of every batch when it is written.
  using Listener = std::function<void(const Batch&)>;
  StoreLine(Database& database, Timeline& timeline, Weather& weather, Mortality& process, Listener committed)
      : database_(&database),
        timeline_(&timeline),
        weather_(&weather),
        process_(&process),
        committed_(std::move(committed)),
        me_(++database.lines) {}
  /// The process is gone, and its lock with it.
  void hang_up();
  void lose_lock();

  StoreResult<MigrationReport> migrate() override;
  StoreResult<int> schema_version() override { return 1; }
  StoreResult<bool> try_lock(const std::string& account) override;
  bool still_locked() override { return database_->lock_holder == me_; }
  StoreResult<StoredBook> load(const std::string& account, const std::vector<std::string>& aliases) override;
  StoreResult<std::vector<Execution>> executions_for(const std::string& account,
                                                     const std::vector<std::string>& aliases,
                                                     const std::vector<std::string>& symbols) override;
  StoreResult<std::vector<NewRow>> save(const std::string& account, const Batch& batch) override;
  StoreResult<std::int64_t> enqueue(const std::string& account, const OperatorCommand& command) override;
  StoreResult<std::vector<OperatorCommand>> waiting_commands(const std::string& account) override;
  StoreResult<std::vector<Lot>> lots(const LotFilter& filter) override;
  StoreResult<std::map<std::int64_t, Fields>> other_columns(const LotFilter& filter) override;
  StoreResult<std::vector<StoredEvent>> events(const EventFilter& filter) override;
  [[nodiscard]] std::uint64_t statements() const override { return statements_; }
  [[nodiscard]] std::string description() const override { return "the world's store"; }

 private:
  std::optional<StoreError> fails();
  std::vector<NewRow> commit(const Batch& batch);

  Database* database_;
  Timeline* timeline_;
  Weather* weather_;
  Mortality* process_;
  Listener committed_;
  int me_;
  std::uint64_t statements_ = 0;
};

}  // namespace belay::world
