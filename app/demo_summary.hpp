// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/demo_day.hpp"
#include "app/demo_text.hpp"

namespace belay::app::demonstration {

/// The day's result, reckoned twice: from Belay's book, and from the exchange's cash.
struct Reckoning {
  Money realised;        ///< by Belay's book: the results of closed positions, one by one
  Money unrealised;      ///< by Belay's book, of what is open
  Money cash_moved;      ///< at the exchange: cash now less cash at the start, and what open positions cost put back
  Money disagreement;    ///< realised less cash_moved: zero when the books agree
  std::size_t late = 0;  ///< day trades that are still open

  [[nodiscard]] bool is_well() const { return disagreement.is_zero() && late == 0; }
};
Reckoning reckon(const std::vector<Lot>& lots, const DemoCash& cash);

/// The page that ends the demonstration.
std::vector<Line> summary_page(const std::vector<Lot>& lots, const DemoCash& cash, const DemoScenario& scenario);

}  // namespace belay::app::demonstration
