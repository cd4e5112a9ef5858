// SPDX-License-Identifier: Apache-2.0
#include <cairo-ft.h>
#include <cairo.h>

#include <cmath>
#include <numbers>

#include "shell/chart/canvas.hpp"

namespace belay::chart {
namespace {

// Named by its file: a machine without fontconfig's configuration, such as our image, has it too.
constexpr const char* kFont = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
constexpr const char* kBoldFont = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";

/// A font face of a file; where it is not there, whatever sans-serif the machine has.
class Face {
 public:
  Face(FT_Library library, const char* file, bool bold) {
    if (library != nullptr && FT_New_Face(library, file, 0, &free_type_) == 0) {
      face_ = cairo_ft_font_face_create_for_ft_face(free_type_, 0);
    } else {
      face_ = cairo_toy_font_face_create("sans-serif", CAIRO_FONT_SLANT_NORMAL,
                                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    }
  }
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;
  // Cairo's own cache may hold the face beyond this, and with it the FT_Face: that one stays (see Fonts).
  ~Face() { cairo_font_face_destroy(face_); }

  [[nodiscard]] cairo_font_face_t* get() const { return face_; }

 private:
  FT_Face free_type_ = nullptr;
  cairo_font_face_t* face_ = nullptr;
};

/// Both faces, opened with the first picture and kept to the end of the process.
struct Fonts {
  FT_Library library = open();
  Face plain{library, kFont, false};
  Face bold{library, kBoldFont, true};

  static FT_Library open() {
    FT_Library opened = nullptr;
    return FT_Init_FreeType(&opened) == 0 ? opened : nullptr;
  }
};

const Fonts& fonts() {
  static const Fonts* const kept = new Fonts;
  return *kept;
}

class PngCanvas final : public Canvas {
 public:
  PngCanvas(Size size, int scale)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, size.width * scale, size.height * scale)),
        cairo_(cairo_create(surface_)) {
    cairo_scale(cairo_, scale, scale);
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
  }
  PngCanvas(const PngCanvas&) = delete;
  PngCanvas& operator=(const PngCanvas&) = delete;
  ~PngCanvas() override {
    cairo_destroy(cairo_);
    cairo_surface_destroy(surface_);
  }

  void line(const std::vector<Spot>& through, const Stroke& stroke) override {
    cairo_new_path(cairo_);  // a text before leaves its end behind, which would be joined
    for (const Spot& spot : through) cairo_line_to(cairo_, spot.x, spot.y);
    ink(stroke.colour);
    constexpr double kDashes[] = {5, 4};
    cairo_set_dash(cairo_, kDashes, stroke.dashed ? 2 : 0, 0);
    cairo_set_line_width(cairo_, stroke.width);
    cairo_stroke(cairo_);
  }

  void box(Spot corner, Spot opposite, Colour fill) override {
    cairo_new_path(cairo_);
    cairo_rectangle(cairo_, corner.x, corner.y, opposite.x - corner.x, opposite.y - corner.y);
    ink(fill);
    cairo_fill(cairo_);
  }

  void dot(Spot centre, double radius, Colour fill) override {
    cairo_new_path(cairo_);
    cairo_arc(cairo_, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
    ink(fill);
    cairo_fill(cairo_);
  }

  void text(Spot at, const std::string& words, const TextStyle& style) override {
    cairo_set_font_face(cairo_, (style.bold ? fonts().bold : fonts().plain).get());
    cairo_set_font_size(cairo_, style.size);
    cairo_text_extents_t extents{};
    cairo_text_extents(cairo_, words.c_str(), &extents);
    const double back = style.anchor == Anchor::end      ? extents.x_advance
                        : style.anchor == Anchor::middle ? extents.x_advance / 2
                                                         : 0;
    cairo_move_to(cairo_, at.x - back, at.y);
    ink(style.colour);
    cairo_show_text(cairo_, words.c_str());
  }

  std::string finish() override {
    std::string file;
    cairo_surface_flush(surface_);
    cairo_surface_write_to_png_stream(surface_, &append, &file);
    return file;
  }

 private:
  static cairo_status_t append(void* file, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(file)->append(data, data + length);
    return CAIRO_STATUS_SUCCESS;
  }

  void ink(Colour colour) {
    cairo_set_source_rgb(cairo_, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
  }

  cairo_surface_t* surface_;
  cairo_t* cairo_;
};

}  // namespace

std::unique_ptr<Canvas> png_canvas(Size size, int scale) { return std::make_unique<PngCanvas>(size, scale); }

}  // namespace belay::chart
