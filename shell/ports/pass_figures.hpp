// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"

namespace belay {

/// What one pass over an account came to.
struct PassFigures {
  Timestamp at;      ///< when it began; names the record together with the account
  std::string kind;  ///< what made it: "cycle" or "run"

  std::int64_t duration_ms = 0;       ///< until this was recorded
  std::int64_t positions = 0;         ///< open ones, and those that closed in the pass
  std::int64_t checked = 0;           ///< of them, those whose rules were judged
  std::int64_t priced = 0;            ///< of them, those with a price that is not in doubt
  std::int64_t unguarded = 0;         ///< of them, those that nothing protects
  std::int64_t guards_expected = 0;   ///< open ones that are to have guards resting at the broker
  std::int64_t guards_verified = 0;   ///< of them, those whose guards were seen resting for all of the position
  std::int64_t exits_triggered = 0;   ///< since the record before
  std::int64_t failed_closes = 0;     ///< times since then that an exit's order failed or an exit was late
  std::int64_t unguarded_ms = 0;      ///< in session, that positions went without protection since then
  std::int64_t trading_calls = 0;     ///< to the broker
  std::int64_t data_calls = 0;        ///< for prices
  std::int64_t store_statements = 0;  ///< those of the transaction in which this is written are added by the store
  std::int64_t rows_written = 0;      ///< likewise
  std::int64_t errors = 0;

  bool operator==(const PassFigures&) const = default;
};

/// A number of PassFigures by its name: the column of the store, the word in logs and JSON.
struct PassNumber {
  std::string_view name;
  std::int64_t PassFigures::* member;
};

inline constexpr std::array kPassNumbers = {
    PassNumber{"duration_ms", &PassFigures::duration_ms},
    PassNumber{"positions", &PassFigures::positions},
    PassNumber{"checked", &PassFigures::checked},
    PassNumber{"priced", &PassFigures::priced},
    PassNumber{"unguarded", &PassFigures::unguarded},
    PassNumber{"guards_expected", &PassFigures::guards_expected},
    PassNumber{"guards_verified", &PassFigures::guards_verified},
    PassNumber{"exits_triggered", &PassFigures::exits_triggered},
    PassNumber{"failed_closes", &PassFigures::failed_closes},
    PassNumber{"unguarded_ms", &PassFigures::unguarded_ms},
    PassNumber{"trading_calls", &PassFigures::trading_calls},
    PassNumber{"data_calls", &PassFigures::data_calls},
    PassNumber{"store_statements", &PassFigures::store_statements},
    PassNumber{"rows_written", &PassFigures::rows_written},
    PassNumber{"errors", &PassFigures::errors},
};

}  // namespace belay
