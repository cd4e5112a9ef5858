// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace belay {

/// Marks a step at which the process may die: before and after each request to the broker and each statement to the
/// store. It does nothing. The program belay_failing, which tests build from the same objects, has another one in its
/// place (tests/faults/fail_point.cpp), which ends or stops the process at the step that a test names.
void fail_point(const char* step);

}  // namespace belay
