// SPDX-License-Identifier: Apache-2.0
#include "sim/world/shrink.hpp"

#include <algorithm>

namespace belay::world {

// Leaves out ever smaller stretches of the list for as long as it goes on failing.
Scenario shrink(Scenario scenario, const std::function<bool(const Scenario&)>& fails, int most_questions) {
  std::size_t stretch = std::max<std::size_t>(1, scenario.happenings.size() / 2);
  while (most_questions > 0) {
    bool shorter = false;
    for (std::size_t from = 0; from < scenario.happenings.size() && most_questions > 0;) {
      Scenario without = scenario;
      const auto first = without.happenings.begin() + static_cast<std::ptrdiff_t>(from);
      const std::size_t length = std::min(stretch, without.happenings.size() - from);
      without.happenings.erase(first, first + static_cast<std::ptrdiff_t>(length));
      --most_questions;
      if (fails(without)) {
        scenario = std::move(without);
        shorter = true;
      } else {
        from += stretch;
      }
    }
    if (stretch == 1 && !shorter) break;
    if (!shorter) stretch = std::max<std::size_t>(1, stretch / 2);
  }
  return scenario;
}

}  // namespace belay::world
