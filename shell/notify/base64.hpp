// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belay::notify {

std::string base64(std::string_view bytes);
/// nullopt for what is no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace belay::notify
