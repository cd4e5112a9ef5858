// SPDX-License-Identifier: Apache-2.0
#include "app/lives.hpp"

#include <gtest/gtest.h>

#include <string>

namespace belay::app {
namespace {

std::vector<StoredEvent> told(const std::vector<std::string>& words) {
  std::vector<StoredEvent> events;
  for (const std::string& word : words) {
    events.push_back({.event_type = "service", .event_data = R"({"what":")" + word + R"("})"});
  }
  return events;
}

TEST(Lives, F34ThoseThatNobodyStoppedAreCounted) {
  EXPECT_EQ(lives_cut_short({}), 0);
  EXPECT_EQ(lives_cut_short(told({"started", "started", "started"})), 3);
}

TEST(Lives, F34OneThatWasStoppedBeginsTheCountAnew) {
  EXPECT_EQ(lives_cut_short(told({"started", "started", "started", "stopped"})), 0);
  EXPECT_EQ(lives_cut_short(told({"started", "started", "stopped", "started"})), 1);
}

TEST(Lives, WhatIsNoLifeCountsForNothing) {
  std::vector<StoredEvent> events = told({"started", "paused"});
  events.push_back({.event_type = "service", .event_data = "no JSON"});
  events.push_back({.event_type = "service", .event_data = "[]"});
  events.push_back({.event_type = "operator", .event_data = R"({"what":"started"})"});
  EXPECT_EQ(lives_cut_short(events), 1);
}

}  // namespace
}  // namespace belay::app
