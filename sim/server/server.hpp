// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/money/money.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/market/price_source.hpp"
#include "sim/server/data_plan.hpp"

namespace belay::sim {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< loopback only: the control face has no keys
  std::uint16_t port = 0;          ///< 0: any free one
  /// Virtual seconds a real second; 0 is frozen. Time starts at the exchange's own.
  Ratio speed = Ratio::from_nanos(fixed::kScale);
  std::int64_t trading_requests_per_minute = 200;  ///< of real time, per account; 0: no limit (alpaca.md 1)
  std::int64_t data_requests_per_minute = 10'000;  ///< of the Basic plan at most 200
  DataPlan plan;
  /// How the world is arranged before anybody connects: "behaviour {\"partial_fill_permille\": 100}" is what
  /// POST /_sim/behaviour takes (control.hpp). One after the other.
  std::vector<std::string> arrangements = {};
};

/// The exchange as Alpaca shows itself: its trading and its data API on one port, and a control face under /_sim/ (see
/// control.hpp). Before each request the exchange is brought to the virtual time; with a frozen clock everything is
/// deterministic. Thread-safe.
class Server {
 public:
  /// Listens once this returns; an Error if the address is not to be had, or something cannot be arranged. `prices` may
  /// be null.
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
  /// Prices that come now, in order: each is applied at its time, or now where that is past, and told to everybody.
  void set_prices(std::span<const PricePoint> points);

  /// As a client would: POST /_sim/`what` with that JSON (see control.hpp). An Error says why it cannot be done.
  [[nodiscard]] Result<void> arrange(std::string_view what, std::string_view body);

  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::sim
