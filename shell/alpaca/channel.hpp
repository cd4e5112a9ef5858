// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "shell/alpaca/governor.hpp"
#include "shell/alpaca/pace.hpp"
#include "shell/alpaca/secret.hpp"
#include "shell/json/parse.hpp"
#include "shell/net/http_client.hpp"
#include "shell/ports/broker.hpp"

namespace belay::alpaca {

/// How often and after what a request may be sent again.
enum class Repeat : std::uint8_t {
  /// Changes nothing: three times after 429, 502, 503, 504 or a failed connection.
  read,
  /// A cancellation: three times where it was certainly not done (nothing sent, or 429).
  cancel,
  /// Makes an order: once if nothing was sent, twice after 429. After anything else it may have been done: never.
  order,
};

struct Call {
  std::string method = "GET";
  std::string target;
  std::string body = {};
  Repeat repeat = Repeat::read;
  bool urgent = false;  ///< may use the reserve of the rate limit
  /// Neither the first attempt nor a repetition begins later than this; the reply may still come.
  std::optional<Duration> send_within = {};
};

struct ChannelSettings {
  enum class Api : std::uint8_t { trading, data };
  Api api = Api::trading;
  std::string base_url;
  std::string key;
  Secret secret;
  std::string ca_file;
  std::chrono::milliseconds attempt_deadline{5000};  ///< one request and its reply
  std::chrono::milliseconds read_deadline{15'000};   ///< with all repetitions and waits
  std::chrono::milliseconds order_deadline{30'000};  ///< the same for Repeat::cancel and Repeat::order
  Pace pace;
};

/// The way to one of the broker's hosts: adds the keys, keeps to the rate limit, repeats what may be repeated, and says
/// in a BrokerError what became of a request. No message ever contains a key. Thread-safe.
class Channel {
 public:
  static Result<Channel> create(ChannelSettings settings);

  /// The body of a reply of 200 to 299.
  BrokerResult<std::string> call(const Call& call);
  /// The same, read as JSON by `parse`. A reply that cannot be read is `unknown`: what was asked for may have been
  /// done.
  template <class T>
  BrokerResult<T> call(const Call& request, Result<T> (*parse)(const json::Value&)) {
    const auto body = call(request);
    if (!body) return std::unexpected(body.error());
    const auto value = json::parse(*body);
    if (!value) return unreadable(request, value.error());
    auto parsed = parse(*value);
    if (!parsed) return unreadable(request, parsed.error());
    return std::move(*parsed);
  }

  [[nodiscard]] std::uint64_t requests() const { return client_.requests_sent(); }
  /// A reply that is well-formed but cannot be relied on.
  [[nodiscard]] std::unexpected<BrokerError> unreadable(const Call& call, const Error& why) const;

 private:
  struct Attempt;
  struct Tries;

  Channel(ChannelSettings settings, net::HttpClient client);

  [[nodiscard]] net::HttpRequest request_of(const Call& call) const;
  /// False: the turn does not come before `end`.
  bool wait_for_turn(bool urgent, Duration end);
  Attempt attempt(const net::HttpRequest& request, Duration end);
  [[nodiscard]] Duration pause_before(const Attempt& failed, const Tries& tries);
  [[nodiscard]] BrokerError error_of(const Attempt& failed) const;
  [[nodiscard]] BrokerError refused(const net::HttpResponse& response) const;
  [[nodiscard]] std::string without_keys(std::string message) const;

  ChannelSettings settings_;
  net::HttpClient client_;
  std::unique_ptr<Governor> governor_;
};

using Query = std::vector<std::pair<std::string_view, std::string>>;
/// "/v2/orders?status=open&symbols=AAPL%2CMSFT"; pairs with an empty value are left out.
std::string target(std::string path, const Query& query);

}  // namespace belay::alpaca
