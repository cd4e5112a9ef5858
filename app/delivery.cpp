// SPDX-License-Identifier: Apache-2.0
#include "app/delivery.hpp"

#include <algorithm>
#include <chrono>

#include "app/book_reading.hpp"
#include "app/console.hpp"
#include "shell/store/schema.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;

constexpr Duration kPoll = 200ms;

/// A service from before the store's last migration takes words that it does not know for "close".
bool is_understood(Wired& wired, const std::vector<OperatorCommand>& commands) {
  using Kind = OperatorCommand::Kind;
  const bool are_old = std::ranges::all_of(commands, [](const OperatorCommand& command) {
    return command.kind == Kind::close || command.kind == Kind::adopt || command.kind == Kind::resume_loss_limit;
  });
  if (are_old) return true;
  const auto version = wired.store->schema_version();
  if (version && *version >= store::known_version()) return true;
  complain(version ? "the service that is at work is of an older version, which does not know this command: restart it"
                   : "store: " + version.error().message);
  return false;
}

}  // namespace

std::expected<Delivery, ExitCode> deliver(Wired& wired, const std::vector<OperatorCommand>& commands) {
  runtime::Conductor conductor(wired.parts(), wired.config.runtime);
  const Failure opened = conductor.open();
  if (opened != Failure::none && opened != Failure::locked) {
    for (const std::string& error : conductor.errors()) complain(error);
    return std::unexpected(exit_code(opened));
  }
  Delivery delivery{.ids = {}, .carried_out_here = opened == Failure::none};
  if (!delivery.carried_out_here && !is_understood(wired, commands)) return std::unexpected(kStore);
  for (const OperatorCommand& command : commands) {
    const auto queued = wired.store->enqueue(wired.config.runtime.account, command);
    if (!queued) {
      complain("store: " + queued.error().message);
      return std::unexpected(exit_code(queued.error()));
    }
    delivery.ids.push_back(*queued);
  }
  if (!delivery.carried_out_here) return delivery;
  const runtime::PassReport report = conductor.pass();
  for (const std::string& error : report.errors) complain(error);
  if (report.failure == Failure::none) return delivery;
  complain("the command stays queued: the next cycle carries it out");
  return std::unexpected(exit_code(report.failure));
}

std::expected<bool, ExitCode> await_taken_up(Wired& wired, const Delivery& delivery, Duration wait) {
  const auto until = std::chrono::steady_clock::now() + (delivery.carried_out_here ? Duration(0s) : wait);
  while (true) {
    const auto waiting = wired.store->waiting_commands(wired.config.runtime.account);
    if (!waiting) {
      complain("store: " + waiting.error().message);
      return std::unexpected(exit_code(waiting.error()));
    }
    const bool taken_up = std::ranges::none_of(*waiting, [&](const OperatorCommand& command) {
      return std::ranges::find(delivery.ids, command.id) != delivery.ids.end();
    });
    if (taken_up || std::chrono::steady_clock::now() >= until) return taken_up;
    wired.clock->pause(kPoll);
  }
}

void leave_note(const Config& config, const std::string& what, const std::string& why) {
  OperatorCommand note;
  note.kind = OperatorCommand::Kind::note;
  note.who = operator_name();
  note.why = why;
  note.what = what;
  std::string trouble;
  const auto store = make_store(config);
  if (store) {
    const auto version = (*store)->schema_version();
    const auto queued =
        version && *version > 0
            ? (*store)->enqueue(config.runtime.account, note)
            : StoreResult<std::int64_t>(std::unexpected(version ? StoreError{} : StoreError(version.error())));
    if (queued) return;
    trouble = queued.error().message.empty() ? "there is no book yet" : queued.error().message;
  } else {
    trouble = store.error().message;
  }
  complain("not on record (" + trouble + "): " + note.who + ": " + what + (why.empty() ? "" : ", because " + why));
}

}  // namespace belay::app
