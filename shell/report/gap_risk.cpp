// SPDX-License-Identifier: Apache-2.0
#include "shell/report/gap_risk.hpp"

#include <algorithm>

#include "core/engine/step.hpp"
#include "core/lifecycle/exit_table.hpp"
#include "shell/report/words.hpp"

namespace belay::report {
namespace {

bool is_stop(OrderType type) {
  return type == OrderType::stop || type == OrderType::stop_limit || type == OrderType::trailing_stop;
}

/// What of the lot resting stops cover, by whether they outlive the session.
void count_stops(const engine::State& state, const Lot& lot, Overnight& out) {
  for (const OrderId& id : orders_of(lot)) {
    const auto found = state.broker.orders.find(id);
    if (found == state.broker.orders.end() || !(engine::is_guard_of(lot, id) || lot.stop_order_id == id)) continue;
    const Order& order = found->second;
    if (!is_stop(order.type) || is_terminal(order.status)) continue;
    const Quantity rest = order.quantity.value_or(lot.quantity) - order.filled;
    (order.time_in_force == TimeInForce::gtc ? out.stops_beyond : out.stops_today) += rest;
  }
}

void count_value(const Lot& lot, Overnight& out) {
  if (!lot.current_price) return;
  try {
    out.value = notional(*lot.current_price, lot.quantity, lot.multiplier).magnitude();
  } catch (const Overflow&) {
    out.value.reset();  // an absurd number is no value
  }
}

void warn(const Lot& lot, const GapRisk& risk, Overnight& out) {
  const auto say = [&](std::string what) { out.warnings.push_back(std::move(what)); };
  if (out.stops_beyond < out.quantity) {
    if (out.stops_today.is_positive()) {
      say("its stop at the broker is a DAY order and ends with the session");
    } else if (out.protection == Protection::local_rule) {
      say("no stop rests at the broker: Belay's own rules act from the next open on, at what the price is then");
    }
  }
  if (out.protection == Protection::none) say("nothing protects it now");
  if (out.protection == Protection::by_choice) say("nothing protects it, by choice");
  if (out.expires && *out.expires <= risk.next.date) say("it expires on " + to_text(*out.expires));
  if (lot.split_due) say("a split on " + to_text(*lot.split_due) + " is announced: no guard may rest through it");
  if (!lot.frozen.empty()) say("frozen: " + lot.frozen);
}

Overnight overnight_of(const engine::State& state, const Lot& lot, const GapRisk& risk) {
  Overnight out{.id = lot.id,
                .symbol = lot.instrument.symbol,
                .direction = lot.direction,
                .quantity = lot.quantity,
                .result = lot.result,
                .leaves_at = state.deadlines.of(lot.uid),
                .protection = lot.guards.protection};
  if (lot.instrument.option) out.expires = lot.instrument.option->expiration;
  out.is_leaving = lot.exit && lifecycle::remaining(lot) >= lot.quantity;
  out.stays = !out.is_leaving && !(out.leaves_at && *out.leaves_at <= risk.session.close);
  count_value(lot, out);
  try {
    count_stops(state, lot, out);
  } catch (const Overflow&) {
    out.stops_beyond = out.stops_today = Quantity();
  }
  if (out.stays) warn(lot, risk, out);
  return out;
}

}  // namespace

GapRisk gap_risk(const engine::State& state, Timestamp now) {
  GapRisk risk{.account = state.account, .at = now, .session = state.calendar.session_of(now)};
  risk.next = state.calendar.session_after(risk.session.date);
  for (const auto& [uid, lot] : state.lots) risk.positions.push_back(overnight_of(state, lot, risk));
  std::ranges::stable_sort(risk.positions, [](const Overnight& a, const Overnight& b) {
    return std::pair(a.stays, a.value.value_or(Money())) > std::pair(b.stays, b.value.value_or(Money()));
  });
  for (const Overnight& one : risk.positions) {
    if (!one.stays) continue;
    ++risk.stay;
    if (one.stops_beyond < one.quantity) ++risk.bare;
    try {
      risk.value += one.value.value_or(Money());
    } catch (const Overflow&) {
      continue;  // an absurd number spoils no other
    }
  }
  return risk;
}

std::string headline(const GapRisk& risk) {
  const std::string until = "until " + moment_words(risk.next.open);
  if (risk.stay == 0) return "Nothing stays overnight, " + until + ".";
  std::string line = count_words(risk.stay, "position stays", "positions stay") + " overnight, " + until + " (" +
                     money_words(risk.value) + ")";
  if (risk.bare > 0) line += "; " + std::to_string(risk.bare) + " without a stop at the broker after the close";
  return line + ".";
}

std::string stays_words(const Overnight& position) {
  if (position.is_leaving) return "leaving";
  if (!position.leaves_at) return "overnight";
  return position.stays ? "until " + moment_words(*position.leaves_at)
                        : "leaves " + clock_words(*position.leaves_at).substr(0, 5);
}

std::string guard_words(const Overnight& position) {
  if (position.is_leaving) return "an exit is under way";
  if (position.stops_beyond >= position.quantity) return "stop, GTC";
  if (position.stops_beyond.is_positive()) return "stop for " + position.stops_beyond.text() + ", GTC";
  if (position.stops_today.is_positive()) return "stop, ends today";
  return position.protection == Protection::local_rule ? "Belay's rules" : "none";
}

}  // namespace belay::report
