// SPDX-License-Identifier: Apache-2.0
#include "shell/clock/clocks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "shell/net/http_server.hpp"

namespace belay::clock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Answers /now with whatever it was told, as a clock does.
class ScriptedClock {
 public:
  void say(Timestamp at) { answer_ = R"({"now":")" + to_text(at) + R"("})"; }
  void say(std::string body, int status = 200) {
    answer_ = std::move(body);
    status_ = status;
  }
  [[nodiscard]] std::string url() const { return server_.url() + "/now"; }
  [[nodiscard]] std::string target() const { return target_; }

 private:
  std::string answer_;
  std::string target_;
  int status_ = 200;
  net::HttpServer server_ = *net::HttpServer::start({}, [this](const net::HttpRequest& request) {
    target_ = request.target;
    return net::HttpResponse{.status = status_, .headers = {}, .body = answer_};
  });
};

constexpr Timestamp kOpen{1'769'437'800'000'000'000};  // 2026-01-26T14:30:00Z

TEST(SystemClock, ShowsThePresentAndNeverGoesBack) {
  const auto clock = system_clock();
  const auto first = clock->now();
  ASSERT_TRUE(first.has_value());
  const auto real = std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch());
  EXPECT_LT(std::chrono::abs(Duration(first->wall.nanos) - real), 5s);
  clock->pause(2ms);
  const auto second = clock->now();
  EXPECT_GE(second->steady - first->steady, 1ms);
}

TEST(GivenClock, TakesTheTimeFromItsUrl) {
  ScriptedClock script;
  script.say(kOpen);
  const auto clock = given_clock(script.url());
  ASSERT_TRUE(clock.has_value()) << clock.error().message;
  EXPECT_EQ((*clock)->now()->wall, kOpen);
  EXPECT_EQ(script.target(), "/now");
}

TEST(GivenClock, WaitingEndsUnderAClockThatRaces) {
  ScriptedClock script;
  script.say(kOpen);
  const auto clock = given_clock(script.url());
  const auto first = (*clock)->now();
  script.say(kOpen + 1h);
  const auto second = (*clock)->now();
  EXPECT_EQ(second->steady - first->steady, Duration(1h));
}

TEST(GivenClock, WaitingEndsUnderAClockThatStandsStillOrIsSetBack) {
  ScriptedClock script;
  script.say(kOpen);
  const auto clock = given_clock(script.url());
  const auto first = (*clock)->now();
  (*clock)->pause(2ms);
  const auto second = (*clock)->now();
  EXPECT_GE(second->steady - first->steady, 1ms);
  EXPECT_EQ(second->wall, first->wall);
  script.say(kOpen - 24h);
  const auto third = (*clock)->now();
  EXPECT_GE(third->steady, second->steady);
  EXPECT_EQ(third->wall, kOpen - 24h);
}

TEST(GivenClock, SaysWhatIsWrongWithAnAnswer) {
  ScriptedClock script;
  const auto clock = given_clock(script.url());
  script.say("soon");
  EXPECT_THAT((*clock)->now().error().message, HasSubstr(R"({"now": "<RFC 3339>"})"));
  script.say(R"({"now": "half past four"})");
  EXPECT_THAT((*clock)->now().error().message, HasSubstr("cannot be read"));
  script.say("{}", 503);
  EXPECT_THAT((*clock)->now().error().message, HasSubstr("503"));
}

TEST(GivenClock, IsNotTakenFromANetwork) {
  EXPECT_THAT(given_clock("https://time.example.com/now").error().message, HasSubstr("this machine"));
  EXPECT_FALSE(given_clock("http://time.example.com/now").has_value());
  EXPECT_FALSE(given_clock("noon").has_value());
}

}  // namespace
}  // namespace belay::clock
