// SPDX-License-Identifier: Apache-2.0
#include "app/close_direct.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace belay::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPoll = 250ms;
constexpr Duration kLongestPoll = 1s;
constexpr Duration kAfterRefusal = 1s;
/// After an answer that was lost. Where all leaves a second close can do no harm.
constexpr Duration kSettle = 2s;
/// For an order that was cancelled; then a close of everything is tried all the same.
constexpr Duration kCancelPatience = 10s;
constexpr std::size_t kMostNamed = 100;  // symbols in a request
constexpr std::size_t kMostOrders = 5000;

/// What the broker showed in one round. Orders were read first: what had ended by then is in the position sooner.
struct Seen {
  BrokerResult<std::vector<Order>> orders;
  BrokerResult<std::vector<Holding>> holdings;
};

/// An order whose end is waited for.
struct Followed {
  OrderId id;
  Quantity counted;  ///< of its fills, was in the position when it was read
  Duration since{};
  bool is_cancelled = false;
};

bool is_among(const std::vector<Order>& orders, const OrderId& id) {
  return std::ranges::any_of(orders, [&](const Order& order) {
    return (order.id == id && !is_terminal(order.status)) || is_among(order.legs, id);
  });
}

/// Orders on the closing side, children too: each of them holds shares.
void collect(const std::vector<Order>& orders, const std::string& symbol, Side side, std::vector<Followed>& out) {
  for (const Order& order : orders) {
    if (order.symbol == symbol && order.side == side && !is_terminal(order.status)) {
      out.push_back({.id = order.id, .counted = order.filled, .since = {}, .is_cancelled = true});
    }
    collect(order.legs, symbol, side, out);
  }
}

}  // namespace

/// One holding on its way out, a step at a time.
class DirectClosing::One {
 public:
  One(Broker& broker, Clock& clock, DirectClose close, const Tell& tell)
      : broker_(broker), clock_(clock), close_(std::move(close)), tell_(tell) {}

  [[nodiscard]] bool is_over() const { return over_; }
  [[nodiscard]] const DirectOutcome& outcome() const { return outcome_; }

  /// Does what can be done at once.
  void step(const Seen& seen) {
    if (over_ || clock_.machine() < not_before_) return;
    if (!seen.holdings) return retry(seen.holdings.error());
    const Quantity held = held_in(*seen.holdings);
    outcome_.after = held;
    const bool is_first = !begun_;
    if (is_first) begin(held);
    if (over_ || !have_ended(seen) || is_at_end(held) || is_cancelling(seen, is_first)) return;
    send(std::min(held.magnitude(), still_ours()) - goal_, held);
  }

 private:
  [[nodiscard]] Quantity held_in(const std::vector<Holding>& holdings) const {
    for (const Holding& holding : holdings) {
      if (holding.instrument.symbol == close_.symbol) return holding.quantity;
    }
    return {};
  }

  /// What is left of what was held, by what has filled since: without sign.
  [[nodiscard]] Quantity still_ours() const { return before_ - std::min(filled_, before_); }

  void begin(Quantity held) {
    begun_ = true;
    outcome_.before = held;
    if (held.is_zero()) return end(kAllWell, "nothing of " + close_.symbol + " is held");
    side_ = held.is_negative() ? Side::buy : Side::sell;
    before_ = held.magnitude();
    goal_ = before_ - std::min(close_.quantity.value_or(before_), before_);
  }

  void end(ExitCode code, std::string text) {
    over_ = true;
    outcome_.code = code;
    outcome_.text = std::move(text);
  }

  void failed(const BrokerError& error) {
    outcome_.code = exit_code(error);
    outcome_.text = "the broker: " + error.message;
    over_ = error.kind == BrokerError::Kind::unauthorized;
  }

  /// A refusal or a lost answer: said, waited for, and found out anew.
  void retry(const BrokerError& error) {
    failed(error);
    if (over_) return;
    tell_(close_.symbol + ": " + outcome_.text);
    const bool is_lost = error.kind == BrokerError::Kind::unknown;
    not_before_ = clock_.machine() + (!is_lost ? kAfterRefusal : goal_.is_zero() ? kSettle : kPositionsLag);
  }

  /// Whether everything that was cancelled or sent has come to its end.
  bool have_ended(const Seen& seen) {
    std::erase_if(followed_, [&](const Followed& one) { return has_ended(one, seen); });
    if (followed_.empty()) return true;
    const Followed& first = followed_.front();
    outcome_.code = kAttention;
    outcome_.text = outcome_.after.text() + " " + close_.symbol + " still held: order " + first.id.text() +
                    (first.is_cancelled ? ", which was cancelled, has not ended" : " has not filled");
    return false;
  }

  bool has_ended(const Followed& one, const Seen& seen) {
    if (is_given_up(one)) return true;
    if (seen.orders && is_among(*seen.orders, one.id)) return false;
    const auto order = broker_.order(one.id);
    if (!order) {
      // One that was just sent may not be known everywhere.
      return order.error().kind == BrokerError::Kind::not_found &&
             (one.is_cancelled || clock_.machine() - one.since > kPositionsLag);
    }
    if (!is_terminal(order->status)) return false;
    if (order->filled > one.counted) {
      filled_ += order->filled - one.counted;
      filled_at_ = clock_.machine();
    }
    return true;
  }

  bool is_at_end(Quantity held) {
    if (!held.is_zero() && held.is_negative() != (side_ == Side::buy)) {
      end(kAttention, close_.symbol + " has changed its side while it was being closed: " + held.text() + " held");
      return true;
    }
    if (held.magnitude() <= goal_) {
      end(kAllWell, held.is_zero() ? close_.symbol + " is flat" : held.text() + " " + close_.symbol + " are left");
      return true;
    }
    outcome_.code = kAttention;
    outcome_.text = held.text() + " " + close_.symbol + " still held";
    return still_ours() <= goal_ && is_behind(held);
  }

  /// Enough has filled, and the position does not show it.
  bool is_behind(Quantity held) {
    outcome_.text += ", though " + filled_.text() + " have left: positions are behind orders";
    if (clock_.machine() - filled_at_ < kPositionsLag) return true;
    if (!goal_.is_zero()) {
      end(kAttention, held.text() + " " + close_.symbol + " still held, though " + filled_.text() +
                          " have left: somebody trades it, and no more of it is closed");
      return true;
    }
    before_ = held.magnitude();  // somebody bought more: all of it is to leave
    filled_ = {};
    return false;
  }

  [[nodiscard]] bool is_given_up(const Followed& one) const {
    return one.is_cancelled && goal_.is_zero() && clock_.machine() - one.since > kCancelPatience;
  }

  /// Whether there are orders whose end must be waited for. Without the list of orders the position may still be free.
  bool is_cancelling(const Seen& seen, bool is_first) {
    if (!seen.orders) {
      if (seen.orders.error().kind == BrokerError::Kind::unauthorized) failed(seen.orders.error());
      tell_(close_.symbol + ": the orders could not be listed: " + seen.orders.error().message);
      return over_;
    }
    std::vector<Followed> holding;
    collect(*seen.orders, close_.symbol, side_, holding);
    for (Followed& one : holding) {
      one.since = clock_.machine();
      if (!is_first) one.counted = {};  // it came after the position was read
      one = cancelled_.try_emplace(one.id.text(), one).first->second;
    }
    std::erase_if(holding, [&](const Followed& one) { return is_given_up(one); });
    for (const Followed& one : holding) cancel(one);
    return !holding.empty();
  }

  void cancel(const Followed& one) {
    tell_("cancelling order " + one.id.text() + ", which holds " + close_.symbol);
    const auto done = broker_.cancel(one.id);
    if (done) outcome_.cancelled.push_back(one.id);
    if (done || done.error().kind == BrokerError::Kind::rejected || done.error().kind == BrokerError::Kind::not_found) {
      followed_.push_back(one);
    } else {  // it may rest as before: the next round lists it, and cancels it again
      tell_("order " + one.id.text() + " could not be cancelled: " + done.error().message);
    }
  }

  void send(Quantity leaving, Quantity held) {
    tell_("closing " + leaving.text() + " of " + held.magnitude().text() + " " + close_.symbol);
    const auto order = broker_.close_position(close_.symbol, goal_.is_zero() ? std::nullopt : std::optional(leaving));
    if (!order) return retry(order.error());
    outcome_.orders.push_back(order->id);
    followed_.push_back({.id = order->id, .counted = {}, .since = clock_.machine()});
    outcome_.text = held.text() + " " + close_.symbol + " still held: order " + order->id.text() + " has not filled";
  }

  Broker& broker_;
  Clock& clock_;
  DirectClose close_;
  const Tell& tell_;
  bool begun_ = false;
  bool over_ = false;
  Side side_ = Side::sell;
  Quantity before_;  ///< without sign, as the goal
  Quantity goal_;    ///< what is to be left
  Quantity filled_;  ///< since `before_` was read, as far as it is known
  Duration filled_at_{};
  Duration not_before_{};
  std::vector<Followed> followed_;
  std::map<std::string, Followed> cancelled_;  ///< by id: as they were when that was first tried
  DirectOutcome outcome_;
};

DirectClosing::DirectClosing(Broker& broker, Clock& clock, const std::vector<DirectClose>& closes, Tell tell)
    : broker_(broker), clock_(clock), tell_(std::move(tell)) {
  open_orders_.nested = false;  // nested, the children of an entry that has filled are left out
  open_orders_.limit = kMostOrders;
  for (const DirectClose& close : closes) {
    all_.push_back(std::make_unique<One>(broker_, clock_, close, tell_));
    open_orders_.symbols.push_back(close.symbol);
  }
  if (closes.size() > kMostNamed) open_orders_.symbols.clear();
}

DirectClosing::~DirectClosing() = default;

bool DirectClosing::is_over() const {
  return std::ranges::all_of(all_, [](const auto& one) { return one->is_over(); });
}

void DirectClosing::begin() { round(); }

void DirectClosing::round() {
  if (is_over()) return;
  auto orders = broker_.orders(open_orders_);
  const Seen seen{.orders = std::move(orders), .holdings = broker_.positions()};
  for (const auto& one : all_) one->step(seen);
}

std::vector<DirectOutcome> DirectClosing::finish(Duration wait) {
  const Duration until = clock_.machine() + wait;
  Duration poll = kFirstPoll;
  while (true) {
    round();
    if (is_over() || clock_.machine() >= until) break;
    clock_.pause(poll);
    poll = std::min(poll * 5 / 4, kLongestPoll);
  }
  std::vector<DirectOutcome> outcomes;
  for (const auto& one : all_) outcomes.push_back(one->outcome());
  return outcomes;
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
