// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"

namespace belay::chart {

/// How values are written at ticks and bars: "1.5", "1,500" (a count has whole ticks only), "$1,500", "-$12.50", "4%",
/// "90 min", "3 s".
enum class Unit : std::uint8_t { plain, count, dollars, percent, minutes, seconds };

enum class Tone : std::uint8_t { neutral, good, bad };  ///< grey, green, red

struct Point {
  Timestamp at;
  double value = 0;  ///< infinities and NaN are left out
};

/// Joined in the order given; a single point is a dot.
struct Series {
  std::string name;  ///< shown when there is more than one
  std::vector<Point> points;
};

/// A dashed line right across, named at its end: "stop $95.00".
struct Level {
  std::string name;
  double value = 0;
  Tone tone = Tone::neutral;
};

/// In pixels. Less than 200 by 120, or more than 4,000, is brought within.
struct Size {
  int width = 640;
  int height = 320;
};

/// Values over time; the axis shows New York time.
struct LineChart {
  std::string title;
  std::vector<Series> series;
  std::vector<Level> levels = {};
  Unit unit = Unit::plain;
  Size size = {};
};

struct Bar {
  std::string label;  ///< broken at spaces where it is too wide
  double value = 0;   ///< below zero: red
};

struct BarChart {
  std::string title;
  std::vector<Bar> bars;
  Unit unit = Unit::plain;
  Size size = {};
};

/// A PNG file, the same drawing as svg() gives. `scale`: pixels of the file per pixel of the chart (2: sharp on fine
/// screens). A chart without any values says "no data".
std::string png(const LineChart& chart, int scale = 1);
std::string png(const BarChart& chart, int scale = 1);

/// An <svg> element to stand in a page or in a file of its own, with its text as text.
std::string svg(const LineChart& chart);
std::string svg(const BarChart& chart);

}  // namespace belay::chart
