// SPDX-License-Identifier: Apache-2.0
// Any body of an error reply gives a message of one line.
#include "core/base/check.hpp"
#include "shell/alpaca/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto refusal = belay::alpaca::parse_refusal({reinterpret_cast<const char*>(data), size});
  BELAY_CHECK(refusal.message.find_first_of("\r\n") == std::string::npos);
  if (!refusal.is_json) BELAY_CHECK(refusal.code == 0 && refusal.related_orders.empty());
  return 0;
}
