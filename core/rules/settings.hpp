// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/trading/lot.hpp"
#include "core/trading/policy.hpp"

namespace belay::rules {

/// Who said it: the position's own row, its strategy's or the account's configuration, or the configured fallback that
/// stands in where the position's levels contradict each other.
enum class Source : std::uint8_t { nobody, position, strategy, account, fallback };
std::string_view to_text(Source source);
/// " (strategy)", and nothing for the position's own: how a rule names where a level comes from.
std::string behind(Source source);

/// One parameter as it counts for a lot: the narrowest place that says anything decides, also when it says "off".
template <class T>
struct Setting {
  std::optional<T> value;  ///< absent: off
  Source from = Source::nobody;

  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

/// Whether a falling price, of the domain in which the levels are stated, is the lot's loss.
bool falls_with_price(const Lot& lot);
/// The price from which gains are counted, in that domain. Absent where the underlying's at the entry is not known.
std::optional<Price> entry_of_levels(const Lot& lot);
/// "price", or "underlying" where the levels are the underlying's: for messages.
std::string price_word(const Lot& lot);
/// The price at which the lot has gained so many percent of `entry`.
Price gain_level(Price entry, Percent percent, bool falls);
/// Whether `price` is at least as good for the lot as `level`; whether it is at least as bad.
bool as_good(Price price, Price level, bool falls);
bool as_bad(Price price, Price level, bool falls);
Price better(Price a, Price b, bool falls);
Price worse(Price a, Price b, bool falls);

/// A level that is a price: present and positive. Zero means "none" in more than one upstream.
std::optional<Price> usable_level(const std::optional<Price>& level);

/// The lot's own stop and target, before anything moves the stop. Where they contradict each other, neither is trusted:
/// the configured fallback percentages stand in, or nothing.
Setting<Price> stop_of(const Lot& lot, const Policy& policy);
Setting<Price> target_of(const Lot& lot, const Policy& policy);
/// Why stop and target are not trusted, and what stands in; empty where they are.
std::string contradiction(const Lot& lot, const Policy& policy);

Setting<std::int64_t> max_hold_of(const Lot& lot, const Policy& policy);
Setting<Percent> breakeven_of(const Lot& lot, const Policy& policy);
Setting<Percent> lock_at_of(const Lot& lot, const Policy& policy);
Setting<Percent> lock_keep_of(const Lot& lot, const Policy& policy);
/// Never absent: empty where there is none.
Setting<const Ladder*> ladder_of(const Lot& lot, const Policy& policy);

/// A trail's two distances come from one place together; where both are set, the nearer one counts.
struct Trail {
  std::optional<Percent> percent;
  std::optional<Price> amount;
  std::optional<Percent> activation;
  Source from = Source::nobody;

  [[nodiscard]] bool is_set() const { return percent || amount; }
};
Trail trail_of(const Lot& lot, const Policy& policy);

/// Which of the lot's parameters are absurd (negative, or a hundred percent and more) and therefore off; else empty.
std::string absurd_terms(const Lot& lot, const Policy& policy);

}  // namespace belay::rules
