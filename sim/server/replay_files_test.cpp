// SPDX-License-Identifier: Apache-2.0
#include "sim/server/replay_files.hpp"

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

constexpr std::string_view kTrades =
    "ts_utc,symbol,open,high,low,close,volume\n"
    "2026-01-26T15:00:00Z,AAPL,200,201,199,200.5,400\n";

class ReplayFilesTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string plain(const std::string& name, std::string_view text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::string packed(const std::string& name, std::string_view text) {
    const std::string path = folder_ / name;
    const gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return path;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("belay-replay-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(ReplayFilesTest, a_packed_file_says_the_same_as_the_plain_one) {
  const auto plain_source = load_replay_files({plain("a_1m.csv", kTrades)});
  const auto packed_source = load_replay_files({packed("b_1m.csv.gz", kTrades)});
  ASSERT_TRUE(plain_source.has_value()) << plain_source.error().message;
  ASSERT_TRUE(packed_source.has_value()) << packed_source.error().message;
  int points = 0;
  while (const PricePoint* point = (*plain_source)->peek()) {
    ASSERT_NE((*packed_source)->peek(), nullptr);
    EXPECT_EQ(*(*packed_source)->peek(), *point);
    (*plain_source)->pop();
    (*packed_source)->pop();
    ++points;
  }
  EXPECT_EQ(points, 4);
  EXPECT_EQ((*packed_source)->peek(), nullptr);
}

TEST_F(ReplayFilesTest, a_file_that_cannot_be_read_is_named) {
  EXPECT_NE(load_replay_files({"/nowhere/x.csv"}).error().message.find("/nowhere/x.csv"), std::string::npos);
  const std::string cut = packed("c_1m.csv.gz", kTrades);
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 12);
  const auto loaded = load_replay_files({cut});
  ASSERT_FALSE(loaded.has_value());
  EXPECT_NE(loaded.error().message.find(cut), std::string::npos);
}

}  // namespace
}  // namespace belay::sim
