// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/engine/action.hpp"
#include "core/engine/event.hpp"
#include "core/engine/state.hpp"

namespace belay::engine {

/// The whole of Belay's judgement: what to do about an event. Deterministic: the same state, event and moment give the
/// same actions and the same state after. Nothing else decides anything.
Actions step(State& state, const Event& event, Moment now);

/// Symbols whose prices the lots of the state need: their own, and the underlying's where levels are stated in it.
std::vector<std::string> symbols_to_price(const State& state);

/// The symbol that an option is an option on; any other instrument's own.
std::string underlying_symbol(const Instrument& instrument);

/// The symbol whose price the lot's stop and target are levels of.
std::string level_symbol(const Lot& lot);

/// Why the lot's symbol, or its option's underlying, does not trade now; empty when it does, or nobody said otherwise.
std::string halt_of(const State& state, const Lot& lot);

/// Unrealised result of what is left of the lot, at this price; percent of the entry value, 5 being five percent.
Money result_at(const Lot& lot, Price price);
std::optional<Ratio> percent_at(const Lot& lot, Price price);

/// How many orders, the newest first, the next read of the broker should list with their children: one page of the
/// broker's, unless the entries of many lots were never seen.
std::size_t orders_to_list(const State& state);

/// Whether the order is, or was, a guard of the lot's.
bool is_guard_of(const Lot& lot, const OrderId& id);

/// How an exit stands, in one word for people and scripts.
enum class ExitStanding : std::uint8_t { working, waiting, failed };
ExitStanding exit_standing(const State& state, const LotUid& lot);
/// Whether something is under way that a pass should stand by for.
bool has_work_in_flight(const State& state);

}  // namespace belay::engine
