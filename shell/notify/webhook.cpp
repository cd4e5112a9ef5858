// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/webhook.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

#include "shell/json/write.hpp"
#include "shell/net/url.hpp"
#include "shell/notify/base64.hpp"
#include "shell/notify/rendering.hpp"
#include "shell/notify/transfer.hpp"

namespace belay::notify {
namespace {

constexpr std::string_view kEncodedSecret = "whsec_";

/// Scheme, host and port, without path and query.
std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, std::min(url.size(), url.find_first_of("/?#", scheme + 3)));
}

class Webhook final : public Channel {
 public:
  Webhook(std::string name, WebhookSettings settings) : name_(std::move(name)), settings_(std::move(settings)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string description() const override { return shown_url(settings_.url); }

  Delivery deliver(const Letter& letter, const Patience& patience) override {
    json::Object body = to_json(letter.notice);
    body.erase("prepared");  // its text is what a program can use
    body.set("id", letter.identity);
    body.set("text", plain_text(letter.notice));
    body.set("created_at", belay::to_text(letter.written_at));
    WebTransfer request;
    request.url = settings_.url;
    request.ca_file = settings_.ca_file;
    request.body = json::write(std::move(body));
    const std::int64_t timestamp = letter.now.nanos / 1'000'000'000;
    request.headers = {"Content-Type: application/json", "User-Agent: belay",
                       "Expect:", "webhook-id: " + letter.identity, "webhook-timestamp: " + std::to_string(timestamp)};
    if (!settings_.secret.empty()) {
      request.headers.push_back("webhook-signature: " +
                                signature_of(settings_.secret, letter.identity, timestamp, request.body));
    }
    return send_web(request, patience);
  }

 private:
  std::string name_;
  WebhookSettings settings_;
};

}  // namespace

std::string shown_url(std::string_view url) {
  const std::string_view origin = origin_of(url);
  return std::string(origin) + (origin.size() + 1 < url.size() ? "/…" : "");
}

Result<void> check_web_url(std::string_view url) {
  const std::string_view origin = origin_of(url);
  const auto parsed =
      origin.empty() ? Result<net::Url>(fail("no URL: it begins with https://")) : net::parse_url(origin);
  if (!parsed) return fail(parsed.error().message);
  return {};
}

Result<void> check(const WebhookSettings& settings) {
  if (const auto url = check_web_url(settings.url); !url) return url;
  const std::string_view secret = settings.secret;
  if (secret.starts_with(kEncodedSecret) && !from_base64(secret.substr(kEncodedSecret.size()))) {
    return fail("the webhook's secret begins with whsec_, but what follows is no base64");
  }
  return {};
}

std::unique_ptr<Channel> webhook_channel(std::string name, WebhookSettings settings) {
  return std::make_unique<Webhook>(std::move(name), std::move(settings));
}

std::string signature_of(const std::string& secret, const std::string& id, std::int64_t timestamp,
                         const std::string& body) {
  std::string key = secret;
  if (std::string_view(secret).starts_with(kEncodedSecret)) {
    key = from_base64(std::string_view(secret).substr(kEncodedSecret.size())).value_or(secret);
  }
  const std::string text = id + "." + std::to_string(timestamp) + "." + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return "v1," + base64({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace belay::notify
