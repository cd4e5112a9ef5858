// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "shell/ports/clock.hpp"
#include "shell/runtime/conductor.hpp"
#include "shell/runtime/executor.hpp"
#include "sim/world/broker.hpp"
#include "sim/world/data.hpp"
#include "sim/world/store.hpp"

namespace belay::world {

/// The clocks of the machine on which the processes run; its wall clock may be wrong.
class MachineClock : public Clock {
 public:
  MachineClock(Timeline& timeline, Mortality& process) : timeline_(&timeline), process_(&process) {}

  Result<Moment> now() override { return Moment{timeline_->now() + wrong_by_, timeline_->elapsed()}; }
  Duration machine() override { return timeline_->elapsed(); }
  void pause(Duration time) override {
    process_->call_made();
    timeline_->advance(time);
  }
  void be_wrong_by(Duration offset) { wrong_by_ = offset; }
  [[nodiscard]] Duration wrong_by() const { return wrong_by_; }

 private:
  Timeline* timeline_;
  Mortality* process_;
  Duration wrong_by_{};
};

/// Makes calls at moments of the world's choosing: each takes effect a little later than it was asked for, and what it
/// brings back arrives later still, in whatever order that makes.
class VirtualExecutor : public runtime::Executor {
 public:
  using Listener = std::function<void(const Events&)>;
  VirtualExecutor(Timeline& timeline, Broker& broker, Data& data, Mortality& process, Listener delivered,
                  std::uint64_t seed)
      : timeline_(&timeline),
        broker_(&broker),
        data_(&data),
        process_(&process),
        delivered_(std::move(delivered)),
        seed_(seed) {}

  void start(Call call, bool urgent) override;
  std::optional<Events> next(Duration at_most) override;
  void wake() override { woken_ = true; }
  [[nodiscard]] std::size_t outstanding() const override { return outstanding_; }
  /// The process is gone: nothing is taken in any more. What has left it may still arrive, unless it is lost with it.
  void die(bool loses_what_is_on_its_way);
  /// SIGSTOP: until then no call leaves the process.
  void stand_still_until(Timestamp at) { still_until_ = at; }

 private:
  void make(const Call& call);

  Timeline* timeline_;
  Broker* broker_;
  Data* data_;
  Mortality* process_;
  Listener delivered_;
  std::uint64_t seed_;
  std::uint64_t started_ = 0;
  std::size_t outstanding_ = 0;
  bool lost_ = false;
  bool woken_ = false;
  Timestamp still_until_;
  std::deque<Events> ready_;
};

}  // namespace belay::world
