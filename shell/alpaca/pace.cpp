// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/pace.hpp"

#include <chrono>
#include <ctime>
#include <random>
#include <thread>

namespace belay::alpaca {

Pace Pace::real() {
  Pace pace;
  pace.steady = [] {  // runs through suspension: what waited here meanwhile is old
    timespec at{};
    clock_gettime(CLOCK_BOOTTIME, &at);
    return Duration(std::chrono::seconds(at.tv_sec)) + Duration(at.tv_nsec);
  };
  pace.wall = [] {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp{std::chrono::duration_cast<Duration>(since_epoch).count()};
  };
  pace.wait = [](Duration time) { std::this_thread::sleep_for(time); };
  pace.random = [] {
    thread_local std::mt19937_64 generator(std::random_device{}());
    return generator();
  };
  return pace;
}

}  // namespace belay::alpaca
