// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "core/trading/account.hpp"
#include "core/trading/market.hpp"
#include "sim/world/witness.hpp"

namespace belay::world {

/// Which exits the rules ask for, said again and independently: from what upstream wanted, from the prices that reached
/// the process, and from its clock. It never looks at the engine and never calls its rules.
class Oracle {
 public:
  Oracle(const Witness& witness, const sim::Exchange& exchange, std::optional<Money> loss_limit)
      : witness_(&witness), exchange_(&exchange), loss_limit_(loss_limit) {}

  /// Prices have reached the process.
  void delivered(const std::vector<MarketPrices>& prices, Timestamp now);
  /// So has the broker's word about the account.
  void delivered(const Account& account);
  /// The process's clock shows this; rules of time go by it.
  void clock_shows(Timestamp wall) { latest_wall_ = std::max(latest_wall_, wall); }
  /// What it had seen and not written down is forgotten.
  void process_died();
  /// The lot's bracket is not what it was, by no doing of an exit: it may have to leave for that.
  void bracket_broken(std::size_t lot) { broken_brackets_.insert(lot); }
  void person_closes(const LotUid& uid, bool wholly, Timestamp now);

  /// Why the lot may leave; empty when nothing has ever asked for it.
  [[nodiscard]] std::string why_may_leave(std::size_t lot) const;
  /// The moment from which the lot must be leaving beyond any doubt.
  [[nodiscard]] std::optional<Timestamp> must_leave_since(std::size_t lot, Timestamp now) const;

 private:
  struct Feed {
    std::optional<Price> good;  ///< the latest that nobody would doubt
    std::optional<Timestamp> unsound_since;
    std::optional<Timestamp> quoted_at;
    std::optional<Trade> odd;  ///< the latest print that a sound quote contradicted
  };
  struct Touched {
    bool may_stop = false;
    bool may_take = false;
    bool may_part = false;
    std::optional<Price> best;          ///< of everything that may have counted
    std::optional<Price> certain_best;  ///< of what has counted beyond doubt, in this process's life
    std::optional<Timestamp> must;
  };
  [[nodiscard]] bool is_trailed(const TrueLot& lot, Price price, Price best, bool strictly) const;
  [[nodiscard]] std::optional<Price> entry_price(const TrueLot& lot) const;
  [[nodiscard]] bool is_seconded(const Trade& print, const Feed& feed, Timestamp now) const;
  void judge(std::size_t lot, const MarketPrices& prices, const Feed& feed, Timestamp now);
  [[nodiscard]] std::optional<Timestamp> time_rule(const TrueLot& lot, Timestamp entered, bool strictly) const;

  const Witness* witness_;
  const sim::Exchange* exchange_;
  std::optional<Money> loss_limit_;
  bool may_be_lost_ = false;  // as much as the limit
  Timestamp latest_wall_;
  std::map<std::string, Feed, std::less<>> feeds_;
  std::map<std::size_t, Touched> touched_;
  std::set<std::size_t> broken_brackets_;
  std::set<LotUid> named_by_hand_;
  std::map<LotUid, Timestamp> closed_by_hand_;  // wholly
};

}  // namespace belay::world
