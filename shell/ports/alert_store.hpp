// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "shell/ports/store.hpp"

namespace belay {

enum class Severity : std::uint8_t { info, warning, critical };

/// An event of type `alert` or `closed`: what somebody may have to be told.
struct AlertEvent {
  std::int64_t id = 0;  ///< its row in position_events; 0: not stored yet
  std::string event_type;
  std::string event_data;        ///< JSON text
  std::int64_t position_id = 0;  ///< 0: about the account
  std::string lot;               ///< its uid; empty: about the account
  std::string symbol;            ///< likewise
  Timestamp at;

  bool operator==(const AlertEvent&) const = default;
};

/// What a person is told of, once, and reminded of while it is critical and nobody has acknowledged it.
struct Alert {
  std::int64_t number = 0;  ///< counted for each account
  std::string key;          ///< what further events of the same standing cause are folded by
  std::string identity;     ///< derived from what happened: the same whoever tells of it, and from wherever
  std::string cause;        ///< the engine's word: "exit_triggered", "stale_price", …
  Severity severity = Severity::warning;
  std::int64_t position_id = 0;  ///< 0: about the account
  std::string symbol;
  std::string text;  ///< as last worded
  Timestamp first_at;
  Timestamp last_at;
  std::int64_t times = 1;
  std::int64_t reminders = 0;
  std::optional<Timestamp> look_at;  ///< when it is to be reminded of, or may have ended; as long as it has not
  std::optional<Timestamp> acknowledged_at;
  std::string acknowledged_by;
  std::string acknowledged_why;
  std::optional<Timestamp> ended_at;

  bool operator==(const Alert&) const = default;
};

/// What goes out on one channel: kept until it was sent.
struct Message {
  std::int64_t id = 0;
  std::string identity;    ///< becomes the Message-ID; one row for each identity and channel
  std::string channel;     ///< "mail", "webhook", …
  int urgency = 0;         ///< the higher, the earlier
  std::int64_t alert = 0;  ///< number of the one alert that it reminds of; 0: of several, or no reminder
  std::string content;     ///< JSON text of the notice
  Timestamp created_at;
  int attempts = 0;  ///< this one counted
  std::string last_error;
  bool sent = false;  ///< only written: it went out before it could be stored

  bool operator==(const Message&) const = default;
};

/// What there is to be told of one account, under a lock that keeps other processes from telling the same.
struct AlertDesk {
  std::vector<AlertEvent> events;  ///< beyond the cursor, oldest first, at most `kMostEvents`
  std::vector<Alert> open;         ///< not ended, oldest first
  std::int64_t last_alert = 0;     ///< the highest number given so far
  std::optional<Date> all_clear_on;
  std::int64_t lately = 0;                ///< messages made within the last minute
  std::optional<Timestamp> last_message;  ///< when the latest of them was made
};

/// What is written of it, in one transaction.
struct AlertChanges {
  bool take_events = true;        ///< false: the events wait for another time
  std::vector<Alert> alerts;      ///< new and changed ones; what is said of an acknowledgement is not written
  std::vector<Message> messages;  ///< one that is there already stays as it is
  std::optional<Date> all_clear_on;
};

inline constexpr std::size_t kMostEvents = 500;
/// Where a desk is opened for the first time, older events are not told any more.
inline constexpr Duration kFirstLook = std::chrono::hours(1);
/// How long a message that is being sent is nobody else's.
inline constexpr Duration kSendLease = std::chrono::seconds(60);

/// The alerts of a database, and what goes out. Not thread-safe: one owner. Times are the caller's.
class AlertStore {
 public:
  virtual ~AlertStore() = default;

  /// Whether `fold` or `claim` would find something. One statement.
  virtual StoreResult<bool> has_work(const std::string& account, Timestamp now) = 0;
  /// Hands the account's desk to `decide` and writes what it says; nobody else folds the same events meanwhile.
  virtual StoreResult<void> fold(const std::string& account, Timestamp now,
                                 const std::function<AlertChanges(const AlertDesk&)>& decide) = 0;
  /// The most urgent message of the channel that is due, none where there is none. It is not due again before the
  /// lease has passed.
  virtual StoreResult<std::optional<Message>> claim(const std::string& account, const std::string& channel,
                                                    Timestamp now) = 0;
  virtual StoreResult<void> sent(std::int64_t message, Timestamp now) = 0;
  virtual StoreResult<void> not_sent(std::int64_t message, const std::string& why, Timestamp again_at) = 0;

  /// Oldest first; with `ended` the ones that need nothing any more too.
  virtual StoreResult<std::vector<Alert>> alerts(const std::string& account, bool ended) = 0;
  /// Those of the numbers (empty: all) that are not acknowledged yet; their reminders are not sent any more. Gives how
  /// many they are.
  virtual StoreResult<std::int64_t> acknowledge(const std::string& account, const std::vector<std::int64_t>& numbers,
                                                const std::string& who, const std::string& why, Timestamp now) = 0;
  /// Messages that wait to be sent, on whatever channel.
  virtual StoreResult<std::vector<Message>> waiting(const std::string& account) = 0;
};

}  // namespace belay
