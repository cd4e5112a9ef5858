// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/governor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ratio>
#include <string>

namespace belay::alpaca {
namespace {

using std::chrono::seconds;

constexpr seconds kLongestWait{60};  // the windows of the broker are minutes
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<std::int64_t> number_header(const net::HttpResponse& response, std::string_view name) {
  const std::string* text = response.header(name);
  return text != nullptr ? number(*text) : std::nullopt;
}

/// From the broker's now to its X-RateLimit-Reset, whatever our own clock says; nullopt if it does not say.
std::optional<Duration> until_reset(const net::HttpResponse& response, Timestamp wall) {
  const auto reset = number_header(response, "X-RateLimit-Reset");
  if (!reset) return std::nullopt;
  const std::string* date = response.header("Date");
  const auto told = date != nullptr ? parse_http_date(*date) : std::nullopt;
  const std::int64_t now = told.value_or(wall).nanos / std::nano::den;
  return seconds(std::clamp<std::int64_t>(*reset - now, 0, kLongestWait.count()));
}

}  // namespace

std::optional<Timestamp> parse_http_date(std::string_view text) {
  // Always 29 characters: "Sun, 06 Nov 1994 08:49:37 GMT".
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const std::string number_of_month = std::to_string(month - kMonths.begin() + 101).substr(1);
  const auto at = parse_timestamp(std::string(text.substr(12, 4)) + "-" + number_of_month + "-" +
                                  std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z");
  if (!at) return std::nullopt;
  return *at;
}

Duration told_wait(const net::HttpResponse& response, Timestamp wall) {
  const Duration wait = until_reset(response, wall).value_or(Duration(0)) + seconds(1);
  return std::min<Duration>(wait, kLongestWait);
}

std::int64_t Governor::reserve(std::int64_t limit) const {
  return std::min(std::max(limit * reserve_percent_ / 100, reserve_at_least_), limit / 2);
}

Duration Governor::admit(bool urgent, Duration now) {
  const std::lock_guard lock(mutex_);
  if (now < blocked_until_) return blocked_until_ - now;
  if (window_ && now >= window_->ends) window_.reset();
  // Where nothing remains an urgent request is sent all the same: a refusal costs nothing, and our count may be wrong.
  if (window_ && !urgent && window_->remaining <= reserve(window_->limit)) return window_->ends - now;
  if (window_ && window_->remaining > 0) --window_->remaining;
  ++in_flight_;
  return Duration(0);
}

void Governor::replied(const net::HttpResponse& response, Duration now, Timestamp wall) {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  const auto limit = number_header(response, "X-RateLimit-Limit");
  const auto remaining = number_header(response, "X-RateLimit-Remaining");
  const auto ends_in = until_reset(response, wall);
  if (limit && remaining && ends_in) {
    // Those still under way may not have been counted by the broker yet.
    window_ = Window{*limit, std::max<std::int64_t>(0, *remaining - in_flight_), now + *ends_in};
  }
  if (response.status == 429) blocked_until_ = std::max(blocked_until_, now + told_wait(response, wall));
}

Duration Governor::wait_left(Duration now) {
  const std::lock_guard lock(mutex_);
  return std::max(Duration(0), blocked_until_ - now);
}

void Governor::lost() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
}

}  // namespace belay::alpaca
