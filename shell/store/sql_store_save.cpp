// SPDX-License-Identifier: Apache-2.0
// SqlStore::save: what a pass writes, in at most seven statements.
#include <algorithm>
#include <map>
#include <string_view>
#include <type_traits>
#include <variant>

#include "shell/json/value.hpp"
#include "shell/json/write.hpp"
#include "shell/store/account_row.hpp"
#include "shell/store/lot_columns.hpp"
#include "shell/store/pass_rows.hpp"
#include "shell/store/sql_store.hpp"
#include "shell/store/statements.hpp"

namespace belay::store {
namespace {

/// Without NUL characters, which PostgreSQL cannot keep in a text: one odd name must not stop the records.
std::string storable(std::string text) {
  std::size_t at = 0;
  while ((at = text.find('\0', at)) != std::string::npos) text.replace(at, 1, "\xEF\xBF\xBD");
  return text;
}

json::Value storable(json::Value value) {
  if (const std::string* text = value.as_string()) return storable(*text);
  if (json::Array* array = value.as_array()) {
    for (json::Value& element : *array) element = storable(std::move(element));
  } else if (const json::Object* object = value.as_object()) {
    json::Object out;
    for (const auto& [key, member] : *object) out.append(storable(key), storable(member));
    return out;
  }
  return value;
}

json::Value field_value(const FieldValue& field) {
  return std::visit(
      [](const auto& value) -> json::Value {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<T, Decimal>) {
          return json::is_number_text(value.text) ? json::Value::number_text(value.text) : json::Value(value.text);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          json::Array out;
          for (const std::string& word : value) out.push_back(word);
          return out;
        } else {
          return value;
        }
      },
      field);
}

std::string event_data(const Fields& fields) {
  json::Object out;
  for (const auto& [name, value] : fields) out.set(storable(name), storable(field_value(value)));
  return json::write(std::move(out));
}

json::Value row_value(const Columns& columns) {
  json::Object out;
  for (const auto& [name, value] : columns) out.append(name, storable(value));
  return out;
}

/// The last word on each lot, in the order of the batch.
std::vector<const Lot*> last_by_uid(const std::vector<Lot>& lots) {
  std::map<LotUid, const Lot*> last;
  for (const Lot& lot : lots) last[lot.uid] = &lot;
  std::vector<const Lot*> out;
  for (const Lot& lot : lots) {
    if (last[lot.uid] == &lot) out.push_back(&lot);
  }
  return out;
}

json::Object settlement(std::string_view kind, std::string key, std::string upstream = "", std::string outcome = "") {
  return json::Object{{"kind", kind},
                      {"key", storable(std::move(key))},
                      {"upstream", storable(std::move(upstream))},
                      {"outcome", storable(std::move(outcome))}};
}

json::Array settlements(const Batch& batch) {
  json::Array out;
  std::map<std::string, const ImportedExecution*> imported;
  for (const ImportedExecution& execution : batch.imported) imported[execution.key] = &execution;
  for (const auto& [key, execution] : imported) {
    out.push_back(settlement("import", key, execution->account_name, execution->outcome));
  }
  for (const std::int64_t id : batch.finished_commands) out.push_back(settlement("command", std::to_string(id)));
  if (batch.account_number) out.push_back(settlement("account", *batch.account_number));
  return out;
}

StoreError lock_lost(const std::string& account) {
  return {StoreError::Kind::unavailable, "the lock of account \"" + account +
                                             "\" was lost with the connection: nothing is written before it is taken "
                                             "again"};
}

}  // namespace

StoreResult<std::vector<NewRow>> SqlStore::save(const std::string& account, const Batch& batch) {
  if (batch.empty()) return std::vector<NewRow>{};
  const std::uint64_t statements_before = connection_->statements();
  if (connection_->lost_lock(account)) return std::unexpected(lock_lost(account));
  if (const auto known = facts(); !known) return std::unexpected(known.error());
  Transaction transaction(*connection_);
  if (const auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
  // BEGIN may have reconnected: a new connection has no lock.
  if (connection_->lost_lock(account)) return std::unexpected(lock_lost(account));
  auto new_rows = write_lots(batch.lots);
  if (!new_rows) return new_rows;
  const auto events = unwritten(batch.events);
  if (!events) return std::unexpected(events.error());
  const auto number = write_events(*events);
  if (!number) return std::unexpected(number.error());
  if (const auto done = write_settlements(account, batch); !done) return std::unexpected(done.error());
  if (batch.loss_limit) {
    const auto done = write_account(account, "loss_limit", loss_limit_text(*batch.loss_limit));
    if (!done) return std::unexpected(done.error());
  }
  if (batch.absences) {
    const auto done = write_account(account, "absences", absences_text(*batch.absences));
    if (!done) return std::unexpected(done.error());
  }
  if (const auto done = write_passes(account, batch, statements_before); !done) return std::unexpected(done.error());
  if (const auto done = transaction.commit(); !done) {
    if (!events->empty()) unsure_ = Unsure{*number, events->back()->number};
    return std::unexpected(done.error());
  }
  unsure_.reset();
  events_written_ = 0;
  return new_rows;
}

// All else in a batch may be written twice and is the same; an event would be there twice.
StoreResult<std::vector<const EventRecord*>> SqlStore::unwritten(const std::vector<EventRecord>& events) {
  if (unsure_ && !unsure_->transaction.empty()) {
    const auto rows = connection_->run("SELECT txid_status(CAST($1 AS bigint))", {unsure_->transaction});
    if (!rows) return std::unexpected(rows.error());
    const std::string outcome = rows->rows.at(0).at(0).value_or("forgotten");
    if (outcome == "in progress") {
      return std::unexpected(StoreError{StoreError::Kind::unavailable,
                                        "the transaction before has not ended yet, so what it wrote is not known"});
    }
    if (outcome == "committed") events_written_ = unsure_->last_event;
    unsure_.reset();
  }
  std::vector<const EventRecord*> out;
  for (const EventRecord& event : events) {
    if (event.number == 0 || event.number > events_written_) out.push_back(&event);
  }
  return out;
}

// After the account's row, which the settlements may only just have made.
StoreResult<void> SqlStore::write_account(const std::string& account, std::string_view column,
                                          const std::string& text) {
  const auto done = connection_->run(
      "UPDATE belay_accounts SET " + std::string(column) + " = $2 WHERE account_name = $1", {account, text});
  if (!done) return std::unexpected(done.error());
  return {};
}

StoreResult<std::vector<NewRow>> SqlStore::write_lots(const std::vector<Lot>& lots) {
  if (lots.empty()) return std::vector<NewRow>{};
  json::Array rows;
  for (const Lot* lot : last_by_uid(lots)) {
    Columns columns = lot_columns(*lot);
    narrow(columns, "active_positions", *facts_);
    rows.push_back(row_value(columns));
  }
  const auto done =
      connection_->run(statements::write_lots(connection_->dialect(), *facts_), {json::write(std::move(rows))});
  if (!done) return std::unexpected(done.error());
  std::vector<NewRow> new_rows;
  for (std::size_t row = 0; row < done->rows.size(); ++row) {
    new_rows.push_back({LotUid(*done->text(row, "uid")), std::stoll(*done->text(row, "id"))});
  }
  return new_rows;
}

StoreResult<std::string> SqlStore::write_events(const std::vector<const EventRecord*>& events) {
  if (events.empty()) return {};
  json::Array rows;
  for (const EventRecord* event : events) {
    rows.push_back(json::Object{{"n", static_cast<std::int64_t>(rows.size())},
                                {"uid", event->lot.empty() ? json::Value() : json::Value(event->lot.text())},
                                {"event_type", to_text(event->type)},
                                {"event_data", event_data(event->data)},
                                {"created_at", to_text(event->at)}});
  }
  const auto done = connection_->run(statements::write_events(connection_->dialect()), {json::write(std::move(rows))});
  if (!done) return std::unexpected(done.error());
  const bool counts = connection_->dialect() == Dialect::postgres;  // and gives the transaction's number
  const std::int64_t written = counts ? std::stoll(*done->text(0, "written")) : done->changed;
  if (written != static_cast<std::int64_t>(events.size())) {
    return std::unexpected(StoreError{StoreError::Kind::refused,
                                      "an event names a lot that is not stored: nothing of the batch was written"});
  }
  return counts ? *done->text(0, "transaction") : std::string();
}

// The last statement before COMMIT: so what the pass took can be told in full.
StoreResult<void> SqlStore::write_passes(const std::string& account, const Batch& batch,
                                         std::uint64_t statements_before) {
  if (batch.passes.empty()) return {};
  std::vector<PassFigures> passes = batch.passes;
  constexpr std::uint64_t kThisAndCommit = 2;
  passes.back().store_statements +=
      static_cast<std::int64_t>(connection_->statements() - statements_before + kThisAndCommit);
  passes.back().rows_written += static_cast<std::int64_t>(batch.rows());
  const auto done = connection_->run(statements::write_passes(connection_->dialect()), {account, passes_text(passes)});
  if (!done) return std::unexpected(done.error());
  return {};
}

StoreResult<void> SqlStore::write_settlements(const std::string& account, const Batch& batch) {
  json::Array closed;
  for (const Lot* lot : last_by_uid(batch.lots)) {
    if (lot->status != LotStatus::closed) continue;
    Columns columns = history_columns(*lot);
    narrow(columns, "position_history", *facts_);
    closed.push_back(row_value(columns));
  }
  json::Array settled = settlements(batch);
  const bool any_closed = !closed.empty();
  const bool any_settled = !settled.empty();
  const Cell closed_text = json::write(std::move(closed));
  const Dialect dialect = connection_->dialect();
  if (any_settled || (any_closed && dialect == Dialect::postgres)) {
    const auto done =
        connection_->run(statements::settle(dialect), {account, json::write(std::move(settled)), closed_text});
    if (!done) return std::unexpected(done.error());
  }
  if (any_closed && dialect == Dialect::sqlite) {
    const auto done = connection_->run(statements::write_history(dialect), {closed_text});
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace belay::store
