// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "shell/ports/export.hpp"

namespace belay::store {

/// Of history, selected behind its columns: the price path is still to be put together.
inline constexpr std::string_view kPathDue = "price_path_due";

/// Where an export's rows come from. The first column is `id`.
struct ExportSource {
  std::string_view table;        ///< with its alias `t`, and what is joined to it
  std::string_view time_column;  ///< by which a range of time chooses
  std::span<const ExportColumn> columns;

  /// The columns as expressions, in their order.
  [[nodiscard]] std::string selected() const;
};
ExportSource export_source(Exported what);

}  // namespace belay::store
