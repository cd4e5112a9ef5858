// SPDX-License-Identifier: Apache-2.0
#include "core/trading/order_event.hpp"

#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<OrderEvent, 22> kEvents{{"fill",
                                         "partial_fill",
                                         "canceled",
                                         "expired",
                                         "replaced",
                                         "rejected",
                                         "done_for_day",
                                         "accepted",
                                         "new",
                                         "pending_new",
                                         "pending_cancel",
                                         "pending_replace",
                                         "held",
                                         "stopped",
                                         "suspended",
                                         "calculated",
                                         "restated",
                                         "order_replace_rejected",
                                         "order_cancel_rejected",
                                         "trade_bust",
                                         "trade_correct",
                                         "unknown"}};

}  // namespace

std::string_view to_text(OrderEvent event) { return kEvents.text_of(event); }
OrderEvent parse_order_event(std::string_view text) { return kEvents.value_of(text).value_or(OrderEvent::unknown); }

bool corrects_fill(OrderEvent event) { return event == OrderEvent::trade_bust || event == OrderEvent::trade_correct; }

std::optional<OrderStatus> status_of(OrderEvent event) {
  switch (event) {
    case OrderEvent::fill:
      return OrderStatus::filled;
    case OrderEvent::partial_fill:
      return OrderStatus::partially_filled;
    case OrderEvent::restated:
    case OrderEvent::order_replace_rejected:
    case OrderEvent::order_cancel_rejected:
    case OrderEvent::trade_bust:
    case OrderEvent::trade_correct:
    case OrderEvent::unknown:
      return std::nullopt;
    default:
      return parse_order_status(to_text(event));
  }
}

}  // namespace belay
