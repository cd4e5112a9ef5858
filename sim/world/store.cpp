// SPDX-License-Identifier: Apache-2.0
#include "sim/world/store.hpp"

#include <algorithm>
#include <chrono>

namespace belay::world {

using namespace std::chrono_literals;

void StoreLine::hang_up() {
  if (database_->lock_holder == me_) database_->lock_holder = 0;
}

void StoreLine::lose_lock() { hang_up(); }

std::optional<StoreError> StoreLine::fails() {
  ++statements_;
  process_->call_made();
  Duration time = 1ms;
  if (const Happening* slow = weather_->strikes(Kind::store_slow)) time = std::chrono::milliseconds(slow->n[1]);
  timeline_->advance(time);
  process_->call_made();
  if (weather_->strikes(Kind::store_down) != nullptr) return StoreError{StoreError::Kind::unavailable, "store is down"};
  if (weather_->strikes(Kind::store_refuses) != nullptr) return StoreError{StoreError::Kind::refused, "disk full"};
  return std::nullopt;
}

StoreResult<MigrationReport> StoreLine::migrate() {
  if (const auto error = fails()) return std::unexpected(*error);
  return MigrationReport{};
}

StoreResult<bool> StoreLine::try_lock(const std::string&) {
  if (const auto error = fails()) return std::unexpected(*error);
  if (database_->lock_holder == 0) database_->lock_holder = me_;
  return database_->lock_holder == me_;
}

StoreResult<StoredBook> StoreLine::load(const std::string&, const std::vector<std::string>&) {
  if (const auto error = fails()) return std::unexpected(*error);
  StoredBook book;
  book.account_number = database_->account_number;
  book.loss_limit = database_->loss_limit;
  book.absences = database_->absences;
  for (const auto& [uid, lot] : database_->lots) {
    if (lot.status != LotStatus::closed) book.lots.push_back(lot);
  }
  std::ranges::stable_sort(book.lots, {}, &Lot::entry_time);
  for (const Execution& execution : database_->executions) {
    if (execution.is_trade && !database_->imported.contains(execution.key)) book.executions.push_back(execution);
  }
  std::ranges::stable_sort(book.executions, std::ranges::greater(), &Execution::entry_time);
  for (const OperatorCommand& command : database_->commands) {
    if (!database_->finished.contains(command.id)) book.commands.push_back(command);
  }
  return book;
}

StoreResult<std::vector<Execution>> StoreLine::executions_for(const std::string&, const std::vector<std::string>&,
                                                              const std::vector<std::string>& symbols) {
  if (const auto error = fails()) return std::unexpected(*error);
  std::vector<Execution> found;
  for (const Execution& execution : database_->executions) {
    const bool asked = std::ranges::find(symbols, execution.instrument.symbol) != symbols.end();
    const auto known = database_->imported.find(execution.key);
    const bool is_free = known == database_->imported.end() || known->second == "history";
    if (asked && is_free) found.push_back(execution);
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &Execution::entry_time);
  return found;
}

StoreResult<std::vector<NewRow>> StoreLine::save(const std::string&, const Batch& batch) {
  if (batch.empty()) return std::vector<NewRow>{};
  if (const auto error = fails()) return std::unexpected(*error);
  if (!still_locked()) return std::unexpected(StoreError{StoreError::Kind::unavailable, "the lock was lost"});
  auto rows = commit(batch);
  if (weather_->take(Kind::store_lies)) return std::unexpected(StoreError{StoreError::Kind::unavailable, "no reply"});
  return rows;
}

std::vector<NewRow> StoreLine::commit(const Batch& batch) {
  std::vector<NewRow> rows;
  for (const Lot& lot : batch.lots) {
    const auto known = database_->lots.find(lot.uid);
    const std::int64_t id = known != database_->lots.end() ? known->second.id : database_->next_id++;
    if (known == database_->lots.end()) rows.push_back({lot.uid, id});
    Lot& stored = database_->lots[lot.uid];
    stored = lot;
    stored.id = id;
  }
  for (const ImportedExecution& execution : batch.imported) database_->imported[execution.key] = execution.outcome;
  for (const std::int64_t id : batch.finished_commands) database_->finished.insert(id);
  if (batch.account_number) database_->account_number = *batch.account_number;
  if (batch.loss_limit) database_->loss_limit = *batch.loss_limit;
  if (batch.absences) database_->absences = *batch.absences;
  database_->events += batch.events.size();
  committed_(batch);
  return rows;
}

StoreResult<std::int64_t> StoreLine::enqueue(const std::string&, const OperatorCommand& command) {
  if (const auto error = fails()) return std::unexpected(*error);
  database_->commands.push_back(command);
  database_->commands.back().id = database_->next_id++;
  return database_->commands.back().id;
}

StoreResult<std::vector<OperatorCommand>> StoreLine::waiting_commands(const std::string&) {
  if (const auto error = fails()) return std::unexpected(*error);
  std::vector<OperatorCommand> waiting;
  for (const OperatorCommand& command : database_->commands) {
    if (!database_->finished.contains(command.id)) waiting.push_back(command);
  }
  return waiting;
}

StoreResult<std::vector<Lot>> StoreLine::lots(const LotFilter& filter) {
  if (const auto error = fails()) return std::unexpected(*error);
  std::vector<Lot> found;
  for (const auto& [uid, lot] : database_->lots) {
    const bool asked =
        filter.symbol.empty() || lot.instrument.symbol == filter.symbol || ticker(lot.instrument) == filter.symbol;
    const bool in_time = !filter.closed_since || (lot.closed_at && *lot.closed_at >= *filter.closed_since);
    if (asked && in_time && (filter.include_closed || lot.status != LotStatus::closed)) found.push_back(lot);
  }
  std::ranges::stable_sort(found, {}, &Lot::entry_time);
  return found;
}

StoreResult<std::map<std::int64_t, Fields>> StoreLine::other_columns(const LotFilter&) {
  return std::map<std::int64_t, Fields>{};
}

StoreResult<std::vector<StoredEvent>> StoreLine::events(const EventFilter&) { return std::vector<StoredEvent>{}; }

}  // namespace belay::world
