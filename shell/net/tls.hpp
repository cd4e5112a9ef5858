// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio.

#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "shell/net/stream.hpp"

namespace belay::net {

/// What a TLS client trusts: the system's authorities and those of one more file. TLS 1.2 or later.
class TlsContext {
 public:
  /// `ca_file`: PEM, "" for none. An Error if it cannot be read.
  [[nodiscard]] static Result<TlsContext> create(const std::string& ca_file);

  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  /// A client's stream over a connected socket, to be used after async_handshake has gone well: that is, after the peer
  /// has proved, by a chain up to a trusted authority, to be `host` (name or address). Outlived by the context.
  [[nodiscard]] std::unique_ptr<Stream> make_stream(Socket socket, const std::string& host);

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::net
