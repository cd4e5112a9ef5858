// SPDX-License-Identifier: Apache-2.0
// Requests are read the same however their bytes are cut, one after the other, and within the limits. The first byte
// says how long the pieces are.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/check.hpp"
#include "shell/net/http_codec.hpp"

namespace {

using belay::net::HttpProgress;
using belay::net::HttpRequest;

std::vector<HttpRequest> read(std::string_view bytes, std::size_t piece) {
  belay::net::RequestReader reader;
  std::vector<HttpRequest> requests;
  while (!bytes.empty()) {
    const auto room = reader.room();
    BELAY_CHECK(!room.empty());
    const std::size_t count = std::min({piece, bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), count);
    bytes.remove_prefix(count);
    HttpProgress progress = reader.take(count);
    while (progress == HttpProgress::Done) {
      const bool more = reader.keep_alive();
      requests.push_back(reader.release());
      BELAY_CHECK(requests.back().body.size() <= belay::net::kMaxHttpBody);
      if (!more) return requests;
      progress = reader.take(0);
    }
    if (progress == HttpProgress::Broken) {
      const int status = reader.problem_status();
      BELAY_CHECK(status == 400 || status == 413 || status == 431);
      return requests;
    }
  }
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  const auto pieces = read(bytes, 1 + data[0]);
  BELAY_CHECK(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    BELAY_CHECK(whole[i].method == pieces[i].method && whole[i].target == pieces[i].target);
    BELAY_CHECK(whole[i].headers == pieces[i].headers && whole[i].body == pieces[i].body);
  }
  return 0;
}
