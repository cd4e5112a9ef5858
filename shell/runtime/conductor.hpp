// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/preview.hpp"
#include "core/engine/state.hpp"
#include "core/engine/step.hpp"
#include "shell/log/log.hpp"
#include "shell/ports/alert_sink.hpp"
#include "shell/ports/broker.hpp"
#include "shell/ports/clock.hpp"
#include "shell/ports/market_data.hpp"
#include "shell/ports/order_stream.hpp"
#include "shell/ports/store.hpp"
#include "shell/runtime/executor.hpp"

namespace belay::runtime {

/// How one account is run.
struct Settings {
  std::string account = "default";  ///< our name of it: key of rows and lock
  /// Upstream's names of it, "" standing for rows that name none; no alias: all of upstream's rows are this account's.
  std::vector<std::string> aliases;
  /// Of the accounts that run beside each other, one points out rows of none of them: then, all of their names and
  /// aliases. Empty: this one does not.
  std::vector<std::string> known_names = {};
  Policy policy;
  Duration wait = std::chrono::seconds(40);           ///< how long a cycle stands by for its exits
  Duration sweep = std::chrono::seconds(60);          ///< between the passes of a service
  std::string kind = "cycle";                         ///< what makes the passes, for their record: "cycle" or "run"
  std::uint32_t senders = 4;                          ///< broker calls at once
  Duration keep_noisy_events = std::chrono::days(3);  ///< then they are folded into price paths; 0: never
  Duration glance = std::chrono::milliseconds(50);    ///< between looks at the clock, which may be given, while waiting
};

/// Which account has which number at the broker, among those that one process runs. Used by several threads.
class AccountNumbers {
 public:
  /// Whose the number is: `account`'s from now on, if it was nobody's.
  std::string claim(const std::string& number, const std::string& account);

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> owners_;
};

/// The parts that an account runs on. None is owned; all outlive the conductor.
struct Parts {
  Broker& broker;
  MarketData& market_data;
  Store& store;
  Clock& clock;
  log::Log& log;
  OrderStream* stream = nullptr;      ///< null: everything is asked for
  AlertSink* alerts = nullptr;        ///< null: what cannot be stored is only logged
  AccountNumbers* numbers = nullptr;  ///< null: no other account runs in this process
};

/// One line about an exit, as a pass tells it.
struct ExitLine {
  std::int64_t position_id = 0;
  LotUid uid;
  std::string symbol;
  Side side = Side::sell;
  ExitReason reason = ExitReason::manual_close;
  std::vector<ExitReason> reasons;
  Quantity requested;
  Quantity filled;
  std::optional<Price> fill_price;
  std::string state;  ///< "closed", "working", "waiting" or "failed"
  ClientOrderId client_order_id;
  OrderId order_id;
  std::optional<Money> realised_result;  ///< of a closed one
  std::string why;                       ///< what it waits for
};

/// Why a pass could not be made.
enum class Failure : std::uint8_t {
  none,
  configuration,  ///< e.g. the account behind the keys is not the one remembered
  store,          ///< unavailable, or refuses
  broker,         ///< unavailable, or refuses the keys
  locked,         ///< somebody else holds the account's lock
};

/// How the time between two passes ended.
enum class Interlude : std::uint8_t {
  over,
  pass_due,  ///< another instance has worked on the account meanwhile: nothing is known before the next pass
  locked,    ///< another instance works on the account now
};

struct PassReport {
  std::size_t positions = 0;
  std::size_t checked = 0;
  std::size_t unguarded = 0;                   ///< open, and nothing protects them
  std::chrono::milliseconds unguarded_time{};  ///< that positions went without, in session, since the last pass
  struct Unchecked {
    std::int64_t id = 0;
    std::string symbol;
    std::string why;
  };
  std::vector<Unchecked> unchecked;
  std::vector<ExitLine> exits;
  struct Adopted {
    std::string symbol;
    Quantity quantity;  ///< signed
    std::string policy;
  };
  std::vector<Adopted> adopted;
  std::uint64_t trading_calls = 0;
  std::uint64_t data_calls = 0;
  std::uint64_t store_statements = 0;
  std::chrono::milliseconds duration{};
  std::vector<std::string> errors;
  Failure failure = Failure::none;
  std::optional<PassFigures> figures;  ///< as recorded; absent where there was nothing to record

  /// Done, and nothing needs attention: every position checked, every exit closed or in good order waiting.
  [[nodiscard]] bool all_well() const;
};

/// What a conductor can count on at the moment.
struct Standing {
  bool holds_lock = false;  ///< for certain: while the store is away nobody knows
  bool store_reachable = false;
  std::optional<Moment> broker_read_at;  ///< when the latest read of the broker began
  std::string broker_unread_why;         ///< why the latest attempt failed; empty when it did not
};

/// Runs one account: turns what the ports say into events, hands them to the engine, and turns its actions into calls
/// and rows. Decides nothing itself. Used by one thread; calls to the broker run on threads of its own.
class Conductor {
 public:
  /// Without an executor, calls are made on Settings::senders threads of its own.
  Conductor(Parts parts, Settings settings, std::unique_ptr<Executor> executor = nullptr);
  ~Conductor();
  Conductor(const Conductor&) = delete;
  Conductor& operator=(const Conductor&) = delete;

  /// Checks the schema (migrating an older one) and takes the account's lock.
  Failure open();
  /// One pass: sync, price, check, exit, stand by for the exits up to Settings::wait, record.
  PassReport pass();
  /// As pass(), but reads and judges only: nothing is sent, nothing recorded. For `explain` and `doctor`.
  PassReport look();
  /// As pass(), but no rule is judged: book and broker are compared and settled. What differed is in state().findings.
  PassReport reconcile();
  /// Between passes: follows exits under way, takes up people's commands and sees to it that the lock is kept, for at
  /// most that long in real time.
  Interlude attend(Duration real_time);
  /// Between passes, and a bounded part each time: points out names of accounts that nobody has, writes the price paths
  /// of what has closed (Store::write_price_path) and folds the noisy events that are old enough
  /// (Store::fold_noisy_events); unless something is leaving, the store is away, or there was nothing to do a short
  /// while ago. Whether paths were written or events folded.
  bool tidy();
  /// A person's word, as if it had come through the store.
  void command(const OperatorCommand& command);
  /// Tells a person of what the service itself suffers, as the engine does of its positions; critical.
  void alert(const std::string& cause, const std::string& text);

  /// What would leave now by these numbers, and does not by those that count: engine::leaving_under.
  [[nodiscard]] std::vector<engine::Leaving> leaving_under(const Policy& policy);
  /// These numbers count from now on. What leaves by them does so in the next pass.
  void take_policy(const Policy& policy);
  /// What a person said since the last call: that the configuration be taken, whatever leaves by it.
  std::optional<engine::action::TakeConfiguration> take_reload();
  /// An event about the account; written with whatever is written next.
  void note(EventType type, Fields data);
  /// Tries to write what waits to be written, however short a while ago that failed. What cannot be goes on waiting.
  void record();

  [[nodiscard]] const engine::State& state() const;
  [[nodiscard]] Standing standing() const;
  /// Errors of open(), for people.
  [[nodiscard]] const std::vector<std::string>& errors() const;

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace belay::runtime
