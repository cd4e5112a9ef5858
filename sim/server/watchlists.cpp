// SPDX-License-Identifier: Apache-2.0
#include "sim/server/watchlists.hpp"

#include <algorithm>
#include <utility>

namespace belay::sim {

std::vector<const Watchlist*> Watchlists::of(std::string_view account) const {
  std::vector<const Watchlist*> found;
  for (const Watchlist& list : lists_) {
    if (list.account == account) found.push_back(&list);
  }
  return found;
}

Watchlist* Watchlists::by_id(std::string_view account, std::string_view id) {
  const auto found =
      std::ranges::find_if(lists_, [&](const Watchlist& list) { return list.account == account && list.id == id; });
  return found == lists_.end() ? nullptr : &*found;
}

Watchlist* Watchlists::by_name(std::string_view account, std::string_view name) {
  const auto found =
      std::ranges::find_if(lists_, [&](const Watchlist& list) { return list.account == account && list.name == name; });
  return found == lists_.end() ? nullptr : &*found;
}

Watchlist& Watchlists::add(Watchlist list) {
  list.id = ids_.uuid();
  lists_.push_back(std::move(list));
  return lists_.back();
}

void Watchlists::erase(const Watchlist& list) {
  const std::string id = list.id;
  std::erase_if(lists_, [&](const Watchlist& one) { return one.id == id; });
}

}  // namespace belay::sim
