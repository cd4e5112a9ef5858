// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <optional>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/texts.hpp"
#include "shell/json/parse.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;

struct Counts {
  std::int64_t open = 0;
  std::int64_t closing = 0;
  std::int64_t concern = 0;
  std::int64_t unguarded = 0;  ///< open ones that nothing protects
  std::int64_t paused = 0;     ///< whose rules a person has suspended
  Duration unguarded_time{};   ///< of all of them, so far
  std::optional<Timestamp> last_check;
};

Counts count(const std::vector<Lot>& lots) {
  Counts counts;
  for (const Lot& lot : lots) {
    ++(lot.status == LotStatus::closing ? counts.closing : counts.open);
    if (!lot.concern.empty() || !lot.frozen.empty()) ++counts.concern;
    if (lot.guards.protection == Protection::none) ++counts.unguarded;
    if (lot.pause) ++counts.paused;
    counts.unguarded_time += lot.guards.unguarded;
    if (lot.last_checked_at) counts.last_check = std::max(counts.last_check, lot.last_checked_at);
  }
  return counts;
}

/// What the broker says of itself and of the market; `error` where it could not be asked.
struct BrokerWord {
  std::optional<Account> account;
  std::optional<MarketClock> clock;
  std::string error;
  ExitCode code = kAllWell;
};

BrokerWord ask(Broker& broker) {
  BrokerWord word;
  const auto take = [&](auto answer, auto& place) {
    if (answer) {
      place = std::move(*answer);
    } else {
      word.error = answer.error().message;
      word.code = exit_code(answer.error());
    }
  };
  take(broker.account(), word.account);
  if (word.code == kAllWell) take(broker.clock(), word.clock);
  return word;
}

/// The service's own word about the trading stream, from the record.
struct StreamWord {
  std::string state;  ///< "up", "down"; empty: nothing was recorded
  std::string why;
  Timestamp since;
};

StreamWord read_stream(Store& store, const std::string& account) {
  StreamWord word;
  const auto events = store.events(
      {.position_id = 0, .symbol = {}, .types = {"monitor_error", "reconciled"}, .since = {}, .until = {}});
  if (!events) return word;
  for (const StoredEvent& event : *events) {  // the last one counts
    const auto data = json::parse(event.event_data);
    const json::Value* state = data ? data->find("stream") : nullptr;
    if (state == nullptr || state->as_string() == nullptr) continue;
    const json::Value* whose = data->find("account");
    if (whose == nullptr || whose->as_string() == nullptr || *whose->as_string() != account) continue;
    const json::Value* error = data->find("error");
    word.state = *state->as_string();
    word.why = error != nullptr && error->as_string() != nullptr ? *error->as_string() : "";
    word.since = event.created_at;
  }
  return word;
}

struct Status {
  Config config;
  std::string store;
  Timestamp now;
  Counts counts;
  bool locked = false;
  std::size_t waiting_commands = 0;
  StreamWord stream;
  BrokerWord broker;
  MarketClock market;  ///< the broker's word, else the built-in calendar's
};

MarketClock built_in_market(Timestamp now) {
  const calendar::UsEquities calendar;
  const auto session = calendar.session_at(now);
  const auto next = calendar.next_open_after(now);
  return {now, session.has_value(), next.open, session ? session->close : next.close};
}

/// Only a service at work has a stream.
bool shows_stream(const Status& status) { return status.locked && !status.stream.state.empty(); }

json::Value stream_json(const Status& status) {
  if (!shows_stream(status)) return {};
  return json::Object{{"state", status.stream.state},
                      {"since", to_text(status.stream.since)},
                      {"why", status.stream.why.empty() ? json::Value() : json::Value(status.stream.why)}};
}

json::Value to_json(const Status& status) {
  const auto& counts = status.counts;
  const auto time_or_null = [](const std::optional<Timestamp>& at) {
    return at ? json::Value(to_text(*at)) : json::Value();
  };
  json::Value age;
  if (counts.last_check) age = std::chrono::floor<std::chrono::seconds>(status.now - *counts.last_check).count();
  json::Value account;
  if (const auto& known = status.broker.account) {
    account = json::Object{{"number", known->number},
                           {"status", known->status},
                           {"equity", known->equity.text()},
                           {"cash", known->cash.text()},
                           {"trading_blocked", known->trading_blocked || known->account_blocked}};
  }
  return json::Object{
      {"account", status.config.runtime.account},
      {"venue", to_text(alpaca::venue_of(status.config.broker.trading_url))},
      {"broker", json::Object{{"reachable", status.broker.code == kAllWell},
                              {"error", status.broker.error.empty() ? json::Value() : json::Value(status.broker.error)},
                              {"account", std::move(account)}}},
      {"market", json::Object{{"open", status.market.is_open},
                              {"now", to_text(status.now)},
                              {"next_open", to_text(status.market.next_open)},
                              {"next_close", to_text(status.market.next_close)}}},
      {"positions", json::Object{{"open", counts.open},
                                 {"closing", counts.closing},
                                 {"concern", counts.concern},
                                 {"unguarded", counts.unguarded},
                                 {"paused", counts.paused}}},
      {"seconds_unguarded", std::chrono::floor<std::chrono::seconds>(counts.unguarded_time).count()},
      {"last_check", time_or_null(counts.last_check)},
      {"last_check_age_seconds", std::move(age)},
      {"locked", status.locked},
      {"waiting_commands", status.waiting_commands},
      {"stream", stream_json(status)},
      {"store", status.store}};
}

void show(const Status& status) {
  const auto& counts = status.counts;
  Table table({{"account"},
               {status.config.runtime.account + " (" +
                std::string(to_text(alpaca::venue_of(status.config.broker.trading_url))) + ")"}});
  if (const auto& account = status.broker.account) {
    table.add({"broker", account->number + " " + account->status + ", equity " + account->equity.text(2)});
  } else {
    table.add({"broker", "not reachable: " + status.broker.error});
  }
  table.add({"market", std::string(status.market.is_open ? "open until " : "closed until ") +
                           time_text(status.market.is_open ? status.market.next_close : status.market.next_open)});
  table.add({"positions", std::to_string(counts.open) + " open, " + std::to_string(counts.closing) + " closing, " +
                              std::to_string(counts.concern) + " with a concern" +
                              (counts.paused > 0 ? ", " + std::to_string(counts.paused) + " paused" : "")});
  table.add({"unguarded", std::to_string(counts.unguarded) + " now; " +
                              std::to_string(std::chrono::floor<std::chrono::seconds>(counts.unguarded_time).count()) +
                              " s of trading in all"});
  table.add({"last check", counts.last_check ? ago_text(*counts.last_check, status.now) : "never"});
  table.add({"at work", status.locked ? "a service or a cycle holds the lock" : "nobody: no service is running"});
  if (shows_stream(status)) {
    table.add({"stream", status.stream.state + " since " + time_text(status.stream.since) +
                             (status.stream.why.empty() ? "" : ": " + status.stream.why)});
  }
  if (status.waiting_commands > 0) table.add({"waiting", std::to_string(status.waiting_commands) + " commands"});
  table.add({"store", status.store});
  table.show();
}

/// Attention: something is not in order, or positions are held that nobody has looked at for a while in session.
int verdict(const Status& status) {
  if (status.broker.code != kAllWell) return status.broker.code;
  const auto& counts = status.counts;
  const bool held = counts.open + counts.closing > 0;
  const Duration limit = 3 * status.config.runtime.sweep;
  const bool stale = held && status.market.is_open && (!counts.last_check || status.now - *counts.last_check > limit);
  return counts.concern > 0 || counts.closing > 0 || stale ? kAttention : kAllWell;
}

}  // namespace

namespace {

std::expected<Status, ExitCode> status_of(Wired& wired) {
  const auto lots = read_lots(*wired.store, {});
  if (!lots) return std::unexpected(lots.error());
  Status status;
  const auto now = wired.clock->now();
  if (!now) {
    complain(now.error().message);
    return std::unexpected(kUsage);
  }
  const std::string& account = wired.config.runtime.account;
  status.now = now->wall;
  status.counts = count(of_account(*lots, wired.config));
  status.store = wired.store->description();
  status.stream = read_stream(*wired.store, account);
  if (const auto waiting = wired.store->waiting_commands(account)) status.waiting_commands = waiting->size();
  const auto free = wired.store->try_lock(account);
  status.locked = free && !*free;
  wired.store.reset();  // and with it the lock, if it was free
  status.broker = ask(*wired.connection.broker);
  status.market = status.broker.clock.value_or(built_in_market(status.now));
  status.config = wired.config;
  return status;
}

}  // namespace

int status(const StatusOptions& options) {
  constexpr Needs kBoth{.broker = true, .store = true};
  const auto accounts = choose_accounts(options.account, kBoth);
  if (!accounts) return accounts.error();
  const bool one = !accounts->are_several || !options.account.empty();
  ExitCode code = kAllWell;
  json::Array all;
  for (const AccountConfig& account : accounts->chosen) {
    auto wired = wire_one(*accounts, account, kBoth, log::Log(log::nowhere(), log::Level::error));
    const auto status = wired ? status_of(*wired) : std::unexpected(wired.error());
    code = worse(code, status ? static_cast<ExitCode>(verdict(*status)) : status.error());
    if (!status) {
      all.push_back(json::Object{{"account", account.config.runtime.account}, {"exit_code", int{status.error()}}});
    } else if (options.json) {
      all.push_back(to_json(*status));
    } else {
      if (&account != &accounts->chosen.front()) print("");
      show(*status);
    }
  }
  if (!options.json || (one && code != kAllWell && all.front().find("store") == nullptr)) return code;
  print_json(one ? std::move(all.front()) : json::Value(std::move(all)));
  return code;
}

}  // namespace belay::app
