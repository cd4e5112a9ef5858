// SPDX-License-Identifier: Apache-2.0
#include "app/reporter.hpp"

#include <utility>

namespace belay::app {

Reporter::Reporter(const Wired& wired, metrics::Board* board)
    : log_(*wired.log), past_(wired.config, *wired.log, board) {
  if (auto clock = make_clock(wired.config)) clock_ = std::move(*clock);
  thread_ = std::thread([this] { work(); });
}

Reporter::~Reporter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    news_.notify_one();
  }
  thread_.join();
}

void Reporter::pass_ended() {
  const std::lock_guard lock(mutex_);
  due_ = true;
  news_.notify_one();
}

void Reporter::tell(report::GapRisk risk) {
  const std::lock_guard lock(mutex_);
  risk_ = std::move(risk);
}

void Reporter::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    news_.wait(lock, [&] { return due_ || stop_; });
    if (stop_) return;
    due_ = false;
    const auto risk = std::exchange(risk_, std::nullopt);
    lock.unlock();
    try {
      round(risk);
    } catch (const std::exception& error) {  // of a row that anybody may have edited
      const auto now = clock_ ? clock_->now() : Result<Moment>(fail("no clock"));
      log_.write(log::Level::error, now ? now->wall : Timestamp(), "looking back: unexpected",
                 {{"why", std::string(error.what())}});
    }
    lock.lock();
  }
}

void Reporter::round(const std::optional<report::GapRisk>& risk) {
  const auto now = clock_ ? clock_->now() : Result<Moment>(fail("no clock"));
  if (!now) return;
  if (risk) past_.send(*risk);
  past_.show_day(now->wall);
  past_.send_report(now->wall);
  past_.fold(now->wall);
}

}  // namespace belay::app
