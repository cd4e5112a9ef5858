// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "sim/exchange/ids.hpp"

namespace belay::sim {

/// Symbols that somebody wants to keep an eye on, in their order.
struct Watchlist {
  std::string id;  ///< UUID
  std::string account;
  std::string name;
  std::vector<std::string> symbols;
  Timestamp created_at;
  Timestamp updated_at;
};

/// All accounts' lists, oldest first. A name occurs once in an account.
class Watchlists {
 public:
  [[nodiscard]] std::vector<const Watchlist*> of(std::string_view account) const;
  /// Null if the account has no such list. Valid until one is added or erased.
  [[nodiscard]] Watchlist* by_id(std::string_view account, std::string_view id);
  [[nodiscard]] Watchlist* by_name(std::string_view account, std::string_view name);
  Watchlist& add(Watchlist list);  ///< gives it an id
  void erase(const Watchlist& list);

 private:
  IdMaker ids_{0x77617463};
  std::vector<Watchlist> lists_;
};

}  // namespace belay::sim
