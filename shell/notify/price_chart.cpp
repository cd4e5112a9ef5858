// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/price_chart.hpp"

#include "shell/chart/chart.hpp"
#include "shell/json/parse.hpp"

namespace belay::notify {
namespace {

constexpr std::size_t kMostPoints = 2000;
constexpr chart::Size kSize{.width = 590, .height = 260};
constexpr int kSharp = 2;

double number(Price price) { return static_cast<double>(price.nanos()) / static_cast<double>(fixed::kScale); }

std::vector<chart::Point> points_of(const std::vector<StoredEvent>& events) {
  std::vector<chart::Point> points;
  for (const StoredEvent& event : events) {
    const auto data = json::parse(event.event_data);
    const json::Value* price = data ? data->find("price") : nullptr;
    const std::string* text = price == nullptr ? nullptr : price->decimal_text();
    const auto value = text == nullptr ? Result<Price>(fail("no price")) : Price::parse_rounding(*text);
    if (value) points.push_back({event.created_at, number(*value)});
  }
  return points;
}

}  // namespace

std::string price_chart(Store& book, std::int64_t position_id) {
  const auto lots = book.lots({.include_closed = true, .symbol = {}, .id = position_id});
  EventFilter filter;
  filter.position_id = position_id;
  filter.types = {"price_update"};
  filter.limit = kMostPoints;
  const auto events = book.events(filter);
  if (!lots || lots->empty() || !events) return {};
  const Lot& lot = lots->front();
  chart::LineChart drawn;
  drawn.title = lot.instrument.symbol;
  drawn.size = kSize;
  chart::Series series{lot.instrument.symbol, points_of(*events)};
  if (lot.closed_at && lot.exit_price) series.points.push_back({*lot.closed_at, number(*lot.exit_price)});
  if (series.points.empty()) return {};
  drawn.series.push_back(std::move(series));
  const auto level = [&](const char* name, std::optional<Price> price, chart::Tone tone) {
    if (price) drawn.levels.push_back({name, number(*price), tone});
  };
  level("entry", lot.entry_price, chart::Tone::neutral);
  // Levels in the underlying's price are none of this one.
  if (lot.price_domain == PriceDomain::instrument) {
    level("stop", lot.stop_loss, chart::Tone::bad);
    level("target", lot.take_profit, chart::Tone::good);
  }
  return chart::png(drawn, kSharp);
}

}  // namespace belay::notify
