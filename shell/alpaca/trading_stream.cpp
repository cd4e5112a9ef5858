// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/trading_stream.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "core/base/check.hpp"
#include "shell/alpaca/pace.hpp"
#include "shell/alpaca/rest.hpp"
#include "shell/json/write.hpp"
#include "shell/net/backoff.hpp"

namespace belay::alpaca {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = StreamDown::Kind;

constexpr std::string_view kUpdates = "trade_updates";
// HTTP statuses at the upgrade (alpaca.md 6.2).
constexpr int kConnectionLimit = 406;
constexpr int kTooRapid = 429;

bool is_usable(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_limit(std::string_view message) { return message.contains("connection limit"); }

}  // namespace

std::string stream_url(std::string_view trading_url) {
  std::string url = base_url(trading_url) + "/stream";
  if (url.starts_with("https://")) return "wss" + url.substr(5);
  if (url.starts_with("http://")) return "ws" + url.substr(4);
  return url;
}

Result<std::unique_ptr<OrderStream>> TradingStream::create(StreamSettings settings) {
  if (!is_usable(settings.key) || !is_usable(settings.secret.reveal())) {
    return fail("the keys are empty or have characters that keys do not have");
  }
  if (!settings.random) settings.random = Pace::real().random;
  net::WebSocketClientOptions options;
  options.ca_file = settings.ca_file;
  options.open_within = settings.open_within;
  options.ping_every = settings.ping_every;
  options.pong_within = settings.pong_within;
  auto client = net::WebSocketClient::create(settings.url, std::move(options));
  if (!client) return std::unexpected(client.error());
  return std::unique_ptr<OrderStream>(new TradingStream(std::move(settings), std::move(*client)));
}

TradingStream::TradingStream(StreamSettings settings, net::WebSocketClient client)
    : settings_(std::move(settings)), client_(std::move(client)) {}

TradingStream::~TradingStream() { stop(); }

void TradingStream::start(std::function<void()> wake) {
  BELAY_CHECK(!thread_.joinable());
  wake_ = std::move(wake);
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void TradingStream::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

std::vector<StreamNews> TradingStream::take() {
  const std::scoped_lock lock(mutex_);
  std::vector<StreamNews> news(std::make_move_iterator(inbox_.begin()), std::make_move_iterator(inbox_.end()));
  inbox_.clear();
  return news;
}

void TradingStream::deliver(StreamNews news) {
  {
    const std::scoped_lock lock(mutex_);
    if (inbox_.size() >= settings_.longest_inbox) {
      // What is told last is how it stands: up, or down and why.
      std::optional<StreamDown> ended;
      if (auto* said = std::get_if<StreamDown>(&news)) ended = std::move(*said);
      inbox_.clear();
      inbox_.emplace_back(down(Kind::gap, "more updates came than were taken"));
      if (ended) {
        inbox_.emplace_back(std::move(*ended));
      } else if (up_) {
        inbox_.emplace_back(StreamUp{});
      }
    } else {
      inbox_.push_back(std::move(news));
    }
  }
  wake_();
}

void TradingStream::deliver_gap(std::string why) {
  deliver(down(Kind::gap, std::move(why)));
  if (up_) deliver(StreamUp{});
}

StreamDown TradingStream::down(Kind kind, std::string why) const {
  strike_out(why, settings_.secret.reveal());
  strike_out(why, settings_.key);
  return {.kind = kind, .why = std::move(why)};
}

StreamDown TradingStream::failed(const net::WebSocketFailure& failure) const {
  if (failure.http_status == 401 || failure.http_status == 403) return down(Kind::keys_refused, failure.message);
  const bool limited = failure.http_status == kConnectionLimit || failure.http_status == kTooRapid;
  return down(limited ? Kind::limited : Kind::interrupted, failure.message);
}

// ---- the thread

void TradingStream::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto begun = Clock::now();
    StreamDown ended = attend(stop);
    up_ = false;
    client_.close();
    if (stop.stop_requested()) return;
    if (Clock::now() - begun >= settings_.good_after) failures_ = 0;
    ++failures_;
    const auto pause = pause_after(ended.kind);
    ended.again_in = pause;
    deliver(std::move(ended));
    std::unique_lock lock(mutex_);
    rest_.wait_for(lock, stop, pause, [] { return false; });
  }
}

std::chrono::milliseconds TradingStream::pause_after(Kind kind) const {
  const auto time = net::backoff_delay({.first = settings_.first_pause, .longest = settings_.longest_pause}, failures_,
                                       settings_.random());
  if (kind == Kind::limited) return std::max(time, settings_.limit_pause);
  if (kind == Kind::keys_refused) return std::max(time, settings_.refusal_pause);
  return time;
}

StreamDown TradingStream::attend(const std::stop_token& stop) {
  if (auto opened = client_.open(stop); !opened) return failed(opened.error());
  if (auto introduced = introduce(stop); !introduced) return introduced.error();
  up_ = true;
  deliver(StreamUp{});
  while (!stop.stop_requested()) {
    const auto message = client_.receive(1min, stop);
    if (!message) return failed(message.error());
    if (!*message) continue;
    if (auto heard = hear(**message); !heard) return heard.error();
  }
  return {};
}

// The client speaks first, and both its wishes are answered (alpaca.md 6.1).
TradingStream::Outcome TradingStream::introduce(const std::stop_token& stop) {
  if (auto authorized = authorize(stop); !authorized) return authorized;
  return listen(stop);
}

TradingStream::Outcome TradingStream::authorize(const std::stop_token& stop) {
  const std::string wish =
      json::write(json::Object{{"action", "auth"}, {"key", settings_.key}, {"secret", settings_.secret.reveal()}});
  if (auto sent = client_.send(wish, net::WebSocketFrame::text, stop); !sent) {
    return std::unexpected(failed(sent.error()));
  }
  std::optional<StreamDown> refused;
  auto answered = await("the keys", stop, [&](const StreamMessage& message) {
    const auto* answer = std::get_if<StreamAuthorization>(&message);
    if (answer == nullptr) return false;
    if (!answer->authorized) {
      refused = down(Kind::keys_refused, "the stream refuses the keys" +
                                             (answer->message.empty() ? std::string() : ": " + answer->message));
    }
    return true;
  });
  if (answered && refused) return std::unexpected(*refused);
  return answered;
}

TradingStream::Outcome TradingStream::listen(const std::stop_token& stop) {
  const std::string wish = json::write(
      json::Object{{"action", "listen"}, {"data", json::Object{{"streams", json::Array{json::Value(kUpdates)}}}}});
  if (auto sent = client_.send(wish, net::WebSocketFrame::text, stop); !sent) {
    return std::unexpected(failed(sent.error()));
  }
  return await("the wish to listen", stop, [](const StreamMessage& message) {
    const auto* answer = std::get_if<StreamListening>(&message);
    return answer != nullptr && std::ranges::find(answer->streams, kUpdates) != answer->streams.end();
  });
}

template <class Accept>
TradingStream::Outcome TradingStream::await(std::string_view what, const std::stop_token& stop, Accept is_answer) {
  const auto deadline = Clock::now() + settings_.answer_within;
  while (!stop.stop_requested()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left <= 0ms) break;
    const auto received = client_.receive(left, stop);
    if (!received) return std::unexpected(failed(received.error()));
    if (!*received) continue;
    const auto message = parse_stream((*received)->data);
    if (message && is_answer(*message)) return {};
    if (auto heard = hear(**received); !heard) return heard;
  }
  return std::unexpected(down(Kind::interrupted, "no answer to " + std::string(what) + " in time"));
}

TradingStream::Outcome TradingStream::hear(const net::WebSocketMessage& received) {
  auto message = parse_stream(received.data);
  if (!message) {
    deliver_gap("an update could not be read: " + message.error().message);
    return {};
  }
  if (auto* update = std::get_if<OrderUpdate>(&*message)) {
    deliver(std::move(*update));
  } else if (const auto* fault = std::get_if<StreamFault>(&*message)) {
    const Kind kind = is_limit(fault->message) ? Kind::limited : Kind::interrupted;
    return std::unexpected(down(kind, "the stream reports an error: " + fault->message));
  } else if (const auto* answer = std::get_if<StreamAuthorization>(&*message); answer && !answer->authorized) {
    return std::unexpected(down(Kind::keys_refused, "the stream no longer accepts the keys: " + answer->message));
  } else if (const auto* listening = std::get_if<StreamListening>(&*message)) {
    const auto& streams = listening->streams;
    if (std::ranges::find(streams, kUpdates) == streams.end()) {
      return std::unexpected(down(Kind::interrupted, "the stream no longer sends updates"));
    }
  }
  return {};
}

}  // namespace belay::alpaca
