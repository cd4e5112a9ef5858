// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/option_ladder.hpp"

#include <algorithm>

namespace belay::lifecycle {
namespace {

constexpr Price kSmallestTick = 0.01_price;
constexpr Duration kRestAtCollar = std::chrono::seconds(10);

// The ticks that an exchange may insist on: 0.01 first, then 0.05 below a premium of 3 and 0.10 from there on. A
// refusal moves on to the coarser one.
Price tick(Price price, bool coarse) {
  if (!coarse) return kSmallestTick;
  return price < 3_price ? 0.05_price : 0.10_price;
}

// Rounded so that the order stays as marketable as it was meant to be.
Price rounded(Price price, const ExitView& v) {
  const Price step = tick(price, v.flight.coarse_tick);
  const Price out = v.lot.is_long() ? round_down(price, step) : round_up(price, step);
  return std::max(out, step);
}

int orders_of_this_exit(const Lot& lot) {
  return static_cast<int>(std::ranges::count_if(lot.exit_orders, [&](const ExitOrder& order) {
    return order.sent_at >= lot.exit->triggered_at && order.status != OrderStatus::rejected;
  }));
}

bool has_current_quote(const ExitView& v) { return v.quote && v.now.wall - v.quote->as_of <= v.policy.quote_age_limit; }

}  // namespace

LadderStep ladder_step(const ExitView& v) {
  const bool is_long = v.lot.is_long();
  const std::optional<Price> collar =
      v.last_good
          ? std::optional(scale(*v.last_good, is_long ? v.policy.option_collar : 2_ratio - v.policy.option_collar))
          : std::nullopt;
  if (!has_current_quote(v)) {
    if (!collar) return {.possible = false, .limit = std::nullopt, .why = "there is no current quote of the option"};
    return {.possible = true,
            .limit = rounded(*collar, v),
            .why = "limit at the collar: there is no current quote of the option"};
  }
  const Price side = is_long ? v.quote->bid : v.quote->ask;
  if (!side.is_positive()) {
    if (!is_long)
      return {.possible = false, .limit = std::nullopt, .why = "nobody offers the option: cannot be bought back"};
    return {.possible = true,
            .limit = rounded(kSmallestTick, v),
            .why = "nobody bids for the option: offered at the smallest tick"};
  }

  // Without any value to hold it against, a price at market could be anything: then the limit at the exit side stays.
  const bool within_collar = collar && (is_long ? side >= *collar : side <= *collar);
  const int taken = orders_of_this_exit(v.lot);
  const int last = v.policy.ladder_steps - 1;
  const int step = leaves_by_stop(v.lot) || !v.quote_sound ? taken + last : taken;
  const bool used_up = step > last;
  // What was refused again and again is tried the other way round.
  const bool at_market = within_collar && used_up != v.flight.other_tactic;

  if (at_market) {
    return {.possible = true,
            .limit = std::nullopt,
            .why = used_up ? "market: the ladder is used up" : "market: limits were refused"};
  }
  if (!used_up) {
    const Price mid = middle(v.quote->bid, v.quote->ask);
    const Price way =
        last == 0 ? side - mid : Price::from_nanos(fixed::multiply_divide((side - mid).nanos(), step, last));
    return {.possible = true,
            .limit = rounded(mid + way, v),
            .why = "limit, step " + std::to_string(step + 1) + " of " + std::to_string(last + 1)};
  }
  if (!collar) {
    return {.possible = true, .limit = rounded(side, v), .why = "limit at the exit side: no good value is known"};
  }
  if (within_collar) return {.possible = true, .limit = rounded(*collar, v), .why = "limit: market was refused"};
  return {.possible = true,
          .limit = rounded(*collar, v),
          .why = "limit at the collar: " + side.text() + " is too far from the last good value " + v.last_good->text()};
}

Duration ladder_patience(const Lot& lot, const Policy& policy) {
  return orders_of_this_exit(lot) <= policy.ladder_steps ? policy.ladder_step : kRestAtCollar;
}

}  // namespace belay::lifecycle
