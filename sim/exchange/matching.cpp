// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {
namespace {

constexpr Price kCollarBorder = Price::from_nanos(50 * fixed::kScale);
constexpr Ratio kCollarBelow = Ratio::from_nanos(1'040'000'000);      // +4 % for stops below $50
constexpr Ratio kCollarFromThere = Ratio::from_nanos(1'025'000'000);  // +2.5 % from there

bool is_outside(Price print, const std::optional<Quote>& quote) {
  if (!quote || !quote->bid.is_positive() || !quote->ask.is_positive() || quote->bid > quote->ask) return false;
  return print < quote->bid || print > quote->ask;
}

}  // namespace

void ExchangeCore::on_trade(std::string_view symbol, Price price, Quantity size, Timestamp at) {
  static_cast<void>(size);  // sizes play no part on paper (alpaca.md 7, Fill test)
  advance_to(at);
  Listing& listing = market_.listing(symbol);
  listing.trade = Trade{price, at};
  listing.trade_seen = now_;
  on_price(listing.asset.symbol(), price);
}

void ExchangeCore::on_quote(std::string_view symbol, const Quote& quote) {
  advance_to(quote.as_of);
  Listing& listing = market_.listing(symbol);
  listing.quote = quote;
  listing.quote_seen = now_;
  on_price(listing.asset.symbol(), std::nullopt);
}

void ExchangeCore::set_halted(std::string_view symbol, bool halted) {
  Listing& listing = market_.listing(symbol);
  if (listing.halted && !halted) listing.forget_freshness();
  listing.halted = halted;
}

void ExchangeCore::on_price(const std::string& symbol, std::optional<Price> print) {
  for (const std::size_t index : orders_.open(symbol)) consider(index, print);
}

/// Gives an order its chance at the prices as they stand; `print` is a trade that has just happened.
void ExchangeCore::consider(std::size_t index, std::optional<Price> print) {
  OrderRecord& record = orders_.at(index);
  if (record.role == GroupRole::leg) return consider(*record.parent, std::nullopt);
  if (record.role == GroupRole::combination) return consider_combination(record);
  const OrderStatus standing = record.standing();
  const bool live = standing == OrderStatus::fresh || standing == OrderStatus::partially_filled;
  const bool watched = standing == OrderStatus::held && record.armed;
  if ((!live && !watched) || record.disarmed || record.replacing) return;
  if (!is_trading(record.order) || market_.listing(record.order.symbol).halted) return;
  if (record.is_stop_kind() && !record.elected) {
    elect_if_reached(record, print);
    return;
  }
  const auto price = fill_price(record);
  if (price) fill(record, fill_quantity(record, *price), *price);
}

/// Stops elect on a print at or through them in the session that is not outside the quote (alpaca.md 3.2). A symbol
/// that never traded is judged by the side of its quote at which the order would fill.
void ExchangeCore::elect_if_reached(OrderRecord& record, std::optional<Price> print) {
  const Order& order = record.order;
  const bool around_the_clock = order.kind == InstrumentKind::crypto;
  const bool late = order.late_close && options_trade(calendar_, now_, true);
  if (!around_the_clock && !late && !calendar_.is_open(now_)) return;
  const Listing& listing = market_.listing(order.symbol);
  std::optional<Price> price = print;
  if (print && is_outside(*print, listing.quote)) return;
  if (!print && !listing.trade) price = listing.far_side(order.side, now_);
  trail(record, price);
  if (!price || !order.stop_price) return;
  const bool reached = order.side == Side::sell ? *price <= *order.stop_price : *price >= *order.stop_price;
  if (!reached) return;

  OrderRecord& elected = record.role == GroupRole::stop ? successor_of(record) : record;
  elected.elected = true;
  if (elected.order.side == Side::buy && elected.order.type == OrderType::stop) {
    const Ratio factor = *elected.order.stop_price < kCollarBorder ? kCollarBelow : kCollarFromThere;
    elected.collar = scale(*elected.order.stop_price, factor);
  }
  consider(elected.index, std::nullopt);
}

/// Paper's fill test (alpaca.md 7): the far side of the quote, at its price, if the limit allows it.
std::optional<Price> ExchangeCore::fill_price(const OrderRecord& record) const {
  const Order& order = record.order;
  const auto price = market_.find(order.symbol)->far_side(order.side, now_);
  if (!price) return std::nullopt;
  const std::optional<Price> limit = order.limit_price ? order.limit_price : record.collar;
  if (limit && (order.side == Side::buy ? *price > *limit : *price < *limit)) return std::nullopt;
  return price;
}

/// All that is left, or by chance a part of it (alpaca.md 7, Partials).
Quantity ExchangeCore::fill_quantity(const OrderRecord& record, Price price) {
  if (record.order.notional) {
    return Quantity::from_nanos(fixed::multiply_divide(record.order.notional->nanos(), fixed::kScale, price.nanos()));
  }
  const Quantity all = record.remaining();
  if (record.role == GroupRole::target && all > Quantity::whole(1) && record.order.filled.is_zero() &&
      troubles_.fits(TroubleKind::partial_target_disarms, record.order.symbol, record.order.type)) {
    return Quantity::whole(1);
  }
  if (faults_.partial_fill_permille == 0 || record.order.time_in_force == TimeInForce::fok) return all;
  const std::int64_t units = all.nanos() / fixed::kScale;
  if (units < 2 || dice_.below(1000) >= static_cast<std::uint64_t>(faults_.partial_fill_permille)) return all;
  return Quantity::whole(1 + static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(units - 1))));
}

void ExchangeCore::fill(OrderRecord& record, Quantity quantity, Price price) {
  take_fill(record, quantity, price);
  record_fill(record, quantity, price);
  after_fill(record);
  end_what_exceeds(ledger(record.order.account), record.order.symbol);
}

/// What an execution makes of the order itself. Returns whether it is filled now.
bool ExchangeCore::take_fill(OrderRecord& record, Quantity quantity, Price price) {
  Order& order = record.order;
  order.filled += quantity;
  record.paid += notional(price, quantity);
  order.filled_average = average_price(record.paid, order.filled);
  const bool complete = order.notional || order.filled >= *order.quantity;
  const bool pending = record.standing() != order.status;
  if (pending) record.before = OrderStatus::partially_filled;
  if (complete || !pending) order.status = complete ? OrderStatus::filled : OrderStatus::partially_filled;
  touch(record);
  if (complete) {
    order.filled_at = now_;
    orders_.retire(record);
  }
  return complete;
}

void ExchangeCore::record_fill(OrderRecord& record, Quantity quantity, Price price) {
  std::string execution_id = book_fill(record, quantity, price, now_);
  const Order& order = record.order;
  emit(order.status == OrderStatus::filled ? OrderEventType::fill : OrderEventType::partial_fill, record);
  OrderEvent& event = events_.back();
  event.execution_id = std::move(execution_id);
  event.price = price;
  event.quantity = quantity;
  event.position_quantity = ledger(order.account).quantity(order.symbol);
}

}  // namespace belay::sim
