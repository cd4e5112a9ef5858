// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/rest.hpp"

#include <algorithm>
#include <utility>

#include "shell/alpaca/channel.hpp"
#include "shell/alpaca/data_rest.hpp"
#include "shell/alpaca/trading_rest.hpp"
#include "shell/alpaca/trading_stream.hpp"
#include "shell/net/url.hpp"

namespace belay::alpaca {
namespace {

ChannelSettings channel_settings(const Settings& settings, ChannelSettings::Api api, std::string_view url) {
  ChannelSettings out;
  out.api = api;
  out.base_url = base_url(url);
  out.key = settings.key;
  out.secret = settings.secret;
  out.ca_file = settings.ca_file;
  out.attempt_deadline = settings.attempt_deadline;
  out.read_deadline = settings.read_deadline;
  out.order_deadline = settings.order_deadline;
  out.pace = settings.pace;
  return out;
}

}  // namespace

std::string base_url(std::string_view written) {
  constexpr std::string_view kBlanks = " \t\r\n";
  constexpr std::string_view kVersions[] = {"/v1", "/v1beta1", "/v1beta3", "/v2", "/v3"};
  written.remove_prefix(std::min(written.find_first_not_of(kBlanks), written.size()));
  written = written.substr(0, written.find_last_not_of(kBlanks) + 1);
  while (written.ends_with('/')) written.remove_suffix(1);
  for (const std::string_view version : kVersions) {
    if (!written.ends_with(version)) continue;
    written.remove_suffix(version.size());
    break;
  }
  while (written.ends_with('/')) written.remove_suffix(1);
  return std::string(written);
}

std::string_view to_text(Venue venue) {
  switch (venue) {
    case Venue::paper:
      return "paper";
    case Venue::live:
      return "live";
    case Venue::other:
      break;
  }
  return "other";
}

Venue venue_of(std::string_view trading_url) {
  const auto url = net::parse_url(base_url(trading_url));
  if (!url) return Venue::other;
  if (url->host == "paper-api.alpaca.markets") return Venue::paper;
  if (url->host == "api.alpaca.markets") return Venue::live;
  return Venue::other;
}

Result<std::unique_ptr<OrderStream>> connect_stream(const Settings& settings) {
  if (!settings.stream) return nullptr;
  StreamSettings stream;
  stream.key = settings.key;
  stream.secret = settings.secret;
  stream.url = settings.stream_url.empty() ? stream_url(settings.trading_url) : settings.stream_url;
  stream.ca_file = settings.ca_file;
  auto created = TradingStream::create(std::move(stream));
  if (!created) return fail("trading stream: " + created.error().message);
  return created;
}

Result<Connection> connect(const Settings& settings) {
  auto trading = Channel::create(channel_settings(settings, ChannelSettings::Api::trading, settings.trading_url));
  if (!trading) return fail("trading API: " + trading.error().message);
  auto data = Channel::create(channel_settings(settings, ChannelSettings::Api::data, settings.data_url));
  if (!data) return fail("market data API: " + data.error().message);

  Connection connection;
  connection.broker = std::make_unique<TradingRest>(std::move(*trading));
  connection.market_data = std::make_unique<DataRest>(std::move(*data), settings.stock_feed, settings.option_feed);
  connection.venue = venue_of(settings.trading_url);
  return connection;
}

}  // namespace belay::alpaca
