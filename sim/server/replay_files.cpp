// SPDX-License-Identifier: Apache-2.0
#include "sim/server/replay_files.hpp"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "sim/market/replay.hpp"

namespace belay::sim {
namespace {

/// More than any day of ticks; guards against a file that unpacks without end.
constexpr std::size_t kLargestText = std::size_t{2} * 1024 * 1024 * 1024;

struct CloseGz {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

/// zlib reads plain files as they are.
Result<std::string> read_text(const std::string& path) {
  errno = 0;
  const GzFile file(gzopen(path.c_str(), "rb"));
  if (file == nullptr) return fail(path + ": cannot be opened: " + std::strerror(errno));
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const int count = gzread(file.get(), buffer.data(), buffer.size());
    if (count == 0) break;
    int code = 0;
    if (count < 0) return fail(path + ": cannot be read: " + gzerror(file.get(), &code));
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLargestText) return fail(path + ": more than 2 GiB of text");
  }
  int code = Z_OK;
  const char* const what = gzerror(file.get(), &code);
  if (code != Z_OK) return fail(path + ": is cut off or damaged: " + what);
  return text;
}

/// What the length of the bars is read from: the name without folder and .gz.
std::string plain_name(const std::string& path) {
  std::string name = std::filesystem::path(path).filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - std::string_view(".gz").size());
  return name;
}

}  // namespace

Result<std::unique_ptr<PriceSource>> load_replay_files(const std::vector<std::string>& paths,
                                                       const calendar::UsEquities& calendar) {
  std::vector<std::unique_ptr<PriceSource>> sources;
  for (const std::string& path : paths) {
    const auto text = read_text(path);
    if (!text) return std::unexpected(text.error());
    auto points = replay_csv(*text, plain_name(path), calendar);
    if (!points) return std::unexpected(points.error());
    sources.push_back(play(std::move(*points)));
  }
  return merge(std::move(sources));
}

}  // namespace belay::sim
