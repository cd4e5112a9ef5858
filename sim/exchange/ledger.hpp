// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "sim/exchange/account.hpp"

namespace belay::sim {

/// What an account holds of a symbol. The cost is price × quantity without multiplier and signed like the quantity: the
/// average entry price follows from it (average cost; a reduction takes its share of the cost away).
struct Holding {
  Quantity quantity;
  Money cost;

  [[nodiscard]] Price average() const;
};

/// One account's books: cash, holdings, activities. Every change of a holding goes through here with the activity that
/// explains it.
class Ledger {
 public:
  Ledger(AccountConfig config, std::string id, Timestamp created_at);

  /// As it was opened, under the limits that the owner has set.
  [[nodiscard]] const AccountConfig& config() const { return config_; }
  [[nodiscard]] const AccountConfig& opened_as() const { return opened_as_; }
  [[nodiscard]] const AccountSettings& settings() const { return settings_; }
  void set(AccountSettings settings);
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] Timestamp created_at() const { return created_at_; }
  [[nodiscard]] Money cash() const { return cash_; }
  [[nodiscard]] Money opening_cash() const { return opened_as_.cash; }
  [[nodiscard]] const std::map<std::string, Holding, std::less<>>& holdings() const { return holdings_; }
  [[nodiscard]] Quantity quantity(std::string_view symbol) const;
  [[nodiscard]] const std::vector<Activity>& activities() const { return activities_; }
  [[nodiscard]] std::uint64_t changes() const { return changes_; }  ///< of holdings, counted

  /// A purchase (quantity > 0) or sale (< 0) at a price. Crossing zero starts a new position at that price.
  void trade(const std::string& symbol, Quantity signed_quantity, Price price, std::int64_t multiplier);
  /// Units that come or go without a price of their own: expiries, exercises. They leave at their average cost; those
  /// that come cost nothing.
  void move(const std::string& symbol, Quantity signed_quantity);
  void receive(Money amount);  ///< or pay, if negative
  /// The holding becomes so much of that symbol, another or the same, and takes its cost along.
  void convert(const std::string& symbol, const std::string& new_symbol, Quantity quantity);
  /// Keeps the activities in ascending order of their ids.
  void record(Activity activity);
  /// Takes out a FILL that is undone, or puts another in its place.
  void amend(const std::string& activity_id, std::optional<Activity> instead);

  /// The option level; what an account may do is changed while it lives.
  void set_options_level(int level) {
    opened_as_.options_level = level;
    set(settings_);
  }

  std::set<std::string, std::less<>> not_to_exercise;  ///< contracts that their holder wants to let expire
  Money equity_at_close;                               ///< at the last close of a session
  Money last_equity;                                   ///< the same, one trading day back until the next one begins

 private:
  void add(const std::string& symbol, Quantity signed_quantity, Money cost);
  void put(const std::string& symbol, const Holding& holding);

  AccountConfig opened_as_;
  AccountConfig config_;
  AccountSettings settings_;
  std::string id_;
  Timestamp created_at_;
  Money cash_;
  std::map<std::string, Holding, std::less<>> holdings_;  // none with a quantity of zero
  std::vector<Activity> activities_;
  std::uint64_t changes_ = 0;
};

}  // namespace belay::sim
