// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace belay {

/// Ends the process with the place and the broken expectation on standard error.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace belay

/// An expectation about our own code; stays on in production. Foreign input is never checked with it: that gets an
/// Error.
#define BELAY_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::belay::check_failed(#expression, __FILE__, __LINE__))
