// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.hpp"
#include "shell/alpaca/parse_stream.hpp"
#include "shell/alpaca/secret.hpp"
#include "shell/net/websocket_client.hpp"
#include "shell/ports/order_stream.hpp"

namespace belay::alpaca {

struct StreamSettings {
  std::string key;
  Secret secret;
  std::string url;  ///< ws(s)://…/stream
  std::string ca_file = {};

  std::chrono::milliseconds open_within{10'000};
  std::chrono::milliseconds answer_within{10'000};  ///< to the keys, and to the wish to listen
  std::chrono::milliseconds ping_every{10'000};     ///< alpaca.md 6.1, keepalive
  std::chrono::milliseconds pong_within{5'000};

  // Pauses before the next attempt (alpaca.md 6.2: too rapid reconnects are answered with 429, and a half-dead
  // connection counts for 90 s).
  std::chrono::milliseconds first_pause{1'000};     ///< doubles, with jitter
  std::chrono::milliseconds longest_pause{64'000};  ///< up to here
  std::chrono::milliseconds limit_pause{90'000};    ///< after "connection limit exceeded"
  std::chrono::milliseconds refusal_pause{600'000};
  /// The pauses begin anew after a connection that lasted so long.
  std::chrono::milliseconds good_after{30'000};

  std::size_t longest_inbox = 10'000;          ///< updates that nobody has taken yet
  std::function<std::uint64_t()> random = {};  ///< absent: a real one
};

/// Alpaca's trade_updates over WebSocket. A thread of its own connects, shows the keys, listens, and comes back after
/// whatever ends a connection.
class TradingStream final : public OrderStream {
 public:
  /// An Error for a bad URL, unusable keys or an unreadable CA file. Sends nothing yet.
  [[nodiscard]] static Result<std::unique_ptr<OrderStream>> create(StreamSettings settings);
  ~TradingStream() override;

  void start(std::function<void()> wake) override;
  std::vector<StreamNews> take() override;
  void stop() override;

 private:
  using Outcome = std::expected<void, StreamDown>;

  TradingStream(StreamSettings settings, net::WebSocketClient client);

  void work(const std::stop_token& stop);
  /// One connection, from opening to whatever ends it.
  StreamDown attend(const std::stop_token& stop);
  Outcome introduce(const std::stop_token& stop);
  Outcome authorize(const std::stop_token& stop);
  Outcome listen(const std::stop_token& stop);
  /// Waits for an answer that `is_answer` accepts; updates that come meanwhile are delivered.
  template <class Accept>
  Outcome await(std::string_view what, const std::stop_token& stop, Accept is_answer);
  Outcome hear(const net::WebSocketMessage& message);
  [[nodiscard]] std::chrono::milliseconds pause_after(StreamDown::Kind kind) const;
  [[nodiscard]] StreamDown failed(const net::WebSocketFailure& failure) const;
  [[nodiscard]] StreamDown down(StreamDown::Kind kind, std::string why) const;
  void deliver(StreamNews news);
  void deliver_gap(std::string why);

  StreamSettings settings_;
  net::WebSocketClient client_;
  std::uint32_t failures_ = 0;  // in a row; the thread's own
  bool up_ = false;             // likewise: updates come

  std::mutex mutex_;  // guards what follows
  std::deque<StreamNews> inbox_;
  std::condition_variable_any rest_;
  std::function<void()> wake_;
  std::jthread thread_;
};

/// The stream of a trading API: "wss://api.alpaca.markets/stream" of "https://api.alpaca.markets/v2".
std::string stream_url(std::string_view trading_url);

}  // namespace belay::alpaca
