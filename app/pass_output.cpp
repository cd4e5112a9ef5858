// SPDX-License-Identifier: Apache-2.0
#include "app/pass_output.hpp"

#include "app/console.hpp"
#include "app/texts.hpp"

namespace belay::app {
namespace {

json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Array reasons_of(const runtime::ExitLine& exit) {
  json::Array reasons;
  for (const ExitReason reason : exit.reasons) reasons.emplace_back(to_text(reason));
  return reasons;
}

void add_exits(const runtime::PassReport& report, std::vector<std::string>& lines) {
  if (report.exits.empty()) return;
  using Align = Table::Align;
  Table table({{"ID", Align::right},
               {"SYMBOL"},
               {"SIDE"},
               {"REASON"},
               {"FILLED", Align::right},
               {"AT", Align::right},
               {"RESULT", Align::right},
               {"STATE"},
               {"WHY"}});
  for (const runtime::ExitLine& exit : report.exits) {
    table.add({std::to_string(exit.position_id), exit.symbol, std::string(to_text(exit.side)),
               std::string(to_text(exit.reason)), exit.filled.text() + " of " + exit.requested.text(),
               price_text(exit.fill_price), money_text(exit.realised_result), exit.state, exit.why});
  }
  lines.emplace_back();
  for (std::string& line : table.lines()) lines.push_back(std::move(line));
}

}  // namespace

json::Value to_json(const runtime::ExitLine& exit) {
  return json::Object{{"position_id", exit.position_id},
                      {"symbol", exit.symbol},
                      {"side", to_text(exit.side)},
                      {"reason", to_text(exit.reason)},
                      {"reasons", reasons_of(exit)},
                      {"requested_qty", exit.requested.text()},
                      {"filled_qty", exit.filled.text()},
                      {"fill_price", exit.fill_price ? json::Value(exit.fill_price->text()) : json::Value()},
                      {"state", exit.state},
                      {"client_order_id", text_or_null(exit.client_order_id.text())},
                      {"order_id", text_or_null(exit.order_id.text())}};
}

json::Value to_json(const runtime::PassReport& report) {
  json::Array unchecked;
  for (const auto& one : report.unchecked) {
    unchecked.emplace_back(json::Object{{"id", one.id}, {"symbol", one.symbol}, {"why", one.why}});
  }
  json::Array exits;
  for (const auto& exit : report.exits) exits.push_back(to_json(exit));
  json::Array adopted;
  for (const auto& one : report.adopted) {
    adopted.emplace_back(
        json::Object{{"symbol", one.symbol}, {"quantity", one.quantity.text()}, {"policy", one.policy}});
  }
  json::Array errors;
  for (const auto& error : report.errors) errors.emplace_back(error);
  return json::Object{{"positions", report.positions},
                      {"checked", report.checked},
                      {"unchecked", std::move(unchecked)},
                      {"exits", std::move(exits)},
                      {"adopted", std::move(adopted)},
                      {"broker_calls", json::Object{{"trading", report.trading_calls}, {"data", report.data_calls}}},
                      {"store_statements", report.store_statements},
                      {"duration_ms", report.duration.count()},
                      {"errors", std::move(errors)}};
}

std::string figures_text(const runtime::PassReport& report) {
  const auto count = [](std::size_t n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
  };
  return count(report.positions, "position", "positions") + ", " + std::to_string(report.checked) + " checked, " +
         count(report.exits.size(), "exit", "exits") + ", " + std::to_string(report.trading_calls + report.data_calls) +
         " broker calls, " + std::to_string(report.store_statements) + " statements, " +
         std::to_string(report.duration.count()) + " ms";
}

std::vector<std::string> summary(const runtime::PassReport& report) {
  std::vector<std::string> lines{figures_text(report)};
  for (const auto& one : report.adopted) {
    lines.push_back("adopted " + one.quantity.text() + " " + one.symbol + " (" + one.policy + ")");
  }
  add_exits(report, lines);
  if (!report.unchecked.empty()) {
    Table table({{"ID", Table::Align::right}, {"NOT CHECKED"}, {"WHY"}});
    for (const auto& one : report.unchecked) table.add({std::to_string(one.id), one.symbol, one.why});
    lines.emplace_back();
    for (std::string& line : table.lines()) lines.push_back(std::move(line));
  }
  return lines;
}

Fields figures(const runtime::PassReport& report) {
  return {{"positions", static_cast<std::int64_t>(report.positions)},
          {"checked", static_cast<std::int64_t>(report.checked)},
          {"unchecked", static_cast<std::int64_t>(report.unchecked.size())},
          {"unguarded", static_cast<std::int64_t>(report.unguarded)},
          {"unguarded_ms", std::int64_t{report.unguarded_time.count()}},
          {"exits", static_cast<std::int64_t>(report.exits.size())},
          {"adopted", static_cast<std::int64_t>(report.adopted.size())},
          {"trading_calls", static_cast<std::int64_t>(report.trading_calls)},
          {"data_calls", static_cast<std::int64_t>(report.data_calls)},
          {"store_statements", static_cast<std::int64_t>(report.store_statements)},
          {"duration_ms", static_cast<std::int64_t>(report.duration.count())},
          {"errors", report.errors}};
}

}  // namespace belay::app
