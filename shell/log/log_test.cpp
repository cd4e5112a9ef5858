// SPDX-License-Identifier: Apache-2.0
#include "shell/log/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "shell/json/parse.hpp"

namespace belay::log {
namespace {

using ::testing::ElementsAre;

constexpr Timestamp kAt{1'769'457'600'000'000'000};  // 2026-01-26T20:00:00Z

struct Lines {
  std::vector<std::string> all;
  Log::Sink sink() {
    return [this](std::string_view line) { all.emplace_back(line); };
  }
};

TEST(Log, ALineIsOneJsonObjectWithTimeLevelMessageAndFields) {
  Lines lines;
  Log log(lines.sink(), Level::debug);
  log.write(Level::warning, kAt, "exit \"triggered\"",
            {{"symbol", "AAPL"},
             {"price", Decimal(94.5_price)},
             {"position_id", std::int64_t{7}},
             {"whole", true},
             {"nothing", std::monostate{}},
             {"reasons", std::vector<std::string>{"stop_loss", "max_hold_time"}}});
  EXPECT_THAT(lines.all, ElementsAre(R"({"ts":"2026-01-26T20:00:00Z","level":"WARNING","msg":"exit \"triggered\"",)"
                                     R"("symbol":"AAPL","price":94.5,"position_id":7,"whole":true,"nothing":null,)"
                                     R"("reasons":["stop_loss","max_hold_time"]})"));
}

TEST(Log, LinesBelowTheLeastLevelAreDropped) {
  Lines lines;
  Log log(lines.sink(), Level::warning);
  log.write(Level::debug, kAt, "a");
  log.write(Level::info, kAt, "b");
  log.write(Level::warning, kAt, "c");
  log.write(Level::error, kAt, "d");
  EXPECT_EQ(lines.all.size(), 2U);
  EXPECT_FALSE(log.wants(Level::info));
  EXPECT_TRUE(log.wants(Level::error));
}

TEST(Log, ALogOfOneOfManySaysWhoseItsLinesAre) {
  Lines lines;
  const Log all(lines.sink(), Level::info);
  Log large(all, {{"account", "large"}});
  large.write(Level::info, kAt, "pass", {{"exits", std::int64_t{1}}});
  large.write(Level::info, kAt, "started", {{"account", "as it says itself"}});
  large.write(Level::debug, kAt, "dropped as by the other");
  EXPECT_THAT(lines.all,
              ElementsAre(R"({"ts":"2026-01-26T20:00:00Z","level":"INFO","msg":"pass","exits":1,"account":"large"})",
                          R"({"ts":"2026-01-26T20:00:00Z","level":"INFO","msg":"started",)"
                          R"("account":"as it says itself"})"));
}

TEST(Log, AFieldCannotTakeTheNameOfTheLineItself) {
  Lines lines;
  Log log(lines.sink(), Level::debug);
  log.write(Level::info, kAt, "m", {{"level", "high"}});
  const auto parsed = json::parse(lines.all.at(0));
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(*parsed->find("level")->as_string(), "INFO");
  EXPECT_EQ(*parsed->find("level_")->as_string(), "high");
}

TEST(Log, LevelsAreReadInAnyCase) {
  Level level = Level::error;
  EXPECT_TRUE(parse_level("debug", level));
  EXPECT_EQ(level, Level::debug);
  EXPECT_TRUE(parse_level("Warning", level));
  EXPECT_EQ(level, Level::warning);
  EXPECT_FALSE(parse_level("loud", level));
  EXPECT_EQ(level, Level::warning);
}

TEST(Log, LinesOfSeveralThreadsDoNotMix) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  std::string read;
  std::thread reader([&] {
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
      read.append(buffer.data(), static_cast<std::size_t>(got));
    }
  });
  {
    Log log(to_descriptor(ends[1]), Level::debug);
    std::vector<std::jthread> writers;
    for (int w = 0; w < 4; ++w) {
      writers.emplace_back([&log] {
        for (int i = 0; i < 50; ++i) log.write(Level::info, kAt, std::string(9000, 'x'));
      });
    }
  }
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  int count = 0;
  for (std::size_t from = 0; from < read.size(); ++count) {
    const std::size_t to = read.find('\n', from);
    ASSERT_NE(to, std::string::npos);
    EXPECT_TRUE(json::parse(read.substr(from, to - from)).has_value());
    from = to + 1;
  }
  EXPECT_EQ(count, 200);
}

TEST(Log, AReaderThatHasGoneStopsNobody) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  Log log(to_descriptor(ends[1]), Level::debug);
  const int size = ::fcntl(ends[1], F_GETPIPE_SZ);
  log.write(Level::info, kAt, std::string(static_cast<std::size_t>(size) + 1, 'x'));  // nobody reads: given up
  std::string read(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  for (ssize_t got = 0; (got = ::read(ends[0], read.data() + have, read.size() - have)) > 0;) {
    have += static_cast<std::size_t>(got);
  }
  log.write(Level::info, kAt, "next");
  std::array<char, 128> line{};
  const ssize_t got = ::read(ends[0], line.data(), line.size());
  ASSERT_GT(got, 0);
  EXPECT_EQ(std::string(line.data(), static_cast<std::size_t>(got)),
            "\n{\"ts\":\"2026-01-26T20:00:00Z\",\"level\":\"INFO\",\"msg\":\"next\"}\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace belay::log
