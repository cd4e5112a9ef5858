// SPDX-License-Identifier: Apache-2.0
#include "app/demo_summary.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/demo_frame.hpp"

namespace belay::app::demonstration {
namespace {

bool is_closed(const Lot& lot) { return lot.status == LotStatus::closed; }

/// To the cent, as account statements have it: finer than that are only averages of several fills.
Money to_cents(Money money) {
  constexpr std::int64_t kCent = fixed::kScale / 100;
  return Money::from_nanos(fixed::multiply_divide(money.nanos(), 1, kCent) * kCent);
}

Tone tone_of(Money result) {
  return result.is_negative() ? Tone::bad : result.is_positive() ? Tone::good : Tone::plain;
}

std::string position_cells(const Lot& lot) {
  return " " + pad_right(label(lot.instrument), 15) + " " + pad_right(std::string(to_text(lot.direction)), 5) + " " +
         pad_right(lot.strategy == Strategy::day_trade ? "day" : "swing", 5) + " " +
         pad_left(lot.original_quantity.text(), 4) + " " + pad_left(price_text(lot.entry_price), 6) + " ";
}

/// A row of either table, at most 80 wide.
Line position_row(const Lot& lot, const std::optional<Price>& price, std::string standing, Money result) {
  return {{position_cells(lot) + pad_left(price ? price_text(*price) : "-", 6) + " " +
               pad_right(std::move(standing), 21) + " ",
           Tone::plain},
          {pad_left(exact_result_text(result), 10), tone_of(result)}};
}

Line titles(const char* price, const char* standing, const char* result) {
  return {{" " + pad_right("POSITION", 15) + " " + pad_right("SIDE", 5) + " " + pad_right("PLAN", 5) + " " +
               pad_left("QTY", 4) + " " + pad_left("ENTRY", 6) + " " + pad_left(price, 6) + " " +
               pad_right(standing, 21) + " " + pad_left(result, 10),
           Tone::dim}};
}

Line sum_row(const std::string& what, Money sum) {
  return {{" " + pad_right(what, 62), Tone::plain}, {pad_left(exact_result_text(sum), 16), tone_of(sum)}};
}

void add_closed(std::vector<Line>& page, const std::vector<Lot>& lots, const calendar::Session& session,
                Money realised) {
  page.push_back(titles("EXIT", "LEFT", "RESULT"));
  std::vector<const Lot*> closed;
  for (const Lot& lot : lots) {
    if (is_closed(lot)) closed.push_back(&lot);
  }
  std::ranges::stable_sort(closed, {}, [](const Lot* lot) { return lot->closed_at.value_or(Timestamp{}); });
  for (const Lot* lot : closed) {
    page.push_back(
        position_row(*lot, lot->exit_price, standing_of(*lot, session), lot->realised_result.value_or(Money{})));
  }
  page.push_back(sum_row("Realised", realised));
}

void add_open(std::vector<Line>& page, const std::vector<Lot>& lots, const calendar::Session& session,
              Money unrealised) {
  if (std::ranges::all_of(lots, is_closed)) return;
  page.emplace_back();
  page.push_back(titles("PRICE", "STILL OPEN", "UNREALISED"));
  for (const Lot& lot : lots) {
    if (is_closed(lot)) continue;
    page.push_back(position_row(lot, lot.current_price, standing_of(lot, session), lot.result.value_or(Money{})));
  }
  page.push_back(sum_row("Unrealised", unrealised));
}

Line counts(const std::vector<Lot>& lots) {
  const auto closed = std::ranges::count_if(lots, is_closed);
  const auto won = std::ranges::count_if(
      lots, [](const Lot& lot) { return is_closed(lot) && lot.realised_result.value_or(Money{}).is_positive(); });
  std::string text = " Opened " + std::to_string(lots.size()) + ", closed " + std::to_string(closed);
  if (closed > 0) {
    text += ", won " + std::to_string(won) + " of " + std::to_string(closed) + " (" +
            std::to_string((won * 100 + closed / 2) / closed) + " %)";
  }
  return {{std::move(text), Tone::plain}};
}

void add_reasons(std::vector<Line>& page, const std::vector<Lot>& lots) {
  std::map<ExitReason, int> counted;
  for (const Lot& lot : lots) {
    if (is_closed(lot)) ++counted[lot.close_reason.value_or(ExitReason::external_close)];
  }
  std::string text;
  for (const auto& [reason, count] : counted) {
    text += (text.empty() ? "By reason: " : ", ") + std::string(to_text(reason)) + " " + std::to_string(count);
  }
  constexpr std::size_t kRoom = 78;
  for (const std::string& part : wrap(text, kRoom)) page.push_back({{" " + part, Tone::plain}});
}

void add_verdict(std::vector<Line>& page, const Reckoning& reckoning) {
  if (reckoning.disagreement.is_zero()) {
    page.push_back({{" The books agree.", Tone::good}});
  } else {
    page.push_back({{" The books disagree by " + money_text(reckoning.disagreement.magnitude()) + ".", Tone::bad}});
  }
  if (reckoning.late > 0) {
    page.push_back({{" Day trades still open after the close: " + std::to_string(reckoning.late) + ".", Tone::bad}});
  }
}

}  // namespace

Reckoning reckon(const std::vector<Lot>& lots, const DemoCash& cash) {
  Reckoning reckoning;
  for (const Lot& lot : lots) {
    if (is_closed(lot)) {
      reckoning.realised += lot.realised_result.value_or(Money{});
      continue;
    }
    reckoning.unrealised += lot.result.value_or(Money{});
    if (lot.strategy == Strategy::day_trade) ++reckoning.late;
  }
  reckoning.cash_moved = cash.now - cash.start + cash.open_cost;
  reckoning.disagreement = to_cents(reckoning.realised) - to_cents(reckoning.cash_moved);
  return reckoning;
}

std::vector<Line> summary_page(const std::vector<Lot>& lots, const DemoCash& cash, const DemoScenario& scenario) {
  const Reckoning reckoning = reckon(lots, cash);
  std::vector<Line> page;
  page.push_back({{" " + day_text(scenario.session.date) + ": the day in sum", Tone::bold},
                  {"  (seed " + std::to_string(scenario.seed) + ")", Tone::dim}});
  page.emplace_back();
  add_closed(page, lots, scenario.session, reckoning.realised);
  add_open(page, lots, scenario.session, reckoning.unrealised);
  page.emplace_back();
  page.push_back(counts(lots));
  add_reasons(page, lots);
  page.emplace_back();
  page.push_back(sum_row("Realised, by Belay's book", reckoning.realised));
  page.push_back(sum_row("Cash moved, at the exchange", reckoning.cash_moved));
  page.push_back({{"   cash " + exact_text(cash.now) + " now, " + exact_text(cash.start) +
                       " at the start; open positions cost " + exact_text(cash.open_cost),
                   Tone::dim}});
  add_verdict(page, reckoning);
  return page;
}

}  // namespace belay::app::demonstration
