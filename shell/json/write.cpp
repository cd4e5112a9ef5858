// SPDX-License-Identifier: Apache-2.0
#include "shell/json/write.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace belay::json {
namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text` (not empty), 0 if there is none (RFC 3629: no
/// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
  }
  const unsigned second = byte(1);
  const bool bad = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                   (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return bad ? 0 : length;
}

void write_escape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 0xF];
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

void new_line(std::string& out, int indent) {
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * 2, ' ');
}

constexpr int kCompact = -1;

/// `indent` is the depth of `value` when written for people, kCompact otherwise.
void write_value(std::string& out, const Value& value, int indent);

template <class Range, class WriteItem>
void write_items(std::string& out, char open, char close, const Range& items, int indent, WriteItem write_item) {
  out += open;
  const int inner = indent == kCompact ? kCompact : indent + 1;
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    if (inner != kCompact) new_line(out, inner);
    write_item(item, inner);
  }
  if (!first && indent != kCompact) new_line(out, indent);
  out += close;
}

void write_value(std::string& out, const Value& value, int indent) {
  if (const std::string* const text = value.as_string()) {
    write_string_to(out, *text);
  } else if (const std::string* const number = value.as_number_text()) {
    out += *number;
  } else if (const Object* const object = value.as_object()) {
    write_items(out, '{', '}', *object, indent, [&out](const Member& member, int inner) {
      write_string_to(out, member.key);
      out += inner == kCompact ? ":" : ": ";
      write_value(out, member.value, inner);
    });
  } else if (const Array* const array = value.as_array()) {
    write_items(out, '[', ']', *array, indent,
                [&out](const Value& element, int inner) { write_value(out, element, inner); });
  } else if (value.is_null()) {
    out += "null";
  } else {
    out += value.as_bool() == true ? "true" : "false";
  }
}

}  // namespace

void write_string_to(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    if (length > 1) {
      out += text.substr(0, length);
    } else if (length == 1) {
      write_escape(out, text.front());
    } else {
      out += "\xEF\xBF\xBD";  // U+FFFD
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void write_to(std::string& out, const Value& value) { write_value(out, value, kCompact); }

std::string write(const Value& value) {
  std::string out;
  write_to(out, value);
  return out;
}

std::string write_pretty(const Value& value) {
  std::string out;
  write_value(out, value, 0);
  return out;
}

}  // namespace belay::json
