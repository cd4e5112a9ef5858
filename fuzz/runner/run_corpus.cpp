// SPDX-License-Identifier: Apache-2.0
// Feeds each fuzz target its seeds: as they are, cut off after every byte, and altered at every byte. No libFuzzer
// needed; what the long form found stays found. Exits with 1 where a target has no seeds.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/runner/targets.hpp"

namespace {

using Target = int (*)(const unsigned char*, std::size_t);

std::size_t feed(Target target, std::string bytes) {
  std::size_t runs = 0;
  const auto run = [&](std::size_t size) {
    // A copy of its own size, so that the address sanitizer sees a step beyond the end.
    const std::string input(bytes, 0, size);
    target(reinterpret_cast<const unsigned char*>(input.data()), input.size());
    ++runs;
  };
  run(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    run(at);
    const char original = bytes[at];
    for (const char other : std::array{'\0', '"', '9', '-', '\n', '\xff', static_cast<char>(original ^ 1)}) {
      bytes[at] = other;
      run(bytes.size());
    }
    bytes[at] = original;
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  bool complete = true;
  std::size_t all = 0;
  for (const auto& [name, target] : kTargets) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / name;
    std::size_t runs = 0;
    if (std::filesystem::is_directory(folder)) {
      for (const auto& file : std::filesystem::directory_iterator(folder)) {
        std::ifstream in(file.path(), std::ios::binary);
        runs += feed(target, std::string(std::istreambuf_iterator<char>(in), {}));
      }
    }
    std::printf("%-16s %8zu\n", name, runs);
    if (runs == 0) complete = false;
    all += runs;
  }
  std::printf("%zu inputs%s\n", all, complete ? "" : ", and a target without seeds");
  return complete ? 0 : 1;
}
