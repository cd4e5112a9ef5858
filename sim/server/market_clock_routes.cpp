// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

/// A market that keeps New York's hours; others the exchange does not know.
struct Market {
  std::string_view code;
  std::string_view acronym;
  std::string_view mic;
  std::string_view name;
  bool has_extended_hours = true;
};
constexpr std::array<Market, 9> kMarkets{
    {{"NYSE", "NYSE", "XNYS", "New York Stock Exchange"},
     {"XNYS", "NYSE", "XNYS", "New York Stock Exchange"},
     {"NASDAQ", "NASDAQ", "XNAS", "National Association of Securities Dealers Automated Quotations"},
     {"XNAS", "NASDAQ", "XNAS", "National Association of Securities Dealers Automated Quotations"},
     {"IEX", "IEX", "IEXG", "Investors Exchange"},
     {"IEXG", "IEX", "IEXG", "Investors Exchange"},
     {"OTC", "OTC", "OTCM", "OTC Markets"},
     {"OTCM", "OTC", "OTCM", "OTC Markets"},
     {"OPRA", "OPRA", "OPRA", "Options Price Reporting Authority", false}}};

constexpr std::size_t kUsualDays = 7;
constexpr std::chrono::days kLongest(20'000);

Answer<const Market*> known_market(const std::string& code) {
  const auto* const found = std::ranges::find(kMarkets, code, &Market::code);
  if (found == kMarkets.end()) return std::unexpected(invalid_request("invalid market: " + code));
  return found;
}

json::Value wire_market(const Market& market) {
  return json::Object{
      {"acronym", market.acronym}, {"mic", market.mic}, {"name", market.name}, {"timezone", "America/New_York"}};
}

/// What the market does at a moment, and until when.
struct Phase {
  std::string_view name;
  Timestamp until;
};

Phase phase_at(Timestamp at, const Market& market, const calendar::UsEquities& calendar) {
  const auto session = calendar.session_on(calendar::to_new_york(at).date);
  const auto extended = session ? calendar.extended_hours_on(session->date) : std::nullopt;
  if (session && session->contains(at)) return {"core", session->close};
  if (session && market.has_extended_hours && extended->contains(at)) {
    return at < session->open ? Phase{"pre", session->open} : Phase{"post", extended->to};
  }
  const auto next = calendar.next_open_after(at);
  const auto begins = market.has_extended_hours ? calendar.extended_hours_on(next.date)->from : next.open;
  return {"closed", begins};
}

json::Value wire_clock_of(const Market& market, Timestamp at, const calendar::UsEquities& calendar) {
  const Phase phase = phase_at(at, market, calendar);
  return json::Object{{"market", wire_market(market)},
                      {"timestamp", new_york_rfc3339(at)},
                      {"is_market_day", calendar.session_on(calendar::to_new_york(at).date).has_value()},
                      {"next_market_open", new_york_rfc3339(calendar.next_open_after(at).open)},
                      {"next_market_close", new_york_rfc3339(calendar.session_of(at).close)},
                      {"phase", phase.name},
                      {"phase_until", new_york_rfc3339(phase.until)}};
}

Reply refuse_400(ApiError error) {
  error.http_status = 400;
  return refuse(error);
}

Reply read_clocks(Exchange& exchange, const Call& call) {
  const auto time = call.query.time("time");
  if (!time) return refuse_400(time.error());
  std::vector<std::string> codes = call.query.list("markets");
  if (codes.empty()) codes = {"NYSE"};
  json::Array clocks;
  for (const std::string& code : codes) {
    const auto market = known_market(code);
    if (!market) return refuse_400(market.error());
    clocks.push_back(wire_clock_of(**market, time->value_or(exchange.now()), exchange.calendar()));
  }
  return {200, json::Object{{"clocks", std::move(clocks)}}};
}

json::Value wire_day(const calendar::Session& session, const Market& market, const calendar::UsEquities& calendar,
                     bool in_utc) {
  const auto text = [in_utc](Timestamp at) { return in_utc ? to_text(at) : new_york_rfc3339(at); };
  json::Object day{{"date", belay::to_text(session.date)},
                   {"core_start", text(session.open)},
                   {"core_end", text(session.close)},
                   {"settlement_date", belay::to_text(calendar.session_after(session.date).date)}};
  if (!market.has_extended_hours) return day;
  const auto extended = calendar.extended_hours_on(session.date);
  day.append("pre_start", text(extended->from));
  day.append("pre_end", text(session.open));
  day.append("post_start", text(session.close));
  day.append("post_end", text(extended->to));
  return day;
}

Reply read_days(Exchange& exchange, const Call& call) {
  const auto market = known_market(call.path_parts.at(0));
  if (!market) return refuse_400(market.error());
  const auto start = call.query.date("start");
  const auto end = call.query.date("end");
  if (!start || !end) return refuse_400((start ? end : start).error());
  const std::string timezone = call.query.text("timezone");
  if (!timezone.empty() && timezone != "UTC") return refuse_400(invalid_request("invalid timezone: " + timezone));
  const Date first = start->value_or(calendar::to_new_york(exchange.now()).date);
  const Date last = end->value_or(Date(std::chrono::sys_days(first) + std::chrono::days(kUsualDays)));
  if (std::chrono::sys_days(last) - std::chrono::sys_days(first) > kLongest) {
    return refuse_400(invalid_request("start and end are too far apart"));
  }
  const auto& calendar = exchange.calendar();
  json::Array days;
  for (auto session = calendar.first_session_on_or_after(first); session.date <= last;
       session = calendar.session_after(session.date)) {
    days.push_back(wire_day(session, **market, calendar, !timezone.empty()));
  }
  return {200, json::Object{{"market", wire_market(**market)}, {"calendar", std::move(days)}}};
}

constexpr std::array kRoutes{
    Route{"GET", "/v3/clock", read_clocks},
    Route{"GET", "/v3/calendar/{market}", read_days},
};

}  // namespace

std::span<const Route> market_clock_routes() { return kRoutes; }

}  // namespace belay::sim
