// SPDX-License-Identifier: Apache-2.0
#include "shell/chart/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "shell/chart/axis.hpp"
#include "shell/chart/canvas.hpp"

namespace belay::chart {

double text_width(const std::string& words, const TextStyle& style) {
  // DejaVu Sans on the average of what stands in our labels; continuation bytes of UTF-8 take no room.
  const auto letters =
      std::ranges::count_if(words, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return static_cast<double>(letters) * style.size * (style.bold ? 0.69 : 0.61);
}

namespace {

constexpr Colour kPaper{255, 255, 255};
constexpr Colour kGrid{230, 233, 238};
constexpr Colour kAxis{150, 157, 168};
constexpr Colour kInk{44, 51, 61};
constexpr Colour kFaint{103, 112, 125};
constexpr Colour kGood{31, 135, 84};
constexpr Colour kBad{200, 54, 48};
constexpr std::array<Colour, 5> kSeries = {Colour{31, 95, 168}, Colour{214, 124, 28}, Colour{112, 72, 166},
                                           Colour{20, 138, 138}, Colour{138, 109, 59}};
constexpr double kLabelSize = 11;

Colour colour_of(Tone tone) { return tone == Tone::good ? kGood : tone == Tone::bad ? kBad : kFaint; }

Size bounded(Size size) { return {std::clamp(size.width, 200, 4000), std::clamp(size.height, 120, 4000)}; }

/// The part of the picture in which values are drawn, and what they map to.
struct Plot {
  double left = 0;
  double right = 0;
  double top = 0;
  double bottom = 0;
  ValueAxis axis;

  [[nodiscard]] double y(double value) const {
    return bottom - (value - axis.low) / (axis.high - axis.low) * (bottom - top);
  }
};

double step_of(const ValueAxis& axis) { return axis.ticks.size() < 2 ? 0 : axis.ticks[1] - axis.ticks[0]; }

double widest(const std::vector<std::string>& labels) {
  double most = 0;
  for (const auto& label : labels) most = std::max(most, text_width(label, {.colour = kInk, .size = kLabelSize}));
  return most;
}

void draw_paper(Canvas& canvas, Size size, const std::string& title) {
  canvas.box({0, 0}, {static_cast<double>(size.width), static_cast<double>(size.height)}, kPaper);
  canvas.text({12, 22}, title, {.colour = kInk, .size = 14, .bold = true});
}

void draw_nothing(Canvas& canvas, Size size) {
  canvas.text({size.width / 2.0, size.height / 2.0 + 5}, "no data",
              {.colour = kFaint, .size = 13, .anchor = Anchor::middle});
}

std::vector<std::string> tick_labels(const ValueAxis& axis, Unit unit) {
  std::vector<std::string> labels;
  for (const double tick : axis.ticks) labels.push_back(value_text(tick, unit, step_of(axis)));
  return labels;
}

/// Sets the plot's left edge so that the labels of its ticks have room.
void make_room_left(Plot& plot, Unit unit) {
  if (unit == Unit::count) std::erase_if(plot.axis.ticks, [](double tick) { return tick != std::round(tick); });
  plot.left = 18 + widest(tick_labels(plot.axis, unit));
}

void draw_value_axis(Canvas& canvas, const Plot& plot, Unit unit) {
  const auto labels = tick_labels(plot.axis, unit);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double y = std::round(plot.y(plot.axis.ticks[i])) + 0.5;
    canvas.line({{plot.left, y}, {plot.right, y}}, {.colour = plot.axis.ticks[i] == 0 ? kAxis : kGrid});
    canvas.text({plot.left - 6, y + 4}, labels[i], {.colour = kFaint, .size = kLabelSize, .anchor = Anchor::end});
  }
}

// ---- lines over time

struct Bounds {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  Timestamp from{std::numeric_limits<std::int64_t>::max()};
  Timestamp to{std::numeric_limits<std::int64_t>::min()};

  void take(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

std::optional<Bounds> bounds_of(const LineChart& chart) {
  Bounds bounds;
  bool any = false;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      if (!std::isfinite(point.value)) continue;
      any = true;
      bounds.take(point.value);
      bounds.from = std::min(bounds.from, point.at);
      bounds.to = std::max(bounds.to, point.at);
    }
  }
  if (!any) return std::nullopt;
  for (const Level& level : chart.levels) bounds.take(level.value);
  const double air = (bounds.high - bounds.low) * 0.06;
  bounds.low -= air;
  bounds.high += air;
  if (bounds.from == bounds.to) {
    bounds.from = bounds.from - std::chrono::minutes(5);
    bounds.to = bounds.to + std::chrono::minutes(5);
  }
  return bounds;
}

std::string level_label(const Level& level, Unit unit) {
  return level.name + " " + value_text(level.value, unit, 0.01);
}

/// Names of the levels at their right end, pushed apart where they would overlap.
void draw_levels(Canvas& canvas, const Plot& plot, const LineChart& chart) {
  std::vector<const Level*> levels;
  for (const Level& level : chart.levels) {
    if (std::isfinite(level.value)) levels.push_back(&level);
  }
  std::ranges::sort(levels, [](const Level* a, const Level* b) { return a->value > b->value; });
  double free_from = plot.top;
  for (const Level* level : levels) {
    const double y = plot.y(level->value);
    canvas.line({{plot.left, y}, {plot.right, y}}, {.colour = colour_of(level->tone), .width = 1.2, .dashed = true});
    const double label_y = std::max(y + 4, free_from);
    canvas.text({plot.right + 6, label_y}, level_label(*level, chart.unit),
                {.colour = colour_of(level->tone), .size = kLabelSize});
    free_from = label_y + kLabelSize + 3;
  }
}

void draw_legend(Canvas& canvas, const LineChart& chart) {
  double x = 12;
  for (std::size_t i = 0; i < chart.series.size() && chart.series.size() > 1; ++i) {
    const Colour colour = kSeries.at(i % kSeries.size());
    const TextStyle style{.colour = kInk, .size = kLabelSize};
    canvas.dot({x + 4, 36}, 4, colour);
    canvas.text({x + 13, 40}, chart.series[i].name, style);
    x += 28 + text_width(chart.series[i].name, style);
  }
}

void draw_time_axis(Canvas& canvas, const Plot& plot, const Bounds& bounds) {
  const auto x_of = [&](Timestamp at) {
    return plot.left + static_cast<double>((at - bounds.from).count()) /
                           static_cast<double>((bounds.to - bounds.from).count()) * (plot.right - plot.left);
  };
  const int wanted = std::max(2, static_cast<int>((plot.right - plot.left) / 70));
  for (const TimeTick& tick : time_ticks(bounds.from, bounds.to, wanted)) {
    const double x = std::round(x_of(tick.at)) + 0.5;
    canvas.line({{x, plot.bottom}, {x, plot.bottom + 4}}, {.colour = kAxis});
    canvas.text({x, plot.bottom + 17}, tick.label, {.colour = kFaint, .size = kLabelSize, .anchor = Anchor::middle});
  }
  canvas.line({{plot.left, plot.bottom + 0.5}, {plot.right, plot.bottom + 0.5}}, {.colour = kAxis});
  canvas.text({plot.right, plot.bottom + 32}, "New York time", {.colour = kAxis, .size = 9, .anchor = Anchor::end});
}

void draw_series(Canvas& canvas, const Plot& plot, const Bounds& bounds, const Series& series, Colour colour) {
  std::vector<Spot> spots;
  const auto span = static_cast<double>((bounds.to - bounds.from).count());
  for (const Point& point : series.points) {
    if (!std::isfinite(point.value)) continue;
    spots.push_back(
        {plot.left + static_cast<double>((point.at - bounds.from).count()) / span * (plot.right - plot.left),
         plot.y(point.value)});
  }
  if (spots.size() == 1) {
    canvas.dot(spots.front(), 4, colour);
  } else if (!spots.empty()) {
    canvas.line(spots, {.colour = colour, .width = 1.8});
  }
}

void draw(Canvas& canvas, const LineChart& chart, Size size) {
  draw_paper(canvas, size, chart.title);
  const auto bounds = bounds_of(chart);
  if (!bounds) return draw_nothing(canvas, size);
  std::vector<std::string> names;
  for (const Level& level : chart.levels) names.push_back(level_label(level, chart.unit));
  Plot plot{.right = size.width - (names.empty() ? 16 : 14 + widest(names)),
            .top = chart.series.size() > 1 ? 52.0 : 36.0,
            .bottom = size.height - 38.0,
            .axis = value_axis(bounds->low, bounds->high, std::max(2, size.height / 60))};
  make_room_left(plot, chart.unit);
  draw_value_axis(canvas, plot, chart.unit);
  draw_time_axis(canvas, plot, *bounds);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    draw_series(canvas, plot, *bounds, chart.series[i], kSeries.at(i % kSeries.size()));
  }
  draw_levels(canvas, plot, chart);
  draw_legend(canvas, chart);
}

// ---- bars

/// The label in lines of at most `room` pixels, broken at spaces.
std::vector<std::string> broken(const std::string& label, double room) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < label.size()) {
    const std::size_t space = std::min(label.find(' ', at), label.size());
    const std::string word = label.substr(at, space - at);
    const std::string longer = lines.empty() ? word : lines.back() + " " + word;
    if (!lines.empty() && text_width(longer, {.colour = kInk, .size = kLabelSize}) <= room) {
      lines.back() = longer;
    } else {
      lines.push_back(word);
    }
    at = space + 1;
  }
  return lines;
}

/// Only every so many bars get their label, so that labels do not run into one another.
std::size_t labelled_every(const std::vector<std::vector<std::string>>& labels, double room) {
  std::vector<std::string> lines;
  for (const auto& label : labels) lines.insert(lines.end(), label.begin(), label.end());
  return static_cast<std::size_t>(std::max(1.0, std::ceil((widest(lines) + 8) / room)));
}

void draw_bar(Canvas& canvas, const Plot& plot, const Bar& bar, double left, double width, Unit unit, bool with_value) {
  const double zero = plot.y(0);
  const double y = plot.y(bar.value);
  canvas.box({left, y}, {left + width, zero}, bar.value < 0 ? kBad : kSeries[0]);
  if (!with_value) return;
  canvas.text({left + width / 2, bar.value < 0 ? y + 13 : y - 5}, value_text(bar.value, unit, 0),
              {.colour = kInk, .size = kLabelSize, .anchor = Anchor::middle});
}

void draw_bars(Canvas& canvas, const Plot& plot, const std::vector<Bar>& bars, Unit unit) {
  const double slot = (plot.right - plot.left) / static_cast<double>(bars.size());
  const double width = std::min(slot * 0.7, 64.0);
  std::vector<std::string> values;
  std::vector<std::vector<std::string>> labels;
  for (const Bar& bar : bars) {
    values.push_back(value_text(bar.value, unit, 0));
    labels.push_back(broken(bar.label, slot));
  }
  const bool with_values = widest(values) <= slot;
  const std::size_t every = labelled_every(labels, slot);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double middle = plot.left + slot * (static_cast<double>(i) + 0.5);
    draw_bar(canvas, plot, bars[i], middle - width / 2, width, unit, with_values);
    if (i % every != 0) continue;
    double y = plot.bottom + 16;
    for (const std::string& line : labels[i]) {
      canvas.text({middle, y}, line, {.colour = kFaint, .size = kLabelSize, .anchor = Anchor::middle});
      y += 13;
    }
  }
}

void draw(Canvas& canvas, const BarChart& chart, Size size) {
  draw_paper(canvas, size, chart.title);
  std::vector<Bar> bars = chart.bars;
  std::erase_if(bars, [](const Bar& bar) { return !std::isfinite(bar.value); });
  if (bars.empty()) return draw_nothing(canvas, size);
  double low = 0;
  double high = 0;
  for (const Bar& bar : bars) {
    low = std::min(low, bar.value);
    high = std::max(high, bar.value);
  }
  // Room for the value that stands above or below a bar.
  const double air = (high - low) * 0.12;
  Plot plot{.right = size.width - 16.0,
            .top = 36,
            .bottom = size.height - 48.0,
            .axis = value_axis(low < 0 ? low - air : 0, high > 0 ? high + air : 0, std::max(2, size.height / 60))};
  make_room_left(plot, chart.unit);
  draw_value_axis(canvas, plot, chart.unit);
  draw_bars(canvas, plot, bars, chart.unit);
}

template <class Chart>
std::string drawn(std::unique_ptr<Canvas> canvas, const Chart& chart) {
  draw(*canvas, chart, bounded(chart.size));
  return canvas->finish();
}

int bounded_scale(int scale) { return std::clamp(scale, 1, 4); }

}  // namespace

std::string png(const LineChart& chart, int scale) {
  return drawn(png_canvas(bounded(chart.size), bounded_scale(scale)), chart);
}

std::string png(const BarChart& chart, int scale) {
  return drawn(png_canvas(bounded(chart.size), bounded_scale(scale)), chart);
}

std::string svg(const LineChart& chart) { return drawn(svg_canvas(bounded(chart.size), chart.title), chart); }

std::string svg(const BarChart& chart) { return drawn(svg_canvas(bounded(chart.size), chart.title), chart); }

}  // namespace belay::chart
