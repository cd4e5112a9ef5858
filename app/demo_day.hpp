// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/demo_scenario.hpp"
#include "core/base/result.hpp"
#include "core/trading/account.hpp"
#include "shell/alpaca/rest.hpp"
#include "shell/log/log.hpp"
#include "shell/net/http_client.hpp"
#include "shell/runtime/conductor.hpp"
#include "shell/store/connection.hpp"
#include "sim/server/server.hpp"

namespace belay::app::demonstration {

/// A directory of our own that goes when this does.
class TemporaryDirectory {
 public:
  /// An Error where none can be made.
  static Result<TemporaryDirectory> make();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Something that happened outside of Belay: what upstream or a person did.
struct DemoNews {
  Timestamp at;
  std::string symbol;
  std::string text;
};

/// What the exchange's own books say at the end.
struct DemoCash {
  Money start;  ///< before the first trade
  Money now;
  Money open_cost;  ///< what the positions still open cost; negative where shorts brought it in
};

/// A trading day in one process: the paper exchange behind HTTP on loopback, an upstream trader at it, Belay guarding
/// the account over a database in SQLite. Time stands still but for advance(): the market and the deeds are the same on
/// every machine, and only the virtual seconds that an exit takes differ.
class DemoDay {
 public:
  static Result<std::unique_ptr<DemoDay>> begin(DemoScenario scenario);
  ~DemoDay();
  DemoDay(const DemoDay&) = delete;
  DemoDay& operator=(const DemoDay&) = delete;

  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] const DemoScenario& scenario() const { return scenario_; }
  [[nodiscard]] const std::string& exchange_url() const { return url_; }
  [[nodiscard]] const std::filesystem::path& database() const { return database_; }

  /// The next moment at which upstream or the person does something; the far future when neither will.
  [[nodiscard]] Timestamp next_deed() const;
  /// Lets the market go on up to `to`, then lets upstream and the person do what is due. Tells what they did.
  Result<std::vector<DemoNews>> advance(Timestamp to);
  /// A pass of Belay.
  runtime::PassReport sweep();
  /// Follows exits under way, for a moment.
  void attend();
  [[nodiscard]] bool exits_under_way() const;

  /// The account as Belay last read it.
  [[nodiscard]] const Account& account() const;
  /// All positions, closed ones too, as the database has them, in the order in which they were taken up.
  Result<std::vector<Lot>> lots();
  /// Events of the database since the last call, oldest first.
  Result<std::vector<StoredEvent>> news();
  /// From the exchange itself, past Belay.
  DemoCash cash();

 private:
  DemoDay(DemoScenario scenario, TemporaryDirectory directory);

  Result<void> connect();
  sim::Exchange arranged_exchange();
  Result<void> let_time_pass(Timestamp to);
  Result<DemoNews> enter(const DemoEntry& entry);
  Result<Order> order_filled(const DemoEntry& entry) const;
  Result<void> tell(const DemoEntry& entry, const Order& order);
  Result<DemoNews> say(const DemoWord& word);

  DemoScenario scenario_;
  TemporaryDirectory directory_;
  std::filesystem::path database_;
  std::string url_;
  Timestamp now_;
  std::size_t entered_ = 0;  // of scenario_.entries
  bool said_ = false;
  std::int64_t last_event_ = 0;
  std::vector<Order> held_before_;  // entries of earlier days, not told yet

  std::unique_ptr<sim::Server> server_;
  std::unique_ptr<net::HttpClient> control_;
  alpaca::Connection trader_;  // upstream's own
  std::unique_ptr<store::Connection> upstream_;
  alpaca::Connection connection_;  // Belay's
  std::unique_ptr<Store> store_;
  std::unique_ptr<Clock> clock_;
  log::Log log_;
  std::unique_ptr<runtime::Conductor> conductor_;  // last: uses the others
};

}  // namespace belay::app::demonstration
