// SPDX-License-Identifier: Apache-2.0
#include "shell/report/text.hpp"

#include <algorithm>
#include <iterator>

#include "shell/report/words.hpp"

namespace belay::report {
namespace {

constexpr std::size_t kMostTrades = 200;  // beyond that the newest; all are in the JSON

void append(std::vector<std::string>& lines, std::vector<std::string> more) {
  std::ranges::move(more, std::back_inserter(lines));
}

/// "Won               3 of 4 (75.0%)"
std::string said(std::string_view name, const std::string& what) {
  std::string line = "  " + std::string(name);
  line.resize(std::max<std::size_t>(line.size() + 1, 22), ' ');
  return line + what;
}

std::string of_whole(std::int64_t part, std::int64_t whole, std::optional<Ratio> rate) {
  if (whole == 0) return std::string(kUnknown);
  return std::to_string(part) + " of " + std::to_string(whole) + " (" + rate_words(rate) + ")";
}

std::string result_words(const Figures& f) {
  if (!f.fees) return money_words(f.result);
  return money_words(f.result) + ", less " + money_words(*f.fees) + " of fees: " + money_words(f.net());
}

void add_day(const Figures& f, std::vector<std::string>& lines) {
  const auto targets = f.by_reason.find(ExitReason::take_profit);
  lines.push_back(said("Result", result_words(f)));
  lines.push_back(said("Positions", std::to_string(f.opened) + " opened, " + std::to_string(f.closed) + " closed, " +
                                        std::to_string(f.still_open) + " open now"));
  lines.push_back(said("Won", of_whole(f.wins, f.results, f.win_rate)));
  lines.push_back(said("At their target", of_whole(targets == f.by_reason.end() ? 0 : targets->second.count, f.closed,
                                                   f.take_profit_rate)));
  lines.push_back(said("Held on average", span_words(f.average_hold)));
}

void add_reasons(const Figures& f, std::vector<std::string>& lines) {
  if (f.by_reason.empty()) return;
  Columns table({"REASON", "CLOSED", "RESULT"});
  for (const auto& [reason, tally] : f.by_reason) {
    table.add({reason_words(reason), std::to_string(tally.count), money_words(tally.result)});
  }
  lines.emplace_back();
  append(lines, table.lines());
}

void add_days(const Figures& f, std::vector<std::string>& lines) {
  if (f.by_day.size() < 2) return;
  Columns table({"DAY", "CLOSED", "RESULT"});
  for (const auto& [day, tally] : f.by_day) {
    table.add({day_words(day), std::to_string(tally.count), money_words(tally.result)});
  }
  lines.emplace_back();
  append(lines, table.lines());
}

void add_trades(const Figures& f, std::vector<std::string>& lines) {
  if (f.trades.empty()) return;
  Columns table({"CLOSED AT", "SYMBOL", "SIDE", "REASON", "QUANTITY", "ENTRY", "EXIT", "RESULT", "HELD"}, 4);
  const std::size_t left_out = f.trades.size() - std::min(f.trades.size(), kMostTrades);
  for (std::size_t i = left_out; i < f.trades.size(); ++i) {
    const Trade& t = f.trades[i];
    table.add({moment_words(t.closed_at), t.symbol, std::string(to_text(t.direction)), reason_words(t.reason),
               t.quantity.text(), price_words(t.entry_price), price_words(t.exit_price), money_words(t.result),
               span_words(t.held())});
  }
  lines.emplace_back();
  append(lines, table.lines());
  if (left_out > 0) lines.push_back("  (and " + std::to_string(left_out) + " before them)");
}

void add_health(const Figures& f, std::vector<std::string>& lines) {
  lines.emplace_back();
  lines.push_back(said("Passes", f.passes == 0
                                     ? std::string("none recorded")
                                     : std::to_string(f.passes) + ", " + std::to_string(*f.average_pass_ms) +
                                           " ms on average, " + std::to_string(f.longest_pass_ms) + " ms the longest"));
  lines.push_back(said("Checked, priced", rate_words(f.check_rate) + ", " + rate_words(f.price_rate)));
  lines.push_back(said("Brackets verified", rate_words(f.guard_rate)));
  lines.push_back(said("Unguarded", span_words(std::chrono::milliseconds(f.sums.unguarded_ms))));
  lines.push_back(said("Failed closes", std::to_string(f.sums.failed_closes)));
  lines.push_back(said("Trigger to fill", "half within " + span_words(f.trigger_to_fill_half) + ", the slowest " +
                                              span_words(f.trigger_to_fill_worst)));
  lines.push_back(said("Slippage", money_words(f.slippage_cost)));
}

}  // namespace

std::vector<std::string> text_lines(const Figures& figures) {
  std::vector<std::string> lines{days_words(figures.days) +
                                 (figures.account.empty() ? "" : ", account " + figures.account)};
  add_day(figures, lines);
  add_reasons(figures, lines);
  add_days(figures, lines);
  add_trades(figures, lines);
  add_health(figures, lines);
  return lines;
}

std::vector<std::string> text_lines(const GapRisk& risk) {
  std::vector<std::string> lines{headline(risk)};
  if (risk.positions.empty()) return lines;
  Columns table({"SYMBOL", "SIDE", "STAYS", "EXPIRES", "QUANTITY", "VALUE", "GUARDS"}, 4);
  for (const Overnight& one : risk.positions) {
    table.add({one.symbol, std::string(to_text(one.direction)), stays_words(one),
               one.expires ? to_text(*one.expires) : "", one.quantity.text(), money_words(one.value),
               guard_words(one)});
  }
  lines.emplace_back();
  append(lines, table.lines());
  for (const Overnight& one : risk.positions) {
    for (const std::string& warning : one.warnings) lines.push_back("  ! " + one.symbol + ": " + warning);
  }
  return lines;
}

}  // namespace belay::report
