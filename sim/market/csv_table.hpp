// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace belay::sim {

/// Comma-separated lines under a header, without quotation marks; fields are views into the text.
class CsvTable {
 public:
  /// Splits the text; a line with another number of fields than the header is an error. Empty lines are skipped.
  static Result<CsvTable> read(std::string_view text, std::string_view name);

  [[nodiscard]] std::optional<std::size_t> column(std::string_view header) const;
  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::string_view field(std::size_t row, std::size_t column) const {
    return fields_[row * header_.size() + column];
  }
  /// "name:line: what", for something wrong in a row.
  [[nodiscard]] std::unexpected<Error> error(std::size_t row, std::string_view what) const;

 private:
  std::string name_;
  std::vector<std::string_view> header_;
  std::vector<std::string_view> fields_;  // row by row
  std::vector<std::size_t> lines_;        // line number of each row, from 1
};

}  // namespace belay::sim
