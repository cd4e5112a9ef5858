// SPDX-License-Identifier: Apache-2.0
#include "app/telling.hpp"

#include <utility>

#include "shell/store/open_alerts.hpp"

namespace belay::app {
namespace {

/// A clock whose time could not be had: the notifier waits for it.
class NoClock final : public Clock {
 public:
  Result<Moment> now() override { return fail("no clock"); }
  Duration machine() override { return {}; }
  void pause(Duration) override {}
};

}  // namespace

StoreResult<std::unique_ptr<AlertStore>> make_alert_store(const Config& config) {
  if (const auto* spec = std::get_if<std::string>(&config.store)) return store::open_alerts(*spec);
  return store::open_alerts(std::get<store::ConnectionSettings>(config.store));
}

std::unique_ptr<notify::Notifier> make_notifier(const Config& config, log::Log& log) {
  if (!config.alerts.wanted()) return nullptr;
  auto clock = make_clock(config);
  notify::Notifier::Parts parts{.open_alerts = [config] { return make_alert_store(config); },
                                .open_book = [config] { return make_store(config); },
                                .clock = clock ? std::move(*clock) : std::make_unique<NoClock>(),
                                .channels = notify::make_channels(config.alerts),
                                .log = log};
  return std::make_unique<notify::Notifier>(std::move(parts), config.alerts, config.runtime.account);
}

notify::PassOutcome outcome_of(const runtime::PassReport& report) {
  if (report.all_well()) return notify::PassOutcome::well;
  return report.failure == runtime::Failure::none ? notify::PassOutcome::made : notify::PassOutcome::failed;
}

}  // namespace belay::app
