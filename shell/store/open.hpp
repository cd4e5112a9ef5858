// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/ports/store.hpp"

namespace belay::store {

/// Where a PostgreSQL database is. Empty members fall back to libpq's own defaults and PG… variables.
struct ConnectionSettings {
  std::string host;
  std::string port;
  std::string database;
  std::string user;
  std::string password;
  /// Empty: `prefer` on loopback and sockets, `require` elsewhere (encrypted, or no connection at all).
  std::string ssl_mode;
};

/// `spec` is a URL ("postgresql://user:password@host:5432/name?sslmode=verify-full", "sqlite:/var/lib/belay/belay.db")
/// or the path of an SQLite file. An SQLite file is created with its directory; a PostgreSQL server is not contacted
/// before the first call, so that a database that is down does not keep the process from starting.
StoreResult<std::unique_ptr<Store>> open_store(std::string_view spec);
/// Whether a spec can be understood: an Error says what is wrong with it. Opens nothing.
Result<void> check_spec(std::string_view spec);
/// The file is made readable for its owner alone.
StoreResult<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& path);
StoreResult<std::unique_ptr<Store>> open_postgres(const ConnectionSettings& settings);
StoreResult<std::unique_ptr<Store>> open_postgres(std::string_view url);

/// What the spec names, without its password: for logs and `doctor`.
std::string describe(std::string_view spec);

}  // namespace belay::store
