// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shell/store/connection.hpp"
#include "shell/store/open.hpp"
#include "tests/support/temporary_postgres.hpp"

namespace belay::store::testing {

/// A real, empty database of either kind: a file in a temporary directory, or a database of a server of our own.
class Database {
 public:
  explicit Database(Dialect dialect);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  [[nodiscard]] const std::string& spec() const { return spec_; }
  /// A store of its own over this database.
  [[nodiscard]] std::unique_ptr<Store> open() const;
  /// Speaks to the database past the store; a failure fails the test.
  Rows run(const std::string& sql, const std::vector<Cell>& parameters = {});
  /// The first column of the first row; "NULL" where it is, "" without a row.
  std::string ask(const std::string& sql);

  /// The one server that the tests of this process share.
  static belay::testing::TemporaryPostgres& server();

 private:
  std::filesystem::path directory_;
  std::string spec_;
  std::unique_ptr<Connection> connection_;
};

/// Runs each test against both databases.
class StoreTest : public ::testing::TestWithParam<Dialect> {
 protected:
  StoreTest() : database(GetParam()), store(database.open()) {}
  [[nodiscard]] bool sqlite() const { return GetParam() == Dialect::sqlite; }
  void migrate();

  Database database;
  std::unique_ptr<Store> store;
};

/// Against PostgreSQL alone: what SQLite has not.
class PostgresTest : public ::testing::Test {
 protected:
  PostgresTest() : database(Dialect::postgres), store(database.open()) {}
  Database database;
  std::unique_ptr<Store> store;
};

/// The value, or a failed test that says why there is none.
template <class T>
T must(StoreResult<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    if constexpr (!std::is_void_v<T>) return T();
  } else if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

Timestamp at(const char* text);
/// An open lot of 10 AAPL at 100 of account "main", otherwise plain.
Lot simple_lot(const std::string& uid);

}  // namespace belay::store::testing

#define BELAY_ON_BOTH_DATABASES(suite)                                                              \
  INSTANTIATE_TEST_SUITE_P(Databases, suite, ::testing::Values(Dialect::sqlite, Dialect::postgres), \
                           [](const auto& given) { return given.param == Dialect::sqlite ? "sqlite" : "postgres"; })
