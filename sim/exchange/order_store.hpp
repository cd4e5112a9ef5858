// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/exchange/order.hpp"

namespace belay::sim {

/// An order's place in a group of orders that know each other (alpaca.md 3.3).
enum class GroupRole : std::uint8_t {
  alone,
  entry,        ///< parent of a bracket or OTO
  target,       ///< take-profit: child of a bracket or OTO, or parent of an OCO
  stop,         ///< stop-loss: child of a bracket, OTO or OCO
  combination,  ///< parent of a multi-leg order
  leg,          ///< child of a multi-leg order: lives and fills with its parent and siblings only
};

/// An order with what only the exchange knows of it.
struct OrderRecord {
  Order order;  ///< its `legs` stay empty here; OrderStore::snapshot fills them
  std::size_t index = 0;
  GroupRole role = GroupRole::alone;
  std::optional<std::size_t> parent;
  std::vector<std::size_t> children;
  bool armed = false;           ///< a `held` stop that is watched (alpaca.md 3.3, Entry fully filled)
  bool elected = false;         ///< a stop that has been triggered
  std::optional<Price> collar;  ///< limit of an elected buy stop (alpaca.md 3.2, Buy stop)
  Money paid;                   ///< price × quantity over its fills, without multiplier
  Quantity busted;              ///< filled once, and undone

  // Pending and paused orders:
  OrderStatus before = OrderStatus::fresh;   ///< what it was until it became pending, suspended or done_for_day
  std::optional<Timestamp> due;              ///< when that ends by itself
  std::optional<Timestamp> suspended_until;  ///< of one that is suspended, also while a cancel is pending
  bool stuck = false;                        ///< it does not end by itself
  bool refused = false;                      ///< the pending cancel or replacement will be rejected
  bool disarmed = false;                     ///< an exit that fires no more (alpaca.md 8, Partial TP)
  std::optional<std::size_t> replacement;    ///< the order that is to take its place
  std::optional<std::size_t> replacing;      ///< the order whose place it is to take
  Quantity filled_before;                    ///< of that one, when the replacement was asked for

  /// Opens or adds to a position; else it reserves what it would close. Of no meaning for the parent of legs.
  [[nodiscard]] bool opening() const { return opens(order.intent); }
  [[nodiscard]] bool is_over() const { return is_terminal(order.status); }
  [[nodiscard]] bool is_trailing() const { return order.type == OrderType::trailing_stop; }
  /// Its status, with what it was before in place of a pending cancel or replacement: it may still fill then.
  [[nodiscard]] OrderStatus standing() const {
    const bool pending = order.status == OrderStatus::pending_cancel || order.status == OrderStatus::pending_replace;
    return pending ? before : order.status;
  }
  [[nodiscard]] bool is_stop_kind() const {
    return order.type == OrderType::stop || order.type == OrderType::stop_limit || is_trailing();
  }
  /// An entry or exit of a bracket, OTO or OCO.
  [[nodiscard]] bool has_rivals() const {
    return role == GroupRole::entry || role == GroupRole::target || role == GroupRole::stop;
  }
  /// Still to be filled; zero for notional orders.
  [[nodiscard]] Quantity remaining() const { return order.quantity ? *order.quantity - order.filled : Quantity{}; }
  /// Whether it reserves holdings: it would reduce a position and is not inert (alpaca.md 0.2).
  [[nodiscard]] bool reserves() const {
    return !opening() && !is_over() && standing() != OrderStatus::held && !replacing;
  }
};

/// All orders ever, in order of creation, with the ways to find them.
class OrderStore {
 public:
  OrderRecord& add(Order order);
  [[nodiscard]] OrderRecord& at(std::size_t index) { return records_[index]; }
  [[nodiscard]] const OrderRecord& at(std::size_t index) const { return records_[index]; }
  [[nodiscard]] const std::deque<OrderRecord>& all() const { return records_; }
  [[nodiscard]] OrderRecord* find(std::string_view account, const OrderId& id);
  [[nodiscard]] const OrderRecord* find(std::string_view account, const OrderId& id) const;
  [[nodiscard]] const OrderRecord* find_by_client_id(std::string_view account, std::string_view client_id) const;

  /// Indices of orders that are not over, in order of creation; all, or of a symbol.
  [[nodiscard]] std::vector<std::size_t> open() const;
  [[nodiscard]] std::vector<std::size_t> open(std::string_view symbol) const;
  /// Of all symbols that begin so: a stock's and those of the contracts on it.
  [[nodiscard]] std::vector<std::size_t> open_beginning_with(std::string_view prefix) const;
  /// To be told when an order is over; it leaves the lists of open ones.
  void retire(const OrderRecord& record);
  /// `next` takes the place of `old` in its group: as a child of the same parent, or, unless it has children of its
  /// own, as the parent of its children.
  void take_place(OrderRecord& old, OrderRecord& next);

  /// The order with its legs as they stand.
  [[nodiscard]] Order snapshot(const OrderRecord& record) const;
  /// The other exits of its group that are not over.
  [[nodiscard]] std::vector<std::size_t> open_rivals(const OrderRecord& record) const;

 private:
  std::deque<OrderRecord> records_;
  std::map<OrderId, std::size_t> by_id_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_client_id_;  // account, client id
  std::map<std::string, std::vector<std::size_t>, std::less<>> open_by_symbol_;
};

}  // namespace belay::sim
