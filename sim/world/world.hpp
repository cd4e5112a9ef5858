// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "shell/log/log.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/world/broker.hpp"
#include "sim/world/data.hpp"
#include "sim/world/happening.hpp"
#include "sim/world/invariants.hpp"
#include "sim/world/market.hpp"
#include "sim/world/oracle.hpp"
#include "sim/world/pages.hpp"
#include "sim/world/process.hpp"
#include "sim/world/store.hpp"
#include "sim/world/stream.hpp"
#include "sim/world/timeline.hpp"
#include "sim/world/violation.hpp"
#include "sim/world/weather.hpp"
#include "sim/world/witness.hpp"

namespace belay::world {

/// What came of a session.
struct Outcome {
  std::vector<Violation> violations;
  std::uint64_t trace = 0;
  Duration lived{};  ///< virtual time
  std::array<std::uint64_t, kKinds> struck{};
  std::uint64_t broker_calls = 0;
  std::uint64_t exits = 0;  ///< orders of ours that filled
  std::uint64_t lots = 0;
  std::uint64_t closed = 0;
  std::uint64_t starts = 0;  ///< of processes
  std::uint64_t pages = 0;
};

/// One session: the production runtime and engine against the paper exchange, on virtual time.
class World : public Mortality, public Doorkeeper {
 public:
  using LogSink = std::function<void(std::string_view line)>;
  /// With a sink, every line of the processes' logs goes there too.
  explicit World(const Scenario& scenario, LogSink log_sink = {});
  ~World() override;

  Outcome live();

 private:
  struct Process;
  struct Over {};  // the session ends early: something is broken

  void call_made() override;
  void submit_arrives(const OrderRequest& request) override;
  void submit_refused(const OrderRequest& request) override;
  void arrives_late(const OrderRequest& request) override { invariants_.arrives_late(request); }
  void guard_is_set(const OrderRequest& request);
  void cancel_arrives(const OrderId& id) override;
  void exchange_moved() override;
  void account_read(const Account& account) override { oracle_.delivered(account); }

  void arrange();
  void plan_ticks();
  void tick();
  std::unique_ptr<Process> start_process();
  void serve(Process& process, Timestamp until);
  void attend(Process& process, Timestamp until);
  void bury(std::unique_ptr<Process> process);
  void stand_still(const Happening& happening);
  void inspect(Process& process);
  void lose_lock();
  void stream_tells(const StreamNews& news);

  // actors.cpp: what people, markets and fate do
  void happen(const Happening& happening);
  void enter(const Happening& happening);
  void write_row(std::size_t lot, const Execution& row, bool twice);
  void close_lot(const Happening& happening);
  void foreign(const Happening& happening);
  void foreign_cancel(const Happening& happening);
  void halt(const Happening& happening);
  void split(const Happening& happening);

  Scenario scenario_;
  calendar::UsEquities calendar_;
  calendar::Session session_;
  Timeline timeline_;
  Weather weather_;
  sim::Exchange exchange_;
  Witness witness_;
  Market market_;
  Oracle oracle_;
  Pages pages_;
  Invariants invariants_;
  Database database_;
  Broker broker_;
  Data data_;
  Stream stream_;
  bool has_stream_;
  MachineClock clock_;
  LogSink log_sink_;
  std::unique_ptr<log::Log> log_;

  std::vector<std::unique_ptr<Process>> dead_;  // kept: what they sent may still be on its way
  Process* living_ = nullptr;
  std::optional<std::int64_t> calls_to_live_;
  Happening crash_;
  std::optional<Happening> stop_;
  bool is_nested_ = false;
  std::optional<Timestamp> calm_since_;
  bool rest_checked_ = false;
  std::uint64_t starts_ = 0;
  int next_key_ = 1;
  std::map<std::string, Happening> next_terms_;  // by symbol
};

}  // namespace belay::world
