// SPDX-License-Identifier: Apache-2.0
#include "shell/store/open.hpp"

#include <utility>

#include "shell/store/postgres_connection.hpp"
#include "shell/store/sql_store.hpp"
#include "shell/store/sqlite_connection.hpp"

namespace belay::store {
namespace {

constexpr std::string_view kSqlitePrefix = "sqlite:";

bool is_postgres(std::string_view spec) { return spec.starts_with("postgresql://") || spec.starts_with("postgres://"); }

std::string_view sqlite_path(std::string_view spec) {
  if (!spec.starts_with(kSqlitePrefix)) return spec;
  spec.remove_prefix(kSqlitePrefix.size());
  if (spec.starts_with("//")) spec.remove_prefix(2);
  return spec;
}

StoreResult<std::unique_ptr<Store>> over(StoreResult<std::unique_ptr<Connection>> connection) {
  if (!connection) return std::unexpected(connection.error());
  return std::make_unique<SqlStore>(std::move(*connection));
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
  return {};
}

StoreResult<std::unique_ptr<Store>> open_store(std::string_view spec) {
  if (const auto understood = check_spec(spec); !understood) {
    return std::unexpected(StoreError{StoreError::Kind::refused, understood.error().message});
  }
  if (is_postgres(spec)) return open_postgres(spec);
  return open_sqlite(std::filesystem::path(sqlite_path(spec)));
}

StoreResult<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& path) {
  if (path.empty()) return std::unexpected(StoreError{StoreError::Kind::refused, "the store's file name is empty"});
  return over(connect_sqlite(path));
}

StoreResult<std::unique_ptr<Store>> open_postgres(const ConnectionSettings& settings) {
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
  return over(connect_postgres(std::move(parameters)));
}

StoreResult<std::unique_ptr<Store>> open_postgres(std::string_view url) {
  auto parameters = parse_postgres_url(url);
  if (!parameters) return std::unexpected(parameters.error());
  return over(connect_postgres(std::move(*parameters)));
}

std::string describe(std::string_view spec) {
  if (!is_postgres(spec)) return "sqlite:" + std::string(sqlite_path(spec));
  const auto parameters = parse_postgres_url(spec);
  return parameters ? describe(*parameters) : "a malformed postgresql:// URL";
}

}  // namespace belay::store
