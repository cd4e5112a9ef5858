// SPDX-License-Identifier: Apache-2.0
#include "app/wiring.hpp"

#include <algorithm>
#include <utility>

#include "app/console.hpp"
#include "shell/clock/clocks.hpp"
#include "shell/store/open_archive.hpp"

namespace belay::app {
namespace {

bool stops(const Problem& problem, Needs needs) {
  switch (problem.concern) {
    case Problem::Concern::broker:
      return needs.broker;
    case Problem::Concern::store:
      return needs.store;
    case Problem::Concern::alerts:
      return needs.alerts;
    case Problem::Concern::general:
      return true;
  }
  return true;
}

/// Says what concerns the command; whether it stops it.
bool told(const Problem& problem, Needs needs, const std::string& whose) {
  if (stops(problem, needs)) {
    complain(whose + problem.message);
    return true;
  }
  if (problem.concern == Problem::Concern::alerts && needs.broker) {
    complain(whose + "alerts: " + problem.message + " (positions are guarded all the same)");
  }
  return false;
}

class AbsentStore : public Store {
 public:
  explicit AbsentStore(StoreError error) : error_(std::move(error)) {}

  StoreResult<MigrationReport> migrate() override { return std::unexpected(error_); }
  StoreResult<int> schema_version() override { return std::unexpected(error_); }
  StoreResult<bool> try_lock(const std::string&) override { return std::unexpected(error_); }
  bool still_locked() override { return false; }
  StoreResult<StoredBook> load(const std::string&, const std::vector<std::string>&) override {
    return std::unexpected(error_);
  }
  StoreResult<std::vector<Execution>> executions_for(const std::string&, const std::vector<std::string>&,
                                                     const std::vector<std::string>&) override {
    return std::unexpected(error_);
  }
  StoreResult<std::vector<NewRow>> save(const std::string&, const Batch&) override { return std::unexpected(error_); }
  StoreResult<std::int64_t> enqueue(const std::string&, const OperatorCommand&) override {
    return std::unexpected(error_);
  }
  StoreResult<std::vector<OperatorCommand>> waiting_commands(const std::string&) override {
    return std::unexpected(error_);
  }
  StoreResult<std::vector<Lot>> lots(const LotFilter&) override { return std::unexpected(error_); }
  StoreResult<std::map<std::int64_t, Fields>> other_columns(const LotFilter&) override {
    return std::unexpected(error_);
  }
  StoreResult<std::vector<StoredEvent>> events(const EventFilter&) override { return std::unexpected(error_); }
  [[nodiscard]] std::uint64_t statements() const override { return 0; }
  [[nodiscard]] std::string description() const override { return "no store"; }

 private:
  StoreError error_;
};

}  // namespace

Result<std::unique_ptr<Clock>> make_clock(const Config& config) {
  if (config.clock_url.empty()) return clock::system_clock();
  auto clock = clock::given_clock(config.clock_url);
  if (!clock) return fail("BELAY_CLOCK_URL: " + clock.error().message);
  return clock;
}

StoreResult<std::unique_ptr<Store>> make_store(const Config& config) {
  if (const auto* spec = std::get_if<std::string>(&config.store)) return store::open_store(*spec);
  return store::open_postgres(std::get<store::ConnectionSettings>(config.store));
}

StoreResult<std::unique_ptr<Archive>> make_archive(const Config& config) {
  if (const auto* spec = std::get_if<std::string>(&config.store)) return store::open_archive(*spec);
  return store::open_archive(std::get<store::ConnectionSettings>(config.store));
}

std::expected<Accounts, ExitCode> choose_accounts(const std::string& account, Needs needs) {
  LoadedConfig loaded = load_config(process_environment());
  for (const std::string& note : loaded.notes) complain("note: " + note);
  bool stopped = false;
  for (const Problem& problem : loaded.problems) {
    stopped = told(problem, needs, "") || stopped;
  }
  if (stopped) return std::unexpected(kUsage);
  Accounts accounts{
      .loaded = loaded, .common = loaded.config, .chosen = {}, .all = {}, .are_several = !loaded.accounts.empty()};
  if (!accounts.are_several) loaded.accounts.push_back({std::move(loaded.config), {}});
  for (AccountConfig& one : loaded.accounts) {
    accounts.all.push_back(one.config);
    if (account.empty() || one.config.runtime.account == account) accounts.chosen.push_back(std::move(one));
  }
  if (!accounts.chosen.empty()) return accounts;
  complain("there is no account \"" + account + "\": say " + choices(accounts.all));
  return std::unexpected(kUsage);
}

std::string choices(const std::vector<Config>& accounts) {
  std::string text;
  for (const Config& one : accounts) text += (text.empty() ? "--account " : " or --account ") + one.runtime.account;
  return text;
}

bool is_called(const runtime::Settings& account, const std::string& name) {
  return name == account.account || std::ranges::find(account.aliases, name) != account.aliases.end() ||
         (name.empty() && account.aliases.empty());
}

const Config* account_called(const std::vector<Config>& accounts, const std::string& name) {
  const auto found = std::ranges::find_if(accounts, [&](const Config& one) { return is_called(one.runtime, name); });
  return found == accounts.end() ? nullptr : &*found;
}

std::expected<Wired, ExitCode> wire_one(const Accounts& accounts, const AccountConfig& account, Needs needs,
                                        const log::Log& log) {
  const std::string& name = account.config.runtime.account;
  const std::string whose = accounts.are_several ? name + ": " : "";
  bool stopped = false;
  for (const Problem& problem : account.problems) {
    stopped = told(problem, needs, whose) || stopped;
  }
  if (stopped) return std::unexpected(kUsage);
  Wired wired;
  wired.config = account.config;
  wired.all = accounts.all;
  wired.is_one_of_several = accounts.are_several;
  wired.log = std::make_unique<log::Log>(log, accounts.are_several ? Fields{{"account", name}} : Fields{});
  auto clock = make_clock(wired.config);
  if (!clock) {
    complain(clock.error().message);
    return std::unexpected(kUsage);
  }
  wired.clock = std::move(*clock);
  if (needs.broker) {
    auto connection = alpaca::connect(wired.config.broker);
    if (!connection) {
      complain(whose + "broker: " + connection.error().message);
      return std::unexpected(kUsage);
    }
    wired.connection = std::move(*connection);
  }
  if (needs.store) {
    auto store = make_store(wired.config);
    if (!store && !needs.broker) {
      complain("store: " + store.error().message);
      return std::unexpected(exit_code(store.error()));
    }
    wired.store = store ? std::move(*store) : absent_store(store.error());
  }
  return wired;
}

std::expected<Wired, ExitCode> wire(Needs needs, const std::string& account, log::Log::Sink sink) {
  const auto accounts = choose_accounts(account, needs);
  if (!accounts) return std::unexpected(accounts.error());
  const log::Log log(std::move(sink), accounts->common.log_level);
  if (accounts->chosen.size() == 1) return wire_one(*accounts, accounts->chosen.front(), needs, log);
  if (!needs.broker) return wire_one(*accounts, {accounts->common, {}}, needs, log);
  complain("there are several accounts: say " + choices(accounts->all));
  return std::unexpected(kUsage);
}

std::unique_ptr<Store> absent_store(StoreError error) { return std::make_unique<AbsentStore>(std::move(error)); }

}  // namespace belay::app
