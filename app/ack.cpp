// SPDX-License-Identifier: Apache-2.0
#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/telling.hpp"

namespace belay::app {
namespace {

/// How many of the account's were acknowledged.
std::expected<std::int64_t, ExitCode> acknowledge(Wired& wired, const AckOptions& options) {
  const auto now = wired.clock->now();
  if (!now) {
    complain("clock: " + now.error().message);
    return std::unexpected(kUsage);
  }
  if (const auto ready = wired.store->migrate(); !ready) {
    complain("store: " + ready.error().message);
    return std::unexpected(exit_code(ready.error()));
  }
  auto alerts = make_alert_store(wired.config);
  const auto done = alerts ? (*alerts)->acknowledge(wired.config.runtime.account, options.numbers, operator_name(),
                                                    options.why, now->wall)
                           : std::unexpected(alerts.error());
  if (!done) {
    complain("store: " + done.error().message);
    return std::unexpected(exit_code(done.error()));
  }
  return *done;
}

}  // namespace

int ack(const AckOptions& options) {
  if (options.numbers.empty() && !options.all) {
    complain("say which: their numbers (belay alerts lists them), or --all");
    return kUsage;
  }
  constexpr Needs kStoreOnly{.broker = false, .store = true};
  const auto accounts = choose_accounts(options.account, kStoreOnly);
  if (!accounts) return accounts.error();
  if (accounts->chosen.size() > 1 && !options.all) {
    complain("each account counts its own alerts: say " + choices(accounts->all));
    return kUsage;
  }
  const log::Log log(log::nowhere(), log::Level::error);
  std::int64_t sum = 0;
  for (const AccountConfig& account : accounts->chosen) {
    auto wired = wire_one(*accounts, account, kStoreOnly, log);
    if (!wired) return wired.error();
    const auto done = acknowledge(*wired, options);
    if (!done) return done.error();
    sum += *done;
  }
  if (options.json) {
    print_json(json::Object{{"acknowledged", sum}});
  } else {
    print(sum == 0 ? "nothing of that waited for an answer"
                   : "acknowledged: " + std::to_string(sum) + (sum == 1 ? " alert" : " alerts"));
  }
  return sum > 0 || options.all ? kAllWell : kAttention;
}

}  // namespace belay::app
