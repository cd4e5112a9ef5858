// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/wiring.hpp"
#include "shell/metrics/board.hpp"
#include "shell/ports/alert_store.hpp"
#include "shell/report/gap_risk.hpp"
#include "shell/report/page.hpp"

namespace belay::app {

/// What is done about the past after a pass, over connections of its own: the figures of the day for whoever asks, the
/// report after the close and the gap risk before it for those who are told by mail, and single passes that are folded
/// once they are old. What cannot be done now is done after the next pass. Used by one thread.
class LookingBack {
 public:
  /// `board` may be null. All outlive it.
  LookingBack(const Config& config, log::Log& log, metrics::Board* board);

  void show_day(Timestamp now);
  /// Once for each session, after its close. Whether it waits in the store now.
  bool send_report(Timestamp now);
  /// Once for each session.
  void send(const report::GapRisk& risk);
  /// Once for each day. Whether it is done.
  bool fold(Timestamp now);

 private:
  Archive* archive(Timestamp now);
  bool enqueue(const report::Message& message, Timestamp now);
  bool complain(const StoreError& error, Timestamp now);  // false

  const Config& config_;
  log::Log& log_;
  metrics::Board* board_;
  std::unique_ptr<Archive> archive_;
  std::unique_ptr<AlertStore> alerts_;
  std::optional<Date> reported_on_;
  std::optional<Date> warned_on_;
  std::optional<Date> folded_on_;
  std::string trouble_;  // as last told
};

}  // namespace belay::app
