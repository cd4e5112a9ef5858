// SPDX-License-Identifier: Apache-2.0
// Any text in the place of the configuration file is read or complained of by name and line.
#include "app/config_file.hpp"
#include "core/base/check.hpp"

namespace {

void apply(const belay::app::FileContents::Part& part) {
  belay::app::Draft draft;
  std::vector<belay::app::Problem> problems = part.problems;
  for (const belay::app::Setting& setting : part.settings) draft.apply(setting, problems);
  for (const belay::app::Problem& problem : problems) BELAY_CHECK(problem.message.starts_with("belay.toml"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto contents = belay::app::read_config_text({reinterpret_cast<const char*>(data), size}, "belay.toml");
  apply(contents.common);
  for (const auto& [name, part] : contents.accounts) apply(part);
  return 0;
}
