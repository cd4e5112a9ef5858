// SPDX-License-Identifier: Apache-2.0
// The fail_point of belay_failing. The environment says when and how:
//   BELAY_FAIL_AT=N      at the N-th step of all, or of those that BELAY_FAIL_STEP names
//   BELAY_FAIL_STEP=NAME
//   BELAY_FAIL_BY=KILL   (default) or STOP: then the process goes on where it was when it is continued
//   BELAY_FAIL_LOG=FILE  every step, a line each
#include "shell/failpoint/fail_point.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace belay {
namespace {

std::string_view setting(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets one
  return value == nullptr ? "" : value;
}

struct Plan {
  long at = std::strtol(std::string(setting("BELAY_FAIL_AT")).c_str(), nullptr, 10);
  std::string_view step = setting("BELAY_FAIL_STEP");
  int signal = setting("BELAY_FAIL_BY") == "STOP" ? SIGSTOP : SIGKILL;
  int log = setting("BELAY_FAIL_LOG").empty() ? -1
                                              : ::open(std::string(setting("BELAY_FAIL_LOG")).c_str(),
                                                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::atomic<long> passed = 0;
};

}  // namespace

void fail_point(const char* step) {
  static Plan plan;
  if (plan.log >= 0) {
    const std::string line = std::string(step) + "\n";
    if (::write(plan.log, line.data(), line.size()) < 0) std::abort();
  }
  if (plan.at == 0 || (!plan.step.empty() && plan.step != step)) return;
  // To this thread: it is the one that must not take a step more. The others stand still or die with it.
  if (++plan.passed == plan.at) static_cast<void>(std::raise(plan.signal));
}

}  // namespace belay
