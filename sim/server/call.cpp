// SPDX-License-Identifier: Apache-2.0
#include "sim/server/call.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "shell/net/http_message.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::unexpected<ApiError> bad(std::string_view name, std::string_view value, std::string_view wanted) {
  return std::unexpected(
      invalid_request("invalid " + std::string(name) + " '" + std::string(value) + "': " + std::string(wanted)));
}

}  // namespace

Query::Query(std::string_view encoded) {
  for (const std::string_view pair : split(encoded, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    values_[net::percent_decode(pair.substr(0, equals))] = net::percent_decode(value);
  }
}

const std::string* Query::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

void Query::remove(std::string_view name) {
  if (const auto found = values_.find(name); found != values_.end()) values_.erase(found);
}

std::string Query::text(std::string_view name) const {
  const std::string* value = find(name);
  return value == nullptr ? std::string() : *value;
}

std::vector<std::string> Query::list(std::string_view name) const {
  std::vector<std::string> items;
  const std::string* value = find(name);
  if (value == nullptr) return items;
  for (const std::string_view item : split(*value, ',')) {
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

Answer<bool> Query::flag(std::string_view name) const {
  // alpaca-py writes True.
  constexpr std::array<std::string_view, 6> kYes{"true", "True", "TRUE", "t", "T", "1"};
  constexpr std::array<std::string_view, 7> kNo{"", "false", "False", "FALSE", "f", "F", "0"};
  const std::string value = text(name);
  if (std::ranges::find(kNo, value) != kNo.end()) return false;
  if (std::ranges::find(kYes, value) != kYes.end()) return true;
  return bad(name, value, "use true or false");
}

Answer<std::int64_t> Query::count(std::string_view name, std::int64_t otherwise) const {
  const std::string* value = find(name);
  if (value == nullptr || value->empty()) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size() || number < 1) {
    return bad(name, *value, "use a whole number from 1");
  }
  return number;
}

Answer<std::optional<Date>> Query::date(std::string_view name) const {
  const std::string* value = find(name);
  if (value == nullptr || value->empty()) return std::nullopt;
  if (const auto date = parse_date(*value)) return *date;
  // A time stands for the day that is written in it: clients write days as midnight in UTC.
  if (parse_timestamp(*value)) {
    if (const auto written = parse_date(std::string_view(*value).substr(0, std::string_view("YYYY-MM-DD").size()))) {
      return *written;
    }
  }
  return bad(name, *value, "use YYYY-MM-DD");
}

Answer<std::optional<Timestamp>> Query::time(std::string_view name) const {
  const std::string* value = find(name);
  if (value == nullptr || value->empty()) return std::nullopt;
  if (const auto day = parse_date(*value)) return calendar::from_new_york(*day, std::chrono::seconds(0));
  if (const auto at = parse_timestamp(*value)) return *at;
  return bad(name, *value, "use an RFC 3339 time");
}

Reply refuse(const ApiError& error) { return {error.http_status, wire_error(error)}; }

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string part = net::percent_decode(given[i]);
    if (wanted[i].starts_with('{')) {
      if (part.empty()) return std::nullopt;
      parts.push_back(part);
    } else if (wanted[i] != part) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace belay::sim
