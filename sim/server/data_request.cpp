// SPDX-License-Identifier: Apache-2.0
#include "sim/server/data_request.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "core/trading/instrument.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kOptionSymbols = 100;  // alpaca.md 5
constexpr std::string_view kNoRecentSip = "subscription does not permit querying recent SIP data";
constexpr std::string_view kUsd = "USD";

bool is_symbol_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/'; }

/// A date is all of its day in New York: its first moment, or its last.
Answer<std::optional<Timestamp>> read_moment(const Query& query, std::string_view name, bool end_of_day) {
  const std::string* text = query.find(name);
  if (text == nullptr || text->empty()) return std::nullopt;
  if (const auto day = parse_date(*text)) {
    if (!end_of_day) return calendar::from_new_york(*day, std::chrono::seconds(0));
    const Date next(std::chrono::sys_days(*day) + std::chrono::days(1));
    return calendar::from_new_york(next, std::chrono::seconds(0)) - Duration(1);
  }
  const auto at = parse_timestamp(*text);
  // RFC 3339 has an offset; a bare date and time is nobody's.
  const bool has_offset = text->ends_with('Z') || text->find_last_of("+-") > text->find('T');
  if (!at || !has_offset) return std::unexpected(bad_parameter("invalid " + std::string(name)));
  return *at;
}

Answer<Feed> read_history_feed(const Call& call) {
  const std::string name = call.query.text("feed");
  if (name == "otc") return Feed{.is_empty = true};
  if (name == "boats") {
    if (call.world->plan.is_basic)
      return std::unexpected(not_permitted("subscription does not permit querying BOATS data"));
    return Feed{.overnight_only = true};
  }
  if (!name.empty() && name != "sip" && name != "iex") return std::unexpected(bad_parameter("invalid feed: " + name));
  return Feed{};
}

/// The last quarter of an hour of all exchanges is not for the Basic plan.
Answer<void> limit_to_plan(const Call& call, Timestamp now, HistoryRequest& request, bool has_end, bool options) {
  if (!call.world->plan.is_basic || call.query.text("feed") == "iex") return {};
  const Timestamp newest = now - kWithheld;
  if (!has_end) request.last = std::min(request.last, newest);
  if (request.last <= newest && request.first <= newest) return {};
  return std::unexpected(
      not_permitted(options ? "subscription does not permit querying recent OPRA data" : std::string(kNoRecentSip)));
}

Answer<void> read_span(const Call& call, Timestamp now, HistoryRequest& request, bool options) {
  const auto start = read_moment(call.query, "start", false);
  if (!start) return std::unexpected(start.error());
  const auto end = read_moment(call.query, "end", true);
  if (!end) return std::unexpected(end.error());
  const bool is_late = call.world->plan.is_basic && call.query.text("feed") != "iex";
  const Timestamp today = calendar::from_new_york(calendar::to_new_york(now).date, std::chrono::seconds(0));
  request.first = start->value_or(is_late ? std::min(today, now - kWithheld) : today);
  request.last = end->value_or(now);
  if (const auto limited = limit_to_plan(call, now, request, end->has_value(), options); !limited) return limited;
  if (request.last < request.first) return std::unexpected(bad_parameter("end should not be before start"));
  return {};
}

Answer<void> read_as_of(const Query& query, Timestamp now, HistoryRequest& request) {
  const std::string text = query.text("asof");
  if (text == "-") return {};
  request.as_of = calendar::to_new_york(now).date;
  if (text.empty()) return {};
  const auto day = parse_date(text);
  if (!day) return std::unexpected(bad_parameter("invalid asof"));
  request.as_of = *day;
  return {};
}

Answer<void> read_order(const Query& query, HistoryRequest& request) {
  const std::string sort = query.text("sort");
  if (!sort.empty() && sort != "asc" && sort != "desc") return std::unexpected(bad_parameter("invalid sort: " + sort));
  request.descending = sort == "desc";
  request.currency = query.text("currency");
  if (!request.currency.empty() && request.currency != kUsd) {
    return std::unexpected(bad_parameter("invalid currency: " + request.currency));
  }
  request.page_token = query.text("page_token");
  return {};
}

}  // namespace

ApiError bad_parameter(std::string message) { return {400, 0, std::move(message), {}}; }
ApiError not_permitted(std::string message) { return {403, kUnprocessable, std::move(message), {}}; }

Reply refuse_data(const ApiError& error) {
  json::Object body;
  if (error.code != 0) body.append("code", error.code);
  body.append("message", error.message);
  return {error.http_status, std::move(body)};
}

Answer<void> check_names(const Query& query, std::initializer_list<std::string_view> known) {
  std::string unknown;
  for (const auto& [name, value] : query.all()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    unknown += (unknown.empty() ? "" : ", ") + name;
  }
  if (unknown.empty()) return {};
  return std::unexpected(bad_parameter("unexpected parameter(s): " + unknown));
}

Answer<std::string> check_symbol(const std::string& symbol, bool option) {
  const bool sound = !symbol.empty() && std::ranges::all_of(symbol, is_symbol_letter) &&
                     (!option || instrument_of(symbol).is_option());
  if (!sound) return std::unexpected(bad_parameter("invalid symbol: " + symbol));
  return symbol;
}

Answer<std::vector<std::string>> read_symbols(const Query& query, bool options) {
  std::vector<std::string> symbols = query.list("symbols");
  if (symbols.empty()) return std::unexpected(bad_parameter("symbols: at least one is needed"));
  if (options && symbols.size() > kOptionSymbols) {
    return std::unexpected(bad_parameter("symbols: at most 100 are allowed"));
  }
  for (const std::string& symbol : symbols) {
    if (const auto checked = check_symbol(symbol, options); !checked) return std::unexpected(checked.error());
  }
  std::ranges::sort(symbols);
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
  return symbols;
}

Answer<std::size_t> read_limit(const Query& query, std::size_t usual, std::size_t largest) {
  const auto limit = query.count("limit", static_cast<std::int64_t>(usual));
  if (!limit || *limit > static_cast<std::int64_t>(largest)) {
    return std::unexpected(bad_parameter("invalid limit: use a number from 1 to " + std::to_string(largest)));
  }
  return static_cast<std::size_t>(*limit);
}

bool Feed::shows(Timestamp at) const {
  if (is_empty) return false;
  if (!overnight_only) return true;
  const auto time_of_day = calendar::to_new_york(at).time_of_day;
  return time_of_day >= std::chrono::hours(20) || time_of_day < std::chrono::hours(4);
}

Answer<Feed> read_latest_feed(const Call& call) {
  const std::string name = call.query.text("feed");
  const std::string currency = call.query.text("currency");
  if (!currency.empty() && currency != kUsd) return std::unexpected(bad_parameter("invalid currency: " + currency));
  if (name == "delayed_sip") return Feed{.delay = kWithheld};
  if (name == "otc") return Feed{.is_empty = true};
  if (name == "overnight") return Feed{.overnight_only = true};
  if (name.empty() || name == "iex") return Feed{};  // the default is the best that one is entitled to
  if (name != "sip" && name != "boats") return std::unexpected(bad_parameter("invalid feed: " + name));
  if (call.world->plan.is_basic) {
    return std::unexpected(
        not_permitted(name == "sip" ? std::string(kNoRecentSip) : "subscription does not permit querying BOATS data"));
  }
  return Feed{.overnight_only = name == "boats"};
}

Answer<Feed> read_option_feed(const Call& call) {
  const std::string name = call.query.text("feed");
  if (!name.empty() && name != "opra" && name != "indicative") {
    return std::unexpected(bad_parameter("invalid feed: " + name));
  }
  if (name == "opra" && call.world->plan.is_basic) {
    return std::unexpected(not_permitted("subscription does not permit querying OPRA data"));
  }
  return Feed{};
}

Answer<HistoryRequest> read_history(const Call& call, Timestamp now, bool options,
                                    std::initializer_list<std::string_view> extra, const std::string* symbol) {
  Query others = call.query;
  for (const std::string_view name : extra) others.remove(name);
  const auto known =
      options ? check_names(others, {"symbols", "start", "end", "limit", "page_token", "sort"})
      : symbol != nullptr
          ? check_names(others, {"start", "end", "limit", "asof", "feed", "currency", "page_token", "sort"})
          : check_names(others, {"symbols", "start", "end", "limit", "asof", "feed", "currency", "page_token", "sort"});
  if (!known) return std::unexpected(known.error());
  HistoryRequest request;
  if (symbol != nullptr) {
    const auto checked = check_symbol(*symbol, options);
    if (!checked) return std::unexpected(checked.error());
    request.symbols = {*symbol};
  } else {
    auto symbols = read_symbols(call.query, options);
    if (!symbols) return std::unexpected(symbols.error());
    request.symbols = std::move(*symbols);
  }
  const auto limit = read_limit(call.query, 1000, 10'000);
  if (!limit) return std::unexpected(limit.error());
  request.limit = *limit;
  const auto feed = read_history_feed(call);
  if (!feed) return std::unexpected(feed.error());
  request.feed = *feed;
  for (const auto& read : {read_order(call.query, request), read_as_of(call.query, now, request),
                           read_span(call, now, request, options)}) {
    if (!read) return std::unexpected(read.error());
  }
  return request;
}

}  // namespace belay::sim
