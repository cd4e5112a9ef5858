// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"

namespace belay::world {

/// What people were told: every line of the log that is an alert, but for the one that an exit has begun.
class Pages {
 public:
  void hear(std::string_view line, Timestamp at) {
    if (line.find("\"cause\"") == std::string_view::npos || line.find("\"exit_triggered\"") != std::string_view::npos)
      return;
    lines_.push_back({at, line.find("\"severity\":\"critical\"") != std::string_view::npos, std::string(line)});
  }
  /// Whether anybody was told about the symbol from then on; `critical`: in a way that wakes them.
  [[nodiscard]] bool told_about(std::string_view symbol, Timestamp since, bool critical) const {
    const std::string field = "\"symbol\":\"" + std::string(symbol) + "\"";
    for (auto line = lines_.rbegin(); line != lines_.rend() && line->at >= since; ++line) {
      if ((line->is_critical || !critical) && line->text.find(field) != std::string::npos) return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t count() const { return lines_.size(); }

 private:
  struct Line {
    Timestamp at;
    bool is_critical = false;
    std::string text;
  };
  std::vector<Line> lines_;
};

}  // namespace belay::world
