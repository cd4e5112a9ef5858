// SPDX-License-Identifier: Apache-2.0
// Between passes: what has closed gets the path of its price, and what is noisy and old makes room.
#include "shell/runtime/conductor_inner.hpp"

namespace belay::runtime {

using namespace std::chrono_literals;

namespace {

constexpr Duration kNothingToDo = 10min;
constexpr Duration kPathsAtOnce = 25ms;

}  // namespace

// The store has one owner, this thread, and an answer may take its time: so nothing is begun while anything leaves,
// but for the question whose rows there are, where it is long overdue: those positions nobody watches.
bool Conductor::tidy() {
  Inner& in = *inner_;
  if (in.dry || !in.parts.store.still_locked() || in.store_down || !in.had_book) return false;
  const bool is_busy = in.executor->outstanding() > 0 || engine::has_work_in_flight(in.state);
  if (!is_busy || in.machine_time() - in.ask_names_at > kNothingToDo) in.point_out_unknown_accounts();
  if (is_busy) return false;
  const bool has_written = in.write_price_paths();
  const bool has_folded = in.fold_noisy_events();
  return has_written || has_folded;
}

// What stands under a name that no account has is nobody's: a person has to say whose, and is told once.
void Conductor::Inner::point_out_unknown_accounts() {
  if (settings.known_names.empty() || machine_time() < ask_names_at) return;
  ask_names_at = machine_time() + kNothingToDo;  // a question over all of upstream's rows
  const auto unknown = parts.store.unknown_accounts(settings.known_names);
  if (!unknown) {
    complain("store: " + unknown.error().message);
    return;
  }
  for (const UnknownAccount& one : *unknown) {
    const std::string text =
        one.name.empty()
            ? std::to_string(one.rows) +
                  " rows that name no account are nobody's: set unnamed_rows for the one that "
                  "they are of."
            : std::to_string(one.rows) + " rows of account \"" + one.name +
                  "\" are nobody's: name it in the aliases of the account that it is, or call an account so.";
    record.take(engine::action::RecordEvent{{.lot = {},
                                             .type = EventType::alert,
                                             .data = {{"cause", std::string("unknown_account")},
                                                      {"severity", std::string("warning")},
                                                      {"upstream_account", one.name},
                                                      {"text", text}},
                                             .at = now().wall}},
                state, parts.log);
  }
  if (!unknown->empty()) save();
}

// When many close at once, this goes on for minutes; what is to leave meanwhile waits for some milliseconds of it.
bool Conductor::Inner::write_price_paths() {
  const Duration begun = machine_time();
  if (begun < paths_due_at) return false;
  bool has_written = false;
  while (machine_time() - begun < kPathsAtOnce) {
    const auto written = parts.store.write_price_path();
    if (!written) {
      record.log_warning(parts.log, now().wall, "a price path is not written yet: " + written.error().message);
    }
    if (!written || !*written) {
      paths_due_at = machine_time() + kNothingToDo;
      break;
    }
    has_written = true;
  }
  return has_written;
}

bool Conductor::Inner::fold_noisy_events() {
  if (settings.keep_noisy_events <= Duration::zero() || machine_time() < fold_at) return false;
  const auto folded = parts.store.fold_noisy_events(now().wall - settings.keep_noisy_events);
  if (!folded) record.log_warning(parts.log, now().wall, "old events are not folded: " + folded.error().message);
  if (!folded || !*folded) fold_at = machine_time() + kNothingToDo;
  return folded && *folded;
}

}  // namespace belay::runtime
