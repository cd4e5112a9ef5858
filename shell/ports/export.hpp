// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"

namespace belay {

/// What whoever learns from the past can have.
enum class Exported : std::uint8_t {
  history,    ///< closed positions, by the time of their exit
  events,     ///< what happened, by its time
  positions,  ///< every position, open and closed, by the time of its entry
};
std::string_view to_text(Exported what);  ///< "history", "events", "positions"
std::optional<Exported> parse_exported(std::string_view text);

struct ExportColumn {
  enum class Kind : std::uint8_t { text, integer, decimal, boolean, time, json };
  std::string_view name;
  Kind kind = Kind::text;
};

struct ExportQuery {
  Exported what = Exported::history;
  std::optional<Timestamp> from;  ///< included
  std::optional<Timestamp> to;    ///< not included
  std::int64_t after_id = 0;      ///< rows come by id, a page at a time
  std::size_t limit = 1000;
};

/// The same columns and the same texts from either database: decimals in full without trailing zeros, times RFC 3339 in
/// UTC, "true" and "false", JSON as it is stored.
struct ExportPage {
  std::span<const ExportColumn> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::int64_t last_id = 0;  ///< where the next page begins after; as asked where there are no rows
};

}  // namespace belay
