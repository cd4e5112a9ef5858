// SPDX-License-Identifier: Apache-2.0
#pragma once

// HTTP/1.1 as bytes: what client and server put on the wire and take from it. Internal to this folder.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/net/http_message.hpp"

namespace belay::net {

/// The whole request. An Error if method, target or a header could not be written without breaking the framing.
[[nodiscard]] Result<std::string> encode_request(const HttpRequest& request, std::string_view host,
                                                 std::string_view base_path);
/// The whole response, without its body if it answers a HEAD.
[[nodiscard]] Result<std::string> encode_response(const HttpResponse& response, bool to_head, bool keep_alive);
/// The head of a response whose body follows in chunks, and whose end is the connection's.
[[nodiscard]] Result<std::string> encode_streamed_head(const HttpResponse& response);

/// How far a message has come.
enum class HttpProgress { More, Done, Broken };

/// Takes the bytes of one response.
class ResponseReader {
 public:
  explicit ResponseReader(bool to_head);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Room for the next bytes.
  [[nodiscard]] std::span<char> room();
  /// `count` bytes were put into the room.
  HttpProgress take(std::size_t count);
  /// The peer has closed in good order: that ends a body without a length.
  HttpProgress take_end();

  /// After Broken.
  [[nodiscard]] const std::string& problem() const;
  /// After Done, before release: whether another request may follow on the connection.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] HttpResponse release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Takes the bytes of one request after the other.
class RequestReader {
 public:
  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  [[nodiscard]] std::span<char> room();
  /// Also with 0, after release, to see whether the next request has come along already.
  HttpProgress take(std::size_t count);

  /// After Broken: the status to answer with (400, 413, 431).
  [[nodiscard]] int problem_status() const;
  /// After Done, before release: whether the client may send another request.
  [[nodiscard]] bool keep_alive() const;
  /// After Done; the reader is then ready for the next request.
  [[nodiscard]] HttpRequest release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::net
