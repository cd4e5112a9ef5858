// SPDX-License-Identifier: Apache-2.0
#include "app/lives.hpp"

#include "shell/json/parse.hpp"

namespace belay::app {

EventFilter recent_lives(const std::string& account) {
  return {
      .position_id = 0, .symbol = {}, .types = {"service"}, .since = {}, .until = {}, .limit = 100, .account = account};
}

int lives_cut_short(const std::vector<StoredEvent>& events, Timestamp now) {
  int deaths = 0;
  for (const StoredEvent& event : events) {
    if (event.event_type != "service") continue;
    const auto data = json::parse(event.event_data);
    const json::Value* what = data ? data->find("what") : nullptr;
    const std::string* word = what == nullptr ? nullptr : what->as_string();
    if (word == nullptr) continue;
    const bool recent = event.created_at <= now && now - event.created_at < kLivesCount;
    if (*word == "started" && recent) ++deaths;
    if (*word == "stopped" || *word == "ended") deaths = 0;
  }
  return deaths;
}

}  // namespace belay::app
