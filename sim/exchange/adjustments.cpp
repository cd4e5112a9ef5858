// SPDX-License-Identifier: Apache-2.0
// What companies do to shares and to the contracts on them, beside splits and renames (alpaca.md 2, Corporate actions;
// 4, Symbol).
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

Quantity share_of(Quantity quantity, std::int64_t new_shares, std::int64_t old_shares) {
  return Quantity::from_nanos(fixed::multiply_divide(quantity.nanos(), new_shares, old_shares));
}

/// AAPL, AAPL1, AAPL2, …; the root has at most six characters.
std::string next_root(const std::string& root) {
  const char last = root.back();
  constexpr std::size_t kLongestRoot = 6;
  if (last < '0' || last > '9') return root.substr(0, kLongestRoot - 1) + '1';
  return root.substr(0, root.size() - 1) + static_cast<char>(last == '9' ? '1' : last + 1);
}

/// The contract after a split: as many more at as much lower a strike where that comes out even, else another root with
/// the same terms and an odd deliverable.
Asset adjusted(const Asset& before, std::int64_t new_shares, std::int64_t old_shares) {
  constexpr std::int64_t kStrikeStep = fixed::kScale / 1000;
  Asset after = before;
  OptionTerms terms = *before.instrument.option;
  const bool even = !before.is_adjusted() && new_shares % old_shares == 0 &&
                    terms.strike.nanos() % (new_shares / old_shares) == 0 &&
                    terms.strike.nanos() / (new_shares / old_shares) % kStrikeStep == 0;
  if (even) {
    terms.strike = Price::from_nanos(terms.strike.nanos() / (new_shares / old_shares));
  } else {
    terms.root = next_root(terms.root);
    after.delivers = share_of(before.deliverable(), new_shares, old_shares);
  }
  after.id.clear();
  after.instrument = instrument_of(occ_symbol(terms));
  after.name = after.instrument.symbol;
  return after;
}

}  // namespace

void ExchangeCore::retire_asset(const std::string& symbol) {
  end_orders(symbol);
  Listing& listing = market_.listing(symbol);
  listing.asset.tradable = false;
  listing.asset.active = false;
}

void ExchangeCore::adjust_contracts(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares) {
  BELAY_CHECK(new_shares > 0 && old_shares > 0);
  if (new_shares == old_shares) return;
  std::vector<Asset> contracts;
  for (const auto& [name, listing] : market_.all()) {
    const auto& option = listing.asset.instrument.option;
    if (option && listing.asset.active && underlying_of(*option) == symbol) contracts.push_back(listing.asset);
  }
  for (const Asset& contract : contracts) {
    replace_contract(contract.symbol(), adjusted(contract, new_shares, old_shares), new_shares, old_shares);
  }
}

void ExchangeCore::replace_contract(const std::string& symbol, Asset adjusted, std::int64_t new_shares,
                                    std::int64_t old_shares) {
  const bool multiplied = !adjusted.is_adjusted();
  retire_asset(symbol);
  const auto close = market_.listing(symbol).latest_close;
  const std::string after = adjusted.symbol();
  Listing& listing = market_.replace(std::move(adjusted));
  if (!multiplied) listing.latest_close = close;
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(symbol);
    const Quantity becomes = multiplied ? share_of(held, new_shares, old_shares) : held;
    convert(books, {symbol, -held}, {after, becomes}, {.activity_type = "OPCA", .description = "Option Adjustment"});
  }
}

/// What is held of a symbol becomes so much of another, or nothing; told by an activity for each of the two.
void ExchangeCore::convert(Ledger& books, const Units& gone, const Units& come, Activity activity) {
  if (gone.quantity.is_zero()) return;
  books.convert(gone.symbol, come.symbol, come.quantity);
  activity.group_id = ids_.uuid();
  activity.symbol = gone.symbol;
  activity.quantity = gone.quantity;
  record_movement(books, activity);
  if (come.quantity.is_zero()) return;
  activity.symbol = come.symbol;
  activity.quantity = come.quantity;
  activity.net_amount = {};
  record_movement(books, std::move(activity));
}

void ExchangeCore::spin_off(std::string_view symbol, std::string_view new_symbol, std::int64_t new_shares,
                            std::int64_t old_shares) {
  BELAY_CHECK(new_shares > 0 && old_shares > 0);
  const std::string parent = market_.listing(symbol).asset.symbol();
  const std::string child = market_.listing(new_symbol).asset.symbol();
  for (auto& [number, books] : ledgers_) {
    const Quantity gained = share_of(books.quantity(parent), new_shares, old_shares);
    if (gained.is_zero()) continue;
    books.move(child, gained);
    record_movement(books, {.activity_type = "SPIN",
                            .symbol = child,
                            .quantity = gained,
                            .group_id = ids_.uuid(),
                            .description = "Spin-off from " + parent});
  }
}

void ExchangeCore::pay_dividend(std::string_view symbol, Money per_share) {
  const std::string name = market_.listing(symbol).asset.symbol();
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(name);
    if (held.is_zero()) continue;
    const Money paid = notional(Price::from_nanos(per_share.nanos()), held);
    books.receive(paid);
    record_movement(books, {.activity_type = "DIV",
                            .symbol = name,
                            .quantity = held,
                            .sub_type = "CDIV",
                            .per_share = per_share,
                            .net_amount = paid,
                            .group_id = ids_.uuid(),
                            .description = "Cash Dividend"});
  }
}

void ExchangeCore::merge(std::string_view symbol, Money cash_per_share, std::string_view new_symbol,
                         std::int64_t new_shares, std::int64_t old_shares) {
  BELAY_CHECK(new_shares >= 0 && old_shares > 0);
  const std::string before = market_.listing(symbol).asset.symbol();
  const std::string after = new_shares == 0 ? before : market_.listing(new_symbol).asset.symbol();
  retire_asset(before);
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(before);
    const Money cash = notional(Price::from_nanos(cash_per_share.nanos()), held);
    books.receive(cash);
    convert(books, {before, -held}, {after, share_of(held, new_shares, old_shares)},
            {.activity_type = "MA", .net_amount = cash, .description = "Merger"});
  }
}

void ExchangeCore::delist(std::string_view symbol, bool worthless) {
  const std::string name = market_.listing(symbol).asset.symbol();
  retire_asset(name);
  if (!worthless) return;
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(name);
    if (held.is_zero()) continue;
    books.move(name, -held);
    record_movement(books, {.activity_type = "REORG",
                            .symbol = name,
                            .quantity = -held,
                            .group_id = ids_.uuid(),
                            .description = "Worthless Removal"});
  }
}

}  // namespace belay::sim
