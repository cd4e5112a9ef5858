// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/trading_rest.hpp"

#include <algorithm>
#include <set>

#include "shell/alpaca/order_body.hpp"
#include "shell/alpaca/parse.hpp"

namespace belay::alpaca {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::size_t kOrdersPerPage = 500;
constexpr std::size_t kSymbolsInQuery = 100;  // more would make a URL that proxies refuse
constexpr std::size_t kActivitiesPerPage = 100;
constexpr Duration kDatesAreCoarse = std::chrono::hours(36);
// Executions, and whatever changes a holding without one; money alone (dividends, fees, transfers) is nobody's shares.
constexpr std::string_view kActivityTypes = "FILL,OPEXP,OPEXC,OPASN,OPTRD,OPCSH,OPCA,SPLIT,SPIN,NC,MA,REORG";

std::string joined(const std::vector<std::string>& symbols) {
  std::string text;
  for (const std::string& symbol : symbols) text += (text.empty() ? "" : ",") + symbol;
  return text;
}

std::string_view status_word(OrderQuery::Status status) {
  switch (status) {
    case OrderQuery::Status::open:
      return "open";
    case OrderQuery::Status::closed:
      return "closed";
    case OrderQuery::Status::all:
      break;
  }
  return "all";
}

Call order_page(const OrderQuery& query, std::size_t page_size, std::optional<Timestamp> until) {
  Call call;
  const bool few_symbols = query.symbols.size() <= kSymbolsInQuery;
  call.target = target("/v2/orders", {{"status", std::string(status_word(query.status))},
                                      {"limit", std::to_string(page_size)},
                                      {"direction", "desc"},
                                      {"nested", query.nested ? "true" : "false"},
                                      {"symbols", few_symbols ? joined(query.symbols) : ""},
                                      {"after", query.after ? to_text(*query.after) : ""},
                                      {"until", until ? to_text(*until) : ""}});
  return call;
}

/// Orders of a multi-leg parent have their symbols in the legs.
bool is_about(const Order& order, const std::set<std::string>& symbols) {
  return symbols.empty() || symbols.contains(order.symbol) ||
         std::any_of(order.legs.begin(), order.legs.end(), [&](const Order& leg) { return is_about(leg, symbols); });
}

/// Legs count: whether the page's limit does is not documented, and a page must not look short because of them.
std::size_t rows(const std::vector<Order>& page) {
  std::size_t count = page.size();
  for (const Order& order : page) count += order.legs.size();
  return count;
}

/// `until` is exclusive and the broker may cut it to microseconds: one later, so that orders of the same moment as the
/// page's last are read again rather than missed.
std::optional<Timestamp> next_until(const std::vector<Order>& page) {
  std::optional<Timestamp> earliest;
  for (const Order& order : page) {
    const auto at = order.submitted_at ? order.submitted_at : order.created_at;
    if (at && (!earliest || *at < *earliest)) earliest = at;
  }
  if (!earliest) return std::nullopt;
  return *earliest + microseconds(1);
}

/// Of a list, the newest first, that was not read to its end. A movement may bear a mere date: a fill knows better.
Timestamp complete_from(const Activities& found) {
  if (!found.fills.empty()) return found.fills.back().at;
  return found.movements.empty() ? Timestamp{} : std::ranges::min(found.movements, {}, &Movement::at).at;
}

}  // namespace

BrokerResult<Account> TradingRest::account() { return channel_.call({.target = "/v2/account"}, parse_account); }

BrokerResult<MarketClock> TradingRest::clock() { return channel_.call({.target = "/v2/clock"}, parse_clock); }

BrokerResult<std::vector<calendar::Session>> TradingRest::calendar(Date first, Date last) {
  auto sessions = channel_.call({.target = target("/v2/calendar", {{"start", to_text(first)}, {"end", to_text(last)}})},
                                parse_calendar);
  if (sessions) {
    std::erase_if(*sessions, [&](const calendar::Session& day) { return day.date < first || last < day.date; });
  }
  return sessions;
}

BrokerResult<std::vector<Holding>> TradingRest::positions() {
  return channel_.call({.target = "/v2/positions"}, parse_positions);
}

BrokerResult<std::vector<Order>> TradingRest::orders(const OrderQuery& query) {
  const std::set<std::string> symbols(query.symbols.begin(), query.symbols.end());
  const bool filtered_here = query.symbols.size() > kSymbolsInQuery;
  const std::size_t page_size = filtered_here ? kOrdersPerPage : std::min(kOrdersPerPage, query.limit);
  std::vector<Order> found;
  std::set<OrderId> seen;
  std::optional<Timestamp> until;
  while (found.size() < query.limit) {
    const Call call = order_page(query, page_size, until);
    auto page = channel_.call(call, parse_orders);
    if (!page) return std::unexpected(page.error());
    const bool is_last = rows(*page) < page_size;
    const std::size_t known = seen.size();
    const auto next = next_until(*page);
    for (Order& order : *page) {
      if (!seen.insert(order.id).second) continue;
      if (!filtered_here || is_about(order, symbols)) found.push_back(std::move(order));
    }
    if (is_last) break;
    if (found.size() < query.limit && (seen.size() == known || !next)) {
      return channel_.unreadable(call, Error{"a full page leads to no further one, so the list is not complete"});
    }
    until = next;
  }
  if (found.size() > query.limit) found.resize(query.limit);
  return found;
}

BrokerResult<Order> TradingRest::order(const OrderId& id) {
  return channel_.call({.target = target("/v2/orders/" + net::percent_encode(id.text()), {{"nested", "true"}})},
                       parse_order);
}

BrokerResult<Order> TradingRest::order_by_client_id(const ClientOrderId& id) {
  return channel_.call(
      {.target = target("/v2/orders:by_client_order_id", {{"client_order_id", id.text()}}), .urgent = true},
      parse_order);
}

BrokerResult<Order> TradingRest::submit(const OrderRequest& request, Duration within) {
  auto order = channel_.call({.method = "POST",
                              .target = "/v2/orders",
                              .body = order_body(request),
                              .repeat = Repeat::order,
                              .urgent = true,
                              .send_within = within},
                             parse_order);
  // "symbol not found" is a no like any other; no order is meant.
  if (!order && order.error().kind == BrokerError::Kind::not_found) order.error().kind = BrokerError::Kind::rejected;
  return order;
}

BrokerResult<void> TradingRest::cancel(const OrderId& id) {
  const auto body = channel_.call({.method = "DELETE",
                                   .target = "/v2/orders/" + net::percent_encode(id.text()),
                                   .repeat = Repeat::cancel,
                                   .urgent = true});
  if (!body) return std::unexpected(body.error());
  return {};
}

BrokerResult<Order> TradingRest::close_position(const std::string& symbol, std::optional<Quantity> quantity) {
  // Makes an order at every call: repeated no more freely than submit.
  return channel_.call(
      {.method = "DELETE",
       .target = target("/v2/positions/" + net::percent_encode(symbol), {{"qty", quantity ? quantity->text() : ""}}),
       .repeat = Repeat::order,
       .urgent = true},
      parse_order);
}

BrokerResult<Activities> TradingRest::activities(Timestamp since, std::size_t limit) {
  // What is no execution bears a date, and may be booked on the day after (alpaca.md 4, Assignment): ask from a day
  // earlier on. `after` is documented for whole seconds.
  const std::int64_t second = std::chrono::floor<seconds>(Duration(since.nanos) - kDatesAreCoarse).count();
  const std::string after = to_text(Timestamp{Duration(seconds(second)).count()});
  Activities found{.since = since, .fills = {}, .movements = {}};
  std::set<std::string> seen;
  std::set<std::string> tokens;
  std::string token;
  // The newest first: where there is more than anybody wants to read, it is the past that is left out.
  while (true) {
    const Call call{.target = target("/v2/account/activities", {{"activity_types", std::string(kActivityTypes)},
                                                                {"after", after},
                                                                {"direction", "desc"},
                                                                {"page_size", std::to_string(kActivitiesPerPage)},
                                                                {"page_token", token}})};
    auto page = channel_.call(call, parse_activities);
    if (!page) return std::unexpected(page.error());
    for (Fill& fill : page->fills) {
      if (seen.insert(fill.id).second && since <= fill.at) found.fills.push_back(std::move(fill));
    }
    for (Movement& movement : page->movements) {
      if (seen.insert(movement.id).second) found.movements.push_back(std::move(movement));
    }
    if (page->rows < kActivitiesPerPage) break;
    if (page->last_id.empty() || !tokens.insert(page->last_id).second) {
      return channel_.unreadable(call, Error{"a full page leads to no further one, so the list is not complete"});
    }
    token = page->last_id;
    if (seen.size() >= limit) {
      found.since = std::max(since, complete_from(found));
      break;
    }
  }
  std::ranges::reverse(found.fills);
  std::ranges::reverse(found.movements);
  std::ranges::stable_sort(found.fills, {}, &Fill::at);
  std::ranges::stable_sort(found.movements, {}, &Movement::at);
  return found;
}

BrokerResult<std::int64_t> TradingRest::contract_multiplier(const std::string& occ_symbol) {
  return channel_.call({.target = "/v2/options/contracts/" + net::percent_encode(occ_symbol)}, parse_multiplier);
}

}  // namespace belay::alpaca
