// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/request_checks.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

constexpr std::size_t kLongestClientId = 128;
constexpr Price kDollar = Price::from_nanos(fixed::kScale);
constexpr std::int64_t kCentNanos = 10'000'000;
constexpr std::int64_t kSubPennyNanos = 100'000;
constexpr Ratio kLeastTrailPercent = Ratio::from_nanos(100'000'000);
constexpr Ratio kWhole = Ratio::from_nanos(100 * fixed::kScale);
constexpr Price kLargestTrail = Price::from_nanos(1'000'000 * fixed::kScale);
constexpr Money kLeastNotional = Money::from_nanos(fixed::kScale);

Refusal refuse_quantity(const SubmitRequest& request) {
  if (request.quantity && request.notional) return invalid_request("only one of qty or notional is accepted");
  if (!request.quantity && !request.notional) return invalid_request("qty or notional is required");
  if (request.quantity && !request.quantity->is_positive()) return invalid_request("qty must be > 0");
  if (request.notional && *request.notional < kLeastNotional) return unprocessable("notional must be >= 1.00");
  return std::nullopt;
}

/// alpaca.md 3.2, Trailing.
Refusal refuse_trail(const SubmitRequest& request) {
  if (!request.trail_price && !request.trail_percent) {
    return invalid_request("trailing_stop orders require trail_price or trail_percent");
  }
  if (request.trail_price && request.trail_percent) {
    return invalid_request("only one of trail_price or trail_percent is accepted");
  }
  if (request.trail_price && !request.trail_price->is_positive()) return invalid_request("trail_price must be > 0");
  if (request.trail_price && *request.trail_price > kLargestTrail)
    return invalid_request("trail_price is out of range");
  if (request.trail_percent && *request.trail_percent < kLeastTrailPercent) {
    return invalid_request("trail_percent must be >= 0.1");
  }
  if (request.trail_percent && *request.trail_percent >= kWhole) return invalid_request("trail_percent must be < 100");
  return std::nullopt;
}

Refusal refuse_type_and_prices(const SubmitRequest& request) {
  const bool has_limit = request.limit_price.has_value();
  const bool has_stop = request.stop_price.has_value();
  if ((request.trail_price || request.trail_percent) && request.type != OrderType::trailing_stop) {
    return invalid_request(std::string(to_text(request.type)) + " orders must not have trail_price or trail_percent");
  }
  // An OCO's limit may stand in its take_profit part alone.
  const bool oco_target = request.order_class == OrderClass::oco && request.take_profit_limit;
  switch (request.type) {
    case OrderType::market:
      if (has_limit) return invalid_request("market orders must not have limit_price");
      if (has_stop) return invalid_request("market orders must not have stop_price");
      return std::nullopt;
    case OrderType::limit:
      if (!has_limit && !oco_target) return invalid_request("limit orders require a limit price");
      if (has_stop) return invalid_request("limit orders must not have stop_price");
      return std::nullopt;
    case OrderType::stop:
      if (!has_stop) return invalid_request("stop orders require a stop price");
      if (has_limit) return invalid_request("stop orders must not have limit_price");
      return std::nullopt;
    case OrderType::stop_limit:
      if (!has_limit || !has_stop) return invalid_request("stop limit orders require both stop and limit price");
      return std::nullopt;
    case OrderType::trailing_stop:
      if (has_limit) return invalid_request("trailing_stop orders must not have limit_price");
      if (has_stop) return invalid_request("trailing_stop orders must not have stop_price");
      return refuse_trail(request);
    case OrderType::other:
      break;
  }
  return invalid_request("invalid order type");
}

Refusal refuse_positive(const SubmitRequest& request) {
  const std::array<std::pair<std::string_view, std::optional<Price>>, 5> prices{
      {{"limit_price", request.limit_price},
       {"stop_price", request.stop_price},
       {"take_profit.limit_price", request.take_profit_limit},
       {"stop_loss.stop_price", request.stop_loss_stop},
       {"stop_loss.limit_price", request.stop_loss_limit}}};
  for (const auto& [name, price] : prices) {
    if (price && !price->is_positive()) return invalid_request(std::string(name) + " must be > 0");
  }
  return std::nullopt;
}

/// Two decimals from a dollar on, four below (alpaca.md 3.1, Prices).
Refusal refuse_price_steps(const SubmitRequest& request) {
  const std::array<std::pair<std::string_view, std::optional<Price>>, 5> prices{
      {{"limit_price", request.limit_price},
       {"stop_price", request.stop_price},
       {"take_profit.limit_price", request.take_profit_limit},
       {"stop_loss.stop_price", request.stop_loss_stop},
       {"stop_loss.limit_price", request.stop_loss_limit}}};
  for (const auto& [name, price] : prices) {
    if (!price || price->nanos() % (*price >= kDollar ? kCentNanos : kSubPennyNanos) == 0) continue;
    return unprocessable("invalid " + std::string(name) + " " + price->text() +
                         ". sub-penny increment does not fulfill minimum pricing criteria");
  }
  return std::nullopt;
}

Refusal refuse_children(const SubmitRequest& request) {
  const bool target = request.take_profit_limit.has_value();
  const bool stop = request.stop_loss_stop.has_value();
  switch (request.order_class) {
    case OrderClass::bracket:
      if (!target) return unprocessable("bracket orders require take_profit.limit_price");
      if (!stop) return unprocessable("bracket orders require stop_loss.stop_price");
      break;
    case OrderClass::oco:
      if (request.type != OrderType::limit) return invalid_request("oco orders must be limit orders");
      if (!stop) return unprocessable("oco orders require stop_loss.stop_price");
      return std::nullopt;
    case OrderClass::oto:
      if (target == stop) return unprocessable("oto orders require exactly one of take_profit and stop_loss");
      break;
    case OrderClass::simple:
      if (target || stop) return invalid_request("simple orders must not have take_profit or stop_loss");
      return std::nullopt;
    case OrderClass::mleg:
      return std::nullopt;  // looked at on its own
    case OrderClass::other:
      return invalid_request("invalid order_class");
  }
  if (request.type != OrderType::market && request.type != OrderType::limit) {
    return invalid_request(std::string(to_text(request.order_class)) + " orders must be market or limit orders");
  }
  return std::nullopt;
}

Refusal refuse_option(const SubmitRequest& request) {
  if (is_complex(request)) return unprocessable("complex orders not supported for options trading");
  if (request.type == OrderType::trailing_stop) return invalid_request("invalid order type for options trading");
  if (request.extended_hours) return unprocessable("extended hours is not supported for options trading");
  if (request.notional) return unprocessable("notional orders are not supported for options trading");
  if (!request.quantity->is_whole()) return unprocessable("qty must be integer for options trading");
  if (request.time_in_force != TimeInForce::day && request.time_in_force != TimeInForce::gtc) {
    return unprocessable("invalid option time_in_force");
  }
  return std::nullopt;
}

Refusal refuse_coin(const SubmitRequest& request) {
  const bool lasting = request.time_in_force == TimeInForce::gtc || request.time_in_force == TimeInForce::ioc;
  if (!lasting) return unprocessable("invalid crypto time_in_force");
  if (is_complex(request)) return unprocessable("complex orders not supported for crypto trading");
  if (request.type == OrderType::trailing_stop || request.type == OrderType::stop) {
    return invalid_request("invalid order type for crypto trading");
  }
  return std::nullopt;
}

Refusal refuse_extended(const SubmitRequest& request) {
  if (!request.extended_hours) return std::nullopt;
  if (request.type == OrderType::stop || request.type == OrderType::stop_limit ||
      request.type == OrderType::trailing_stop) {
    return unprocessable("stop orders are not eligible for extended hours trading");
  }
  const bool lasting = request.time_in_force == TimeInForce::day || request.time_in_force == TimeInForce::gtc;
  if (request.type != OrderType::limit || !lasting) {
    return unprocessable("extended hours order must be DAY or GTC limit orders");
  }
  if (is_complex(request)) return unprocessable("extended hours order must be simple orders");
  return std::nullopt;
}

Refusal refuse_stock(const SubmitRequest& request, const Asset& asset) {
  if (is_fractional(request)) {
    if (!asset.fractionable) return forbidden("requested asset is not fractionable");
    if (request.time_in_force != TimeInForce::day) return unprocessable("fractional orders must be DAY orders");
    if (is_complex(request)) return unprocessable("fractional orders must be simple orders");
    if (request.type == OrderType::trailing_stop) {
      return unprocessable("fractional orders must be market, limit, stop or stop_limit orders");
    }
  }
  if (const auto refusal = refuse_extended(request)) return refusal;
  const bool lasting = request.time_in_force == TimeInForce::day || request.time_in_force == TimeInForce::gtc;
  const bool plain = request.type == OrderType::market || request.type == OrderType::limit;
  if (!lasting && (is_complex(request) || !plain)) {
    return unprocessable("time_in_force " + std::string(to_text(request.time_in_force)) +
                         " is for simple market and limit orders only");
  }
  return std::nullopt;
}

}  // namespace

bool is_fractional(const SubmitRequest& request) {
  return request.notional || (request.quantity && !request.quantity->is_whole());
}

bool is_complex(const SubmitRequest& request) { return request.order_class != OrderClass::simple; }

std::optional<Price> target_price(const SubmitRequest& request) {
  return request.take_profit_limit ? request.take_profit_limit : request.limit_price;
}

std::optional<ApiError> refuse_by_form(const SubmitRequest& request) {
  if (request.symbol.empty()) return invalid_request("symbol is required");
  if (request.client_id.size() > kLongestClientId) {
    return invalid_request("client_order_id must be no more than 128 characters");
  }
  if (!request.side) return invalid_request("side must be buy or sell");
  if (const auto refusal = refuse_quantity(request)) return refusal;
  if (const auto refusal = refuse_type_and_prices(request)) return refusal;
  if (const auto refusal = refuse_positive(request)) return refusal;
  if (request.time_in_force == TimeInForce::other) return invalid_request("invalid time_in_force");
  return refuse_children(request);
}

std::optional<ApiError> refuse_by_instrument(const SubmitRequest& request, const Asset& asset) {
  if (asset.instrument.kind == InstrumentKind::crypto) return refuse_coin(request);
  if (const auto refusal = asset.instrument.is_option() ? refuse_option(request) : refuse_stock(request, asset)) {
    return refusal;
  }
  return refuse_price_steps(request);
}

}  // namespace belay::sim
