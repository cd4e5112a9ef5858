// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar/moment.hpp"
#include "shell/runtime/checked_time.hpp"
#include "shell/runtime/conductor.hpp"
#include "shell/runtime/pass_record.hpp"
#include "shell/runtime/workers.hpp"

namespace belay::runtime {

/// What a conductor is made of. conductor.cpp has the passes and turns actions into calls; reading.cpp has what a pass
/// reads before it judges, tidy.cpp what has time until after it.
struct Conductor::Inner {
  Parts parts;
  Settings settings;
  engine::State state;
  PassRecord record;
  std::unique_ptr<Executor> executor;
  std::vector<std::string> errors;
  bool dry = false;         // look(): nothing is sent or recorded
  bool store_down = false;  // the last save failed: records wait in `record`
  Duration try_store_at{};  // machine time
  bool locked = false;
  bool lock_regained = false;                   // after it was lost: somebody else may have worked in between
  std::map<LotUid, std::int64_t> saved_checks;  // of lots that are open in the store: their count of checks there
  bool closed_known = false;                    // the lots closed lately were loaded
  bool had_book = false;                        // loaded at least once
  bool anew = false;                            // all was forgotten, and no pass has begun since
  std::string known_number;                     // the account number that the store remembers
  std::optional<Duration> wake_at;              // steady
  Duration ask_names_at{};                      // machine time; before that nobody asks whose rows there are
  Duration fold_at{};                           // likewise: there is nothing to fold
  Duration paths_due_at{};                      // likewise: no history is without its price path

  // Of the pass under way: what it has come to so far, and what was counted before it.
  struct PassBefore {
    Duration begun{};  // machine time
    std::uint64_t trading = 0;
    std::uint64_t data = 0;
    std::uint64_t statements = 0;
  };
  PassFigures figures;
  PassBefore pass_before;
  std::optional<engine::action::TakeConfiguration> reload;  // asked for, and not taken yet

  Inner(Parts p, Settings s, std::unique_ptr<Executor> e)
      : parts(p),
        settings(std::move(s)),
        executor(e ? std::move(e) : std::make_unique<Workers>(std::max(1U, settings.senders))) {
    state.policy = settings.policy;
    state.account = settings.account;
  }

  ~Inner() {
    if (parts.stream != nullptr) parts.stream->stop();
  }
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;

  void complain(std::string what) {
    record.log_error(parts.log, now().wall, what);
    errors.push_back(std::move(what));
  }

  // A clock that cannot be asked stands still: nothing is decided on a guess of the time.
  Moment last_moment;
  CheckedTime time;
  std::string clock_trouble;          // as last told
  std::uint64_t told_past_store = 0;  // number of the last event that was looked at for it
  Moment now() {
    const auto moment = parts.clock.now();
    if (moment) last_moment = time.believed(*moment);
    return last_moment;
  }

  // The machine's own time; the given clock of a replay has no say in this.
  Duration machine_time() { return parts.clock.machine(); }

  void step(const engine::Event& happened) {
    const Duration decided = machine_time();
    carry_out(engine::step(state, happened, now()), decided);
  }

  void run(const Executor::Events& events);

  // Not after the lock was lost, before it is known what others did meanwhile; but a database that is down holds up no
  // exit.
  bool may_send() { return !dry && (store_down || !locked || (!lock_regained && parts.store.still_locked())); }

  /// `decided`: machine time. An order's age counts from it.
  void carry_out(engine::Actions actions, Duration decided);
  void find_records(const engine::action::FindRecords& records);
  void start_submit(const engine::action::SubmitOrder& submit, Duration decided);
  void start_questions(const std::vector<ClientOrderId>& ids);
  bool load();
  bool check_account(const Executor::Events& events);
  Failure read_everything();
  void read_prices();
  Executor::Events await(const Executor::Call& call);
  void show_life();
  Failure keep_lock();
  Failure ask_store();
  bool may_write();
  bool heed_others();
  void store_is_away(const std::string& why);
  void alert(const std::string& cause, const std::string& text);
  void tell_past_store();
  void tell_of_lost_lock();
  void page_without_store(std::size_t held, const std::string& unguarded);
  [[nodiscard]] bool others_have_written();
  StoreResult<bool> others_have_closed();
  bool is_of_others(const Lot& stored);
  void start_anew();
  void note_saved(const Batch& batch, bool certain);
  void compare_clocks(const Moment& before, const MarketClock& clock);
  void heed_calendar(const MarketClock& clock);
  void point_out_unknown_accounts();
  bool write_price_paths();
  bool fold_noisy_events();
  void watch_without_book(PassReport& report);
  void hear_stream();
  void fire_timer();
  [[nodiscard]] Duration patience(Duration at_most);
  void follow(Duration real_time);
  void save();
  void begin_pass();
  void note_pass();
  void end_pass(PassReport& report);
};

}  // namespace belay::runtime
