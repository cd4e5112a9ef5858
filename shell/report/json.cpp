// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "shell/report/text.hpp"

namespace belay::report {
namespace {

using json::Value;

Value value_of(std::int64_t number) { return number; }
Value value_of(Timestamp at) { return to_text(at); }
Value value_of(Date date) { return to_text(date); }
template <class Tag>
Value value_of(Fixed<Tag> number) {
  return number.text();
}
template <class T>
Value value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Value();
}

Value milliseconds(const std::optional<Duration>& span) {
  return span ? Value(std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(*span).count()}) : Value();
}

Value seconds(const std::optional<Duration>& span) {
  return span ? Value(std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(*span).count()}) : Value();
}

json::Array reasons_of(const Figures& figures) {
  json::Array out;
  for (const auto& [reason, tally] : figures.by_reason) {
    out.push_back(
        json::Object{{"reason", to_text(reason)}, {"closed", tally.count}, {"result", value_of(tally.result)}});
  }
  return out;
}

json::Array days_of(const Figures& figures) {
  json::Array out;
  for (const auto& [day, tally] : figures.by_day) {
    out.push_back(json::Object{{"day", value_of(day)}, {"closed", tally.count}, {"result", value_of(tally.result)}});
  }
  return out;
}

json::Array trades_of(const Figures& figures) {
  json::Array out;
  for (const Trade& t : figures.trades) {
    out.push_back(json::Object{{"position_id", t.id},
                               {"account", t.account},
                               {"symbol", t.symbol},
                               {"side", to_text(t.direction)},
                               {"strategy_type", to_text(t.strategy)},
                               {"reason", to_text(t.reason)},
                               {"quantity", value_of(t.quantity)},
                               {"entry_price", value_of(t.entry_price)},
                               {"exit_price", value_of(t.exit_price)},
                               {"entry_time", value_of(t.entry_time)},
                               {"closed_at", value_of(t.closed_at)},
                               {"result", value_of(t.result)},
                               {"fees", value_of(t.fees)}});
  }
  return out;
}

json::Array departures_of(const Figures& figures) {
  json::Array out;
  for (const Departure& d : figures.departures) {
    out.push_back(json::Object{{"account", d.account},
                               {"symbol", d.symbol},
                               {"reason", to_text(d.reason)},
                               {"quantity", value_of(d.quantity)},
                               {"at", value_of(d.at)},
                               {"trigger_to_fill_ms", milliseconds(d.took)},
                               {"trigger_price", value_of(d.trigger_price)},
                               {"fill_price", value_of(d.fill_price)},
                               {"slippage", value_of(d.slippage)},
                               {"slippage_cost", value_of(d.cost)}});
  }
  return out;
}

json::Object health_of(const Figures& f) {
  json::Object out{{"passes", f.passes},
                   {"average_pass_ms", value_of(f.average_pass_ms)},
                   {"longest_pass_ms", f.longest_pass_ms},
                   {"check_rate", value_of(f.check_rate)},
                   {"price_rate", value_of(f.price_rate)},
                   {"guard_rate", value_of(f.guard_rate)},
                   {"trigger_to_fill_half_ms", milliseconds(f.trigger_to_fill_half)},
                   {"trigger_to_fill_worst_ms", milliseconds(f.trigger_to_fill_worst)},
                   {"slippage_cost", value_of(f.slippage_cost)}};
  json::Object sums;
  for (const PassNumber& number : kPassNumbers) sums.append(std::string(number.name), f.sums.*number.member);
  out.append("sums", std::move(sums));
  return out;
}

}  // namespace

Value to_json(const Figures& f) {
  return json::Object{{"account", f.account.empty() ? Value() : Value(f.account)},
                      {"from", value_of(f.days.first)},
                      {"to", value_of(f.days.last)},
                      {"opened", f.opened},
                      {"closed", f.closed},
                      {"open_now", f.still_open},
                      {"by_reason", reasons_of(f)},
                      {"by_day", days_of(f)},
                      {"average_hold_seconds", seconds(f.average_hold)},
                      {"results", f.results},
                      {"wins", f.wins},
                      {"win_rate", value_of(f.win_rate)},
                      {"take_profit_rate", value_of(f.take_profit_rate)},
                      {"result", value_of(f.result)},
                      {"fees", value_of(f.fees)},
                      {"net", value_of(f.net())},
                      {"health", health_of(f)},
                      {"trades", trades_of(f)},
                      {"departures", departures_of(f)}};
}

Value to_json(const GapRisk& risk) {
  json::Array positions;
  for (const Overnight& one : risk.positions) {
    json::Array warnings;
    for (const std::string& warning : one.warnings) warnings.emplace_back(warning);
    positions.push_back(json::Object{{"position_id", one.id},
                                     {"symbol", one.symbol},
                                     {"side", to_text(one.direction)},
                                     {"quantity", value_of(one.quantity)},
                                     {"value", value_of(one.value)},
                                     {"result", value_of(one.result)},
                                     {"stays", one.stays},
                                     {"leaves_at", value_of(one.leaves_at)},
                                     {"leaving", one.is_leaving},
                                     {"expires", value_of(one.expires)},
                                     {"protection", to_text(one.protection)},
                                     {"stops_gtc", value_of(one.stops_beyond)},
                                     {"stops_day", value_of(one.stops_today)},
                                     {"warnings", std::move(warnings)}});
  }
  return json::Object{{"account", risk.account},
                      {"at", value_of(risk.at)},
                      {"close", value_of(risk.session.close)},
                      {"next_open", value_of(risk.next.open)},
                      {"stay", risk.stay},
                      {"bare", risk.bare},
                      {"value", value_of(risk.value)},
                      {"positions", std::move(positions)}};
}

}  // namespace belay::report
