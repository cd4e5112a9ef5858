// SPDX-License-Identifier: Apache-2.0
// Any text in the place of the configuration file is read or complained of by name and line.
#include "app/config_file.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  belay::app::Draft draft;
  std::vector<belay::app::Problem> problems;
  belay::app::read_config_text({reinterpret_cast<const char*>(data), size}, "belay.toml", draft, problems);
  for (const belay::app::Problem& problem : problems) BELAY_CHECK(problem.message.starts_with("belay.toml"));
  return 0;
}
