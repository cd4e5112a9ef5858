// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/action.hpp"
#include "shell/runtime/conductor.hpp"

namespace belay::runtime {

/// What the engine wants recorded: gathered into one batch for the store, one line each for the log, and the lines of
/// the pass's report.
class PassRecord {
 public:
  /// Forgets the last pass's report; what was not saved yet stays.
  void begin_pass();
  /// Forgets everything, also what was not saved. Events go on being numbered where they were: a store that does not
  /// know whether it wrote the last ones must not take new ones for them.
  void forget();
  /// KeepLot, KeepLossLimit, RecordEvent, SettleExecution, FinishCommand, RaiseAlert.
  /// `state` is the one after the step: it tells whose the lines are.
  void take(engine::Action wanted, const engine::State& state, log::Log& log);

  [[nodiscard]] Batch& batch() { return batch_; }
  void saved(const std::vector<NewRow>& new_rows);
  /// While the store is away the waiting records stay within bounds: price updates are dropped first.
  void limit_waiting(log::Log& log, Timestamp at);
  /// Whether it holds what somebody waits for: an exit that ended, a command that was carried out.
  [[nodiscard]] bool is_awaited() const;

  /// A lot of the stored book: what it went unguarded so far is no news.
  void loaded(const Lot& lot) { unguarded_.try_emplace(lot.uid, lot.guards.unguarded); }
  /// Counts the positions as they are, and adds what happened since the last time.
  void count(const engine::State& state, PassFigures& figures);
  /// Positions, exits and adoptions of this pass.
  void report(const engine::State& state, PassReport& report) const;

  /// A line for every position that was checked from then on. They are lines only: its row tells the store the same.
  static void log_checks(const engine::State& state, log::Log& log, Timestamp since);
  void log_error(log::Log& log, Timestamp at, const std::string& what);
  void log_warning(log::Log& log, Timestamp at, const std::string& what);
  void log_info(log::Log& log, Timestamp at, const std::string& what);

 private:
  void count_unguarded(const Lot& lot);
  void count_event(const EventRecord& record);
  void take_event(EventRecord record, const engine::State& state, log::Log& log);
  [[nodiscard]] std::string symbol_of(const LotUid& uid, const engine::State& state) const;
  [[nodiscard]] ExitLine exit_line(const Lot& lot, const engine::State& state) const;

  Batch batch_;
  std::uint64_t events_taken_ = 0;
  std::map<LotUid, std::size_t> lot_places_;  // in batch_.lots
  std::vector<Lot> closed_;                   // in this pass
  std::vector<LotUid> adopted_;               // likewise
  std::map<LotUid, Duration> unguarded_;      // of open lots, so far
  Duration unguarded_anew_{};
  std::int64_t exits_triggered_ = 0;  // not counted yet
  std::int64_t failed_closes_ = 0;    // likewise
};

}  // namespace belay::runtime
