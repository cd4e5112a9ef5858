// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "app/book_reading.hpp"
#include "app/close_direct.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/delivery.hpp"
#include "app/leaving.hpp"

namespace belay::app {
namespace {

/// The lots that are meant, or the code to leave with.
std::expected<std::vector<Lot>, ExitCode> choose(Wired& wired, const CloseOptions& options) {
  auto found = read_lots(*wired.store, filter_for(options.which));
  if (!found) {
    complain("the broker alone can still close it: belay close SYMBOL --direct --yes");
    return found;
  }
  auto lots = of_account(std::move(*found), wired.config);
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

int tell(const std::vector<Outcome>& all, const CloseOptions& options) {
  json::Array array;
  for (const Outcome& outcome : all) {
    array.push_back(to_json(outcome));
    if (!options.json) print(text_of(outcome));
  }
  if (options.json) print_json(std::move(array));
  return std::ranges::all_of(all, &Outcome::done) ? kAllWell : kAttention;
}

int close_in_book(const CloseOptions& options) {
  const auto account = account_of(options.which, options.account);
  if (!account) return account.error();
  auto wired = wire({.broker = true, .store = true}, *account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  const auto lots = choose(*wired, options);
  if (!lots) return lots.error();
  if (!options.yes) {
    for (const Lot& lot : *lots) print("would close " + described(lot, options.quantity));
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  const auto all = leave(
      *wired,
      {.lots = *lots, .quantity = options.quantity, .why = options.why, .wait = options.wait, .quiet = options.json});
  return all ? tell(*all, options) : static_cast<int>(all.error());
}

int close_without_book(const CloseOptions& options) {
  const LotFilter which = filter_for(options.which);
  if (which.id != 0) {
    complain("--direct asks the broker alone, who knows no ids: give the symbol");
    return kUsage;
  }
  auto wired = wire({.broker = true, .store = false}, options.account);
  if (!wired) return wired.error();
  const DirectClose close{.symbol = which.symbol, .quantity = options.quantity};
  if (!options.yes) {
    const std::string much = options.quantity ? options.quantity->text() : "all";
    print("would close " + much + " of " + close.symbol + " at " + wired->config.broker.trading_url +
          " after cancelling the orders that hold its shares");
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  DirectClosing closing(*wired->connection.broker, *wired->clock, {close}, [&](const std::string& text) {
    if (!options.json) print(text);
  });
  const DirectOutcome outcome = closing.finish(options.wait).front();
  if (options.json) {
    print_json(to_json(close.symbol, outcome));
  } else {
    print(outcome.text);
  }
  leave_note(wired->config, note_of(close.symbol, outcome), options.why);
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
