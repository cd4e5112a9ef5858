// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "core/trading/account.hpp"
#include "core/trading/activity.hpp"
#include "core/trading/market.hpp"
#include "core/trading/order.hpp"

namespace belay {

/// Why a broker call did not give what was asked for.
struct BrokerError {
  enum class Kind : std::uint8_t {
    unreachable,   ///< certainly not done: nothing reached the broker
    unknown,       ///< timeout, 5xx, cut line, unreadable reply: may have been done
    unauthorized,  ///< keys refused (401, or 403 of the data API)
    rate_limited,  ///< 429, after waiting as told
    rejected,      ///< a definite no (403, 422): see code, message, related_orders
    not_found,     ///< 404
  };
  Kind kind = Kind::unknown;
  int http_status = 0;                       ///< 0: no reply
  std::int64_t code = 0;                     ///< the broker's code, e.g. 40310000; 0 if absent
  std::string message;                       ///< the broker's words, or ours where it had none; never a secret
  std::vector<OrderId> related_orders;       ///< orders that hold the shares, as an "insufficient qty" names them
  std::optional<Quantity> available = {};    ///< what is free, as an "insufficient qty" says
  std::optional<Duration> retry_after = {};  ///< as a 429 tells
  std::optional<Price> market_price = {};    ///< the price against which a level was judged, where the reply names it

  bool operator==(const BrokerError&) const = default;
};

template <class T>
using BrokerResult = std::expected<T, BrokerError>;

/// Which orders to list; the adapter reads as many pages as it takes, up to `limit` orders.
struct OrderQuery {
  enum class Status : std::uint8_t { open, closed, all };
  Status status = Status::open;
  bool nested = true;                ///< children inside their parents
  std::vector<std::string> symbols;  ///< empty: all
  std::size_t limit = 500;           ///< newest first; more than one page of 500 where larger
  std::optional<Timestamp> after;    ///< submitted later than
};

/// One account at a broker. Calls block up to the adapter's deadline and may be made from several threads.
/// Reads are retried where that is safe; submit never is: an `unknown` outcome is settled by order_by_client_id.
class Broker {
 public:
  virtual ~Broker() = default;

  virtual BrokerResult<Account> account() = 0;
  virtual BrokerResult<MarketClock> clock() = 0;
  /// Sessions from first to last date inclusive; dates that are not listed are closed.
  virtual BrokerResult<std::vector<calendar::Session>> calendar(Date first, Date last) = 0;
  virtual BrokerResult<std::vector<Holding>> positions() = 0;
  virtual BrokerResult<std::vector<Order>> orders(const OrderQuery& query) = 0;
  /// With its legs. Errors: not_found.
  virtual BrokerResult<Order> order(const OrderId& id) = 0;
  /// Errors: not_found, which proves nothing about an order just sent.
  virtual BrokerResult<Order> order_by_client_id(const ClientOrderId& id) = 0;
  /// Accepted for processing, not filled. No attempt begins later than `within` from now: the order was decided on what
  /// is true at present. Errors: rejected, rate_limited (not done), unreachable (not done), unknown.
  virtual BrokerResult<Order> submit(const OrderRequest& request, Duration within) = 0;
  /// Accepted for processing: the order's end is seen in its status. Errors: not_found, rejected (already terminal).
  virtual BrokerResult<void> cancel(const OrderId& id) = 0;
  /// Position-bound close at market: can never turn a holding round. Absent quantity: all of it.
  virtual BrokerResult<Order> close_position(const std::string& symbol, std::optional<Quantity> quantity) = 0;
  /// The account's executions and the movements without an order since then. Of more than `limit` rows the newest are
  /// given, and `since` of the answer says from when on they are complete.
  virtual BrokerResult<Activities> activities(Timestamp since, std::size_t limit) = 0;
  /// Units per contract as the broker has it; not_found for an unknown contract.
  virtual BrokerResult<std::int64_t> contract_multiplier(const std::string& occ_symbol) = 0;

  /// Requests made so far, for the record of a pass.
  [[nodiscard]] virtual std::uint64_t calls() const = 0;
};

}  // namespace belay
