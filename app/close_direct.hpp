// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "shell/json/value.hpp"
#include "shell/ports/broker.hpp"
#include "shell/ports/clock.hpp"

namespace belay::app {

/// So long positions may be behind orders: until then they do not show what has filled (alpaca.md 8).
constexpr Duration kPositionsLag = std::chrono::seconds(10);

/// What `close --direct` was told of one holding, and how it went.
struct DirectClose {
  std::string symbol;
  std::optional<Quantity> quantity;  ///< absent: all of it
};
struct DirectOutcome {
  ExitCode code = kAttention;
  std::string text;  ///< for people
  Quantity before;   ///< signed
  Quantity after;    ///< signed, as the broker showed it last
  std::vector<OrderId> cancelled;
  std::vector<OrderId> orders;  ///< that closed, the last one last
};

/// Leaves holdings through the broker alone: cancels the open orders that hold their shares, waits for their end, and
/// closes by the position itself, which can never turn it round. None waits for another. Positions are behind orders
/// for seconds: a part is reckoned from what was held and what has filled since, so that no share is sold twice, and
/// after an answer that was lost it waits until the position must show what became of the order.
class DirectClosing {
 public:
  using Tell = std::function<void(const std::string&)>;  ///< hears what is being done

  DirectClosing(Broker& broker, Clock& clock, const std::vector<DirectClose>& closes, Tell tell);
  ~DirectClosing();
  DirectClosing(const DirectClosing&) = delete;
  DirectClosing& operator=(const DirectClosing&) = delete;

  /// Sends what can be sent at once, in their order, and waits for nothing.
  void begin();
  /// Until all of them have left, or for that long. In their order.
  std::vector<DirectOutcome> finish(Duration wait);

 private:
  class One;
  void round();
  [[nodiscard]] bool is_over() const;

  Broker& broker_;
  Clock& clock_;
  Tell tell_;
  OrderQuery open_orders_;
  std::vector<std::unique_ptr<One>> all_;
};

json::Value to_json(const std::string& symbol, const DirectOutcome& outcome);
/// For the record: "close --direct AAPL: 10 held before, 0 after".
std::string note_of(const std::string& symbol, const DirectOutcome& outcome);

}  // namespace belay::app
