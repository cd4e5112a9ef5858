// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/order_life.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/planted.hpp"

namespace belay::lifecycle {
namespace {

// How far along its life a status is. Within a stage any may follow any; a later stage follows an earlier one.
int stage(OrderStatus status) {
  switch (status) {
    case OrderStatus::unknown:
      return 0;
    case OrderStatus::accepted:
    case OrderStatus::pending_new:
    case OrderStatus::held:
      return 1;
    case OrderStatus::fresh:
    case OrderStatus::accepted_for_bidding:
      return 2;
    case OrderStatus::partially_filled:
      return 3;
    case OrderStatus::suspended:
    case OrderStatus::stopped:
    case OrderStatus::done_for_day:
    case OrderStatus::pending_cancel:
    case OrderStatus::pending_replace:
      return 4;
    case OrderStatus::calculated:
      return 5;
    case OrderStatus::filled:
    case OrderStatus::canceled:
    case OrderStatus::expired:
    case OrderStatus::rejected:
    case OrderStatus::replaced:
      return 6;
  }
  return 0;
}

constexpr int kInterrupted = 4;

bool is_newer(const OrderLife& said, const OrderLife& known) {
  return said.updated_at && known.updated_at && *known.updated_at < *said.updated_at;
}

void learn_status(OrderLife& known, const OrderLife& said) {
  if (may_follow(known.status, said.status) || (is_newer(said, known) && may_return(known.status, said.status))) {
    known.status = said.status;
  }
}

// Never more than was ordered; a broker that says otherwise is believed up to there.
Quantity believable(const OrderLife& life, Quantity filled) {
  return life.quantity ? std::min(filled, *life.quantity) : filled;
}

OrderLife life_of(const ExitLink& link, const ExitOrder& order) {
  return {.status = link.status,
          .quantity = link.quantity,
          .filled = link.filled,
          .filled_average = link.filled_average,
          .filled_at = order.filled_at,
          .updated_at = {}};
}

OrderLife life_of(const ExitOrder& order) {
  return {.status = order.status,
          .quantity = order.quantity,
          .filled = order.filled,
          .filled_average = order.filled_average,
          .filled_at = order.filled_at,
          .updated_at = order.updated_at};
}

void take_over(ExitOrder& order, const OrderLife& life) {
  order.status = life.status;
  order.filled = life.filled;
  order.filled_average = life.filled_average;
  order.filled_at = life.filled_at;
  order.updated_at = life.updated_at;
}

// ---- chains of replacements

ExitLink* link_of(ExitOrder& order, const OrderId& id) {
  const auto found = std::ranges::find(order.links, id, &ExitLink::id);
  return found == order.links.end() ? nullptr : &*found;
}

void add_link(ExitOrder& order, const OrderId& id) {
  if (order.links.empty()) {
    order.links.push_back({.id = order.id,
                           .status = order.status,
                           .quantity = order.quantity,
                           .filled = order.filled,
                           .filled_average = order.filled_average});
  }
  // What is replaced does not come back, whatever the message said that told of its replacement.
  if (!is_terminal(order.links.back().status)) order.links.back().status = OrderStatus::replaced;
  order.links.push_back({.id = id, .status = OrderStatus::unknown});
}

// The whole order from its links: what filled under any id counts, what may still fill is the last one's.
void sum_up(ExitOrder& order) {
  const ExitLink& last = order.links.back();
  Quantity before;
  Money value;
  Quantity filled;
  for (const ExitLink& link : order.links) {
    if (&link != &last) before += link.filled;
    filled += link.filled;
    if (link.filled_average) value += notional(*link.filled_average, link.filled);
  }
  order.id = last.id;
  order.status = last.status;
  if (last.quantity) order.quantity = before + *last.quantity;
  order.filled = filled;
  order.filled_average = average_price(value, filled);
}

// Makes room in the chain for whatever id the message is about or points to.
void follow_chain(ExitOrder& known, const Order& said) {
  if (known.id.empty()) known.id = said.id;
  if (said.id != known.id && link_of(known, said.id) == nullptr) add_link(known, said.id);
  const bool is_latest = said.id == known.id || (!known.links.empty() && known.links.back().id == said.id);
  if (is_latest && said.replaced_by && !said.replaced_by->empty() && link_of(known, *said.replaced_by) == nullptr) {
    add_link(known, *said.replaced_by);
  }
}

}  // namespace

OrderLife life_of(const Order& order) {
  return {.status = order.status,
          .quantity = order.quantity,
          .filled = order.filled,
          .filled_average = order.filled_average,
          .filled_at = order.filled_at,
          .updated_at = order.updated_at};
}

bool may_follow(OrderStatus from, OrderStatus to) {
  if (is_terminal(from) || to == OrderStatus::unknown) return false;
  return stage(to) >= stage(from);
}

bool may_return(OrderStatus from, OrderStatus to) {
  return stage(from) == kInterrupted && stage(to) > 0 && stage(to) < kInterrupted;
}

bool is_over(const OrderLife& life) {
  return is_terminal(life.status) || (life.quantity && life.quantity->is_positive() && life.filled >= *life.quantity);
}

bool is_over(const ExitOrder& order) { return is_over(life_of(order)); }

Quantity may_still_take(const ExitOrder& order) {
  return is_over(order) ? Quantity{} : std::max(Quantity{}, order.quantity - order.filled);
}

Learned learn(OrderLife& known, const OrderLife& said) {
  const OrderLife before = known;
  Learned learned;
  if (!known.quantity) known.quantity = said.quantity;
  learn_status(known, said);
  const Quantity filled = believable(known, said.filled);
  learned.contradicted = filled < said.filled;
  const bool dropped = planted(Bug::late_fills_dropped) && is_terminal(before.status);
  if (filled > known.filled && !dropped) {
    learned.filled_more = filled - known.filled;
    learned.filled_late = is_terminal(before.status);
    known.filled = planted(Bug::fills_count_twice) ? filled + known.filled : filled;
    known.filled_average = said.filled_average;
    known.filled_at = said.filled_at;
  } else if (filled == known.filled && filled.is_positive()) {
    if (!known.filled_average) known.filled_average = said.filled_average;
    if (!known.filled_at) known.filled_at = said.filled_at;
  }
  if (!known.updated_at || is_newer(said, known)) known.updated_at = said.updated_at;
  learned.ended = is_over(known) && !is_over(before);
  learned.changed = known != before;
  return learned;
}

void correct(OrderLife& known, const OrderLife& said) {
  learn_status(known, said);
  known.filled = believable(known, said.filled);
  known.filled_average = known.filled.is_positive() ? said.filled_average : std::nullopt;
  known.filled_at = known.filled.is_positive() ? said.filled_at : std::nullopt;
  if (!known.updated_at || is_newer(said, known)) known.updated_at = said.updated_at;
}

bool is_about(const ExitOrder& known, const Order& said) {
  if (said.client_id == known.client_id && !known.client_id.empty()) return true;
  if (known.id.empty() || said.id.empty()) return false;
  if (said.id == known.id || said.replaces == known.id) return true;
  return std::ranges::find(known.links, said.id, &ExitLink::id) != known.links.end();
}

Learned learn(ExitOrder& known, const Order& said) {
  BELAY_CHECK(is_about(known, said));
  const ExitOrder before = known;
  follow_chain(known, said);
  Learned learned;
  if (known.links.empty()) {
    OrderLife life = life_of(known);
    learned = learn(life, life_of(said));
    take_over(known, life);
  } else {
    ExitLink& link = *link_of(known, said.id);
    OrderLife life = life_of(link, known);
    learned = learn(life, life_of(said));
    link.status = life.status;
    link.quantity = life.quantity;
    link.filled = life.filled;
    link.filled_average = life.filled_average;
    known.filled_at = life.filled_at;
    sum_up(known);
  }
  learned.ended = is_over(known) && !is_over(before);
  learned.changed = known != before;
  return learned;
}

void correct(ExitOrder& known, const Order& said) {
  BELAY_CHECK(is_about(known, said));
  follow_chain(known, said);
  if (known.links.empty()) {
    OrderLife life = life_of(known);
    correct(life, life_of(said));
    take_over(known, life);
    return;
  }
  ExitLink& link = *link_of(known, said.id);
  OrderLife life = life_of(link, known);
  correct(life, life_of(said));
  link.status = life.status;
  link.filled = life.filled;
  link.filled_average = life.filled_average;
  sum_up(known);
}

}  // namespace belay::lifecycle
