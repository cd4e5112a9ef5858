// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "shell/notify/notifier.hpp"

namespace belay::notify {

/// What is decided about an account's alerts, with what must be remembered for it: what went out past the store, and
/// whether today's all-clear was given. Reads the book, writes nothing, sends nothing.
class DeskWork {
 public:
  DeskWork(std::string account, const Settings& settings) : account_(std::move(account)), settings_(settings) {}

  /// What the desk comes to: alerts and messages.
  AlertChanges decide(const AlertDesk& desk, Store& book, Timestamp now);
  /// What was decided last is in the store.
  void written();
  [[nodiscard]] bool is_all_clear_due(Timestamp now) const;

  /// The message as its channel gets it, with a chart where it is about a position.
  Letter letter_of(const Message& message, Store& book, Timestamp now) const;

  // ---- past the store

  /// Not told yet: of a standing cause, the first one only.
  bool is_news(const AlertEvent& event);
  /// Whether the channel is to hear of it at once and has not.
  [[nodiscard]] bool hears(const std::string& channel, const AlertEvent& event) const;
  void told(const AlertEvent& event, const std::string& channel);
  [[nodiscard]] bool is_told(const AlertEvent& event) const;
  [[nodiscard]] bool is_stored(const AlertEvent& event) const;
  [[nodiscard]] Letter letter_of(const AlertEvent& event, Timestamp now) const;

 private:
  [[nodiscard]] std::string identity_of(const AlertEvent& event) const;
  bool must_wait(const AlertDesk& desk, Timestamp now) const;
  std::vector<Message> messages_of(const std::vector<Tell>& tells, Store& book, Timestamp now);
  std::vector<Message> all_clear_of(const AlertDesk& desk, Store& book, Timestamp now, Date today);

  std::string account_;
  const Settings& settings_;
  calendar::UsEquities calendar_;
  std::optional<Date> all_clear_on_;
  std::set<std::string> pending_;                           // identities of the events that were read last
  std::set<std::string> stored_;                            // those of them that were written
  std::map<std::string, std::string> unstored_keys_;        // key of a standing cause: identity told past the store
  std::map<std::string, std::set<std::string>> told_past_;  // identity: channels
};

}  // namespace belay::notify
