// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "shell/store/connection.hpp"

/// What position_events.event_data says, as expressions. The table may be another service's, and the column a text with
/// anything in it: what is no JSON has no members, and no statement fails for it.
namespace belay::store::statements {

/// A member of the data in `column`, as text; NULL where there is none.
std::string data_text(Dialect dialect, std::string_view column, std::string_view member);
/// A member that is a number, as JSON: to its last decimal. NULL where there is none.
std::string data_number(Dialect dialect, std::string_view column, std::string_view member);

}  // namespace belay::store::statements
