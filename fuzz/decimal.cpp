// SPDX-License-Identifier: Apache-2.0
// Decimal text that is accepted survives the way to text and back; the exact reader accepts nothing the rounding one
// refuses or reads differently.
#include "core/base/check.hpp"
#include "core/money/fixed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto exact = belay::fixed::parse(text);
  const auto rounded = belay::fixed::parse_rounding(text);
  if (exact) BELAY_CHECK(rounded.has_value() && *rounded == *exact);
  if (rounded) {
    const auto again = belay::fixed::parse(belay::fixed::text(*rounded));
    BELAY_CHECK(again.has_value() && *again == *rounded);
  }
  return 0;
}
