// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "shell/store/connection.hpp"

namespace belay::store {

/// Opens or creates the file (mode 0600, its directory 0700): write-ahead log, synchronous FULL, foreign keys on.
StoreResult<std::unique_ptr<Connection>> connect_sqlite(const std::filesystem::path& path);

}  // namespace belay::store
