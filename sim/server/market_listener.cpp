// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_listener.hpp"

#include "shell/json/write.hpp"
#include "sim/server/message_pack.hpp"
#include "sim/server/wire_market.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kFull = std::size_t{64} * 1024;
constexpr std::string_view kTimeKey = "t";

}  // namespace

const std::string& MarketMessage::event() const { return *body_.find("T")->as_string(); }

const std::string& MarketMessage::encoded(bool packed) const {
  std::optional<std::string>& form = packed ? packed_ : text_;
  if (!form) form = packed ? pack(body_, kTimeKey) : json::write(body_);
  return *form;
}

bool MarketListener::wants(const MarketMessage& message) const {
  return !account.empty() && !over_ && message.feeds.test(place_of(feed_)) &&
         message.of_option == is_of_options(feed_) && message.is_test == (feed_ == MarketFeed::test) &&
         wishes.wants(message.channel(), message.symbol()) && streams_at(feed_, message.at());
}

void MarketListener::take(const MarketMessage& message) {
  if (!packed_ && waiting_count_ > 0) waiting_ += ',';
  waiting_ += message.encoded(packed_);
  ++waiting_count_;
  if (waiting_.size() >= kFull) flush();
}

void MarketListener::flush() {
  if (waiting_count_ == 0) return;
  send(std::exchange(waiting_, {}), std::exchange(waiting_count_, 0));
}

void MarketListener::send(const std::string& elements, std::size_t count) {
  if (packed_) return peer_->send(packed_array(count, elements), net::WebSocketFrame::binary);
  peer_->send('[' + elements + ']', net::WebSocketFrame::text);
}

void MarketListener::say(const json::Value& words) {
  if (over_) return;
  flush();
  send(packed_ ? pack(words) : json::write(words), 1);
}

void MarketListener::refuse(const MarketStreamError& error) {
  if (error == stream_errors::kSlowClient) {
    waiting_.clear();
    waiting_count_ = 0;
    peer_->discard();
  }
  say(stream_error(error.code, error.message));
  if (!error.ends) return;
  over_ = true;
  account.clear();
  peer_->close();
}

bool MarketListener::is_too_slow(const Patience& patience, VirtualClock::Real at) {
  return backlog_.is_too_slow(peer_->waiting(), patience, at);
}

}  // namespace belay::sim
