// SPDX-License-Identifier: Apache-2.0
// SqlStore: what is read for export, and how noisy events make room.
#include <chrono>

#include "shell/store/export_columns.hpp"
#include "shell/store/price_path.hpp"
#include "shell/store/row_reader.hpp"
#include "shell/store/sql_store.hpp"

namespace belay::store {
namespace {

using Kind = ExportColumn::Kind;

/// One value in the one form that exports have. What is not understood is passed on as it is.
Cell exported(const Cell& cell, Kind kind) {
  if (!cell) return cell;
  if (kind == Kind::boolean) return *cell == "t" || *cell == "1" || *cell == "true" ? "true" : "false";
  if (kind == Kind::decimal) {
    const auto number = Ratio::parse_rounding(*cell);
    return number ? number->text() : *cell;
  }
  if (kind == Kind::time) {
    const auto at = parse_stored_time(*cell);
    return at ? to_text(*at) : *cell;
  }
  return cell;
}

std::string page_sql(Dialect dialect, const ExportSource& source) {
  const bool sqlite = dialect == Dialect::sqlite;
  const std::string column(source.time_column);
  const std::string at = sqlite ? "julianday(" + column + ")" : column;
  const auto moment = [&](const std::string& parameter) {
    return sqlite ? "julianday(" + parameter + ")" : "CAST(" + parameter + " AS timestamptz)";
  };
  return "SELECT " + source.selected() + " FROM " + std::string(source.table) + " WHERE t.id > CAST($1 AS bigint)" +
         " AND (CAST($2 AS text) IS NULL OR " + at + " >= " + moment("$2") + ") AND (CAST($3 AS text) IS NULL OR " +
         at + " < " + moment("$3") + ") ORDER BY t.id LIMIT CAST($4 AS bigint)";
}

Cell text_or_null(const std::optional<Timestamp>& at) { return at ? Cell(to_text(*at)) : std::nullopt; }

}  // namespace

StoreResult<ExportPage> SqlStore::page(const ExportQuery& query) {
  const ExportSource source = export_source(query.what);
  auto rows = connection_->run(
      page_sql(connection_->dialect(), source),
      {std::to_string(query.after_id), text_or_null(query.from), text_or_null(query.to), std::to_string(query.limit)});
  if (!rows) return std::unexpected(rows.error());
  if (query.what == Exported::history) {
    if (const auto added = add_due_paths(*rows); !added) return std::unexpected(added.error());
  }
  ExportPage page{.columns = source.columns, .rows = {}, .last_id = query.after_id};
  page.rows.reserve(rows->rows.size());
  for (const std::vector<Cell>& row : rows->rows) {
    std::vector<Cell>& out = page.rows.emplace_back();
    for (std::size_t i = 0; i < source.columns.size(); ++i) out.push_back(exported(row[i], source.columns[i].kind));
  }
  if (!page.rows.empty()) page.last_id = std::stoll(page.rows.back().front().value_or("0"));
  return page;
}

// Each by itself: many at once would take longer than a statement may.
StoreResult<void> SqlStore::add_due_paths(Rows& history) {
  const std::size_t id = history.columns.at("id");
  const std::size_t path = history.columns.at("price_path");
  const std::size_t due = history.columns.at(std::string(kPathDue));
  for (std::vector<Cell>& row : history.rows) {
    if (exported(row[due], Kind::boolean) != "true") continue;
    const auto found = connection_->run(statements::path_if_due(connection_->dialect()), {row[id]});
    if (!found && found.error().kind == StoreError::Kind::refused) continue;  // this one has none
    if (!found) return std::unexpected(found.error());
    if (!found->rows.empty()) row[path] = found->rows.front().front();
  }
  return {};
}

StoreResult<bool> SqlStore::write_price_path() {
  const Dialect dialect = connection_->dialect();
  const auto due = connection_->run(statements::position_with_path_due());
  if (!due) return std::unexpected(due.error());
  if (due->rows.empty()) return false;
  const std::vector<Cell> position{due->rows.front().front()};
  const auto written = write_path_of(position);
  if (written) return true;
  // Without one, for good: it would keep those behind it from theirs.
  if (written.error().kind == StoreError::Kind::refused) {
    static_cast<void>(connection_->run(statements::give_up_path(dialect), position));
  }
  return std::unexpected(written.error());
}

StoreResult<void> SqlStore::write_path_of(const std::vector<Cell>& position) {
  const Dialect dialect = connection_->dialect();
  Transaction transaction(*connection_);
  if (const auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
  for (const std::string& statement : {statements::write_path(dialect), statements::drop_kept_days(dialect)}) {
    const auto done = connection_->run(statement, position);
    if (!done) return std::unexpected(done.error());
  }
  return transaction.commit();
}

StoreResult<bool> SqlStore::fold_noisy_events(Timestamp before) {
  using std::chrono::days;
  const Dialect dialect = connection_->dialect();
  const auto date = [](Timestamp at) { return to_text(at).substr(0, std::string_view("2026-01-26").size()); };
  const auto oldest = connection_->run(statements::oldest_noisy_event(dialect), {date(before)});
  if (!oldest) return std::unexpected(oldest.error());
  if (oldest->rows.empty()) return false;
  RowReader row(*oldest, 0);
  const auto position = row.word("position_id");
  const auto at = row.time("created_at");
  if (!at) return std::unexpected(StoreError{StoreError::Kind::refused, "position_events: " + row.why().value_or("")});
  const std::vector<Cell> day{position ? Cell(*position) : std::nullopt, date(*at), date(*at + days(1))};

  Transaction transaction(*connection_);
  if (const auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
  if (position) {
    const auto kept = connection_->run(statements::fold_day(dialect), day);
    if (!kept) return std::unexpected(kept.error());
  }
  const auto gone = connection_->run(statements::delete_noisy_day(dialect, !position), day);
  if (!gone) return std::unexpected(gone.error());
  if (const auto done = transaction.commit(); !done) return std::unexpected(done.error());
  return gone->changed > 0;
}

}  // namespace belay::store
