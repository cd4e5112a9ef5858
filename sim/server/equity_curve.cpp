// SPDX-License-Identifier: Apache-2.0
#include "sim/server/equity_curve.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

Timestamp minute_of(Timestamp at) {
  const std::int64_t rest = ((at.nanos % kMinute.count()) + kMinute.count()) % kMinute.count();
  return {at.nanos - rest};
}

}  // namespace

bool EquityCurve::is_later_minute(Timestamp earlier, Timestamp later) { return minute_of(earlier) < minute_of(later); }

void EquityCurve::note(std::string_view account, Timestamp at, Money equity) {
  const Timestamp minute = minute_of(at);
  const auto [place, is_new] = accounts_.try_emplace(std::string(account));
  Account& known = place->second;
  if (is_new) {
    known.beginning = minute;
    known.opening = equity;
  }
  auto& samples = known.samples;
  if (!samples.empty() && samples.back().minute == minute) {
    samples.back().equity = equity;
    return;
  }
  if (!samples.empty() && samples.back().equity == equity) return;
  samples.push_back({minute, equity});
  if (samples.size() > room_) thin(samples);
}

std::optional<Money> EquityCurve::before(std::string_view account, Timestamp moment) const {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return std::nullopt;
  const auto& samples = found->second.samples;
  const auto next = std::ranges::lower_bound(samples, moment, {}, &Sample::minute);
  if (next == samples.begin()) return std::nullopt;
  return std::prev(next)->equity;
}

std::optional<Timestamp> EquityCurve::beginning(std::string_view account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? std::nullopt : std::optional(found->second.beginning);
}

Money EquityCurve::opening(std::string_view account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? Money{} : found->second.opening;
}

std::size_t EquityCurve::size(std::string_view account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? 0 : found->second.samples.size();
}

void EquityCurve::thin(std::deque<Sample>& samples) {
  const std::size_t half = samples.size() / 2;
  std::deque<Sample> kept;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool is_last_of_its_day =
        i >= half || calendar::to_new_york(samples[i].minute).date != calendar::to_new_york(samples[i + 1].minute).date;
    if (is_last_of_its_day) kept.push_back(samples[i]);
  }
  samples = std::move(kept);
}

}  // namespace belay::sim
