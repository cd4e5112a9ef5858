// SPDX-License-Identifier: Apache-2.0
#include "sim/world/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "sim/world/convert.hpp"
#include "sim/world/generate.hpp"
#include "sim/world/world.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;

/// A process that listens, and an order that fills share by share.
struct Listening {
  struct Heard {
    Duration at;
    StreamNews news;
  };

  Timeline timeline{Timestamp{}};
  Weather weather{timeline};
  Stream stream{timeline, weather, [this](const StreamNews& news) { heard.push_back({timeline.elapsed(), news}); }, 5};
  StreamLine line{stream, timeline, 1};
  std::vector<Heard> heard;
  std::vector<OrderUpdate> told;  ///< by the exchange
  int wakes = 0;
  std::uint64_t events = 0;
  Quantity filled;

  void connect() {
    line.start([this] { ++wakes; });
    timeline.advance(1s);
  }
  /// A fault of an hour.
  void fault(Kind kind, std::int64_t n1 = 1000, std::int64_t n2 = 0) {
    weather.begin({.at = {}, .kind = kind, .symbol = "", .n = {3600, n1, n2}});
  }
  void fill_some(int times, Duration distance = 1s) {
    for (int i = 0; i < times; ++i) {
      filled += 1_qty;
      sim::OrderEvent event{.sequence = ++events, .at = timeline.now(), .type = sim::OrderEventType::partial_fill};
      event.order.id = OrderId("order");
      event.order.quantity = 1000_qty;
      event.order.filled = filled;
      event.order.status = OrderStatus::partially_filled;
      stream.publish(event);
      told.push_back({"partial_fill", to_port(event.order)});
      timeline.advance(distance);
    }
  }
  [[nodiscard]] std::vector<Quantity> counts() const {
    std::vector<Quantity> all;
    for (const Heard& one : heard) {
      if (const auto* update = std::get_if<OrderUpdate>(&one.news)) all.push_back(update->order.filled);
    }
    return all;
  }
  /// "up", or why it is down, one by one.
  [[nodiscard]] std::string changes() const {
    std::string all;
    for (const Heard& one : heard) {
      if (std::holds_alternative<StreamUp>(one.news)) all += "up ";
      const auto* down = std::get_if<StreamDown>(&one.news);
      if (down == nullptr) continue;
      constexpr std::array kWords{"interrupted ", "limited ", "keys ", "gap "};
      all += kWords[static_cast<std::size_t>(down->kind)];
    }
    return all;
  }
  [[nodiscard]] std::uint64_t struck(Kind kind) const { return weather.struck()[static_cast<std::size_t>(kind)]; }
};

std::vector<Quantity> one_to(int most) {
  std::vector<Quantity> all;
  for (int i = 1; i <= most; ++i) all.push_back(Quantity::whole(i));
  return all;
}

TEST(WorldStream, TellsInOrderSoonAfterItHappenedAndWakesTheProcess) {
  Listening s;
  s.connect();
  EXPECT_EQ(s.changes(), "up ");
  const Duration begun = s.timeline.elapsed();
  s.fill_some(50, 1ms);
  s.timeline.advance(100ms);
  EXPECT_EQ(s.counts(), one_to(50));
  EXPECT_LT(s.heard.back().at - begun, 50ms + 100ms);
  EXPECT_EQ(s.wakes, 51);
  EXPECT_EQ(s.line.take().size(), 51U);
  EXPECT_TRUE(s.line.take().empty());
}

TEST(WorldStream, WhatHappensBeforeItIsUpIsMissed) {
  Listening s;
  s.fill_some(3);
  s.connect();
  s.timeline.advance(10s);
  EXPECT_TRUE(s.counts().empty());
}

TEST(WorldStream, ALostUpdateNeverComesAndNobodySaysSo) {
  Listening s;
  s.connect();
  s.fault(Kind::stream_lost, 500);
  s.fill_some(100);
  EXPECT_GT(s.struck(Kind::stream_lost), 25U);
  EXPECT_EQ(s.counts().size() + s.struck(Kind::stream_lost), 100U);
  EXPECT_EQ(s.changes(), "up ");
}

TEST(WorldStream, AnUpdateThatCannotBeReadIsSaidToBeAGap) {
  Listening s;
  s.connect();
  s.fault(Kind::stream_gap);
  s.fill_some(2);
  EXPECT_EQ(s.changes(), "up gap up gap up ");
  EXPECT_TRUE(s.counts().empty());
}

TEST(WorldStream, LateUpdatesKeepTheirOrder) {
  Listening s;
  s.connect();
  const Duration begun = s.timeline.elapsed();
  s.weather.begin({.at = {}, .kind = Kind::stream_late, .symbol = "", .n = {5, 30'000}});
  s.fill_some(10);
  EXPECT_TRUE(s.counts().empty()) << "also what came after waits: a line keeps its order";
  s.timeline.advance(30s);
  EXPECT_EQ(s.counts(), one_to(10));
  EXPECT_GE(s.heard[1].at - begun, 30s);
  EXPECT_EQ(s.struck(Kind::stream_late), 5U);
}

TEST(WorldStream, UpdatesHeldUpByThemselvesOvertakeEachOther) {
  Listening s;
  s.connect();
  s.fault(Kind::stream_reorder, 10'000);
  s.fill_some(30);
  s.timeline.advance(20s);
  std::vector<Quantity> counts = s.counts();
  EXPECT_FALSE(std::ranges::is_sorted(counts));
  std::ranges::sort(counts);
  EXPECT_EQ(counts, one_to(30)) << "each once";
}

TEST(WorldStream, DuplicatedUpdatesComeTwice) {
  Listening s;
  s.connect();
  s.fault(Kind::stream_twice, 1000, 5000);
  s.fill_some(10);
  s.timeline.advance(10s);
  std::vector<Quantity> counts = s.counts();
  ASSERT_EQ(counts.size(), 20U);
  std::ranges::sort(counts);
  const auto repeated = std::ranges::unique(counts);
  counts.erase(repeated.begin(), repeated.end());
  EXPECT_EQ(counts, one_to(10));
}

TEST(WorldStream, AnOldStateIsToldAgainAfterTheNewOne) {
  Listening s;
  s.connect();
  s.fault(Kind::stream_stale, 1000, 1);
  s.fill_some(20);
  EXPECT_EQ(s.struck(Kind::stream_stale), 19U) << "the first has nothing before it";
  EXPECT_EQ(s.counts().size(), 39U);
  Quantity most;
  int back = 0;
  for (const auto& [at, news] : s.heard) {
    const auto* update = std::get_if<OrderUpdate>(&news);
    if (update == nullptr) continue;
    EXPECT_TRUE(std::ranges::count(s.told, *update) > 0) << "stale, but once true: " << to_text(news);
    if (update->order.filled < most) ++back;
    most = std::max(most, update->order.filled);
  }
  EXPECT_EQ(back, 19);
}

TEST(WorldStream, TornUpdatesHaveTheLatestWordAndAnOlderCount) {
  Listening s;
  s.connect();
  s.fill_some(1);
  s.fault(Kind::stream_torn, 1000, 1);
  s.filled = 999_qty;
  sim::OrderEvent last{.sequence = 77, .type = sim::OrderEventType::fill};
  last.order.id = OrderId("order");
  last.order.filled = 1000_qty;
  last.order.status = OrderStatus::filled;
  s.stream.publish(last);
  s.timeline.advance(1s);
  EXPECT_EQ(s.counts(), (std::vector{1_qty, 1000_qty, 1_qty}));
  EXPECT_EQ(std::get<OrderUpdate>(s.heard.back().news).order.status, OrderStatus::filled);
}

TEST(WorldStream, IsDownForAWhileIsNoticedAndComesBack) {
  for (const auto& [reason, word] : {std::pair{0, "interrupted "}, {1, "limited "}, {2, "keys "}}) {
    Listening s;
    s.connect();
    const Happening down{.at = {}, .kind = Kind::stream_down, .symbol = "", .n = {20, reason, 10'000}};
    s.weather.begin(down);
    s.stream.go_down(down);
    s.fill_some(5);
    EXPECT_EQ(s.changes(), "up ") << "half open: nobody has noticed yet";
    s.timeline.advance(700s);
    EXPECT_TRUE(s.changes().starts_with("up " + std::string(word))) << s.changes();
    EXPECT_TRUE(s.changes().ends_with(std::string(word) + "up ")) << s.changes();
    EXPECT_TRUE(s.counts().empty()) << "nothing of it is told afterwards";
    s.fill_some(1);
    EXPECT_EQ(s.counts().size(), 1U);
  }
}

TEST(WorldStream, WhatIsOnItsWayEndsWithTheConnection) {
  Listening s;
  s.connect();
  s.fault(Kind::stream_late, 30'000);
  s.fill_some(1);
  const Happening down{.at = {}, .kind = Kind::stream_down, .symbol = "", .n = {1}};
  s.weather.begin(down);
  s.stream.go_down(down);
  s.timeline.advance(60s);
  EXPECT_EQ(s.changes(), "up interrupted up ");
  EXPECT_TRUE(s.counts().empty());
}

TEST(WorldStream, IsRefusedAtFirst) {
  Listening s;
  s.weather.arm({.at = {}, .kind = Kind::stream_refused, .symbol = "", .n = {2, 0}});
  s.connect();
  s.timeline.advance(20s);
  EXPECT_EQ(s.changes(), "interrupted interrupted interrupted up ");
  EXPECT_EQ(s.struck(Kind::stream_refused), 3U);
}

TEST(WorldStream, OneListensAtATimeAndTheDeadHearNothing) {
  Listening s;
  s.connect();
  StreamLine other(s.stream, s.timeline, 2);
  other.start([] {});
  s.timeline.advance(1s);
  EXPECT_EQ(s.changes(), "up limited ");
  s.line.stop();
  s.fill_some(3);
  EXPECT_TRUE(s.counts().empty());
  s.timeline.advance(91s);
  EXPECT_EQ(s.changes(), "up limited up ");
  s.fill_some(1);
  EXPECT_EQ(other.take().size(), 3U);
  EXPECT_EQ(s.line.take().size(), 1U);
}

TEST(WorldStream, TheBrokerGivesUpOnAProcessThatStandsStillForLong) {
  Listening s;
  s.connect();
  s.line.stand_still_until(s.timeline.now() + 20s);
  s.timeline.advance(40s);
  EXPECT_EQ(s.changes(), "up ");
  s.line.stand_still_until(s.timeline.now() + 100s);
  s.timeline.advance(99s);
  EXPECT_EQ(s.changes(), "up ") << "it does not know yet";
  s.timeline.advance(5s);
  EXPECT_EQ(s.changes(), "up interrupted up ");
}

// ---- in a world

Scenario scenario(std::string_view happenings) {
  const auto parsed = parse_scenario("seed 4\ndate 2026-03-09\n" + std::string(happenings));
  EXPECT_TRUE(parsed.has_value());
  return parsed.value_or(Scenario{});
}

constexpr std::string_view kLeavesIntoAHalt =
    "10:00:00.000 enter AAPL 100000 0 100 0 0 5\n"
    "10:10:00.000 jump AAPL -300\n"
    "10:10:06.000 halt AAPL 60\n"
    "10:30:00.000 calm -\n";

struct Told {
  Outcome outcome;
  std::string fill_known;  ///< in which log line
};

Told live(const Scenario& scenario) {
  Told told;
  told.outcome = World(scenario, [&told](std::string_view line) {
                   const bool is_ours = line.contains("order_update") && line.contains("\"client_order_id\":\"blx-");
                   if (is_ours && line.contains("\"status\":\"filled\"")) told.fill_known = line;
                 }).live();
  return told;
}

TEST(WorldStream, HastensWhatAskingWouldFindAndSparesQuestions) {
  const Told asked = live(scenario(kLeavesIntoAHalt));
  const Told heard = live(scenario("09:25:00.000 stream -\n" + std::string(kLeavesIntoAHalt)));
  // The order waits through the halt, and the next price fills it, at 14:11:10 UTC.
  EXPECT_TRUE(heard.fill_known.contains("14:11:10.0")) << heard.fill_known;
  EXPECT_LT(heard.fill_known, asked.fill_known);
  EXPECT_LT(heard.outcome.broker_calls + 40, asked.outcome.broker_calls);
  for (const Outcome& outcome : {asked.outcome, heard.outcome}) {
    EXPECT_TRUE(outcome.violations.empty()) << outcome.violations.front().what;
    EXPECT_EQ(outcome.closed, 1U);
  }
}

TEST(WorldStream, WithoutItsUpdatesTheFillIsFoundByAsking) {
  const Told told =
      live(scenario("09:25:00.000 stream -\n10:05:00.000 stream_lost - 3600 1000\n" + std::string(kLeavesIntoAHalt)));
  EXPECT_TRUE(told.fill_known.contains("14:11:1")) << told.fill_known;
  EXPECT_FALSE(told.fill_known.contains("14:11:10.0")) << told.fill_known;
  EXPECT_EQ(told.outcome.closed, 1U);
}

TEST(WorldStream, WhatItTellsIsPartOfTheTrace) {
  const std::string late = "09:25:00.000 stream -\n10:05:00.000 stream_late - 3600 ";
  const auto trace = [&](const std::string& ms) {
    return World(scenario(late + ms + "\n" + std::string(kLeavesIntoAHalt))).live().trace;
  };
  EXPECT_EQ(trace("2000"), trace("2000"));
  EXPECT_NE(trace("2000"), trace("2001"));
}

TEST(WorldStream, TwoOfThreeSessionsHaveOneAndEveryFaultOfItStrikes) {
  std::set<Kind> kinds;
  int with = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Scenario one = generate(seed);
    const bool has_stream = std::ranges::count(one.happenings, Kind::stream, &Happening::kind) > 0;
    with += has_stream ? 1 : 0;
    for (const Happening& happening : one.happenings) {
      if (happening.kind < Kind::stream || happening.kind > Kind::stream_torn) continue;
      EXPECT_TRUE(has_stream);
      kinds.insert(happening.kind);
    }
  }
  EXPECT_GT(with, 170);
  EXPECT_LT(with, 230);
  EXPECT_EQ(kinds.size(), 10U);
}

}  // namespace
}  // namespace belay::world
