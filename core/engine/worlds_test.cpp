// SPDX-License-Identifier: Apache-2.0
// Seeded worlds in miniature: whatever happens in whatever order, nothing is sold that is not held, and the same
// events make the same actions.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

// The orders and what was recorded, for a person who looks for the fault.
std::string story_of(const Scene& s) {
  std::string story;
  for (const auto& [id, o] : s.broker.orders) {
    story += "\n" + id.text() + " " + o.client_id.text() + " " + o.symbol + " " + std::string(to_text(o.side)) + " " +
             o.quantity->text() + " filled " + o.filled.text() + " " + std::string(to_text(o.status));
  }
  for (const EventRecord& r : s.records) {
    if (r.type == EventType::check || r.type == EventType::price_update || r.type == EventType::alert) continue;
    story += "\n" + to_text(r.at) + " " + r.lot.text() + " " + std::string(to_text(r.type));
    for (const auto& [name, value] : r.data) {
      if (const auto* text = std::get_if<std::string>(&value)) story += " " + name + "=" + *text;
      if (const auto* number = std::get_if<Decimal>(&value)) story += " " + name + "=" + number->text;
    }
  }
  return story;
}

// What must be true after every step, by the broker's own truth and by our book.
void expect_sane(const Scene& s, const std::string& where) {
  ASSERT_TRUE(s.broker.crossings.empty()) << where << (s.broker.crossings.empty() ? "" : story_of(s));
  std::map<std::string, Quantity> may_leave;
  for (const auto& [uid, lot] : s.state.lots) {
    ASSERT_LE(left_so_far(lot) + lifecycle::live_leaves(lot), lot.original_quantity)
        << where << " lot " << uid.text() << story_of(s);
    const auto live = std::ranges::count_if(lot.exit_orders, [](const ExitOrder& o) { return !is_terminal(o.status); });
    ASSERT_LE(live, 1) << where;
  }
  std::set<ClientOrderId> ids;
  for (const auto& [id, order] : s.broker.orders) {
    if (order.client_id.empty()) continue;
    ASSERT_TRUE(ids.insert(order.client_id).second) << where;
    if (!is_terminal(order.status)) may_leave[order.symbol] += *order.quantity - order.filled;
  }
  for (const auto& [symbol, leaves] : may_leave) ASSERT_LE(leaves, s.broker.held.at(symbol).magnitude()) << where;
}

struct World {
  Scene s;
  Dice dice;
  std::vector<std::string> symbols{"AAPL", "MSFT"};

  explicit World(std::uint64_t seed) : dice(seed) {
    s.broker.refuses_excess = false;  // nothing but the engine's own care keeps it from selling too much
    s.broker.fills_at_once = false;
    s.state.policy.orders_per_lot = 1'000;  // refusals at random are many: the breaker has tests of its own
    s.state.policy.notional_per_minute = 1'000_ratio;
    int key = 0;
    for (const std::string& symbol : symbols) {
      const Direction direction = dice.one_in(3) ? Direction::short_ : Direction::long_;
      const bool falls = direction == Direction::long_;
      const auto lots = 1 + dice.below(3);
      for (int i = 0; i < lots; ++i) {
        Entry entry{.key = std::to_string(++key),
                    .symbol = symbol,
                    .direction = direction,
                    .quantity = Quantity::whole(10 + dice.below(90)),
                    .stop = falls ? 95_price : 105_price,
                    .target = falls ? 105_price : 95_price};
        if (dice.one_in(3)) entry.max_hold_minutes = 20;
        const LotUid uid = enter(s, entry);
        if (dice.one_in(3)) {
          s.broker.bracket(*s.upstream.back().broker_order_id, entry.quantity, *entry.stop, *entry.target,
                           at(entry.when));
        }
      }
    }
    s.cycle();
  }
  std::string any_symbol() { return symbols[static_cast<std::size_t>(dice.below(2))]; }

  void turn() {
    switch (dice.below(12)) {
      case 0:
      case 1:
        s.tick(any_symbol(), Price::whole(94 + dice.below(13)));
        break;
      case 2:
        s.feed(event::CheckDue{});
        break;
      case 3:
        s.feed(s.broker.read(s.now));
        break;
      case 4:
        s.broker.fates.push_back(static_cast<Fate>(dice.below(6)));
        break;
      case 5:
      case 6:
        fill_something();
        break;
      case 7:
        end_something();
        break;
      case 8:
        s.feed(event::BrokerUnread{"timeout"});
        break;
      case 9:
        if (dice.one_in(6)) {
          s.restart();
          s.broker.fates.clear();
          s.cycle();
        }
        break;
      case 10:
        close_something();
        break;
      default:
        s.broker.loses_cancels = dice.one_in(3);
        break;
    }
    s.pass_time(Duration(dice.below(3'000'000'000)));
    s.feed(event::TimerFired{});
    deliver();
  }
  // Effects are carried out in order, some of them late.
  void deliver() {
    while (!s.outbox.empty() && !dice.one_in(5)) {
      const Action action = s.outbox.front();
      s.outbox.pop_front();
      s.perform(action);
    }
  }
  std::optional<OrderId> some_open_order() {
    std::vector<OrderId> open;
    for (const auto& [id, order] : s.broker.orders) {
      if (!is_terminal(order.status)) open.push_back(id);
    }
    if (open.empty()) return std::nullopt;
    return open[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(open.size())))];
  }
  void fill_something() {
    const auto id = some_open_order();
    if (!id) return;
    s.broker.execute(*id, Quantity::whole(1 + dice.below(100)), 100_price, s.now.wall);
    if (dice.one_in(2)) s.feed(event::OrderSeen{s.broker.seen(*id)});
  }
  void end_something() {
    const auto id = some_open_order();
    if (!id || !s.broker.orders.at(*id).client_id.text().starts_with("blx-")) return;
    s.broker.end(*id, dice.one_in(2) ? OrderStatus::canceled : OrderStatus::rejected, s.now.wall);
    if (dice.one_in(2)) s.feed(event::OrderSeen{s.broker.seen(*id)});
  }
  void close_something() {
    if (s.state.lots.empty()) return;
    const Lot& lot = s.state.lots.begin()->second;
    const auto part = dice.one_in(2) ? std::optional(Quantity::whole(1 + dice.below(20))) : std::nullopt;
    s.feed(event::CommandGiven{{.id = 0, .lot = lot.uid, .quantity = part, .who = "ann", .why = ""}});
  }
  // Once faults stop, everything that was leaving leaves.
  void calm_down() {
    s.broker.fates.clear();
    s.broker.loses_cancels = false;
    s.pump();
    for (const std::string& symbol : symbols) s.price(symbol, 100_price);
    s.broker.fills_at_once = true;
    for (int i = 0; i < 5; ++i) {
      for (const auto& [id, order] : std::map(s.broker.orders)) {
        if (order.client_id.text().starts_with("blx-")) s.broker.try_to_fill(id, s.now.wall);
      }
      s.cycle();
      s.wait(40s, 500ms);
    }
    s.wait(15s, 500ms);  // for what began to leave at the last moment
  }
};

TEST(Worlds, NeverSellMoreThanIsHeld) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    World world(seed);
    for (int turn = 0; turn < 60; ++turn) {
      world.turn();
      expect_sane(world.s, "seed " + std::to_string(seed) + ", turn " + std::to_string(turn));
      if (testing::Test::HasFatalFailure()) return;
    }
    world.calm_down();
    expect_sane(world.s, "seed " + std::to_string(seed) + ", calm");
    if (testing::Test::HasFatalFailure()) return;
    std::map<std::string, Quantity> claimed;
    for (const auto& [uid, lot] : world.s.state.lots) {
      ASSERT_FALSE(lot.exit) << "seed " << seed << ": " << uid.text()
                             << " still leaving: " << world.s.state.decisions[uid].situation << ", "
                             << world.s.state.decisions[uid].why << story_of(world.s);
      claimed[lot.instrument.symbol] += lot.quantity;
    }
    for (const auto& [symbol, held] : world.s.broker.held) {
      ASSERT_EQ(claimed[symbol], held.magnitude()) << "seed " << seed << " " << symbol;
    }
  }
}

TEST(Worlds, TheSameEventsMakeTheSameActions) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World a(seed);
    World b(seed);
    for (int turn = 0; turn < 60; ++turn) {
      a.turn();
      b.turn();
      ASSERT_EQ(a.s.outbox, b.s.outbox) << seed;
      ASSERT_EQ(a.s.records, b.s.records) << seed;
      ASSERT_EQ(a.s.kept, b.s.kept) << seed;
    }
  }
}

}  // namespace
}  // namespace belay::engine::scene
