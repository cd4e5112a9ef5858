// SPDX-License-Identifier: Apache-2.0
#include "app/lives.hpp"

#include "shell/json/parse.hpp"

namespace belay::app {

int lives_cut_short(const std::vector<StoredEvent>& events) {
  int deaths = 0;
  for (const StoredEvent& event : events) {
    if (event.event_type != "service") continue;
    const auto data = json::parse(event.event_data);
    const json::Value* what = data ? data->find("what") : nullptr;
    const std::string* word = what == nullptr ? nullptr : what->as_string();
    if (word == nullptr) continue;
    if (*word == "started") ++deaths;
    if (*word == "stopped") deaths = 0;
  }
  return deaths;
}

}  // namespace belay::app
