// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/calendar/moment.hpp"
#include "core/calendar/us_equities.hpp"
#include "core/trading/absence.hpp"
#include "core/trading/account.hpp"
#include "core/trading/activity.hpp"
#include "core/trading/corporate_action.hpp"
#include "core/trading/execution.hpp"
#include "core/trading/loss_limit.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/market.hpp"
#include "core/trading/order.hpp"
#include "core/trading/order_event.hpp"
#include "core/trading/policy.hpp"

/// What can happen to the engine. Time arrives beside each event; nothing in the engine asks for it.
namespace belay::engine::event {

/// The store's book at the start of a pass. Of lots already known only the levels and times count, which
/// a person may have changed there; everything else of theirs is newer in the engine.
struct BookLoaded {
  std::vector<Lot> lots;
  std::vector<Execution> executions;  ///< replaces those offered before
  std::vector<QuarantinedExecution> quarantined;
  std::vector<OperatorCommand> commands;
  std::optional<LossLimit> loss_limit;  ///< counts at the first load only: later the engine knows better
  std::optional<Absences> absences;     ///< likewise
  std::vector<Lot> closed;              ///< lately, at the first load: their rows may come late
};

/// One read of the broker, begun at `begun`: account, everything held, orders (children inside their parents).
struct BrokerRead {
  Moment begun;
  Account account;
  MarketClock clock;
  std::vector<Holding> holdings;
  std::vector<Order> orders;
};

/// The broker could not be read: what it holds is unknown, which is not "nothing".
struct BrokerUnread {
  std::string why;
};

/// Prices fetched as current. Symbols in `asked` that are not in `prices` have none; `failed` could not be asked.
struct PricesRead {
  std::vector<std::string> asked;
  std::vector<MarketPrices> prices;
  std::vector<std::pair<std::string, std::string>> failed;  ///< symbol, why
};

/// Prices of one symbol as a stream brings them, in the order of their arrival: one, or all that came since the last
/// look. Each of them is judged by itself, so where there were too many to hand on, their low, high and last will do.
/// Only lots whose thresholds they pass are looked at.
struct Tick {
  std::string symbol;
  std::vector<MarketPrices> prices;
};

/// The exchange stopped or resumed trading in a symbol, by its own word or by what else tells it. For an option its
/// underlying's word counts too. A word older than the latest one changes nothing.
struct TradingStatus {
  std::string symbol;
  bool halted = false;
  std::string why;  ///< e.g. "volatility pause"
  Timestamp at;     ///< the exchange's time
};

/// The sweep: judge every lot now.
struct CheckDue {};

/// The broker took the order (its status tells how far).
struct SubmitAccepted {
  ClientOrderId client_id;
  Order order;
};
/// A definite no.
struct SubmitRefused {
  ClientOrderId client_id;
  std::int64_t code = 0;
  std::string message;
  std::vector<OrderId> related_orders;     ///< that stand in the way, as the broker names them
  std::optional<Quantity> available = {};  ///< what is free, as the broker says
  int http_status = 0;
  std::optional<Price> market_price = {};  ///< the price against which a level was judged, as the broker names it
};
/// Certainly not done: never left, or turned away by a rate limit.
struct SubmitNotSent {
  ClientOrderId client_id;
  std::string why;
  std::optional<Duration> retry_after = {};  ///< as a rate limit told it
};
/// Perhaps done.
struct SubmitUnknown {
  ClientOrderId client_id;
  std::string why;
};

/// The broker's present word about an order.
struct OrderSeen {
  Order order;
};
/// The broker knows no order with this client id, which proves nothing about one just sent.
struct OrderMissing {
  ClientOrderId client_id;
};
/// The broker knows no order with this id: of an entry or a guard that was known by its id.
struct OrderGone {
  OrderId order;
};
/// Our question about an order got no answer.
struct OrderUnread {
  std::string why;
};

/// The broker tells what happens to orders by itself from now on. What happened before was perhaps missed.
struct StreamUp {};
/// It does not, until the next StreamUp.
struct StreamDown {
  std::string why;
  bool needs_person = false;  ///< it will not mend by itself: keys refused
};

/// A fill of the order was undone or changed (a bust or a correction of the trading stream, alpaca.md 6.1): `order` is
/// the order as it stands now, and less of it may have filled than before.
struct FillCorrected {
  Order order;
  OrderEvent kind = OrderEvent::trade_bust;  ///< trade_bust or trade_correct
};

/// What happened in the account: executions, and movements without an order.
struct ActivitiesRead {
  Activities activities;
};
struct ActivitiesUnread {
  std::string why;
};

/// Splits, spin-offs and renames as announced, for the symbols asked for.
struct CorporateActionsRead {
  std::vector<std::string> symbols;
  std::vector<CorporateAction> actions;
};
struct CorporateActionsUnread {
  std::string why;
};

/// What the store has of the symbols beside the book: executions that were never imported, those that claim to be
/// simulated too, and the lots that are closed.
struct RecordsFound {
  std::vector<Execution> executions;
  std::vector<Lot> closed;
};
struct RecordsUnread {
  std::string why;
};

/// A person's word.
struct CommandGiven {
  OperatorCommand command;
};

/// The numbers that a person may set are these from now on.
struct PolicyGiven {
  Policy policy;
};

/// A moment that was asked for has come.
struct TimerFired {};

}  // namespace belay::engine::event

namespace belay::engine {

using Event =
    std::variant<event::BookLoaded, event::BrokerRead, event::BrokerUnread, event::PricesRead, event::Tick,
                 event::TradingStatus, event::CheckDue, event::SubmitAccepted, event::SubmitRefused,
                 event::SubmitNotSent, event::SubmitUnknown, event::OrderSeen, event::OrderGone, event::OrderMissing,
                 event::OrderUnread, event::StreamUp, event::StreamDown, event::FillCorrected, event::ActivitiesRead,
                 event::ActivitiesUnread, event::RecordsFound, event::RecordsUnread, event::CorporateActionsRead,
                 event::CorporateActionsUnread, event::CommandGiven, event::PolicyGiven, event::TimerFired>;

}  // namespace belay::engine
