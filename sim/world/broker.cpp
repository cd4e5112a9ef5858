// SPDX-License-Identifier: Apache-2.0
#include "sim/world/broker.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "sim/world/convert.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;
using Kind_ = BrokerError::Kind;

// The adapter's own: how long it waits for a reply before the outcome is unknown.
constexpr Duration kOrderDeadline = 10s;
constexpr Duration kReadDeadline = 15s;

BrokerError lost(const std::string& what) { return {Kind_::unknown, 0, 0, "no reply to " + what, {}}; }
BrokerError limited() { return {Kind_::rate_limited, 429, 0, "too many requests", {}}; }
BrokerError html() { return {Kind_::unknown, 502, 0, "HTTP 502, not from the API itself: Bad Gateway", {}}; }

std::optional<Movement::Kind> movement_kind(std::string_view word) {
  if (word == "OPEXP") return Movement::Kind::expired;
  if (word == "OPEXC") return Movement::Kind::exercised;
  if (word == "OPASN") return Movement::Kind::assigned;
  if (word == "OPTRD") return Movement::Kind::delivered;
  if (word == "OPCSH") return Movement::Kind::cash_settled;
  if (word == "SPLIT") return Movement::Kind::split;
  return std::nullopt;
}

}  // namespace

void Broker::spend(Duration time) {
  if (timeline_->is_busy()) {
    spent_ += time;
    return;
  }
  if (process_ != nullptr) process_->call_made();
  timeline_->advance(time);
  if (process_ != nullptr) process_->call_made();
}

Duration Broker::usual_time() {
  ++calls_;
  return std::chrono::milliseconds(4 + static_cast<std::int64_t>(scramble(seed_, calls_) % 60));
}

std::optional<BrokerError> Broker::read_fails(std::string_view what) {
  const auto error = line_fails(what);
  exchange_->advance_to(timeline_->now());
  door_->exchange_moved();
  return error;
}

std::optional<BrokerError> Broker::line_fails(std::string_view what) {
  Duration time = usual_time();
  if (weather_->strikes(Kind::limited) != nullptr) {
    spend(time);
    return limited();
  }
  if (const auto slow = weather_->take(Kind::read_slow)) time += std::chrono::milliseconds(slow->n[0]);
  if (weather_->strikes(Kind::unreadable) != nullptr) {
    spend(time);
    return html();
  }
  if (weather_->take(Kind::read_lost) || time > kReadDeadline) {
    spend(kReadDeadline);
    return lost(std::string(what));
  }
  spend(time);
  return std::nullopt;
}

BrokerResult<Account> Broker::account() {
  if (const auto error = read_fails("account")) return std::unexpected(*error);
  Account account = to_port(exchange_->account(witness_->account()));
  account.trading_blocked = weather_->strikes(Kind::restricted) != nullptr;
  door_->account_read(account);
  return account;
}

BrokerResult<MarketClock> Broker::clock() {
  if (const auto error = read_fails("clock")) return std::unexpected(*error);
  const Timestamp now = exchange_->now();
  const auto session = exchange_->calendar().session_at(now);
  const calendar::Session next = exchange_->calendar().next_open_after(now);
  return MarketClock{now, session.has_value(), next.open, session ? session->close : next.close};
}

BrokerResult<std::vector<calendar::Session>> Broker::calendar(Date first, Date last) {
  if (const auto error = read_fails("calendar")) return std::unexpected(*error);
  std::vector<calendar::Session> sessions;
  auto session = exchange_->calendar().first_session_on_or_after(first);
  for (; session.date <= last; session = exchange_->calendar().session_after(session.date)) sessions.push_back(session);
  return sessions;
}

BrokerResult<std::vector<Holding>> Broker::positions() {
  if (const auto error = read_fails("positions")) return std::unexpected(*error);
  if (weather_->strikes(Kind::empty_positions) != nullptr) return std::vector<Holding>{};
  std::vector<Holding> holdings;
  if (const Happening* lag = weather_->strikes(Kind::positions_lag)) {
    for (const auto& [symbol, quantity] : witness_->held_at(timeline_->now() - std::chrono::milliseconds(lag->n[1]))) {
      if (quantity.is_zero()) continue;
      Holding holding{.instrument = instrument_of(symbol),
                      .quantity = quantity,
                      .available = {},
                      .average_entry = {},
                      .broker_price = {},
                      .asset_id = {}};
      const auto now = exchange_->position(witness_->account(), symbol);
      holding.average_entry = now ? now->average_entry : exchange_->last_quote(symbol).value_or(Quote{}).bid;
      holdings.push_back(std::move(holding));
    }
    return holdings;
  }
  for (const sim::Position& position : exchange_->positions(witness_->account())) holdings.push_back(to_port(position));
  return holdings;
}

// As each order stood then; what was not there yet is left out.
std::vector<sim::Order> Broker::orders_at(Timestamp at, bool nested) const {
  std::map<OrderId, sim::Order> then;
  for (const auto& [id, order] : witness_->orders()) {
    for (const auto& [when, snapshot] : order.past) {
      if (when <= at) then[id] = snapshot;
    }
  }
  std::vector<sim::Order> all;
  std::map<OrderId, bool> inside;
  for (auto& [id, order] : then) {
    for (sim::Order& leg : order.legs) {
      const auto own = then.find(leg.id);
      if (own != then.end()) leg = own->second;
      inside[leg.id] = true;
    }
  }
  for (auto& [id, order] : then) {
    if (nested && inside.contains(id)) continue;
    if (!nested) order.legs.clear();
    all.push_back(order);
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &sim::Order::submitted_at);
  return all;
}

BrokerResult<std::vector<Order>> Broker::orders(const belay::OrderQuery& query) {
  if (const auto error = read_fails("orders")) return std::unexpected(*error);
  std::vector<sim::Order> found;
  if (const Happening* lag = weather_->strikes(Kind::orders_lag)) {
    found = orders_at(timeline_->now() - std::chrono::milliseconds(lag->n[1]), query.nested);
    if (query.status == belay::OrderQuery::Status::open) {
      std::erase_if(found, [](const sim::Order& order) {
        return is_terminal(order.status) || order.status == OrderStatus::held;
      });
    }
  } else {
    found = exchange_->orders(witness_->account(), {.status = static_cast<sim::OrderQuery::Status>(query.status),
                                                    .limit = query.limit,
                                                    .after = query.after,
                                                    .until = {},
                                                    .ascending = false,
                                                    .nested = query.nested,
                                                    .symbols = query.symbols,
                                                    .side = {}});
  }
  std::vector<Order> orders;
  orders.reserve(found.size());
  for (const sim::Order& order : found) orders.push_back(shown(order));
  return orders;
}

Order Broker::shown(const sim::Order& order) const {
  Order out = to_port(order);
  const auto mark = [&](Order& one) {
    if (!is_terminal(one.status) && pending_cancels_.contains(one.id)) one.status = OrderStatus::pending_cancel;
  };
  mark(out);
  for (Order& leg : out.legs) mark(leg);
  return out;
}

BrokerResult<Order> Broker::order(const OrderId& id) {
  if (const auto error = read_fails("order")) return std::unexpected(*error);
  const auto order = exchange_->order(witness_->account(), id);
  if (!order) return std::unexpected(to_port(order.error()));
  return shown(*order);
}

BrokerResult<Order> Broker::order_by_client_id(const ClientOrderId& id) {
  if (const auto error = read_fails("order by client id")) return std::unexpected(*error);
  if (weather_->strikes(Kind::order_missing) != nullptr) {
    return std::unexpected(BrokerError{Kind_::not_found, 404, 40410000, "order not found for " + id.text(), {}});
  }
  const auto order = exchange_->order_by_client_id(witness_->account(), id.text());
  if (!order) return std::unexpected(to_port(order.error()));
  return shown(*order);
}

BrokerResult<Order> Broker::place(const OrderRequest& request) {
  door_->submit_arrives(request);
  const auto placed = exchange_->submit(witness_->account(), to_exchange(request));
  door_->exchange_moved();
  if (!placed) return std::unexpected(to_port(placed.error()));
  return shown(*placed);
}

// The classes of alpaca.md 3.7 that say a definite no.
BrokerError Broker::refusal(std::int64_t which, const OrderRequest& request) const {
  struct Word {
    int status;
    std::int64_t code;
    const char* message;
  };
  static constexpr std::array<Word, 8> kWords{{
      {403, 40310000, "insufficient qty available for order (requested: 1, available: 0)"},
      {403, 40310000, "potential wash trade detected. use complex orders"},
      {403, 40310000, "account not authorized to trade"},
      {404, 40410000, "position does not exist"},
      {422, 42210000, "asset is not tradable"},
      {422, 42210000, "invalid limit_price. sub-penny increment does not fulfill minimum pricing criteria"},
      {422, 40010001, "invalid order type"},
      {403, 40310000, "insufficient buying power"},
  }};
  const Word& word = kWords[static_cast<std::size_t>(which) % kWords.size()];
  BrokerError error{Kind_::rejected, word.status, word.code, word.message, {}};
  if (which % 8 < 2) {
    for (const auto& [id, order] : witness_->orders()) {
      if (order.order.symbol == request.symbol && !is_terminal(order.order.status)) error.related_orders.push_back(id);
    }
  }
  return error;
}

BrokerResult<Order> Broker::submit(const OrderRequest& request, Duration /*within*/) {
  const Duration time = usual_time();
  if (weather_->strikes(Kind::limited) != nullptr) {
    spend(time);
    return std::unexpected(limited());
  }
  if (weather_->take(Kind::submit_unreachable)) {
    spend(time);
    return std::unexpected(BrokerError{Kind_::unreachable, 0, 0, "connection refused", {}});
  }
  if (const auto refused = weather_->take(Kind::submit_refused)) {
    spend(time);
    door_->submit_refused(request);
    return std::unexpected(refusal(refused->n[0], request));
  }
  if (weather_->take(Kind::submit_lost_before)) {
    spend(kOrderDeadline);
    return std::unexpected(lost("the order"));
  }
  if (const auto late = weather_->take(Kind::submit_arrives_late)) {
    timeline_->after(std::chrono::milliseconds(late->n[0]), [this, request] {
      door_->arrives_late(request);
      static_cast<void>(place(request));
    });
    spend(kOrderDeadline);
    return std::unexpected(lost("the order"));
  }
  BrokerResult<Order> placed = place(request);
  if (weather_->take(Kind::submit_lost_after)) {
    spend(kOrderDeadline);
    return std::unexpected(lost("the order"));
  }
  const auto slow = weather_->take(Kind::submit_slow);
  const Duration taken = time + (slow ? std::chrono::milliseconds(slow->n[0]) : 0ms);
  spend(std::min(taken, kOrderDeadline));
  if (taken > kOrderDeadline) return std::unexpected(lost("the order"));
  return placed;
}

BrokerResult<void> Broker::cancel(const OrderId& id) {
  const Duration time = usual_time();
  if (weather_->strikes(Kind::limited) != nullptr) {
    spend(time);
    return std::unexpected(limited());
  }
  if (weather_->take(Kind::cancel_lost_before)) {
    spend(kOrderDeadline);
    return std::unexpected(lost("the cancellation"));
  }
  door_->cancel_arrives(id);
  const auto stuck = weather_->take(Kind::cancel_stuck);
  // Pending for a moment about every third time; it may still fill in the meantime (alpaca.md 3.4).
  const std::uint64_t chance = scramble(seed_, calls_, 3);
  const auto pending =
      stuck ? std::chrono::milliseconds(stuck->n[0]) : std::chrono::milliseconds(chance % 3 == 0 ? chance % 900 : 0);
  const auto order = exchange_->order(witness_->account(), id);
  if (pending > 0ms && order && !is_terminal(order->status)) {
    pending_cancels_[id] = timeline_->now() + pending;
    timeline_->after(pending, [this, id] {
      pending_cancels_.erase(id);
      static_cast<void>(exchange_->cancel(witness_->account(), id));
      door_->exchange_moved();
    });
    spend(time);
    return {};
  }
  const auto done = exchange_->cancel(witness_->account(), id);
  door_->exchange_moved();
  if (weather_->take(Kind::cancel_lost_after)) {
    spend(kOrderDeadline);
    return std::unexpected(lost("the cancellation"));
  }
  spend(time);
  if (!done) return std::unexpected(to_port(done.error()));
  return {};
}

BrokerResult<Order> Broker::close_position(const std::string&, std::optional<Quantity>) {
  spend(usual_time());
  return std::unexpected(BrokerError{Kind_::rejected, 422, 0, "nobody but the emergency exit closes like this", {}});
}

BrokerResult<Activities> Broker::activities(Timestamp since, std::size_t limit) {
  if (const auto error = read_fails("activities")) return std::unexpected(*error);
  Timestamp until = timeline_->now();
  if (const Happening* lag = weather_->strikes(Kind::orders_lag)) until = until - std::chrono::milliseconds(lag->n[1]);
  Activities all{.since = since, .fills = {}, .movements = {}};
  for (const sim::Activity& activity : exchange_->activities(witness_->account())) {
    if (activity.at < since || activity.at > until || all.fills.size() >= limit) continue;
    if (activity.is_fill()) {
      all.fills.push_back({.id = activity.id,
                           .order_id = activity.order_id,
                           .symbol = activity.symbol,
                           .side = activity.side,
                           .quantity = activity.quantity,
                           .price = *activity.price,
                           .at = activity.at});
    } else if (const auto kind = movement_kind(activity.activity_type)) {
      all.movements.push_back({.id = activity.id,
                               .kind = *kind,
                               .symbol = activity.symbol,
                               .quantity = activity.quantity,
                               .price = activity.price,
                               .net = activity.net_amount,
                               .group = activity.group_id,
                               .at = activity.at});
    }
  }
  return all;
}

BrokerResult<std::int64_t> Broker::contract_multiplier(const std::string& occ_symbol) {
  if (const auto error = read_fails("contract")) return std::unexpected(*error);
  return usual_multiplier(instrument_of(occ_symbol));
}

}  // namespace belay::world
