// SPDX-License-Identifier: Apache-2.0
// Any frame of the trading stream is read or refused, and reading it twice gives the same.
#include "core/base/check.hpp"
#include "shell/alpaca/parse_stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto once = belay::alpaca::parse_stream(text);
  const auto again = belay::alpaca::parse_stream(text);
  BELAY_CHECK(once.has_value() == again.has_value());
  if (once) BELAY_CHECK(once->index() == again->index());
  return 0;
}
