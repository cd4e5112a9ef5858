// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;

constexpr Duration kPoll = 200ms;

int tell(bool done, const ResumeOptions& options) {
  if (options.json) {
    print_json(json::Object{{"done", done}});
  } else {
    print(done ? "the loss limit is resumed: the account's day counts from here on"
               : "the command stays queued: whoever works on the account next carries it out");
  }
  return done ? kAllWell : kAttention;
}

}  // namespace

int resume(const ResumeOptions& options) {
  if (!options.loss_limit) {
    complain("say what is to be resumed: --loss-limit");
    return kUsage;
  }
  auto wired = wire({.broker = true, .store = true}, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  const Failure opened = conductor.open();
  if (opened != Failure::none && opened != Failure::locked) {
    for (const std::string& error : conductor.errors()) complain(error);
    return exit_code(opened);
  }
  OperatorCommand command;
  command.kind = OperatorCommand::Kind::resume_loss_limit;
  command.who = operator_name();
  command.why = options.why;
  const auto id = wired->store->enqueue(wired->config.runtime.account, command);
  if (!id) {
    complain("store: " + id.error().message);
    return exit_code(id.error());
  }
  if (opened == Failure::none) {  // nobody is at work: this process makes the pass that takes it up
    const runtime::PassReport report = conductor.pass();
    for (const std::string& error : report.errors) complain(error);
    if (report.failure != Failure::none) {
      complain("the command stays queued: the next cycle carries it out");
      return exit_code(report.failure);
    }
  }
  const auto until = std::chrono::steady_clock::now() + (opened == Failure::none ? 0s : options.wait);
  while (true) {
    const auto waiting = is_waiting(*wired->store, wired->config.runtime.account, *id);
    if (!waiting) return waiting.error();
    if (!*waiting || std::chrono::steady_clock::now() >= until) return tell(!*waiting, options);
    wired->clock->pause(kPoll);
  }
}

}  // namespace belay::app
