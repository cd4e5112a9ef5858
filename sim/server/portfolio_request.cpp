// SPDX-License-Identifier: Apache-2.0
#include "sim/server/portfolio_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

using Hours = PortfolioRequest::Hours;
constexpr int kLongestIntraday = 30;  // days
constexpr int kFineUntil = 7;         // days
constexpr int kMostUnits = 10'000;
constexpr std::chrono::days kLongestSpan{20'000};

struct Step {
  std::string_view name;
  Duration length;
};
constexpr std::array<Step, 6> kSteps{{{"1Min", std::chrono::minutes(1)},
                                      {"5Min", std::chrono::minutes(5)},
                                      {"15Min", std::chrono::minutes(15)},
                                      {"1H", std::chrono::hours(1)},
                                      {"1Hour", std::chrono::hours(1)},
                                      {"1D", Duration{}}}};

std::chrono::sys_days days_of(Date date) { return std::chrono::sys_days(date); }

Timestamp midnight(Date date) { return calendar::from_new_york(date, std::chrono::seconds(0)); }

Timestamp end_of_day(Date date) { return midnight(Date(days_of(date) + std::chrono::days(1))) - Duration(1); }

/// The first day of a period that ends with `last`: of 1D it is that day itself, or the last one on which was traded.
std::optional<Date> first_day(std::string_view period, Date last, const calendar::UsEquities& calendar) {
  int count = 0;
  const char* const end = period.data() + period.size();
  const auto [unit, error] = std::from_chars(period.data(), end, count);
  if (error != std::errc() || unit + 1 != end || count < 1 || count > kMostUnits) return std::nullopt;
  switch (*unit) {
    case 'D': {
      Date day = calendar.last_session_on_or_before(last).date;
      for (int i = 1; i < count; ++i) day = calendar.session_before(day).date;
      return day;
    }
    case 'W':
      return Date(days_of(last) - std::chrono::days(7 * count));
    case 'M':
    case 'A': {
      const auto months = std::chrono::months(*unit == 'M' ? count : 12 * count);
      Date day = last - months;
      if (!day.ok()) day = day.year() / day.month() / std::chrono::last;
      return day;
    }
    default:
      return std::nullopt;
  }
}

Answer<void> read_span(const Query& query, Timestamp now, const calendar::UsEquities& calendar,
                       PortfolioRequest& request) {
  const auto start = query.time("start");
  if (!start) return std::unexpected(start.error());
  const auto end = query.time("end");
  if (!end) return std::unexpected(end.error());
  std::string period = query.text("period");
  if (*start && *end && !period.empty()) {
    return std::unexpected(invalid_request("only two of start, end and period can be specified at the same time"));
  }
  request.end = std::min(end->value_or(now), now);
  if (const auto day = parse_date(query.text("end"))) request.end = std::min(now, end_of_day(*day));
  if (period.empty()) period = "1M";
  if (*start) {
    request.first = calendar::to_new_york(**start).date;
    request.start = **start;
    if (!*end && query.find("period") != nullptr) {  // then it says how far to go on
      const auto back = first_day(period, request.first, calendar);
      if (!back) return std::unexpected(invalid_request("invalid period: " + period));
      const Date last(days_of(request.first) + (days_of(request.first) - days_of(*back)));
      request.end = std::min(now, end_of_day(last));
    }
  } else {
    const auto first = first_day(period, calendar::to_new_york(request.end).date, calendar);
    if (!first) return std::unexpected(invalid_request("invalid period: " + period));
    request.first = *first;
    request.start = midnight(*first);
  }
  if (days_of(calendar::to_new_york(request.end).date) - days_of(request.first) > kLongestSpan) {
    return std::unexpected(invalid_request("start and end are too far apart"));
  }
  if (request.end < request.start) return std::unexpected(invalid_request("end should not be before start"));
  return {};
}

Answer<void> read_step(const Query& query, PortfolioRequest& request) {
  const auto days =
      (days_of(calendar::to_new_york(request.end).date) - days_of(request.first)) / std::chrono::days(1) + 1;
  std::string name = query.text("timeframe");
  if (name.empty()) name = days < kFineUntil ? "1Min" : days < kLongestIntraday ? "15Min" : "1D";
  const auto* const step = std::ranges::find(kSteps, name, &Step::name);
  if (step == kSteps.end()) return std::unexpected(invalid_request("invalid timeframe: " + name));
  if (step->length != Duration{} && days > kLongestIntraday + 1) {
    return std::unexpected(invalid_request("intraday timeframes are limited to 30 days"));
  }
  request.timeframe = name == "1Hour" ? "1H" : name;
  request.step = step->length;
  return {};
}

Answer<void> read_words(const Query& query, PortfolioRequest& request) {
  const std::string hours = query.text("intraday_reporting");
  const auto is_extended = query.flag("extended_hours");
  if (!is_extended) return std::unexpected(is_extended.error());
  if (hours == "extended_hours" || (hours.empty() && *is_extended)) {
    request.hours = Hours::extended;
  } else if (hours == "continuous") {
    request.hours = Hours::continuous;
  } else if (!hours.empty() && hours != "market_hours") {
    return std::unexpected(invalid_request("invalid intraday_reporting: " + hours));
  }
  const std::string reset = query.text("pnl_reset");
  if (!reset.empty() && reset != "per_day" && reset != "no_reset") {
    return std::unexpected(invalid_request("invalid pnl_reset: " + reset));
  }
  request.resets_daily = reset != "no_reset";
  const std::string cashflows = query.text("cashflow_types");
  request.all_cashflows = cashflows == "ALL";
  if (!request.all_cashflows && cashflows != "NONE") request.cashflow_types = query.list("cashflow_types");
  return {};
}

/// From where to where a day has intraday points.
std::optional<calendar::Span> hours_of(Date day, Hours hours, const calendar::UsEquities& calendar) {
  if (hours == Hours::continuous)
    return calendar::Span{midnight(day), midnight(Date(days_of(day) + std::chrono::days(1)))};
  const auto session = calendar.session_on(day);
  if (!session) return std::nullopt;
  if (hours == Hours::market) return calendar::Span{session->open, session->close};
  return calendar.extended_hours_on(day);
}

std::int64_t unix_seconds(Timestamp at) { return at.nanos / fixed::kScale; }

void add_day(Date day, const PortfolioRequest& request, Timestamp now, const calendar::UsEquities& calendar,
             std::vector<PortfolioPoint>& points) {
  if (request.is_daily()) {
    const auto session = calendar.session_on(day);
    if (!session || session->open > now) return;
    const std::int64_t label = days_of(day).time_since_epoch() / std::chrono::seconds(1);
    points.push_back({label, session->close, day});
    return;
  }
  const auto span = hours_of(day, request.hours, calendar);
  if (!span) return;
  const bool continuous = request.hours == Hours::continuous;
  for (Timestamp at = span->from; at < span->to || (!continuous && at == span->to); at = at + request.step) {
    // Sessions are shown from their beginning, whatever the start.
    if (at > request.end || (continuous && at + request.step <= request.start)) continue;
    points.push_back({unix_seconds(at), at == span->to ? at : at + request.step, day});
  }
}

}  // namespace

Answer<PortfolioRequest> read_portfolio_request(const Query& query, Timestamp now,
                                                const calendar::UsEquities& calendar) {
  PortfolioRequest request;
  if (const auto read = read_span(query, now, calendar, request); !read) return std::unexpected(read.error());
  if (const auto read = read_step(query, request); !read) return std::unexpected(read.error());
  if (const auto read = read_words(query, request); !read) return std::unexpected(read.error());
  return request;
}

std::vector<PortfolioPoint> portfolio_points(const PortfolioRequest& request, Timestamp now,
                                             const calendar::UsEquities& calendar) {
  std::vector<PortfolioPoint> points;
  const auto last = days_of(calendar::to_new_york(request.end).date);
  for (auto day = days_of(request.first); day <= last; day += std::chrono::days(1)) {
    add_day(Date(day), request, now, calendar, points);
  }
  return points;
}

}  // namespace belay::sim
