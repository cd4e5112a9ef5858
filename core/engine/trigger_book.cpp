// SPDX-License-Identifier: Apache-2.0
#include "core/engine/trigger_book.hpp"

#include <algorithm>
#include <utility>

#include "core/rules/effective_stop.hpp"

namespace belay::engine {

namespace {

bool is_falling(const TriggerBook::Feed& feed) { return feed.second == Direction::long_; }

}  // namespace

TriggerBook::Member TriggerBook::member_of(const LotUid& lot, const Follower& follower, bool falls) {
  const std::int64_t price = follower.price.nanos();
  switch (follower.kind) {
    case Follower::Kind::amount:
      return {follower.kind, 0, price, lot};
    case Follower::Kind::percent:
      return {follower.kind, 0, follower.percent.nanos(), lot};
    case Follower::Kind::keep:
      break;
  }
  // Of those that keep the same part, the one with the entry nearest to the peak is reached first.
  return {follower.kind, follower.percent.nanos(), falls ? -price : price, lot};
}

Price TriggerBook::level_of(const Member& member, Price peak, bool falls) {
  switch (member.kind) {
    case Follower::Kind::amount:
      return rules::trailed_by_amount(peak, Price::from_nanos(member.order), falls);
    case Follower::Kind::percent:
      return rules::trailed_by_percent(peak, Percent::from_nanos(member.order), falls);
    case Follower::Kind::keep:
      break;
  }
  const Price entry = Price::from_nanos(falls ? -member.order : member.order);
  return rules::locked(entry, peak, Percent::from_nanos(member.kept), falls);
}

/// Every member whose level against that peak a price of `worst` reaches: from the front of each family.
template <class Visit>
void TriggerBook::each_within(const Group& group, Price peak, Price worst, bool falls, Visit visit) {
  for (auto it = group.members.begin(); it != group.members.end();) {
    if (rules::as_bad(worst, level_of(*it, peak, falls), falls)) {
      visit(*it++);
      continue;
    }
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    it = group.members.upper_bound(Member{it->kind, it->kept, kLast, LotUid()});
  }
}

void TriggerBook::find_nearest(Group& group, bool falls) {
  group.nearest.reset();
  for (auto it = group.members.begin(); it != group.members.end();) {
    const Price level = level_of(*it, group.peak, falls);
    group.nearest = group.nearest ? rules::better(*group.nearest, level, falls) : level;
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    it = group.members.upper_bound(Member{it->kind, it->kept, kLast, LotUid()});
  }
}

void TriggerBook::index(Side& side, GroupId id) {
  const Group& group = groups_.at(id);
  side.by_peak.emplace(group.peak, id);
  side.by_nearest.emplace(*group.nearest, id);
}

void TriggerBook::unindex(Side& side, GroupId id) {
  const Group& group = groups_.at(id);
  side.by_peak.erase(group.peak);
  side.by_nearest.erase({*group.nearest, id});
}

void TriggerBook::join(Side& side, const LotUid& lot, Entry& entry, bool falls) {
  if (entry.levels.followers.empty() || !entry.levels.peak) return;
  const auto place = side.by_peak.find(*entry.levels.peak);
  const GroupId id = place == side.by_peak.end() ? next_group_++ : place->second;
  if (place == side.by_peak.end()) {
    groups_[id].peak = *entry.levels.peak;
  } else {
    unindex(side, id);
  }
  Group& group = groups_.at(id);
  for (const Follower& follower : entry.levels.followers) {
    const Member member = member_of(lot, follower, falls);
    const Price level = level_of(member, group.peak, falls);
    group.members.insert(member);
    group.nearest = group.nearest ? rules::better(*group.nearest, level, falls) : level;
  }
  entry.group = id;
  index(side, id);
}

void TriggerBook::leave(Side& side, const LotUid& lot, Entry& entry, bool falls) {
  if (!entry.group) return;
  const GroupId id = *entry.group;
  unindex(side, id);
  Group& group = groups_.at(id);
  for (const Follower& follower : entry.levels.followers) group.members.erase(member_of(lot, follower, falls));
  entry.group.reset();
  if (group.members.empty()) {
    groups_.erase(id);
    return;
  }
  find_nearest(group, falls);
  index(side, id);
}

std::optional<Price> TriggerBook::peak_of(const LotUid& lot) const {
  const auto known = by_lot_.find(lot);
  if (known == by_lot_.end() || !known->second.group) return std::nullopt;
  return groups_.at(*known->second.group).peak;
}

void TriggerBook::set(const LotUid& lot, const Levels& levels) {
  Entry entry{.levels = levels, .group = {}};
  const auto known = by_lot_.find(lot);
  if (known != by_lot_.end()) {
    const auto peak = peak_of(lot);
    if (peak && levels.peak && known->second.levels.feed == levels.feed) {
      entry.levels.peak = rules::better(*peak, *levels.peak, is_falling(levels.feed));
    }
    if (peak == entry.levels.peak) {
      known->second.levels.peak = peak;
      if (known->second.levels == entry.levels) return;
    }
    erase(lot);
  }
  Side& side = sides_[levels.feed];
  if (levels.falls_to) side.falls_to.insert({*levels.falls_to, lot});
  if (levels.rises_to) side.rises_to.insert({*levels.rises_to, lot});
  join(side, lot, entry, is_falling(levels.feed));
  by_lot_.emplace(lot, std::move(entry));
}

void TriggerBook::erase(const LotUid& lot) {
  const auto known = by_lot_.find(lot);
  if (known == by_lot_.end()) return;
  const Levels& levels = known->second.levels;
  const auto side = sides_.find(levels.feed);
  if (levels.falls_to) side->second.falls_to.erase({*levels.falls_to, lot});
  if (levels.rises_to) side->second.rises_to.erase({*levels.rises_to, lot});
  leave(side->second, lot, known->second, is_falling(levels.feed));
  if (side->second.falls_to.empty() && side->second.rises_to.empty() && side->second.by_peak.empty()) {
    sides_.erase(side);
  }
  by_lot_.erase(known);
}

TriggerBook::GroupId TriggerBook::merge(GroupId one, GroupId other) {
  if (groups_.at(one).members.size() < groups_.at(other).members.size()) std::swap(one, other);
  Group& into = groups_.at(one);
  for (const Member& member : groups_.at(other).members) by_lot_.at(member.lot).group = one;
  into.members.merge(groups_.at(other).members);
  groups_.erase(other);
  return one;
}

// All groups whose peak the price beats become one, at that price.
void TriggerBook::overtake(Side& side, Price best, bool falls) {
  std::optional<GroupId> joined;
  while (!side.by_peak.empty()) {
    const auto lowest = falls ? side.by_peak.begin() : std::prev(side.by_peak.end());
    if (!rules::as_good(best, lowest->first, falls)) break;
    if (lowest->first == best && !joined) break;
    const GroupId id = lowest->second;
    unindex(side, id);
    joined = joined ? merge(*joined, id) : id;
  }
  if (!joined) return;
  Group& group = groups_.at(*joined);
  group.peak = best;
  find_nearest(group, falls);
  index(side, *joined);
}

void TriggerBook::passed(const Feed& feed, Price low, Price high, std::vector<Fired>& out) {
  const auto found = sides_.find(feed);
  if (found == sides_.end()) return;
  Side& side = found->second;
  const bool falls = is_falling(feed);
  const Price worst = falls ? low : high;
  const Price best = falls ? high : low;
  const std::size_t first = out.size();
  const auto fire = [&](const LotUid& lot) { out.push_back({lot, peak_of(lot)}); };
  for (auto it = side.falls_to.rbegin(); it != side.falls_to.rend() && it->first >= low; ++it) fire(it->second);
  for (auto it = side.rises_to.begin(); it != side.rises_to.end() && it->first <= high; ++it) fire(it->second);

  const auto fire_members = [&](GroupId id, Price peak) {
    each_within(groups_.at(id), peak, worst, falls, [&](const Member& member) { fire(member.lot); });
  };
  const auto reached = [&](const std::pair<Price, GroupId>& nearest) {
    if (!rules::as_bad(worst, nearest.first, falls)) return false;
    fire_members(nearest.second, groups_.at(nearest.second).peak);
    return true;
  };
  if (falls) {
    for (auto it = side.by_nearest.rbegin(); it != side.by_nearest.rend() && reached(*it); ++it) {
    }
  } else {
    for (auto it = side.by_nearest.begin(); it != side.by_nearest.end() && reached(*it); ++it) {
    }
  }
  // A range may beat a peak and retreat from the new one. A single price cannot.
  const auto beaten = [&](const std::pair<const Price, GroupId>& group) {
    if (group.first == best || !rules::as_good(best, group.first, falls)) return false;
    fire_members(group.second, best);
    return true;
  };
  if (low != high && falls) {
    for (auto it = side.by_peak.begin(); it != side.by_peak.end() && beaten(*it); ++it) {
    }
  } else if (low != high) {
    for (auto it = side.by_peak.rbegin(); it != side.by_peak.rend() && beaten(*it); ++it) {
    }
  }
  overtake(side, best, falls);
  // A lot may have been reached on several ways; it is named once, where it was first.
  if (out.size() - first < 2) return;
  std::set<LotUid> named;
  const auto repeated = [&](const Fired& fired) { return !named.insert(fired.lot).second; };
  out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), repeated), out.end());
}

}  // namespace belay::engine
