// SPDX-License-Identifier: Apache-2.0
#include "shell/metrics/board.hpp"

#include <utility>
#include <vector>

#include "shell/metrics/exposition.hpp"

namespace belay::metrics {
namespace {

std::int64_t whole_seconds(Duration span) { return std::chrono::duration_cast<std::chrono::seconds>(span).count(); }

/// Every account's answer in a line of its own; good when all are, and when there is one.
template <class Judge>
Health judged(const std::map<std::string, Board::Standing>& standings, const Judge& judge) {
  Health health{.good = !standings.empty(), .text = standings.empty() ? "no account is served yet\n" : ""};
  for (const auto& [account, standing] : standings) {
    const std::string wrong = judge(standing);
    health.good = health.good && wrong.empty();
    health.text += account + ": " + (wrong.empty() ? "ok" : wrong) + "\n";
  }
  return health;
}

}  // namespace

Board::Board(std::string version, std::function<Duration()> machine_time, BoardLimits limits)
    : version_(std::move(version)), machine_time_(std::move(machine_time)), limits_(limits) {}

void Board::expect(const std::string& account) { beat(account); }

void Board::beat(const std::string& account) {
  const Duration now = machine_time_();
  const std::lock_guard lock(mutex_);
  of(account).beat_at = now;
}

void Board::stands(const std::string& account, bool holds_lock, bool store_reachable) {
  const std::lock_guard lock(mutex_);
  Standing& standing = of(account);
  standing.holds_lock = holds_lock;
  standing.store_reachable = store_reachable;
}

void Board::passed(const std::string& account, const PassFigures& figures, const std::string& unread_why, bool well) {
  const Duration now = machine_time_();
  const std::lock_guard lock(mutex_);
  Standing& standing = of(account);
  standing.unread_why = unread_why;
  if (unread_why.empty()) standing.broker_read_at = now;
  standing.latest = figures;
  for (const PassNumber& number : kPassNumbers) standing.sums.*number.member += figures.*number.member;
  ++standing.passes;
  if (!well) ++standing.troubled_passes;
}

void Board::day(const std::string& account, report::Figures figures) {
  const std::lock_guard lock(mutex_);
  of(account).today = std::move(figures);
}

std::map<std::string, Board::Standing> Board::copy() const {
  const std::lock_guard lock(mutex_);
  return standings_;
}

Health Board::healthz() const {
  const Duration now = machine_time_();
  return judged(copy(), [&](const Standing& standing) -> std::string {
    const Duration age = now - standing.beat_at;
    if (age <= limits_.beat) return "";
    return "no sign of life for " + std::to_string(whole_seconds(age)) + " s";
  });
}

Health Board::readyz() const {
  const Duration now = machine_time_();
  return judged(copy(), [&](const Standing& standing) -> std::string {
    std::vector<std::string> wrong;
    if (!standing.store_reachable) wrong.emplace_back("the store is away");
    if (!standing.holds_lock) wrong.emplace_back("the account's lock is not held");
    if (!standing.broker_read_at) {
      wrong.push_back("the broker was not read yet" + (standing.unread_why.empty() ? "" : ": " + standing.unread_why));
    } else if (const Duration age = now - *standing.broker_read_at; age > limits_.broker_read) {
      wrong.push_back("the broker was last read " + std::to_string(whole_seconds(age)) + " s ago" +
                      (standing.unread_why.empty() ? "" : ": " + standing.unread_why));
    }
    std::string text;
    for (const std::string& one : wrong) text += (text.empty() ? "" : "; ") + one;
    return text;
  });
}

std::string Board::text() const { return exposition(version_, copy(), machine_time_()); }

}  // namespace belay::metrics
