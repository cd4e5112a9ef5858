// SPDX-License-Identifier: Apache-2.0
// Closing by the broker alone, where its positions are behind its orders, and where one of several does not move.
#include "app/close_direct.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "shell/runtime/test_ports.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Fills at once, but shows it in its positions only later.
class LaggingBroker : public runtime::testing::TestBroker {
 public:
  explicit LaggingBroker(runtime::testing::TestClock& clock) : TestBroker(clock), clock_(clock) {}

  Duration lag{};
  std::string halted;                                    ///< its orders do not fill
  int failing_cancels = 0;                               ///< so many do nothing, and nobody knows
  Duration unknown_until{};                              ///< until then orders are not found by their id
  int lost_answers = 0;                                  ///< so many closes are carried out, and nobody hears of it
  std::map<std::string, Quantity> held;                  ///< in truth
  std::vector<std::pair<std::string, Quantity>> closed;  ///< as asked for, in their order

  BrokerResult<std::vector<Holding>> positions() override {
    std::map<std::string, Quantity> shown = held;
    for (const Change& change : changes_) {
      if (clock_.machine() - change.at < lag) shown[change.symbol] += change.quantity;
    }
    std::vector<Holding> all;
    for (const auto& [symbol, quantity] : shown) {
      if (quantity.is_zero()) continue;
      Holding& holding = all.emplace_back();
      holding.instrument = instrument_of(symbol);
      holding.quantity = quantity;
    }
    return all;
  }

  BrokerResult<Order> close_position(const std::string& symbol, std::optional<Quantity> quantity) override {
    const Quantity leaving = quantity.value_or(held[symbol]);
    closed.emplace_back(symbol, leaving);
    Order order;
    order.id = OrderId("order-" + std::to_string(closed.size()));
    order.symbol = symbol;
    order.side = Side::sell;
    order.quantity = leaving;
    order.status = OrderStatus::accepted;
    if (symbol == halted) {
      open_orders.push_back(order);
    } else {
      order.status = OrderStatus::filled;
      order.filled = leaving;
      held[symbol] -= leaving;
      changes_.push_back({symbol, leaving, clock_.machine()});
    }
    orders_.push_back(order);
    if (lost_answers > 0 && lost_answers-- > 0)
      return std::unexpected(BrokerError{.kind = BrokerError::Kind::unknown, .message = "lost"});
    return order;
  }

  BrokerResult<void> cancel(const OrderId& id) override {
    if (failing_cancels > 0 && failing_cancels-- > 0) {
      return std::unexpected(BrokerError{.kind = BrokerError::Kind::unknown, .message = "HTTP 504"});
    }
    std::erase_if(open_orders, [&](const Order& one) { return one.id == id; });
    return {};
  }

  BrokerResult<Order> order(const OrderId& id) override {
    if (clock_.machine() < unknown_until) return no_such_order();
    for (const Order& one : orders_) {
      if (one.id == id) return one;
    }
    return no_such_order();
  }

 private:
  static std::unexpected<BrokerError> no_such_order() {
    return std::unexpected(BrokerError{.kind = BrokerError::Kind::not_found, .message = "no such order"});
  }

  struct Change {
    std::string symbol;
    Quantity quantity;
    Duration at{};
  };
  runtime::testing::TestClock& clock_;
  std::vector<Change> changes_;
  std::vector<Order> orders_;
};

class DirectCloses : public ::testing::Test {
 protected:
  DirectOutcome close(const DirectClose& what, Duration wait = 60s) {
    return DirectClosing(broker, clock, {what}, [](const std::string&) {}).finish(wait).front();
  }

  runtime::testing::TestClock clock;
  LaggingBroker broker{clock};
};

TEST_F(DirectCloses, APartIsSoldOnceHoweverLatePositionsAre) {
  broker.held = {{"AAPL", 100_qty}};
  broker.lag = 9s;
  const DirectOutcome outcome = close({"AAPL", 50_qty});
  EXPECT_EQ(broker.held["AAPL"], 50_qty);
  EXPECT_EQ(broker.closed.size(), 1U);
  EXPECT_EQ(outcome.code, kAllWell) << outcome.text;
  EXPECT_EQ(outcome.after, 50_qty);
}

TEST_F(DirectCloses, APartWhoseAnswerIsLostIsSoldOnce) {
  broker.held = {{"AAPL", 100_qty}};
  broker.lag = 9s;
  broker.lost_answers = 1;
  EXPECT_EQ(close({"AAPL", 50_qty}).code, kAllWell);
  EXPECT_EQ(broker.held["AAPL"], 50_qty);
}

TEST_F(DirectCloses, APartThatAPositionNeverShowsIsNotSoldAgain) {
  broker.held = {{"AAPL", 100_qty}};
  broker.lag = 1h;
  const DirectOutcome outcome = close({"AAPL", 50_qty});
  EXPECT_EQ(broker.held["AAPL"], 50_qty);
  EXPECT_EQ(outcome.code, kAttention);
  EXPECT_THAT(outcome.text, HasSubstr("though 50 have left"));
}

TEST_F(DirectCloses, APartWhoseOrderIsNotFoundAtFirstIsSoldOnce) {
  broker.held = {{"AAPL", 100_qty}};
  broker.lag = 9s;
  broker.unknown_until = clock.machine() + 5s;
  EXPECT_EQ(close({"AAPL", 50_qty}).code, kAllWell);
  EXPECT_EQ(broker.held["AAPL"], 50_qty);
}

TEST_F(DirectCloses, ACancellationOfWhichNothingIsKnownIsAskedForAgain) {
  broker.held = {{"AAPL", 100_qty}};
  broker.failing_cancels = 3;
  Order stop;
  stop.id = OrderId("stop");
  stop.symbol = "AAPL";
  stop.side = Side::sell;
  stop.quantity = 100_qty;
  stop.status = OrderStatus::accepted;
  broker.open_orders = {stop};
  const Duration before = clock.machine();
  const DirectOutcome outcome = close({"AAPL", std::nullopt});
  EXPECT_EQ(outcome.code, kAllWell) << outcome.text;
  EXPECT_EQ(outcome.cancelled.size(), 1U);
  EXPECT_LT(clock.machine() - before, 5s);
}

TEST_F(DirectCloses, AllOfItIsFlatOnlyOnceThePositionSaysSo) {
  broker.held = {{"AAPL", 100_qty}};
  broker.lag = 9s;
  const DirectOutcome outcome = close({"AAPL", std::nullopt});
  EXPECT_EQ(outcome.code, kAllWell) << outcome.text;
  EXPECT_EQ(outcome.text, "AAPL is flat");
  EXPECT_EQ(broker.closed.size(), 1U);
}

TEST_F(DirectCloses, OneThatDoesNotMoveHoldsNoOtherBack) {
  broker.held = {{"AAPL", 100_qty}, {"MSFT", 5_qty}, {"TSLA", 7_qty}};
  broker.halted = "AAPL";
  DirectClosing closing(broker, clock, {{"AAPL", {}}, {"MSFT", {}}, {"TSLA", {}}}, [](const std::string&) {});
  const Duration before = clock.machine();
  closing.begin();
  EXPECT_EQ(clock.machine(), before);
  EXPECT_EQ(broker.held["MSFT"], 0_qty);
  EXPECT_EQ(broker.held["TSLA"], 0_qty);
  const std::vector<DirectOutcome> outcomes = closing.finish(30s);
  EXPECT_EQ(outcomes[0].code, kAttention);
  EXPECT_EQ(outcomes[0].text, "100 AAPL still held: order order-1 has not filled");
  EXPECT_EQ(outcomes[1].code, kAllWell);
  EXPECT_EQ(outcomes[2].text, "TSLA is flat");
  EXPECT_EQ(broker.closed.size(), 3U);
}

}  // namespace
}  // namespace belay::app
