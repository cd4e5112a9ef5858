// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "app/wiring.hpp"
#include "shell/notify/notifier.hpp"

namespace belay::app {

/// Who tells people of the account's alerts; null where nobody is to be told. Not started. Outlived by `log`.
std::unique_ptr<notify::Notifier> make_notifier(const Config& config, log::Log& log);
StoreResult<std::unique_ptr<AlertStore>> make_alert_store(const Config& config);

/// The schema that has the tables of alerts.
inline constexpr int kAlertsSchema = 8;

notify::PassOutcome outcome_of(const runtime::PassReport& report);

/// How long a process that ends waits for what is still to be told; the rest waits in the store.
inline constexpr Duration kLastWords = std::chrono::seconds(5);  ///< of a cycle
inline constexpr Duration kLastWordsOfService = std::chrono::seconds(2);

}  // namespace belay::app
