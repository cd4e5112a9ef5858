// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/checked_time.hpp"

#include <gtest/gtest.h>

namespace belay::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kMorning{1'741'789'800'000'000'000};  // 2025-03-12T14:30:00Z

/// A machine whose clock can be set, beside a broker whose clock is right.
struct Machine {
  CheckedTime time;
  Timestamp truth = kMorning;
  Duration steady = 1000h;
  Duration off{};  // of this machine's clock

  [[nodiscard]] Moment read() const { return {truth + off, steady}; }
  void pass(Duration span) {
    truth = truth + span;
    steady += span;
  }
  Timestamp believed() { return time.believed(read()).wall; }
  std::string compare() { return time.compare(read(), truth); }
};

TEST(CheckedTime, F61ALeapForwardIsNotBelievedBeforeTheBrokerSaysSo) {
  Machine m;
  EXPECT_EQ(m.compare(), "");
  m.pass(30s);
  m.off = 5h;
  EXPECT_EQ(m.believed(), m.truth);
  m.pass(30s);
  EXPECT_NE(m.compare(), "");
  EXPECT_EQ(m.believed(), m.truth);
  m.pass(60s);
  EXPECT_EQ(m.believed(), m.truth);
}

TEST(CheckedTime, F61ALeapBackIsMendedAtTheNextComparison) {
  Machine m;
  EXPECT_EQ(m.compare(), "");
  m.off = -5h;
  m.pass(60s);
  EXPECT_EQ(m.believed(), m.truth - 5h);
  EXPECT_NE(m.compare(), "");
  EXPECT_EQ(m.believed(), m.truth);
}

TEST(CheckedTime, F61AClockThatIsSetRightAgainIsBelievedAgain) {
  Machine m;
  EXPECT_EQ(m.compare(), "");
  m.off = 5h;
  m.pass(60s);
  EXPECT_NE(m.compare(), "");
  m.off = {};
  m.pass(60s);
  EXPECT_EQ(m.compare(), "");
  EXPECT_EQ(m.believed(), m.truth);
}

TEST(CheckedTime, F61AProcessThatBeginsUnderAWrongClockActsByTheBrokers) {
  Machine m;
  m.off = -7h;
  static_cast<void>(m.believed());
  EXPECT_EQ(m.compare(), "this clock is -25200 s off the broker's: time rules act by the broker's");
  EXPECT_EQ(m.believed(), m.truth);
}

TEST(CheckedTime, F61TheBrokersLeapAloneIsNotBelievedAtOnce) {
  Machine m;
  EXPECT_EQ(m.compare(), "");
  m.pass(60s);
  EXPECT_NE(m.time.compare(m.read(), m.truth + 5h), "");
  EXPECT_EQ(m.believed(), m.truth);
  m.pass(60s);
  EXPECT_NE(m.time.compare(m.read(), m.truth + 9h), "") << "not the same twice";
  EXPECT_EQ(m.believed(), m.truth);
  m.pass(60s);
  EXPECT_EQ(m.compare(), "");
}

TEST(CheckedTime, F61WhatTheBrokerSaysTwiceIsBelieved) {
  Machine m;
  EXPECT_EQ(m.compare(), "");
  m.pass(60s);
  EXPECT_NE(m.time.compare(m.read(), m.truth + 5h), "");
  m.pass(60s);
  EXPECT_NE(m.time.compare(m.read(), m.truth + 5h), "");
  EXPECT_EQ(m.believed(), m.truth + 5h);
}

TEST(CheckedTime, F62SmallDifferencesAreThisMachinesOwn) {
  Machine m;
  m.off = 10s;
  EXPECT_EQ(m.compare(), "");
  EXPECT_EQ(m.believed(), m.truth + 10s);
}

TEST(CheckedTime, AClockThatStandsStillWhileTimeRunsIsBelieved) {
  Machine m;  // as the given clock of a replay may
  EXPECT_EQ(m.compare(), "");
  m.steady += 1h;
  EXPECT_EQ(m.believed(), m.truth);
}

TEST(CheckedTime, AfterALongSleepOfTheMachineBothClocksHaveRun) {
  Machine m;
  EXPECT_EQ(m.compare(), "");
  m.pass(9h);
  EXPECT_EQ(m.believed(), m.truth);
  EXPECT_EQ(m.compare(), "");
}

}  // namespace
}  // namespace belay::runtime
