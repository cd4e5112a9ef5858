// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_codec.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace belay::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kReadSize = 16 * 1024;

bool is_token(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.contains(c);
  });
}

bool is_header_value(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_ours(const std::string& name) {
  const HttpHeaders asked = {{name, {}}};
  return find_header(asked, "Host") != nullptr || find_header(asked, "Content-Length") != nullptr ||
         find_header(asked, "Connection") != nullptr || find_header(asked, "Transfer-Encoding") != nullptr;
}

/// False, and `bad` names it, if a header could not be written.
bool add_headers(std::string& out, const HttpHeaders& headers, std::string& bad) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || !is_header_value(value)) {
      bad = name;
      return false;
    }
    if (!is_ours(name)) out.append(name).append(": ").append(value).append("\r\n");
  }
  return true;
}

/// Feeds what is in the buffer to the parser.
template <class Parser>
error_code feed(Parser& parser, boost::beast::flat_buffer& buffer) {
  error_code error;
  while (!parser.is_done() && buffer.size() != 0) {
    const std::size_t used = parser.put(buffer.data(), error);
    buffer.consume(used);
    if (error == http::error::need_more) return {};
    if (error || used == 0) break;
  }
  return error;
}

std::span<char> room_in(boost::beast::flat_buffer& buffer) {
  const auto room = buffer.prepare(kReadSize);
  return {static_cast<char*>(room.data()), room.size()};
}

template <class Fields>
HttpHeaders headers_of(const Fields& fields) {
  HttpHeaders headers;
  for (const auto& field : fields) headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return headers;
}

template <class Parser>
void set_limits(Parser& parser) {
  parser.eager(true);
  parser.body_limit(kMaxHttpBody);
  parser.header_limit(kMaxHttpHeader);
}

}  // namespace

Result<std::string> encode_request(const HttpRequest& request, std::string_view host, std::string_view base_path) {
  if (!is_token(request.method)) return fail("HTTP method \"" + request.method + "\" is not a word");
  if (!is_target(request.target)) return fail("HTTP target must begin with / and be percent-encoded");
  std::string out;
  out.reserve(512 + request.body.size());
  out.append(request.method).append(" ").append(base_path).append(request.target).append(" HTTP/1.1\r\nHost: ");
  out.append(host).append("\r\n");
  std::string bad;
  if (!add_headers(out, request.headers, bad)) return fail("HTTP header \"" + bad + "\" has forbidden characters");
  const bool usually_has_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (usually_has_body || !request.body.empty()) {
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  out.append("\r\n").append(request.body);
  return out;
}

namespace {

/// Up to and including the headers that were given.
Result<std::string> begin_response(const HttpResponse& response) {
  if (response.status < 200 || response.status > 999) {
    return fail("HTTP status " + std::to_string(response.status) + " cannot be a response");
  }
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string out;
  out.reserve(256 + response.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  std::string bad;
  if (!add_headers(out, response.headers, bad)) return fail("HTTP header \"" + bad + "\" has forbidden characters");
  return out;
}

}  // namespace

Result<std::string> encode_streamed_head(const HttpResponse& response) {
  auto out = begin_response(response);
  if (out) out->append("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  return out;
}

Result<std::string> encode_response(const HttpResponse& response, bool to_head, bool keep_alive) {
  auto begun = begin_response(response);
  if (!begun) return begun;
  std::string& out = *begun;
  const bool has_body = response.status != 204 && response.status != 304;
  if (has_body) out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  if (!keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (has_body && !to_head) out.append(response.body);
  return begun;
}

struct ResponseReader::Impl {
  explicit Impl(bool head) : to_head(head) { begin(); }

  void begin() {
    parser.emplace();
    set_limits(*parser);
    parser->skip(to_head);
  }

  HttpProgress progress(error_code error) {
    if (error) {
      problem = error.message();
      return HttpProgress::Broken;
    }
    return parser->is_done() ? HttpProgress::Done : HttpProgress::More;
  }

  bool to_head;
  boost::beast::flat_buffer buffer;
  std::optional<http::response_parser<http::string_body>> parser;
  std::string problem;
};

ResponseReader::ResponseReader(bool to_head) : impl_(std::make_unique<Impl>(to_head)) {}
ResponseReader::~ResponseReader() = default;

std::span<char> ResponseReader::room() { return room_in(impl_->buffer); }

HttpProgress ResponseReader::take(std::size_t count) {
  impl_->buffer.commit(count);
  for (;;) {
    const HttpProgress progress = impl_->progress(feed(*impl_->parser, impl_->buffer));
    const bool interim = progress == HttpProgress::Done && impl_->parser->get().result_int() / 100 == 1;
    if (!interim) return progress;
    impl_->begin();  // 100, 102, 103: the response proper follows
  }
}

HttpProgress ResponseReader::take_end() {
  if (!impl_->parser
           ->got_some()) {  // nothing at all, or nothing behind an interim answer: the parser takes no such end
    impl_->problem = "the connection ended before the answer";
    return HttpProgress::Broken;
  }
  error_code error;
  impl_->parser->put_eof(error);
  return impl_->progress(error);
}

const std::string& ResponseReader::problem() const { return impl_->problem; }

bool ResponseReader::keep_alive() const {
  // Bytes behind the response belong to nothing we asked for.
  return impl_->parser->keep_alive() && !impl_->parser->need_eof() && impl_->buffer.size() == 0;
}

HttpResponse ResponseReader::release() {
  auto message = impl_->parser->release();
  return {.status = static_cast<int>(message.result_int()),
          .headers = headers_of(message),
          .body = std::move(message.body())};
}

struct RequestReader::Impl {
  Impl() { begin(); }

  void begin() {
    parser.emplace();
    set_limits(*parser);
  }

  boost::beast::flat_buffer buffer;
  std::optional<http::request_parser<http::string_body>> parser;
  int problem_status = 400;
};

RequestReader::RequestReader() : impl_(std::make_unique<Impl>()) {}
RequestReader::~RequestReader() = default;

std::span<char> RequestReader::room() { return room_in(impl_->buffer); }

HttpProgress RequestReader::take(std::size_t count) {
  impl_->buffer.commit(count);
  if (const error_code error = feed(*impl_->parser, impl_->buffer)) {
    const bool large = error == http::error::body_limit;
    impl_->problem_status = large ? 413 : error == http::error::header_limit ? 431 : 400;
    return HttpProgress::Broken;
  }
  return impl_->parser->is_done() ? HttpProgress::Done : HttpProgress::More;
}

int RequestReader::problem_status() const { return impl_->problem_status; }

bool RequestReader::keep_alive() const { return impl_->parser->keep_alive() && impl_->parser->get().version() == 11; }

HttpRequest RequestReader::release() {
  auto message = impl_->parser->release();
  HttpRequest request{.method = std::string(message.method_string()),
                      .target = std::string(message.target()),
                      .headers = headers_of(message),
                      .body = std::move(message.body())};
  impl_->begin();
  return request;
}

}  // namespace belay::net
