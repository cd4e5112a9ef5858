// SPDX-License-Identifier: Apache-2.0
// Levels and cover of options: what there is to say against an order of one contract (alpaca.md 3.7, 4).
#include <algorithm>
#include <string>
#include <vector>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

constexpr int kLong = 2;  // from that level on contracts may be bought

}  // namespace

ApiError uncovered() { return forbidden("account not eligible to trade uncovered option contracts"); }

Refusal ExchangeCore::refuse_by_options_level(const Ledger& books, const SubmitRequest& request) const {
  const int level = books.config().options_level;
  if (!is_opening(books, request)) return std::nullopt;
  if (level < 1) return forbidden("account not authorized to trade options");
  if (level < kLong && *request.side == Side::buy) return forbidden("account not eligible for level2 options trading");
  return std::nullopt;
}

Refusal ExchangeCore::refuse_selling_option(const Ledger& books, const SubmitRequest& request, Except except) const {
  if (books.config().uncovered_options) return std::nullopt;
  if (market_.find(request.symbol)->asset.instrument.option->is_call) {
    return refuse_covered_call(books, request, except);
  }
  const Money required = need_of(books, request, except).cost;
  const Money free = buying_power(books, except).free;
  if (required <= free) return std::nullopt;
  ApiError error = forbidden("insufficient options buying power for cash-secured put (required: " + required.text() +
                             ", available: " + free.text() + ")");
  error.fields = {{"buying_power", free.text()}, {"required_options_buying_power", required.text()}};
  return error;
}

/// Calls are sold against shares, or from level 3 on against calls, which may be of higher strikes
/// (alpaca.md 3.7, covered-call shortage).
Refusal ExchangeCore::refuse_covered_call(const Ledger& books, const SubmitRequest& request, Except except) const {
  const std::string stock = underlying_in(request);
  const OptionNeed need = need_of(books, request, except);
  const Quantity free = std::max(available(books, stock, except), Quantity{});
  const Quantity required = need.bare_calls;
  if (required <= free) return refuse_cost(books, need.cost, except);
  const bool has_shares = books.quantity(stock).is_positive();
  if (!has_shares && books.config().options_level >= kSpreads) return uncovered();
  ApiError error = forbidden("insufficient underlying qty available for covered call (required: " + required.text() +
                             ", available: " + free.text() + ")");
  const Listing* listing = market_.find(stock);
  error.fields = {{"available_qty", free.text()},
                  {"required_qty", required.text()},
                  {"symbol", request.symbol},
                  {"underlying_asset_id", listing == nullptr ? std::string() : listing->asset.id}};
  return error;
}

Refusal ExchangeCore::refuse_cost(const Ledger& books, Money cost, Except except) const {
  const Money free = buying_power(books, except).free;
  if (cost <= free) return std::nullopt;
  ApiError error = forbidden("insufficient options buying power");  // alpaca.md 3.7
  error.fields = {{"options_buying_power", free.text()}, {"cost_basis", cost.text()}};
  return error;
}

/// A long contract that covers a short one cannot leave alone (alpaca.md 8: selling a spread's long leg first).
Refusal ExchangeCore::refuse_uncovering(const Ledger& books, const SubmitRequest& request, Except except) const {
  const bool option = market_.find(request.symbol)->asset.instrument.is_option();
  if (!option || *request.side != Side::sell || books.config().uncovered_options) return std::nullopt;
  const OptionNeed need = need_of(books, request, except);
  const Quantity free = std::max(available(books, underlying_in(request), except), Quantity{});
  if (need.bare_calls > free) return uncovered();
  return need.cost.is_positive() && need.cost > buying_power(books, except).free ? Refusal(uncovered()) : std::nullopt;
}

}  // namespace belay::sim
