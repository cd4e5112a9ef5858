// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shell/ports/store.hpp"
#include "shell/store/connection.hpp"
#include "shell/store/lot_row.hpp"
#include "shell/store/schema.hpp"

namespace belay::store {

/// The store over either database: what is read and written, and how often. How, is the connection's.
class SqlStore final : public Store {
 public:
  explicit SqlStore(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  StoreResult<MigrationReport> migrate() override;
  StoreResult<int> schema_version() override;
  StoreResult<bool> try_lock(const std::string& account) override { return connection_->try_lock(account); }
  StoreResult<bool> take_over(const std::string& account) override { return connection_->take_over(account); }
  bool still_locked() override { return connection_->still_locked(); }
  StoreResult<StoredBook> load(const std::string& account, const std::vector<std::string>& aliases) override;
  StoreResult<std::vector<UnknownAccount>> unknown_accounts(const std::vector<std::string>& known) override;
  StoreResult<std::vector<Execution>> executions_for(const std::string& account,
                                                     const std::vector<std::string>& aliases,
                                                     const std::vector<std::string>& symbols) override;
  StoreResult<std::vector<NewRow>> save(const std::string& account, const Batch& batch) override;
  StoreResult<std::int64_t> enqueue(const std::string& account, const OperatorCommand& command) override;
  StoreResult<std::vector<OperatorCommand>> waiting_commands(const std::string& account) override;
  StoreResult<std::vector<Lot>> lots(const LotFilter& filter) override;
  StoreResult<std::map<std::int64_t, Fields>> other_columns(const LotFilter& filter) override;
  StoreResult<std::vector<StoredEvent>> events(const EventFilter& filter) override;
  StoreResult<ExportPage> page(const ExportQuery& query) override;
  StoreResult<bool> write_price_path() override;
  StoreResult<bool> fold_noisy_events(Timestamp before) override;
  [[nodiscard]] std::uint64_t statements() const override { return connection_->statements(); }
  [[nodiscard]] std::string description() const override { return connection_->description(); }

 private:
  struct AccountNotes {
    std::string number;
    std::vector<OperatorCommand> commands;
    std::string loss_limit;  ///< as stored; empty where there is none
    std::string absences;    ///< likewise
  };
  StoreResult<Rows> lot_rows(const LotFilter& filter);
  StoreResult<void> add_due_paths(Rows& history);
  StoreResult<void> write_path_of(const std::vector<Cell>& position);
  StoreResult<AccountNotes> read_notes(const std::string& account);
  StoreResult<void> read_lots(const std::string& account, const std::string& aliases, StoredBook& book);
  StoreResult<void> claim(const std::string& account, const std::vector<const Lot*>& lots);
  StoreResult<void> read_executions(const std::string& account, const std::string& aliases, StoredBook& book);

  StoreResult<const SchemaFacts*> facts();
  StoreResult<std::vector<NewRow>> write_lots(const std::vector<Lot>& lots);
  /// A transaction whose COMMIT was never answered, and the number of the last event in it.
  struct Unsure {
    std::string transaction;
    std::uint64_t last_event = 0;
  };
  /// The events that a transaction of unknown outcome has not written already.
  StoreResult<std::vector<const EventRecord*>> unwritten(const std::vector<EventRecord>& events);
  /// Gives the transaction's number where the database has one by which its outcome can be asked for later.
  StoreResult<std::string> write_events(const std::vector<const EventRecord*>& events);
  /// `column` is a constant of ours.
  StoreResult<void> write_account(const std::string& account, std::string_view column, const std::string& text);
  StoreResult<void> write_passes(const std::string& account, const Batch& batch, std::uint64_t statements_before);
  StoreResult<void> write_settlements(const std::string& account, const Batch& batch);

  std::unique_ptr<Connection> connection_;
  std::optional<SchemaFacts> facts_;
  std::optional<Unsure> unsure_;
  std::uint64_t events_written_ = 0;  // of the batch that is being tried again: up to this one
};

}  // namespace belay::store
