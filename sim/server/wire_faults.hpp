// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"

namespace belay::sim {

/// What may happen to a request between a client and the exchange. "before": the exchange never saw it; "after": it
/// acted, and the client does not learn so.
enum class WireFaultKind : std::uint8_t {
  timeout_before,
  timeout_after,  ///< no answer for a very long time
  drop_before,
  drop_after,        ///< the connection is closed without a word
  error_500_before,  ///< 500 with Alpaca's JSON body
  error_504_after,   ///< 504 with a JSON body (alpaca.md 3.7: the order may have reached the market)
  html_error,        ///< before: a proxy's 502 page instead of JSON
  rate_limit,        ///< before: 429
  empty_list,        ///< before: 200 and "[]", as in an incident in which positions vanish (alpaca.md 8)
  delay_ms           ///< after: the right answer, later
};

[[nodiscard]] std::string_view to_text(WireFaultKind kind);
/// True for the kinds whose request the exchange acts on.
[[nodiscard]] bool exchange_acts(WireFaultKind kind);

struct WireFault {
  WireFaultKind kind = WireFaultKind::timeout_before;
  std::string method = {};       ///< "" for any
  std::string path_prefix = {};  ///< "" for any; without the query
  std::int64_t times = 1;        ///< still to happen
  std::chrono::milliseconds delay{0};
};

/// {"kind", "method"?, "path_prefix"?, "times"?: 1, "ms"?: for delay_ms and the timeouts}
[[nodiscard]] Result<WireFault> parse_wire_fault(const json::Value& wanted);

/// The faults that wait for a request.
class WireFaults {
 public:
  void add(WireFault fault) { waiting_.push_back(std::move(fault)); }
  void clear() { waiting_.clear(); }
  /// The oldest one that fits the request, used up once. Where a stream is asked for, what strikes once the exchange
  /// has acted does not fit: there is no answer that could be late or lost.
  [[nodiscard]] std::optional<WireFault> take(std::string_view method, std::string_view path, bool streams = false);
  [[nodiscard]] const std::vector<WireFault>& waiting() const { return waiting_; }

 private:
  std::vector<WireFault> waiting_;
};

}  // namespace belay::sim
