// SPDX-License-Identifier: Apache-2.0
// An option symbol that is read is written as the same symbol, whatever padding it came with.
#include "core/base/check.hpp"
#include "core/trading/instrument.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  belay::instrument_of(text);
  if (const auto terms = belay::parse_occ(text)) {
    const auto again = belay::parse_occ(belay::occ_symbol(*terms));
    BELAY_CHECK(again.has_value() && *again == *terms);
  }
  return 0;
}
