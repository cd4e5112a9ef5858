// SPDX-License-Identifier: Apache-2.0
// Does the world notice? Built twice: only the build with known mistakes compiled in has these tests.
#include "core/base/planted.hpp"

#ifdef BELAY_PLANTED_BUGS

#include <gtest/gtest.h>

#include <string>

#include "sim/world/generate.hpp"
#include "sim/world/world.hpp"

namespace belay::world {
namespace {

constexpr std::uint64_t kMostSeeds = 1000;

class PlantedBug : public testing::TestWithParam<Bug> {
 protected:
  ~PlantedBug() override { planted_bug = Bug::none; }

  static std::vector<Violation> violations(std::uint64_t seed, Bug bug) {
    planted_bug = bug;
    return World(generate(seed)).live().violations;
  }
};

TEST_P(PlantedBug, IsCaught) {
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    const auto caught = violations(seed, GetParam());
    if (caught.empty() || !violations(seed, Bug::none).empty()) continue;
    RecordProperty("seeds", std::to_string(seed));
    GTEST_LOG_(INFO) << to_text(GetParam()) << " was caught by seed " << seed << ": [" << caught.front().promise << "] "
                     << caught.front().what;
    return;
  }
  ADD_FAILURE() << to_text(GetParam()) << " was not caught by " << kMostSeeds << " seeds";
}

/// What a thousand seeds do not notice. Nothing of the kind happens in the world: fills that are told after an order's
/// end, and an entry's remainder whose late fill would do harm (it is grown into the lot, and leaves with it). Or what
/// stands behind it in the engine bears it: a count that is wrong once is read a second time before it is acted on, and
/// an exit that is sent again finds its way freed first, so that it is hardly ever refused.
bool is_beyond_the_world(Bug bug) {
  return bug == Bug::late_fills_dropped || bug == Bug::entry_stays || bug == Bug::unread_means_flat ||
         bug == Bug::second_refusal_ends_first;
}

std::vector<Bug> all_bugs() {
  std::vector<Bug> bugs;
  for (std::size_t bug = 1; bug < kBugs; ++bug) {
    if (!is_beyond_the_world(static_cast<Bug>(bug))) bugs.push_back(static_cast<Bug>(bug));
  }
  return bugs;
}

INSTANTIATE_TEST_SUITE_P(World, PlantedBug, testing::ValuesIn(all_bugs()),
                         [](const auto& one) { return std::string(to_text(one.param)); });

}  // namespace
}  // namespace belay::world

#endif
