// SPDX-License-Identifier: Apache-2.0
#include "app/exit_code.hpp"

namespace belay::app {

ExitCode exit_code(runtime::Failure failure) {
  switch (failure) {
    case runtime::Failure::none:
      return kAllWell;
    case runtime::Failure::configuration:
      return kUsage;
    case runtime::Failure::store:
      return kStore;
    case runtime::Failure::broker:
      return kBroker;
    case runtime::Failure::locked:
      return kLocked;
  }
  return kAttention;
}

ExitCode exit_code(const runtime::PassReport& report) {
  if (report.failure != runtime::Failure::none) return exit_code(report.failure);
  return report.all_well() ? kAllWell : kAttention;
}

ExitCode exit_code(const StoreError& error) { return error.kind == StoreError::Kind::foreign ? kUsage : kStore; }

ExitCode exit_code(const BrokerError& error) {
  const bool answered = error.kind == BrokerError::Kind::rejected || error.kind == BrokerError::Kind::not_found;
  return answered ? kAttention : kBroker;
}

ExitCode worse(ExitCode one, ExitCode other) {
  const auto rank = [](ExitCode c) { return c == kAllWell ? 0 : c == kAttention ? 1 : 7 - static_cast<int>(c); };
  return rank(other) > rank(one) ? other : one;
}

}  // namespace belay::app
