// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/notify/channel.hpp"

namespace belay::notify {

struct WebhookSettings {
  std::string url;      ///< https://…; plain http only to this machine. May itself be a secret: never shown whole
  std::string secret;   ///< what signatures are made with; "whsec_…" is base64, anything else counts as it is
  std::string ca_file;  ///< PEM, besides the system's authorities

  bool operator==(const WebhookSettings&) const = default;
};

/// What is wrong with them, and what to do; nothing is contacted.
Result<void> check(const WebhookSettings& settings);
/// Whether a URL may be called: https, or plain http to this machine.
Result<void> check_web_url(std::string_view url);
/// The URL's scheme and host: for logs and people.
std::string shown_url(std::string_view url);

/// POSTs the notice as JSON, signed as the Standard Webhooks specification has it: headers webhook-id (the same in each
/// attempt), webhook-timestamp, webhook-signature.
std::unique_ptr<Channel> webhook_channel(std::string name, WebhookSettings settings);

/// "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body".
std::string signature_of(const std::string& secret, const std::string& id, std::int64_t timestamp,
                         const std::string& body);

}  // namespace belay::notify
