// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/trading/lot.hpp"

namespace belay {

/// A decimal number as exact text: a JSON number where it is written out.
struct Decimal {
  std::string text;

  Decimal() = default;
  template <class Tag>
  Decimal(Fixed<Tag> value) : text(value.text()) {}
  bool operator==(const Decimal&) const = default;
};

using FieldValue = std::variant<std::monostate, bool, std::int64_t, Decimal, std::string, std::vector<std::string>>;
/// null where there is no value.
template <class Tag>
FieldValue or_null(const std::optional<Fixed<Tag>>& value) {
  return value ? FieldValue(Decimal(*value)) : FieldValue();
}
/// Named values in the order in which they are to be read; monostate is null.
using Fields = std::vector<std::pair<std::string, FieldValue>>;

enum class EventType : std::uint8_t {
  created,
  check,
  price_update,
  exit_triggered,
  order_submitted,
  order_update,
  partial_fill_detected,
  guards_restored,
  order_failed,
  closed,
  adopted,
  merged,
  reconciled,
  frozen,
  amber,
  operator_,
  service,  ///< a life of the service began or ended; about the account
  monitor_error,
  alert
};
std::string_view to_text(EventType type);  ///< the word in position_events.event_type
std::optional<EventType> parse_event_type(std::string_view text);

/// A row of position_events. An empty lot makes a row without position_id (something about the account).
struct EventRecord {
  LotUid lot;
  EventType type = EventType::check;
  Fields data;
  Timestamp at;
  /// In the order in which a process records them, from 1 on: so that a store which does not know whether it has
  /// written some can leave them out. 0: not numbered.
  std::uint64_t number = 0;

  bool operator==(const EventRecord&) const = default;
};

}  // namespace belay
