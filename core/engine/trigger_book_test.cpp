// SPDX-License-Identifier: Apache-2.0
#include "core/engine/trigger_book.hpp"

#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine {
namespace {

TEST(TriggerBook, FiresWhatABruteForceScanFires) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    scene::Dice dice(seed);
    TriggerBook book;
    std::map<LotUid, TriggerBook::Levels> plain;
    const auto level = [&]() -> std::optional<Price> {
      if (dice.one_in(4)) return std::nullopt;
      return Price::whole(1 + dice.below(60));
    };
    for (int i = 0; i < 400; ++i) {
      const LotUid lot("lot-" + std::to_string(dice.below(80)));
      if (dice.one_in(4)) {
        book.erase(lot);
        plain.erase(lot);
      } else if (dice.one_in(2)) {
        const TriggerBook::Levels levels{
            .feed = {dice.one_in(2) ? "A" : "B", dice.one_in(2) ? Direction::long_ : Direction::short_},
            .falls_to = level(),
            .rises_to = level()};
        book.set(lot, levels);
        plain.insert_or_assign(lot, levels);
      }
      ASSERT_EQ(book.size(), plain.size());
      const Price low = Price::whole(dice.below(62));
      const Price high = low + Price::whole(dice.below(5));
      const TriggerBook::Feed feed{dice.one_in(2) ? "A" : "B", dice.one_in(2) ? Direction::long_ : Direction::short_};
      std::vector<LotUid> found;
      book.passed(feed, low, high, found);
      std::set<LotUid> expected;
      for (const auto& [uid, levels] : plain) {
        if (levels.feed != feed) continue;
        if ((levels.falls_to && low <= *levels.falls_to) || (levels.rises_to && high >= *levels.rises_to))
          expected.insert(uid);
      }
      ASSERT_EQ(std::set<LotUid>(found.begin(), found.end()), expected) << "seed " << seed << ", turn " << i;
    }
  }
}

}  // namespace
}  // namespace belay::engine
