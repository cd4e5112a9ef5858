// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shell/ports/store.hpp"

namespace belay::store {

enum class Dialect : std::uint8_t { sqlite, postgres };

/// One value of a row or of a parameter list, as text; nullopt is NULL.
using Cell = std::optional<std::string>;

/// The answer to one statement.
struct Rows {
  std::map<std::string, std::size_t, std::less<>> columns;
  std::vector<std::vector<Cell>> rows;
  std::int64_t changed = 0;  ///< rows written by an INSERT, UPDATE or DELETE

  /// The value, or null where it is NULL or where there is no such column.
  [[nodiscard]] const std::string* text(std::size_t row, std::string_view column) const {
    const auto found = columns.find(column);
    if (found == columns.end()) return nullptr;
    const Cell& cell = rows[row][found->second];
    return cell ? &*cell : nullptr;
  }
};

/// A conversation with one database. Parameters are $1, $2, … in both dialects and always travel apart from the SQL.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Sends one statement. Reconnects first where the connection was lost outside of a transaction.
  virtual StoreResult<Rows> run(const std::string& sql, const std::vector<Cell>& parameters = {}) = 0;
  /// Runs a file of migration statements, inside the transaction that is open.
  virtual StoreResult<void> run_script(const std::string& sql) = 0;
  /// Gives statements more time than usual (a migration) until set back to false.
  virtual void be_patient(bool patient) = 0;

  virtual StoreResult<bool> try_lock(const std::string& account) = 0;
  /// Store::take_over.
  virtual StoreResult<bool> take_over(const std::string& account) { return try_lock(account); }
  /// Every lock that was taken is still ours; false where none was.
  virtual bool still_locked() = 0;
  /// The account's lock was taken and then lost: nothing may be written for it until it is taken again.
  [[nodiscard]] virtual bool lost_lock(const std::string& account) const = 0;

  [[nodiscard]] virtual Dialect dialect() const = 0;
  [[nodiscard]] virtual std::uint64_t statements() const = 0;
  [[nodiscard]] virtual std::string description() const = 0;
};

/// BEGIN now; ROLLBACK at the end of the scope unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (open_) static_cast<void>(connection_.run("ROLLBACK"));
  }

  StoreResult<void> begin() {
    const auto begun = connection_.run(connection_.dialect() == Dialect::sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
    if (!begun) return std::unexpected(begun.error());
    open_ = true;
    return {};
  }
  /// After a failed COMMIT nothing is known to be written.
  StoreResult<void> commit() {
    const auto done = connection_.run("COMMIT");
    if (!done) return std::unexpected(done.error());
    open_ = false;
    return {};
  }

 private:
  Connection& connection_;
  bool open_ = false;
};

}  // namespace belay::store
