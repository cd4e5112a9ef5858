// SPDX-License-Identifier: Apache-2.0
#include "shell/net/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/x509.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace belay::net {
namespace {

class TlsStream final : public Stream {
 public:
  TlsStream(Socket socket, asio::ssl::context& context, const std::string& host)
      : stream_(std::move(socket), context), host_(host) {
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) ask_for(host);
  }

  void async_handshake(HandshakeHandler handler) override {
    stream_.async_handshake(asio::ssl::stream_base::client,
                            [this, handler = std::move(handler)](error_code error) mutable {
                              handler(error ? explain(error) : std::string());
                            });
  }

  void async_read_some(asio::mutable_buffer buffer, TransferHandler handler) override {
    stream_.async_read_some(buffer, [handler = std::move(handler)](error_code error, std::size_t count) mutable {
      // Closed without TLS's farewell: whether the peer or somebody in between has closed, nobody can tell.
      if (error == asio::ssl::error::stream_truncated) error = asio::error::connection_reset;
      handler(error, count);
    });
  }

  void async_write(asio::const_buffer buffer, TransferHandler handler) override {
    asio::async_write(stream_, buffer, std::move(handler));
  }

 private:
  Socket& socket() override { return stream_.next_layer(); }

  /// SSL_set_tlsext_host_name without the macro's C cast. OpenSSL copies the name.
  void ask_for(std::string host) {
    SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  }

  [[nodiscard]] std::string explain(error_code error) {
    std::string problem = "TLS with " + host_ + ": " + error.message();
    const long verdict = SSL_get_verify_result(stream_.native_handle());
    if (verdict != X509_V_OK) problem += std::string(": ") + X509_verify_cert_error_string(verdict);
    return problem;
  }

  asio::ssl::stream<Socket> stream_;
  std::string host_;
};

}  // namespace

struct TlsContext::Impl {
  asio::ssl::context context{asio::ssl::context::tls_client};
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::create(const std::string& ca_file) {
  auto impl = std::make_unique<Impl>();
  if (SSL_CTX_set_min_proto_version(impl->context.native_handle(), TLS1_2_VERSION) != 1) {
    return fail("TLS: the OpenSSL library refuses TLS 1.2 as the oldest version");
  }
  error_code error;
  static_cast<void>(impl->context.set_default_verify_paths(error));
  if (error) return fail("TLS: cannot load the system's certificate authorities: " + error.message());
  if (!ca_file.empty()) {
    static_cast<void>(impl->context.load_verify_file(ca_file, error));
    if (error) return fail("TLS: cannot read certificate authorities from " + ca_file + ": " + error.message());
  }
  return TlsContext(std::move(impl));
}

std::unique_ptr<Stream> TlsContext::make_stream(Socket socket, const std::string& host) {
  return std::make_unique<TlsStream>(std::move(socket), impl_->context, host);
}

}  // namespace belay::net
