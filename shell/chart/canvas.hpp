// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shell/chart/chart.hpp"

namespace belay::chart {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

struct Spot {
  double x = 0;  ///< from the left, in pixels
  double y = 0;  ///< from the top
};

struct Stroke {
  Colour colour;
  double width = 1;
  bool dashed = false;
};

enum class Anchor : std::uint8_t { start, middle, end };  ///< which part of a text stands at its spot

struct TextStyle {
  Colour colour;
  double size = 11;
  bool bold = false;
  Anchor anchor = Anchor::start;
};

/// What a chart is drawn on: the few shapes it takes. A text's spot is on its base line.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void line(const std::vector<Spot>& through, const Stroke& stroke) = 0;
  virtual void box(Spot corner, Spot opposite, Colour fill) = 0;
  virtual void dot(Spot centre, double radius, Colour fill) = 0;
  virtual void text(Spot at, const std::string& words, const TextStyle& style) = 0;
  /// The file. Nothing can be drawn afterwards.
  virtual std::string finish() = 0;
};

std::unique_ptr<Canvas> png_canvas(Size size, int scale);
/// `title`: what the picture is, for who cannot see it.
std::unique_ptr<Canvas> svg_canvas(Size size, const std::string& title);

/// About how wide the text will be; both canvases write in DejaVu Sans where it is there.
double text_width(const std::string& words, const TextStyle& style);

}  // namespace belay::chart
