// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "shell/chart/chart.hpp"
#include "shell/report/figures.hpp"

namespace belay::report {

struct NamedChart {
  std::string name;  ///< a word for its file or its place in a mail
  std::variant<chart::LineChart, chart::BarChart> chart;
};

/// Result by day and by reason, equity of closed trades, holding times, fills against their triggers: those that have
/// something to show.
std::vector<NamedChart> charts_of(const Figures& figures);

std::string svg(const NamedChart& chart);
std::string png(const NamedChart& chart);

}  // namespace belay::report
