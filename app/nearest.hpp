// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace belay::app {

/// The known word that takes the fewest edits to reach from `word`; empty when none is near enough to be meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
/// ", did you mean \"x\"?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace belay::app
