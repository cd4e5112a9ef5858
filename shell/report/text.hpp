// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "shell/json/value.hpp"
#include "shell/report/figures.hpp"
#include "shell/report/gap_risk.hpp"

namespace belay::report {

/// For a terminal, and for mail that is read as plain text.
std::vector<std::string> text_lines(const Figures& figures);
std::vector<std::string> text_lines(const GapRisk& risk);

/// As docs/operating/contract.md states it.
json::Value to_json(const Figures& figures);
json::Value to_json(const GapRisk& risk);

}  // namespace belay::report
