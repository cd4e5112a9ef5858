// SPDX-License-Identifier: Apache-2.0
#include "sim/server/event_streams.hpp"

#include <algorithm>

#include "shell/json/write.hpp"
#include "sim/server/wire_activity_event.hpp"
#include "sim/server/wire_corporate.hpp"
#include "sim/server/wire_stream.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kKeptBytes = 64 << 20;  // of events, an account and topic
constexpr std::size_t kIdLength = 26;
constexpr int kBadRequest = 40010000;

ApiError bad_request(std::string message) { return {400, kBadRequest, std::move(message), {}}; }

Answer<void> read_filters(const Query& query, EventWish& wish) {
  wish.kinds = query.list("type");
  const std::vector<std::string> known = corporate_event_types();
  for (const std::string& type : wish.kinds) {
    if (std::ranges::find(known, type) != known.end()) continue;
    const std::vector<std::string_view> valid(known.begin(), known.end());
    return std::unexpected(bad_request("invalid type: " + type + ", valid values: " + listed(valid)));
  }
  std::string region = query.text("region");
  std::ranges::transform(region, region.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!region.empty() && region != "all" && region != "us" && region != "non_us") {
    return std::unexpected(bad_request("invalid region: " + region + ", valid values: all, us, non_us"));
  }
  wish.abroad_only = region == "non_us";
  return {};
}

}  // namespace

std::optional<EventTopic> event_topic_at(std::string_view path) {
  if (path == "/v2/events/trades") return EventTopic::trades;
  if (path == "/v2beta1/events/activities") return EventTopic::activities;
  if (path == "/v1beta1/events/corporate-actions") return EventTopic::corporate_actions;
  return std::nullopt;
}

std::string_view topic_name(EventTopic topic) {
  if (topic == EventTopic::trades) return "trades";
  return topic == EventTopic::activities ? "activities" : "corporate_actions";
}

// ---- wishes

bool EventWish::is_within(Timestamp at, std::string_view id) const {
  if ((since && at < *since) || (until && *until < at)) return false;
  return (since_id.empty() || since_id <= id) && (until_id.empty() || id <= until_id);
}

bool EventWish::is_of_kind(std::string_view kind) const {
  return !abroad_only && (kinds.empty() || std::ranges::find(kinds, kind) != kinds.end());
}

bool EventWish::is_over(Timestamp now, std::string_view id) const {
  return (until && *until < now) || (!until_id.empty() && until_id <= id);
}

Answer<EventWish> read_event_wish(EventTopic topic, std::string account, const Query& query,
                                  const std::string* last_event_id) {
  const bool for_all = topic == EventTopic::corporate_actions;
  EventWish wish{.account = for_all ? "" : std::move(account), .topic = topic};
  if (for_all) {
    if (const auto filters = read_filters(query, wish); !filters) return std::unexpected(filters.error());
  }
  const auto since = query.time("since");
  const auto until = query.time("until");
  if (!since || !until) return std::unexpected(bad_request((since ? until : since).error().message));
  wish.since = *since;
  wish.until = *until;
  wish.since_id = query.text("since_id");
  wish.until_id = query.text("until_id");
  if (for_all && last_event_id != nullptr) {
    wish.since_id = *last_event_id;
    wish.since.reset();
  }
  for (const std::string& id : {wish.since_id, wish.until_id}) {
    if (!id.empty() && id.size() != kIdLength) return std::unexpected(bad_request("invalid ULID: " + id));
  }
  if (wish.since && !wish.since_id.empty()) {
    return std::unexpected(bad_request("since and since_id cannot be used together"));
  }
  const bool reconnects = for_all && last_event_id != nullptr;
  if (wish.until && !wish.since && !reconnects) return std::unexpected(bad_request("until requires since"));
  if (!wish.until_id.empty() && wish.since_id.empty()) {
    return std::unexpected(bad_request("until_id requires since_id"));
  }
  return wish;
}

// ---- who listens

std::string EventStreams::last_id(const EventWish& wish) const {
  const auto history = histories_.find({wish.topic, wish.account});
  return history == histories_.end() || history->second.by_id.empty() ? "" : history->second.by_id.rbegin()->first;
}

void EventStreams::opened(const Peer& peer, EventWish wish, Timestamp now) {
  Listener listener{.peer = peer, .wish = std::move(wish)};
  const auto history = histories_.find({listener.wish.topic, listener.wish.account});
  if (listener.wish.replays() && history != histories_.end()) {
    // What is past is sent whole, however much it is: nobody has had the time to be slow.
    std::string past;
    for (const auto& [id, entry] : history->second.by_id) {
      if (listener.wish.is_within(entry.at, id) && listener.wish.is_of_kind(entry.kind)) past += entry.data;
    }
    if (!past.empty()) peer->send(std::move(past));
  }
  if (listener.wish.is_over(now, last_id(listener.wish))) return peer->close();
  listeners_.push_back(std::move(listener));
}

void EventStreams::closed(const Peer& peer) {
  std::erase_if(listeners_, [&](const Listener& listener) { return listener.peer == peer; });
}

void EventStreams::send(Listener& listener, const std::string& data, VirtualClock::Real at) const {
  if (listener.backlog.is_too_slow(listener.peer->waiting(), patience_, at)) {
    ++listener.dropped;
    return;
  }
  if (const auto dropped = std::exchange(listener.dropped, 0); dropped > 0) {
    listener.peer->send(": you are reading too slowly, dropped " + std::to_string(dropped) + " messages\n\n");
  }
  listener.peer->send(data);
}

// ---- what happens

void EventStreams::add(EventTopic topic, const std::string& account, std::string id, Entry entry,
                       VirtualClock::Real at) {
  for (Listener& listener : listeners_) {
    if (listener.wish.topic != topic || listener.wish.account != account) continue;
    if (listener.wish.is_within(entry.at, id) && listener.wish.is_of_kind(entry.kind)) send(listener, entry.data, at);
  }
  remember(histories_[{topic, account}], std::move(id), std::move(entry));
}

/// Whoever comes later gets no more than so many bytes of the past; the oldest is forgotten first.
void EventStreams::remember(History& history, std::string id, Entry entry) {
  history.bytes += entry.data.size();
  Entry& place = history.by_id[std::move(id)];
  history.bytes -= place.data.size();
  place = std::move(entry);
  while (history.bytes > kKeptBytes && history.by_id.size() > 1) {
    history.bytes -= history.by_id.begin()->second.data.size();
    history.by_id.erase(history.by_id.begin());
  }
}

void EventStreams::on_order(const OrderEvent& event, const Exchange& exchange, VirtualClock::Real at) {
  const json::Value update = wire_update(event);
  add(EventTopic::trades, event.account, event_id(event.at, event.sequence),
      {event.at, "data: " + json::write(*update.find("data")) + "\n\n"}, at);
  if (event.type != OrderEventType::trade_bust && event.type != OrderEventType::trade_correct) return;
  std::string id = event_id(event.at, ++activity_count_);
  std::string data = "data: " + json::write(wire_correction_event(event, id, exchange)) + "\n\n";
  add(EventTopic::activities, event.account, std::move(id), {event.at, std::move(data)}, at);
}

void EventStreams::catch_up(const Exchange& exchange, VirtualClock::Real at) {
  for (const std::string& account : exchange.accounts()) {
    if (exchange.activities(account).size() != known_activities_[account].size()) {
      notice_activities(account, exchange, at);
    }
  }
  notice_corporate_actions(exchange, at);
  std::erase_if(listeners_, [&](const Listener& listener) {
    if (!listener.wish.is_over(exchange.now(), last_id(listener.wish))) return false;
    listener.peer->close();
    return true;
  });
}

void EventStreams::notice_corporate_actions(const Exchange& exchange, VirtualClock::Real at) {
  const std::vector<Announcement>& all = exchange.announcements();
  for (; known_corporate_actions_ < all.size(); ++known_corporate_actions_) {
    const Announcement& action = all[known_corporate_actions_];
    std::string id = event_id(exchange.now(), known_corporate_actions_ + 1);
    std::string data = "data: " + json::write(wire_corporate_event(action, id, exchange.now())) + "\n\n";
    add(EventTopic::corporate_actions, "", std::move(id),
        {exchange.now(), std::move(data), corporate_event_type(action.family)}, at);
  }
}

void EventStreams::notice_activities(const std::string& account, const Exchange& exchange, VirtualClock::Real at) {
  std::set<std::string>& known = known_activities_[account];
  for (const Activity& activity : exchange.activities(account)) {
    if (!known.insert(activity.id).second) continue;
    std::string id = event_id(activity.at, ++activity_count_);
    std::string data = "data: " + json::write(wire_activity_event(activity, id, account, exchange)) + "\n\n";
    add(EventTopic::activities, account, std::move(id), {activity.at, std::move(data)}, at);
  }
  if (known.size() == exchange.activities(account).size()) return;
  known.clear();  // one is gone: its execution was undone
  for (const Activity& activity : exchange.activities(account)) known.insert(activity.id);
}

// ---- the control face

Result<void> EventStreams::arrange(BodyReader& body) {
  const Patience patience = read_patience(patience_, body);
  const bool error = body.flag("error");
  const bool cut = body.flag("cut");
  if (const auto& wrong = body.refuse_the_rest()) return fail(*wrong);
  patience_ = patience;
  if (!error && !cut) return {};
  for (const Listener& listener : listeners_) {
    if (error) listener.peer->send(": internal server error\n\n");
    error ? listener.peer->close() : listener.peer->cut();
  }
  listeners_.clear();
  return {};
}

json::Value EventStreams::to_json() const {
  json::Array connections;
  for (const Listener& listener : listeners_) {
    connections.emplace_back(json::Object{
        {"account", listener.wish.account}, {"topic", topic_name(listener.wish.topic)}, {"dropped", listener.dropped}});
  }
  return json::Object{{"connections", std::move(connections)}};
}

}  // namespace belay::sim
