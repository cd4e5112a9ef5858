// SPDX-License-Identifier: Apache-2.0
#include "sim/world/witness.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/reconcile/ownership.hpp"
#include "core/trading/lot.hpp"

namespace belay::world {
namespace {

constexpr int kMostHoldings = 5;  // of one symbol in a session

}  // namespace

std::optional<OurId> parse_our_id(const ClientOrderId& id) {
  if (const auto exit = parse_exit_client_id(id)) return OurId{exit->uid, false};
  const std::string& text = id.text();
  const std::size_t mark = text.rfind("-g");
  if (!text.starts_with("blx-") || mark == std::string::npos || mark <= 4) return std::nullopt;
  return OurId{LotUid(text.substr(4, mark - 4)), true};
}

std::size_t Witness::add_lot(TrueLot lot) {
  entries_[lot.entry] = lots_.size();
  lots_.push_back(std::move(lot));
  return lots_.size() - 1;
}

void Witness::row_written(std::size_t lot, const Execution& row) {
  lots_[lot].has_row = true;
  lots_[lot].row_at = timeline_->now();
  const LotUid uid = reconcile::uid_of(row, account_);
  lots_[lot].uids.push_back(uid);
  uids_[uid] = lot;
}

void Witness::rescale(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares) {
  for (TrueLot& lot : lots_) {
    if (lot.wanted.instrument.option && sim::underlying_of(*lot.wanted.instrument.option) == symbol) {
      lot.was_split = true;  // what its levels are of
    }
    if (lot.wanted.instrument.symbol != symbol) continue;
    lot.entered = Quantity::from_nanos(fixed::multiply_divide(lot.entered.nanos(), new_shares, old_shares));
    lot.was_split = true;
  }
  positions_[std::string(symbol)].emplace_back(timeline_->now(), held(symbol));
}

std::vector<TrueFill> Witness::absorb(const std::vector<sim::OrderEvent>& events) {
  std::vector<TrueFill> fresh;
  for (const sim::OrderEvent& event : events) {
    TrueOrder& order = orders_[event.order.id];
    const bool is_new = order.past.empty();
    order.order = event.order;
    order.past.emplace_back(event.at, event.order);
    if (is_new) {
      by_client_id_[event.order.client_id] = event.order.id;
      sort_out(order);
    }
    if (!event.quantity) continue;
    count_fill(event, order);
    fresh.push_back(fills_.back());
  }
  return fresh;
}

void Witness::sort_out(TrueOrder& order) {
  const OrderId& id = order.order.id;
  const auto entry = entries_.find(id);
  if (const auto ours = parse_our_id(order.order.client_id)) {
    order.owner = ours->is_guard ? Owner::guard : Owner::exit;
    order.lot = lot_of(ours->lot);
  } else if (entry != entries_.end()) {
    order.owner = Owner::entry;
    order.lot = entry->second;
  } else if (const auto child = children_.find(order.order.replaces.value_or(id)); child != children_.end()) {
    const auto before = order.order.replaces ? orders_.find(*order.order.replaces) : orders_.end();
    const bool guard = order.owner == Owner::guard || (before != orders_.end() && before->second.owner == Owner::guard);
    order.owner = guard ? Owner::guard : Owner::child;
    order.lot = child->second;
  }
  if (order.lot && order.owner != Owner::foreign) {
    children_[id] = *order.lot;
    for (const sim::Order& leg : order.order.legs) {
      children_[leg.id] = *order.lot;
      if (order.owner == Owner::guard) orders_[leg.id].owner = Owner::guard;
    }
  }
}

void Witness::count_fill(const sim::OrderEvent& event, TrueOrder& order) {
  fills_.push_back({.order = event.order.id,
                    .symbol = event.order.symbol,
                    .side = event.order.side,
                    .quantity = *event.quantity,
                    .price = *event.price,
                    .at = event.at,
                    .position = event.position_quantity.value_or(Quantity{})});
  order.cumulative.push_back(event.order.filled);
  positions_[event.order.symbol].emplace_back(event.at, fills_.back().position);
  if (order.owner == Owner::foreign) {
    // Somebody else's purchase may be taken for an orphan: its uid is that of its first fill.
    const bool closes =
        (fills_.back().position.magnitude() <
         (fills_.back().position + (event.order.side == Side::buy ? -*event.quantity : *event.quantity)).magnitude());
    if (closes) return;
    TrueLot lot;
    lot.wanted.instrument = instrument_of(event.order.symbol);
    lot.wanted.direction = event.order.side == Side::buy ? Direction::long_ : Direction::short_;
    lot.entry = event.order.id;
    lot.foreign = true;
    order.lot = add_lot(std::move(lot));
    order.owner = Owner::entry;
  }
  if (!order.lot) return;
  TrueLot& lot = lots_[*order.lot];
  if (order.owner != Owner::entry) {
    lot.left += *event.quantity;
    return;
  }
  lot.entered += *event.quantity;
  lot.entered_at = event.at;
  know_uids(*order.lot, event.execution_id.value_or(""));
  know_holding(*order.lot, fills_.back().position.magnitude() == *event.quantity);
}

bool Witness::is_named_after_holding(const LotUid& uid, const std::string& symbol) const {
  for (int n = 1; n <= kMostHoldings; ++n) {
    if (reconcile::uid_of_holding(symbol, n, account_) == uid) return true;
  }
  return false;
}

// A lot without a row is named after the first of the fills that opened it.
void Witness::know_uids(std::size_t lot, const std::string& execution_id) {
  const auto& activities = exchange_->activities(account_);
  const auto activity =
      std::ranges::find(activities.rbegin(), activities.rend(), execution_id, &sim::Activity::execution_id);
  if (activity == activities.rend()) return;
  const LotUid uid = lot_uid(account_, "fill:" + activity->id);
  lots_[lot].uids.push_back(uid);
  uids_[uid] = lot;
}

// Or, while lists of fills lag, after the holding. That name is given again once nothing was held: from then on it
// means the lot that opened the holding anew, not one that has left before.
void Witness::know_holding(std::size_t lot, bool opened_it) {
  for (int n = 1; n <= kMostHoldings; ++n) {
    const LotUid uid = reconcile::uid_of_holding(lots_[lot].wanted.instrument.symbol, n, account_);
    const auto before = lot_of(uid);
    if (before && !opened_it) continue;
    if (before) std::erase(lots_[*before].uids, uid);
    lots_[lot].uids.push_back(uid);
    uids_[uid] = lot;
  }
}

std::size_t Witness::seeded(TrueLot lot, const sim::Order& entry) {
  const std::size_t index = add_lot(std::move(lot));
  TrueOrder& order = orders_[entry.id];
  order.order = entry;
  order.owner = Owner::entry;
  order.lot = index;
  order.past.emplace_back(entry.created_at, entry);
  by_client_id_[entry.client_id] = entry.id;
  lots_[index].entered = entry.filled;
  lots_[index].entered_at = entry.filled_at.value_or(entry.created_at);
  positions_[entry.symbol].emplace_back(entry.created_at, held(entry.symbol));
  const auto& activities = exchange_->activities(account_);
  const auto activity = std::ranges::find(activities, entry.id, &sim::Activity::order_id);
  if (activity != activities.end()) know_uids(index, activity->execution_id);
  know_holding(index, false);
  return index;
}

const TrueOrder* Witness::by_client_id(const ClientOrderId& id) const {
  const auto found = by_client_id_.find(id);
  return found == by_client_id_.end() ? nullptr : &orders_.find(found->second)->second;
}

std::optional<std::size_t> Witness::lot_of(const LotUid& uid) const {
  const auto found = uids_.find(uid);
  return found == uids_.end() ? std::nullopt : std::optional(found->second);
}

Quantity Witness::held(std::string_view symbol) const {
  const auto position = exchange_->position(account_, symbol);
  return position ? position->quantity : Quantity{};
}

std::map<std::string, Quantity> Witness::held_at(Timestamp at) const {
  std::map<std::string, Quantity> held;
  for (const auto& [symbol, changes] : positions_) {
    for (const auto& [when, quantity] : changes) {
      if (when <= at) held[symbol] = quantity;
    }
  }
  return held;
}

}  // namespace belay::world
