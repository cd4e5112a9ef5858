// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "shell/ports/store.hpp"

namespace belay::notify {

/// A book of lots, nothing else, for tests.
class BookOfLots : public Store {
 public:
  std::vector<Lot> rows;

  StoreResult<std::vector<Lot>> lots(const LotFilter& filter) override {
    std::vector<Lot> found = rows;
    std::erase_if(found, [&](const Lot& lot) {
      const bool closed = lot.status == LotStatus::closed;
      if (filter.id != 0) return lot.id != filter.id;
      return filter.closed_since ? !closed || *lot.closed_at < *filter.closed_since : closed != filter.include_closed;
    });
    return found;
  }
  StoreResult<MigrationReport> migrate() override { return none(); }
  StoreResult<int> schema_version() override { return none(); }
  StoreResult<bool> try_lock(const std::string&) override { return none(); }
  bool still_locked() override { return false; }
  StoreResult<StoredBook> load(const std::string&, const std::vector<std::string>&) override { return none(); }
  StoreResult<std::vector<Execution>> executions_for(const std::string&, const std::vector<std::string>&,
                                                     const std::vector<std::string>&) override {
    return none();
  }
  StoreResult<std::vector<NewRow>> save(const std::string&, const Batch&) override { return none(); }
  StoreResult<std::int64_t> enqueue(const std::string&, const OperatorCommand&) override { return none(); }
  StoreResult<std::vector<OperatorCommand>> waiting_commands(const std::string&) override { return none(); }
  StoreResult<std::map<std::int64_t, Fields>> other_columns(const LotFilter&) override { return none(); }
  StoreResult<std::vector<StoredEvent>> events(const EventFilter&) override { return std::vector<StoredEvent>{}; }
  [[nodiscard]] std::uint64_t statements() const override { return 0; }
  [[nodiscard]] std::string description() const override { return "a test's book"; }

 private:
  static std::unexpected<StoreError> none() { return std::unexpected(StoreError{}); }
};

}  // namespace belay::notify
