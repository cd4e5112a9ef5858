// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_feed.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

struct FeedFacts {
  MarketFeed feed;
  std::string_view path;
  bool of_options;
  bool needs_plus;
};

constexpr std::array<FeedFacts, kMarketFeeds> kFeeds{{
    {MarketFeed::iex, "/v2/iex", false, false},
    {MarketFeed::sip, "/v2/sip", false, true},
    {MarketFeed::delayed_sip, "/v2/delayed_sip", false, false},
    {MarketFeed::test, "/v2/test", false, false},
    {MarketFeed::boats, "/v1beta1/boats", false, true},
    {MarketFeed::overnight, "/v1beta1/overnight", false, false},
    {MarketFeed::indicative, "/v1beta1/indicative", true, false},
    {MarketFeed::opra, "/v1beta1/opra", true, true},
}};

constexpr std::array<std::string_view, kMarketChannels> kChannelNames{
    "trades",   "quotes", "bars",        "updatedBars",  "dailyBars",
    "statuses", "lulds",  "corrections", "cancelErrors", "imbalances"};

const FeedFacts& facts(MarketFeed feed) { return kFeeds.at(static_cast<std::size_t>(feed)); }

}  // namespace

std::optional<MarketFeed> market_feed_at(std::string_view path) {
  for (const FeedFacts& known : kFeeds) {
    if (known.path == path) return known.feed;
  }
  return std::nullopt;
}

std::string_view to_text(MarketFeed feed) {
  const std::string_view path = facts(feed).path;
  return path.substr(path.rfind('/') + 1);
}

bool is_of_options(MarketFeed feed) { return facts(feed).of_options; }
bool needs_plus(MarketFeed feed) { return facts(feed).needs_plus; }

bool streams_at(MarketFeed feed, Timestamp at) {
  if (feed != MarketFeed::boats && feed != MarketFeed::overnight) return true;
  const auto time = calendar::to_new_york(at).time_of_day;
  return time >= std::chrono::hours(20) || time < std::chrono::hours(4);
}

std::string_view to_text(MarketChannel channel) { return kChannelNames.at(static_cast<std::size_t>(channel)); }

std::optional<MarketChannel> market_channel(std::string_view name) {
  for (std::size_t i = 0; i < kChannelNames.size(); ++i) {
    if (kChannelNames[i] == name) return static_cast<MarketChannel>(i);
  }
  return std::nullopt;
}

bool has_channel(MarketFeed feed, MarketChannel channel) {
  return !is_of_options(feed) || channel == MarketChannel::trades || channel == MarketChannel::quotes;
}

}  // namespace belay::sim
