// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/trading/lot.hpp"

namespace belay::engine {

/// A level that follows a lot's peak: so much off it, so many percent off it, or keeping a part of the way to it from
/// the entry.
struct Follower {
  enum class Kind : std::uint8_t { amount, percent, keep };
  Kind kind = Kind::amount;
  Price price;      ///< amount: the distance; keep: the entry
  Percent percent;  ///< percent, keep

  bool operator==(const Follower&) const = default;
};

/// Price thresholds of all lots, ordered per symbol, so that a price that fires nothing costs one comparison on each
/// side, however many lots there are. It is an index: which lots a price may concern. The rules decide.
///
/// Levels that follow a peak are kept by peak, not by level: lots whose peaks were overtaken by one price have one peak
/// from then on, and are one group for good. A new best price moves the group's peak, nothing else; two groups that
/// meet are joined, the smaller into the larger, so that any lot changes its group at most log(lots) times.
class TriggerBook {
 public:
  /// Prices of a symbol that lots of different direction look at (an option's bid for longs, its ask for shorts).
  /// long_: a falling price is the lot's loss; short_: a rising one is.
  using Feed = std::pair<std::string, Direction>;

  struct Levels {
    Feed feed;
    std::optional<Price> falls_to;  ///< fires at or below
    std::optional<Price> rises_to;  ///< fires at or above
    std::optional<Price> peak;      ///< where there are followers
    std::vector<Follower> followers;

    bool operator==(const Levels&) const = default;
  };

  /// A lot that prices may concern, with its peak as it was before them.
  struct Fired {
    LotUid lot;
    std::optional<Price> peak;

    bool operator==(const Fired&) const = default;
  };

  /// Enters the lot with these levels, in place of those it had; the better of the old and the new peak stays.
  void set(const LotUid& lot, const Levels& levels);
  void erase(const LotUid& lot);
  /// Takes in prices of [low, high] and appends the lots that they may concern, whatever their order. O(log symbols)
  /// when there are none and no peak is overtaken; one that is overtaken costs O(log lots), amortised.
  void passed(const Feed& feed, Price low, Price high, std::vector<Fired>& out);
  /// The lot's peak, with all prices that have passed; absent where none of its levels follows it.
  [[nodiscard]] std::optional<Price> peak_of(const LotUid& lot) const;
  [[nodiscard]] std::size_t size() const { return by_lot_.size(); }

 private:
  using Threshold = std::pair<Price, LotUid>;
  using GroupId = std::int64_t;

  /// One follower of one lot. Ordered so that those of a family (same kind, same part kept) stand together, the one
  /// that fires first in front: the nearest of a family stays the nearest wherever the peak goes.
  struct Member {
    Follower::Kind kind = Follower::Kind::amount;
    std::int64_t kept = 0;   ///< of `keep`: the part; else 0
    std::int64_t order = 0;  ///< within the family, the nearest first
    LotUid lot;

    auto operator<=>(const Member&) const = default;
  };
  struct Group {
    Price peak;
    std::optional<Price> nearest;  ///< the level of the member that fires first
    std::set<Member> members;
  };
  struct Side {
    std::set<Threshold> falls_to;
    std::set<Threshold> rises_to;
    std::map<Price, GroupId> by_peak;
    std::set<std::pair<Price, GroupId>> by_nearest;
  };
  struct Entry {
    Levels levels;
    std::optional<GroupId> group;
  };

  static Member member_of(const LotUid& lot, const Follower& follower, bool falls);
  static Price level_of(const Member& member, Price peak, bool falls);
  template <class Visit>
  static void each_within(const Group& group, Price peak, Price worst, bool falls, Visit visit);
  static void find_nearest(Group& group, bool falls);
  void index(Side& side, GroupId id);
  void unindex(Side& side, GroupId id);
  void join(Side& side, const LotUid& lot, Entry& entry, bool falls);
  void leave(Side& side, const LotUid& lot, Entry& entry, bool falls);
  void overtake(Side& side, Price best, bool falls);
  GroupId merge(GroupId one, GroupId other);

  std::map<Feed, Side> sides_;
  std::map<LotUid, Entry> by_lot_;
  std::map<GroupId, Group> groups_;
  GroupId next_group_ = 1;
};

}  // namespace belay::engine
