// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/entries.hpp"

#include <algorithm>

namespace belay::reconcile {

std::optional<Opening> opening_of(const Orphan& orphan, const std::vector<Flow>& flows) {
  const Side opening_side = orphan.quantity.is_negative() ? Side::sell : Side::buy;
  Quantity wanted = orphan.quantity.magnitude();
  Quantity taken;
  Money value;
  Opening opening;
  for (auto flow = flows.rbegin(); flow != flows.rend() && wanted.is_positive(); ++flow) {
    if (flow->side != opening_side) continue;
    const Quantity part = std::min(wanted, flow->quantity);
    taken += part;
    wanted -= part;
    value += notional(flow->price, part);
    const bool first = opening.first_fill_id.empty();
    const std::optional<OrderId> order = flow->order.empty() ? std::nullopt : std::optional(flow->order);
    opening.order = first || opening.order == order ? order : std::nullopt;
    opening.delivered = flow->order.empty() ? std::optional(flow->reason) : std::nullopt;
    opening.first_fill_id = flow->id;
    opening.entry_time = flow->at;
  }
  if (wanted.is_positive()) return std::nullopt;
  opening.entry_price = *average_price(value, taken);
  return opening;
}

void speak_for(std::vector<Flow>& flows, const Lot& lot, const std::set<OrderId>& accounted) {
  Quantity wanted = lot.original_quantity;
  const auto speak = [&](Flow& flow) {
    if (flow.side == lot.exit_side() || accounted.contains(flow.order)) return;
    const Quantity part = std::min(wanted, flow.quantity - flow.spoken_for);
    flow.spoken_for += part;
    wanted -= part;
  };
  if (lot.execution_key) {
    const auto distance = [&](const Flow* flow) {
      return std::max(flow->at - lot.entry_time, lot.entry_time - flow->at);
    };
    std::vector<Flow*> about;
    for (Flow& flow : flows) {
      if (is_about_same_time(flow.at, lot.entry_time)) about.push_back(&flow);
    }
    std::ranges::stable_sort(about, {}, distance);
    for (Flow* flow : about) speak(*flow);
  }
  for (auto flow = flows.rbegin(); flow != flows.rend() && wanted.is_positive(); ++flow) {
    if (flow->at <= lot.entry_time) speak(*flow);
  }
}

std::vector<Entry> entries_of(const Orphan& orphan, Quantity held, const std::vector<Flow>& flows,
                              const std::set<OrderId>& accounted) {
  struct Made {
    std::vector<Flow> parts;  // what of each flow is the orphan's, the oldest first
    Quantity opened;          // all that its order opened
  };
  const Side opening_side = orphan.quantity.is_negative() ? Side::sell : Side::buy;
  Quantity wanted = orphan.quantity.magnitude();
  Quantity after = orphan.quantity.is_negative() ? -held : held;  // on its side, after the flow
  std::vector<Made> orders;                                       // a delivery is alone
  for (auto flow = flows.rbegin(); flow != flows.rend(); ++flow) {
    const bool opens = flow->side == opening_side;
    const Quantity whole = opens ? std::clamp(after, Quantity{}, flow->quantity) : Quantity{};  // the rest has covered
    const Quantity opened = whole - flow->spoken_for;
    after += opens ? -flow->quantity : flow->quantity;
    if (!opened.is_positive() || accounted.contains(flow->order)) continue;
    auto order = flow->order.empty() ? orders.end() : std::ranges::find_if(orders, [&](const Made& made) {
      return made.parts.front().order == flow->order;
    });
    if (order == orders.end() && wanted.is_zero()) continue;
    if (order == orders.end()) order = orders.insert(order, Made());
    Flow part = *flow;
    part.quantity = std::min(wanted, opened);
    wanted -= part.quantity;
    order->opened += opened;
    if (part.quantity.is_positive()) order->parts.insert(order->parts.begin(), std::move(part));
  }
  std::vector<Entry> entries;
  for (const Made& made : orders) {
    Entry entry{.part = orphan, .opening = {}, .opened = made.opened};
    entry.part.quantity = Quantity{};
    for (const Flow& flow : made.parts) entry.part.quantity += flow.quantity;
    if (orphan.quantity.is_negative()) entry.part.quantity = -entry.part.quantity;
    entry.opening = *opening_of(entry.part, made.parts);
    entries.push_back(std::move(entry));
  }
  return entries;
}

Quantity opened_beyond(const Entry& entry, const std::vector<Flow>& flows, const std::set<OrderId>& accounted) {
  if (!entry.opening.order) return {};
  const Side opening_side = entry.part.quantity.is_negative() ? Side::sell : Side::buy;
  Quantity beyond = entry.opened - entry.part.quantity.magnitude();
  bool opened = false;
  for (const Flow& flow : flows) {
    opened = opened || flow.order == *entry.opening.order;
    if (opened && flow.side != opening_side && !accounted.contains(flow.order)) beyond -= flow.quantity;
  }
  return std::max(Quantity{}, beyond);
}

const Execution* execution_of(const Entry& entry, const std::vector<Execution>& executions) {
  const Direction direction = entry.part.quantity.is_negative() ? Direction::short_ : Direction::long_;
  for (const Execution& execution : executions) {
    if (execution.instrument.symbol != entry.part.instrument.symbol || execution.direction != direction) continue;
    if (execution.broker_order_id && entry.opening.order) {
      if (*execution.broker_order_id == *entry.opening.order) return &execution;
      continue;
    }
    const bool same_time = is_about_same_time(execution.entry_time, entry.opening.entry_time);
    if (same_time && execution.quantity == entry.part.quantity.magnitude()) return &execution;
  }
  return nullptr;
}

}  // namespace belay::reconcile
