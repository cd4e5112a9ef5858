// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_faults.hpp"

#include <array>
#include <utility>

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

std::string text_member(const json::Value& body, std::string_view key) {
  const json::Value* value = body.find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> count_member(const json::Value& body, std::string_view key) {
  const json::Value* value = body.find(key);
  return value == nullptr ? std::nullopt : value->as_int64();
}

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

Result<WireFault> parse_wire_fault(const json::Value& body) {
  const std::string kind = text_member(body, "kind");
  std::string known_kinds;
  for (const auto& [known, text] : kKinds) {
    if (text == kind) {
      WireFault fault{
          .kind = known, .method = text_member(body, "method"), .path_prefix = text_member(body, "path_prefix")};
      fault.times = count_member(body, "times").value_or(1);
      if (fault.times < 1) return fail("times must be at least 1");
      fault.delay = known == WireFaultKind::delay_ms ? std::chrono::milliseconds(1000) : kTimeout;
      if (const auto ms = count_member(body, "ms")) {
        if (*ms < 0) return fail("ms must not be negative");
        fault.delay = bounded_delay(*ms);
      }
      return fault;
    }
    known_kinds += known_kinds.empty() ? "" : ", ";
    known_kinds += text;
  }
  return fail("kind is '" + kind + "': use one of " + known_kinds);
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
