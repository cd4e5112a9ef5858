// SPDX-License-Identifier: Apache-2.0
#include "app/close_direct.hpp"

#include <algorithm>
#include <chrono>
#include <expected>

namespace belay::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPoll = 250ms;
/// After an answer that was lost: until the position shows what became of the order.
constexpr Duration kSettle = 2s;
constexpr Duration kAfterRefusal = 1s;

class Closing {
 public:
  Closing(Broker& broker, Clock& clock, const DirectClose& close, const std::function<void(const std::string&)>& tell)
      : broker_(broker), clock_(clock), close_(close), tell_(tell), begun_(std::chrono::steady_clock::now()) {}

  DirectOutcome run() {
    const auto held = held_now();
    if (!held) return failed(held.error());
    outcome_.before = outcome_.after = *held;
    if (held->is_zero()) return done("nothing of " + close_.symbol + " is held");
    side_ = held->is_negative() ? Side::buy : Side::sell;
    const Quantity leaving = std::min(close_.quantity.value_or(held->magnitude()), held->magnitude());
    goal_ = held->magnitude() - leaving;
    do {
      if (auto end = attempt()) return *end;
    } while (in_time());
    return outcome_;
  }

 private:
  [[nodiscard]] bool in_time() const { return std::chrono::steady_clock::now() - begun_ < close_.wait; }

  std::expected<Quantity, BrokerError> held_now() {
    const auto holdings = broker_.positions();
    if (!holdings) return std::unexpected(holdings.error());
    for (const Holding& holding : *holdings) {
      if (holding.instrument.symbol == close_.symbol) return holding.quantity;
    }
    return Quantity();
  }

  DirectOutcome failed(const BrokerError& error) {
    outcome_.code = exit_code(error);
    outcome_.text = "the broker: " + error.message;
    return outcome_;
  }

  DirectOutcome done(std::string text) {
    outcome_.code = kAllWell;
    outcome_.text = std::move(text);
    return outcome_;
  }

  /// One round; an outcome when there is nothing more to do.
  std::optional<DirectOutcome> attempt() {
    if (auto end = clear_orders()) return end;
    const auto held = held_now();
    if (!held) return retry(held.error());
    outcome_.after = *held;
    if (auto end = judge(*held)) return end;
    const Quantity leaving = held->magnitude() - goal_;
    tell_("closing " + leaving.text() + " of " + held->magnitude().text() + " " + close_.symbol);
    const auto order = broker_.close_position(close_.symbol, goal_.is_zero() ? std::nullopt : std::optional(leaving));
    if (!order) return retry(order.error());
    outcome_.orders.push_back(order->id);
    follow(order->id);
    const auto left = held_now();
    if (!left) return retry(left.error());
    outcome_.after = *left;
    return judge(*left);
  }

  std::optional<DirectOutcome> judge(Quantity held) {
    if (!held.is_zero() && held.is_negative() != (side_ == Side::buy)) {
      outcome_.code = kAttention;
      outcome_.text = close_.symbol + " has changed its side while it was being closed: " + held.text() + " held";
      return outcome_;
    }
    if (held.magnitude() > goal_) {
      outcome_.code = kAttention;
      outcome_.text =
          held.text() + " " + close_.symbol + " still held" +
          (outcome_.orders.empty() ? std::string() : ": order " + outcome_.orders.back().text() + " has not filled");
      return std::nullopt;
    }
    return done(held.is_zero() ? close_.symbol + " is flat" : held.text() + " " + close_.symbol + " are left");
  }

  /// A refusal or a lost answer: said, waited for, and found out anew in the next round.
  std::optional<DirectOutcome> retry(const BrokerError& error) {
    failed(error);
    if (error.kind == BrokerError::Kind::unauthorized) return outcome_;
    tell_(outcome_.text);
    clock_.pause(error.kind == BrokerError::Kind::unknown ? kSettle : kAfterRefusal);
    return std::nullopt;
  }

  /// Orders on the closing side, children too: each of them holds shares.
  static void collect(const std::vector<Order>& orders, const std::string& symbol, Side side,
                      std::vector<OrderId>& out) {
    for (const Order& order : orders) {
      if (order.symbol == symbol && order.side == side && !is_terminal(order.status)) out.push_back(order.id);
      collect(order.legs, symbol, side, out);
    }
  }

  std::optional<DirectOutcome> clear_orders() {
    const auto open = broker_.orders({.status = OrderQuery::Status::open, .symbols = {close_.symbol}, .after = {}});
    if (!open) return retry_or_go_on(open.error());
    std::vector<OrderId> holding;
    collect(*open, close_.symbol, side_, holding);
    for (const OrderId& id : holding) {
      tell_("cancelling order " + id.text() + ", which holds shares");
      if (broker_.cancel(id)) outcome_.cancelled.push_back(id);
    }
    for (const OrderId& id : holding) follow(id);
    return std::nullopt;
  }

  /// Without the list of orders the position may still be free.
  std::optional<DirectOutcome> retry_or_go_on(const BrokerError& error) {
    if (error.kind == BrokerError::Kind::unauthorized) return failed(error);
    tell_("the orders could not be listed: " + error.message);
    return std::nullopt;
  }

  /// Until it has ended, or the time is up.
  void follow(const OrderId& id) {
    while (in_time()) {
      const auto order = broker_.order(id);
      if (order && is_terminal(order->status)) return;
      if (!order && order.error().kind == BrokerError::Kind::not_found) return;
      clock_.pause(kPoll);
    }
  }

  Broker& broker_;
  Clock& clock_;
  const DirectClose& close_;
  const std::function<void(const std::string&)>& tell_;
  std::chrono::steady_clock::time_point begun_;
  Side side_ = Side::sell;
  Quantity goal_;  ///< what is to be left, without sign
  DirectOutcome outcome_;
};

}  // namespace

DirectOutcome close_at_broker(Broker& broker, Clock& clock, const DirectClose& close,
                              const std::function<void(const std::string&)>& tell) {
  return Closing(broker, clock, close, tell).run();
}

json::Value to_json(const std::string& symbol, const DirectOutcome& outcome) {
  const auto ids = [](const std::vector<OrderId>& orders) {
    json::Array array;
    for (const OrderId& id : orders) array.push_back(id.text());
    return array;
  };
  return json::Object{{"symbol", symbol},
                      {"done", outcome.code == kAllWell},
                      {"quantity_before", outcome.before.text()},
                      {"quantity_left", outcome.after.text()},
                      {"cancelled", ids(outcome.cancelled)},
                      {"orders", ids(outcome.orders)},
                      {"text", outcome.text}};
}

std::string note_of(const std::string& symbol, const DirectOutcome& outcome) {
  return "close --direct " + symbol + ": " + outcome.before.text() + " held before, " + outcome.after.text() + " after";
}

}  // namespace belay::app
