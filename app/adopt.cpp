// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/json_shapes.hpp"
#include "app/texts.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;

constexpr Duration kPoll = 250ms;

std::string described(const Lot& lot) {
  const auto level = [](const std::optional<Price>& price) { return price ? price_text(price) : std::string("none"); };
  return "position " + std::to_string(lot.id) + ": " + quantity_text(lot) + " " + lot.instrument.symbol + " (" +
         std::string(to_text(lot.management)) + ", stop " + level(lot.stop_loss) + ", target " +
         level(lot.take_profit) + (lot.frozen.empty() ? "" : ", frozen: " + lot.frozen) + ")";
}

std::string wish(const AdoptOptions& options) {
  std::string text;
  const auto say = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (options.protect) say("protect it");
  if (options.watch) say("only watch it");
  if (options.stop) say("stop " + options.stop->text());
  if (options.target) say("target " + options.target->text());
  if (options.unfreeze) say("unfreeze it");
  return text;
}

std::expected<Lot, ExitCode> choose(Wired& wired, const AdoptOptions& options) {
  auto found = read_lots(*wired.store, filter_for(options.which));
  if (!found) return std::unexpected(found.error());
  auto lots = of_account(std::move(*found), wired.config);
  if (lots.size() == 1) return lots.front();
  complain(lots.empty() ? "no open position " + options.which + ": see belay positions"
                        : options.which + " is held in " + std::to_string(lots.size()) + " positions: give an id");
  for (const Lot& lot : lots) complain("  " + described(lot));
  return std::unexpected(kUsage);
}

OperatorCommand command_for(const Lot& lot, const AdoptOptions& options) {
  OperatorCommand command;
  command.kind = OperatorCommand::Kind::adopt;
  command.lot = lot.uid;
  if (options.protect) command.terms.management = Management::managed;
  if (options.watch) command.terms.management = Management::watch;
  command.terms.stop_loss = options.stop;
  command.terms.take_profit = options.target;
  command.terms.unfreeze = options.unfreeze;
  command.who = operator_name();
  command.why = options.why;
  return command;
}

int tell(Wired& wired, const Lot& before, const AdoptOptions& options) {
  const auto now = read_lots(*wired.store, {.include_closed = true, .symbol = {}, .id = before.id});
  if (!now) return now.error();
  const Lot& lot = now->empty() ? before : now->front();
  if (options.json) {
    print_json(position_json(lot));
  } else {
    print(described(lot));
  }
  const bool as_wished =
      (!options.protect || lot.management == Management::managed) &&
      (!options.watch || lot.management == Management::watch) && (!options.stop || lot.stop_loss == options.stop) &&
      (!options.target || lot.take_profit == options.target) && (!options.unfreeze || lot.frozen.empty());
  if (!as_wished) complain("not all of it was done: see belay events --position " + std::to_string(lot.id));
  return as_wished ? kAllWell : kAttention;
}

int carry_out(Wired& wired, const Lot& lot, const AdoptOptions& options) {
  runtime::Conductor conductor(wired.parts(), wired.config.runtime);
  const Failure opened = conductor.open();
  if (opened != Failure::none && opened != Failure::locked) {
    for (const std::string& error : conductor.errors()) complain(error);
    return exit_code(opened);
  }
  const auto queued = wired.store->enqueue(wired.config.runtime.account, command_for(lot, options));
  if (!queued) {
    complain("store: " + queued.error().message);
    return exit_code(queued.error());
  }
  if (opened == Failure::none) {
    const runtime::PassReport report = conductor.reconcile();
    for (const std::string& error : report.errors) complain(error);
    if (report.failure != Failure::none) {
      complain("the command stays queued: the next cycle carries it out");
      return exit_code(report.failure);
    }
    return tell(wired, lot, options);
  }
  // A service is at work: it takes up the command within a second or so.
  const auto until = std::chrono::steady_clock::now() + options.wait;
  while (std::chrono::steady_clock::now() < until) {
    const auto waiting = is_waiting(*wired.store, wired.config.runtime.account, *queued);
    if (!waiting) return waiting.error();
    if (!*waiting) return tell(wired, lot, options);
    wired.clock->pause(kPoll);
  }
  complain("the command is queued; whoever holds the lock has not taken it up yet");
  return kAttention;
}

}  // namespace

int adopt(const AdoptOptions& options) {
  if (wish(options).empty()) {
    complain("say what is to be done: --protect, --watch, --stop, --target or --unfreeze");
    return kUsage;
  }
  const auto account = account_of(options.which, options.account);
  if (!account) return account.error();
  auto wired = wire({.broker = true, .store = true}, *account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  const auto lot = choose(*wired, options);
  if (!lot) return lot.error();
  if (!options.yes) {
    print("would change " + described(*lot) + ": " + wish(options));
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  return carry_out(*wired, *lot, options);
}

}  // namespace belay::app
