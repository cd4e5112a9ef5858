// SPDX-License-Identifier: Apache-2.0
#include "sim/server/data_page.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace belay::sim {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kLetters[(bits >> (count - 6)) & 63];
  }
  if (count > 0) out += kLetters[(bits << (6 - count)) & 63];
  return out;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kLetters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 255);
  }
  return out;
}

template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string page_token(const PagePlace& place) {
  return encoded(place.symbol + "|" + std::to_string(place.at.nanos) + "|" + std::to_string(place.skip));
}

std::optional<PagePlace> parse_page_token(std::string_view token) {
  const auto text = decoded(token);
  if (!text) return std::nullopt;
  const std::size_t first = text->find('|');
  const std::size_t second = text->find('|', first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  PagePlace place{.symbol = text->substr(0, first), .at = {}, .skip = 0};
  const std::string_view rest = *text;
  if (!read(rest.substr(first + 1, second - first - 1), place.at.nanos) || !read(rest.substr(second + 1), place.skip)) {
    return std::nullopt;
  }
  return place;
}

}  // namespace belay::sim
