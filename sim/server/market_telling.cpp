// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "sim/server/market_streams.hpp"
#include "sim/server/wire_tape.hpp"

namespace belay::sim {
namespace {

MarketMessage message_of(MarketChannel channel, const Asset& asset, Timestamp at, json::Value body) {
  MarketMessage message(channel, asset.symbol(), at, std::move(body));
  message.of_option = asset.instrument.is_option();
  return message;
}

}  // namespace

bool MarketStreams::anybody_wants(MarketChannel channel, std::string_view symbol) const {
  return std::ranges::any_of(listeners_, [&](const MarketListener& listener) {
    return !listener.account.empty() && listener.wishes.wants(channel, symbol);
  });
}

void MarketStreams::on_trade(const Asset& asset, const TapeTrade& trade, Real at) {
  const std::string& symbol = asset.symbol();
  if (!anybody_wants(MarketChannel::trades, symbol)) return;
  deliver(message_of(MarketChannel::trades, asset, trade.at,
                     asset.instrument.is_option() ? stream_option_trade(symbol, trade)
                                                  : stream_trade(symbol, trade, consolidated_tape(&asset))),
          at);
}

void MarketStreams::on_quote(const Asset& asset, const TapeQuote& quote, Real at) {
  const std::string& symbol = asset.symbol();
  if (!anybody_wants(MarketChannel::quotes, symbol)) return;
  deliver(message_of(MarketChannel::quotes, asset, quote.at,
                     asset.instrument.is_option() ? stream_option_quote(symbol, quote)
                                                  : stream_quote(symbol, quote, consolidated_tape(&asset))),
          at);
}

void MarketStreams::on_minute(const Asset& asset, const Bar& minute, const Bar* day, Real at) {
  const std::string& symbol = asset.symbol();
  const Timestamp end = minute.start + std::chrono::minutes(1);
  if (anybody_wants(MarketChannel::bars, symbol)) {
    deliver(message_of(MarketChannel::bars, asset, end, stream_bar("b", symbol, minute)), at);
  }
  if (day != nullptr && day->has_prices() && anybody_wants(MarketChannel::daily_bars, symbol)) {
    deliver(message_of(MarketChannel::daily_bars, asset, end, stream_bar("d", symbol, *day)), at);
  }
}

void MarketStreams::tell(MarketChannel channel, std::string_view symbol, Timestamp when, json::Value body, Real at) {
  deliver(MarketMessage(channel, std::string(symbol), when, std::move(body)), at);
  flush();
}

// ---- the way to the listeners

MarketFeeds MarketStreams::reached_by(const MarketMessage& message) const {
  MarketFeeds feeds;
  for (const MarketListener& listener : listeners_) {
    if (listener.wants(message)) feeds.set(place_of(listener.feed()));
  }
  return feeds;
}

/// To each feed's listeners as the faults that are arranged for that feed will have it.
void MarketStreams::deliver(MarketMessage message, Real at) {
  release_delayed(message.at());
  if (faults_.empty() && held_.empty()) return pass_on(message);
  MarketFeeds passed;
  for (MarketFeeds left = reached_by(message); left.any(); left &= ~message.feeds) {
    const auto fault = faults_.take(message.event(), message.symbol(), left, at);
    message.feeds = fault ? fault->feeds & left : left;
    if (!fault || fault->kind == MarketFaultKind::duplicate) {
      pass_on(message);
      passed |= message.feeds;
    }
    if (fault) befall(message, *fault, at);
  }
  release_held(passed);
}

void MarketStreams::befall(const MarketMessage& message, const MarketFault& fault, Real at) {
  if (fault.kind == MarketFaultKind::duplicate) pass_on(message);
  if (fault.kind == MarketFaultKind::delay) later_.push_back({at + fault.delay, message});
  if (fault.kind != MarketFaultKind::reorder) return;
  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    if (!message.feeds.test(i)) continue;
    held_.push_back({at + fault.delay, message});
    held_.back().message.feeds = MarketFeeds().set(i);
  }
}

void MarketStreams::pass_on(const MarketMessage& message) {
  bool is_for_later = false;
  for (MarketListener& listener : listeners_) {
    if (!listener.wants(message)) continue;
    if (listener.feed() == MarketFeed::delayed_sip) {
      is_for_later = true;
      continue;
    }
    listener.take(message);
    ++sent_;
  }
  if (is_for_later) delayed_.emplace_back(message.at() + kWithheld, message);
}

/// What waits for another message to overtake it, where one has.
void MarketStreams::release_held(MarketFeeds passed) {
  std::erase_if(held_, [&](const Later& held) {
    if ((held.message.feeds & passed).none()) return false;
    pass_on(held.message);
    return true;
  });
}

void MarketStreams::release_delayed(Timestamp now) {
  while (!delayed_.empty() && delayed_.front().first <= now) {
    for (MarketListener& listener : listeners_) {
      if (listener.feed() != MarketFeed::delayed_sip || !listener.wants(delayed_.front().second)) continue;
      listener.take(delayed_.front().second);
      ++sent_;
    }
    delayed_.pop_front();
  }
}

void MarketStreams::catch_up(Timestamp now, Real at) {
  release_delayed(now);
  const auto pass_on_if_due = [&](const Later& later) {
    if (later.due > at) return false;
    pass_on(later.message);
    return true;
  };
  std::erase_if(later_, pass_on_if_due);
  std::erase_if(held_, pass_on_if_due);
  end_the_late(at);
  const bool tested = std::ranges::any_of(
      listeners_, [](const MarketListener& listener) { return listener.feed() == MarketFeed::test; });
  const auto second = tested ? test_feed_.next(now, at) : std::nullopt;
  if (second) {
    constexpr std::string_view kTape = "C";
    const auto test = [&](MarketChannel channel, json::Value body) {
      MarketMessage message(channel, std::string(TestFeed::kSymbol), second->trade.at, std::move(body));
      message.is_test = true;
      pass_on(message);
    };
    test(MarketChannel::quotes, stream_quote(TestFeed::kSymbol, second->quote, kTape));
    test(MarketChannel::trades, stream_trade(TestFeed::kSymbol, second->trade, kTape));
    if (second->minute) test(MarketChannel::bars, stream_bar("b", TestFeed::kSymbol, *second->minute));
  }
  flush();
}

void MarketStreams::flush() {
  for (MarketListener& listener : listeners_) listener.flush();
}

}  // namespace belay::sim
