// SPDX-License-Identifier: Apache-2.0
#include "core/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace belay {

// The one place in core/ that writes anything: a process that has found itself wrong says so and stops.
void check_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "belay: broken expectation at %s:%d: %s\n", file, line, expression);
  std::abort();
}

}  // namespace belay
