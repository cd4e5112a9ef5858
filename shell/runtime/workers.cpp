// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/workers.hpp"

#include <chrono>
#include <future>
#include <system_error>

namespace belay::runtime {

Workers::Workers(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

Workers::~Workers() {
  for (std::jthread& thread : threads_) thread.request_stop();
  wake_.notify_all();
}

void Workers::start(Call call, bool urgent) {
  const std::scoped_lock lock(mutex_);
  (urgent ? urgent_ : ordinary_).push_back(std::move(call));
  ++outstanding_;
  wake_.notify_all();
}

Workers::Events Workers::await(const Call& call, const std::function<void()>& meanwhile) {
  std::future<Events> result;
  try {
    result = std::async(std::launch::async, call);
  } catch (const std::system_error&) {
    return call();  // no thread to be had: then nothing is done meanwhile
  }
  while (result.wait_for(std::chrono::seconds(1)) != std::future_status::ready) meanwhile();
  return result.get();
}

std::optional<Workers::Events> Workers::next(Duration at_most) {
  std::unique_lock lock(mutex_);
  const bool came = wake_.wait_for(lock, at_most, [this] { return !done_.empty() || woken_; });
  woken_ = false;
  if (!came || done_.empty()) return std::nullopt;
  Events events = std::move(done_.front());
  done_.pop_front();
  --outstanding_;
  return events;
}

void Workers::wake() {
  const std::scoped_lock lock(mutex_);
  woken_ = true;
  wake_.notify_all();
}

std::size_t Workers::outstanding() const {
  const std::scoped_lock lock(mutex_);
  return outstanding_;
}

void Workers::work(const std::stop_token& stop) {
  while (true) {
    Call call;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [this] { return !urgent_.empty() || !ordinary_.empty(); });
      if (stop.stop_requested()) return;  // also where calls wait: nobody would hear what they bring
      std::deque<Call>& queue = urgent_.empty() ? ordinary_ : urgent_;
      call = std::move(queue.front());
      queue.pop_front();
    }
    Events events = call();
    const std::scoped_lock lock(mutex_);
    done_.push_back(std::move(events));
    wake_.notify_all();
  }
}

}  // namespace belay::runtime
