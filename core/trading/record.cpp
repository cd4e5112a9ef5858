// SPDX-License-Identifier: Apache-2.0
#include "core/trading/record.hpp"

#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<EventType, 19> kTypes{{"created", "check", "price_update", "exit_triggered", "order_submitted",
                                       "order_update", "partial_fill_detected", "guards_restored", "order_failed",
                                       "closed", "adopted", "merged", "reconciled", "frozen", "amber", "operator",
                                       "service", "monitor_error", "alert"}};

}  // namespace

std::string_view to_text(EventType type) { return kTypes.text_of(type); }

std::optional<EventType> parse_event_type(std::string_view text) { return kTypes.value_of(text); }

}  // namespace belay
