// SPDX-License-Identifier: Apache-2.0
#include "shell/store/migrator.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "shell/store/migrations.hpp"
#include "shell/store/schema.hpp"
#include "shell/store/upstream_view.hpp"

namespace belay::store {
namespace {

// Any number will do, as long as nobody else uses it: "belay" and 1.
constexpr const char* kMigrationLock = "SELECT pg_advisory_xact_lock(422927987001)";
constexpr const char* kCustomView = "custom view";

StoreResult<void> nothing(const StoreResult<Rows>& rows) {
  if (!rows) return std::unexpected(rows.error());
  return {};
}

class Migrator {
 public:
  explicit Migrator(Connection& connection) : connection_(connection) {}

  StoreResult<MigrationReport> run() {
    Transaction transaction(connection_);
    if (const auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
    if (const auto ready = prepare(); !ready) return std::unexpected(ready.error());
    if (const auto done = apply_migrations(); !done) return std::unexpected(done.error());
    if (const auto done = refresh_view(); !done) return std::unexpected(done.error());
    if (const auto done = transaction.commit(); !done) return std::unexpected(done.error());
    return report_;
  }

 private:
  [[nodiscard]] bool sqlite() const { return connection_.dialect() == Dialect::sqlite; }

  StoreResult<void> prepare() {
    if (!sqlite()) {
      if (const auto locked = connection_.run(kMigrationLock); !locked) return std::unexpected(locked.error());
    }
    // Asked first, so that nothing is created in a database that is to be refused.
    const auto there = exists("belay_schema");
    if (!there) return std::unexpected(there.error());
    if (!*there) {
      const char* now = sqlite() ? "TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
                                 : "timestamptz NOT NULL DEFAULT now()";
      const auto made = connection_.run(std::string("CREATE TABLE belay_schema (version integer PRIMARY KEY, name ") +
                                        "text NOT NULL, applied_at " + now + ")");
      if (!made) return std::unexpected(made.error());
    }
    const auto facts = read_schema(connection_);
    if (!facts) return std::unexpected(facts.error());
    report_.version_before = facts->version;
    return find_upstream();
  }

  StoreResult<bool> exists(const std::string& relation) {
    const auto rows = sqlite()
                          ? connection_.run("SELECT 1 FROM sqlite_master WHERE name = $1", {relation})
                          : connection_.run("SELECT 1 WHERE to_regclass(CAST($1 AS text)) IS NOT NULL", {relation});
    if (!rows) return std::unexpected(rows.error());
    return !rows->rows.empty();
  }

  /// Before the migrations, since active_positions may refer to it.
  StoreResult<void> find_upstream() {
    const auto table = exists("dispatch_executions");
    if (!table) return std::unexpected(table.error());
    const auto view = exists("belay_executions");
    if (!view) return std::unexpected(view.error());
    if (*table || *view) return {};
    created_upstream_ = true;
    for (const SqlFile& file : sql_files()) {
      if (file.dialect == connection_.dialect() && file.name == "dispatch_executions") {
        return connection_.run_script(std::string(file.text));
      }
    }
    return {};
  }

  StoreResult<void> apply_migrations() {
    report_.version_after = report_.version_before;
    for (const SqlFile& file : sql_files()) {
      int version = 0;
      std::from_chars(file.name.data(), file.name.data() + file.name.size(), version);
      if (file.dialect != connection_.dialect() || version <= report_.version_before) continue;
      if (const auto done = connection_.run_script(std::string(file.text)); !done) {
        const StoreError::Kind kind =
            done.error().kind == StoreError::Kind::refused ? StoreError::Kind::foreign : done.error().kind;
        return std::unexpected(StoreError{
            kind, "migration " + std::string(file.name) + " failed and was undone: " + done.error().message});
      }
      const auto noted = connection_.run("INSERT INTO belay_schema (version, name) VALUES (CAST($1 AS integer), $2)",
                                         {std::to_string(version), std::string(file.name)});
      if (!noted) return std::unexpected(noted.error());
      report_.version_after = version;
      report_.applied.emplace_back(file.name);
    }
    return {};
  }

  /// The view's text as the database keeps it; nullopt where there is none.
  StoreResult<std::optional<std::string>> view_text() {
    const auto rows = connection_.run(
        sqlite() ? "SELECT sql AS text FROM sqlite_master WHERE name = 'belay_executions'"
                 : "SELECT CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE 'a table' END AS text "
                   "FROM pg_class c WHERE c.oid = to_regclass('belay_executions')");
    if (!rows) return std::unexpected(rows.error());
    if (rows->rows.empty()) return std::optional<std::string>();
    const std::string* text = rows->text(0, "text");
    return std::optional<std::string>(text == nullptr ? "" : *text);
  }

  StoreResult<std::string> setting(const std::string& name) {
    const auto rows = connection_.run("SELECT value FROM belay_settings WHERE name = $1", {name});
    if (!rows) return std::unexpected(rows.error());
    return rows->rows.empty() ? "" : rows->rows[0][0].value_or("");
  }

  StoreResult<void> remember(const std::string& name, const std::string& value) {
    return nothing(
        connection_.run("INSERT INTO belay_settings (name, value) VALUES ($1, $2) "
                        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        {name, value}));
  }

  StoreResult<TableColumns> upstream_columns() {
    const auto rows = connection_.run(
        sqlite() ? "SELECT lower(name) AS name, lower(type) AS type FROM pragma_table_info('dispatch_executions')"
                 : "SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = "
                   "to_regclass('dispatch_executions') AND attnum > 0 AND NOT attisdropped");
    if (!rows) return std::unexpected(rows.error());
    TableColumns out;
    for (std::size_t i = 0; i < rows->rows.size(); ++i) {
      const std::string* name = rows->text(i, "name");
      const std::string* type = rows->text(i, "type");
      if (name != nullptr) out.emplace(*name, type == nullptr ? "" : *type);
    }
    return out;
  }

  /// Ours is made anew where the table has changed; one that somebody redefined is theirs and stays.
  StoreResult<void> refresh_view() {
    const auto current = view_text();
    if (!current) return std::unexpected(current.error());
    const auto ours = setting("belay_executions.stored");
    if (!ours) return std::unexpected(ours.error());
    if (*current && **current != *ours) {
      report_.upstream = kCustomView;
      return check_custom_view();
    }
    const auto columns = upstream_columns();
    if (!columns) return std::unexpected(columns.error());
    const auto wanted = upstream_view(*columns, connection_.dialect());
    if (!wanted) return std::unexpected(wanted.error());
    report_.upstream = created_upstream_ ? "created" : wanted->shape;
    const auto made_from = setting("belay_executions.select");
    if (!made_from) return std::unexpected(made_from.error());
    if (*current && *made_from == wanted->select) return {};
    return make_view(wanted->select);
  }

  StoreResult<void> make_view(const std::string& select) {
    if (const auto done = connection_.run("DROP VIEW IF EXISTS belay_executions"); !done) {
      return std::unexpected(StoreError{StoreError::Kind::foreign,
                                        "the view belay_executions must be made anew, since dispatch_executions has "
                                        "changed, but something depends on it: " +
                                            done.error().message + ". Drop that, and run 'belay migrate' again."});
    }
    if (const auto done = connection_.run("CREATE VIEW belay_executions AS\n" + select); !done) {
      return std::unexpected(
          StoreError{StoreError::Kind::foreign,
                     "cannot make the view belay_executions over dispatch_executions: " + done.error().message +
                         ". Create it yourself, and run 'belay migrate' again."});
    }
    const auto stored = view_text();
    if (!stored) return std::unexpected(stored.error());
    if (const auto done = remember("belay_executions.stored", stored->value_or("")); !done) return done;
    return remember("belay_executions.select", select);
  }

  StoreResult<void> check_custom_view() {
    const auto rows = connection_.run("SELECT * FROM belay_executions LIMIT 0");
    if (!rows) return std::unexpected(rows.error());
    std::string missing;
    for (const char* column :
         {"execution_key", "account_name", "symbol", "side", "quantity", "entry_price", "entry_time", "is_trade"}) {
      if (!rows->columns.contains(column)) missing += (missing.empty() ? "" : ", ") + std::string(column);
    }
    if (missing.empty()) return {};
    return std::unexpected(StoreError{StoreError::Kind::foreign, "the view belay_executions lacks: " + missing +
                                                                     ". Redefine it with these columns, or drop it to "
                                                                     "have it made from dispatch_executions."});
  }

  Connection& connection_;
  MigrationReport report_;
  bool created_upstream_ = false;
};

}  // namespace

StoreResult<MigrationReport> migrate(Connection& connection) {
  connection.be_patient(true);
  auto report = Migrator(connection).run();
  connection.be_patient(false);
  return report;
}

}  // namespace belay::store
