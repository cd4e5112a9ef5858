// SPDX-License-Identifier: Apache-2.0
// The broker's stream of order updates: up, away, and what follows from either. It has no memory (alpaca.md 0): what
// happened while it was away is found by reading the broker.
#include "core/engine/stepper.hpp"

namespace belay::engine {

using Severity = action::RaiseAlert::Severity;

void Stepper::on(const event::StreamUp&) {
  StreamView& stream = state_.stream;
  if (!stream.up) {
    record_account(EventType::reconciled, {{"stream", std::string("up")},
                                           {"result", std::string("the trading stream is up; the broker is read")}});
  }
  stream.up = true;
  stream.down_since.reset();
  stream.down_why.clear();
  stream.told = false;
  stream.up_at = now_.steady;
  if (!stream.gap_since) stream.gap_since = now_.steady;
  hasten_questions();
  heal_gap();
}

void Stepper::on(const event::StreamDown& event) {
  StreamView& stream = state_.stream;
  if (!stream.down_since) {
    stream.down_since = now_.steady;
    record_account(EventType::monitor_error,
                   {{"stream", std::string("down")}, {"error", "the trading stream is down: " + event.why}});
  }
  stream.up = false;
  stream.down_why = event.why;
  hasten_questions();
  if (event.needs_person && !stream.told) {
    stream.told = true;
    alert(Severity::critical, "stream_down", nullptr,
          "The trading stream will not come back by itself: " + event.why +
              ". Belay asks for what it would have been told.");
  }
  tell_if_stream_is_down();
  advance_all();
}

// Exits under way are asked about at once: by the stream, or instead of it, their news may have been missed.
void Stepper::hasten_questions() {
  for (auto& [uid, flight] : state_.flights) flight.asks = 0;
}

// Before the first read of all there is nothing to heal: the pass that begins reads.
void Stepper::heal_gap() {
  const StreamView& stream = state_.stream;
  const BrokerView& broker = state_.broker;
  if (!stream.gap_since || !broker.read_at) return;
  if (!broker.read_asked || *broker.read_asked < *stream.up_at) ask_for_broker_read();
}

// Nothing is sent on what may have been missed: while the stream was away, or while the process stood still. But a
// broker who cannot be read holds nobody up for long.
std::optional<Duration> Stepper::gap_until() {
  constexpr Duration kLongestGap = std::chrono::seconds(2);
  constexpr Duration kOldRead = std::chrono::seconds(150);  // in session it is read every minute
  BrokerView& broker = state_.broker;
  if (state_.stream.gap_since) return *state_.stream.gap_since + kLongestGap;
  const bool is_old = broker.read_at && now_.steady - broker.read_at->steady > kOldRead && broker.unread_why.empty();
  if (!is_old || !session_open()) return std::nullopt;
  const bool asked = broker.read_asked && *broker.read_asked > broker.read_at->steady + kOldRead;
  if (!asked) ask_for_broker_read();
  return *broker.read_asked + kLongestGap;
}

void Stepper::note_gap_read(const event::BrokerRead& event) {
  StreamView& stream = state_.stream;
  if (stream.up_at && event.begun.steady >= *stream.up_at) stream.gap_since.reset();
}

void Stepper::tell_if_stream_is_down() {
  StreamView& stream = state_.stream;
  if (!stream.down_since || stream.told) return;
  const Duration due = *stream.down_since + state_.policy.stream_down_limit;
  if (now_.steady < due) {
    emit(action::WakeAt{due});
    return;
  }
  if (!session_open()) return;
  stream.told = true;
  alert(Severity::critical, "stream_down", nullptr,
        "The trading stream has been down for too long: " + stream.down_why +
            ". Belay asks for what it would have been told.");
}

}  // namespace belay::engine
