// SPDX-License-Identifier: Apache-2.0
// Between passes: what is noisy and old makes room.
#include "shell/runtime/conductor_inner.hpp"

namespace belay::runtime {

using namespace std::chrono_literals;

// The store has one owner, this thread, and an answer may take its time: so nothing is begun while anything leaves.
bool Conductor::tidy() {
  constexpr Duration kNothingToDo = 10min;
  Inner& in = *inner_;
  const bool wanted = in.settings.keep_noisy_events > Duration::zero();
  if (!wanted || in.dry || !in.parts.store.still_locked() || in.store_down || !in.had_book ||
      in.machine_time() < in.tidy_at)
    return false;
  if (in.executor->outstanding() > 0 || engine::has_work_in_flight(in.state)) return false;
  const auto folded = in.parts.store.fold_noisy_events(in.now().wall - in.settings.keep_noisy_events);
  if (!folded)
    in.record.log_warning(in.parts.log, in.now().wall, "old events are not folded: " + folded.error().message);
  if (!folded || !*folded) in.tidy_at = in.machine_time() + kNothingToDo;
  return folded && *folded;
}

}  // namespace belay::runtime
