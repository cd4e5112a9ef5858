// SPDX-License-Identifier: Apache-2.0
#include "shell/store/sql_archive.hpp"

#include <algorithm>

#include "shell/json/parse.hpp"
#include "shell/store/lot_row.hpp"
#include "shell/store/pass_rows.hpp"
#include "shell/store/row_reader.hpp"

namespace belay::store {
namespace {

/// "a >= $2 AND a < $3", whichever way the database keeps times.
std::string within(Dialect dialect, const std::string& column) {
  if (dialect == Dialect::postgres) {
    return column + " >= CAST($2 AS timestamptz) AND " + column + " < CAST($3 AS timestamptz)";
  }
  return "julianday(" + column + ") >= julianday($2) AND julianday(" + column + ") < julianday($3)";
}

std::vector<Cell> parameters(const ArchiveQuery& query) {
  return {query.account, to_text(query.from), to_text(query.to)};
}

std::optional<Price> price_of(const json::Value* value) {
  const std::string* text = value == nullptr ? nullptr : value->decimal_text();
  if (text == nullptr) return std::nullopt;
  const auto price = Price::parse_rounding(*text);
  return price ? std::optional(*price) : std::nullopt;
}

/// nullopt for an event that is not the beginning of an exit, or whose data nobody can read.
std::optional<ExitTrigger> read_trigger(const Rows& rows, std::size_t index) {
  RowReader row(rows, index);
  const auto data = json::parse(row.text("event_data").value_or(""));
  const json::Value* said = data ? data->find("reason") : nullptr;
  const std::string* word = said == nullptr ? nullptr : said->as_string();
  const auto reason = word == nullptr ? std::nullopt : parse_exit_reason(*word);
  const auto at = row.time("created_at");
  if (!reason || !at || data->find("joined") != nullptr) return std::nullopt;
  return ExitTrigger{LotUid(row.text("uid").value_or("")), *at, *reason, price_of(data->find("current_price"))};
}

}  // namespace

StoreResult<std::vector<ArchivedLot>> SqlArchive::lots(const ArchiveQuery& query) {
  const Dialect dialect = connection_->dialect();
  const auto rows = connection_->run(
      "SELECT p.* FROM active_positions p WHERE p.uid IS NOT NULL AND (CAST($1 AS text) = '' OR p.account_name = "
      "CAST($1 AS text)) AND (p.status IN ('open', 'closing') OR (" +
          within(dialect, "p.closed_at") + ") OR (" + within(dialect, "p.entry_time") + "))",
      parameters(query));
  if (!rows) return std::unexpected(rows.error());
  std::vector<ArchivedLot> out;
  out.reserve(rows->rows.size());
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    LotRow read = read_lot(*rows, i);
    RowReader row(*rows, i);
    out.push_back({std::move(read.lot), row.decimal<Money>("fees")});
  }
  std::ranges::sort(out, [](const ArchivedLot& a, const ArchivedLot& b) {
    return std::pair(a.lot.entry_time, a.lot.id) < std::pair(b.lot.entry_time, b.lot.id);
  });
  return out;
}

StoreResult<std::vector<ExitTrigger>> SqlArchive::exit_triggers(const ArchiveQuery& query) {
  const auto rows = connection_->run(
      "SELECT p.uid, e.event_data, e.created_at FROM position_events e JOIN active_positions p ON p.id = e.position_id "
      "WHERE e.event_type = 'exit_triggered' AND p.uid IS NOT NULL AND (CAST($1 AS text) = '' OR p.account_name = "
      "CAST($1 AS text)) AND " +
          within(connection_->dialect(), "e.created_at") + " ORDER BY e.created_at, e.id",
      parameters(query));
  if (!rows) return std::unexpected(rows.error());
  std::vector<ExitTrigger> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    if (auto trigger = read_trigger(*rows, i)) out.push_back(std::move(*trigger));
  }
  return out;
}

StoreResult<std::vector<PassDay>> SqlArchive::pass_days(const std::string& account, Date first, Date last) {
  const auto rows =
      connection_->run(statements::days_of_passes(connection_->dialect()), {account, to_text(first), to_text(last)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<PassDay> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    RowReader row(*rows, i);
    PassDay day{.account = row.text("account_name").value_or(""), .day = row.date("day").value_or(Date())};
    day.passes = row.integer("passes").value_or(0);
    day.longest_ms = row.integer("longest_ms").value_or(0);
    for (const PassNumber& number : kPassNumbers) day.sums.*number.member = row.integer(number.name).value_or(0);
    out.push_back(std::move(day));
  }
  return out;
}

StoreResult<void> SqlArchive::fold_passes(Date before) {
  const std::vector<Cell> day{to_text(before)};
  const Dialect dialect = connection_->dialect();
  Transaction transaction(*connection_);
  if (const auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
  for (const std::string& statement : {statements::fold_passes(dialect), statements::drop_folded_passes(dialect)}) {
    const auto done = connection_->run(statement, day);
    if (!done) return std::unexpected(done.error());
  }
  return transaction.commit();
}

}  // namespace belay::store
