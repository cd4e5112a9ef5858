// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/calendar/moment.hpp"
#include "core/trading/absence.hpp"
#include "core/trading/loss_limit.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/order.hpp"
#include "core/trading/record.hpp"

/// What the engine wants done: plain data that compares equal.
namespace belay::engine::action {

struct SubmitOrder {
  LotUid lot;
  OrderRequest request;
  bool operator==(const SubmitOrder&) const = default;
};
struct CancelOrder {
  LotUid lot;
  OrderId order;
  bool operator==(const CancelOrder&) const = default;
};
/// By client id, because its outcome is not known or its fill is awaited.
struct AskOrder {
  ClientOrderId client_id;
  bool operator==(const AskOrder&) const = default;
};
/// By the broker's id: an entry or a guard whose end is awaited.
struct LookAtOrder {
  OrderId order;
  bool operator==(const LookAtOrder&) const = default;
};
struct FetchPrices {
  std::vector<std::string> symbols;
  bool operator==(const FetchPrices&) const = default;
};
/// Positions, orders, account: one consistent read.
struct ReadBroker {
  bool operator==(const ReadBroker&) const = default;
};
struct ReadActivities {
  Timestamp since;
  bool operator==(const ReadActivities&) const = default;
};
/// Splits, spin-offs and renames whose ex-date is within these days, both included.
struct ReadCorporateActions {
  std::vector<std::string> symbols;
  Date first;
  Date last;
  bool operator==(const ReadCorporateActions&) const = default;
};
/// What the store has of these symbols beside the book.
struct FindRecords {
  std::vector<std::string> symbols;
  bool operator==(const FindRecords&) const = default;
};

/// The lot has changed: keep it in the store (the last one of a lot counts).
struct KeepLot {
  Lot lot;
  bool operator==(const KeepLot&) const = default;
};
struct RecordEvent {
  EventRecord record;
  bool operator==(const RecordEvent&) const = default;
};
/// The execution is settled and need not be offered again.
struct SettleExecution {
  std::string key;
  std::string account_name;
  std::string outcome;  ///< "claimed", "history", "merged", "quarantined"
  bool operator==(const SettleExecution&) const = default;
};
struct FinishCommand {
  std::int64_t id = 0;
  bool operator==(const FinishCommand&) const = default;
};

/// What the account's loss limit remembers has changed: keep it in the store.
struct KeepLossLimit {
  LossLimit limit;
  bool operator==(const KeepLossLimit&) const = default;
};

/// What is missing from the broker has changed: keep it in the store.
struct KeepAbsences {
  Absences absences;
  bool operator==(const KeepAbsences&) const = default;
};

/// Tell a person. Recorded as an event too.
struct RaiseAlert {
  enum class Severity : std::uint8_t { info, warning, critical };
  Severity severity = Severity::warning;
  std::string cause;  ///< a stable word, e.g. "exit_triggered", "order_failed", "orphan"
  LotUid lot;         ///< empty: about the account
  std::string symbol;
  std::string text;
  bool operator==(const RaiseAlert&) const = default;
};

/// A person wants the configuration read anew and taken, whatever leaves by it; or only to know what would.
struct TakeConfiguration {
  std::int64_t command = 0;  ///< its id, for the answer
  std::string who;
  std::string why;
  bool only_preview = false;
  bool operator==(const TakeConfiguration&) const = default;
};

/// Come back with TimerFired at that steady time, or earlier.
struct WakeAt {
  Duration steady{};
  bool operator==(const WakeAt&) const = default;
};

}  // namespace belay::engine::action

namespace belay::engine {

using Action = std::variant<action::SubmitOrder, action::CancelOrder, action::AskOrder, action::LookAtOrder,
                            action::FetchPrices, action::ReadBroker, action::ReadActivities, action::FindRecords,
                            action::ReadCorporateActions, action::KeepLot, action::KeepLossLimit, action::KeepAbsences,
                            action::RecordEvent, action::SettleExecution, action::FinishCommand, action::RaiseAlert,
                            action::TakeConfiguration, action::WakeAt>;
using Actions = std::vector<Action>;

}  // namespace belay::engine
