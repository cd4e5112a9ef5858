// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <expected>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/wire_corporate.hpp"

namespace belay::sim {
namespace {

constexpr std::int64_t kUsualPage = 100;
constexpr std::int64_t kLargestPage = 1000;
constexpr std::chrono::days kLongestSpan{90};

/// The market data API says what is wrong in a message alone (alpaca.md 5).
Reply bad(std::string message) { return {400, json::Object{{"message", std::move(message)}}}; }

/// Which actions somebody asks for.
struct ActionFilter {
  std::vector<std::string> symbols;  // empty: all
  std::vector<std::string> cusips;
  std::vector<std::string> types;
  std::vector<std::string> ids;  // excludes all others
  Date first{};
  Date last{};
  bool descending = false;

  [[nodiscard]] bool accepts(const Announcement& action) const {
    if (!ids.empty()) return std::ranges::count(ids, action.id) > 0;
    const auto named = [&](const std::vector<std::string>& list, auto&& word_of) {
      if (list.empty() || std::ranges::count(list, word_of(action.symbol)) > 0) return true;
      return !action.new_symbol.empty() && std::ranges::count(list, word_of(action.new_symbol)) > 0;
    };
    if (!named(symbols, [](const std::string& symbol) { return symbol; }) || !named(cusips, cusip_of)) return false;
    if (!types.empty() && std::ranges::count(types, to_text(action.family)) == 0) return false;
    return first <= action.ex_date && action.ex_date <= last;
  }
};

std::expected<ActionFilter, std::string> read_filter(const Query& query, Date today) {
  ActionFilter filter;
  filter.symbols = query.list("symbols");
  filter.cusips = query.list("cusips");
  filter.types = query.list("types");
  filter.ids = query.list("ids");
  for (const std::string& type : filter.types) {
    if (!parse_action_family(type)) return std::unexpected("invalid type: " + type);
  }
  const auto first = query.date("start");
  const auto last = query.date("end");
  if (!first || !last) return std::unexpected("start and end must be dates");
  filter.first = first->value_or(today);
  filter.last = last->value_or(today);
  if (filter.last < filter.first) return std::unexpected("end should not be before start");
  for (const std::string_view other : {"symbols", "cusips", "types", "start", "end", "region", "data_quality"}) {
    if (!filter.ids.empty() && query.find(other) != nullptr) {
      return std::unexpected("ids cannot be used with " + std::string(other));
    }
  }
  const std::string sort = query.text("sort");
  if (!sort.empty() && sort != "asc" && sort != "desc") return std::unexpected("sort must be asc or desc");
  filter.descending = sort == "desc";
  return filter;
}

std::vector<Announcement> chosen(const Exchange& exchange, const ActionFilter& filter) {
  std::vector<Announcement> actions;
  std::ranges::copy_if(exchange.announcements(), std::back_inserter(actions),
                       [&](const Announcement& action) { return filter.accepts(action); });
  std::ranges::stable_sort(actions, [&](const Announcement& a, const Announcement& b) {
    return filter.descending ? b.ex_date < a.ex_date : a.ex_date < b.ex_date;
  });
  return actions;
}

json::Value families_of(const std::vector<Announcement>& actions) {
  json::Object families;
  for (const Announcement& action : actions) {
    const std::string name(list_name(action.family));
    json::Array list;
    if (const json::Value* listed = families.find(name)) list = *listed->as_array();
    list.push_back(wire_corporate_action(action));
    families.set(name, std::move(list));
  }
  return families;
}

/// A page's token is the id of the last action before it.
Reply list_actions(Exchange& exchange, const Call& call) {
  const auto filter = read_filter(call.query, calendar::to_new_york(exchange.now()).date);
  if (!filter) return bad(filter.error());
  const auto limit = call.query.count("limit", kUsualPage);
  if (!limit || *limit > kLargestPage) return bad("limit must be 1 to 1000");
  if (call.query.text("region") == "non_us") {
    return {200, json::Object{{"corporate_actions", json::Object{}}, {"next_page_token", nullptr}}};
  }
  std::vector<Announcement> actions = chosen(exchange, *filter);
  const std::string token = call.query.text("page_token");
  if (!token.empty()) {
    const auto last = std::ranges::find(actions, token, &Announcement::id);
    if (last == actions.end()) return bad("invalid page_token");
    actions.erase(actions.begin(), last + 1);
  }
  json::Value next;
  if (actions.size() > static_cast<std::size_t>(*limit)) {
    actions.resize(static_cast<std::size_t>(*limit));
    next = actions.back().id;
  }
  return {200, json::Object{{"corporate_actions", families_of(actions)}, {"next_page_token", std::move(next)}}};
}

Date date_for(const Announcement& action, std::string_view date_type) {
  if (date_type == "record_date") return action.record_date.value_or(action.ex_date);
  if (date_type == "payable_date") return action.payable_date.value_or(action.ex_date);
  return action.ex_date;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& letter : small) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return small;
}

/// Whoever writes "dividend" means "Dividend".
bool names(const std::vector<std::string>& types, std::string_view type) {
  return std::ranges::any_of(
      types, [&](const std::string& asked) { return in_small_letters(asked) == in_small_letters(type); });
}

/// Deprecated, and still there (alpaca.md 2, Corporate actions).
Reply list_announcements(Exchange& exchange, const Call& call) {
  const auto types = call.query.list("ca_types");
  const auto since = call.query.date("since");
  const auto until = call.query.date("until");
  if (types.empty()) return refuse(invalid_request("ca_types is required"));
  if (!since || !until || !*since || !*until) return refuse(invalid_request("since and until must be dates"));
  if (std::chrono::sys_days(**until) - std::chrono::sys_days(**since) > kLongestSpan) {
    return refuse(invalid_request("date range must be 90 days or less"));
  }
  const std::string symbol = call.query.text("symbol");
  const std::string cusip = call.query.text("cusip");
  const std::string date_type = call.query.text("date_type");
  json::Array listed;
  for (const Announcement& action : exchange.announcements()) {
    const std::string_view type = announcement_type(action.family);
    const Date day = date_for(action, date_type);
    if (type.empty() || !names(types, type) || day < **since || **until < day) continue;
    if (!symbol.empty() && symbol != action.symbol) continue;
    if (!cusip.empty() && cusip != cusip_of(action.symbol)) continue;
    listed.push_back(wire_announcement(action));
  }
  return {200, std::move(listed)};
}

Reply read_announcement(Exchange& exchange, const Call& call) {
  const std::string& id = call.path_parts.at(0);
  const auto& all = exchange.announcements();
  const auto found = std::ranges::find(all, id, &Announcement::id);
  if (found == all.end() || announcement_type(found->family).empty()) {
    return refuse(not_found("announcement not found for " + id));
  }
  return {200, wire_announcement(*found)};
}

constexpr std::array kRoutes{
    Route{"GET", "/v1/corporate-actions", list_actions},
    Route{"GET", "/v2/corporate_actions/announcements", list_announcements},
    Route{"GET", "/v2/corporate_actions/announcements/{id}", read_announcement},
};

}  // namespace

std::span<const Route> corporate_routes() { return kRoutes; }

}  // namespace belay::sim
