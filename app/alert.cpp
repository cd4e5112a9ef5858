// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/telling.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::app {
namespace {

notify::Letter test_letter(const std::string& account, Timestamp now) {
  notify::Notice notice;
  notice.kind = "test";
  notice.account = account;
  notice.severity = "info";
  notice.subject = "Test: Belay can reach you";
  notice.intro = "Somebody typed belay alert --test at " + calendar::new_york_text(now) +
                 ". Alerts of this account will come this way. Nothing is to be done.";
  return {notify::identity_of({account, "test", to_text(now)}), now, now, std::move(notice), {}};
}

/// By each of the account's channels; whether all of them took it.
std::expected<bool, ExitCode> test_channels(Wired& wired, const AlertOptions& options, json::Array& results) {
  const auto channels = notify::make_channels(wired.config.alerts);
  const std::string whose = wired.is_one_of_several ? wired.config.runtime.account + ": " : "";
  if (channels.empty()) {
    complain(whose + "no channel is set up: see [alerts] smtp_url and webhook_url");
    return std::unexpected(kUsage);
  }
  const auto now = wired.clock->now();
  if (!now) {
    complain("clock: " + now.error().message);
    return std::unexpected(kUsage);
  }
  const notify::Letter letter = test_letter(wired.config.runtime.account, now->wall);
  bool all_sent = true;
  for (const auto& channel : channels) {
    const notify::Delivery delivery = channel->deliver(letter, {.at_most = std::chrono::seconds(20)});
    const bool sent = delivery.kind == notify::Delivery::Kind::sent;
    all_sent = all_sent && sent;
    if (options.json) {
      results.emplace_back(json::Object{{"account", wired.config.runtime.account},
                                        {"channel", channel->name()},
                                        {"to", channel->description()},
                                        {"sent", sent},
                                        {"answer", delivery.answer}});
    } else {
      print(whose + (sent ? "✓ " : "✗ ") + channel->name() + ", " + channel->description() + ": " + delivery.answer);
    }
  }
  return all_sent;
}

}  // namespace

int alert(const AlertOptions& options) {
  if (!options.test) {
    complain("say what: --test sends a test message by each channel");
    return kUsage;
  }
  constexpr Needs kChannelsOnly{.broker = false, .store = false, .alerts = true};
  const auto accounts = choose_accounts(options.account, kChannelsOnly);
  if (!accounts) return accounts.error();
  const log::Log log(log::nowhere(), log::Level::error);
  json::Array results;
  ExitCode code = kAllWell;
  for (const AccountConfig& account : accounts->chosen) {
    auto wired = wire_one(*accounts, account, kChannelsOnly, log);
    if (!wired) {
      code = worse(code, wired.error());
      continue;
    }
    const auto all_sent = test_channels(*wired, options, results);
    code = worse(code, !all_sent ? all_sent.error() : *all_sent ? kAllWell : kAttention);
  }
  if (options.json) print_json(json::Object{{"channels", std::move(results)}});
  return code;
}

}  // namespace belay::app
