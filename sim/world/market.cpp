// SPDX-License-Identifier: Apache-2.0
#include "sim/world/market.hpp"

#include <algorithm>
#include <chrono>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"
#include "sim/exchange/asset.hpp"
#include "sim/world/timeline.hpp"

namespace belay::world {
namespace {

constexpr Price kCent = Price::from_nanos(10'000'000);
constexpr Price kLeast = Price::from_nanos(500'000'000);
constexpr Price kMost = 10'000_price;
constexpr std::int64_t kBasis = 10'000;

Price moved(Price price, std::int64_t basis_points) {
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), kBasis + basis_points, kBasis));
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 17;
  for (const char c : text) hash = scramble(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

void Market::list(std::string_view symbol) {
  if (walks_.contains(symbol)) return;
  Walk walk;
  walk.instrument = instrument_of(symbol);
  walk.dice = sim::Dice(scramble(seed_, hash_of(symbol)));
  if (walk.instrument.is_option()) {
    list(sim::underlying_of(*walk.instrument.option));
  } else {
    walk.price = Price::whole(20 + static_cast<std::int64_t>(walk.dice.below(200)));
    walk.volatility = 3 + static_cast<int>(walk.dice.below(20));
  }
  walks_.emplace(std::string(symbol), std::move(walk));
}

void Market::step(Timestamp now) {
  now_ = now;
  for (auto& [symbol, walk] : walks_) {
    const std::uint64_t chance = walk.dice.roll();
    if (!walk.instrument.is_option()) {
      const auto span = static_cast<std::uint64_t>(2 * walk.volatility + 1);
      const auto step = static_cast<std::int64_t>((chance >> 8) % span) - walk.volatility;
      walk.price = std::max(kLeast, round_down(moved(walk.price, step), kCent));
    }
  }
  for (auto& [symbol, walk] : walks_) {
    if (walk.instrument.is_option()) walk.price = option_price(walk, now);
    publish(symbol, walk, scramble(seed_, static_cast<std::uint64_t>(now.nanos), hash_of(symbol)), now);
  }
}

// Intrinsic value, and a time value that is greatest at the money.
Price Market::option_price(const Walk& option, Timestamp now) const {
  const OptionTerms& terms = *option.instrument.option;
  const Price spot = walks_.find(sim::underlying_of(terms))->second.price;
  const Price intrinsic = std::max(Price{}, terms.is_call ? spot - terms.strike : terms.strike - spot);
  const auto days = (std::chrono::sys_days(terms.expiration) - std::chrono::sys_days(calendar::to_new_york(now).date));
  const std::int64_t left = std::clamp<std::int64_t>(days.count() + 1, 1, 60);
  const Price at_the_money = moved(spot, -kBasis + 40 + 8 * left);
  const Price away = (spot - terms.strike).magnitude();
  const Price time_value = std::max(Price{}, at_the_money - moved(away, -kBasis / 2));
  return std::max(kCent + kCent, round_down(intrinsic + time_value, kCent));
}

void Market::publish(const std::string& symbol, const Walk& walk, std::uint64_t chance, Timestamp now) {
  if (weather_->strikes(Kind::halt, symbol) != nullptr) return;
  const bool option = walk.instrument.is_option();
  const std::int64_t spread =
      option ? 100 + static_cast<std::int64_t>(chance % 400) : 2 + static_cast<std::int64_t>(chance % 6);
  const Price half = std::max(kCent, round_down(moved(walk.price, -kBasis + spread / 2), kCent));
  Quote quote{.bid = walk.price - half, .ask = walk.price + half, .as_of = now};
  if (!quote.bid.is_positive()) quote.bid = Price{};
  if (weather_->strikes(Kind::wide_quote, symbol) != nullptr) {
    quote.bid = round_down(moved(walk.price, -4'000), kCent);
    quote.ask = round_up(moved(walk.price, 6'000), kCent);
  }
  if (weather_->strikes(Kind::crossed, symbol) != nullptr) std::swap(quote.bid, quote.ask);
  if (const Happening* side = weather_->strikes(Kind::one_sided, symbol))
    (side->n[1] == 2 ? quote.ask : quote.bid) = Price{};
  exchange_->on_quote(symbol, quote);
  if (option || weather_->strikes(Kind::silent_tape, symbol) != nullptr) return;
  exchange_->on_trade(symbol, (chance >> 20) % 2 == 0 ? walk.price - half : walk.price + half, Quantity::whole(100),
                      now);
}

void Market::jump(std::string_view symbol, std::int64_t basis_points) {
  const auto found = walks_.find(symbol);
  if (found == walks_.end() || found->second.instrument.is_option()) return;
  found->second.price = std::clamp(round_down(moved(found->second.price, basis_points), kCent), kLeast, kMost);
}

void Market::bad_print(std::string_view symbol, std::int64_t basis_points, Timestamp now) {
  const auto found = walks_.find(symbol);
  if (found == walks_.end() || found->second.instrument.is_option() || exchange_->is_halted(symbol)) return;
  const Price price = std::max(kCent, round_down(moved(found->second.price, basis_points), kCent));
  exchange_->on_trade(symbol, price, Quantity::whole(1), now);
}

void Market::split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares) {
  const auto found = walks_.find(symbol);
  if (found == walks_.end() || new_shares <= 0 || old_shares <= 0) return;
  Price& price = found->second.price;
  price = round_down(Price::from_nanos(fixed::multiply_divide(price.nanos(), old_shares, new_shares)), kCent);
}

Price Market::middle_of(std::string_view symbol) const {
  const auto found = walks_.find(symbol);
  BELAY_CHECK(found != walks_.end());
  return found->second.price;
}

}  // namespace belay::world
