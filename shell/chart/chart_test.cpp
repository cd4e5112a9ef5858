// SPDX-License-Identifier: Apache-2.0
#include "shell/chart/chart.hpp"

#include <cairo.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include "core/calendar/new_york.hpp"
#include "shell/chart/axis.hpp"

namespace belay::chart {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

Timestamp new_york(int month, int day, std::chrono::seconds of_day) {
  return calendar::from_new_york(Date{std::chrono::year(2026), std::chrono::month(static_cast<unsigned>(month)),
                                      std::chrono::day(static_cast<unsigned>(day))},
                                 of_day);
}

LineChart a_stopped_trade() {
  Series price{"AAPL", {}};
  for (int minute = 0; minute < 120; ++minute) {
    price.points.push_back({new_york(1, 26, 9h + 30min + std::chrono::minutes(minute)),
                            211 + 3 * std::sin(minute / 18.0) - minute * 0.06});
  }
  return {.title = "AAPL: stop loss",
          .series = {price, {"exit", {price.points.back()}}},
          .levels = {{"entry", 211.2}, {"stop", 203, Tone::bad}, {"target", 216.5, Tone::good}, {"guard", 202.9}},
          .unit = Unit::dollars};
}

BarChart results() {
  return {.title = "Result by reason",
          .bars = {{"stop loss", -412.5}, {"take profit", 1288}, {"day trade close", 96.25}, {"expiration risk", -38}},
          .unit = Unit::dollars};
}

/// A picture read back by a decoder.
struct Decoded {
  explicit Decoded(std::string bytes) : left(std::move(bytes)) {
    surface = cairo_image_surface_create_from_png_stream(
        [](void* self, unsigned char* data, unsigned int length) {
          auto& rest = static_cast<Decoded*>(self)->left;
          if (rest.size() < length) return CAIRO_STATUS_READ_ERROR;
          std::memcpy(data, rest.data(), length);
          rest.erase(0, length);
          return CAIRO_STATUS_SUCCESS;
        },
        this);
  }
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  ~Decoded() { cairo_surface_destroy(surface); }

  [[nodiscard]] int width() const { return cairo_image_surface_get_width(surface); }
  [[nodiscard]] int height() const { return cairo_image_surface_get_height(surface); }
  /// How many pixels are about of this colour.
  [[nodiscard]] int pixels(int red, int green, int blue, int rows = 10'000) const {
    int count = 0;
    for (int y = 0; y < std::min(rows, height()); ++y) {
      const unsigned char* row = cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface);
      for (int x = 0; x < width(); ++x) {
        const unsigned char* at = row + 4 * x;
        count += std::abs(at[0] - blue) + std::abs(at[1] - green) + std::abs(at[2] - red) < 12 ? 1 : 0;
      }
    }
    return count;
  }

  std::string left;
  cairo_surface_t* surface = nullptr;
};

/// Where BELAY_CHARTS names a folder, pictures are left there to be looked at.
void show(const std::string& name, const std::string& bytes) {
  const char* folder = std::getenv("BELAY_CHARTS");
  if (folder != nullptr) std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << bytes;
}

std::vector<std::string> labels(const std::vector<TimeTick>& ticks) {
  std::vector<std::string> out;
  for (const auto& tick : ticks) out.push_back(tick.label);
  return out;
}

TEST(Chart, IsAPictureOfItsSize) {
  const std::string file = png(a_stopped_trade());
  show("line.png", file);
  const Decoded picture(file);
  EXPECT_EQ(picture.width(), 640);
  EXPECT_EQ(picture.height(), 320);
  EXPECT_GT(picture.pixels(31, 95, 168), 200) << "the price";
  EXPECT_GT(picture.pixels(200, 54, 48), 100) << "the stop";
}

TEST(Chart, IsSharperByItsScale) {
  const std::string file = png(results(), 2);
  show("bars.png", file);
  const Decoded picture(file);
  EXPECT_EQ(picture.width(), 1280);
  EXPECT_EQ(picture.height(), 640);
}

TEST(Chart, LinesAreNotJoinedToTheTextBeforeThem) {
  BarChart chart = results();
  chart.title = ".";
  EXPECT_EQ(Decoded(png(chart)).pixels(230, 233, 238, 34), 0) << "grid lines stay below the title";
}

TEST(Chart, NegativeBarsAreRed) {
  EXPECT_EQ(Decoded(png(BarChart{.title = "", .bars = {{"a", 5}}})).pixels(200, 54, 48), 0);
  EXPECT_GT(Decoded(png(BarChart{.title = "", .bars = {{"a", -5}}})).pixels(200, 54, 48), 1000);
}

TEST(Chart, SvgHasItsTextAsText) {
  const std::string picture = svg(a_stopped_trade());
  show("line.svg", picture);
  for (const char* text : {"AAPL: stop loss", "stop $203.00", "target $216.50", "10:00", ">exit<", "New York time"}) {
    EXPECT_THAT(picture, HasSubstr(text));
  }
  const std::string bars = svg(results());
  show("bars.svg", bars);
  for (const char* text : {"take profit", "-$412.50", "$1,288", "-$500"}) EXPECT_THAT(bars, HasSubstr(text));
}

TEST(Chart, ThereIsNoHalfOfACount) {
  EXPECT_THAT(svg(BarChart{.title = "", .bars = {{"a", 1}}}), HasSubstr(">0.50<"));
  EXPECT_THAT(svg(BarChart{.title = "", .bars = {{"a", 1}}, .unit = Unit::count}), Not(HasSubstr(">0.50<")));
}

TEST(Chart, ForeignTextCannotLeaveItsPlace) {
  const std::string picture = svg(BarChart{.title = "</svg><script>\x01\"", .bars = {{"<b>&", 1}}});
  EXPECT_THAT(picture, Not(HasSubstr("<script>")));
  EXPECT_THAT(picture, HasSubstr("&lt;b&gt;&amp;"));
  EXPECT_THAT(picture, Not(HasSubstr("\x01")));
}

TEST(Chart, WithoutValuesItSaysSo) {
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(svg(LineChart{.title = "t", .series = {}, .levels = {{"stop", 5}}}), HasSubstr("no data"));
  EXPECT_THAT(svg(LineChart{.title = "t", .series = {{"s", {{Timestamp{0}, nothing}}}}}), HasSubstr("no data"));
  EXPECT_THAT(svg(BarChart{.title = "t", .bars = {{"a", nothing}}}), HasSubstr("no data"));
  EXPECT_EQ(Decoded(png(BarChart{.title = "t", .bars = {}})).width(), 640);
}

TEST(Chart, DrawsWhatIsFlatSingleOrWithinAnInstant) {
  const Timestamp at = new_york(1, 26, 10h);
  for (const Series& series :
       {Series{"one", {{at, 5}}}, Series{"same", {{at, 5}, {at, 5}}}, Series{"flat", {{at, 0}, {at + 1h, 0}}},
        Series{"huge", {{at, -1e15}, {at + 1h, 1e15}}}}) {
    const std::string picture = svg(LineChart{.title = series.name, .series = {series}});
    EXPECT_THAT(picture, Not(HasSubstr("nan"))) << series.name;
    EXPECT_THAT(picture, Not(HasSubstr("inf"))) << series.name;
    EXPECT_THAT(picture, Not(HasSubstr("no data"))) << series.name;
  }
  EXPECT_THAT(svg(BarChart{.title = "", .bars = {{"zero", 0}}}), Not(HasSubstr("nan")));
}

TEST(Chart, AbsurdSizesAreBroughtWithin) {
  EXPECT_EQ(Decoded(png(BarChart{.title = "t", .bars = {{"a", 1}}, .size = {-5, 100000}})).width(), 200);
}

TEST(Axis, TicksAreRoundValues) {
  EXPECT_THAT(value_axis(0, 10, 5).ticks, ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(value_axis(-412, 1288, 4).ticks, ElementsAre(0, 500, 1000));
  EXPECT_EQ(value_axis(5, 5, 4).ticks.empty(), false);
}

TEST(Axis, TimesAreNewYorks) {
  EXPECT_THAT(labels(time_ticks(new_york(1, 26, 9h + 30min), new_york(1, 26, 16h), 8)),
              ElementsAre("10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"));
  EXPECT_THAT(labels(time_ticks(new_york(1, 26, 18h), new_york(1, 27, 12h), 7)),
              ElementsAre("18:00", "21:00", "Jan 27", "03:00", "06:00", "09:00", "12:00"));
  EXPECT_THAT(labels(time_ticks(new_york(2, 27, 12h), new_york(3, 3, 12h), 6)),
              ElementsAre("Feb 28", "Mar 1", "Mar 2", "Mar 3"));
}

TEST(Axis, TheHourThatIsSkippedInSpringHasNoTickOfItsOwn) {
  EXPECT_THAT(labels(time_ticks(new_york(3, 8, 0h), new_york(3, 8, 5h), 8)),
              ElementsAre("Mar 8", "01:00", "02:00", "04:00", "05:00"));
}

TEST(Axis, DaysStayAtMidnightThroughAutumnsLongDay) {
  for (const TimeTick& tick : time_ticks(new_york(10, 25, 0h), new_york(11, 6, 0h), 7)) {
    EXPECT_EQ(calendar::to_new_york(tick.at).time_of_day, 0s) << tick.label;
  }
}

TEST(Axis, ValuesAreWrittenInTheirUnit) {
  EXPECT_EQ(value_text(1234567.5, Unit::dollars, 0), "$1,234,567.50");
  EXPECT_EQ(value_text(-12, Unit::dollars, 0), "-$12");
  EXPECT_EQ(value_text(-0.001, Unit::dollars, 0), "$0");
  EXPECT_EQ(value_text(2.5, Unit::plain, 0.5), "2.5");
  EXPECT_EQ(value_text(40, Unit::percent, 10), "40%");
  EXPECT_EQ(value_text(999, Unit::minutes, 100), "999 min");
}

}  // namespace
}  // namespace belay::chart
