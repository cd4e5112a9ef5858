// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a broker in miniature that behaves. It refuses a repeated client id and what is not available, keeps
// its own truth, and fills when told to.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/step.hpp"

namespace belay::engine::scene {

using namespace std::chrono_literals;

/// splitmix64: reproducible, ours.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t roll() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(roll() % static_cast<std::uint64_t>(limit));
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// What becomes of the next order that is sent.
enum class Fate : std::uint8_t {
  normal,
  lost_before,     ///< no reply, and it never arrived
  lost_after,      ///< no reply, but it is in the market
  turned_away,     ///< certainly not sent (rate limit)
  refused,         ///< a definite no
  rejected_later,  ///< taken, then rejected at once
};

class MiniBroker {
 public:
  std::map<std::string, Quantity> held;  ///< signed
  std::map<OrderId, Order> orders;       ///< parents and children alike
  std::map<OrderId, std::vector<OrderId>> children;
  std::vector<Fill> fills;
  std::vector<Movement> movements;
  std::vector<CorporateAction> corporate_actions;  ///< announced
  std::map<std::string, std::string> asset_ids;    ///< by symbol, where not the usual one
  std::map<std::string, MarketPrices> prices;
  std::deque<Fate> fates;
  bool fills_at_once = true;   ///< market orders, and limits that the quote meets
  bool loses_cancels = false;  ///< cancels vanish without a trace
  bool lists_closed = true;    ///< the list of orders shows what has ended
  bool refuses_excess = true;  ///< as the real one does; off, to see what would have happened
  bool is_open = true;
  bool trading_blocked = false;
  Money equity = 100'000_usd;
  std::optional<Money> last_equity = 100'000_usd;
  std::map<std::string, Price> previous_closes;
  std::string refusal = "order not accepted";
  std::int64_t refusal_code = 42210000;
  std::vector<OrderId> refusal_names;  ///< orders that a refusal names
  std::vector<std::string> crossings;  ///< symbols whose holding went through zero
  std::vector<OrderRequest> received;
  std::vector<std::vector<OrderId>> ocos;
  bool replies_show_legs = true;

  void trade_at(const std::string& symbol, Price price, Timestamp now) {
    MarketPrices& p = prices[symbol];
    p.symbol = symbol;
    p.trade = Trade{price, now};
  }
  void quote_at(const std::string& symbol, Price bid, Price ask, Timestamp now) {
    MarketPrices& p = prices[symbol];
    p.symbol = symbol;
    p.quote = Quote{bid, ask, now};
  }

  /// An order of anybody's that has filled already, with its fill.
  OrderId filled_order(const std::string& symbol, Side side, Quantity quantity, Price price, Timestamp when,
                       OrderStatus status = OrderStatus::filled, std::optional<Quantity> ordered = {}) {
    Order order = blank(symbol, side, OrderType::market, ordered.value_or(quantity), when);
    orders.emplace(order.id, order);
    execute(order.id, quantity, price, when);
    orders.at(order.id).status = status;
    return order.id;
  }
  /// A stop and a target leg that rest for a filled entry: one group, one reservation.
  std::pair<OrderId, OrderId> bracket(const OrderId& entry, Quantity quantity, Price stop, Price target,
                                      Timestamp when) {
    const Order& parent = orders.at(entry);
    Order low = blank(parent.symbol, opposite(parent.side), OrderType::stop, quantity, when);
    low.status = OrderStatus::held;
    low.time_in_force = TimeInForce::gtc;
    low.stop_price = stop;
    Order high = blank(parent.symbol, opposite(parent.side), OrderType::limit, quantity, when);
    high.limit_price = target;
    high.time_in_force = TimeInForce::gtc;
    orders.emplace(low.id, low);
    orders.emplace(high.id, high);
    children[entry] = {low.id, high.id};
    return {low.id, high.id};
  }

  Event submit(const OrderRequest& request, Timestamp now) {
    received.push_back(request);
    Fate fate = Fate::normal;
    if (!fates.empty()) {
      fate = fates.front();
      fates.pop_front();
    }
    if (fate == Fate::turned_away) return event::SubmitNotSent{request.client_id, "rate limit"};
    if (fate == Fate::lost_before) return event::SubmitUnknown{request.client_id, "timeout"};
    if (by_client(request.client_id) != nullptr) {
      return event::SubmitRefused{request.client_id, 40010001, "client_order_id must be unique", {}};
    }
    if (fate == Fate::refused) return event::SubmitRefused{request.client_id, refusal_code, refusal, refusal_names};
    if (const auto price = passed(request)) {
      return event::SubmitRefused{
          request.client_id, 42210000, "stop price must be less than current price", {}, {}, 422, price};
    }
    const auto holders = reserving(request.symbol);
    if (refuses_excess && request.quantity > available(request.symbol)) {
      return event::SubmitRefused{request.client_id, 40310000, "insufficient qty available for order", holders};
    }
    Order order = blank(request.symbol, request.side, request.type, request.quantity, now);
    order.client_id = request.client_id;
    order.time_in_force = request.time_in_force;
    order.order_class = request.order_class;
    order.limit_price = request.order_class == OrderClass::oco ? request.take_profit_limit : request.limit_price;
    order.stop_price = request.stop_price;
    orders.emplace(order.id, order);
    if (request.order_class == OrderClass::oco) {
      Order leg = blank(request.symbol, request.side, OrderType::stop, request.quantity, now);
      leg.status = OrderStatus::held;
      leg.order_class = OrderClass::oco;
      leg.time_in_force = request.time_in_force;
      leg.stop_price = request.stop_loss_stop;
      orders.emplace(leg.id, leg);
      children[order.id] = {leg.id};
      ocos.push_back({order.id, leg.id});
      if (replies_show_legs) order.legs.push_back(leg);
    }
    if (fate == Fate::rejected_later) orders.at(order.id).status = OrderStatus::rejected;
    if (fills_at_once && is_open) try_to_fill(order.id, now);
    if (fate == Fate::lost_after) return event::SubmitUnknown{request.client_id, "504 after the order was placed"};
    order.status = fate == Fate::rejected_later ? OrderStatus::pending_new : OrderStatus::accepted;
    return event::SubmitAccepted{request.client_id, order};
  }

  void cancel(const OrderId& id, Timestamp now) {
    if (loses_cancels) return;
    for (const OrderId& member : group_of(id)) end(member, OrderStatus::canceled, now);
  }
  void end(const OrderId& id, OrderStatus status, Timestamp now) {
    Order& order = orders.at(id);
    if (is_terminal(order.status)) return;
    order.status = status;
    order.updated_at = now;
  }
  /// Fills a live order further; the other members of its group end with it.
  void execute(const OrderId& id, Quantity quantity, Price price, Timestamp now) {
    Order& order = orders.at(id);
    if (is_terminal(order.status)) return;
    const Quantity part = std::min(quantity, *order.quantity - order.filled);
    if (!part.is_positive()) return;
    if (order.filled.is_zero()) {
      order.filled_average = price;
    } else {
      const Money value = notional(*order.filled_average, order.filled) + notional(price, part);
      order.filled_average = average_price(value, order.filled + part);
    }
    order.filled += part;
    order.filled_at = now;
    order.status = order.filled == *order.quantity ? OrderStatus::filled : OrderStatus::partially_filled;
    for (const OrderId& member : group_of(id)) {  // of a linked pair, both together fill no more than one
      Order& other = orders.at(member);
      if (member != id && !is_terminal(other.status)) other.quantity = other.filled + *order.quantity - order.filled;
    }
    const Quantity before = held[order.symbol];
    held[order.symbol] = order.side == Side::buy ? before + part : before - part;
    if ((before.is_positive() && held[order.symbol].is_negative()) ||
        (before.is_negative() && held[order.symbol].is_positive()) ||
        (before.is_zero() && order.client_id.text().starts_with("blx-"))) {
      crossings.push_back(order.symbol);
    }
    fills.push_back({.id = "fill-" + std::to_string(++last_fill_),
                     .order_id = id,
                     .symbol = order.symbol,
                     .side = order.side,
                     .quantity = part,
                     .price = price,
                     .at = now});
    if (order.status != OrderStatus::filled) return;
    for (const OrderId& member : group_of(id)) end(member, OrderStatus::canceled, now);
  }
  void try_to_fill(const OrderId& id, Timestamp now) {
    const Order& order = orders.at(id);
    const auto found = prices.find(order.symbol);
    if (is_terminal(order.status) || found == prices.end() || order.type == OrderType::stop) return;
    const MarketPrices& p = found->second;
    std::optional<Price> price;
    if (p.quote) price = order.side == Side::sell ? p.quote->bid : p.quote->ask;
    if ((!price || !price->is_positive()) && p.trade) price = p.trade->price;
    if (!price || !price->is_positive()) return;
    if (order.type == OrderType::limit &&
        (order.side == Side::sell ? *price < *order.limit_price : *price > *order.limit_price)) {
      return;
    }
    execute(id, *order.quantity, *price, now);
  }

  [[nodiscard]] const Order* by_client(const ClientOrderId& id) const {
    for (const auto& [key, order] : orders) {
      if (order.client_id == id && !id.empty()) return &order;
    }
    return nullptr;
  }
  /// With its children inside.
  [[nodiscard]] Order seen(const OrderId& id) const {
    Order order = orders.at(id);
    const auto legs = children.find(id);
    if (legs != children.end()) {
      for (const OrderId& leg : legs->second) order.legs.push_back(orders.at(leg));
    }
    return order;
  }
  [[nodiscard]] event::BrokerRead read(Moment now) const {
    event::BrokerRead out;
    out.begun = now;
    out.account.number = "PA1";
    out.account.status = "ACTIVE";
    out.account.trading_blocked = trading_blocked;
    out.account.equity = equity;
    out.account.last_equity = last_equity;
    out.clock = {.timestamp = now.wall, .is_open = is_open, .next_open = now.wall + 24h, .next_close = now.wall + 1h};
    if (is_open) out.clock.next_open = now.wall - 1h;
    for (const auto& [symbol, quantity] : held) {
      if (quantity.is_zero()) continue;
      out.holdings.push_back({.instrument = instrument_of(symbol),
                              .quantity = quantity,
                              .available = quantity.is_negative() ? -available(symbol) : available(symbol),
                              .average_entry = 100_price,
                              .broker_price = {},
                              .previous_close = previous_closes.contains(symbol)
                                                    ? std::optional(previous_closes.at(symbol))
                                                    : std::nullopt,
                              .asset_id = asset_ids.contains(symbol) ? asset_ids.at(symbol) : "asset-" + symbol});
    }
    for (const auto& [id, order] : orders) {
      if (is_child(id) || (!lists_closed && is_terminal(order.status))) continue;
      out.orders.push_back(seen(id));
    }
    return out;
  }
  [[nodiscard]] Activities activities(Timestamp since) const {
    Activities out{.since = since, .fills = {}, .movements = movements};
    std::ranges::copy_if(fills, std::back_inserter(out.fills), [&](const Fill& fill) { return fill.at >= since; });
    return out;
  }
  /// Units that come or go without an order, with the activity that tells of it.
  void move(Movement movement) {
    held[movement.symbol] += movement.quantity;
    movement.id = "movement-" + std::to_string(movements.size() + 1);
    movements.push_back(std::move(movement));
  }
  [[nodiscard]] bool is_child(const OrderId& id) const {
    return std::ranges::any_of(children, [&](const auto& entry) { return std::ranges::count(entry.second, id) > 0; });
  }
  [[nodiscard]] Quantity available(const std::string& symbol) const {
    const auto found = held.find(symbol);
    if (found == held.end()) return {};
    const Side closing = found->second.is_negative() ? Side::buy : Side::sell;
    Quantity reserved;
    std::set<OrderId> counted;
    for (const auto& [id, order] : orders) {
      if (order.symbol != symbol || order.side != closing || is_terminal(order.status) || counted.contains(id))
        continue;
      for (const OrderId& member : group_of(id)) counted.insert(member);
      reserved += order.quantity.value_or(order.filled + 1_qty) - order.filled;  // by value: of a share
    }
    return std::max(Quantity{}, found->second.magnitude() - reserved);
  }

 private:
  Order blank(const std::string& symbol, Side side, OrderType type, Quantity quantity, Timestamp when) {
    Order order;
    order.id = OrderId("order-" + std::to_string(++last_order_));
    order.symbol = symbol;
    order.side = side;
    order.type = type;
    order.status = OrderStatus::fresh;
    order.quantity = quantity;
    order.submitted_at = when;
    return order;
  }
  /// The price, where it is already through the stop that is asked for.
  [[nodiscard]] std::optional<Price> passed(const OrderRequest& request) const {
    const auto stop = request.stop_price ? request.stop_price : request.stop_loss_stop;
    const auto found = prices.find(request.symbol);
    if (!stop || found == prices.end() || !found->second.trade) return std::nullopt;
    const Price price = found->second.trade->price;
    const bool through = request.side == Side::sell ? *stop >= price : *stop <= price;
    return through ? std::optional(price) : std::nullopt;
  }
  [[nodiscard]] std::vector<OrderId> group_of(const OrderId& id) const {
    for (const auto& pair : ocos) {
      if (std::ranges::count(pair, id) > 0) return pair;
    }
    for (const auto& [parent, legs] : children) {
      if (std::ranges::count(legs, id) > 0) return legs;
    }
    return {id};
  }
  [[nodiscard]] std::vector<OrderId> reserving(const std::string& symbol) const {
    std::vector<OrderId> ids;
    for (const auto& [id, order] : orders) {
      if (order.symbol == symbol && !is_terminal(order.status)) ids.push_back(id);
    }
    return ids;
  }

  int last_order_ = 0;
  int last_fill_ = 0;
};

}  // namespace belay::engine::scene
