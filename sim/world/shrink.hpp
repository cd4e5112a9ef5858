// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "sim/world/happening.hpp"

namespace belay::world {

/// The shortest list of happenings, as far as leaving some out can find it, with which the scenario still fails.
/// `fails` is asked at most `most_questions` times. Precondition: fails(scenario).
Scenario shrink(Scenario scenario, const std::function<bool(const Scenario&)>& fails, int most_questions);

}  // namespace belay::world
