// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/server/body_reader.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {
namespace {

constexpr std::array<std::pair<WireFaultKind, std::string_view>, 10> kKinds{{
    {WireFaultKind::timeout_before, "timeout_before"},
    {WireFaultKind::timeout_after, "timeout_after"},
    {WireFaultKind::drop_before, "drop_before"},
    {WireFaultKind::drop_after, "drop_after"},
    {WireFaultKind::error_500_before, "error_500_before"},
    {WireFaultKind::error_504_after, "error_504_after"},
    {WireFaultKind::html_error, "html_error"},
    {WireFaultKind::rate_limit, "rate_limit"},
    {WireFaultKind::empty_list, "empty_list"},
    {WireFaultKind::delay_ms, "delay_ms"},
}};

/// Longer than any client waits.
constexpr std::chrono::milliseconds kTimeout = std::chrono::minutes(10);

}  // namespace

std::string_view to_text(WireFaultKind kind) {
  for (const auto& [known, text] : kKinds) {
    if (known == kind) return text;
  }
  return "unknown";
}

bool exchange_acts(WireFaultKind kind) {
  return kind == WireFaultKind::timeout_after || kind == WireFaultKind::drop_after ||
         kind == WireFaultKind::error_504_after || kind == WireFaultKind::delay_ms;
}

Result<WireFault> parse_wire_fault(const json::Value& wanted) {
  BodyReader body(wanted);
  const std::string kind = body.text("kind");
  const auto* const known = std::ranges::find(kKinds, kind, &std::pair<WireFaultKind, std::string_view>::second);
  if (known == kKinds.end()) {
    std::string kinds;
    for (const auto& [each, word] : kKinds) kinds.append(kinds.empty() ? "" : ", ").append(word);
    return fail("kind is '" + kind + "': use one of " + kinds);
  }
  WireFault fault{.kind = known->first, .method = body.text("method"), .path_prefix = body.text("path_prefix")};
  fault.times = body.count("times", 1).value_or(1);
  fault.delay = fault.kind == WireFaultKind::delay_ms ? std::chrono::milliseconds(1000) : kTimeout;
  if (const auto ms = body.count("ms")) fault.delay = bounded_delay(*ms);
  if (body.error()) return fail(*body.error());
  return fault;
}

std::optional<WireFault> WireFaults::take(std::string_view method, std::string_view path) {
  for (auto fault = waiting_.begin(); fault != waiting_.end(); ++fault) {
    if (!fault->method.empty() && fault->method != method) continue;
    if (!path.starts_with(fault->path_prefix)) continue;
    WireFault taken = *fault;
    if (--fault->times == 0) waiting_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

}  // namespace belay::sim
