// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "shell/alpaca/parse.hpp"
#include "shell/json/parse.hpp"

namespace belay::alpaca {
namespace {

constexpr std::size_t kLongestMessage = 500;
constexpr std::size_t kLongestForeignText = 200;

/// At most `size` bytes, without half a UTF-8 character at the end.
std::string_view shortened(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

/// One line: every run of white space and control characters becomes one blank.
std::string one_line(std::string_view text, std::size_t longest) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7F) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.ends_with(' ')) line.pop_back();
  return std::string(shortened(line, longest));
}

std::string without_tags(std::string_view text) {
  std::string kept;
  bool in_tag = false;
  for (const char c : text) {
    if (c == '<') {
      in_tag = true;
      kept += ' ';
    } else if (c == '>' && in_tag) {
      in_tag = false;
    } else if (!in_tag) {
      kept += c;
    }
  }
  return kept;
}

std::int64_t code_of(const json::Value& body) {
  const json::Value* member = body.find("code");
  const std::string* text = member != nullptr ? member->decimal_text() : nullptr;
  if (text == nullptr) return 0;
  std::int64_t code = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), code);
  return read.ec == std::errc() && read.ptr == text->data() + text->size() ? code : 0;
}

void add_order(std::vector<OrderId>& orders, const json::Value* id) {
  const std::string* text = id != nullptr ? id->as_string() : nullptr;
  if (text != nullptr && !text->empty()) orders.emplace_back(*text);
}

std::optional<Price> price_of(const json::Value& body) {
  for (const std::string_view key : {"market_price", "base_price"}) {
    const json::Value* member = body.find(key);
    const std::string* text = member != nullptr ? member->decimal_text() : nullptr;
    if (text == nullptr) continue;
    const auto price = Price::parse_rounding(*text);
    if (price && price->is_positive()) return *price;
  }
  return std::nullopt;
}

}  // namespace

Refusal parse_refusal(std::string_view body) {
  Refusal refusal;
  const auto value = json::parse(body);
  if (!value || !value->is_object()) {
    // The beginning is enough: a page of several megabytes is not looked through for 200 characters.
    refusal.message = one_line(without_tags(body.substr(0, 64 * kLongestForeignText)), kLongestForeignText);
    return refusal;
  }
  refusal.is_json = true;
  refusal.code = code_of(*value);
  if (const json::Value* message = value->find("message"); message != nullptr && message->as_string() != nullptr) {
    refusal.message = one_line(*message->as_string(), kLongestMessage);
  }
  if (const json::Value* related = value->find("related_orders"); related != nullptr && related->is_array()) {
    for (const json::Value& id : *related->as_array()) add_order(refusal.related_orders, &id);
  }
  if (const json::Value* available = value->find("available"); available != nullptr) {
    if (const std::string* text = available->decimal_text()) {
      if (const auto quantity = Quantity::parse_rounding(*text)) refusal.available = *quantity;
    }
  }
  // A wash trade names the order in the way like this (alpaca.md 3.6).
  add_order(refusal.related_orders, value->find("existing_order_id"));
  refusal.market_price = price_of(*value);
  return refusal;
}

}  // namespace belay::alpaca
