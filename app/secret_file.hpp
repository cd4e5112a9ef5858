// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace belay::app {

/// The text of a file that nobody but its owner (or root) can read, without blanks at its ends. The message of an Error
/// names the file, never what is in it.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace belay::app
