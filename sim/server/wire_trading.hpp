// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/calendar/us_equities.hpp"
#include "shell/json/value.hpp"
#include "sim/exchange/account.hpp"
#include "sim/exchange/api_error.hpp"
#include "sim/exchange/asset.hpp"
#include "sim/exchange/order.hpp"

namespace belay::sim {

// The trading API's shapes (alpaca.md 2): decimals are strings, absent times and prices are null.

/// `in_parent`: as one of the parent's `legs`, where a few fields are not shown.
[[nodiscard]] json::Value wire_order(const Order& order, bool in_parent = false);
/// What the exchange does not model has values an ordinary account would have.
[[nodiscard]] json::Value wire_account(const AccountView& account, Timestamp now, const calendar::UsEquities& calendar);
[[nodiscard]] json::Value wire_position(const Position& position);
[[nodiscard]] json::Value wire_activity(const Activity& activity);
[[nodiscard]] json::Value wire_error(const ApiError& error);
/// "2026-01-26T10:00:00.5-05:00"
[[nodiscard]] std::string new_york_rfc3339(Timestamp at);
/// Times with New York's offset, as the broker writes them here.
[[nodiscard]] json::Value wire_clock(Timestamp now, const calendar::UsEquities& calendar);
[[nodiscard]] json::Value wire_calendar_day(const calendar::Session& session, const calendar::UsEquities& calendar);
[[nodiscard]] json::Value wire_asset(const Asset& asset);
/// What is special about it, in the broker's words (alpaca.md 2, Asset).
[[nodiscard]] std::vector<std::string> attributes_of(const Asset& asset);
/// `contract` is an option. The previous close is absent before the first one.
[[nodiscard]] json::Value wire_option_contract(const Asset& contract, const Asset& underlying, Date today,
                                               std::optional<Price> previous_close, Date previous_session);

/// What one contract delivers: a list of one.
[[nodiscard]] json::Value wire_deliverables(const Asset& contract, const Asset& underlying);

/// "us_equity", "us_option" or "crypto".
[[nodiscard]] std::string_view asset_class_text(InstrumentKind kind);

}  // namespace belay::sim
