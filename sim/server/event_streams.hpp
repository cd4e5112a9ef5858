// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"
#include "shell/json/value.hpp"
#include "shell/net/http_streaming.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/server/backlog.hpp"
#include "sim/server/call.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// What can be heard as Server-Sent Events (alpaca.md 6.1, Gap filling).
enum class EventTopic : std::uint8_t {
  trades,            ///< /v2/events/trades: what the trading stream tells of orders
  activities,        ///< /v2beta1/events/activities: fills and what else moves the account
  corporate_actions  ///< /v1beta1/events/corporate-actions, for all accounts
};
[[nodiscard]] std::optional<EventTopic> event_topic_at(std::string_view path);
[[nodiscard]] std::string_view topic_name(EventTopic topic);

/// What somebody wants to hear: without `since` and `since_id` only what comes; with an end, up to that. Both bounds
/// belong to what is heard.
struct EventWish {
  std::string account;
  EventTopic topic = EventTopic::trades;
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
  std::string since_id;
  std::string until_id;
  std::vector<std::string> kinds;  ///< types of corporate actions' events; empty: all
  bool abroad_only = false;        ///< all that is listed here is of the United States

  [[nodiscard]] bool replays() const { return since.has_value() || !since_id.empty(); }
  [[nodiscard]] bool is_within(Timestamp at, std::string_view id) const;
  [[nodiscard]] bool is_of_kind(std::string_view kind) const;
  /// Whether nothing that comes can be within any more, now that it is `now` and the last event was `id`.
  [[nodiscard]] bool is_over(Timestamp now, std::string_view id) const;
};
/// `last_event_id`: the header of who reconnects; overrules since_id (corporate actions). Null if there is none.
[[nodiscard]] Answer<EventWish> read_event_wish(EventTopic topic, std::string account, const Query& query,
                                                const std::string* last_event_id = nullptr);

/// Everything that has happened to accounts, for whoever comes late, and everybody who listens. Not thread-safe; the
/// peers are.
class EventStreams {
 public:
  using Peer = std::shared_ptr<net::HttpStreamPeer>;

  void opened(const Peer& peer, EventWish wish, Timestamp now);
  void closed(const Peer& peer);

  void on_order(const OrderEvent& event, const Exchange& exchange, VirtualClock::Real at);
  /// Notices new activities, and ends those streams that have come to their end.
  void catch_up(const Exchange& exchange, VirtualClock::Real at);

  /// POST /_sim/stream for "events", see market_control.hpp.
  [[nodiscard]] Result<void> arrange(BodyReader& body);
  /// Part of GET /_sim/stream.
  [[nodiscard]] json::Value to_json() const;

 private:
  struct Entry {
    Timestamp at;
    std::string data;
    std::string kind = {};  ///< the type of a corporate action's event
  };
  struct History {
    std::map<std::string, Entry, std::less<>> by_id;
    std::size_t bytes = 0;  ///< of data
  };
  struct Listener {
    Peer peer;
    EventWish wish;
    Backlog backlog = {};
    std::int64_t dropped = 0;
  };

  void add(EventTopic topic, const std::string& account, std::string id, Entry entry, VirtualClock::Real at);
  void send(Listener& listener, const std::string& data, VirtualClock::Real at) const;
  static void remember(History& history, std::string id, Entry entry);
  [[nodiscard]] std::string last_id(const EventWish& wish) const;
  void notice_corporate_actions(const Exchange& exchange, VirtualClock::Real at);
  void notice_activities(const std::string& account, const Exchange& exchange, VirtualClock::Real at);

  std::vector<Listener> listeners_;
  std::map<std::pair<EventTopic, std::string>, History> histories_;
  std::map<std::string, std::set<std::string>> known_activities_;  // their ids, by account
  std::uint64_t activity_count_ = 0;
  std::size_t known_corporate_actions_ = 0;
  Patience patience_;
};

}  // namespace belay::sim
