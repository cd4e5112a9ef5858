// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/ledger.hpp"

#include <algorithm>
#include <utility>

namespace belay::sim {
namespace {

/// The part of a holding's cost that stays when `left` of it is left.
Money cost_of_rest(const Holding& holding, Quantity left) {
  return Money::from_nanos(
      fixed::multiply_divide(holding.cost.nanos(), left.magnitude().nanos(), holding.quantity.magnitude().nanos()));
}

}  // namespace

Price Holding::average() const { return average_price(cost, quantity).value_or(Price{}).magnitude(); }

Ledger::Ledger(AccountConfig config, std::string id, Timestamp created_at)
    : equity_at_close(config.cash),
      last_equity(config.cash),
      opened_as_(std::move(config)),
      config_(opened_as_),
      id_(std::move(id)),
      created_at_(created_at),
      cash_(config_.cash) {}

void Ledger::set(AccountSettings settings) {
  settings_ = std::move(settings);
  config_.multiplier = std::min(opened_as_.multiplier, settings_.max_margin_multiplier);
  config_.shorting_enabled = opened_as_.shorting_enabled && !settings_.no_shorting;
  config_.options_level = std::min(opened_as_.options_level, settings_.max_options_trading_level);
}

Quantity Ledger::quantity(std::string_view symbol) const {
  const auto found = holdings_.find(symbol);
  return found == holdings_.end() ? Quantity{} : found->second.quantity;
}

void Ledger::trade(const std::string& symbol, Quantity signed_quantity, Price price, std::int64_t multiplier) {
  cash_ -= notional(price, signed_quantity, multiplier);
  add(symbol, signed_quantity, notional(price, signed_quantity));
}

void Ledger::move(const std::string& symbol, Quantity signed_quantity) { add(symbol, signed_quantity, {}); }

void Ledger::add(const std::string& symbol, Quantity signed_quantity, Money cost) {
  Holding holding = holdings_[symbol];
  const Quantity after = holding.quantity + signed_quantity;
  const bool adds = holding.quantity.is_zero() || holding.quantity.is_negative() == signed_quantity.is_negative();
  const bool crosses = !adds && after.is_negative() != holding.quantity.is_negative();
  if (adds) {
    holding.cost += cost;
  } else if (crosses) {
    holding.cost = cost_of_rest({signed_quantity, cost}, after);
  } else {
    holding.cost = cost_of_rest(holding, after);
  }
  holding.quantity = after;
  put(symbol, holding);
}

void Ledger::receive(Money amount) { cash_ += amount; }

void Ledger::convert(const std::string& symbol, const std::string& new_symbol, Quantity quantity) {
  const Money cost = holdings_[symbol].cost;
  put(symbol, {});
  add(new_symbol, quantity, cost);
}

void Ledger::record(Activity activity) {
  const auto place = std::ranges::upper_bound(activities_, activity.id, {}, &Activity::id);
  activities_.insert(place, std::move(activity));
}

void Ledger::amend(const std::string& activity_id, std::optional<Activity> instead) {
  const auto found = std::ranges::find(activities_, activity_id, &Activity::id);
  if (found == activities_.end()) return;
  if (instead) {
    *found = std::move(*instead);
  } else {
    activities_.erase(found);
  }
}

void Ledger::put(const std::string& symbol, const Holding& holding) {
  ++changes_;
  if (holding.quantity.is_zero()) {
    holdings_.erase(symbol);
  } else {
    holdings_[symbol] = holding;
  }
}

}  // namespace belay::sim
