// SPDX-License-Identifier: Apache-2.0
// What the JSON parser accepts, the writer writes back to the same value; nothing else may happen, least of all a
// crash.
#include "core/base/check.hpp"
#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto value = belay::json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string once = belay::json::write(*value);
  const auto again = belay::json::parse(once);
  BELAY_CHECK(again.has_value());
  BELAY_CHECK(belay::json::write(*again) == once);
  return 0;
}
