// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/channel.hpp"

#include <algorithm>
#include <optional>

#include "shell/alpaca/parse.hpp"
#include "shell/failpoint/fail_point.hpp"
#include "shell/net/backoff.hpp"

namespace belay::alpaca {
namespace {

constexpr std::size_t kConnections = 8;
constexpr int kReadRepeats = 3;
constexpr int kOrderRepeatsUnsent = 1;
constexpr int kOrderRepeatsLimited = 2;
constexpr net::BackoffPolicy kBackoff{std::chrono::milliseconds(300), std::chrono::seconds(3)};
constexpr std::int64_t kAccessKeyFailed = 40110000;  // alpaca.md 1
// Only exits are urgent, and they go to the trading host: there a fifth of the limit is theirs.
constexpr int kTradingReservePercent = 20;
constexpr std::int64_t kTradingReserve = 10;

/// A header's value must not break out of its line.
bool is_header_text(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string seconds_text(Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

BrokerError::Kind kind_of(int status, const Refusal& refusal, ChannelSettings::Api api) {
  using Kind = BrokerError::Kind;
  if (status == 401 || refusal.code == kAccessKeyFailed) return Kind::unauthorized;
  if (status == 429) return Kind::rate_limited;
  if (status < 400 || status >= 500 || status == 408) return Kind::unknown;
  const bool subscription = refusal.message.find("subscription") != std::string::npos;
  if (api == ChannelSettings::Api::data && status == 403) return subscription ? Kind::rejected : Kind::unauthorized;
  // A page of HTML is the word of something between us and the broker; it proves neither a no nor an absence.
  if (!refusal.is_json) return Kind::unknown;
  return status == 404 ? Kind::not_found : Kind::rejected;
}

std::string message_of(int status, const Refusal& refusal, ChannelSettings::Api api) {
  const std::string number = "HTTP " + std::to_string(status);
  if (refusal.message.empty()) return number + " without an explanation";
  if (!refusal.is_json) return number + ", not from the API itself: " + refusal.message;
  if (api == ChannelSettings::Api::data && status == 403 && refusal.message.find("subscription") != std::string::npos) {
    return "the market data plan does not include this feed (\"" + refusal.message +
           "\"): choose a feed that it includes, e.g. iex, or change the plan";
  }
  return refusal.message;
}

}  // namespace

/// What came of sending once.
struct Channel::Attempt {
  std::optional<net::HttpResponse> response;
  std::optional<net::HttpFailure> failure;

  [[nodiscard]] int status() const { return response ? response->status : 0; }
  [[nodiscard]] bool done() const { return status() >= 200 && status() < 300; }
  [[nodiscard]] bool not_sent() const { return failure && failure->kind == net::HttpFailure::NotSent; }
  [[nodiscard]] bool limited() const { return status() == 429; }
  [[nodiscard]] bool transient() const {
    return failure || limited() || status() == 502 || status() == 503 || status() == 504;
  }
};

/// How often a call has failed in which way.
struct Channel::Tries {
  int all = 0;
  int not_sent = 0;
  int limited = 0;

  void count(const Attempt& attempt) {
    ++all;
    not_sent += attempt.not_sent() ? 1 : 0;
    limited += attempt.limited() ? 1 : 0;
  }

  /// Whether to send again after the attempt that was counted last.
  [[nodiscard]] bool allow_another(Repeat repeat, const Attempt& last) const {
    switch (repeat) {
      case Repeat::read:
        return last.transient() && all <= kReadRepeats;
      case Repeat::cancel:
        return (last.not_sent() || last.limited()) && all <= kReadRepeats;
      case Repeat::order:
        return (last.not_sent() && not_sent <= kOrderRepeatsUnsent) ||
               (last.limited() && limited <= kOrderRepeatsLimited);
    }
    return false;
  }
};

Result<Channel> Channel::create(ChannelSettings settings) {
  if (!is_header_text(settings.key) || !is_header_text(settings.secret.reveal())) {
    return fail("the API key or its secret is empty or contains blanks or other characters that keys do not have");
  }
  net::HttpClientOptions options;
  options.max_connections = kConnections;
  options.ca_file = settings.ca_file;
  auto client = net::HttpClient::create(settings.base_url, options);
  if (!client) return std::unexpected(client.error());
  return Channel(std::move(settings), std::move(*client));
}

Channel::Channel(ChannelSettings settings, net::HttpClient client)
    : settings_(std::move(settings)), client_(std::move(client)) {
  const bool reserve = settings_.api == ChannelSettings::Api::trading;
  governor_ = std::make_unique<Governor>(reserve ? kTradingReservePercent : 0, reserve ? kTradingReserve : 0);
}

BrokerResult<std::string> Channel::call(const Call& call) {
  const net::HttpRequest request = request_of(call);
  const auto deadline = call.repeat == Repeat::read ? settings_.read_deadline : settings_.order_deadline;
  const Duration begun = settings_.pace.steady();
  const Duration end = begun + deadline;
  const Duration send_by = call.send_within ? std::min(end, begun + *call.send_within) : end;
  std::optional<BrokerError> last;
  for (Tries tries;;) {
    if (!wait_for_turn(call.urgent, send_by)) {
      if (last) return std::unexpected(std::move(*last));
      return std::unexpected(BrokerError{BrokerError::Kind::rate_limited,
                                         0,
                                         0,
                                         "not sent: the broker's rate limit leaves no room before the deadline",
                                         {},
                                         {},
                                         governor_->wait_left(settings_.pace.steady())});
    }
    Attempt outcome = attempt(request, end);
    if (outcome.done()) return std::move(outcome.response->body);
    tries.count(outcome);
    last = error_of(outcome);
    if (!tries.allow_another(call.repeat, outcome)) break;
    const Duration pause = pause_before(outcome, tries);
    if (settings_.pace.steady() + pause >= send_by) break;
    settings_.pace.wait(pause);
  }
  return std::unexpected(std::move(*last));
}

net::HttpRequest Channel::request_of(const Call& call) const {
  net::HttpRequest request;
  request.method = call.method;
  request.target = call.target;
  request.body = call.body;
  request.headers = {{"APCA-API-KEY-ID", settings_.key},
                     {"APCA-API-SECRET-KEY", settings_.secret.reveal()},
                     {"Accept", "application/json"},
                     {"User-Agent", "belay"}};
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

bool Channel::wait_for_turn(bool urgent, Duration end) {
  while (true) {
    const Duration now = settings_.pace.steady();
    if (now >= end) return false;  // the process stood still while it waited
    const Duration wait = governor_->admit(urgent, now);
    if (wait <= Duration(0)) return true;
    if (now + wait >= end) return false;
    settings_.pace.wait(wait);
  }
}

Channel::Attempt Channel::attempt(const net::HttpRequest& request, Duration end) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::duration_cast<milliseconds>(end - settings_.pace.steady());
  fail_point("request");
  auto reply = client_.send(request, std::clamp(left, milliseconds(1), settings_.attempt_deadline));
  fail_point("reply");
  Attempt outcome;
  if (reply) {
    governor_->replied(*reply, settings_.pace.steady(), settings_.pace.wall());
    outcome.response = std::move(*reply);
  } else {
    governor_->lost();
    outcome.failure = std::move(reply.error());
  }
  return outcome;
}

Duration Channel::pause_before(const Attempt& failed, const Tries& tries) {
  const Duration pause = net::backoff_delay(kBackoff, static_cast<std::uint32_t>(tries.all), settings_.pace.random());
  if (!failed.limited()) return pause;
  // The part of a second keeps several clients of one account from coming back in the same instant.
  return told_wait(*failed.response, settings_.pace.wall()) + pause / 4;
}

BrokerError Channel::error_of(const Attempt& failed) const {
  BrokerError error;
  if (failed.response) {
    error = refused(*failed.response);
  } else {
    error.kind = failed.not_sent() ? BrokerError::Kind::unreachable : BrokerError::Kind::unknown;
    error.message = failed.failure->message;
  }
  error.message = without_keys(std::move(error.message));
  return error;
}

BrokerError Channel::refused(const net::HttpResponse& response) const {
  Refusal refusal = parse_refusal(response.body);
  BrokerError error;
  error.kind = kind_of(response.status, refusal, settings_.api);
  error.http_status = response.status;
  error.code = refusal.code;
  error.message = message_of(response.status, refusal, settings_.api);
  if (error.kind == BrokerError::Kind::rate_limited) {
    error.retry_after = told_wait(response, settings_.pace.wall());
    error.message += "; the broker takes requests again in " + seconds_text(*error.retry_after);
  }
  error.related_orders = std::move(refusal.related_orders);
  error.available = refusal.available;
  error.market_price = refusal.market_price;
  return error;
}

std::unexpected<BrokerError> Channel::unreadable(const Call& call, const Error& why) const {
  const std::string what = call.method + " " + call.target.substr(0, call.target.find('?'));
  return std::unexpected(BrokerError{BrokerError::Kind::unknown,
                                     200,
                                     0,
                                     without_keys("the reply to " + what + " cannot be read: " + why.message),
                                     {}});
}

std::string Channel::without_keys(std::string message) const {
  strike_out(message, settings_.secret.reveal());
  strike_out(message, settings_.key);
  return message;
}

std::string target(std::string path, const Query& query) {
  char separator = '?';
  for (const auto& [key, value] : query) {
    if (value.empty()) continue;
    path += separator;
    path += key;
    path += '=';
    path += net::percent_encode(value);
    separator = '&';
  }
  return path;
}

}  // namespace belay::alpaca
