// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace belay::alpaca {

/// A text that must never be seen: it cannot be printed, compared or turned into a string by accident.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  /// For the one place that sends it, and for the one that strikes it out of messages.
  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::string text_;
};

/// Whatever the broker repeats, a secret does not come through.
inline void strike_out(std::string& text, const std::string& secret) {
  constexpr std::string_view kHidden = "[hidden]";
  if (secret.empty()) return;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), kHidden);
    at += kHidden.size();
  }
}

}  // namespace belay::alpaca
