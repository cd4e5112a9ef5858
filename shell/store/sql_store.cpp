// SPDX-License-Identifier: Apache-2.0
#include "shell/store/sql_store.hpp"

#include <algorithm>
#include <set>

#include "shell/json/parse.hpp"
#include "shell/json/value.hpp"
#include "shell/json/write.hpp"
#include "shell/store/account_row.hpp"
#include "shell/store/command_row.hpp"
#include "shell/store/execution_row.hpp"
#include "shell/store/lot_columns.hpp"
#include "shell/store/migrator.hpp"
#include "shell/store/row_reader.hpp"
#include "shell/store/statements.hpp"

namespace belay::store {
namespace {

std::string json_list(const std::vector<std::string>& words) {
  json::Array out;
  for (const std::string& word : words) out.emplace_back(word);
  return json::write(std::move(out));
}

std::int64_t to_number(const Cell& cell) { return cell ? std::strtoll(cell->c_str(), nullptr, 10) : 0; }

/// The uid of a row that another service wrote: the same whenever and by whomever it is derived.
LotUid uid_of_row(const std::string& account_number, const std::string& account, std::int64_t id) {
  return lot_uid(account_number.empty() ? account : account_number, "row:" + std::to_string(id));
}

bool older(const Lot& a, const Lot& b) { return std::tie(a.entry_time, a.id) < std::tie(b.entry_time, b.id); }

}  // namespace

StoreResult<MigrationReport> SqlStore::migrate() {
  facts_.reset();
  return store::migrate(*connection_);
}

StoreResult<int> SqlStore::schema_version() {
  auto read = read_schema(*connection_);
  if (!read) return std::unexpected(read.error());
  facts_ = std::move(*read);
  return facts_->version;
}

StoreResult<const SchemaFacts*> SqlStore::facts() {
  if (!facts_) {
    if (const auto version = schema_version(); !version) return std::unexpected(version.error());
  }
  return &*facts_;
}

StoreResult<StoredBook> SqlStore::load(const std::string& account, const std::vector<std::string>& aliases) {
  const std::string names = json_list(aliases);
  auto notes = read_notes(account);
  if (!notes) return std::unexpected(notes.error());
  StoredBook book;
  book.account_number = std::move(notes->number);
  book.commands = std::move(notes->commands);
  if (!notes->loss_limit.empty()) {
    auto limit = parse_loss_limit(notes->loss_limit);
    if (limit) {
      book.loss_limit = std::move(*limit);
    } else {
      book.quarantined.push_back({"loss_limit", account, "belay_accounts.loss_limit: " + limit.error().message});
    }
  }
  if (!notes->absences.empty()) {
    auto absences = parse_absences(notes->absences);
    if (absences) {
      book.absences = std::move(*absences);
    } else {
      book.quarantined.push_back({"absences", account, "belay_accounts.absences: " + absences.error().message});
    }
  }
  if (const auto read = read_lots(account, names, book); !read) return std::unexpected(read.error());
  if (const auto read = read_executions(account, names, book); !read) return std::unexpected(read.error());
  return book;
}

StoreResult<SqlStore::AccountNotes> SqlStore::read_notes(const std::string& account) {
  const auto rows = connection_->run(
      "SELECT 0 AS id, account_number AS lot_uid, CAST(NULL AS text) AS quantity, '' AS who, "
      "coalesce(loss_limit, '') AS why, '' AS command, coalesce(absences, '') AS terms FROM belay_accounts WHERE "
      "account_name = $1 "
      "UNION ALL SELECT id, lot_uid, CAST(quantity AS text), who, why, command, terms FROM belay_commands "
      "WHERE account_name = $1 AND finished_at IS NULL ORDER BY 1",
      {account});
  if (!rows) return std::unexpected(rows.error());
  AccountNotes notes;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    OperatorCommand command = read_command(*rows, i);
    if (command.id == 0) {
      notes.number = command.lot.text();
      notes.loss_limit = command.why;
      notes.absences = *rows->text(i, "terms");
    } else {
      notes.commands.push_back(std::move(command));
    }
  }
  return notes;
}

StoreResult<void> SqlStore::read_lots(const std::string& account, const std::string& aliases, StoredBook& book) {
  const auto rows = connection_->run(statements::open_lots(connection_->dialect()), {account, aliases});
  if (!rows) return std::unexpected(rows.error());
  std::vector<const Lot*> claimed;
  book.lots.reserve(rows->rows.size());
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    LotRow row = read_lot(*rows, i);
    if (!row.ours && row.why) {
      book.quarantined.push_back({"row:" + std::to_string(row.lot.id), row.lot.account,
                                  "active_positions, id " + std::to_string(row.lot.id) + ": " + *row.why});
      continue;
    }
    if (!row.ours) {
      row.lot.uid = uid_of_row(book.account_number, account, row.lot.id);
      row.lot.account = account;
    }
    if (row.why) row.lot.concern = "the stored row is damaged: " + *row.why;
    book.lots.push_back(std::move(row.lot));
    if (!row.ours) claimed.push_back(&book.lots.back());  // reserved above: stays where it is
  }
  if (!claimed.empty()) {
    if (const auto done = claim(account, claimed); !done) return done;
  }
  std::ranges::sort(book.lots, older);
  return {};
}

StoreResult<void> SqlStore::claim(const std::string& account, const std::vector<const Lot*>& lots) {
  json::Array rows;
  for (const Lot* lot : lots) {
    rows.emplace_back(
        json::Object{{"id", lot->id}, {"uid", lot->uid.text()}, {"account_name", account}, {"concern", lot->concern}});
  }
  const auto done = connection_->run(statements::claim_lots(connection_->dialect()), {json::write(std::move(rows))});
  if (!done) return std::unexpected(done.error());
  return {};
}

StoreResult<void> SqlStore::read_executions(const std::string& account, const std::string& aliases, StoredBook& book) {
  const auto rows = connection_->run(statements::new_executions(connection_->dialect(), false), {account, aliases});
  if (!rows) return std::unexpected(rows.error());
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    auto read = read_execution(*rows, i);
    if (read) {
      book.executions.push_back(std::move(*read));
    } else {
      book.quarantined.push_back(std::move(read.error()));
    }
  }
  std::ranges::stable_sort(book.executions, std::ranges::greater(), &Execution::entry_time);
  return {};
}

StoreResult<std::vector<Execution>> SqlStore::executions_for(const std::string& account,
                                                             const std::vector<std::string>& aliases,
                                                             const std::vector<std::string>& symbols) {
  const auto rows = connection_->run(statements::new_executions(connection_->dialect(), true),
                                     {account, json_list(aliases), json_list(symbols)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Execution> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    auto read = read_execution(*rows, i);  // what is not understood is reported by load
    if (read) out.push_back(std::move(*read));
  }
  std::ranges::stable_sort(out, std::ranges::greater(), &Execution::entry_time);
  return out;
}

StoreResult<std::vector<UnknownAccount>> SqlStore::unknown_accounts(const std::vector<std::string>& known) {
  const auto rows = connection_->run(statements::unknown_accounts(connection_->dialect()), {json_list(known)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<UnknownAccount> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    RowReader row(*rows, i);
    out.push_back({row.text("name").value_or(""), row.integer("found").value_or(0)});
  }
  return out;
}

StoreResult<std::int64_t> SqlStore::enqueue(const std::string& account, const OperatorCommand& command) {
  const Cell quantity = command.quantity ? Cell(command.quantity->text()) : std::nullopt;
  const auto rows = connection_->run(
      std::string("INSERT INTO belay_commands (account_name, lot_uid, quantity, who, why, command, terms) "
                  "VALUES ($1, $2, ") +
          (connection_->dialect() == Dialect::postgres ? "CAST($3 AS numeric)" : "$3") +
          ", $4, $5, $6, $7) RETURNING id",
      {account, command.lot.text(), quantity, command.who, command.why, std::string(to_text(command.kind)),
       command_terms(command)});
  if (!rows) return std::unexpected(rows.error());
  return to_number(rows->rows.at(0).at(0));
}

StoreResult<std::vector<OperatorCommand>> SqlStore::waiting_commands(const std::string& account) {
  auto notes = read_notes(account);
  if (!notes) return std::unexpected(notes.error());
  return std::move(notes->commands);
}

StoreResult<Rows> SqlStore::lot_rows(const LotFilter& filter) {
  const bool postgres = connection_->dialect() == Dialect::postgres;
  const std::string closed_since = postgres ? "p.closed_at >= CAST(NULLIF(CAST($4 AS text), '') AS timestamptz)"
                                            : "julianday(p.closed_at) >= julianday($4)";
  return connection_->run(
      "SELECT p.*, a.account_number AS owner_number FROM active_positions p "
      "LEFT JOIN belay_accounts a ON a.account_name = p.account_name "
      "WHERE (CAST($1 AS text) = 'all' OR p.status IN ('open', 'closing')) "
      "AND (CAST($2 AS text) = '' OR p.ticker = CAST($2 AS text) OR p.option_symbol = CAST($2 AS text)) "
      "AND (CAST($3 AS text) = '0' OR CAST(p.id AS text) = CAST($3 AS text)) "
      "AND (CAST($4 AS text) = '' OR " +
          closed_since + ")",
      {std::string(filter.include_closed ? "all" : "live"), filter.symbol, std::to_string(filter.id),
       filter.closed_since ? to_text(*filter.closed_since) : ""});
}

StoreResult<std::vector<Lot>> SqlStore::lots(const LotFilter& filter) {
  const auto rows = lot_rows(filter);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Lot> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    LotRow row = read_lot(*rows, i);
    if (!row.ours) {
      const std::string* number = rows->text(i, "owner_number");
      row.lot.uid = uid_of_row(number == nullptr ? "" : *number, row.lot.account, row.lot.id);
    }
    if (row.why) row.lot.concern = "the stored row is not understood: " + *row.why;
    out.push_back(std::move(row.lot));
  }
  std::ranges::sort(out, older);
  return out;
}

StoreResult<std::map<std::int64_t, Fields>> SqlStore::other_columns(const LotFilter& filter) {
  const auto rows = lot_rows(filter);
  if (!rows) return std::unexpected(rows.error());
  std::set<std::string> known{"owner_number", "exact_values"};
  for (const auto& [name, value] : lot_columns(Lot{})) known.insert(name);
  std::map<std::int64_t, Fields> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    RowReader row(*rows, i);
    Fields& fields = out[row.integer("id").value_or(0)];
    for (const auto& [name, place] : rows->columns) {
      if (known.contains(name)) continue;
      const std::string* text = rows->text(i, name);
      const auto time = text != nullptr && name.ends_with("_at") ? row.time(name) : std::nullopt;
      fields.emplace_back(name, text == nullptr ? FieldValue() : FieldValue(time ? to_text(*time) : *text));
    }
  }
  return out;
}

}  // namespace belay::store
