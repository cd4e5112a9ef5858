// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_faults.hpp"

#include <utility>

#include "sim/server/body_reader.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {
namespace {

constexpr Words<WireFaultKind, 10> kKinds{{"timeout_before", "timeout_after", "drop_before", "drop_after",
                                           "error_500_before", "error_504_after", "html_error", "rate_limit",
                                           "empty_list", "delay_ms"}};

/// Longer than any client waits.
constexpr std::chrono::milliseconds kTimeout = std::chrono::minutes(10);

}  // namespace

std::string_view to_text(WireFaultKind kind) { return kKinds.text_of(kind); }

bool exchange_acts(WireFaultKind kind) {
  return kind == WireFaultKind::timeout_after || kind == WireFaultKind::drop_after ||
         kind == WireFaultKind::error_504_after || kind == WireFaultKind::delay_ms;
}

Result<WireFault> parse_wire_fault(const json::Value& wanted) {
  BodyReader body(wanted);
  WireFault fault{.kind = body.word("kind", kKinds).value_or(WireFaultKind::timeout_before),
                  .method = body.text("method"),
                  .path_prefix = body.text("path_prefix")};
  fault.times = body.count("times", 1).value_or(1);
  fault.delay = fault.kind == WireFaultKind::delay_ms ? std::chrono::milliseconds(1000) : kTimeout;
  if (const auto ms = body.count("ms")) fault.delay = bounded_delay(*ms);
  if (const auto& wrong = body.refuse_the_rest()) return fail(*wrong);
  return fault;
}

std::optional<WireFault> WireFaults::take(std::string_view method, std::string_view path, bool streams) {
  for (auto fault = waiting_.begin(); fault != waiting_.end(); ++fault) {
    if (streams && exchange_acts(fault->kind)) continue;
    if (!fault->method.empty() && fault->method != method) continue;
    if (!path.starts_with(fault->path_prefix)) continue;
    WireFault taken = *fault;
    if (--fault->times == 0) waiting_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

}  // namespace belay::sim
