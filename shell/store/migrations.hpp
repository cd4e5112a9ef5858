// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "shell/store/connection.hpp"

namespace belay::store {

/// A file of shell/store/migrations. Migrations are named NNN_name and run in that order; what has no number is run by
/// name.
struct SqlFile {
  Dialect dialect;
  std::string_view name;
  std::string_view text;
};

/// All of them, sorted by dialect and name.
std::span<const SqlFile> sql_files();

}  // namespace belay::store
