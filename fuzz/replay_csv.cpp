// SPDX-License-Identifier: Apache-2.0
// A file of prices is read or refused with its line; what was read ascends in time and holds prices only.
#include "core/base/check.hpp"
#include "sim/market/replay.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"x_1m.csv", "x_1h.csv", "x_1d.csv", "x.csv"}) {
    const auto points = belay::sim::replay_csv(text, name);
    if (!points) {
      BELAY_CHECK(points.error().message.starts_with(name));
      continue;
    }
    for (std::size_t i = 0; i < points->size(); ++i) {
      if (i > 0) BELAY_CHECK((*points)[i - 1].at <= (*points)[i].at);
      if (const auto* print = std::get_if<belay::sim::Print>(&(*points)[i].what)) {
        BELAY_CHECK(print->price.is_positive());
      }
    }
  }
  return 0;
}
