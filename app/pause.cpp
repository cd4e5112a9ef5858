// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/delivery.hpp"
#include "app/json_shapes.hpp"
#include "app/leaving.hpp"
#include "app/moments.hpp"
#include "app/text_values.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::app {
namespace {

Result<Pause> parse_pause(const PauseOptions& options, Timestamp now) {
  Pause pause;
  const auto rules = parse_paused_rules(options.rules);
  if (!rules) return fail("--rules " + options.rules + ": price or all");
  pause.rules = *rules;
  if (options.span.empty() == options.until.empty()) return fail("say how long: --for 2h, or --until 15:30");
  if (!options.until.empty()) {
    const auto until = parse_coming("--until", options.until, now);
    if (!until) return std::unexpected(until.error());
    pause.until = *until;
    return pause;
  }
  const auto span = parse_duration(options.span);
  if (!span) return fail("--for " + span.error().message);
  if (*span <= Duration::zero()) return fail("--for must be greater than 0");
  pause.until = now + *span;
  return pause;
}

std::string wish(const Lot& lot, const Pause& pause) {
  const bool all = pause.rules == Pause::Rules::all;
  return "pause position " + std::to_string(lot.id) + " (" + lot.quantity.text() + " " + lot.instrument.symbol +
         ") until " + calendar::new_york_text(pause.until) + ": " +
         (all ? "no rule acts, deadlines included" : "no price rule acts; deadlines do") +
         "; what rests at the broker goes on resting";
}

int tell(Wired& wired, const Lot& before, bool paused, bool json) {
  const auto now = read_lots(*wired.store, {.include_closed = true, .symbol = {}, .id = before.id});
  if (!now) return now.error();
  const Lot& lot = now->empty() ? before : now->front();
  const std::string name = "position " + std::to_string(lot.id) + " " + lot.instrument.symbol;
  if (json) {
    print_json(position_json(lot));
  } else if (lot.pause) {
    print(name + " is paused until " + calendar::new_york_text(lot.pause->until));
  } else {
    print(name + " is not paused");
  }
  if (lot.pause.has_value() == paused) return kAllWell;
  complain("it was not done: see belay events --position " + std::to_string(lot.id));
  return kAttention;
}

}  // namespace

int pause(const PauseOptions& options) {
  const auto account = account_of(options.which, options.account);
  if (!account) return account.error();
  auto wired = wire({.broker = true, .store = true}, *account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  const auto now = wired->clock->now();
  if (!now) {
    complain(now.error().message);
    return kUsage;
  }
  const auto wanted = parse_pause(options, now->wall);
  if (!wanted) {
    complain(wanted.error().message);
    return kUsage;
  }
  const auto lot = choose_one(*wired, options.which);
  if (!lot) return lot.error();
  if (!options.yes) {
    print("would " + wish(*lot, *wanted));
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  OperatorCommand command;
  command.kind = OperatorCommand::Kind::pause;
  command.lot = lot->uid;
  command.pause = *wanted;
  command.who = operator_name();
  command.why = options.why;
  const auto delivery = deliver(*wired, {command});
  if (!delivery) return delivery.error();
  const auto done = await_taken_up(*wired, *delivery, options.wait);
  if (!done) return done.error();
  if (!*done) complain("the command is queued; whoever holds the lock has not taken it up yet");
  return tell(*wired, *lot, true, options.json);
}

int resume_position(const ResumeOptions& options) {
  const auto account = account_of(options.which, options.account);
  if (!account) return account.error();
  auto wired = wire({.broker = true, .store = true}, *account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  const auto lot = choose_one(*wired, options.which);
  if (!lot) return lot.error();
  OperatorCommand command;
  command.kind = OperatorCommand::Kind::resume;
  command.lot = lot->uid;
  command.who = operator_name();
  command.why = options.why;
  const auto delivery = deliver(*wired, {command});
  if (!delivery) return delivery.error();
  const auto done = await_taken_up(*wired, *delivery, options.wait);
  if (!done) return done.error();
  if (!*done) complain("the command is queued; whoever holds the lock has not taken it up yet");
  return tell(*wired, *lot, false, options.json);
}

}  // namespace belay::app
