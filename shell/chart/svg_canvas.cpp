// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstdio>

#include "shell/chart/canvas.hpp"
#include "shell/chart/markup.hpp"

namespace belay::chart {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string out = text.data();
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

std::string hex(Colour colour) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "#%02x%02x%02x", colour.red, colour.green, colour.blue);
  return text.data();
}

class SvgCanvas final : public Canvas {
 public:
  SvgCanvas(Size size, const std::string& title) {
    const std::string width = std::to_string(size.width);
    const std::string height = std::to_string(size.height);
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"" + width + "\" height=\"" + height +
           "\" viewBox=\"0 0 " + width + " " + height +
           "\" font-family=\"'DejaVu Sans',Verdana,sans-serif\">\n<title>" + markup_text(title) + "</title>\n";
  }

  void line(const std::vector<Spot>& through, const Stroke& stroke) override {
    std::string points;
    for (const Spot& spot : through) points += (points.empty() ? "" : " ") + number(spot.x) + "," + number(spot.y);
    out_ += "<polyline points=\"" + points + "\" fill=\"none\" stroke=\"" + hex(stroke.colour) + "\" stroke-width=\"" +
            number(stroke.width) + "\"" + (stroke.dashed ? " stroke-dasharray=\"5 4\"" : "") +
            " stroke-linejoin=\"round\"/>\n";
  }

  void box(Spot corner, Spot opposite, Colour fill) override {
    out_ += "<rect x=\"" + number(std::min(corner.x, opposite.x)) + "\" y=\"" + number(std::min(corner.y, opposite.y)) +
            "\" width=\"" + number(std::abs(opposite.x - corner.x)) + "\" height=\"" +
            number(std::abs(opposite.y - corner.y)) + "\" fill=\"" + hex(fill) + "\"/>\n";
  }

  void dot(Spot centre, double radius, Colour fill) override {
    out_ += "<circle cx=\"" + number(centre.x) + "\" cy=\"" + number(centre.y) + "\" r=\"" + number(radius) +
            "\" fill=\"" + hex(fill) + "\"/>\n";
  }

  void text(Spot at, const std::string& words, const TextStyle& style) override {
    const char* anchor = style.anchor == Anchor::end      ? " text-anchor=\"end\""
                         : style.anchor == Anchor::middle ? " text-anchor=\"middle\""
                                                          : "";
    out_ += "<text x=\"" + number(at.x) + "\" y=\"" + number(at.y) + "\" font-size=\"" + number(style.size) +
            "\" fill=\"" + hex(style.colour) + "\"" + anchor + (style.bold ? " font-weight=\"bold\"" : "") + ">" +
            markup_text(words) + "</text>\n";
  }

  std::string finish() override { return out_ + "</svg>\n"; }

 private:
  std::string out_;
};

}  // namespace

std::unique_ptr<Canvas> svg_canvas(Size size, const std::string& title) {
  return std::make_unique<SvgCanvas>(size, title);
}

}  // namespace belay::chart
