// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/json_shapes.hpp"
#include "app/moments.hpp"
#include "app/stop_signal.hpp"
#include "app/texts.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/json/write.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;

Result<EventFilter> filter_of(const EventsOptions& options, Timestamp now) {
  EventFilter filter;
  filter.position_id = options.position;
  filter.symbol = options.symbol.empty() ? "" : filter_for(options.symbol).symbol;
  filter.limit = options.limit;
  filter.account = options.account;
  for (const std::string& type : options.types) {
    if (!parse_event_type(type)) return fail("--type " + type + ": there are no events of this type");
    filter.types.push_back(type);
  }
  if (!options.since.empty()) {
    const auto since = parse_since("--since", options.since, now);
    if (!since) return std::unexpected(since.error());
    filter.since = *since;
  }
  if (!options.until.empty()) {
    const auto until = parse_until("--until", options.until, now);
    if (!until) return std::unexpected(until.error());
    filter.until = *until;
  }
  return filter;
}

/// "price=94.5 reason=stop_loss"
std::string data_text(const json::Value& data) {
  const json::Object* const object = data.as_object();
  if (object == nullptr) return json::write(data);
  std::string text;
  for (const json::Member& member : *object) {
    const std::string* const plain = member.value.decimal_text();
    text += (text.empty() ? "" : "  ") + member.key + "=" + (plain != nullptr ? *plain : json::write(member.value));
  }
  return text;
}

std::string line_of(const StoredEvent& event) {
  const json::Value shown = event_json(event);
  return calendar::new_york_text(event.created_at) + "  " +
         (event.position_id ? "#" + std::to_string(*event.position_id) : "-") + "  " + event.event_type + "  " +
         data_text(*shown.find("event_data"));
}

void show(const std::vector<StoredEvent>& events, bool json, bool as_lines) {
  if (!json) {
    for (const StoredEvent& event : events) print(line_of(event));
    return;
  }
  json::Array all;
  for (const StoredEvent& event : events) {
    if (as_lines) {
      print_json(event_json(event));
    } else {
      all.push_back(event_json(event));
    }
  }
  if (!as_lines) print_json(std::move(all));
}

/// Everything beyond the last id. The store gives the newest so many: where that is all of them there may be more.
std::expected<std::vector<StoredEvent>, ExitCode> read_fresh(Store& store, EventFilter filter) {
  for (filter.limit = 1000;; filter.limit *= 2) {
    auto fresh = read_events(store, filter);
    if (!fresh || fresh->size() < filter.limit) return fresh;
  }
}

int follow(Wired& wired, EventFilter filter, std::int64_t last, bool json) {
  const std::atomic<bool>& stop = stop_on_signals();
  while (!stop) {
    wired.clock->pause(500ms);
    filter.after_id = last;
    if (last > 0) filter.since.reset();  // until there is one, what came before stays in the past
    const auto fresh = read_fresh(*wired.store, filter);
    if (!fresh) return fresh.error();
    show(*fresh, json, true);
    if (!fresh->empty()) last = fresh->back().id;
  }
  return kAllWell;
}

}  // namespace

int events(const EventsOptions& options) {
  auto wired = wire({.broker = false, .store = true}, options.account);
  if (!wired) return wired.error();
  const auto now = wired->clock->now();
  if (!now) {
    complain(now.error().message);
    return kUsage;
  }
  const auto filter = filter_of(options, now->wall);
  if (!filter) {
    complain(filter.error().message);
    return kUsage;
  }
  const auto found = read_events(*wired->store, *filter);
  if (!found) return found.error();
  show(*found, options.json, options.follow);
  if (!options.follow) return kAllWell;
  return follow(*wired, *filter, found->empty() ? 0 : found->back().id, options.json);
}

}  // namespace belay::app
