// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "shell/ports/alert_store.hpp"
#include "shell/store/open.hpp"

namespace belay::store {

/// The alerts of the same databases as open_store's, over a connection of its own. The tables must be there:
/// Store::migrate makes them.
StoreResult<std::unique_ptr<AlertStore>> open_alerts(std::string_view spec);
StoreResult<std::unique_ptr<AlertStore>> open_alerts(const ConnectionSettings& settings);

}  // namespace belay::store
