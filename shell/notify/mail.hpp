// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "shell/notify/channel.hpp"

namespace belay::notify {

struct MailSettings {
  std::string url;      ///< smtp://host[:587] (STARTTLS) or smtps://host[:465]
  bool plain = false;   ///< without TLS; only to this machine
  std::string ca_file;  ///< PEM, besides the system's authorities
  std::string user;     ///< empty: without authentication
  std::string password;
  std::string from;  ///< "belay@example.com" or "Belay <belay@example.com>"
  std::vector<std::string> to;

  bool operator==(const MailSettings&) const = default;
};

/// What is wrong with them, and what to do; nothing is contacted.
Result<void> check(const MailSettings& settings);

std::unique_ptr<Channel> mail_channel(std::string name, MailSettings settings);

/// The header's value as mail has it: control characters are dropped, and what is not ASCII is encoded (RFC 2047).
std::string encoded_header(std::string_view text);
/// The address in "Name <address>".
std::string bare_address(std::string_view text);

}  // namespace belay::notify
