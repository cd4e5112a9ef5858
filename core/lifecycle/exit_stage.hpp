// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a lot that leaves, and everything around it that the exit table looks at.

#include <variant>

#include "core/lifecycle/exit_table.hpp"

namespace belay::lifecycle::stage {

using namespace std::chrono_literals;

inline const Timestamp kWall = parse_timestamp("2026-01-26T11:00:00-05:00").value();

// A long lot of 100 that leaves whole, in session, with nothing in the way.
struct Stage {
  Lot lot;
  Flight flight;
  Policy policy;
  Duration steady = 100s;
  bool session_open = true;
  std::string restricted;
  std::vector<RestingOrder> entry;
  std::vector<RestingOrder> guards;
  Quantity allowance = 100_qty;
  std::optional<Quote> quote;
  bool quote_sound = true;
  std::optional<Price> last_good;
  std::string halted;
  std::vector<RestingOrder> in_the_way;
  bool extended_hours = false;
  bool session_priced = true;
  Timestamp session_opened = parse_timestamp("2026-01-26T09:30:00-05:00").value();
  bool carried_over = false;
  std::optional<Timestamp> nothing_arrives_after;
  Quantity foreign;
  std::string uncovers;
  bool uncovered_leaves = false;
  std::optional<Duration> paused_until;

  Stage() {
    lot.uid = LotUid("lot");
    lot.instrument = instrument_of("AAPL");
    lot.original_quantity = 100_qty;
    lot.quantity = 100_qty;
    lot.exit = Exit{.reason = ExitReason::max_hold_time,
                    .reasons = {ExitReason::max_hold_time},
                    .wanted = 100_qty,
                    .triggered_at = kWall,
                    .trigger_price = 94_price,
                    .price_at = {},
                    .message = "",
                    .who = "",
                    .left_before = {}};
    flight.began = 100s;
  }
  ExitOrder& sent(OrderStatus status, OrderType type = OrderType::market, Quantity quantity = 100_qty) {
    ExitOrder order;
    order.attempt = next_attempt(lot);
    order.client_id = exit_client_id(lot.uid, order.attempt);
    if (status != OrderStatus::unknown) order.id = OrderId("order-" + std::to_string(order.attempt));
    order.status = status;
    order.type = type;
    order.quantity = quantity;
    order.sent_at = kWall;
    lot.exit_orders.push_back(order);
    flight.sent = steady;
    return lot.exit_orders.back();
  }
  void option(Price bid, Price ask) {
    lot.instrument = instrument_of("AAPL260220C00200000");
    lot.original_quantity = lot.quantity = lot.exit->wanted = allowance = 2_qty;
    quote = Quote{bid, ask, kWall};
    flight.priced = steady;
  }
  void is_short() { lot.direction = Direction::short_; }
  [[nodiscard]] Decision decide() const {
    return next_move({.lot = lot,
                      .flight = flight,
                      .policy = policy,
                      .now = {kWall, steady},
                      .session_open = session_open,
                      .restricted = restricted,
                      .halted = halted,
                      .entry = entry,
                      .guards = guards,
                      .in_the_way = in_the_way,
                      .allowance = allowance,
                      .quote = quote,
                      .quote_sound = quote_sound,
                      .last_good = last_good,
                      .extended_hours = extended_hours,
                      .session_priced = session_priced,
                      .session_opened = session_opened,
                      .carried_over = carried_over,
                      .nothing_arrives_after = nothing_arrives_after,
                      .foreign = foreign,
                      .foreign_orders = "sell limit 100 (theirs)",
                      .uncovers = uncovers,
                      .uncovered_leaves = uncovered_leaves,
                      .paused_until = paused_until});
  }
  /// The move, which has to be of that kind: the test fails by an exception where it is not.
  template <class Wanted>
  [[nodiscard]] Wanted move() const {
    return std::get<Wanted>(decide().move);
  }
};

}  // namespace belay::lifecycle::stage
