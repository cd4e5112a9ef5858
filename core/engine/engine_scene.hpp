// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: the engine on a small stage, with a broker in miniature that behaves (it refuses a repeated client id
// and what is not available, keeps its own truth, fills when told to) and a store that keeps what it is told to keep.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/engine/step.hpp"

namespace belay::engine::scene {

using namespace std::chrono_literals;

inline Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

/// A Monday in session: 2026-01-26, 10:00 New York.
inline constexpr std::string_view kMondayTen = "2026-01-26T10:00:00-05:00";

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
  std::map<std::string, MarketPrices> prices;
  std::deque<Fate> fates;
  bool fills_at_once = true;   ///< market orders, and limits that the quote meets
  bool loses_cancels = false;  ///< cancels vanish without a trace
  bool lists_closed = true;    ///< the list of orders shows what has ended
  bool refuses_excess = true;  ///< as the real one does; off, to see what would have happened
  bool is_open = true;
  std::string refusal = "order not accepted";
  std::vector<std::string> crossings;  ///< symbols whose holding went through zero
  std::vector<OrderRequest> received;

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
    low.stop_price = stop;
    Order high = blank(parent.symbol, opposite(parent.side), OrderType::limit, quantity, when);
    high.limit_price = target;
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
    if (fate == Fate::refused) return event::SubmitRefused{request.client_id, 42210000, refusal, {}};
    const auto holders = reserving(request.symbol);
    if (refuses_excess && request.quantity > available(request.symbol)) {
      return event::SubmitRefused{request.client_id, 40310000, "insufficient qty available for order", holders};
    }
    Order order = blank(request.symbol, request.side, request.type, request.quantity, now);
    order.client_id = request.client_id;
    order.limit_price = request.limit_price;
    orders.emplace(order.id, order);
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
    Quantity group_filled;  // of a linked pair, both together fill no more than one
    for (const OrderId& member : group_of(id)) group_filled += orders.at(member).filled;
    const Quantity part = std::min(quantity, *order.quantity - group_filled);
    if (!part.is_positive()) return;
    if (order.filled.is_zero()) {
      order.filled_average = price;
    } else {
      const Money value = notional(*order.filled_average, order.filled) + notional(price, part);
      order.filled_average = average_price(value, order.filled + part);
    }
    order.filled += part;
    order.filled_at = now;
    order.status = group_filled + part == *order.quantity ? OrderStatus::filled : OrderStatus::partially_filled;
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
    if (is_terminal(order.status) || found == prices.end()) return;
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
    out.clock = {.timestamp = now.wall, .is_open = is_open, .next_open = now.wall + 24h, .next_close = now.wall + 1h};
    if (is_open) out.clock.next_open = now.wall - 1h;
    for (const auto& [symbol, quantity] : held) {
      if (quantity.is_zero()) continue;
      out.holdings.push_back({.instrument = instrument_of(symbol),
                              .quantity = quantity,
                              .available = {},
                              .average_entry = 100_price,
                              .broker_price = {},
                              .asset_id = "asset-" + symbol});
    }
    for (const auto& [id, order] : orders) {
      if (is_child(id) || (!lists_closed && is_terminal(order.status))) continue;
      out.orders.push_back(seen(id));
    }
    return out;
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
      reserved += *order.quantity - order.filled;
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
  [[nodiscard]] std::vector<OrderId> group_of(const OrderId& id) const {
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

/// The stage: state, broker, store, clock. Time moves by a millisecond with every effect.
class Scene {
 public:
  State state;
  Moment now{at(kMondayTen), 1'000s};
  MiniBroker broker;
  std::map<LotUid, Lot> kept;  ///< the store's rows, closed ones too
  std::vector<Execution> upstream;
  std::map<std::string, std::string> settled;  ///< execution key, outcome
  std::vector<EventRecord> records;
  std::vector<action::RaiseAlert> alerts;
  std::set<std::int64_t> finished_commands;
  std::deque<Action> outbox;
  bool fills_are_readable = true;

  Scene() {
    state.account = "main";
    state.account_number = "PA1";
  }

  /// One step; its effects wait in the outbox.
  Actions feed(const Event& event) {
    const Actions actions = step(state, event, now);
    for (const Action& action : actions) note(action);
    return actions;
  }
  /// Carries out what waits, and what follows from it.
  void pump() {
    for (int i = 0; i < 2'000 && !outbox.empty(); ++i) {
      const Action action = outbox.front();
      outbox.pop_front();
      perform(action);
    }
  }
  void play(const Event& event) {
    feed(event);
    pump();
  }
  void pass_time(Duration by) {
    now.wall = now.wall + by;
    now.steady += by;
  }
  /// Lets time pass with the timer that the engine asks for, in steps of `stride`.
  void wait(Duration by, Duration stride = 100ms) {
    for (const Duration end = now.steady + by; now.steady < end;) {
      pass_time(std::min(stride, end - now.steady));
      play(event::TimerFired{});
    }
  }
  void jump_to(std::string_view when) { pass_time(at(when) - now.wall); }

  event::BookLoaded book() const {
    event::BookLoaded loaded;
    for (const auto& [uid, lot] : kept) {
      if (lot.status != LotStatus::closed) loaded.lots.push_back(lot);
    }
    for (const Execution& execution : upstream) {
      if (!settled.contains(execution.key)) loaded.executions.push_back(execution);
    }
    std::ranges::stable_sort(loaded.executions, std::ranges::greater{}, &Execution::entry_time);
    return loaded;
  }
  /// What a cycle does: book, broker, prices, check.
  void cycle() {
    play(book());
    play(broker.read(now));
    pass_time(1ms);
    play(prices(symbols_to_price(state)));
    play(event::CheckDue{});
  }
  event::PricesRead prices(const std::vector<std::string>& asked) const {
    event::PricesRead read;
    read.asked = asked;
    for (const std::string& symbol : asked) {
      const auto found = broker.prices.find(symbol);
      if (found != broker.prices.end()) read.prices.push_back(found->second);
    }
    return read;
  }
  /// The process dies with all it knew; what was kept is all there is.
  void restart() {
    const Policy policy = state.policy;
    const calendar::UsEquities calendar = state.calendar;
    outbox.clear();
    state = State{};
    state.policy = policy;
    state.calendar = calendar;
    state.account = "main";
    state.account_number = "PA1";
    now.steady = 5s;  // the new process counts its own time
  }

  /// A print, with a quote a cent around it, told as a tick.
  Actions tick(const std::string& symbol, Price price) {
    broker.trade_at(symbol, price, now.wall);
    broker.quote_at(symbol, price - 0.01_price, price + 0.01_price, now.wall);
    return feed(event::Tick{broker.prices.at(symbol)});
  }
  void price(const std::string& symbol, Price price) {
    broker.trade_at(symbol, price, now.wall);
    broker.quote_at(symbol, price, price + 0.01_price, now.wall);
  }
  void sweep() {
    play(prices(symbols_to_price(state)));
    play(event::CheckDue{});
  }

  [[nodiscard]] const Lot* open(const LotUid& uid) const {
    const auto found = state.lots.find(uid);
    return found == state.lots.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Lot& stored(const LotUid& uid) const { return kept.at(uid); }
  [[nodiscard]] bool is_closed(const LotUid& uid) const {
    return kept.contains(uid) && kept.at(uid).status == LotStatus::closed && open(uid) == nullptr;
  }
  [[nodiscard]] int alerts_of(const std::string& cause) const {
    return static_cast<int>(std::ranges::count(alerts, cause, &action::RaiseAlert::cause));
  }
  [[nodiscard]] int records_of(EventType type) const {
    return static_cast<int>(std::ranges::count(records, type, &EventRecord::type));
  }
  [[nodiscard]] LotUid uid_of(const std::string& key) const {
    const auto row = std::ranges::find(upstream, key, &Execution::key);
    return row == upstream.end() ? LotUid() : reconcile::uid_of(*row, "PA1");
  }

  void note(const Action& action) {
    if (const auto* keep = std::get_if<action::KeepLot>(&action)) {
      kept.insert_or_assign(keep->lot.uid, keep->lot);
    } else if (const auto* record = std::get_if<action::RecordEvent>(&action)) {
      records.push_back(record->record);
    } else if (const auto* alert = std::get_if<action::RaiseAlert>(&action)) {
      alerts.push_back(*alert);
    } else if (const auto* settle = std::get_if<action::SettleExecution>(&action)) {
      settled[settle->key] = settle->outcome;
    } else if (const auto* finish = std::get_if<action::FinishCommand>(&action)) {
      finished_commands.insert(finish->id);
    } else if (!std::holds_alternative<action::WakeAt>(action)) {
      outbox.push_back(action);
    }
  }
  void perform(const Action& action) {
    pass_time(1ms);
    if (const auto* submit = std::get_if<action::SubmitOrder>(&action)) {
      feed(broker.submit(submit->request, now.wall));
    } else if (const auto* cancel = std::get_if<action::CancelOrder>(&action)) {
      broker.cancel(cancel->order, now.wall);
    } else if (const auto* ask = std::get_if<action::AskOrder>(&action)) {
      const Order* order = broker.by_client(ask->client_id);
      order == nullptr ? feed(event::OrderMissing{ask->client_id}) : feed(event::OrderSeen{*order});
    } else if (const auto* look = std::get_if<action::LookAtOrder>(&action)) {
      broker.orders.contains(look->order) ? feed(event::OrderSeen{broker.seen(look->order)})
                                          : feed(event::OrderGone{look->order});
    } else if (const auto* fetch = std::get_if<action::FetchPrices>(&action)) {
      feed(prices(fetch->symbols));
    } else if (std::holds_alternative<action::ReadBroker>(action)) {
      feed(broker.read(now));
    } else if (const auto* fills = std::get_if<action::ReadFills>(&action)) {
      if (!fills_are_readable) {
        feed(event::FillsUnread{"timeout"});
        return;
      }
      event::FillsRead read{.since = fills->since, .fills = {}};
      std::ranges::copy_if(broker.fills, std::back_inserter(read.fills),
                           [&](const Fill& fill) { return fill.at >= fills->since; });
      feed(read);
    }
  }
};

/// An entry that filled at the broker, and upstream's row about it.
struct Entry {
  std::string key = "1";
  std::string symbol = "AAPL";
  Direction direction = Direction::long_;
  Quantity quantity = 100_qty;
  Price price = 100_price;
  std::string_view when = "2026-01-26T09:45:00-05:00";
  std::optional<Price> stop = 95_price;
  std::optional<Price> target = 110_price;
  Strategy strategy = Strategy::swing_trade;
  std::optional<std::int64_t> max_hold_minutes = std::nullopt;
  PriceDomain domain = PriceDomain::instrument;
};

inline Execution execution_of(const Entry& entry, const std::optional<OrderId>& order) {
  Execution e;
  e.key = entry.key;
  e.account_name = "main";
  e.instrument = instrument_of(entry.symbol);
  e.direction = entry.direction;
  e.quantity = entry.quantity;
  e.entry_price = entry.price;
  e.entry_time = at(entry.when);
  e.broker_order_id = order;
  e.stop_loss = entry.stop;
  e.take_profit = entry.target;
  e.price_domain = entry.domain;
  e.max_hold_minutes = entry.max_hold_minutes;
  e.strategy = entry.strategy;
  e.strategy_said = std::string(to_text(entry.strategy));
  return e;
}

/// Fills the entry at the broker and writes upstream's row. Gives the uid that its lot will bear.
inline LotUid enter(Scene& scene, const Entry& entry) {
  const Side side = entry.direction == Direction::long_ ? Side::buy : Side::sell;
  const OrderId order = scene.broker.filled_order(entry.symbol, side, entry.quantity, entry.price, at(entry.when));
  scene.upstream.push_back(execution_of(entry, order));
  if (!scene.broker.prices.contains(entry.symbol)) scene.price(entry.symbol, entry.price);
  return scene.uid_of(entry.key);
}

}  // namespace belay::engine::scene
