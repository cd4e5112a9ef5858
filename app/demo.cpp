// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/demo_day.hpp"
#include "app/demo_frame.hpp"
#include "app/demo_scenario.hpp"
#include "app/demo_screen.hpp"
#include "app/demo_story.hpp"
#include "app/demo_summary.hpp"
#include "app/exit_code.hpp"
#include "app/json_shapes.hpp"
#include "app/stop_signal.hpp"

namespace belay::app {
namespace demonstration {
namespace {

using namespace std::chrono_literals;
using RealClock = std::chrono::steady_clock;

constexpr int kUsualSpeed = 300;  // six and a half hours in about 80 s, and the moments below
constexpr int kLeastSpeed = 1;
constexpr int kMostSpeed = 5000;
// While something is being left time goes slower, so that an eye can follow, and for a moment after it.
constexpr int kSlowSpeed = 15;
constexpr auto kAftermath = 900ms;
constexpr Duration kSweep = 60s;       // as the service sweeps by itself
constexpr Duration kFastStep = 1s;     // of virtual time while exits are under way and nobody looks
constexpr Duration kAfterClose = 90s;  // the last look
constexpr auto kFrame = 100ms;
constexpr auto kBreath = 10ms;
constexpr auto kLongestStep = 250ms;  // a process that was held up does not leap

struct Pace {
  bool fast = false;  // no real time passes but for work
  int speed = kUsualSpeed;
  bool silent = false;  // nothing is told before the end
};

Result<Pace> pace_of(const DemoOptions& options) {
  Pace pace{.fast = options.fast, .speed = kUsualSpeed, .silent = options.json};
  if (options.speed.empty()) return pace;
  const char* end = options.speed.data() + options.speed.size();
  const auto read = std::from_chars(options.speed.data(), end, pace.speed);
  if (read.ec != std::errc() || read.ptr != end || pace.speed < kLeastSpeed || pace.speed > kMostSpeed) {
    return fail("--speed takes a whole number of virtual seconds a second, from " + std::to_string(kLeastSpeed) +
                " to " + std::to_string(kMostSpeed) + ", not '" + options.speed + "'");
  }
  return pace;
}

/// The running demonstration: lets the day go on at its pace and shows it.
class Show {
 public:
  Show(DemoDay& day, Pace pace, std::unique_ptr<Screen> screen, TerminalFacts facts)
      : day_(day), pace_(pace), screen_(std::move(screen)), facts_(facts), end_(day.scenario().session.close) {}

  /// Until the day is over, or until somebody wants to stop. An Error when the demonstration itself breaks.
  Result<void> play(const std::atomic<bool>& stop);
  /// What comes after it is printed below what was there before.
  void leave_screen() { screen_.reset(); }
  [[nodiscard]] bool was_stopped() const { return stopped_; }
  [[nodiscard]] const std::vector<Lot>& lots() const { return lots_; }

 private:
  [[nodiscard]] bool is_over() const {
    const Timestamp now = day_.now();
    return now >= end_ + kAfterClose && (!day_.exits_under_way() || now >= end_ + 10 * kAfterClose);
  }
  [[nodiscard]] bool is_slow() const { return day_.exits_under_way() || RealClock::now() < slow_until_; }
  [[nodiscard]] int speed() const { return is_slow() ? std::min(kSlowSpeed, pace_.speed) : pace_.speed; }

  Timestamp next_moment(RealClock::duration gone) const;
  Result<void> live_through(Timestamp to);
  Result<void> look();
  void tell(const std::vector<DemoHappening>& fresh) const;
  void heed_keys();
  void draw();

  DemoDay& day_;
  Pace pace_;
  std::unique_ptr<Screen> screen_;  // null: lines instead
  TerminalFacts facts_;
  Timestamp end_;
  std::optional<Timestamp> swept_;
  RealClock::time_point slow_until_{};
  RealClock::time_point drawn_{};
  bool paused_ = false;
  bool stopped_ = false;
  DemoStory story_;
  std::vector<Lot> lots_;
  std::map<LotUid, int> moved_;
};

// Never past a sweep or a deed, so that both happen at their time whatever the pace.
Timestamp Show::next_moment(RealClock::duration gone) const {
  const Timestamp sweep = swept_ ? *swept_ + kSweep : day_.now();
  Timestamp to = sweep;
  if (!pace_.fast) {
    to = day_.now() + std::chrono::duration_cast<Duration>(std::min<RealClock::duration>(gone, kLongestStep)) * speed();
  } else if (day_.exits_under_way()) {
    to = day_.now() + kFastStep;
  }
  return std::max(day_.now(), std::min({to, sweep, day_.next_deed()}));
}

Result<void> Show::live_through(Timestamp to) {
  const auto news = day_.advance(to);
  if (!news) return std::unexpected(news.error());
  tell(story_.add(*news));
  if (!swept_ || day_.now() >= *swept_ + kSweep) {
    swept_ = day_.now();
    const auto report = day_.sweep();
    if (report.failure != runtime::Failure::none) {
      return fail(report.errors.empty() ? "a pass of Belay failed" : report.errors.front());
    }
    return look();
  }
  if (!day_.exits_under_way()) return {};
  day_.attend();
  return look();
}

Result<void> Show::look() {
  auto lots = day_.lots();
  if (!lots) return std::unexpected(lots.error());
  for (const Lot& lot : *lots) {
    const auto before = std::ranges::find(lots_, lot.uid, &Lot::uid);
    if (before == lots_.end() || !before->current_price || !lot.current_price) continue;
    if (*lot.current_price != *before->current_price)
      moved_[lot.uid] = *lot.current_price > *before->current_price ? 1 : -1;
  }
  lots_ = std::move(*lots);
  const auto events = day_.news();
  if (!events) return std::unexpected(events.error());
  tell(story_.add(*events, lots_));
  if (day_.exits_under_way()) slow_until_ = RealClock::now() + kAftermath;
  return {};
}

void Show::tell(const std::vector<DemoHappening>& fresh) const {
  if (screen_ || pace_.silent) return;
  for (const DemoHappening& one : fresh) print(minute_text(one.at) + "  " + pad_right(one.who, 15) + "  " + one.text);
}

void Show::heed_keys() {
  const char key = screen_ ? screen_->key() : '\0';
  if (key == 'q') stopped_ = true;
  if (key == ' ') paused_ = !paused_;
}

void Show::draw() {
  if (!screen_ || RealClock::now() - drawn_ < kFrame) return;
  drawn_ = RealClock::now();
  const DemoView view{.now = day_.now(),
                      .session = day_.scenario().session,
                      .seed = day_.scenario().seed,
                      .pace = paused_ ? "paused" : std::to_string(speed()) + "x",
                      .account = day_.account(),
                      .lots = lots_,
                      .moved = moved_,
                      .happenings = story_.all(),
                      .rows = day_.scenario().entries.size(),
                      .where = day_.exchange_url()};
  screen_->show(demo_frame(view, screen_->size(), facts_.unicode));
}

Result<void> Show::play(const std::atomic<bool>& stop) {
  RealClock::time_point last = RealClock::now();
  while (!is_over()) {
    heed_keys();
    if (stop.load()) stopped_ = true;
    if (stopped_) return {};
    const RealClock::time_point now = RealClock::now();
    const auto gone = now - std::exchange(last, now);
    if (!paused_) {
      if (const auto lived = live_through(next_moment(gone)); !lived) return lived;
    }
    draw();
    if (!pace_.fast) std::this_thread::sleep_for(kBreath);
  }
  return look();
}

void introduce(const DemoDay& day) {
  print("belay demo: " + day_text(day.scenario().session.date) + ", seed " + std::to_string(day.scenario().seed));
  print("paper exchange at " + day.exchange_url() + ", database " + day.database().string());
}

/// The summary for scripts: every position as `positions --json` has it, and the two reckonings.
int finish_in_json(DemoDay& day, const Show& show) {
  const Reckoning reckoning = reckon(show.lots(), day.cash());
  json::Array positions;
  for (const Lot& lot : show.lots()) positions.emplace_back(position_json(lot));
  print_json(json::Object{{"positions", std::move(positions)},
                          {"realised", reckoning.realised.text()},
                          {"unrealised", reckoning.unrealised.text()},
                          {"cash_moved", reckoning.cash_moved.text()},
                          {"late_day_trades", static_cast<std::int64_t>(reckoning.late)},
                          {"books_agree", reckoning.disagreement.is_zero()},
                          {"finished", !show.was_stopped()}});
  return show.was_stopped() || reckoning.is_well() ? kAllWell : kAttention;
}

int finish(DemoDay& day, const Show& show, TerminalFacts facts, bool live) {
  if (show.was_stopped()) {
    const auto closed = std::ranges::count(show.lots(), LotStatus::closed, &Lot::status);
    print("Stopped at " + minute_text(day.now()) + " New York: " + std::to_string(show.lots().size()) + " positions, " +
          std::to_string(closed) + " of them closed.");
    return kAllWell;
  }
  const DemoCash cash = day.cash();
  print("");
  for (const Line& line : summary_page(show.lots(), cash, day.scenario())) print(paint(line, live && facts.colour));
  return reckon(show.lots(), cash).is_well() ? kAllWell : kAttention;
}

}  // namespace
}  // namespace demonstration

int demo(const DemoOptions& options) {
  using namespace demonstration;
  const auto pace = pace_of(options);
  if (!pace) {
    complain(pace.error().message);
    return kUsage;
  }
  auto day = DemoDay::begin(demo_scenario(options.seed));
  if (!day) {
    complain(day.error().message);
    return kUsage;
  }
  const TerminalFacts facts = terminal_facts();
  const bool live = facts.is_live && !options.plain && !options.json;
  if (!live && !options.json) introduce(**day);
  const std::atomic<bool>& stop = stop_on_signals();
  Show show(**day, *pace, live ? std::make_unique<Screen>(facts) : nullptr, facts);
  const auto played = show.play(stop);
  show.leave_screen();
  if (!played) {
    complain(played.error().message);
    return kAttention;
  }
  return options.json ? finish_in_json(**day, show) : finish(**day, show, facts, live);
}

}  // namespace belay::app
