// SPDX-License-Identifier: Apache-2.0
#include "shell/store/open.hpp"

#include <utility>

#include "shell/store/open_alerts.hpp"
#include "shell/store/open_archive.hpp"
#include "shell/store/postgres_connection.hpp"
#include "shell/store/sql_alert_store.hpp"
#include "shell/store/sql_archive.hpp"
#include "shell/store/sql_store.hpp"
#include "shell/store/sqlite_connection.hpp"

namespace belay::store {
namespace {

constexpr std::string_view kSqlitePrefix = "sqlite:";

bool is_postgres(std::string_view spec) { return spec.starts_with("postgresql://") || spec.starts_with("postgres://"); }

/// As libpq takes it: it may hold a password, and would be a strange name for a file.
bool is_connection_string(std::string_view spec) {
  for (const std::string_view word : {"host=", "hostaddr=", "port=", "dbname=", "user=", "password=", "service="}) {
    if (spec.starts_with(word)) return true;
  }
  return false;
}

std::string_view sqlite_path(std::string_view spec) {
  if (!spec.starts_with(kSqlitePrefix)) return spec;
  spec.remove_prefix(kSqlitePrefix.size());
  if (spec.starts_with("//")) spec.remove_prefix(2);
  return spec;
}

using Connected = StoreResult<std::unique_ptr<Connection>>;

/// What is kept of a connection: a SqlStore, SqlArchive or SqlAlertStore as the port that it implements.
template <class Port, class Sql>
StoreResult<std::unique_ptr<Port>> over(Connected connection) {
  if (!connection) return std::unexpected(connection.error());
  return std::make_unique<Sql>(std::move(*connection));
}

PostgresParameters parameters_of(const ConnectionSettings& settings) {
  PostgresParameters parameters;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) parameters.emplace_back(name, value);
  };
  add("host", settings.host);
  add("port", settings.port);
  add("dbname", settings.database);
  add("user", settings.user);
  add("password", settings.password);
  add("sslmode", settings.ssl_mode);
  return parameters;
}

Connected connect_postgres_at(std::string_view url) {
  auto parameters = parse_postgres_url(url);
  if (!parameters) return std::unexpected(parameters.error());
  return connect_postgres(std::move(*parameters));
}

Connected connect(std::string_view spec) {
  if (const auto understood = check_spec(spec); !understood) {
    return std::unexpected(StoreError{StoreError::Kind::refused, understood.error().message});
  }
  if (is_postgres(spec)) return connect_postgres_at(spec);
  return connect_sqlite(std::filesystem::path(sqlite_path(spec)));
}

}  // namespace

Result<void> check_spec(std::string_view spec) {
  if (is_postgres(spec)) {
    const auto parameters = parse_postgres_url(spec);
    if (!parameters) return fail(parameters.error().message);
    return {};
  }
  const std::size_t scheme = spec.find("://");
  if (scheme != std::string_view::npos && !spec.starts_with(kSqlitePrefix)) {
    return fail("unknown kind of store \"" + std::string(spec.substr(0, scheme)) +
                "\": give a file, sqlite:FILE or postgresql://USER@HOST:PORT/NAME");
  }
  if (sqlite_path(spec).empty()) return fail("the store's file name is empty");
  if (is_connection_string(spec)) {
    return fail(
        "a list of host=…, dbname=… is no store: give postgresql://USER@HOST:PORT/NAME, or DB_HOST, DB_NAME, …");
  }
  return {};
}

StoreResult<std::unique_ptr<Store>> open_store(std::string_view spec) { return over<Store, SqlStore>(connect(spec)); }

StoreResult<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& path) {
  if (path.empty()) return std::unexpected(StoreError{StoreError::Kind::refused, "the store's file name is empty"});
  return over<Store, SqlStore>(connect_sqlite(path));
}

StoreResult<std::unique_ptr<Store>> open_postgres(const ConnectionSettings& settings) {
  return over<Store, SqlStore>(connect_postgres(parameters_of(settings)));
}

StoreResult<std::unique_ptr<Store>> open_postgres(std::string_view url) {
  return over<Store, SqlStore>(connect_postgres_at(url));
}

StoreResult<std::unique_ptr<Archive>> open_archive(std::string_view spec) {
  return over<Archive, SqlArchive>(connect(spec));
}

StoreResult<std::unique_ptr<Archive>> open_archive(const ConnectionSettings& settings) {
  return over<Archive, SqlArchive>(connect_postgres(parameters_of(settings)));
}

StoreResult<std::unique_ptr<AlertStore>> open_alerts(std::string_view spec) {
  return over<AlertStore, SqlAlertStore>(connect(spec));
}

StoreResult<std::unique_ptr<AlertStore>> open_alerts(const ConnectionSettings& settings) {
  return over<AlertStore, SqlAlertStore>(connect_postgres(parameters_of(settings)));
}

std::string describe(std::string_view spec) {
  const std::size_t scheme = spec.find("://");
  if (is_connection_string(spec)) return "a list of parameters";
  if (!is_postgres(spec) && scheme != std::string_view::npos && !spec.starts_with(kSqlitePrefix)) {
    return std::string(spec.substr(0, scheme)) + "://…";
  }
  if (!is_postgres(spec)) return "sqlite:" + std::string(sqlite_path(spec));
  const auto parameters = parse_postgres_url(spec);
  return parameters ? describe(*parameters) : "a malformed postgresql:// URL";
}

}  // namespace belay::store
