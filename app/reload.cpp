// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "shell/json/parse.hpp"

namespace belay::app {
namespace {

constexpr Duration kPoll = std::chrono::milliseconds(250);
constexpr std::array kLists{"wrong", "alerts", "changed", "needs_restart", "leaving"};

/// What the service of one account answered.
struct Answer {
  std::string account;
  std::string result;   ///< empty: nobody serves the account, or not in time
  json::Value details;  ///< of the event
};

std::string text_of(const json::Value& data, std::string_view key) {
  const json::Value* const value = data.find(key);
  const std::string* const text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? "" : *text;
}

/// The service's answer to this request, if it is recorded.
std::optional<json::Value> answer_in(const std::vector<StoredEvent>& events, std::int64_t request) {
  for (const StoredEvent& event : events) {
    auto data = json::parse(event.event_data);
    const json::Value* const id = data ? data->find("request") : nullptr;
    const std::string* const number = id == nullptr ? nullptr : id->decimal_text();
    if (number != nullptr && *number == std::to_string(request)) return std::move(*data);
  }
  return std::nullopt;
}

/// Whoever holds the account's lock reads the configuration by its own environment: nobody else can say what counts.
std::expected<Answer, ExitCode> ask(Wired& wired, const ReloadOptions& options) {
  const std::string& account = wired.config.runtime.account;
  Answer answer{account, "", {}};
  const auto free = wired.store->try_lock(account);
  if (!free) {
    complain("store: " + free.error().message);
    return std::unexpected(exit_code(free.error()));
  }
  if (*free) {
    complain(account + ": no service is running; the next start takes the configuration as it is then");
    return answer;
  }
  OperatorCommand command;
  command.kind = options.yes ? OperatorCommand::Kind::reload : OperatorCommand::Kind::preview_reload;
  command.who = operator_name();
  command.why = options.why;
  const auto request = wired.store->enqueue(account, command);
  if (!request) {
    complain("store: " + request.error().message);
    return std::unexpected(exit_code(request.error()));
  }
  const EventFilter filter{
      .position_id = 0, .symbol = {}, .types = {"operator"}, .since = {}, .until = {}, .limit = 50, .account = account};
  const auto until = std::chrono::steady_clock::now() + options.wait;
  while (std::chrono::steady_clock::now() < until) {
    const auto events = read_events(*wired.store, filter);
    if (!events) return std::unexpected(events.error());
    if (auto data = answer_in(*events, *request)) {
      answer.result = text_of(*data, "result");
      answer.details = std::move(*data);
      return answer;
    }
    wired.clock->pause(kPoll);
  }
  complain(account + ": the service has not answered in time");
  return answer;
}

json::Value to_json(const Answer& answer) {
  json::Object object{{"account", answer.account},
                      {"result", answer.result.empty() ? json::Value() : json::Value(answer.result)}};
  for (const char* name : kLists) {
    const json::Value* const list = answer.details.find(name);
    object.append(name, list == nullptr ? json::Value(json::Array{}) : *list);
  }
  return object;
}

void show(const Answer& answer) {
  if (answer.result.empty()) return;
  print(answer.account + ": " + answer.result);
  for (const char* name : kLists) {
    const json::Value* const list = answer.details.find(name);
    if (list == nullptr || list->as_array() == nullptr) continue;
    for (const json::Value& line : *list->as_array()) {
      print("  " + std::string(name) + ": " + (line.as_string() == nullptr ? "" : *line.as_string()));
    }
  }
}

ExitCode code_of(const Answer& answer) {
  if (answer.details.find("wrong") != nullptr) return kUsage;
  return answer.result == "taken" || answer.result == "preview" ? kAllWell : kAttention;
}

}  // namespace

int reload(const ReloadOptions& options) {
  constexpr Needs kStoreAlone{.broker = false, .store = true};
  const auto accounts = choose_accounts(options.account, kStoreAlone);
  if (!accounts) return accounts.error();
  ExitCode code = kAllWell;
  json::Array all;
  for (const AccountConfig& account : accounts->chosen) {
    auto wired = wire_one(*accounts, {account.config, {}}, kStoreAlone, log::Log(log::nowhere(), log::Level::error));
    if (!wired) return wired.error();
    const auto answer = ask(*wired, options);
    if (!answer) return answer.error();
    code = worse(code, code_of(*answer));
    if (options.json) all.push_back(to_json(*answer));
    if (!options.json) show(*answer);
  }
  if (options.json) print_json(std::move(all));
  return code;
}

}  // namespace belay::app
