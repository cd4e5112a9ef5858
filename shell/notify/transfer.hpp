// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/notify/channel.hpp"

/// What goes over the network: libcurl, behind plain data. Certificates and host names are verified; redirects are not
/// followed; nothing but the protocols named is spoken.
namespace belay::notify {

struct MailTransfer {
  std::string url;     ///< smtp://host:port or smtps://host:port
  bool plain = false;  ///< without TLS: for a mail server on this machine
  std::string ca_file;
  std::string user;
  std::string password;
  std::string from;                  ///< an address without its name
  std::vector<std::string> to;       ///< likewise
  std::vector<std::string> headers;  ///< "Name: value" in one line each, encoded
  std::string text;
  std::string html;
  std::vector<Picture> pictures;  ///< that the HTML shows
};

struct WebTransfer {
  std::string url;
  std::string ca_file;
  std::vector<std::string> headers;
  std::string body;
  bool post = true;
};

Delivery send_mail(const MailTransfer& mail, const Patience& patience);
/// A status of 200 to 299 is a success.
Delivery send_web(const WebTransfer& request, const Patience& patience);

}  // namespace belay::notify
