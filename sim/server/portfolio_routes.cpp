// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/portfolio_request.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {
namespace {

json::Value number(Money amount) { return json::Value::number_text(amount.text()); }

/// With four decimals, as the broker rounds.
json::Value share(Money part, Money whole) {
  constexpr std::int64_t kFourth = fixed::kScale / 10'000;
  const auto exact = ratio(part, whole);
  if (!exact) return 0;
  return json::Value::number_text(
      Ratio::from_nanos(fixed::multiply_divide(exact->nanos(), 1, kFourth) * kFourth).text());
}

/// What is compared with: the close of the session before, or what the account began with.
struct Baseline {
  Money value;
  std::optional<Date> as_of;
};

Baseline baseline_before(Date day, const Call& call, const Exchange& exchange) {
  const EquityCurve& curve = call.world->curve;
  const auto session = exchange.calendar().session_before(day);
  if (const auto close = curve.before(call.account, session.close)) return {*close, session.date};
  return {curve.opening(call.account), std::nullopt};
}

/// Net amounts of activities other than fills, by type, in the windows that end at the points.
json::Value wire_cashflow(const PortfolioRequest& request, const std::vector<PortfolioPoint>& points, Timestamp begin,
                          std::span<const Activity> activities) {
  std::map<std::string, std::vector<Money>> flows;
  for (const std::string& type : request.cashflow_types) flows[type].resize(points.size());
  for (const Activity& activity : activities) {
    const bool wanted = request.all_cashflows || flows.contains(activity.activity_type);
    if (activity.is_fill() || activity.net_amount.is_zero() || !wanted || activity.at < begin) continue;
    const auto window = std::ranges::upper_bound(points, activity.at, {}, &PortfolioPoint::until);
    if (window == points.end()) continue;
    auto& flow = flows[activity.activity_type];
    flow.resize(points.size());
    flow[static_cast<std::size_t>(window - points.begin())] += activity.net_amount;
  }
  json::Object wire;
  for (const auto& [type, flow] : flows) {
    json::Array amounts;
    for (const Money amount : flow) amounts.push_back(number(amount));
    wire.append(type, std::move(amounts));
  }
  return wire;
}

/// Profit and loss of intraday points are told against the close of the day before, of days against the point before.
/// (The document says of days that they are told against the base value; its newest example shows otherwise.)
json::Object wire_points(const PortfolioRequest& request, const std::vector<PortfolioPoint>& points,
                         const Baseline& base, const Call& call, const Exchange& exchange) {
  const EquityCurve& curve = call.world->curve;
  json::Array times;
  json::Array equities;
  json::Array gains;
  json::Array shares;
  Money against = base.value;
  std::optional<Date> day;
  for (const PortfolioPoint& point : points) {
    if (!request.is_daily() && request.resets_daily && day && *day != point.day &&
        exchange.calendar().session_on(point.day)) {
      against = baseline_before(point.day, call, exchange).value;
    }
    day = point.day;
    const auto equity = curve.before(call.account, point.until);
    const Money gain = equity ? *equity - against : Money{};
    times.emplace_back(point.label);
    equities.push_back(number(equity.value_or(Money{})));  // before there was an account: nothing
    gains.push_back(number(gain));
    shares.push_back(share(gain, against));
    if (request.is_daily() && equity) against = *equity;
  }
  return json::Object{{"timestamp", std::move(times)},
                      {"equity", std::move(equities)},
                      {"profit_loss", std::move(gains)},
                      {"profit_loss_pct", std::move(shares)}};
}

Reply read_history(Exchange& exchange, const Call& call) {
  const auto request = read_portfolio_request(call.query, exchange.now(), exchange.calendar());
  if (!request) return refuse(request.error());
  const auto points = portfolio_points(*request, exchange.now(), exchange.calendar());
  const Date first = points.empty() ? request->first : points.front().day;
  const Baseline base = baseline_before(first, call, exchange);
  json::Object body = wire_points(*request, points, base, call, exchange);
  body.append("base_value", number(base.value));
  if (base.as_of) body.append("base_value_asof", belay::to_text(*base.as_of));
  body.append("timeframe", request->timeframe);
  const Timestamp begin = calendar::from_new_york(first, std::chrono::seconds(0));
  body.append("cashflow", wire_cashflow(*request, points, begin, exchange.activities(call.account)));
  return {200, std::move(body)};
}

constexpr std::array kRoutes{Route{"GET", "/v2/account/portfolio/history", read_history}};

}  // namespace

std::span<const Route> portfolio_routes() { return kRoutes; }

}  // namespace belay::sim
