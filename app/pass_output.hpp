// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/trading/record.hpp"
#include "shell/json/value.hpp"
#include "shell/runtime/conductor.hpp"

namespace belay::app {

/// The object that `cycle --json` prints; its keys are the contract.
json::Value to_json(const runtime::PassReport& report);
json::Value to_json(const runtime::ExitLine& exit);
/// For people: one line of figures, a table of exits, what was not checked and why.
std::vector<std::string> summary(const runtime::PassReport& report);
/// The same line alone.
std::string figures_text(const runtime::PassReport& report);
/// For the log: the figures of the pass.
Fields figures(const runtime::PassReport& report);

}  // namespace belay::app
