// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/trading/absence.hpp"
#include "core/trading/execution.hpp"
#include "core/trading/loss_limit.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/record.hpp"
#include "shell/ports/export.hpp"
#include "shell/ports/pass_figures.hpp"

namespace belay {

struct StoreError {
  enum class Kind : std::uint8_t {
    unavailable,   ///< cannot be reached, or stopped answering: nothing of the batch is known to be written
    newer_schema,  ///< written by a newer Belay: refused
    foreign,       ///< the database holds something that cannot be taken over; the message says what and how to mend it
    refused,       ///< the database refused a statement (constraint, rights, full disk)
  };
  Kind kind = Kind::unavailable;
  std::string message;  ///< never contains a password
};

template <class T>
using StoreResult = std::expected<T, StoreError>;

/// What a pass starts from.
struct StoredBook {
  std::string account_number;                     ///< remembered from the first start; empty before
  std::vector<Lot> lots;                          ///< status open or closing, oldest first
  std::vector<Execution> executions;              ///< real trades that were never imported, newest first
  std::vector<QuarantinedExecution> quarantined;  ///< rows not understood and not reported before
  std::vector<OperatorCommand> commands;          ///< waiting ones, oldest first
  std::optional<LossLimit> loss_limit;            ///< what the account's loss limit remembered
  std::optional<Absences> absences;               ///< what was missing from the broker
};

/// How an execution was settled; it is never offered again.
struct ImportedExecution {
  std::string key;
  std::string account_name;  ///< as upstream names it
  std::string outcome;       ///< "claimed", "history", "quarantined", "merged"

  bool operator==(const ImportedExecution&) const = default;
};

/// All that a pass writes, in one transaction: everything or nothing.
/// Lots are inserted or updated by uid; events name their lot by uid; a closed lot gets its row of position_history in
/// the same transaction (once); the path of its price follows (Store::write_price_path).
struct Batch {
  std::vector<Lot> lots;
  std::vector<EventRecord> events;
  std::vector<ImportedExecution> imported;
  std::vector<std::int64_t> finished_commands;
  std::optional<std::string> account_number;  ///< to be remembered from now on
  std::optional<LossLimit> loss_limit;        ///< likewise
  std::optional<Absences> absences;           ///< likewise
  /// What the pass came to, and those before it that could not be written; a record of the same moment is replaced.
  std::vector<PassFigures> passes;

  [[nodiscard]] bool empty() const {
    return lots.empty() && events.empty() && imported.empty() && finished_commands.empty() && !account_number &&
           !loss_limit && !absences && passes.empty();
  }
  /// So many rows it writes; a lot that closes has one more.
  [[nodiscard]] std::size_t rows() const;
};

inline std::size_t Batch::rows() const {
  std::size_t closed = 0;
  for (const Lot& lot : lots) closed += lot.status == LotStatus::closed ? 1 : 0;
  return lots.size() + closed + events.size() + imported.size() + finished_commands.size() + passes.size();
}

/// The row that a new lot got.
struct NewRow {
  LotUid uid;
  std::int64_t id = 0;
};

struct LotFilter {
  bool include_closed = false;
  std::string symbol;                          ///< empty: all; matches symbol or ticker
  std::int64_t id = 0;                         ///< 0: all
  std::optional<Timestamp> closed_since = {};  ///< only those closed from then on
};

struct EventFilter {
  std::int64_t position_id = 0;  ///< 0: all
  std::string symbol;
  std::vector<std::string> types;  ///< empty: all
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
  std::int64_t after_id = 0;  ///< for following
  std::size_t limit = 1000;   ///< the newest so many, given oldest first
  std::string account = {};   ///< of its positions, and about itself; empty: all
};

struct StoredEvent {
  std::int64_t id = 0;
  std::optional<std::int64_t> position_id;
  std::string event_type;
  std::string event_data;  ///< JSON text
  Timestamp created_at;
};

/// A name by which upstream or another service calls an account, and how much stands under it.
struct UnknownAccount {
  std::string name;  ///< empty: rows that name no account
  std::int64_t rows = 0;

  bool operator==(const UnknownAccount&) const = default;
};

struct MigrationReport {
  int version_before = 0;
  int version_after = 0;
  std::vector<std::string> applied;  ///< names of the migrations that ran now
  std::string upstream;  ///< the shape of dispatch_executions that was found: "integer id", "uuid execution_id",
                         ///< "created", "custom view"
};

/// One database. Not thread-safe: one owner. Every call has a deadline of its own (a few seconds).
class Store {
 public:
  virtual ~Store() = default;

  /// Creates or takes over tables, idempotent; refuses a newer schema.
  virtual StoreResult<MigrationReport> migrate() = 0;
  /// The schema version in the database; 0 where there is none. Fails with newer_schema where it is too new.
  virtual StoreResult<int> schema_version() = 0;

  /// At most one holder per account, over all processes; held until the Store is destroyed, the connection is lost or
  /// the process dies. false: somebody else holds it.
  virtual StoreResult<bool> try_lock(const std::string& account) = 0;
  /// As try_lock; but a holder that the database has not heard of for ten seconds loses the lock, and with it the means
  /// to write. For whoever means to work on the account, not for those who look.
  virtual StoreResult<bool> take_over(const std::string& account) { return try_lock(account); }
  /// Whether the lock taken is certainly still ours. Also a sign of life: it has to be asked every few seconds.
  virtual bool still_locked() = 0;

  /// `aliases`: upstream's names of this account beside its own, "" standing for rows that name none; no alias at all
  /// means that every row is of this account.
  virtual StoreResult<StoredBook> load(const std::string& account, const std::vector<std::string>& aliases) = 0;
  /// Names of upstream's unsettled trades and of open positions that are none of these, and of which no event of cause
  /// "unknown_account" tells yet. A store without upstream has none.
  virtual StoreResult<std::vector<UnknownAccount>> unknown_accounts(const std::vector<std::string>& /*known*/) {
    return std::vector<UnknownAccount>{};
  }
  /// Rows for these symbols that were never imported, also those that claim to be simulated: for orphans.
  virtual StoreResult<std::vector<Execution>> executions_for(const std::string& account,
                                                             const std::vector<std::string>& aliases,
                                                             const std::vector<std::string>& symbols) = 0;
  /// Gives the row ids of the lots that were new.
  virtual StoreResult<std::vector<NewRow>> save(const std::string& account, const Batch& batch) = 0;

  /// Queues a person's word for whoever holds the lock; gives the command's id.
  virtual StoreResult<std::int64_t> enqueue(const std::string& account, const OperatorCommand& command) = 0;
  virtual StoreResult<std::vector<OperatorCommand>> waiting_commands(const std::string& account) = 0;

  virtual StoreResult<std::vector<Lot>> lots(const LotFilter& filter) = 0;
  /// What active_positions has beside the lots' own fields (created_at, …), by row id: for people and scripts.
  virtual StoreResult<std::map<std::int64_t, Fields>> other_columns(const LotFilter& filter) = 0;
  virtual StoreResult<std::vector<StoredEvent>> events(const EventFilter& filter) = 0;

  /// One page of what is exported. refused: this store keeps no such thing.
  virtual StoreResult<ExportPage> page(const ExportQuery& query) {
    static_cast<void>(query);
    return std::unexpected(StoreError{StoreError::Kind::refused, "nothing can be exported from " + description()});
  }
  /// Writes the path of its price into the history of one closed position that has none yet, in one small transaction.
  /// false: there is none left. An export has the path before that, too.
  virtual StoreResult<bool> write_price_path() { return false; }
  /// Makes room in one small transaction: of one position and one day (UTC) that ended before `before`, the price
  /// updates become a price path of a sample a minute, and they and the other noisy events go. false: there is nothing
  /// left to be folded.
  virtual StoreResult<bool> fold_noisy_events(Timestamp before) {
    static_cast<void>(before);
    return false;
  }

  /// SQL statements sent so far, transaction control included; what still_locked asks is not counted.
  [[nodiscard]] virtual std::uint64_t statements() const = 0;
  /// What it is and where, without secrets: "sqlite:/home/…/belay.db", "postgresql://user@host:5432/name".
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace belay
