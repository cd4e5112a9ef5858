// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belay::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name, in whatever case; null if there is none.
[[nodiscard]] const std::string* find_header(const HttpHeaders& headers, std::string_view name);

/// Host, Content-Length and Connection are written by the client and the server themselves: leave them out.
struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query, percent-encoded
  HttpHeaders headers = {};
  std::string body = {};

  [[nodiscard]] const std::string* header(std::string_view name) const { return find_header(headers, name); }
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers = {};
  std::string body = {};

  [[nodiscard]] const std::string* header(std::string_view name) const { return find_header(headers, name); }
};

/// Limits on what either side accepts.
inline constexpr std::size_t kMaxHttpBody = 32 * 1024 * 1024;
inline constexpr std::size_t kMaxHttpHeader = 64 * 1024;

/// For a query: everything but A-Z a-z 0-9 - . _ ~ becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// The reverse; a malformed escape stays as it is. `+` stays a plus.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace belay::net
