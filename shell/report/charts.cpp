// SPDX-License-Identifier: Apache-2.0
#include "shell/report/charts.hpp"

#include <algorithm>
#include <array>

#include "shell/report/words.hpp"

namespace belay::report {
namespace {

using namespace std::chrono_literals;
using chart::Bar;
using chart::BarChart;
using chart::LineChart;
using chart::Unit;

constexpr chart::Size kSize{560, 280};
constexpr std::size_t kMostFills = 40;

/// For drawing alone: a picture needs no exact number.
template <class Tag>
double drawn(Fixed<Tag> number) {
  return static_cast<double>(number.nanos()) / fixed::kScale;
}

BarChart result_by_day(const Figures& f) {
  BarChart out{.title = "Result by day", .bars = {}, .unit = Unit::dollars, .size = kSize};
  for (const auto& [day, tally] : f.by_day) out.bars.push_back({day_words(day), drawn(tally.result)});
  return out;
}

BarChart result_by_reason(const Figures& f) {
  BarChart out{.title = "Result by reason", .bars = {}, .unit = Unit::dollars, .size = kSize};
  for (const auto& [reason, tally] : f.by_reason) {
    out.bars.push_back({reason_words(reason) + " (" + std::to_string(tally.count) + ")", drawn(tally.result)});
  }
  return out;
}

/// Each trade is a step; the line begins and ends flat.
LineChart equity(const Figures& f) {
  chart::Series line{"result", {}};
  double sum = 0;
  for (const Trade& trade : f.trades) {
    if (!trade.result) continue;
    line.points.push_back({trade.closed_at, sum});
    sum += drawn(*trade.result);
    line.points.push_back({trade.closed_at, sum});
  }
  return {.title = "Equity of closed trades",
          .series = {std::move(line)},
          .levels = {},
          .unit = Unit::dollars,
          .size = kSize};
}

BarChart holding_times(const Figures& f) {
  struct Bucket {
    Duration below;
    const char* label;
  };
  constexpr std::array<Bucket, 7> kBuckets = {{{5min, "under 5 min"},
                                               {15min, "5 to 15 min"},
                                               {1h, "15 to 60 min"},
                                               {4h, "1 to 4 h"},
                                               {24h, "4 to 24 h"},
                                               {120h, "1 to 5 days"},
                                               {Duration::max(), "longer"}}};
  BarChart out{.title = "Holding times", .bars = {}, .unit = Unit::count, .size = kSize};
  for (const Bucket& bucket : kBuckets) out.bars.push_back({bucket.label, 0});
  for (const Trade& trade : f.trades) {
    const auto bucket = std::ranges::find_if(kBuckets, [&](const Bucket& b) { return trade.held() < b.below; });
    if (bucket != kBuckets.end()) out.bars[static_cast<std::size_t>(bucket - kBuckets.begin())].value += 1;
  }
  return out;
}

/// Downwards is what it cost.
BarChart fills_against_triggers(const Figures& f) {
  BarChart out{.title = "Slippage: fills against their triggers", .bars = {}, .unit = Unit::dollars, .size = kSize};
  for (const Departure& departure : f.departures) {
    if (departure.cost) out.bars.push_back({departure.symbol, -drawn(*departure.cost)});
  }
  if (out.bars.size() > kMostFills) {
    out.bars.erase(out.bars.begin(), out.bars.end() - kMostFills);
    out.title += ", the latest " + std::to_string(kMostFills);
  }
  return out;
}

}  // namespace

std::vector<NamedChart> charts_of(const Figures& figures) {
  std::vector<NamedChart> out;
  if (figures.by_day.size() > 1) out.push_back({"by-day", result_by_day(figures)});
  if (figures.results > 0) out.push_back({"by-reason", result_by_reason(figures)});
  if (figures.results > 1) out.push_back({"equity", equity(figures)});
  if (figures.closed > 0) out.push_back({"holding", holding_times(figures)});
  if (figures.slippage_cost) out.push_back({"slippage", fills_against_triggers(figures)});
  return out;
}

std::string svg(const NamedChart& chart) {
  return std::visit([](const auto& one) { return chart::svg(one); }, chart.chart);
}

std::string png(const NamedChart& chart) {
  return std::visit([](const auto& one) { return chart::png(one, 2); }, chart.chart);
}

}  // namespace belay::report
