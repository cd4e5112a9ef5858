// SPDX-License-Identifier: Apache-2.0
#include "shell/clock/clocks.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <mutex>
#include <optional>
#include <utility>

#include "shell/json/parse.hpp"
#include "shell/net/http_client.hpp"
#include "shell/net/url.hpp"

namespace belay::clock {
namespace {

constexpr std::chrono::milliseconds kAnswerDeadline(2000);

Duration read_clock(clockid_t id) {
  timespec at{};
  ::clock_gettime(id, &at);
  return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
}

/// Runs through suspension of the machine, which CLOCK_MONOTONIC does not.
Duration machine_steady() { return read_clock(CLOCK_BOOTTIME); }

/// Ends early when a signal arrives, so that a service can be told to stop.
void wait_for(Duration real_time) {
  if (real_time <= Duration::zero()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(real_time);
  const timespec span{.tv_sec = seconds.count(), .tv_nsec = (real_time - seconds).count()};
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &span, nullptr);
}

class SystemClock : public Clock {
 public:
  Result<Moment> now() override { return Moment{Timestamp{read_clock(CLOCK_REALTIME).count()}, machine_steady()}; }
  Duration machine() override { return machine_steady(); }
  void pause(Duration real_time) override { wait_for(real_time); }
};

class GivenClock : public Clock {
 public:
  GivenClock(net::HttpClient client, std::string target, std::string url)
      : client_(std::move(client)), target_(std::move(target)), url_(std::move(url)) {}

  Result<Moment> now() override {
    const auto wall = ask();
    if (!wall) return std::unexpected(wall.error());
    const std::lock_guard lock(mutex_);
    const Duration machine = machine_steady();
    if (last_) {
      const Duration progress = std::max(machine - last_machine_, *wall - *last_);
      steady_ += std::max(progress, Duration::zero());
    } else {
      steady_ = machine;
    }
    last_ = *wall;
    last_machine_ = machine;
    return Moment{*wall, steady_};
  }

  Duration machine() override { return machine_steady(); }
  void pause(Duration real_time) override { wait_for(real_time); }

 private:
  Result<Timestamp> ask() {
    const auto response = client_.send({.method = "GET", .target = target_}, kAnswerDeadline);
    if (!response) return fail("the clock at " + url_ + " does not answer: " + response.error().message);
    if (response->status != 200) {
      return fail("the clock at " + url_ + " answers with status " + std::to_string(response->status));
    }
    const auto body = json::parse(response->body);
    const json::Value* now = body ? body->find("now") : nullptr;
    const std::string* text = now != nullptr ? now->as_string() : nullptr;
    if (text == nullptr) return fail("the clock at " + url_ + R"( does not answer {"now": "<RFC 3339>"})");
    auto at = parse_timestamp(*text);
    if (!at) return fail("the clock at " + url_ + " answers a time that cannot be read: " + at.error().message);
    return at;
  }

  net::HttpClient client_;
  std::string target_;
  std::string url_;
  std::mutex mutex_;
  std::optional<Timestamp> last_;
  Duration last_machine_{};
  Duration steady_{};
};

}  // namespace

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }

Result<std::unique_ptr<Clock>> given_clock(const std::string& url) {
  auto parsed = net::parse_url(url);
  if (!parsed) return fail("the clock's URL is of no use: " + parsed.error().message);
  if (!net::is_loopback_host(parsed->host)) {
    return fail("the clock's URL must lead to this machine (127.0.0.1, localhost), not to " + parsed->host);
  }
  std::string target = parsed->path.empty() ? "/" : parsed->path;
  parsed->path.clear();
  auto client = net::HttpClient::create(parsed->text());
  if (!client) return fail("the clock's URL is of no use: " + client.error().message);
  return std::make_unique<GivenClock>(std::move(*client), std::move(target), url);
}

}  // namespace belay::clock
