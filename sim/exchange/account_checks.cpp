// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"
#include "sim/exchange/option_hours.hpp"
#include "sim/exchange/request_checks.hpp"

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

constexpr auto kBeforeOpening = std::chrono::minutes(2);
constexpr auto kBeforeClosing = std::chrono::minutes(10);
constexpr auto kAuctionEvening = std::chrono::hours(19);
constexpr Price kCent = Price::from_nanos(10'000'000);
constexpr Money kLeastCost = Money::from_nanos(fixed::kScale);

ApiError with_base(std::string message, Price base) {
  ApiError error = unprocessable(std::move(message));
  error.fields.emplace_back("base_price", base.text());
  return error;
}

/// The exits' prices against a base (alpaca.md 3.3, Prices). `exit_side` is the side of the exits.
Refusal refuse_target(Side exit_side, std::optional<Price> target, Price base) {
  if (!target) return std::nullopt;
  if (exit_side == Side::sell && *target < base + kCent) {
    return with_base("take_profit.limit_price must be >= base_price + 0.01", base);
  }
  if (exit_side == Side::buy && *target > base - kCent) {
    return with_base("take_profit.limit_price must be <= base_price - 0.01", base);
  }
  return std::nullopt;
}

Refusal refuse_stop(Side exit_side, std::optional<Price> stop, Price base) {
  if (!stop) return std::nullopt;
  if (exit_side == Side::sell && *stop > base - kCent) {
    return with_base("stop_loss.stop_price must be <= base_price - 0.01", base);
  }
  if (exit_side == Side::buy && *stop < base + kCent) {
    return with_base("stop_loss.stop_price must be >= base_price + 0.01", base);
  }
  return std::nullopt;
}

Refusal refuse_target_against_stop(Side exit_side, const SubmitRequest& request) {
  if (!request.take_profit_limit || !request.stop_loss_stop) return std::nullopt;
  const bool long_exit = exit_side == Side::sell;
  const bool sound = long_exit ? *request.take_profit_limit > *request.stop_loss_stop
                               : *request.take_profit_limit < *request.stop_loss_stop;
  if (sound) return std::nullopt;
  return unprocessable(std::string("take_profit.limit_price must be ") + (long_exit ? ">" : "<") +
                       " stop_loss.stop_price");
}

bool is_plain_trigger(OrderType type) { return type == OrderType::market || type == OrderType::stop; }

}  // namespace

Refusal ExchangeCore::refuse(const Ledger& books, const SubmitRequest& request) const {
  if (const auto refusal = refuse_by_settings(books, request)) return refusal;
  if (const auto refusal = refuse_by_form(request)) return refusal;
  if (!request.client_id.empty() && orders_.find_by_client_id(books.config().number, request.client_id) != nullptr) {
    return invalid_request("client_order_id must be unique");
  }
  const Listing* listing = market_.find(request.symbol);
  if (listing == nullptr) {
    const std::string kind = parse_occ(request.symbol) ? "contract" : "asset";
    return unprocessable(kind + " \"" + request.symbol + "\" not found");
  }
  if (const auto refusal = refuse_by_instrument(request, listing->asset)) return refusal;
  const bool opening = is_opening(books, request);
  if (const auto refusal = refuse_by_contract(listing->asset, opening, request)) return refusal;
  if (listing->asset.instrument.is_option()) {
    if (const auto refusal = refuse_by_options_level(books, request)) return refusal;
  }

  const PositionIntent inferred = inferred_intent(*request.side, books.quantity(request.symbol));
  if (request.intent && *request.intent != inferred) {
    return unprocessable("position intent mismatch, inferred: " + std::string(to_text(inferred)) +
                         ", specified: " + std::string(to_text(*request.intent)));
  }
  if (const auto refusal = refuse_by_auction(request)) return refusal;
  if (const auto refusal = refuse_by_group(books, request)) return refusal;
  if (const auto refusal = refuse_by_stop(request)) return refusal;
  if (const auto refusal = refuse_by_holding(books, request)) return refusal;
  if (const auto refusal = refuse_by_wash_trade(books, request)) return refusal;
  return opening ? refuse_by_buying_power(books, request) : std::nullopt;
}

/// What the owner has switched off (alpaca.md 2, Config). Shorting, margin and option levels are limits of the account
/// itself, see Ledger::set.
Refusal ExchangeCore::refuse_by_settings(const Ledger& books, const SubmitRequest& request) const {
  const AccountSettings& settings = books.settings();
  if (settings.suspend_trade) return forbidden("new orders are rejected by user request");
  const bool is_stock = instrument_of(request.symbol).kind == InstrumentKind::stock;
  if (is_fractional(request) && is_stock && !settings.fractional_trading) {
    return forbidden("fractional trading is not enabled for this account");
  }
  return std::nullopt;
}

bool ExchangeCore::is_opening(const Ledger& books, const SubmitRequest& request) const {
  return opens(inferred_intent(*request.side, books.quantity(request.symbol)));
}

Refusal ExchangeCore::refuse_by_contract(const Asset& asset, bool opening, const SubmitRequest& request) const {
  const std::string kind = asset.instrument.is_option() ? "contract" : "asset";
  const std::string name = kind + " \"" + asset.symbol() + "\" ";
  if (!asset.tradable) return unprocessable(name + "is not tradable");
  if (!asset.instrument.is_option()) return std::nullopt;
  const OptionTerms& terms = *asset.instrument.option;
  if (end_of(calendar_, terms) <= now_) return unprocessable(name + "is expired");
  if (opening && calendar::expiry_session(calendar_, terms.expiration).close - kLastHalfHour <= now_) {
    return unprocessable(name + "expires soon, unable to open new positions");
  }
  if (request.type == OrderType::market && !options_trade(calendar_, now_, closes_late(terms))) {
    return unprocessable("options market orders are only allowed during market hours");
  }
  return std::nullopt;
}

Refusal ExchangeCore::refuse_by_group(const Ledger& books, const SubmitRequest& request) const {
  if (!is_complex(request)) return std::nullopt;
  const bool opening = is_opening(books, request);
  const std::optional<Price> current = market_.find(request.symbol)->value();
  if (request.order_class == OrderClass::oco) {
    if (opening) return unprocessable("oco orders must be exit orders");
    const Price target = *target_price(request);
    if (const auto refusal = refuse_stop(*request.side, request.stop_loss_stop, target)) return refusal;
    return current ? refuse_stop(*request.side, request.stop_loss_stop, *current) : std::nullopt;
  }

  bool is_entry = opening;
  for (const std::size_t index : orders_.open(request.symbol)) {
    const Order& other = orders_.at(index).order;
    const bool opposite_side = other.side != *request.side && other.status != OrderStatus::held;
    // The exits of a position that the entry adds to are on the other side by nature.
    if (other.account == books.config().number && opposite_side && orders_.at(index).role == GroupRole::alone) {
      is_entry = false;
    }
  }
  if (!is_entry) {
    return unprocessable(std::string(to_text(request.order_class)) + " orders must be entry orders");
  }
  const Side exit_side = opposite(*request.side);
  if (const auto base = request.limit_price ? request.limit_price : current) {
    if (const auto refusal = refuse_target(exit_side, request.take_profit_limit, *base)) return refusal;
    if (const auto refusal = refuse_stop(exit_side, request.stop_loss_stop, *base)) return refusal;
  }
  return refuse_target_against_stop(exit_side, request);
}

/// Orders for an auction come in from the evening before until shortly before it (alpaca.md 3.1).
Refusal ExchangeCore::refuse_by_auction(const SubmitRequest& request) const {
  const bool opening = request.time_in_force == TimeInForce::opg;
  if (!opening && request.time_in_force != TimeInForce::cls) return std::nullopt;
  const auto session = calendar_.session_on(calendar::to_new_york(now_).date);
  if (!session) return std::nullopt;
  const Timestamp last = opening ? session->open - kBeforeOpening : session->close - kBeforeClosing;
  const Timestamp evening = calendar::from_new_york(session->date, kAuctionEvening);
  if (now_ < last || now_ >= evening) return std::nullopt;
  return forbidden(opening ? "opg orders must be submitted after 7:00pm and before 9:28am"
                           : "cls orders must be submitted after 7:00pm and before 3:50pm");
}

/// A simple stop on the wrong side of the market (alpaca.md 3.2, Wrong side).
Refusal ExchangeCore::refuse_by_stop(const SubmitRequest& request) const {
  const std::optional<Price> current = market_.find(request.symbol)->value();
  if (!request.stop_price || !current) return std::nullopt;
  const bool sell = *request.side == Side::sell;
  if (sell ? *request.stop_price < *current : *request.stop_price > *current) return std::nullopt;
  ApiError error = unprocessable(sell ? "stop price must be less than current price"
                                      : "stop price must be greater than current price");
  error.fields = {{"market_price", current->text()}, {"stop_price", request.stop_price->text()}};
  return error;
}

/// Nobody closes more than what is held and free, and no order crosses zero (alpaca.md 3.1, No crossing zero).
Refusal ExchangeCore::refuse_by_holding(const Ledger& books, const SubmitRequest& request) const {
  const Listing& listing = *market_.find(request.symbol);
  const Quantity held = books.quantity(request.symbol);
  if (*request.side == Side::sell && !held.is_positive()) return refuse_opening_short(books, listing.asset, request);
  for (const std::size_t index : orders_.open(request.symbol)) {
    const OrderRecord& other = orders_.at(index);
    const bool short_sale = other.opening() && other.order.side == Side::sell && !other.parent;
    if (held.is_zero() && short_sale && other.order.account == books.config().number) {
      return forbidden("cannot open a long buy while a short sell order is open");
    }
  }
  if (is_opening(books, request)) return std::nullopt;

  const Quantity free = available(books, request.symbol).magnitude();
  Quantity requested = request.quantity.value_or(Quantity{});
  if (request.notional) {
    const Price price = listing.far_side(*request.side, now_).value_or(listing.value().value_or(Price{}));
    if (price.is_positive()) {
      requested = Quantity::from_nanos(fixed::multiply_divide(request.notional->nanos(), fixed::kScale, price.nanos()));
    }
  }
  if (requested <= free) return refuse_uncovering(books, request);
  return refuse_shortage(books, request.symbol, requested);
}

/// More than what is held and free, with the orders that hold it.
Refusal ExchangeCore::refuse_shortage(const Ledger& books, const std::string& symbol, Quantity requested) const {
  const Quantity free = available(books, symbol).magnitude();
  if (requested <= free) return std::nullopt;
  return too_little_free(books, symbol, requested, free);
}

ApiError ExchangeCore::too_little_free(const Ledger& books, const std::string& symbol, Quantity requested,
                                       Quantity free) const {
  const Quantity held = books.quantity(symbol);
  std::vector<std::string> related;
  for (const std::size_t index : orders_.open(symbol)) {
    const OrderRecord& other = orders_.at(index);
    if (other.order.account == books.config().number && other.reserves()) related.push_back(other.order.id.text());
  }
  for (const PhantomReservation& phantom : phantoms_) {
    if (phantom.account == books.config().number && phantom.symbol == symbol) {
      related.push_back(phantom.order_id.text());
    }
  }
  ApiError error = forbidden("insufficient qty available for order (requested: " + requested.text() +
                             ", available: " + free.text() + ")");
  error.fields = {{"available", free.text()},
                  {"existing_qty", held.magnitude().text()},
                  {"held_for_orders", (held.magnitude() - free).text()},
                  {"related_orders", related},
                  {"symbol", symbol}};
  return error;
}

Refusal ExchangeCore::refuse_opening_short(const Ledger& books, const Asset& asset,
                                           const SubmitRequest& request) const {
  if (asset.instrument.is_option()) {
    return refuse_selling_option(books, request);
  }
  if (is_fractional(request) && asset.instrument.kind == InstrumentKind::stock) {
    return unprocessable("fractional orders cannot be sold short");
  }
  if (!asset.shortable) return unprocessable("asset \"" + asset.symbol() + "\" cannot be sold short");
  if (!books.config().shorting_enabled) return forbidden("account not allowed to short");
  for (const std::size_t index : orders_.open(request.symbol)) {
    const OrderRecord& other = orders_.at(index);
    if (other.order.account == books.config().number && other.opening() && other.order.side == Side::buy) {
      return forbidden("cannot open a short sell while a long buy order is open");
    }
  }
  return std::nullopt;
}

/// alpaca.md 3.6.
Refusal ExchangeCore::refuse_by_wash_trade(const Ledger& books, const SubmitRequest& request,
                                           std::optional<std::size_t> except) const {
  if (is_complex(request) || request.type == OrderType::trailing_stop) return std::nullopt;
  for (const std::size_t index : orders_.open(request.symbol)) {
    const OrderRecord& record = orders_.at(index);
    const Order& resting = record.order;
    if (resting.account != books.config().number || resting.side == *request.side) continue;
    if (record.role != GroupRole::alone || record.is_trailing() || index == except) continue;
    const bool by_kind = is_plain_trigger(request.type) || is_plain_trigger(resting.type);
    const auto& buy_limit = *request.side == Side::buy ? request.limit_price : resting.limit_price;
    const auto& sell_limit = *request.side == Side::buy ? resting.limit_price : request.limit_price;
    if (!by_kind && *buy_limit < *sell_limit) continue;
    ApiError error = forbidden("potential wash trade detected. use complex orders");
    const bool rests_plainly = is_plain_trigger(resting.type);
    error.fields = {
        {"existing_order_id", resting.id.text()},
        {"reject_reason", std::string("opposite side ") + (rests_plainly ? "market/stop" : "limit") + " order exists"}};
    return error;
  }
  return std::nullopt;
}

Refusal ExchangeCore::refuse_by_buying_power(const Ledger& books, const SubmitRequest& request) const {
  const Asset& asset = market_.find(request.symbol)->asset;
  const bool option_sale = asset.instrument.is_option() && *request.side == Side::sell;
  if (option_sale && !books.config().uncovered_options) return std::nullopt;  // judged by its cover
  const Money cost = request.notional ? *request.notional
                                      : order_value(request.symbol, *request.side, request.limit_price,
                                                    request.stop_price, *request.quantity);
  if (is_fractional(request) && cost.is_positive() && cost < kLeastCost) {
    return forbidden("cost basis must be >= minimal amount of order 1");
  }
  const BuyingPower power = buying_power(books);
  const bool on_margin = asset.instrument.kind == InstrumentKind::stock;
  const Money spendable = on_margin ? power.stock : power.free;
  if (cost <= spendable) return std::nullopt;
  const bool option = asset.instrument.is_option();
  ApiError error = forbidden(option ? "insufficient options buying power" : "insufficient buying power");
  error.fields = {{option ? "options_buying_power" : "buying_power", spendable.text()}, {"cost_basis", cost.text()}};
  return error;
}

}  // namespace belay::sim
