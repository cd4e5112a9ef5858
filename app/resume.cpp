// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/delivery.hpp"

namespace belay::app {
namespace {

int tell(bool done, const ResumeOptions& options) {
  if (options.json) {
    print_json(json::Object{{"done", done}});
  } else {
    print(done ? "the loss limit is resumed: the account's day counts from here on"
               : "the command stays queued: whoever works on the account next carries it out");
  }
  return done ? kAllWell : kAttention;
}

int resume_loss_limit(const ResumeOptions& options) {
  auto wired = wire({.broker = true, .store = true}, options.account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  OperatorCommand command;
  command.kind = OperatorCommand::Kind::resume_loss_limit;
  command.who = operator_name();
  command.why = options.why;
  const auto delivery = deliver(*wired, {command});
  if (!delivery) return delivery.error();
  const auto done = await_taken_up(*wired, *delivery, options.wait);
  return done ? tell(*done, options) : static_cast<int>(done.error());
}

}  // namespace

int resume(const ResumeOptions& options) {
  if (options.loss_limit == !options.which.empty()) {
    complain("say what is to be resumed: a position (its id or symbol), or --loss-limit");
    return kUsage;
  }
  return options.loss_limit ? resume_loss_limit(options) : resume_position(options);
}

}  // namespace belay::app
