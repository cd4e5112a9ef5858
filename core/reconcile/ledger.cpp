// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/calendar/us_options.hpp"

namespace belay::reconcile {
namespace {

// From so long before the close of a contract's last session on, it is the broker that sells it (alpaca.md 4).
constexpr Duration kLiquidationLead = std::chrono::minutes(45);

bool ends_contract(Movement::Kind kind) {
  return kind == Movement::Kind::expired || kind == Movement::Kind::exercised || kind == Movement::Kind::assigned;
}

bool ends_share(Movement::Kind kind) {
  return kind == Movement::Kind::renamed || kind == Movement::Kind::merged || kind == Movement::Kind::reorganised;
}

ExitReason reason_of(Movement::Kind kind) {
  switch (kind) {
    case Movement::Kind::expired:
      return ExitReason::expired;
    case Movement::Kind::exercised:
      return ExitReason::exercised;
    case Movement::Kind::assigned:
      return ExitReason::assigned;
    default:
      return ExitReason::corporate_action;
  }
}

const Movement* sibling(const Activities& activities, const Movement& of, bool (*fits)(Movement::Kind)) {
  if (of.group.empty()) return nullptr;
  const auto found = std::ranges::find_if(activities.movements, [&](const Movement& other) {
    return other.id != of.id && other.group == of.group && fits(other.kind);
  });
  return found == activities.movements.end() ? nullptr : &*found;
}

// What a unit brought: the money of a cash settlement or merger. Nothing for an expiry, nor for an exercise that
// delivers: what the contract was worth is in the stock, which comes at the strike.
Price price_of(const Activities& activities, const Movement& movement) {
  if (!movement.quantity.is_positive() && !movement.quantity.is_negative()) return {};
  const Movement* cash =
      sibling(activities, movement, [](Movement::Kind k) { return k == Movement::Kind::cash_settled; });
  const Instrument instrument = instrument_of(movement.symbol);
  const Money net = cash == nullptr ? movement.net : cash->net;
  if (ends_contract(movement.kind) && cash == nullptr) return {};
  if (net.is_zero()) return movement.price.value_or(Price{});
  const Money one_way = movement.quantity.is_negative() ? net : -net;
  return average_price(one_way, movement.quantity.magnitude(), usual_multiplier(instrument)).value_or(Price{});
}

Timestamp time_of(const Movement& movement, const calendar::UsEquities& calendar) {
  const auto option = parse_occ(movement.symbol);
  if (movement.kind != Movement::Kind::expired || !option) return movement.at;
  return std::min(movement.at, calendar::expiry_session(calendar, option->expiration).close);
}

std::optional<Flow> flow_of(const Activities& activities, const Movement& movement,
                            const calendar::UsEquities& calendar) {
  Flow flow;
  flow.id = movement.id;
  flow.source = OrderId("activity/" + movement.id);
  flow.side = movement.quantity.is_negative() ? Side::sell : Side::buy;
  flow.quantity = movement.quantity.magnitude();
  flow.at = time_of(movement, calendar);
  if (!flow.quantity.is_positive()) return std::nullopt;
  if (movement.kind == Movement::Kind::delivered) {
    const Movement* contract = sibling(activities, movement, ends_contract);
    flow.reason = contract == nullptr ? ExitReason::assigned : reason_of(contract->kind);
    flow.price = movement.price.value_or(Price{});
    return flow;
  }
  if (!ends_contract(movement.kind) && !ends_share(movement.kind)) return std::nullopt;
  flow.reason = reason_of(movement.kind);
  flow.price = price_of(activities, movement);
  return flow;
}

bool is_liquidation(const Fill& fill, const calendar::UsEquities& calendar) {
  const auto option = parse_occ(fill.symbol);
  if (!option) return false;
  const auto last = calendar::expiry_session(calendar, option->expiration);
  return last.close - kLiquidationLead <= fill.at && fill.at <= last.close;
}

// Which flows are the lots' own, and how much of each was counted against a lot before.
class Owners {
 public:
  explicit Owners(const Past& past) : own_(past.own_orders) {
    for (const auto* lots : {&past.lots, &past.closed}) {
      for (const Lot* lot : *lots) take(*lot);
    }
  }
  [[nodiscard]] bool own(const Flow& flow) const { return !flow.order.empty() && own_.contains(flow.order); }
  [[nodiscard]] Quantity counted(const Flow& flow) const {
    const auto found = counted_.find(flow.source);
    return found == counted_.end() ? Quantity{} : found->second;
  }
  // Of an opening flow: what lots that name no entry order are taken to have come from.
  Quantity take_for_nameless_entries(const Flow& flow) {
    Quantity taken;
    for (auto& [lot, wanted] : nameless_) {
      if (flow.side == lot->exit_side() || !is_about_same_time(flow.at, lot->entry_time)) continue;
      const Quantity part = std::min(wanted, flow.quantity - taken);
      if (!part.is_positive()) continue;
      wanted -= part;
      taken += part;
    }
    return taken;
  }

 private:
  void take(const Lot& lot) {
    own_.merge(orders_of(lot));
    for (const LeftElsewise& part : lot.left_elsewise) counted_[part.order] += part.quantity;
    if (!lot.entry_order_id) nameless_.emplace_back(&lot, lot.original_quantity);
  }

  std::set<OrderId> own_;
  std::map<OrderId, Quantity> counted_;
  std::vector<std::pair<const Lot*, Quantity>> nameless_;
};

Quantity free_of(const Lot& lot) {
  Quantity live;
  for (const ExitOrder& order : lot.exit_orders) {
    if (!is_terminal(order.status)) live += order.quantity - order.filled;
  }
  return std::max(Quantity{}, lot.quantity - live);
}

bool may_be_from_a_lot(const Past& past, const Flow& flow) {
  const auto was_open = [&](const Lot* lot) {
    return lot->exit_side() == flow.side && lot->entry_time <= flow.at &&
           (!lot->closed_at || *lot->closed_at >= flow.at);
  };
  return std::ranges::any_of(past.lots, was_open) || std::ranges::any_of(past.closed, was_open);
}

// When lots were adopted whose fills were out of reach: each is all that was there then, whoever had bought it.
std::vector<Timestamp> takeovers(const Past& past) {
  std::vector<Timestamp> at;
  for (const auto* lots : {&past.lots, &past.closed}) {
    for (const Lot* lot : *lots) {
      if (lot->is_of_unknown_origin()) at.push_back(lot->entry_time);
    }
  }
  std::ranges::sort(at);
  return at;
}

// What somebody else's sales took that somebody else had not bought before. A sale while there was no lot at all made
// somebody else short, and what is bought then covers that first.
std::vector<Flow> takings(const Past& past, const std::vector<Flow>& flows, Side closing) {
  Owners owners(past);
  std::vector<Flow> taken;
  Quantity others;  // held by somebody else; negative: short
  Quantity there;   // held by everybody together on the lots' side
  if (past.held) there = closing == Side::sell ? *past.held : -*past.held;
  for (const Flow& flow : flows) there += flow.side == closing ? flow.quantity : -flow.quantity;
  const std::vector<Timestamp> taken_over = takeovers(past);
  auto next = taken_over.begin();
  for (Flow flow : flows) {
    for (; next != taken_over.end() && *next < flow.at; ++next) others = {};
    if (past.held) others = std::min(others, std::max(Quantity{}, there));
    there += flow.side == closing ? -flow.quantity : flow.quantity;
    if (owners.own(flow)) continue;
    flow.quantity -= std::min(flow.quantity, owners.counted(flow));  // also what once closed a lot of the other side
    if (flow.side != closing) {
      others += flow.quantity - owners.take_for_nameless_entries(flow);
      continue;
    }
    const bool all_theirs = !may_be_from_a_lot(past, flow);
    const Quantity theirs = all_theirs ? flow.quantity : std::clamp(others, Quantity{}, flow.quantity);
    others -= theirs;
    flow.quantity -= theirs;
    if (flow.quantity.is_positive()) taken.push_back(flow);
  }
  return taken;
}

}  // namespace

bool is_about_same_time(Timestamp a, Timestamp b) {
  constexpr Duration kApart = std::chrono::minutes(10);
  return std::max(a - b, b - a) <= kApart;
}

OrderId outside_order(const OrderId& order, const std::string& fill_id) {
  return OrderId(order.text() + "/" + fill_id);
}

OrderId outside_order_of(const LeftElsewise& part) {
  const std::string& text = part.order.text();
  const auto end = text.find('/');
  return end == std::string::npos ? OrderId{} : OrderId(text.substr(0, end));
}

std::vector<Flow> flows_of(const std::string& symbol, const Activities& activities,
                           const calendar::UsEquities& calendar) {
  std::vector<Flow> flows;
  std::set<std::string> seen;
  for (const Fill& fill : activities.fills) {
    if (fill.symbol != symbol || !seen.insert(fill.id).second) continue;
    flows.push_back(
        {.source = outside_order(fill.order_id, fill.id),
         .order = fill.order_id,
         .id = fill.id,
         .side = fill.side,
         .quantity = fill.quantity,
         .price = fill.price,
         .at = fill.at,
         .reason = is_liquidation(fill, calendar) ? ExitReason::broker_liquidation : ExitReason::external_close});
  }
  for (const Movement& movement : activities.movements) {
    if (movement.symbol != symbol || !seen.insert(movement.id).second) continue;
    if (auto flow = flow_of(activities, movement, calendar)) flows.push_back(std::move(*flow));
  }
  std::ranges::stable_sort(flows, {}, &Flow::at);
  return flows;
}

Explanation explain(Quantity missing, const Past& past, const calendar::UsEquities& calendar, const Policy& policy,
                    Timestamp now) {
  Explanation out{.charges = {}, .unexplained = missing};
  if (past.lots.empty()) return out;
  std::vector<const Lot*> lots = past.lots;
  // First in, first out; but what a frozen lot has is in doubt: a sale takes of the others first.
  std::ranges::stable_sort(lots, {}, [](const Lot* lot) { return std::pair(!lot->frozen.empty(), lot->entry_time); });
  std::map<LotUid, Quantity> free;
  for (const Lot* lot : lots) free[lot->uid] = free_of(*lot);

  const auto flows = flows_of(past.symbol, *past.activities, calendar);
  std::vector<Flow> taken = takings(past, flows, lots.front()->exit_side());
  // Of more than is missing, the older ones were somebody else's: of what they held before these activities begin.
  Quantity wanted = missing;
  for (auto flow = taken.rbegin(); flow != taken.rend(); ++flow) {
    flow->quantity = std::min(flow->quantity, wanted);
    wanted -= flow->quantity;
  }
  for (const Flow& flow : taken) {
    Quantity rest = flow.quantity;
    if (rest.is_positive() && now - flow.at < policy.settling_window) {
      out.settling = true;
      continue;
    }
    for (const Lot* lot : lots) {
      const Quantity part = std::min(rest, free[lot->uid]);
      if (!part.is_positive() || flow.at < lot->entry_time) continue;
      free[lot->uid] -= part;
      rest -= part;
      out.unexplained -= part;
      out.charges.push_back({.lot = lot->uid,
                             .source = flow.source,
                             .order = flow.order,
                             .reason = flow.reason,
                             .quantity = part,
                             .price = flow.price,
                             .at = flow.at});
    }
  }
  return out;
}

}  // namespace belay::reconcile
