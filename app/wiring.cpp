// SPDX-License-Identifier: Apache-2.0
#include "app/wiring.hpp"

#include <utility>

#include "app/console.hpp"
#include "shell/clock/clocks.hpp"

namespace belay::app {
namespace {

bool stops(const Problem& problem, Needs needs) {
  switch (problem.concern) {
    case Problem::Concern::broker:
      return needs.broker;
    case Problem::Concern::store:
      return needs.store;
    case Problem::Concern::general:
      return true;
  }
  return true;
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

std::expected<Wired, ExitCode> wire(Needs needs, log::Log::Sink sink) {
  LoadedConfig loaded = load_config(process_environment());
  for (const std::string& note : loaded.notes) complain("note: " + note);
  bool stopped = false;
  for (const Problem& problem : loaded.problems) {
    if (!stops(problem, needs)) continue;
    complain(problem.message);
    stopped = true;
  }
  if (stopped) return std::unexpected(kUsage);

  Wired wired;
  wired.config = std::move(loaded.config);
  wired.log = std::make_unique<log::Log>(std::move(sink), wired.config.log_level);
  auto clock = make_clock(wired.config);
  if (!clock) {
    complain(clock.error().message);
    return std::unexpected(kUsage);
  }
  wired.clock = std::move(*clock);
  if (needs.broker) {
    auto connection = alpaca::connect(wired.config.broker);
    if (!connection) {
      complain("broker: " + connection.error().message);
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

std::unique_ptr<Store> absent_store(StoreError error) { return std::make_unique<AbsentStore>(std::move(error)); }

}  // namespace belay::app
