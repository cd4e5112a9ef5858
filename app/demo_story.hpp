// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/demo_day.hpp"
#include "app/demo_text.hpp"

namespace belay::app::demonstration {

/// Something that happened, in words.
struct DemoHappening {
  Timestamp at;
  std::string who;  ///< "AAPL 20Feb 250P"
  std::string text;
  Tone tone = Tone::plain;
};

/// The day as a list of happenings, told from the events in the database.
class DemoStory {
 public:
  /// `lots` are all there are, closed ones too. Gives what is new, each by itself; in all() a position's leaving and
  /// what became of it are one happening.
  std::vector<DemoHappening> add(const std::vector<StoredEvent>& events, const std::vector<Lot>& lots);
  std::vector<DemoHappening> add(const std::vector<DemoNews>& news);

  [[nodiscard]] const std::vector<DemoHappening>& all() const { return all_; }

 private:
  std::optional<DemoHappening> told(const StoredEvent& event, const Lot* lot);
  DemoHappening closed(const StoredEvent& event, const Lot& lot);

  std::vector<DemoHappening> all_;
  std::vector<std::pair<std::int64_t, std::size_t>> leaving_;  // position, its place in all_
};

}  // namespace belay::app::demonstration
