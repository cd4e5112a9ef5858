// SPDX-License-Identifier: Apache-2.0
// A multi-leg order is replaced as a whole: by an order with legs of its own, which take the old ones' places
// (alpaca.md 3.4).
#include <utility>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"

namespace belay::sim {

using Refusal = std::optional<ApiError>;

/// Contracts that the old order reserves are as good as free; more than those must be.
Refusal ExchangeCore::refuse_larger_legs(const Ledger& books, const OrderRecord& old, Quantity units) {
  for (const std::size_t index : old.children) {
    const OrderRecord& leg = orders_.at(index);
    if (leg.opening()) continue;
    const Quantity wanted = units_of(*leg.order.ratio, units);
    // As reported of spreads that close (github.com/alpacahq/Alpaca-API/issues/282).
    if (troubles_.take(TroubleKind::replace_insufficient_qty, leg.order.symbol, old.order.type)) {
      return too_little_free(books, leg.order.symbol, wanted, {});
    }
    const Quantity free = available(books, leg.order.symbol).magnitude() + leg.remaining();
    if (wanted > free) return too_little_free(books, leg.order.symbol, wanted, free);
  }
  return std::nullopt;
}

Refusal ExchangeCore::refuse_combination_replacement(const Ledger& books, const OrderRecord& old,
                                                     const SubmitRequest& request) {
  if (auto refusal = refuse_combination_by_form(request)) return refusal;
  if (auto refusal = refuse_larger_legs(books, old, *request.quantity)) return refusal;
  if (needs_no_more(books, request, old)) return std::nullopt;
  if (auto refusal = refuse_combination_by_cover(books, request, old.index)) return refusal;
  return refuse_cost(books, need_of(books, request, old.index).cost, old.index);
}

void ExchangeCore::add_replacing_legs(OrderRecord& next, const OrderRecord& old) {
  const Ledger& books = ledger(next.order.account);
  for (const std::size_t index : old.children) {
    const OrderRecord& leg = orders_.at(index);
    const LegRequest same{leg.order.symbol, leg.order.ratio, leg.order.side, leg.order.intent};
    OrderRecord& added = add_leg(next, same, books);
    added.order.replaces = orders_.at(index).order.id;
    added.replacing = index;
    added.filled_before = orders_.at(index).order.filled;
  }
}

/// The order takes the old one's place: its legs are as many as it has units.
void ExchangeCore::fit_legs(OrderRecord& combination) {
  for (const std::size_t index : combination.children) {
    OrderRecord& leg = orders_.at(index);
    orders_.at(*std::exchange(leg.replacing, std::nullopt)).order.replaced_by = leg.order.id;
    leg.order.quantity = units_of(*leg.order.ratio, *combination.order.quantity);
  }
}

}  // namespace belay::sim
