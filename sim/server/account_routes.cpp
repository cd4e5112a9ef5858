// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

constexpr std::int64_t kLargestPage = 100;

Reply read_account(Exchange& exchange, const Call& call) {
  return {200, wire_account(exchange.account(call.account), exchange.now(), exchange.calendar())};
}

/// Which activities somebody asks for (alpaca.md 1, pagination).
struct ActivityFilter {
  std::vector<std::string> types;  // empty: all
  std::optional<bool> fills;       // by category
  std::string order_id;
  std::optional<Date> date;
  std::optional<Timestamp> after;  // exclusive
  std::optional<Timestamp> until;  // exclusive
  bool ascending = false;
  std::size_t page_size = kLargestPage;
  std::string page_token;

  [[nodiscard]] bool accepts(const Activity& activity) const {
    if (!types.empty() && std::ranges::find(types, activity.activity_type) == types.end()) return false;
    if (fills && *fills != activity.is_fill()) return false;
    if (!order_id.empty() && activity.order_id.text() != order_id) return false;
    if (date && calendar::to_new_york(activity.at).date != *date) return false;
    if (after && activity.at <= *after) return false;
    if (until && activity.at >= *until) return false;
    return true;
  }
};

Answer<ActivityFilter> read_span(const Query& query, ActivityFilter filter) {
  const auto date = query.date("date");
  if (!date) return std::unexpected(date.error());
  const auto after = query.time("after");
  if (!after) return std::unexpected(after.error());
  const auto until = query.time("until");
  if (!until) return std::unexpected(until.error());
  if (*date && (*after || *until)) {
    return std::unexpected(invalid_request("date cannot be used with after and until"));
  }
  filter.date = *date;
  filter.after = *after;
  filter.until = *until;
  return filter;
}

/// As the ids of activities do: year to millisecond in digits (alpaca.md 2, Activities).
bool begins_with_a_moment(const std::string& token) {
  constexpr std::size_t kDigits = 17;
  return token.size() >= kDigits && token.find_first_not_of("0123456789") >= kDigits;
}

Answer<ActivityFilter> read_filter(const Query& query) {
  ActivityFilter filter;
  filter.types = query.list("activity_types");
  if (const std::string* category = query.find("category")) {
    if (!filter.types.empty()) {
      return std::unexpected(invalid_request("only one of category and activity_types is accepted"));
    }
    if (*category != "trade_activity" && *category != "non_trade_activity") {
      return std::unexpected(invalid_request("invalid category '" + *category + "'"));
    }
    filter.fills = *category == "trade_activity";
  }
  filter.order_id = query.text("order_id");
  const std::string direction = query.text("direction");
  if (!direction.empty() && direction != "asc" && direction != "desc") {
    return std::unexpected(invalid_request("invalid direction '" + direction + "': use asc or desc"));
  }
  filter.ascending = direction == "asc";
  const auto page_size = query.count("page_size", query.find("date") == nullptr ? kLargestPage : 1'000'000);
  if (!page_size) return std::unexpected(page_size.error());
  if (*page_size > kLargestPage && query.find("date") == nullptr) {
    return std::unexpected(invalid_request("page_size must be at most 100"));
  }
  filter.page_size = static_cast<std::size_t>(*page_size);
  filter.page_token = query.text("page_token");
  if (!filter.page_token.empty() && !begins_with_a_moment(filter.page_token)) {
    return std::unexpected(invalid_request("invalid page_token '" + filter.page_token + "'"));
  }
  return read_span(query, std::move(filter));
}

Reply page_of(std::span<const Activity> known, const ActivityFilter& filter) {
  std::vector<Activity> activities(known.begin(), known.end());
  // A position booked as of the past comes late, but belongs where its time is.
  std::ranges::stable_sort(activities, {}, &Activity::at);
  json::Array page;
  const auto visit = [&](const Activity& activity) {
    // A token is where to go on, whether or not that activity is still there: a bust may have taken it out.
    const auto order = activity.id <=> filter.page_token;
    const bool reached = filter.page_token.empty() || (filter.ascending ? order > 0 : order < 0);
    if (reached && page.size() < filter.page_size && filter.accepts(activity)) page.push_back(wire_activity(activity));
  };
  if (filter.ascending) {
    std::ranges::for_each(activities, visit);
  } else {
    std::for_each(activities.rbegin(), activities.rend(), visit);
  }
  return {200, std::move(page)};
}

Reply list_activities(Exchange& exchange, const Call& call) {
  const auto filter = read_filter(call.query);
  if (!filter) return refuse(filter.error());
  return page_of(exchange.activities(call.account), *filter);
}

Reply list_activities_of_type(Exchange& exchange, const Call& call) {
  auto filter = read_filter(call.query);
  if (!filter) return refuse(filter.error());
  filter->types = {call.path_parts.at(0)};
  return page_of(exchange.activities(call.account), *filter);
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/account", read_account},
    Route{"GET", "/v2/account/activities", list_activities},
    Route{"GET", "/v2/account/activities/{activity_type}", list_activities_of_type},
};

}  // namespace

std::span<const Route> account_routes() { return kRoutes; }

}  // namespace belay::sim
