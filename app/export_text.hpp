// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shell/ports/export.hpp"

namespace belay::app {

enum class ExportFormat : std::uint8_t {
  csv,    ///< RFC 4180, with a header; NULL is nothing, an empty text is ""
  json,   ///< one array of objects
  jsonl,  ///< an object a line
};
std::optional<ExportFormat> parse_export_format(std::string_view text);

/// Exported rows as text, a page at a time.
class ExportWriter {
 public:
  explicit ExportWriter(ExportFormat format) : format_(format) {}
  /// The page's rows, with what has to stand before the first.
  std::string rows(const ExportPage& page);
  /// What has to stand behind the last.
  [[nodiscard]] std::string end() const;

 private:
  ExportFormat format_;
  bool begun_ = false;
  bool any_row_ = false;
};

}  // namespace belay::app
