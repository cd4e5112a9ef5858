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
/// Those of the lots that are the account's, also under a name that upstream has for it.
std::vector<Lot> of_account(std::vector<Lot> lots, const Config& account);
/// Which of several accounts an id or a symbol means: `account`, where one is said; else the one that has such an open
/// position. Where two have one, both are named and neither is meant. Empty where there is only one account.
std::expected<std::string, ExitCode> account_of(const std::string& which, const std::string& account);

/// The one open position of the configured account that is meant; told on standard error where it is not one.
std::expected<Lot, ExitCode> choose_one(Wired& wired, const std::string& which);

/// Who is at the keyboard, and where: "ann@desk", or "ann@desk as belay" through sudo. Goes on record with what they
/// say.
std::string operator_name();

}  // namespace belay::app
