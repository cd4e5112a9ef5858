// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "sim/server/call.hpp"

namespace belay::sim {

// What the market data API understands and refuses (alpaca.md 5): 400 {"message"} for what makes no sense, 403 for what
// the plan does not include.

[[nodiscard]] ApiError bad_parameter(std::string message);
[[nodiscard]] ApiError not_permitted(std::string message);
/// As the data API words it: the code only where it has one.
[[nodiscard]] Reply refuse_data(const ApiError& error);

/// Refuses names that the endpoint does not know.
[[nodiscard]] Answer<void> check_names(const Query& query, std::initializer_list<std::string_view> known);
/// Capitals, sorted, each once; at least one. For options at most a hundred, and OCC symbols.
[[nodiscard]] Answer<std::vector<std::string>> read_symbols(const Query& query, bool options);
[[nodiscard]] Answer<std::string> check_symbol(const std::string& symbol, bool option);
[[nodiscard]] Answer<std::size_t> read_limit(const Query& query, std::size_t usual, std::size_t largest);

/// Where prices come from.
struct Feed {
  Duration delay{};             ///< what is younger is not shown
  bool overnight_only = false;  ///< boats and overnight: from 20:00 to 04:00
  bool is_empty = false;        ///< otc: nothing of what the exchange lists

  [[nodiscard]] bool shows(Timestamp at) const;
};
[[nodiscard]] Answer<Feed> read_latest_feed(const Call& call);
[[nodiscard]] Answer<Feed> read_option_feed(const Call& call);

/// A stretch of the past that somebody asks for.
struct HistoryRequest {
  std::vector<std::string> symbols;
  Timestamp first;  // inclusive, both
  Timestamp last;
  std::size_t limit = 1000;
  bool descending = false;
  Feed feed;
  std::optional<Date> as_of;  ///< the day on which the symbols are meant; absent: they are meant literally
  std::string currency;       ///< empty: not asked for
  std::string page_token;
};
/// `extra` are names that the endpoint knows beside the ones that all have. Symbols of a path come in `symbol`.
[[nodiscard]] Answer<HistoryRequest> read_history(const Call& call, Timestamp now, bool options,
                                                  std::initializer_list<std::string_view> extra,
                                                  const std::string* symbol = nullptr);

}  // namespace belay::sim
