// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace belay::sim {

/// What the market data streams have against somebody (alpaca.md 6.2).
struct MarketStreamError {
  int code;
  std::string_view message;
  bool ends;  ///< the connection is closed behind it

  bool operator==(const MarketStreamError&) const = default;
};

namespace stream_errors {
inline constexpr MarketStreamError kSyntax{400, "invalid syntax", false};
inline constexpr MarketStreamError kNotAuthenticated{401, "not authenticated", false};
inline constexpr MarketStreamError kAuthFailed{402, "auth failed", false};
inline constexpr MarketStreamError kAlreadyAuthenticated{403, "already authenticated", false};
inline constexpr MarketStreamError kAuthTimeout{404, "auth timeout", true};
inline constexpr MarketStreamError kSymbolLimit{405, "symbol limit exceeded", false};
inline constexpr MarketStreamError kConnectionLimit{406, "connection limit exceeded", true};
inline constexpr MarketStreamError kSlowClient{407, "slow client", true};
inline constexpr MarketStreamError kSubscription{409, "insufficient subscription", false};
inline constexpr MarketStreamError kWrongFeed{410, "invalid subscribe action for this feed", false};
inline constexpr MarketStreamError kScope{411, "insufficient scope", false};
inline constexpr MarketStreamError kMessagePackOnly{412, "option messages are only available in MsgPack format", true};
inline constexpr MarketStreamError kNoStar{413, "star subscription is not allowed for option quotes", false};
inline constexpr MarketStreamError kInternal{500, "internal error", true};

inline constexpr std::array kAll{kSyntax,       kNotAuthenticated, kAuthFailed,      kAlreadyAuthenticated,
                                 kAuthTimeout,  kSymbolLimit,      kConnectionLimit, kSlowClient,
                                 kSubscription, kWrongFeed,        kScope,           kMessagePackOnly,
                                 kNoStar,       kInternal};
}  // namespace stream_errors

[[nodiscard]] inline std::optional<MarketStreamError> market_stream_error(std::int64_t code) {
  for (const MarketStreamError& known : stream_errors::kAll) {
    if (known.code == code) return known;
  }
  return std::nullopt;
}

}  // namespace belay::sim
