// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "app/wiring.hpp"

/// Reading the stored book, for the commands that look. Errors are told on standard error.
namespace belay::app {

/// A store in which no Belay has run yet has no positions: that is no error.
std::expected<std::vector<Lot>, ExitCode> read_lots(Store& store, const LotFilter& filter);
/// By row id, what the rows have beside the lots' own fields.
std::expected<std::map<std::int64_t, Fields>, ExitCode> read_other_columns(Store& store, const LotFilter& filter);
std::expected<std::vector<StoredEvent>, ExitCode> read_events(Store& store, const EventFilter& filter);
/// Whether nobody has taken up the command yet.
std::expected<bool, ExitCode> is_waiting(Store& store, const std::string& account, std::int64_t command);
/// "17" as a position's id, anything else as a symbol or ticker, in upper case.
LotFilter filter_for(const std::string& which);
/// Those of the lots that are the account's; rows that nobody has claimed yet are.
std::vector<Lot> of_account(std::vector<Lot> lots, const runtime::Settings& settings);

/// Who is at the keyboard: goes on record with what they say.
std::string operator_name();

}  // namespace belay::app
