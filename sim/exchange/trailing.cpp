// SPDX-License-Identifier: Apache-2.0
// Trailing stops (alpaca.md 3.2): the best print of the session hours draws the stop price behind it.
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

constexpr std::int64_t kWholeInPercent = 100;

Price stop_behind(const Order& order) {
  const Price best = *order.high_water;
  const Price distance = order.trail_price
                             ? *order.trail_price
                             : Price::from_nanos(fixed::multiply_divide(best.nanos(), order.trail_percent->nanos(),
                                                                        kWholeInPercent * fixed::kScale));
  return order.side == Side::sell ? best - distance : best + distance;
}

}  // namespace

/// From the price as it is, if the session is on; else from its first print.
void ExchangeCore::begin_trailing(OrderRecord& record) {
  if (!record.is_trailing()) return;
  if (!record.order.high_water && calendar_.is_open(now_)) {
    // What stands when the session opens is of before it: a queued order waits for the first print.
    const bool queued = record.order.submitted_at < now_ && record.order.status == OrderStatus::fresh;
    if (!queued) record.order.high_water = market_.listing(record.order.symbol).value();
  }
  if (record.order.high_water) record.order.stop_price = stop_behind(record.order);
}

void ExchangeCore::trail(OrderRecord& record, std::optional<Price> price) {
  Order& order = record.order;
  if (!price || !record.is_trailing()) return;
  const bool better =
      !order.high_water || (order.side == Side::sell ? *price > *order.high_water : *price < *order.high_water);
  if (!better) return;
  order.high_water = price;
  order.stop_price = stop_behind(order);
  touch(record);
}

}  // namespace belay::sim
