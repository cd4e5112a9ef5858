// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/calendar/us_equities.hpp"
#include "sim/server/call.hpp"

namespace belay::sim {

/// One point of an account's history: where it is shown, and the moment as of which its value counts.
struct PortfolioPoint {
  std::int64_t label = 0;  ///< Unix seconds
  Timestamp until;
  Date day{};  ///< of trading
};

/// What somebody asks of GET /v2/account/portfolio/history.
struct PortfolioRequest {
  Date first{};
  Timestamp start;  ///< of intraday points; a day has all of its own
  Timestamp end;
  std::string timeframe;  ///< as the answer names it
  Duration step{};        ///< zero: a day
  enum class Hours : std::uint8_t { market, extended, continuous };
  Hours hours = Hours::market;
  bool resets_daily = true;
  bool all_cashflows = false;
  std::vector<std::string> cashflow_types;

  [[nodiscard]] bool is_daily() const { return step == Duration{}; }
};

[[nodiscard]] Answer<PortfolioRequest> read_portfolio_request(const Query& query, Timestamp now,
                                                              const calendar::UsEquities& calendar);

/// The points of a request that have begun by `now`, ascending. Days are labelled with their midnight in UTC, others
/// with their beginning; a session's close has a point of its own.
[[nodiscard]] std::vector<PortfolioPoint> portfolio_points(const PortfolioRequest& request, Timestamp now,
                                                           const calendar::UsEquities& calendar);

}  // namespace belay::sim
