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
  if (!query.kinds.empty() && std::ranges::find(query.kinds, order.kind) == query.kinds.end()) return false;
  if (query.symbols.empty()) return true;
  const auto asked = [&](const Order& one) {
    if (std::ranges::find(query.symbols, one.symbol) != query.symbols.end()) return true;
    // Options may be asked for by their underlying, where options are what is asked for.
    const auto option = query.kinds.empty() ? std::nullopt : parse_occ(one.symbol);
    return option && std::ranges::find(query.symbols, underlying_of(*option)) != query.symbols.end();
  };
  return asked(order) || std::ranges::any_of(order.legs, asked);
}

}  // namespace

AccountView ExchangeCore::view(const Ledger& books) const {
  AccountView view;
  view.id = books.id();
  view.number = books.config().number;
  view.created_at = books.created_at();
  view.options_approved_level = books.opened_as().options_level;
  view.suspended_by_owner = books.settings().suspend_trade;
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
  view.maintenance_margin = maintenance_margin(books);
  view.multiplier = books.config().multiplier;
  view.shorting_enabled = books.config().shorting_enabled;
  view.options_level = books.config().options_level;
  return view;
}

Position ExchangeCore::view(const Ledger& books, const std::string& symbol) const {
  return view(books, symbol, books.holdings().find(symbol)->second);
}

Position ExchangeCore::view(const Ledger& books, const std::string& symbol, const Holding& holding) const {
  const Listing& listing = *market_.find(symbol);
  Position position;
  position.asset_id = listing.asset.id;
  position.symbol = symbol;
  position.kind = listing.asset.instrument.kind;
  position.multiplier = listing.asset.multiplier;
  position.quantity = holding.quantity;
  const Quantity free = available(books, symbol);  // of what is held now, which an older view may not show yet
  position.available = free.magnitude() <= holding.quantity.magnitude() ? free : holding.quantity;
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
  const auto index_of = [&](const std::optional<OrderId>& id, std::size_t otherwise) {
    const OrderRecord* record = id ? orders_.find(books.config().number, *id) : nullptr;
    return record == nullptr ? otherwise : record->index;
  };
  const std::size_t first = query.after_order ? index_of(query.after_order, all.size()) + 1 : 0;
  const std::size_t last = std::min(index_of(query.before_order, all.size()), all.size());  // not included
  for (std::size_t i = first; i < last && found.size() < query.limit; ++i) {
    const OrderRecord& record = all[query.ascending ? i : first + last - 1 - i];
    if (record.order.account != books.config().number) continue;
    // The legs of a multi-leg order are never shown apart from it (alpaca.md 2).
    if (record.role == GroupRole::leg || (query.nested && record.parent)) continue;
    const bool combination = record.role == GroupRole::combination;
    if (combination ? !matches(orders_.snapshot(record), query) : !matches(record.order, query)) continue;
    found.push_back(query.nested || combination ? orders_.snapshot(record) : record.order);
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
  const Ledger& books = ledgers_.emplace(number, Ledger(std::move(config), ids_.uuid(), now_)).first->second;
  memories_[number] = {.changes = books.changes(), .past = {{Timestamp{INT64_MIN}, books.holdings()}}};
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
