// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/demo_story.hpp"
#include "app/demo_text.hpp"
#include "core/calendar/us_equities.hpp"
#include "core/trading/account.hpp"

namespace belay::app::demonstration {

/// What the live view shows.
struct DemoView {
  Timestamp now;
  calendar::Session session;
  std::uint64_t seed = 1;
  std::string pace;  ///< "300x", "paused"
  Account account;
  std::vector<Lot> lots;
  std::map<LotUid, int> moved;  ///< up (1) or down (-1) since the last look
  std::vector<DemoHappening> happenings;
  std::size_t rows = 0;  ///< room kept for positions
  std::string where;     ///< exchange and database, for the last line
};

struct DemoSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// The view as so many lines as the terminal has, none wider than it. `unicode`: the bar is drawn with line characters.
std::vector<Line> demo_frame(const DemoView& view, DemoSize size, bool unicode);

/// How a position stands, in at most 24 characters where nothing is wrong: "leaves at 15:55", "bracket at broker",
/// "10:31 stop_loss".
std::string standing_of(const Lot& lot, const calendar::Session& session);

}  // namespace belay::app::demonstration
