// SPDX-License-Identifier: Apache-2.0
#include "sim/world/stream.hpp"

#include <algorithm>
#include <chrono>

#include "sim/world/convert.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;

// The adapter's pauses between two attempts (shell/alpaca/trading_stream.hpp).
constexpr Duration kFirstPause = 1s;
constexpr Duration kLongestPause = 64s;
constexpr Duration kLimitPause = 90s;
constexpr Duration kRefusalPause = 600s;
constexpr Duration kSilenceBorne = 30s;  // by the broker, of a process that does not answer its pings

Duration pause_after(StreamDown::Kind kind, int failures) {
  if (kind == StreamDown::Kind::limited) return kLimitPause;
  if (kind == StreamDown::Kind::keys_refused) return kRefusalPause;
  return std::min(kLongestPause, kFirstPause * (1 << std::min(failures, 6)));
}

StreamDown::Kind reason(const Happening& happening) { return static_cast<StreamDown::Kind>(happening.n[1] % 3); }

std::string_view why(StreamDown::Kind kind) {
  switch (kind) {
    case StreamDown::Kind::limited:
      return "connection limit exceeded";
    case StreamDown::Kind::keys_refused:
      return "the keys were refused";
    case StreamDown::Kind::gap:
      return "an update could not be read";
    case StreamDown::Kind::interrupted:
      break;
  }
  return "the connection broke";
}

}  // namespace

// ---- the broker's end

std::optional<StreamDown::Kind> Stream::refuses(StreamLine& line) {
  if (const Happening* down = weather_->strikes(Kind::stream_down)) return reason(*down);
  if (refusals_left_ > 0) {
    --refusals_left_;
    weather_->count(Kind::stream_refused);
    return reason(refusal_);
  }
  if (const auto refused = weather_->take(Kind::stream_refused)) {
    refusal_ = *refused;
    refusals_left_ = refused->n[0];
    return reason(refusal_);
  }
  if (listener_ != nullptr) return StreamDown::Kind::limited;  // one connection an account (alpaca.md 0)
  listener_ = &line;
  in_order_ = timeline_->now();
  return std::nullopt;
}

void Stream::leave(const StreamLine& line) {
  if (listener_ == &line) listener_ = nullptr;
}

void Stream::go_down(const Happening& happening) {
  if (listener_ == nullptr) return;
  weather_->count(Kind::stream_down);
  listener_->end(reason(happening), std::string(why(reason(happening))), std::chrono::milliseconds(happening.n[2]));
}

void Stream::publish(const sim::OrderEvent& event) {
  const OrderUpdate update{std::string(sim::to_text(event.type)), to_port(event.order)};
  std::vector<OrderUpdate>& past = past_[event.order.id];
  if (listener_ != nullptr) send(update, past, event.sequence);
  past.push_back(update);
}

const Happening* Stream::befalls(Kind kind, std::uint64_t number) {
  const Happening* fault = weather_->in_force(kind);
  const auto chance = scramble(seed_, number, static_cast<std::uint64_t>(kind)) % 1000;
  return fault != nullptr && chance < static_cast<std::uint64_t>(fault->n[1]) ? fault : nullptr;
}

// 1 ms at least, so that what follows is heard by itself.
Duration Stream::up_to(std::int64_t ms, std::uint64_t number, Kind kind) const {
  const std::uint64_t chance = scramble(seed_, number, 1000 + static_cast<std::uint64_t>(kind));
  return std::chrono::milliseconds(1 + static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(ms + 1)));
}

void Stream::send(const OrderUpdate& update, const std::vector<OrderUpdate>& past, std::uint64_t number) {
  if (befalls(Kind::stream_lost, number) != nullptr) return weather_->count(Kind::stream_lost);
  Timestamp at = timeline_->now() + 4ms + up_to(70, number, Kind::stream);
  if (befalls(Kind::stream_gap, number) != nullptr) {
    weather_->count(Kind::stream_gap);
    constexpr auto kGap = StreamDown::Kind::gap;
    return listener_->deliver(at, {StreamDown{kGap, std::string(why(kGap)), {}}, StreamUp{}});
  }
  if (const Happening* late = weather_->strikes(Kind::stream_late)) at = at + std::chrono::milliseconds(late->n[1]);
  in_order_ = at = std::max(at, in_order_);
  if (const Happening* held_up = weather_->strikes(Kind::stream_reorder)) {
    at = at + up_to(held_up->n[1], number, Kind::stream_reorder);
  }
  listener_->deliver(at, {update});
  if (const Happening* twice = befalls(Kind::stream_twice, number)) {
    weather_->count(Kind::stream_twice);
    listener_->deliver(at + up_to(twice->n[2], number, Kind::stream_twice), {update});
  }
  contradict(at, update, past, number);
}

// With what was true before, told after what is true now.
void Stream::contradict(Timestamp after, const OrderUpdate& update, const std::vector<OrderUpdate>& past,
                        std::uint64_t number) {
  if (past.empty()) return;
  const OrderUpdate& older = past[scramble(seed_, number, 1) % past.size()];
  if (const Happening* stale = befalls(Kind::stream_stale, number)) {
    weather_->count(Kind::stream_stale);
    listener_->deliver(after + up_to(stale->n[2], number, Kind::stream_stale), {older});
  }
  const Happening* torn = befalls(Kind::stream_torn, number);
  if (torn == nullptr || older.order.filled == update.order.filled) return;
  weather_->count(Kind::stream_torn);
  OrderUpdate half = update;
  half.order.filled = older.order.filled;
  half.order.filled_average = older.order.filled_average;
  listener_->deliver(after + up_to(torn->n[2], number, Kind::stream_torn), {std::move(half)});
}

// ---- the process's end

void StreamLine::start(std::function<void()> wake) {
  wake_ = std::move(wake);
  try_after({});
}

void StreamLine::stop() {
  stopped_ = true;
  is_connected_ = false;
  ++connection_;
  stream_->leave(*this);
}

void StreamLine::stand_still_until(Timestamp at) {
  still_until_ = at;
  timeline_->after(kSilenceBorne, [this, which = connection_] {
    if (which != connection_ || !is_connected_ || timeline_->now() >= still_until_) return;
    end(StreamDown::Kind::interrupted, "the broker gave up on a silent connection", {});
  });
}

void StreamLine::try_after(Duration pause) {
  const auto opening = std::chrono::milliseconds(60 + scramble(seed_, connection_, 21) % 500);
  timeline_->after(pause + opening, [this] { connect(); });
}

void StreamLine::connect() {
  if (stopped_) return;
  if (timeline_->now() < still_until_) return timeline_->at(still_until_, [this] { connect(); });
  ++connection_;
  if (const auto refused = stream_->refuses(*this)) return fail(*refused, std::string(why(*refused)));
  is_connected_ = true;
  failures_ = 0;
  hear(StreamUp{});
}

void StreamLine::deliver(Timestamp at, std::vector<StreamNews> news) {
  timeline_->at(at, [this, which = connection_, news = std::move(news)] {
    if (which != connection_ || stopped_) return;
    for (const StreamNews& one : news) hear(one);
  });
}

void StreamLine::end(StreamDown::Kind kind, const std::string& why, Duration noticed_after) {
  stream_->leave(*this);
  is_connected_ = false;
  ++connection_;
  timeline_->at(std::max(timeline_->now() + noticed_after, still_until_), [this, kind, why] {
    if (!stopped_) fail(kind, why);
  });
}

void StreamLine::fail(StreamDown::Kind kind, const std::string& why) {
  const Duration pause = pause_after(kind, failures_++);
  hear(StreamDown{kind, why, pause});
  try_after(pause);
}

void StreamLine::hear(StreamNews news) {
  stream_->told_(news);
  inbox_.push_back(std::move(news));
  wake_();
}

// ---- for people

std::string to_text(const StreamNews& news) {
  if (std::holds_alternative<StreamUp>(news)) return "the stream is up";
  if (const auto* down = std::get_if<StreamDown>(&news)) return "the stream is down: " + down->why;
  const auto& [event, order] = std::get<OrderUpdate>(news);
  return "the stream tells: " + event + ", order " + order.id.text() + " (" + order.client_id.text() + ") of " +
         order.symbol + " is " + std::string(to_text(order.status)) + ", filled " + order.filled.text();
}

}  // namespace belay::world
