// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/asset.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace belay::sim {
namespace {

struct IndexRoot {
  std::string_view root;
  std::string_view index;
};
constexpr std::array<IndexRoot, 9> kIndexRoots{{{"SPX", "SPX"},
                                                {"SPXW", "SPX"},
                                                {"XSP", "XSP"},
                                                {"NDX", "NDX"},
                                                {"NDXP", "NDX"},
                                                {"RUT", "RUT"},
                                                {"RUTW", "RUT"},
                                                {"VIX", "VIX"},
                                                {"VIXW", "VIX"}}};

const IndexRoot* index_root(std::string_view root) {
  const auto* const found = std::ranges::find(kIndexRoots, root, &IndexRoot::root);
  return found == kIndexRoots.end() ? nullptr : found;
}

}  // namespace

Asset usual_asset(std::string_view symbol) {
  Asset asset;
  asset.instrument = instrument_of(symbol);
  asset.name = asset.instrument.symbol;
  asset.multiplier = usual_multiplier(asset.instrument);
  switch (asset.instrument.kind) {
    case InstrumentKind::stock:
      break;
    case InstrumentKind::crypto:
      asset.exchange = "CRYPTO";
      asset.shortable = false;
      break;
    case InstrumentKind::call:
    case InstrumentKind::put:
      asset.exchange = "";  // alpaca.md 2, Position: "" for options
      asset.shortable = false;
      asset.fractionable = false;
      break;
  }
  return asset;
}

std::string underlying_of(const OptionTerms& terms) {
  if (const IndexRoot* index = index_root(terms.root)) return std::string(index->index);
  // Adjusted roots end in a digit (alpaca.md 4, Symbol).
  std::string root = terms.root;
  while (root.size() > 1 && root.back() >= '0' && root.back() <= '9') root.pop_back();
  return root;
}

Quantity delivered_by(Quantity contracts, Quantity deliverable) {
  return Quantity::from_nanos(fixed::multiply_divide(contracts.nanos(), deliverable.nanos(), fixed::kScale));
}

bool is_cash_settled(const OptionTerms& terms) { return index_root(terms.root) != nullptr; }

}  // namespace belay::sim
