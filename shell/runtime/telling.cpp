// SPDX-License-Identifier: Apache-2.0
// What the service itself suffers, and how people hear of anything while the store is away.
#include <algorithm>

#include "shell/json/write.hpp"
#include "shell/runtime/conductor_inner.hpp"

namespace belay::runtime {

using namespace std::chrono_literals;

namespace {

constexpr Duration kStoreDistance = 5s;
// A cycle remembers nothing of the one before: within such a stretch they all tell the same, which is recognised.
constexpr Duration kSamePage = 15min;

const std::string& text_of(const EventRecord& event, std::string_view key) {
  static const std::string kNone;
  for (const auto& [name, value] : event.data) {
    if (name != key) continue;
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? kNone : *text;
  }
  return kNone;
}

std::string alert_json(const std::string& cause, const std::string& severity, const std::string& text) {
  return json::write(json::Object{{"cause", cause}, {"severity", severity}, {"text", text}});
}

}  // namespace

// Recorded as the engine's alerts are, and told as they are.
void Conductor::Inner::alert(const std::string& cause, const std::string& text) {
  if (dry) return;
  record.take(
      engine::action::RecordEvent{{.lot = {},
                                   .type = EventType::alert,
                                   .data = {{"cause", cause}, {"severity", std::string("critical")}, {"text", text}},
                                   .at = now().wall}},
      state, parts.log);
  if (store_down) tell_past_store();
}

void Conductor::Inner::store_is_away(const std::string& why) {
  const bool is_news = !store_down;
  store_down = true;
  try_store_at = machine_time() + kStoreDistance;  // an attempt may block for seconds, and exits are to be followed
  if (is_news) {
    alert("store_down", "The store does not take what is recorded: " + why +
                            ". Positions are guarded from memory and at the broker; the records wait.");
  }
  tell_past_store();
  record.limit_waiting(parts.log, now().wall);
}

// What waits to be stored and cannot wait to be told. What is told here and stored later is the same to whoever tells
// it.
void Conductor::Inner::tell_past_store() {
  if (parts.alerts == nullptr || dry) return;
  const std::vector<EventRecord>& events = record.batch().events;
  const auto first = std::ranges::upper_bound(events, told_past_store, {}, &EventRecord::number);
  for (auto event = first; event != events.end(); ++event) {
    told_past_store = event->number;
    if (event->type != EventType::alert || text_of(*event, "severity") != "critical") continue;
    const auto lot = state.lots.find(event->lot);
    parts.alerts->unstored({.id = 0,
                            .event_type = std::string(to_text(event->type)),
                            .event_data = alert_json(text_of(*event, "cause"), "critical", text_of(*event, "text")),
                            .position_id = lot == state.lots.end() ? 0 : lot->second.id,
                            .lot = event->lot.text(),
                            .symbol = lot == state.lots.end() ? "" : lot->second.instrument.symbol,
                            .at = event->at});
  }
}

// This process may not write any more: whoever has the account now does not know of it.
void Conductor::Inner::tell_of_lost_lock() {
  if (parts.alerts == nullptr || dry) return;
  parts.alerts->unstored({.id = 0,
                          .event_type = std::string(to_text(EventType::alert)),
                          .event_data = alert_json("lock_lost", "critical",
                                                   "Another instance has taken over account \"" + settings.account +
                                                       "\": this one sends nothing any more and ends."),
                          .at = now().wall});
}

void Conductor::Inner::page_without_store(std::size_t held, const std::string& unguarded) {
  if (parts.alerts == nullptr || dry) return;
  const Timestamp at = now().wall;
  const std::string what = held == 0           ? "Nothing is held."
                           : unguarded.empty() ? "Everything that is held is guarded by a resting stop at the broker."
                                               : "NOT guarded by a resting stop at the broker: " + unguarded + ".";
  parts.alerts->unstored(
      {.id = 0,
       .event_type = std::string(to_text(EventType::alert)),
       .event_data = alert_json("store_down", "critical", "The store is away, and nothing is sold on a guess. " + what),
       .at = Timestamp{at.nanos - at.nanos % kSamePage.count()}});
}

}  // namespace belay::runtime
