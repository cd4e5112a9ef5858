// SPDX-License-Identifier: Apache-2.0
#include "core/engine/trigger_book.hpp"

#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"
#include "core/rules/effective_stop.hpp"

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
      std::vector<TriggerBook::Fired> fired;
      book.passed(feed, low, high, fired);
      std::set<LotUid> found;
      for (const auto& one : fired) found.insert(one.lot);
      std::set<LotUid> expected;
      for (const auto& [uid, levels] : plain) {
        if (levels.feed != feed) continue;
        if ((levels.falls_to && low <= *levels.falls_to) || (levels.rises_to && high >= *levels.rises_to))
          expected.insert(uid);
      }
      ASSERT_EQ(found, expected) << "seed " << seed << ", turn " << i;
    }
  }
}

// The same prices, with every level computed anew for every lot.
TEST(TriggerBook, LevelsThatFollowPeaksFireAsABruteForceScanSays) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    scene::Dice dice(seed);
    const Direction direction = seed % 2 == 0 ? Direction::long_ : Direction::short_;
    const bool falls = direction == Direction::long_;
    const TriggerBook::Feed feed{"A", direction};
    TriggerBook book;
    std::map<LotUid, TriggerBook::Levels> plain;
    for (int i = 0; i < 300; ++i) {
      const LotUid lot("lot-" + std::to_string(dice.below(40)));
      if (dice.one_in(6)) {
        book.erase(lot);
        plain.erase(lot);
      } else if (dice.one_in(2)) {
        TriggerBook::Levels levels{.feed = feed, .peak = Price::whole(50 + dice.below(30))};
        if (dice.one_in(2)) levels.followers.push_back({Follower::Kind::amount, Price::whole(1 + dice.below(20)), {}});
        if (dice.one_in(2))
          levels.followers.push_back({Follower::Kind::percent, {}, Percent::whole(1 + dice.below(30))});
        if (dice.one_in(3) || levels.followers.empty()) {
          levels.followers.push_back({Follower::Kind::keep,
                                      Price::whole(falls ? 40 + dice.below(10) : 80 + dice.below(10)),
                                      Percent::whole(20 * (1 + dice.below(4)))});
        }
        const auto known = plain.find(lot);
        book.set(lot, levels);
        if (known != plain.end()) levels.peak = rules::better(*levels.peak, *known->second.peak, falls);
        plain.insert_or_assign(lot, levels);
      }
      const Price low = Price::whole(40 + dice.below(50));
      const Price high = low + (dice.one_in(2) ? Price{} : Price::whole(dice.below(9)));
      const Price worst = falls ? low : high;
      const Price best = falls ? high : low;
      std::vector<TriggerBook::Fired> fired;
      book.passed(feed, low, high, fired);
      std::map<LotUid, std::optional<Price>> found;
      for (const auto& one : fired) ASSERT_TRUE(found.emplace(one.lot, one.peak).second) << "named twice";
      std::map<LotUid, std::optional<Price>> expected;
      for (auto& [uid, levels] : plain) {
        const Price after = rules::better(*levels.peak, best, falls);
        for (const Follower& f : levels.followers) {
          for (const Price peak : {*levels.peak, after}) {
            const Price level = f.kind == Follower::Kind::amount    ? rules::trailed_by_amount(peak, f.price, falls)
                                : f.kind == Follower::Kind::percent ? rules::trailed_by_percent(peak, f.percent, falls)
                                                                    : rules::locked(f.price, peak, f.percent, falls);
            if (rules::as_bad(worst, level, falls)) expected.emplace(uid, levels.peak);
          }
        }
        levels.peak = after;
        ASSERT_EQ(book.peak_of(uid), after) << "seed " << seed << ", turn " << i;
      }
      ASSERT_EQ(found, expected) << "seed " << seed << ", turn " << i;
    }
  }
}

}  // namespace
}  // namespace belay::engine
