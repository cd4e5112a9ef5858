// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shell/notify/notice.hpp"

namespace belay::notify {

/// For a terminal and for mail without pictures.
std::string plain_text(const Notice& notice);

/// For mail: one column, styles in the elements, nothing loaded from anywhere. `picture`: the Content-ID of a chart
/// that comes with it; empty: none.
std::string html(const Notice& notice, const std::string& picture);

}  // namespace belay::notify
