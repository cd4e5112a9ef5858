// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "app/book_reading.hpp"
#include "app/close_direct.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/pass_output.hpp"
#include "app/texts.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;

constexpr Duration kPoll = 500ms;

std::string described(const Lot& lot, const std::optional<Quantity>& quantity) {
  return "position " + std::to_string(lot.id) + ": " + std::string(to_text(lot.exit_side())) + " " +
         std::min(quantity.value_or(lot.quantity), lot.quantity).text() + " of " + lot.quantity.text() + " " +
         lot.instrument.symbol + " (entry " + price_text(lot.entry_price) + ", last " + price_text(lot.current_price) +
         ", result " + money_text(lot.result) + ")";
}

/// The lots that are meant, or the code to leave with.
std::expected<std::vector<Lot>, ExitCode> choose(Wired& wired, const CloseOptions& options) {
  auto found = read_lots(*wired.store, filter_for(options.which));
  if (!found) {
    complain("the broker alone can still close it: belay close SYMBOL --direct --yes");
    return found;
  }
  auto lots = of_account(std::move(*found), wired.config.runtime);
  if (lots.empty()) {
    complain("no open position " + options.which +
             ": see belay positions; what no cycle has seen yet can be closed with --direct");
    return std::unexpected(kUsage);
  }
  if (lots.size() > 1 && !options.all_lots) {
    complain(options.which + " is held in " + std::to_string(lots.size()) +
             " positions: give an id, or --all-lots to close them all");
    for (const Lot& lot : lots) complain("  " + described(lot, {}));
    return std::unexpected(kUsage);
  }
  if (lots.size() > 1 && options.quantity) {
    complain("--qty is for one position: give its id");
    return std::unexpected(kUsage);
  }
  if (options.quantity && *options.quantity > lots.front().quantity) {
    complain("position " + std::to_string(lots.front().id) + " has " + lots.front().quantity.text() + ", not " +
             options.quantity->text());
    return std::unexpected(kUsage);
  }
  return lots;
}

/// A command in the store: whoever holds the lock carries it out, this process or the service.
ExitCode enqueue(Wired& wired, const std::vector<Lot>& lots, const CloseOptions& options) {
  for (const Lot& lot : lots) {
    OperatorCommand command;
    command.lot = lot.uid;
    command.quantity = options.quantity;
    command.who = operator_name();
    command.why = options.why;
    if (const auto queued = wired.store->enqueue(wired.config.runtime.account, command); !queued) {
      complain("store: " + queued.error().message);
      return exit_code(queued.error());
    }
  }
  return kAllWell;
}

/// What has become of a lot that was to be left, wholly or partly.
struct Outcome {
  Lot lot;
  bool done = false;
};

std::expected<std::vector<Outcome>, ExitCode> outcomes(Wired& wired, const std::vector<Lot>& lots,
                                                       const CloseOptions& options) {
  std::vector<Outcome> all;
  for (const Lot& before : lots) {
    const auto now = read_lots(*wired.store, {.include_closed = true, .symbol = {}, .id = before.id});
    if (!now) return std::unexpected(now.error());
    Outcome outcome{now->empty() ? before : now->front()};
    const bool reduced = options.quantity && outcome.lot.quantity <= before.quantity - *options.quantity;
    outcome.done = outcome.lot.status == LotStatus::closed || reduced;
    all.push_back(std::move(outcome));
  }
  return all;
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

int tell(const std::vector<Outcome>& all, const CloseOptions& options) {
  json::Array array;
  for (const Outcome& outcome : all) {
    const Lot& lot = outcome.lot;
    array.push_back(to_json(outcome));
    if (options.json) continue;
    const std::string name = "position " + std::to_string(lot.id) + " " + lot.instrument.symbol;
    if (lot.status == LotStatus::closed) {
      print(name + " closed at " + price_text(lot.exit_price) + ", result " + money_text(lot.realised_result));
    } else if (outcome.done) {
      print(name + " reduced, " + lot.quantity.text() + " left");
    } else {
      print(name + " is " + std::string(to_text(lot.status)) + ", " + lot.quantity.text() +
            " left: see belay explain " + std::to_string(lot.id));
    }
  }
  if (options.json) print_json(std::move(array));
  return std::ranges::all_of(all, &Outcome::done) ? kAllWell : kAttention;
}

/// Nobody is at work: this process makes a pass, which finds the command.
int carry_out(Wired& wired, runtime::Conductor& conductor, const std::vector<Lot>& lots, const CloseOptions& options) {
  if (const ExitCode queued = enqueue(wired, lots, options); queued != kAllWell) return queued;
  const runtime::PassReport report = conductor.pass();
  for (const std::string& error : report.errors) complain(error);
  if (report.failure != Failure::none) {
    complain("the command stays queued: the next cycle carries it out");
    return exit_code(report.failure);
  }
  const auto all = outcomes(wired, lots, options);
  return all ? tell(*all, options) : static_cast<int>(all.error());
}

/// A service is at work: it takes up the command within a second or so.
int hand_over(Wired& wired, const std::vector<Lot>& lots, const CloseOptions& options) {
  if (const ExitCode queued = enqueue(wired, lots, options); queued != kAllWell) return queued;
  if (!options.json) print("handed to the instance that holds the lock; waiting");
  const auto until = std::chrono::steady_clock::now() + options.wait;
  while (true) {
    const auto all = outcomes(wired, lots, options);
    if (!all) return all.error();
    if (std::ranges::all_of(*all, &Outcome::done) || std::chrono::steady_clock::now() >= until) {
      return tell(*all, options);
    }
    wired.clock->pause(kPoll);
  }
}

int close_in_book(const CloseOptions& options) {
  auto wired = wire({.broker = true, .store = true}, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  wired->config.runtime.wait = options.wait;
  const auto lots = choose(*wired, options);
  if (!lots) return lots.error();
  if (!options.yes) {
    for (const Lot& lot : *lots) print("would close " + described(lot, options.quantity));
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  const Failure opened = conductor.open();
  if (opened == Failure::none) return carry_out(*wired, conductor, *lots, options);
  if (opened == Failure::locked) return hand_over(*wired, *lots, options);
  for (const std::string& error : conductor.errors()) complain(error);
  return exit_code(opened);
}

json::Value to_json(const DirectClose& close, const DirectOutcome& outcome) {
  const auto ids = [](const std::vector<OrderId>& orders) {
    json::Array array;
    for (const OrderId& id : orders) array.push_back(id.text());
    return array;
  };
  return json::Object{{"symbol", close.symbol},
                      {"done", outcome.code == kAllWell},
                      {"quantity_before", outcome.before.text()},
                      {"quantity_left", outcome.after.text()},
                      {"cancelled", ids(outcome.cancelled)},
                      {"orders", ids(outcome.orders)},
                      {"text", outcome.text}};
}

int close_without_book(const CloseOptions& options) {
  const LotFilter which = filter_for(options.which);
  if (which.id != 0) {
    complain("--direct asks the broker alone, who knows no ids: give the symbol");
    return kUsage;
  }
  auto wired = wire({.broker = true, .store = false});
  if (!wired) return wired.error();
  const DirectClose close{.symbol = which.symbol, .quantity = options.quantity, .wait = options.wait};
  if (!options.yes) {
    const std::string much = options.quantity ? options.quantity->text() : "all";
    print("would close " + much + " of " + close.symbol + " at " + wired->config.broker.trading_url +
          " after cancelling the orders that hold its shares");
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  const auto outcome = close_at_broker(*wired->connection.broker, *wired->clock, close, [&](const std::string& text) {
    if (!options.json) print(text);
  });
  if (options.json) {
    print_json(to_json(close, outcome));
  } else {
    print(outcome.text);
  }
  return outcome.code;
}

}  // namespace

int close(const CloseOptions& options) {
  if (options.quantity && !options.quantity->is_positive()) {
    complain("--qty must be greater than 0");
    return kUsage;
  }
  return options.direct ? close_without_book(options) : close_in_book(options);
}

}  // namespace belay::app
