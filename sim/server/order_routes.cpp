// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/trading/order.hpp"
#include "sim/server/call.hpp"
#include "sim/server/read_submit.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

constexpr std::int64_t kLargestPage = 500;

Reply submit_order(Exchange& exchange, const Call& call) {
  const auto request = read_submit(call.body);
  if (!request) return refuse(request.error());
  const auto order = exchange.submit(call.account, *request);
  if (!order) return refuse(order.error());
  return {200, wire_order(*order)};
}

Answer<std::optional<OrderId>> known_order(Exchange& exchange, const Call& call, std::string_view name) {
  const std::string* id = call.query.find(name);
  if (id == nullptr) return std::nullopt;
  const auto order = exchange.order(call.account, OrderId(*id));
  if (!order) return std::unexpected(invalid_request(std::string(name) + " is unknown"));
  return order->id;
}

constexpr std::array kAssetClasses{"us_equity", "us_option",     "crypto",   "crypto_perp",     "treasury",
                                   "corporate", "global_equity", "us_index", "us_equity_chain", "ipo",
                                   "all"};

/// `asset_class`, a list; classes that nothing here belongs to match nothing.
Answer<std::optional<std::vector<InstrumentKind>>> read_kinds(const Query& query) {
  const std::vector<std::string> words = query.list("asset_class");
  if (words.empty()) return std::vector<InstrumentKind>{};
  std::vector<InstrumentKind> kinds;
  bool all = false;
  for (const std::string& word : words) {
    if (std::ranges::find(kAssetClasses, word) == kAssetClasses.end()) {
      return std::unexpected(invalid_request("invalid asset_class '" + word + "'"));
    }
    all = all || word == "all";
    if (word == "us_equity") kinds.push_back(InstrumentKind::stock);
    if (word == "us_option") kinds.insert(kinds.end(), {InstrumentKind::call, InstrumentKind::put});
    if (word == "crypto") kinds.push_back(InstrumentKind::crypto);
  }
  if (all) {
    return std::vector{InstrumentKind::stock, InstrumentKind::call, InstrumentKind::put, InstrumentKind::crypto};
  }
  if (kinds.empty()) return std::nullopt;
  return kinds;
}

Answer<OrderQuery> read_times(Exchange& exchange, const Call& call, OrderQuery query) {
  const auto after = call.query.time("after");
  if (!after) return std::unexpected(after.error());
  const auto until = call.query.time("until");
  if (!until) return std::unexpected(until.error());
  const auto after_order = known_order(exchange, call, "after_order_id");
  if (!after_order) return std::unexpected(after_order.error());
  const auto before_order = known_order(exchange, call, "before_order_id");
  if (!before_order) return std::unexpected(before_order.error());
  if ((*after || *until) && (*after_order || *before_order)) {
    return std::unexpected(invalid_request("before_order_id and after_order_id cannot be used with after and until"));
  }
  if (*after_order && *before_order) {
    return std::unexpected(invalid_request("only one of before_order_id and after_order_id is accepted"));
  }
  query.after = *after;
  query.until = *until;
  query.after_order = *after_order;
  query.before_order = *before_order;
  return query;
}

Answer<OrderQuery> read_query(Exchange& exchange, const Call& call) {
  OrderQuery query;
  const std::string status = call.query.text("status");
  if (status == "closed") {
    query.status = OrderQuery::Status::closed;
  } else if (status == "all") {
    query.status = OrderQuery::Status::all;
  } else if (!status.empty() && status != "open") {
    return std::unexpected(invalid_request("invalid status '" + status + "': use open, closed or all"));
  }
  const auto limit = call.query.count("limit", 50);
  if (!limit) return std::unexpected(limit.error());
  query.limit = static_cast<std::size_t>(std::min(*limit, kLargestPage));
  const std::string direction = call.query.text("direction");
  if (!direction.empty() && direction != "asc" && direction != "desc") {
    return std::unexpected(invalid_request("invalid direction '" + direction + "': use asc or desc"));
  }
  query.ascending = direction == "asc";
  const auto nested = call.query.flag("nested");
  if (!nested) return std::unexpected(nested.error());
  query.nested = *nested;
  query.symbols = call.query.list("symbols");
  const std::string side = call.query.text("side");
  query.side = parse_side(side);
  if (!side.empty() && !query.side) return std::unexpected(invalid_request("invalid side '" + side + "'"));
  const auto kinds = read_kinds(call.query);
  if (!kinds) return std::unexpected(kinds.error());
  if (*kinds) {
    query.kinds = **kinds;
  } else {
    query.limit = 0;
  }
  return read_times(exchange, call, std::move(query));
}

Reply list_orders(Exchange& exchange, const Call& call) {
  const auto query = read_query(exchange, call);
  if (!query) return refuse(query.error());
  json::Array listed;
  for (Order& order : exchange.orders(call.account, *query)) {
    if (!query->nested && !order.is_combination()) order.legs.clear();
    listed.push_back(wire_order(order));
  }
  return {200, std::move(listed)};
}

Reply read_order(Exchange& exchange, const Call& call) {
  const auto nested = call.query.flag("nested");
  if (!nested) return refuse(nested.error());
  auto order = exchange.order(call.account, OrderId(call.path_parts.at(0)));
  if (!order) return refuse(order.error());
  if (!*nested && !order->is_combination()) order->legs.clear();
  return {200, wire_order(*order)};
}

Reply read_by_client_id(Exchange& exchange, const Call& call) {
  const auto order = exchange.order_by_client_id(call.account, call.query.text("client_order_id"));
  if (!order) return refuse(order.error());
  return {200, wire_order(*order)};
}

Reply replace_order(Exchange& exchange, const Call& call) {
  const auto request = read_replace(call.body);
  if (!request) return refuse(request.error());
  const auto order = exchange.replace(call.account, OrderId(call.path_parts.at(0)), *request);
  if (!order) return refuse(order.error());
  return {200, wire_order(*order)};
}

Reply cancel_order(Exchange& exchange, const Call& call) {
  const auto done = exchange.cancel(call.account, OrderId(call.path_parts.at(0)));
  if (!done) return refuse(done.error());
  return {204, {}};
}

Reply cancel_all(Exchange& exchange, const Call& call) {
  json::Array outcomes;
  for (const Exchange::CancelOutcome& one : exchange.cancel_all(call.account)) {
    const int status = one.outcome ? 200 : one.outcome.error().http_status;
    outcomes.push_back(json::Object{{"id", one.id.text()}, {"status", status}});
  }
  return {207, std::move(outcomes)};
}

constexpr std::array kRoutes{
    Route{"POST", "/v2/orders", submit_order},
    Route{"GET", "/v2/orders", list_orders},
    Route{"DELETE", "/v2/orders", cancel_all},
    Route{"GET", "/v2/orders:by_client_order_id", read_by_client_id},
    Route{"GET", "/v2/orders/{order_id}", read_order},
    Route{"DELETE", "/v2/orders/{order_id}", cancel_order},
    Route{"PATCH", "/v2/orders/{order_id}", replace_order},
};

}  // namespace

std::span<const Route> order_routes() { return kRoutes; }

}  // namespace belay::sim
