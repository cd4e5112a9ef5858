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
  for (const std::size_t index : orders_.open(symbol)) {
    if (!orders_.at(index).is_over()) end_with_group(orders_.at(index), OrderStatus::canceled);
  }
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
  const Listing old = market_.listing(symbol);
  const std::string after = adjusted.symbol();
  Listing& listing = market_.add(std::move(adjusted));
  // Another contract may have gone by that symbol until now.
  listing.trade.reset();
  listing.quote.reset();
  listing.previous_close.reset();
  listing.latest_close.reset();
  listing.halted = false;
  listing.forget_freshness();
  if (const auto close = old.latest_close; close && !multiplied) listing.latest_close = close;
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(symbol);
    if (held.is_zero()) continue;
    const Quantity becomes = multiplied ? share_of(held, new_shares, old_shares) : held;
    books.rename(symbol, after);
    books.rescale(after, becomes);
    const std::string group = ids_.uuid();
    record_movement(books, "OPCA", symbol, -held, std::nullopt, {}, group, "Option Adjustment");
    record_movement(books, "OPCA", after, becomes, std::nullopt, {}, group, "Option Adjustment");
  }
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
    record_movement(books, "SPIN", child, gained, std::nullopt, {}, ids_.uuid(), "Spin-off from " + parent);
  }
}

void ExchangeCore::pay_dividend(std::string_view symbol, Money per_share) {
  const std::string name = market_.listing(symbol).asset.symbol();
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(name);
    if (held.is_zero()) continue;
    const Money paid = notional(Price::from_nanos(per_share.nanos()), held);
    books.receive(paid);
    Activity activity;
    activity.id = activity_id(now_, ids_.ascending_uuid());
    activity.activity_type = "DIV";
    activity.sub_type = "CDIV";
    activity.at = now_;
    activity.symbol = name;
    activity.quantity = held;
    activity.per_share = per_share;
    activity.net_amount = paid;
    activity.group_id = ids_.uuid();
    activity.description = "Cash Dividend";
    books.record(std::move(activity));
  }
}

void ExchangeCore::merge(std::string_view symbol, Money cash_per_share, std::string_view new_symbol,
                         std::int64_t new_shares, std::int64_t old_shares) {
  BELAY_CHECK(new_shares >= 0 && old_shares > 0);
  const std::string before = market_.listing(symbol).asset.symbol();
  retire_asset(before);
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(before);
    if (held.is_zero()) continue;
    const std::string group = ids_.uuid();
    const Money cash = notional(Price::from_nanos(cash_per_share.nanos()), held);
    books.move(before, -held);
    books.receive(cash);
    record_movement(books, "MA", before, -held, std::nullopt, cash, group, "Merger");
    const Quantity gained = share_of(held, new_shares, old_shares);
    if (gained.is_zero()) continue;
    const std::string after = market_.listing(new_symbol).asset.symbol();
    books.move(after, gained);
    record_movement(books, "MA", after, gained, std::nullopt, {}, group, "Merger");
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
    record_movement(books, "REORG", name, -held, std::nullopt, {}, ids_.uuid(), "Worthless Removal");
  }
}

}  // namespace belay::sim
