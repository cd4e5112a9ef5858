// SPDX-License-Identifier: Apache-2.0
// SqlStore::events: a question names only what it filters by, so that the database can use its indexes.
#include "shell/store/event_data.hpp"
#include "shell/store/row_reader.hpp"
#include "shell/store/sql_store.hpp"

namespace belay::store {
namespace {

/// The question as it grows: conditions, and the parameters that they name.
class Question {
 public:
  Question(Dialect dialect, const EventFilter& filter) : sqlite_(dialect == Dialect::sqlite) {
    if (filter.after_id > 0) add("e.id > CAST(@ AS bigint)", std::to_string(filter.after_id));
    if (filter.position_id != 0) add("e.position_id = CAST(@ AS bigint)", std::to_string(filter.position_id));
    if (!filter.symbol.empty()) add_symbol(filter.symbol);
    const bool of_positions = filter.position_id != 0 || !filter.symbol.empty();
    if (!filter.types.empty()) add_types(filter.types, of_positions);
    if (!filter.account.empty()) {
      add("coalesce((SELECT p.account_name FROM active_positions p WHERE p.id = e.position_id), " +
              statements::data_text(dialect, "e.event_data", "account") + ") = CAST(@ AS text)",
          filter.account);
    }
    if (filter.since) add(time() + " >= " + moment(), to_text(*filter.since));
    if (filter.until) add(time() + " < " + moment(), to_text(*filter.until));
    sql_ =
        "SELECT * FROM (SELECT e.id, e.position_id, e.event_type, e.event_data, e.created_at FROM position_events e" +
        conditions_ + " ORDER BY " + newest(filter, of_positions) + " LIMIT " + std::to_string(filter.limit) +
        ") newest ORDER BY id";
  }
  [[nodiscard]] const std::string& sql() const { return sql_; }
  [[nodiscard]] const std::vector<Cell>& parameters() const { return parameters_; }

 private:
  [[nodiscard]] std::string time() const { return sqlite_ ? "julianday(e.created_at)" : "e.created_at"; }
  [[nodiscard]] std::string moment() const { return sqlite_ ? "julianday(@)" : "CAST(@ AS timestamptz)"; }

  /// The newest so many come first. Where a time is asked for, by the time: by the number, all that is newer would be
  /// passed over. Where positions are, by something that no index has: else all other positions' events would be.
  [[nodiscard]] std::string newest(const EventFilter& filter, bool of_positions) const {
    if (filter.since || filter.until) return time() + " DESC, e.id DESC";
    return of_positions ? "e.id + 0 DESC" : "e.id DESC";
  }

  void add_symbol(const std::string& symbol) {
    const std::string of_symbol =
        "SELECT p.id FROM active_positions p WHERE p.ticker = CAST(@ AS text) OR p.option_symbol = CAST(@ AS text)";
    add("e.position_id " + (sqlite_ ? "IN (" + of_symbol + ")" : "= ANY (ARRAY(" + of_symbol + "))"), symbol);
  }

  /// Each type by itself, so that PostgreSQL can tell a rare one from a frequent one. SQLite has no statistics: where
  /// positions are asked for, the plus sign keeps it from the index by type.
  void add_types(const std::vector<std::string>& types, bool of_positions) {
    std::string condition = sqlite_ && of_positions ? "+e.event_type IN (" : "e.event_type IN (";
    for (const std::string& type : types) {
      parameters_.emplace_back(type);
      condition += (condition.ends_with('(') ? "$" : ", $") + std::to_string(parameters_.size());
    }
    join(condition + ")");
  }

  /// `@` stands for the parameter's place.
  void add(const std::string& condition, std::string value) {
    parameters_.emplace_back(std::move(value));
    std::string placed;
    for (const char c : condition) placed += c == '@' ? "$" + std::to_string(parameters_.size()) : std::string(1, c);
    join(placed);
  }
  void join(const std::string& condition) { conditions_ += (conditions_.empty() ? " WHERE " : " AND ") + condition; }

  bool sqlite_;
  std::string conditions_;
  std::vector<Cell> parameters_;
  std::string sql_;
};

}  // namespace

StoreResult<std::vector<StoredEvent>> SqlStore::events(const EventFilter& filter) {
  const Question question(connection_->dialect(), filter);
  const auto rows = connection_->run(question.sql(), question.parameters());
  if (!rows) return std::unexpected(rows.error());
  std::vector<StoredEvent> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    RowReader row(*rows, i);
    out.push_back({row.integer("id").value_or(0), row.integer("position_id"), row.text("event_type").value_or(""),
                   row.text("event_data").value_or(""), row.time("created_at").value_or(Timestamp())});
  }
  return out;
}

}  // namespace belay::store
