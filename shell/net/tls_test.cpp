// SPDX-License-Identifier: Apache-2.0
#include "shell/net/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "shell/net/http_client.hpp"
#include "shell/net/http_server.hpp"
#include "shell/net/test_authority.hpp"

namespace belay::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using ::testing::HasSubstr;
namespace ssl = boost::asio::ssl;

/// Serves one connection, answering every request with "ok"; counts them.
class TlsServer {
 public:
  TlsServer(const TestAuthority& authority, const std::string& name, bool only_tls_1_1 = false) {
    tls_.use_certificate_chain_file(authority.file(name + ".pem"));
    tls_.use_private_key_file(authority.file(name + ".key"), ssl::context::pem);
    if (only_tls_1_1) {
      SSL_CTX_set_cipher_list(tls_.native_handle(), "ALL:@SECLEVEL=0");
      SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_1_VERSION);
      SSL_CTX_set_max_proto_version(tls_.native_handle(), TLS1_1_VERSION);
    }
    thread_ = std::thread([this] { run(); });
  }
  ~TlsServer() { finish(); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  void finish() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(port_);
  }

  /// After finish().
  int requests = 0;
  std::string name_asked_for;

 private:
  void run() {
    pollfd coming{.fd = acceptor_.native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&coming, 1, 20'000) != 1) {
      ADD_FAILURE() << "nobody has connected";
      return;
    }
    ssl::stream<tcp::socket> stream(acceptor_.accept(), tls_);
    boost::system::error_code error;
    stream.handshake(ssl::stream_base::server, error);
    if (error) return;
    const char* const name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    if (name != nullptr) name_asked_for = name;
    for (std::string heard;; heard.clear()) {
      boost::asio::read_until(stream, boost::asio::dynamic_buffer(heard), "\r\n\r\n", error);
      if (error) return;
      ++requests;
      constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
      boost::asio::write(stream, boost::asio::buffer(kOk), error);
    }
  }

  boost::asio::io_context context_;
  ssl::context tls_{ssl::context::tls_server};
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::thread thread_;
};

class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority = new TestAuthority;
    authority->sign("localhost", "DNS:localhost");
    authority->sign("other", "DNS:other.example,DNS:*.localhost");
    authority->sign("address", "IP:127.0.0.1");
  }
  static void TearDownTestSuite() { delete authority; }

  static HttpClient client_of(const std::string& url, const std::string& ca_file = authority->file("ca.pem")) {
    auto client = HttpClient::create(url, {.ca_file = ca_file});
    EXPECT_TRUE(client.has_value()) << client.error().message;
    return std::move(*client);
  }

  /// The client must neither send nor say that it may have.
  static void expect_refused(TlsServer& server, HttpClient client, const std::string& why) {
    {
      const auto response = client.send({.method = "POST"}, 5s);
      ASSERT_FALSE(response.has_value());
      EXPECT_EQ(response.error().kind, HttpFailure::NotSent);
      EXPECT_THAT(response.error().message, HasSubstr(why));
      EXPECT_EQ(client.requests_sent(), 0u);
    }
    server.finish();
    EXPECT_EQ(server.requests, 0);
  }

  static inline TestAuthority* authority = nullptr;
};

TEST_F(Tls, TalksToTheHostItAskedFor) {
  TlsServer server(*authority, "localhost");
  {
    HttpClient client = client_of(server.url("localhost"));
    for (const char* method : {"GET", "POST", "POST"}) {
      const auto response = client.send({.method = method}, 5s);
      ASSERT_TRUE(response.has_value()) << response.error().message;
      EXPECT_EQ(response->body, "ok");
    }
  }
  server.finish();
  EXPECT_EQ(server.requests, 3);  // all on the one connection
  EXPECT_EQ(server.name_asked_for, "localhost");
}

TEST_F(Tls, AcceptsAnAddressThatTheCertificateNames) {
  TlsServer server(*authority, "address");
  HttpClient client = client_of(server.url("127.0.0.1"));
  const auto response = client.send({}, 5s);
  EXPECT_TRUE(response.has_value()) << response.error().message;
}

TEST_F(Tls, RefusesAnotherHost) {
  TlsServer server(*authority, "other");
  expect_refused(server, client_of(server.url("localhost")), "TLS with localhost: certificate verify failed");
}

TEST_F(Tls, RefusesAnAddressThatTheCertificateDoesNotName) {
  TlsServer server(*authority, "localhost");
  expect_refused(server, client_of(server.url("127.0.0.1")), "certificate verify failed");
}

TEST_F(Tls, RefusesAnUnknownAuthority) {
  TlsServer server(*authority, "localhost");
  expect_refused(server, client_of(server.url("localhost"), ""), "unable to get local issuer certificate");
}

TEST_F(Tls, RefusesACertificateThatSignedItself) {
  TlsServer server(*authority, "ca");
  expect_refused(server, client_of(server.url("localhost"), ""), "self-signed certificate");
}

TEST_F(Tls, RefusesVersionsBefore12) {
  TlsServer server(*authority, "localhost", true);
  expect_refused(server, client_of(server.url("localhost")), "TLS with localhost: ");
}

TEST_F(Tls, RefusesAServerThatDoesNotSpeakTls) {
  const auto server = HttpServer::start({}, [](const HttpRequest&) { return HttpResponse{}; });
  ASSERT_TRUE(server.has_value());
  HttpClient client = client_of("https://localhost:" + std::to_string(server->port()));
  const auto response = client.send({.method = "POST"}, 5s);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, HttpFailure::NotSent);
}

TEST(TlsContext, NeedsAReadableFile) {
  const auto context = TlsContext::create("/no/such/file.pem");
  ASSERT_FALSE(context.has_value());
  EXPECT_THAT(context.error().message, HasSubstr("/no/such/file.pem"));
}

}  // namespace
}  // namespace belay::net
