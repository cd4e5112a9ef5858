// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "shell/ports/alert_store.hpp"
#include "shell/store/connection.hpp"

namespace belay::store {

struct StoredColumn {
  const char* name;
  const char* type;  ///< PostgreSQL's
};

/// The alerts over either database.
class SqlAlertStore final : public AlertStore {
 public:
  explicit SqlAlertStore(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  StoreResult<bool> has_work(const std::string& account, Timestamp now) override;
  StoreResult<void> fold(const std::string& account, Timestamp now,
                         const std::function<AlertChanges(const AlertDesk&)>& decide) override;
  StoreResult<std::optional<Message>> claim(const std::string& account, const std::string& channel,
                                            Timestamp now) override;
  StoreResult<void> sent(std::int64_t message, Timestamp now) override;
  StoreResult<void> not_sent(std::int64_t message, const std::string& why, Timestamp again_at) override;
  StoreResult<std::vector<Alert>> alerts(const std::string& account, bool ended) override;
  StoreResult<std::int64_t> acknowledge(const std::string& account, const std::vector<std::int64_t>& numbers,
                                        const std::string& who, const std::string& why, Timestamp now) override;
  StoreResult<std::vector<Message>> waiting(const std::string& account) override;

 private:
  [[nodiscard]] bool sqlite() const { return connection_->dialect() == Dialect::sqlite; }
  [[nodiscard]] std::string moment(const std::string& what) const;
  [[nodiscard]] std::string column_time(const std::string& what) const;
  /// $1 JSON of objects with these columns.
  [[nodiscard]] std::string insert(const char* table, std::span<const StoredColumn> columns) const;
  /// FROM and WHERE of the events of account $1 that may have to be told.
  [[nodiscard]] std::string account_events() const;

  StoreResult<void> make_desk(const std::string& account, Timestamp now);
  StoreResult<AlertDesk> read_desk(const std::string& account, Timestamp now);
  StoreResult<void> write(const std::string& account, Timestamp now, const AlertDesk& desk,
                          const AlertChanges& changes);
  StoreResult<void> prune(const std::string& account, Timestamp now);

  std::unique_ptr<Connection> connection_;
};

}  // namespace belay::store
