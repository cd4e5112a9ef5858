// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "shell/ports/order_stream.hpp"
#include "sim/exchange/order.hpp"
#include "sim/world/timeline.hpp"
#include "sim/world/weather.hpp"

namespace belay::world {

class StreamLine;

/// The broker's end of the stream: one listener at a time, who is told what the exchange says, as the weather has it.
/// What it tells may be old, but was true once: it never makes up a fill.
class Stream {
 public:
  using Listener = std::function<void(const StreamNews&)>;
  /// `told` hears of everything that reaches a process.
  Stream(Timeline& timeline, Weather& weather, Listener told, std::uint64_t seed)
      : timeline_(&timeline), weather_(&weather), told_(std::move(told)), seed_(seed) {}

  void publish(const sim::OrderEvent& event);
  /// Kind::stream_down has begun: who listens is cut off.
  void go_down(const Happening& happening);

 private:
  friend StreamLine;

  /// Takes the line as the one that listens; or why not.
  std::optional<StreamDown::Kind> refuses(StreamLine& line);
  void leave(const StreamLine& line);
  /// Whether a fault of that kind befalls the update of that number.
  const Happening* befalls(Kind kind, std::uint64_t number);
  void send(const OrderUpdate& update, const std::vector<OrderUpdate>& past, std::uint64_t number);
  void contradict(Timestamp after, const OrderUpdate& update, const std::vector<OrderUpdate>& past,
                  std::uint64_t number);
  [[nodiscard]] Duration up_to(std::int64_t ms, std::uint64_t number, Kind kind) const;

  Timeline* timeline_;
  Weather* weather_;
  Listener told_;
  std::uint64_t seed_;
  StreamLine* listener_ = nullptr;
  Happening refusal_;
  std::int64_t refusals_left_ = 0;
  Timestamp in_order_;  // what is not held up by itself comes no sooner than what left before it
  std::map<OrderId, std::vector<OrderUpdate>> past_;
};

/// A process's end of it: connects, listens, and comes back after whatever ends a connection, as the adapter does.
class StreamLine : public OrderStream {
 public:
  StreamLine(Stream& stream, Timeline& timeline, std::uint64_t seed)
      : stream_(&stream), timeline_(&timeline), seed_(seed) {}

  void start(std::function<void()> wake) override;
  std::vector<StreamNews> take() override { return std::exchange(inbox_, {}); }
  /// Also when the process dies.
  void stop() override;
  /// SIGSTOP: until then it does nothing. The broker gives up on a line that is silent for long.
  void stand_still_until(Timestamp at);

 private:
  friend Stream;

  void try_after(Duration pause);
  void connect();
  void deliver(Timestamp at, std::vector<StreamNews> news);
  /// The connection ends; the process notices it so much later.
  void end(StreamDown::Kind kind, const std::string& why, Duration noticed_after);
  void fail(StreamDown::Kind kind, const std::string& why);
  void hear(StreamNews news);

  Stream* stream_;
  Timeline* timeline_;
  std::uint64_t seed_;
  std::function<void()> wake_;
  std::vector<StreamNews> inbox_;
  bool stopped_ = false;
  bool is_connected_ = false;
  std::uint64_t connection_ = 0;  // which one: what is on its way ends with it
  int failures_ = 0;              // in a row
  Timestamp still_until_;
};

/// For people, and for the trace.
std::string to_text(const StreamNews& news);

}  // namespace belay::world
