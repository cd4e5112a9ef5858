// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "shell/ports/archive.hpp"
#include "shell/store/open.hpp"

namespace belay::store {

/// The archive of the same databases as open_store's, over a connection of its own. The tables must be there:
/// Store::migrate makes them.
StoreResult<std::unique_ptr<Archive>> open_archive(std::string_view spec);
StoreResult<std::unique_ptr<Archive>> open_archive(const ConnectionSettings& settings);

}  // namespace belay::store
