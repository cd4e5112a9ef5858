// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace belay::chart {

/// The words as text of an HTML or XML document, or inside the quotes of an attribute: what means something there is
/// escaped, and control characters, of which XML can hold few, are left out.
[[nodiscard]] std::string markup_text(std::string_view words);

}  // namespace belay::chart
