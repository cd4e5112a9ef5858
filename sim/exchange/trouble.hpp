// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/trading/order.hpp"

namespace belay::sim {

/// What may go wrong with an order, each a surprise that was reported (alpaca.md 3.4, 7 and 8).
enum class TroubleKind : std::uint8_t {
  cancel_stuck,                   ///< `pending_cancel` for hours; it may fill meanwhile
  cancel_rejected,                ///< 204, then the order lives on as it was
  replace_rejected,               ///< 200 on PATCH, then the new order is rejected with the old one still live
  replace_error_though_replaced,  ///< an error on PATCH, but the order is replaced
  replace_insufficient_qty,       ///< PATCH counts the order's own reservation against it
  children_stay_held,             ///< both exits `held` after the filled entry
  partial_target_disarms,         ///< take-profit fills in part, then neither exit fires
  both_children_fill,             ///< the position flips its sign
  reservation_stays,              ///< shares stay reserved after the order that reserved them was canceled
  rejected_after_200,             ///< POST is answered with 200, then the order is rejected
  suspended,                      ///< ineligible for trading
  done_for_day                    ///< nothing more today; the next session brings it back
};
std::string_view to_text(TroubleKind kind);
std::optional<TroubleKind> parse_trouble(std::string_view text);
std::vector<std::string_view> trouble_words();

/// A trouble that waits for an order that it fits.
struct Trouble {
  TroubleKind kind = TroubleKind::cancel_stuck;
  std::string symbol;             ///< empty: any
  std::optional<OrderType> type;  ///< absent: any
  std::int64_t times = 1;         ///< still to happen
  /// How long it lasts where it lasts (cancel_stuck, reservation_stays, suspended). Absent: until it is released.
  std::optional<Duration> lasts;

  bool operator==(const Trouble&) const = default;
};

/// The troubles that wait, oldest first.
class Troubles {
 public:
  void add(Trouble trouble) { waiting_.push_back(std::move(trouble)); }
  void clear() { waiting_.clear(); }
  [[nodiscard]] const std::vector<Trouble>& waiting() const { return waiting_; }
  /// Whether one fits, without using it up.
  [[nodiscard]] bool fits(TroubleKind kind, std::string_view symbol, OrderType type) const;
  /// The oldest one that fits, used up once.
  std::optional<Trouble> take(TroubleKind kind, std::string_view symbol, OrderType type);

 private:
  std::vector<Trouble> waiting_;
};

}  // namespace belay::sim
