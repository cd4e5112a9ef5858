// SPDX-License-Identifier: Apache-2.0
// A time or date that is accepted survives the way to text and back.
#include "core/calendar/timestamp.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto at = belay::parse_timestamp(text)) {
    const auto again = belay::parse_timestamp(belay::to_text(*at));
    BELAY_CHECK(again.has_value() && *again == *at);
  }
  if (const auto date = belay::parse_date(text)) {
    const auto again = belay::parse_date(belay::to_text(*date));
    BELAY_CHECK(again.has_value() && *again == *date);
  }
  return 0;
}
