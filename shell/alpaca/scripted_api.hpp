// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "shell/alpaca/rest.hpp"
#include "shell/net/http_server.hpp"

namespace belay::alpaca {

/// Time that passes only when somebody waits, for tests. Remembers every wait.
class TestPace {
 public:
  static constexpr Timestamp kWall{1'800'000'000'000'000'000};

  Pace pace() {
    Pace out;
    out.steady = [this] { return now(); };
    out.wall = [this] { return kWall + now(); };
    out.wait = [this](Duration time) {
      pass(time);
      const std::lock_guard lock(mutex_);
      waits_.push_back(time);
    };
    out.random = [] { return std::uint64_t{0}; };
    return out;
  }

  void pass(Duration time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }
  std::vector<Duration> waits() {
    const std::lock_guard lock(mutex_);
    return waits_;
  }

 private:
  Duration now() {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  std::mutex mutex_;
  Duration now_ = std::chrono::hours(1);
  std::vector<Duration> waits_;
};

/// A broker on the loopback that answers as a test says, and remembers what it was asked. Trading and data API at once.
class ScriptedApi {
 public:
  using Script = std::function<net::HttpAnswer(const net::HttpRequest&)>;

  static constexpr const char* kKey = "PKTESTKEYTESTKEY";
  static constexpr const char* kSecret = "s3cr3tS3cr3tS3cr3tS3cr3t";

  explicit ScriptedApi(Script script) : script_(std::move(script)), server_(start()), connection_(connect_to()) {}

  Broker& broker() { return *connection_.broker; }
  MarketData& data() { return *connection_.market_data; }
  TestPace& pace() { return pace_; }
  void stop() { server_.stop(); }

  std::vector<net::HttpRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// "GET /v2/clock" and so on, in the order in which they came.
  std::vector<std::string> asked() {
    std::vector<std::string> out;
    for (const auto& request : requests()) out.push_back(request.method + " " + request.target);
    return out;
  }

 private:
  net::HttpServer start() {
    return std::move(net::HttpServer::start({}, [this](const net::HttpRequest& request) {
                       const std::lock_guard lock(mutex_);
                       requests_.push_back(request);
                       return script_(request);
                     }).value());
  }

  Connection connect_to() {
    Settings settings;
    settings.key = kKey;
    settings.secret = Secret(kSecret);
    settings.trading_url = server_.url() + "/v2";
    settings.data_url = server_.url() + "/";
    settings.pace = pace_.pace();
    return std::move(connect(settings).value());
  }

  std::mutex mutex_;
  std::vector<net::HttpRequest> requests_;
  Script script_;
  TestPace pace_;
  net::HttpServer server_;
  Connection connection_;
};

}  // namespace belay::alpaca
