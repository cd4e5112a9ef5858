// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shell/ports/archive.hpp"
#include "shell/store/connection.hpp"

namespace belay::store {

/// The archive over either database.
class SqlArchive final : public Archive {
 public:
  explicit SqlArchive(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  StoreResult<std::vector<ArchivedLot>> lots(const ArchiveQuery& query) override;
  StoreResult<std::vector<ExitTrigger>> exit_triggers(const ArchiveQuery& query) override;
  StoreResult<std::vector<PassDay>> pass_days(const std::string& account, Date first, Date last) override;
  StoreResult<void> fold_passes(Date before) override;

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace belay::store
