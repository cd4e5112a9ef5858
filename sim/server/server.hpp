// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/money/money.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/market/price_source.hpp"

namespace belay::sim {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< loopback only: the control face has no keys
  std::uint16_t port = 0;          ///< 0: any free one
  /// Virtual seconds a real second; 0 is frozen. Time starts at the exchange's own.
  Ratio speed = Ratio::from_nanos(fixed::kScale);
  std::int64_t trading_requests_per_minute = 200;  ///< of real time, per account; 0: no limit (alpaca.md 1)
  std::int64_t data_requests_per_minute = 10'000;
};

/// The exchange as Alpaca shows itself: its trading and its data API on one port, and a control face under /_sim/ (see
/// control.hpp). Before each request the exchange is brought to the virtual time; with a frozen clock everything is
/// deterministic. Thread-safe.
class Server {
 public:
  /// Listens once this returns; an Error if the address is not to be had. `prices` may be null.
  [[nodiscard]] static Result<Server> start(const ServerOptions& options, Exchange exchange,
                                            std::unique_ptr<PriceSource> prices = nullptr);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  /// Stops.
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080": for ALPACA_BASE_URL and ALPACA_DATA_URL.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] Timestamp now();

  /// Lets time pass between requests: call it now and then while the speed is not 0.
  void tick();
  /// Works on the exchange between two requests, at the virtual time. For the process that embeds the server.
  void with_exchange(const std::function<void(Exchange&)>& work);

  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::sim
