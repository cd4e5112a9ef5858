// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <thread>
#include <variant>

namespace belay::runtime {
namespace {

using namespace std::chrono_literals;
namespace event = engine::event;

constexpr Duration kLong = 20s;  // of which nothing takes a second

Executor::Events named(const std::string& name) { return {event::BrokerUnread{name}}; }

std::string name_of(const std::optional<Executor::Events>& events) {
  return events ? std::get<event::BrokerUnread>(events->front()).why : "nothing";
}

TEST(Workers, BringBackWhatACallGives) {
  Workers workers(2);
  EXPECT_EQ(workers.outstanding(), 0);
  workers.start([] { return named("one"); }, false);
  EXPECT_EQ(name_of(workers.next(kLong)), "one");
  EXPECT_EQ(workers.outstanding(), 0);
  EXPECT_EQ(name_of(workers.next(1ms)), "nothing");
}

TEST(Workers, UrgentCallsOvertakeTheOthers) {
  std::latch gate(1);
  std::latch begun(1);
  Workers workers(1);
  workers.start(
      [&] {
        begun.count_down();
        gate.wait();
        return named("first");
      },
      false);
  begun.wait();
  workers.start([] { return named("ordinary"); }, false);
  workers.start([] { return named("urgent"); }, true);
  EXPECT_EQ(workers.outstanding(), 3);
  gate.count_down();
  EXPECT_EQ(name_of(workers.next(kLong)), "first");
  EXPECT_EQ(name_of(workers.next(kLong)), "urgent");
  EXPECT_EQ(workers.outstanding(), 1);
  EXPECT_EQ(name_of(workers.next(kLong)), "ordinary");
}

TEST(Workers, ASlowCallHoldsUpNoOther) {
  std::latch gate(1);
  Workers workers(2);
  workers.start(
      [&] {
        gate.wait();
        return named("slow");
      },
      true);
  workers.start([] { return named("quick"); }, false);
  EXPECT_EQ(name_of(workers.next(kLong)), "quick");
  gate.count_down();
  EXPECT_EQ(name_of(workers.next(kLong)), "slow");
}

TEST(Workers, DoSomethingMeanwhileWhereTheResultIsWaitedFor) {
  Workers workers(1);
  std::latch seen(1);
  int meanwhile = 0;
  const auto made = workers.await(
      [&] {
        seen.wait();
        return named("slow");
      },
      [&] {
        if (++meanwhile == 1) seen.count_down();
      });
  EXPECT_EQ(name_of(made), "slow");
  EXPECT_GE(meanwhile, 1);
  EXPECT_EQ(workers.outstanding(), 0U) << "nothing is left to be taken";
}

TEST(Workers, AreWokenBeforeAnythingComes) {
  Workers workers(1);
  std::jthread other([&] { workers.wake(); });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(name_of(workers.next(kLong)), "nothing");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kLong);
  EXPECT_EQ(name_of(workers.next(1ms)), "nothing") << "woken once";
}

TEST(Workers, FinishWhatHasBegunAndDropTheRest) {
  std::atomic<int> finished = 0;
  std::atomic<int> begun_late = 0;
  std::latch begun(1);
  std::latch leaving(1);
  {
    Workers workers(1);
    workers.start(
        [&] {
          begun.count_down();
          leaving.wait();
          std::this_thread::sleep_for(100ms);  // the end begins meanwhile
          ++finished;
          return named("running");
        },
        false);
    begun.wait();
    for (int i = 0; i < 10; ++i) {
      workers.start(
          [&] {
            ++begun_late;
            return named("queued");
          },
          true);
    }
    leaving.count_down();
  }
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(begun_late, 0);
}

TEST(Workers, ManyCallsFromManyThreadsAllComeBack) {
  constexpr int kCalls = 200;
  Workers workers(4);
  {
    std::jthread one([&] {
      for (int i = 0; i < kCalls; ++i) workers.start([] { return named("a"); }, true);
    });
    for (int i = 0; i < kCalls; ++i) workers.start([] { return named("b"); }, false);
  }
  int came = 0;
  while (workers.outstanding() > 0 && workers.next(kLong)) ++came;
  EXPECT_EQ(came, 2 * kCalls);
}

}  // namespace
}  // namespace belay::runtime
