// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/trading/record.hpp"

namespace belay::log {

enum class Level : std::uint8_t { debug, info, warning, error };
std::string_view to_text(Level level);  ///< "DEBUG", "INFO", "WARNING", "ERROR"
bool parse_level(std::string_view text, Level& level);

/// Structured lines: one JSON object each, {"ts","level","msg",fields…}. Where they go is the sink's affair. Lines from
/// several threads do not mix. Never give it a secret.
class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;

  /// Lines below `least` are dropped.
  Log(Sink sink, Level least);
  /// Into the same sink; every line says these fields as well, unless it has one of that name already.
  Log(const Log& other, Fields always);

  void write(Level level, Timestamp at, std::string_view message, const Fields& fields = {});
  [[nodiscard]] bool wants(Level level) const { return level >= least_; }
  /// For lines that have a form of their own.
  [[nodiscard]] const Sink& sink() const { return sink_; }

 private:
  Sink sink_;
  Level least_;
  Fields always_;
};

/// Writes whole lines to the descriptor (1: standard output), unbuffered.
Log::Sink to_descriptor(int descriptor);
/// Drops everything.
Log::Sink nowhere();

}  // namespace belay::log
