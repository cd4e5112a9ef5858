// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a position with a bracket at rest.

#include <tuple>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {

/// A lot of 100 AAPL at 100 with a bracket of 95 and 110 at rest.
struct Bracketed {
  Scene s;
  LotUid lot;
  OrderId entry;
  OrderId stop;
  OrderId target;

  explicit Bracketed(const Entry& how = {}) {
    lot = enter(s, how);
    entry = *s.upstream.back().broker_order_id;
    std::tie(stop, target) = s.broker.bracket(entry, whole_part(how.quantity), 95_price, 110_price, at(how.when));
    s.cycle();
  }
  /// Somebody takes the bracket away; a minute later Belay looks again.
  void lose() {
    s.broker.cancel(stop, s.now.wall);
    next_minute();
  }
  void next_minute(Price price = 100_price) {
    s.pass_time(60s);
    s.price("AAPL", price);
    s.cycle();
  }
  [[nodiscard]] const Lot& now() const { return *s.open(lot); }
  [[nodiscard]] const Order& order(const OrderId& id) const { return s.broker.orders.at(id); }
  [[nodiscard]] Quantity reserved() const { return s.broker.held.at("AAPL").magnitude() - s.broker.available("AAPL"); }
};

}  // namespace belay::engine::scene
