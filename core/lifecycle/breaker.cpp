// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/breaker.hpp"

#include <algorithm>
#include <chrono>

#include "core/lifecycle/order_life.hpp"

namespace belay::lifecycle {
namespace {

constexpr Duration kWindow = std::chrono::minutes(1);
constexpr std::size_t kOrdersForEachLot = 6;  // a ladder's: several steps, one at market, two at the collar

// What the lot's exits have taken and may still take, with this one.
Quantity intended(const Lot& lot, const ExitOrder& order) {
  Quantity sum = order.quantity;
  for (const ExitOrder& other : lot.exit_orders) {
    if (other.client_id != order.client_id) sum += other.filled + may_still_take(other);
  }
  for (const LeftElsewise& part : lot.left_elsewise) sum += part.quantity;
  return sum;
}

// What was held at the beginning of the minute, as far as it can be told: what has left since counts as it stood then.
std::map<LotUid, Money> held_lately(const SendLog& log, std::map<LotUid, Money> held) {
  for (const Sending& sending : log.sent) {
    Money& value = held[sending.lot];
    value = std::max(value, sending.lot_value);
  }
  return held;
}

// An absurd lot may be worth more than can be counted; then the numbers of orders alone are the limit.
std::optional<Tripped> too_much_worth(const SendLog& log, const Sending& sending, const std::map<LotUid, Money>& held,
                                      const Policy& policy) {
  try {
    Money value = sending.value;
    for (const Sending& earlier : log.sent) value += earlier.value;
    Money whole;
    for (const auto& [uid, worth] : held) whole += worth;
    const Money limit = scale(whole, policy.notional_per_minute);
    if (value <= limit) return std::nullopt;
    return Tripped{"orders worth " + value.text() + " would be sent within a minute, and " + limit.text() +
                       " is the most for what is held",
                   true};
  } catch (const Overflow&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<Duration> SendLog::paused_until(const LotUid& lot, Duration now) const {
  Duration until = account_paused;
  const auto paused = lots_paused.find(lot);
  if (paused != lots_paused.end()) until = std::max(until, paused->second);
  return now < until ? std::optional(until) : std::nullopt;
}

std::optional<Tripped> inspect(SendLog& log, const Lot& lot, const ExitOrder& order, const Sending& sending,
                               const std::map<LotUid, Money>& held, const Policy& policy) {
  while (!log.sent.empty() && sending.at - log.sent.front().at >= kWindow) log.sent.pop_front();

  const Quantity sum = intended(lot, order);
  if (sum > lot.original_quantity) {
    return Tripped{"its orders would take " + sum.text() + " of " + lot.original_quantity.text(), false};
  }
  const auto of_lot = std::ranges::count(log.sent, lot.uid, &Sending::lot);
  if (of_lot >= policy.orders_per_lot) {
    return Tripped{std::to_string(of_lot) + " orders were sent for it within a minute", false};
  }
  const auto lately = held_lately(log, held);
  const std::size_t most =
      std::max(static_cast<std::size_t>(policy.orders_per_account), kOrdersForEachLot * lately.size());
  if (log.sent.size() >= most) {
    return Tripped{std::to_string(log.sent.size()) + " orders were sent within a minute", true};
  }
  return too_much_worth(log, sending, lately, policy);
}

void note(SendLog& log, const Sending& sending) { log.sent.push_back(sending); }

void note_unplaced(SendLog& log, const LotUid& lot) {
  const auto latest = std::find_if(log.sent.rbegin(), log.sent.rend(),
                                   [&](const Sending& one) { return one.lot == lot && one.value.is_positive(); });
  if (latest != log.sent.rend()) latest->value = Money{};
}

void pause(SendLog& log, const LotUid& lot, const Tripped& tripped, Duration until) {
  if (tripped.account) {
    log.account_paused = until;
    log.sent.clear();
  } else {
    log.lots_paused[lot] = until;
    std::erase_if(log.sent, [&](const Sending& sending) { return sending.lot == lot; });
  }
}

}  // namespace belay::lifecycle
