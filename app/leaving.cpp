// SPDX-License-Identifier: Apache-2.0
#include "app/leaving.hpp"

#include <algorithm>
#include <chrono>

#include "app/book_reading.hpp"
#include "app/console.hpp"
#include "app/delivery.hpp"
#include "app/texts.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPoll = 500ms;

std::expected<std::vector<Outcome>, ExitCode> outcomes(Wired& wired, const Leaving& leaving) {
  std::vector<Outcome> all;
  for (const Lot& before : leaving.lots) {
    const auto now = read_lots(*wired.store, {.include_closed = true, .symbol = {}, .id = before.id});
    if (!now) return std::unexpected(now.error());
    Outcome outcome{now->empty() ? before : now->front()};
    const bool reduced = leaving.quantity && outcome.lot.quantity <= before.quantity - *leaving.quantity;
    outcome.done = outcome.lot.status == LotStatus::closed || reduced;
    all.push_back(std::move(outcome));
  }
  return all;
}

}  // namespace

std::string described(const Lot& lot, const std::optional<Quantity>& quantity) {
  return "position " + std::to_string(lot.id) + ": " + std::string(to_text(lot.exit_side())) + " " +
         std::min(quantity.value_or(lot.quantity), lot.quantity).text() + " of " + lot.quantity.text() + " " +
         lot.instrument.symbol + " (entry " + price_text(lot.entry_price) + ", last " + price_text(lot.current_price) +
         ", result " + money_text(lot.result) + ")";
}

json::Value to_json(const Outcome& outcome) {
  const Lot& lot = outcome.lot;
  return json::Object{
      {"position_id", lot.id},
      {"symbol", lot.instrument.symbol},
      {"done", outcome.done},
      {"status", to_text(lot.status)},
      {"close_reason", lot.close_reason ? json::Value(to_text(*lot.close_reason)) : json::Value()},
      {"quantity_left", lot.quantity.text()},
      {"exit_price", lot.exit_price ? json::Value(lot.exit_price->text()) : json::Value()},
      {"realised_result", lot.realised_result ? json::Value(lot.realised_result->text()) : json::Value()}};
}

std::string text_of(const Outcome& outcome) {
  const Lot& lot = outcome.lot;
  const std::string name = "position " + std::to_string(lot.id) + " " + lot.instrument.symbol;
  if (lot.status == LotStatus::closed) {
    return name + " closed at " + price_text(lot.exit_price) + ", result " + money_text(lot.realised_result);
  }
  if (outcome.done) return name + " reduced, " + lot.quantity.text() + " left";
  return name + " is " + std::string(to_text(lot.status)) + ", " + lot.quantity.text() + " left: see belay explain " +
         std::to_string(lot.id);
}

std::expected<std::vector<Outcome>, ExitCode> leave(Wired& wired, const Leaving& leaving) {
  std::vector<OperatorCommand> commands;
  for (const Lot& lot : leaving.lots) {
    OperatorCommand& command = commands.emplace_back();
    command.lot = lot.uid;
    command.quantity = leaving.quantity;
    command.who = operator_name();
    command.why = leaving.why;
  }
  wired.config.runtime.wait = leaving.wait;
  const auto delivery = deliver(wired, commands);
  if (!delivery) return std::unexpected(delivery.error());
  if (!delivery->carried_out_here && !leaving.quiet) {
    print("handed to the instance that holds the lock; waiting");
  }
  const auto until = std::chrono::steady_clock::now() + (delivery->carried_out_here ? Duration(0s) : leaving.wait);
  while (true) {
    auto all = outcomes(wired, leaving);
    if (!all || std::ranges::all_of(*all, &Outcome::done) || std::chrono::steady_clock::now() >= until) return all;
    wired.clock->pause(kPoll);
  }
}

}  // namespace belay::app
