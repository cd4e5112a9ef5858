// SPDX-License-Identifier: Apache-2.0
// What there is to say against a multi-leg order (alpaca.md 3.1, 3.7).
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

constexpr std::size_t kFewestLegs = 2;
constexpr std::size_t kMostLegs = 4;
constexpr std::size_t kLongestClientId = 128;
constexpr std::int64_t kCentNanos = 10'000'000;

Side side_of(PositionIntent intent) {
  const bool buys = intent == PositionIntent::buy_to_open || intent == PositionIntent::buy_to_close;
  return buys ? Side::buy : Side::sell;
}

Refusal refuse_price(const SubmitRequest& request) {
  if (request.type != OrderType::market && request.type != OrderType::limit) {
    return unprocessable("invalid order type for options trading");
  }
  if (request.stop_price) return unprocessable("stop price is not supported for mleg orders");
  const bool limited = request.type == OrderType::limit;
  if (limited && !request.limit_price) return unprocessable("limit price is required for limit orders");
  if (!limited && request.limit_price) return unprocessable("limit price is only valid for limit orders");
  if (limited && request.limit_price->nanos() % kCentNanos != 0) return unprocessable("invalid limit price");
  return std::nullopt;
}

/// 4 and 2 are to be said as 2 and 1: what is common to all stands in the order's own quantity.
Refusal refuse_ratios(const SubmitRequest& request) {
  std::int64_t common = 0;
  for (std::size_t i = 0; i < request.legs.size(); ++i) {
    const auto& ratio = request.legs[i].ratio;
    const std::string name = "leg." + std::to_string(i) + " ratio_qty ";
    if (!ratio) return unprocessable(name + "is required");
    if (!ratio->is_positive() || !ratio->is_whole()) return unprocessable(name + "must be a positive integer");
    common = std::gcd(common, ratio->nanos() / fixed::kScale);
  }
  if (common == 1) return std::nullopt;
  return unprocessable("leg ratio quantities must be relatively prime (common divisor: " + std::to_string(common) +
                       ")");
}

bool names_twice(const SubmitRequest& request, std::size_t index) {
  const auto same = [&](const LegRequest& leg) { return leg.symbol == request.legs[index].symbol; };
  return std::ranges::count_if(request.legs, same) > 1;
}

}  // namespace

Refusal refuse_combination_by_form(const SubmitRequest& request) {
  if (request.client_id.size() > kLongestClientId) {
    return invalid_request("client_order_id must be no more than 128 characters");
  }
  if (request.legs.size() < kFewestLegs || request.legs.size() > kMostLegs) {
    return unprocessable("mleg orders must have at least 2 legs and at most 4 legs");
  }
  if (request.notional) return unprocessable("notional orders are not supported for options trading");
  if (!request.quantity) return invalid_request("qty is required");
  if (!request.quantity->is_positive()) return invalid_request("qty must be > 0");
  if (!request.quantity->is_whole()) return unprocessable("qty must be integer for options trading");
  if (request.extended_hours) return unprocessable("extended hours is not supported for options trading");
  if (request.take_profit_limit || request.stop_loss_stop) {
    return invalid_request("mleg orders must not have take_profit or stop_loss");
  }
  if (request.time_in_force != TimeInForce::day && request.time_in_force != TimeInForce::gtc) {
    return unprocessable("invalid time in force");
  }
  return refuse_price(request);
}

std::optional<Side> side_of(const LegRequest& leg) {
  if (leg.side || !leg.intent) return leg.side;
  return side_of(*leg.intent);
}

PositionIntent inferred_intent(Side side, Quantity held) {
  if (side == Side::buy) return held.is_negative() ? PositionIntent::buy_to_close : PositionIntent::buy_to_open;
  return held.is_positive() ? PositionIntent::sell_to_close : PositionIntent::sell_to_open;
}

PositionIntent intent_of(const LegRequest& leg, Quantity held) {
  return leg.intent.value_or(inferred_intent(*side_of(leg), held));
}

Quantity units_of(Quantity ratio, Quantity units) {
  return Quantity::from_nanos(fixed::multiply_divide(ratio.nanos(), units.nanos(), fixed::kScale));
}

Price times(Price price, Quantity count) {
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), count.nanos(), fixed::kScale));
}

Refusal ExchangeCore::refuse_combination(const Ledger& books, const SubmitRequest& request) const {
  if (const auto refusal = refuse_by_settings(books, request)) return refusal;
  if (const auto refusal = refuse_combination_by_form(request)) return refusal;
  if (!request.client_id.empty() && orders_.find_by_client_id(books.config().number, request.client_id) != nullptr) {
    return invalid_request("client_order_id must be unique");
  }
  const int level = books.config().options_level;
  if (level < 1) return forbidden("account not authorized to trade options");
  if (level < kSpreads) return forbidden("account not eligible to trade spreads or uncovered contracts");
  if (const auto refusal = refuse_ratios(request)) return refusal;
  if (const auto refusal = refuse_legs(books, request)) return refusal;
  if (const auto refusal = refuse_combination_by_cover(books, request)) return refusal;
  return refuse_cost(books, need_of(books, request).cost);
}

Refusal ExchangeCore::refuse_legs(const Ledger& books, const SubmitRequest& request) const {
  std::string common;
  for (std::size_t i = 0; i < request.legs.size(); ++i) {
    if (const auto refusal = refuse_leg(books, request, i)) return refusal;
    const std::string underlying = underlying_of(*market_.find(request.legs[i].symbol)->asset.instrument.option);
    if (i == 0) common = underlying;
    if (underlying != common) {
      return unprocessable("underlying asset mismatch: " + common + " != " + underlying);
    }
  }
  return std::nullopt;
}

Refusal ExchangeCore::refuse_leg(const Ledger& books, const SubmitRequest& request, std::size_t index) const {
  const LegRequest& leg = request.legs[index];
  const Listing* listing = market_.find(leg.symbol);
  if (listing == nullptr) return unprocessable("asset not found for " + leg.symbol);
  if (!listing->asset.instrument.is_option()) {
    return unprocessable("equity legs are allowed only with a corresponding amount of call contracts");
  }
  if (names_twice(request, index)) return unprocessable("contract \"" + leg.symbol + "\" is in more than one leg");
  const auto side = sim::side_of(leg);
  if (!side) return unprocessable("leg." + std::to_string(index) + " position intent is required");
  const Quantity held = books.quantity(leg.symbol);
  const PositionIntent inferred = inferred_intent(*side, held);
  if (leg.intent && *leg.intent != inferred) {
    return unprocessable("position intent mismatch, inferred: " + std::string(to_text(inferred)) +
                         ", specified: " + std::string(to_text(*leg.intent)));
  }
  if (const auto refusal = refuse_by_contract(listing->asset, opens(inferred), request)) return refusal;
  if (opens(inferred)) return std::nullopt;
  return refuse_shortage(books, leg.symbol, units_of(*leg.ratio, *request.quantity));
}

/// Legs sold to open are to be covered by legs bought to open; what legs sold to close covered must not be left bare
/// (alpaca.md 3.1: no uncovered leg).
Refusal ExchangeCore::refuse_combination_by_cover(const Ledger& books, const SubmitRequest& request,
                                                  Except except) const {
  if (books.config().uncovered_options) return std::nullopt;
  std::vector<Contracts> opened;
  bool closes_cover = false;
  for (const LegRequest& leg : request.legs) {
    const Side side = *sim::side_of(leg);
    if (opens(intent_of(leg, books.quantity(leg.symbol)))) {
      opened.push_back(*move_of(books, leg.symbol, side, units_of(*leg.ratio, *request.quantity), true));
    } else {
      closes_cover = closes_cover || side == Side::sell;
    }
  }
  if (!uncovered_calls(opened).is_zero() || !uncovered_puts(opened).is_zero()) return uncovered();
  if (!closes_cover) return std::nullopt;
  const OptionNeed need = need_of(books, request, except);
  const bool barer = need.bare_calls.is_positive() || need.bare_puts.is_positive();
  return barer ? Refusal(uncovered()) : std::nullopt;
}

std::optional<Price> ExchangeCore::net_price(const SubmitRequest& request) const {
  if (request.limit_price) return request.limit_price;
  Price net;
  for (const LegRequest& leg : request.legs) {
    const Listing& listing = *market_.find(leg.symbol);
    const Side side = *sim::side_of(leg);
    const auto price = listing.far_side(side, now_);
    const Price share = times(price ? *price : listing.value().value_or(Price{}), *leg.ratio);
    net += side == Side::buy ? share : -share;
  }
  return net;
}

}  // namespace belay::sim
