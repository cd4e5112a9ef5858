// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trading/lot.hpp"
#include "shell/json/value.hpp"
#include "shell/ports/store.hpp"

/// The objects that scripts read: docs/operating/contract.md.
namespace belay::app {

/// Keys are the columns of active_positions, plus account and symbol.
json::Value position_json(const Lot& lot, const Fields& other_columns = {});
/// {"id", "position_id", "event_type", "event_data" (object), "created_at"}
json::Value event_json(const StoredEvent& event);

}  // namespace belay::app
