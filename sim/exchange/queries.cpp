// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

bool matches(const Order& order, const OrderQuery& query) {
  const bool over = is_terminal(order.status);
  if (query.status == OrderQuery::Status::open && (over || order.status == OrderStatus::held)) return false;
  if (query.status == OrderQuery::Status::closed && !over) return false;
  if (query.after && order.submitted_at <= *query.after) return false;
  if (query.until && order.submitted_at >= *query.until) return false;
  if (query.side && order.side != *query.side) return false;
  return query.symbols.empty() || std::ranges::find(query.symbols, order.symbol) != query.symbols.end();
}

}  // namespace

AccountView ExchangeCore::view(const Ledger& books) const {
  AccountView view;
  view.id = books.id();
  view.number = books.config().number;
  view.created_at = books.created_at();
  view.cash = books.cash();
  view.equity = equity(books);
  view.last_equity = books.last_equity;
  for (const auto& [symbol, holding] : books.holdings()) {
    const Money value = market_value(symbol, holding);
    (value.is_negative() ? view.short_market_value : view.long_market_value) += value;
  }
  const BuyingPower power = buying_power(books);
  view.buying_power = power.stock;
  view.options_buying_power = power.free;
  view.initial_margin = power.initial_margin;
  view.maintenance_margin = power.initial_margin;
  view.multiplier = books.config().multiplier;
  view.shorting_enabled = books.config().shorting_enabled;
  return view;
}

Position ExchangeCore::view(const Ledger& books, const std::string& symbol) const {
  const Listing& listing = *market_.find(symbol);
  const Holding& holding = books.holdings().find(symbol)->second;
  Position position;
  position.asset_id = listing.asset.id;
  position.symbol = symbol;
  position.kind = listing.asset.instrument.kind;
  position.multiplier = listing.asset.multiplier;
  position.quantity = holding.quantity;
  position.available = available(books, symbol);
  position.average_entry = holding.average();
  position.cost_basis = scale(holding.cost, Ratio::whole(listing.asset.multiplier));
  position.current_price = listing.value();
  position.lastday_price = listing.previous_close;
  position.market_value = market_value(symbol, holding);
  position.unrealized_pl = position.market_value - position.cost_basis;
  return position;
}

std::vector<Order> ExchangeCore::orders(const Ledger& books, const OrderQuery& query) const {
  std::vector<Order> found;
  const auto& all = orders_.all();
  for (std::size_t i = 0; i < all.size() && found.size() < query.limit; ++i) {
    const OrderRecord& record = all[query.ascending ? i : all.size() - 1 - i];
    if (record.order.account != books.config().number || !matches(record.order, query)) continue;
    if (query.nested && record.parent) continue;
    found.push_back(query.nested ? orders_.snapshot(record) : record.order);
  }
  return found;
}

void ExchangeCore::emit(OrderEventType type, const OrderRecord& record) {
  OrderEvent event;
  event.sequence = ++last_sequence_;
  event.at = now_;
  event.type = type;
  event.account = record.order.account;
  event.order = orders_.snapshot(record);
  events_.push_back(std::move(event));
}

std::vector<OrderEvent> ExchangeCore::take_events() { return std::exchange(events_, {}); }

void ExchangeCore::add_account(AccountConfig config) {
  BELAY_CHECK(!ledgers_.contains(config.number));
  const std::string number = config.number;
  ledgers_.emplace(number, Ledger(std::move(config), ids_.uuid(), now_));
}

Ledger& ExchangeCore::ledger(std::string_view account) {
  const auto found = ledgers_.find(account);
  BELAY_CHECK(found != ledgers_.end());
  return found->second;
}

const Ledger& ExchangeCore::ledger(std::string_view account) const {
  const auto found = ledgers_.find(account);
  BELAY_CHECK(found != ledgers_.end());
  return found->second;
}

}  // namespace belay::sim
