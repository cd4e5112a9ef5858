// SPDX-License-Identifier: Apache-2.0
#include "sim/market/synthetic.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"
#include "core/trading/instrument.hpp"

namespace belay::sim {
namespace {

constexpr Price kCent = Price::from_nanos(10'000'000);
constexpr std::int64_t kBasisPoints = 10'000;

/// SplitMix64.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t roll() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// From −bound to +bound.
  std::int64_t around_zero(std::int64_t bound) {
    return static_cast<std::int64_t>(roll() % static_cast<std::uint64_t>(2 * bound + 1)) - bound;
  }

 private:
  std::uint64_t state_;
};

/// A stock's middle price as it walks, in nanos, finer than a cent so that small steps add up.
struct Walk {
  SyntheticStock stock;
  std::int64_t middle = 0;
  std::deque<ScriptedMove> moves;     // still to come, by time
  std::optional<ScriptedMove> trend;  // under way
  std::int64_t trend_from = 0;

  void step(Timestamp at, Chance& chance) {
    if (trend && trend->at + trend->over <= at) arrive();
    while (!moves.empty() && moves.front().at <= at) {
      trend = moves.front();
      trend_from = middle;
      moves.pop_front();
      if (trend->at + trend->over <= at) arrive();
    }
    if (trend) {
      const std::int64_t gone = (at - trend->at).count();
      middle = trend_from + fixed::multiply_divide(trend->to.nanos() - trend_from, gone, trend->over.count());
      return;
    }
    if (at_landing_) {
      at_landing_ = false;
      return;  // the price aimed at is shown for one step
    }
    const std::int64_t bp_hundredths = 100 * chance.around_zero(stock.volatility_bp) + stock.drift_bp_per_100_steps;
    middle += fixed::multiply_divide(middle, bp_hundredths, 100 * kBasisPoints);
    middle = std::max(middle, kCent.nanos());
  }

 private:
  void arrive() {
    middle = trend->to.nanos();
    trend.reset();
    at_landing_ = true;
  }

  bool at_landing_ = false;
};

BidAsk around(Price middle, Price spread) {
  const Price half = Price::from_nanos(spread.nanos() / 2);
  const Price bid = std::max(round_down(middle - half, kCent), kCent);
  return {bid, std::max(round_up(middle + half, kCent), bid + kCent), Quantity::whole(100), Quantity::whole(100)};
}

/// Intrinsic value plus a time value: of the underlying,
/// 0.2 % for the last day and 0.1 % for each day before it up to thirty, halved for every 2 % away from the strike.
Price option_value(const OptionTerms& terms, Price underlying, Timestamp at) {
  const Price gap = underlying - terms.strike;
  const Price intrinsic = std::max(terms.is_call ? gap : -gap, Price{});
  const auto today = calendar::to_new_york(at).date;
  const auto days = (std::chrono::sys_days(terms.expiration) - std::chrono::sys_days(today)).count();
  if (days < 0) return intrinsic;
  const std::int64_t tenths_percent = 2 + std::min<std::int64_t>(days, 30);
  std::int64_t time_value = fixed::multiply_divide(underlying.nanos(), tenths_percent, 1000);
  const std::int64_t fiftieth = std::max<std::int64_t>(underlying.nanos() / 50, 1);
  for (std::int64_t away = gap.magnitude().nanos(); away > 0 && time_value > 0; away -= fiftieth) {
    const std::int64_t part = std::min(away, fiftieth);
    time_value -= fixed::multiply_divide(time_value / 2, part, fiftieth);
    if (time_value <= 1) time_value = 0;
  }
  return intrinsic + Price::from_nanos(time_value);
}

class SyntheticMarket : public PriceSource {
 public:
  explicit SyntheticMarket(SyntheticConfig config)
      : config_(std::move(config)), chance_(config_.seed), at_(config_.start) {
    BELAY_CHECK(config_.step > Duration{});
    std::ranges::stable_sort(config_.moves, {}, &ScriptedMove::at);
    for (const SyntheticStock& stock : config_.stocks) {
      BELAY_CHECK(stock.start.is_positive() && stock.volatility_bp >= 0);
      Walk walk;
      walk.stock = stock;
      walk.middle = stock.start.nanos();
      for (const ScriptedMove& move : config_.moves) {
        BELAY_CHECK(move.to.is_positive() && move.over >= Duration{});
        if (move.symbol == stock.symbol) walk.moves.push_back(move);
      }
      walks_.push_back(std::move(walk));
    }
    for (const SyntheticOption& option : config_.options) {
      BELAY_CHECK(parse_occ(option.symbol).has_value());
      BELAY_CHECK(std::ranges::find(config_.stocks, option.underlying, &SyntheticStock::symbol) !=
                  config_.stocks.end());
    }
  }

  const PricePoint* peek() override {
    if (ready_.empty() && !is_over()) make_step();
    return ready_.empty() ? nullptr : &ready_.front();
  }
  void pop() override {
    BELAY_CHECK(peek() != nullptr);
    ready_.pop_front();
  }

 private:
  [[nodiscard]] bool is_over() const { return walks_.empty() || (config_.end && at_ >= *config_.end); }

  void make_step() {
    std::map<std::string, Price, std::less<>> middles;
    for (Walk& walk : walks_) {
      if (!first_) walk.step(at_, chance_);
      const Price middle = Price::from_nanos(walk.middle);
      middles[walk.stock.symbol] = middle;
      const BidAsk quote = around(middle, walk.stock.spread);
      const Price price = chance_.roll() % 2 == 0 ? quote.bid : quote.ask;
      ready_.push_back({at_, walk.stock.symbol, quote});
      ready_.push_back({at_, walk.stock.symbol, Print{price, Quantity::whole(100)}});
    }
    for (const SyntheticOption& option : config_.options) {
      const Price value = option_value(*parse_occ(option.symbol), middles.find(option.underlying)->second, at_);
      const Price spread = std::max(Price::from_nanos(value.nanos() / 50), kCent + kCent);  // 2 %
      ready_.push_back({at_, option.symbol, around(value, spread)});
    }
    first_ = false;
    at_ = at_ + config_.step;
  }

  SyntheticConfig config_;
  Chance chance_;
  Timestamp at_;
  bool first_ = true;
  std::vector<Walk> walks_;
  std::deque<PricePoint> ready_;
};

}  // namespace

std::unique_ptr<PriceSource> synthetic_market(SyntheticConfig config) {
  return std::make_unique<SyntheticMarket>(std::move(config));
}

}  // namespace belay::sim
