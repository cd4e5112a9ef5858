// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/alpaca/pace.hpp"
#include "shell/alpaca/secret.hpp"
#include "shell/ports/broker.hpp"
#include "shell/ports/market_data.hpp"
#include "shell/ports/order_stream.hpp"

namespace belay::alpaca {

inline constexpr std::string_view kPaperTradingUrl = "https://paper-api.alpaca.markets";
inline constexpr std::string_view kLiveTradingUrl = "https://api.alpaca.markets";
inline constexpr std::string_view kDataUrl = "https://data.alpaca.markets";

struct Settings {
  std::string key;
  Secret secret;
  /// A slash or version at the end ("/v2", "/v1beta1"), as people write it, does no harm.
  std::string trading_url = std::string(kPaperTradingUrl);
  std::string data_url = std::string(kDataUrl);
  std::string stock_feed = {};   ///< "sip", "iex", …; "" for the best that the data plan includes
  std::string option_feed = {};  ///< "opra", "indicative"; "" likewise
  std::string ca_file = {};      ///< PEM file of authorities trusted besides the system's
  bool stream = true;            ///< hear order updates from the broker's stream, where a service runs
  std::string stream_url = {};   ///< ws(s)://…; "" for the trading host's

  std::chrono::milliseconds attempt_deadline{5000};  ///< one request and its reply
  std::chrono::milliseconds read_deadline{15'000};   ///< a read with all its repetitions and waits
  std::chrono::milliseconds order_deadline{30'000};  ///< an order or cancellation likewise
  Pace pace = Pace::real();
};

/// Which account a trading URL leads to, by its host.
enum class Venue : std::uint8_t { paper, live, other };
std::string_view to_text(Venue venue);  ///< "paper", "live", "other"
Venue venue_of(std::string_view trading_url);

/// One account's REST interfaces. Both may be used from several threads.
struct Connection {
  std::unique_ptr<Broker> broker;
  std::unique_ptr<MarketData> market_data;
  Venue venue = Venue::other;
};

/// Sends nothing yet. An Error for a bad URL (plain http only to loopback), unusable keys or an unreadable CA file.
Result<Connection> connect(const Settings& settings);

/// The account's stream of order updates; null where it is switched off. Errors as connect().
Result<std::unique_ptr<OrderStream>> connect_stream(const Settings& settings);

/// "https://host" of "https://host/", "https://host/v2/" and the like.
std::string base_url(std::string_view written);

}  // namespace belay::alpaca
