// SPDX-License-Identifier: Apache-2.0
// A response is read the same however its bytes are cut; what was read can be put on the wire again and comes back.
// The first byte says how long the pieces are, and whether a HEAD is answered.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/check.hpp"
#include "shell/net/http_codec.hpp"

namespace {

using belay::net::HttpProgress;
using belay::net::HttpResponse;

std::optional<HttpResponse> read(std::string_view bytes, std::size_t piece, bool to_head) {
  belay::net::ResponseReader reader(to_head);
  HttpProgress progress = HttpProgress::More;
  while (!bytes.empty() && progress == HttpProgress::More) {
    const auto room = reader.room();
    BELAY_CHECK(!room.empty());
    const std::size_t count = std::min({piece, bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), count);
    bytes.remove_prefix(count);
    progress = reader.take(count);
  }
  if (progress == HttpProgress::More) progress = reader.take_end();
  if (progress != HttpProgress::Done) return std::nullopt;
  HttpResponse response = reader.release();
  BELAY_CHECK(response.body.size() <= belay::net::kMaxHttpBody);
  return response;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const bool to_head = (data[0] & 1) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(bytes, bytes.size(), to_head);
  const auto pieces = read(bytes, 1 + data[0] / 2, to_head);
  BELAY_CHECK(whole.has_value() == pieces.has_value());
  if (!whole) return 0;
  BELAY_CHECK(whole->status == pieces->status && whole->headers == pieces->headers && whole->body == pieces->body);
  return 0;
}
