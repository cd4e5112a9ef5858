// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/telling.hpp"
#include "app/texts.hpp"
#include "shell/json/parse.hpp"
#include "shell/notify/causes.hpp"

namespace belay::app {
namespace {

json::Value time_or_null(const std::optional<Timestamp>& at) { return at ? json::Value(to_text(*at)) : json::Value(); }

json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

bool waits_for_an_answer(const Alert& alert) {
  return alert.severity == Severity::critical && !alert.acknowledged_at && !alert.ended_at;
}

json::Object alert_json(const Alert& alert) {
  return {{"number", alert.number},
          {"cause", alert.cause},
          {"severity", notify::word_of(alert.severity)},
          {"position_id", alert.position_id == 0 ? json::Value() : json::Value(alert.position_id)},
          {"symbol", text_or_null(alert.symbol)},
          {"text", alert.text},
          {"first_at", to_text(alert.first_at)},
          {"last_at", to_text(alert.last_at)},
          {"times", alert.times},
          {"reminders", alert.reminders},
          {"acknowledged_at", time_or_null(alert.acknowledged_at)},
          {"acknowledged_by", text_or_null(alert.acknowledged_by)},
          {"acknowledged_why", text_or_null(alert.acknowledged_why)},
          {"ended_at", time_or_null(alert.ended_at)}};
}

std::string subject_of(const Message& message) {
  const auto content = json::parse(message.content);
  return content ? notify::notice_from(*content).subject : "";
}

json::Object waiting_json(const Message& message) {
  return {{"channel", message.channel},
          {"subject", subject_of(message)},
          {"created_at", to_text(message.created_at)},
          {"attempts", message.attempts},
          {"last_error", text_or_null(message.last_error)}};
}

std::string standing_of(const Alert& alert) {
  if (alert.ended_at) return "over";
  if (alert.acknowledged_at) return "acknowledged by " + alert.acknowledged_by;
  return waits_for_an_answer(alert) ? "WAITS FOR AN ANSWER" : "told";
}

void show(const std::vector<Alert>& alerts, const std::vector<Message>& waiting) {
  Table table({{"No", Table::Align::right}, {"Since"}, {"Severity"}, {"Symbol"}, {"What"}, {"Standing"}});
  for (const Alert& alert : alerts) {
    table.add({std::to_string(alert.number), time_text(alert.first_at), std::string(notify::word_of(alert.severity)),
               alert.symbol, alert.text + (alert.times > 1 ? " (" + std::to_string(alert.times) + " times)" : ""),
               standing_of(alert)});
  }
  if (table.empty()) {
    print("no alerts");
  } else {
    table.show();
  }
  for (const Message& message : waiting) {
    print("waits to be sent by " + message.channel + ": " + subject_of(message) +
          (message.last_error.empty()
               ? ""
               : " (tried " + std::to_string(message.attempts) + " times: " + message.last_error + ")"));
  }
}

/// What there is of one account, shown or added to `list`; whether a critical one waits.
std::expected<bool, ExitCode> list_account(Wired& wired, const AlertsOptions& options, json::Array& list) {
  const std::string& account = wired.config.runtime.account;
  const auto version = wired.store->schema_version();
  std::vector<Alert> found;
  std::vector<Message> waiting;
  const auto read = [&]() -> StoreResult<void> {
    if (!version) return std::unexpected(version.error());
    if (*version < kAlertsSchema) return {};
    auto store = make_alert_store(wired.config);
    if (!store) return std::unexpected(store.error());
    auto alerts = (*store)->alerts(account, options.all);
    if (!alerts) return std::unexpected(alerts.error());
    auto messages = (*store)->waiting(account);
    if (!messages) return std::unexpected(messages.error());
    found = std::move(*alerts);
    waiting = std::move(*messages);
    return {};
  };
  if (const auto done = read(); !done) {
    complain("store: " + done.error().message);
    return std::unexpected(exit_code(done.error()));
  }
  if (options.json) {
    json::Array alerts;
    for (const Alert& alert : found) alerts.emplace_back(alert_json(alert));
    json::Array messages;
    for (const Message& message : waiting) messages.emplace_back(waiting_json(message));
    list.emplace_back(
        json::Object{{"account", account}, {"alerts", std::move(alerts)}, {"waiting", std::move(messages)}});
  } else {
    if (wired.is_one_of_several) print(account);
    show(found, waiting);
  }
  return std::ranges::any_of(found, waits_for_an_answer);
}

}  // namespace

int alerts(const AlertsOptions& options) {
  constexpr Needs kStoreOnly{.broker = false, .store = true};
  const auto accounts = choose_accounts(options.account, kStoreOnly);
  if (!accounts) return accounts.error();
  const log::Log log(log::nowhere(), log::Level::error);
  json::Array list;
  ExitCode code = kAllWell;
  for (const AccountConfig& account : accounts->chosen) {
    auto wired = wire_one(*accounts, account, kStoreOnly, log);
    if (!wired) {
      code = worse(code, wired.error());
      continue;
    }
    if (!wired->config.alerts.wanted()) {
      complain("note: " + (wired->is_one_of_several ? wired->config.runtime.account + ": " : "") +
               "nobody is told by mail or webhook: see [alerts]");
    }
    const auto waits = list_account(*wired, options, list);
    code = worse(code, !waits ? waits.error() : *waits ? kAttention : kAllWell);
  }
  if (options.json) {
    const bool one = !accounts->are_several || !options.account.empty();
    if (!one) {
      print_json(std::move(list));
    } else if (!list.empty()) {
      print_json(list.front());
    }
  }
  return code;
}

}  // namespace belay::app
