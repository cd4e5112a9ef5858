// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/calls.hpp"

#include <map>
#include <set>

namespace belay::runtime::calls {
namespace {

namespace event = engine::event;

constexpr std::size_t kPage = 500;         // the broker's largest page of orders (alpaca.md 1)
constexpr std::size_t kMostOpen = 10'000;  // open orders followed over pages
constexpr std::size_t kMostActivities = 5'000;

template <class T>
Events unread(const BrokerResult<T>& result, std::string what, std::optional<BrokerError>* error) {
  if (error != nullptr) *error = result.error();
  return {event::BrokerUnread{std::move(what) + ": " + result.error().message}};
}

// The latest orders with their children; where there are more than so many, also everything that is open.
BrokerResult<std::vector<Order>> read_orders(Broker& broker, std::size_t most) {
  const auto newest = [&](std::size_t limit) {
    return broker.orders({.status = OrderQuery::Status::all, .nested = true, .symbols = {}, .limit = limit});
  };
  auto latest = newest(most);
  // What lies further back is worth a call, but not the read.
  if (!latest && most > kPage && latest.error().kind != BrokerError::Kind::rate_limited) latest = newest(most = kPage);
  if (!latest || latest->size() < most) return latest;
  auto open = broker.orders({.status = OrderQuery::Status::open, .nested = false, .symbols = {}, .limit = kMostOpen});
  if (!open) return open;
  std::set<OrderId> known;
  for (const Order& order : *latest) {
    known.insert(order.id);
    for (const Order& leg : order.legs) known.insert(leg.id);
  }
  for (Order& order : *open) {
    if (!known.contains(order.id)) latest->push_back(std::move(order));
  }
  return latest;
}

}  // namespace

Events read_broker(Broker& broker, Moment begun, std::size_t orders_to_list, std::optional<BrokerError>* error) {
  auto account = broker.account();
  if (!account) return unread(account, "account", error);
  auto clock = broker.clock();
  if (!clock) return unread(clock, "clock", error);
  auto orders = read_orders(broker, orders_to_list);
  if (!orders) return unread(orders, "orders", error);
  // Positions last: what the orders say has filled is then in them, rather than the other way round.
  auto holdings = broker.positions();
  if (!holdings) return unread(holdings, "positions", error);
  return {event::BrokerRead{.begun = begun,
                            .account = std::move(*account),
                            .clock = *clock,
                            .holdings = std::move(*holdings),
                            .orders = std::move(*orders)}};
}

Events read_prices(MarketData& data, const std::vector<std::string>& symbols) {
  std::vector<std::string> stocks;
  std::vector<std::string> options;
  for (const std::string& symbol : symbols) {
    (instrument_of(symbol).is_option() ? options : stocks).push_back(symbol);
  }
  event::PricesRead read{.asked = symbols, .prices = {}, .failed = {}};
  const auto take = [&read](PriceRead part) {
    for (MarketPrices& prices : part.prices) read.prices.push_back(std::move(prices));
    for (const PriceRead::Failure& failure : part.failed) {
      for (const std::string& symbol : failure.symbols) read.failed.emplace_back(symbol, failure.error.message);
    }
  };
  if (!stocks.empty()) take(data.stocks(stocks));
  if (!options.empty()) take(data.options(options));
  return {std::move(read)};
}

Events read_activities(Broker& broker, Timestamp since) {
  auto activities = broker.activities(since, kMostActivities);
  if (!activities) return {event::ActivitiesUnread{activities.error().message}};
  return {event::ActivitiesRead{std::move(*activities)}};
}

Events read_corporate_actions(MarketData& data, const std::vector<std::string>& symbols, Date first, Date last) {
  auto actions = data.corporate_actions(symbols, first, last);
  if (!actions) return {event::CorporateActionsUnread{actions.error().message}};
  return {event::CorporateActionsRead{symbols, std::move(*actions)}};
}

Events find_records(Store& store, const std::string& account, const std::vector<std::string>& aliases,
                    const std::vector<std::string>& symbols) {
  auto executions = store.executions_for(account, aliases, symbols);
  if (!executions) return {event::RecordsUnread{executions.error().message}};
  event::RecordsFound found{.executions = std::move(*executions), .closed = {}};
  for (const std::string& symbol : symbols) {
    auto lots = store.lots({.include_closed = true, .symbol = symbol, .id = 0});
    if (!lots) return {event::RecordsUnread{lots.error().message}};
    for (Lot& lot : *lots) {
      if (lot.account == account && lot.status == LotStatus::closed) found.closed.push_back(std::move(lot));
    }
  }
  return {std::move(found)};
}

Events submit(Broker& broker, const OrderRequest& request, Duration within) {
  auto order = broker.submit(request, within);
  if (order) return {event::SubmitAccepted{request.client_id, std::move(*order)}};
  const BrokerError& error = order.error();
  switch (error.kind) {
    case BrokerError::Kind::rejected:
    case BrokerError::Kind::not_found:
    case BrokerError::Kind::unauthorized:
      return {event::SubmitRefused{.client_id = request.client_id,
                                   .code = error.code,
                                   .message = error.message,
                                   .related_orders = error.related_orders,
                                   .available = error.available,
                                   .http_status = error.http_status,
                                   .market_price = error.market_price}};
    case BrokerError::Kind::unreachable:
    case BrokerError::Kind::rate_limited:
      return {event::SubmitNotSent{request.client_id, error.message, error.retry_after}};
    case BrokerError::Kind::unknown:
      break;
  }
  return {event::SubmitUnknown{request.client_id, error.message}};
}

Events cancel(Broker& broker, const OrderId& id) {
  // Whatever the answer, the order's own status is the truth: it is looked at next.
  const auto done = broker.cancel(id);
  if (!done && done.error().kind == BrokerError::Kind::not_found) return {event::OrderGone{id}};
  return look_at(broker, id);
}

Events ask(Broker& broker, const ClientOrderId& id) {
  auto order = broker.order_by_client_id(id);
  if (order) return {event::OrderSeen{std::move(*order)}};
  if (order.error().kind == BrokerError::Kind::not_found) return {event::OrderMissing{id}};
  return {event::OrderUnread{order.error().message}};
}

Events look_at(Broker& broker, const OrderId& id) {
  auto order = broker.order(id);
  if (order) return {event::OrderSeen{std::move(*order)}};
  if (order.error().kind == BrokerError::Kind::not_found) return {event::OrderGone{id}};
  return {event::OrderUnread{order.error().message}};
}

Events ask_many(Broker& broker, const std::vector<ClientOrderId>& ids) {
  auto orders = broker.orders({.status = OrderQuery::Status::all, .nested = false, .symbols = {}, .limit = kPage});
  if (!orders) return {event::OrderUnread{orders.error().message}};
  std::map<ClientOrderId, Order*> listed;
  for (Order& order : *orders) listed[order.client_id] = &order;
  Events events;
  for (const ClientOrderId& id : ids) {
    const auto found = listed.find(id);
    if (found != listed.end()) {
      events.emplace_back(event::OrderSeen{std::move(*found->second)});
    } else {
      for (engine::Event& answer : ask(broker, id)) events.push_back(std::move(answer));
    }
  }
  return events;
}

Events heard(const StreamNews& news) {
  if (std::holds_alternative<StreamUp>(news)) return {event::StreamUp{}};
  if (const auto* down = std::get_if<StreamDown>(&news)) {
    return {event::StreamDown{down->why, down->kind == StreamDown::Kind::keys_refused}};
  }
  const auto& update = std::get<OrderUpdate>(news);
  const OrderEvent kind = parse_order_event(update.event);
  if (corrects_fill(kind)) return {event::FillCorrected{update.order, kind}};
  return {event::OrderSeen{update.order}};
}

}  // namespace belay::runtime::calls
