// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/trading/lot.hpp"
#include "shell/json/value.hpp"

/// How single values stand in the columns of a lot and of its history.
namespace belay::store {

using json::Value;

inline Value value_of(const std::string& text) { return text; }
inline Value value_of(std::int64_t number) { return number; }
inline Value value_of(Timestamp at) { return to_text(at); }
inline Value value_of(Date date) { return to_text(date); }
inline Value value_of(ExitReason reason) { return to_text(reason); }
template <class Tag>
inline Value value_of(Fixed<Tag> number) {
  return number.text();
}
template <class Tag>
inline Value value_of(const StrongId<Tag>& id) {
  return id.text();
}
template <class T>
inline Value value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Value();
}

inline Value strike(const Lot& lot) {
  return lot.instrument.option ? value_of(lot.instrument.option->strike) : Value();
}
inline Value expiration(const Lot& lot) {
  return lot.instrument.option ? Value(to_text(lot.instrument.option->expiration)) : Value();
}
inline Value option_symbol(const Lot& lot) { return lot.instrument.option ? Value(lot.instrument.symbol) : Value(); }

inline Value ladder_value(const std::optional<Ladder>& ladder) {
  if (!ladder) return {};
  json::Array rungs;
  for (const Rung& rung : *ladder) {
    rungs.push_back(json::Object{{"at", value_of(rung.at)}, {"close", value_of(rung.close)}});
  }
  return rungs;
}

/// The order that closed the lot: the last of ours that filled; else the last that took from it elsewise; else the last
/// of ours of which the broker told an id.
inline Value exit_order_id(const Lot& lot) {
  const OrderId* filled = nullptr;
  const OrderId* known = nullptr;
  for (const ExitOrder& order : lot.exit_orders) {
    if (order.id.empty()) continue;
    known = &order.id;
    if (order.filled.is_positive()) filled = &order.id;
  }
  if (filled != nullptr) return value_of(*filled);
  if (!lot.left_elsewise.empty()) return value_of(lot.left_elsewise.back().order);
  return known == nullptr ? Value() : value_of(*known);
}

/// In session, without protection.
inline Value seconds_unguarded(const Lot& lot) {
  return std::int64_t{std::chrono::floor<std::chrono::seconds>(lot.guards.unguarded).count()};
}

}  // namespace belay::store
