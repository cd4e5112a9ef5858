// SPDX-License-Identifier: Apache-2.0
#include "shell/json/parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belay::json {
namespace {

namespace ondemand = simdjson::ondemand;

// A parser keeps buffers as large as the largest text it has seen: only ordinary texts share the thread's own.
constexpr std::size_t kSharedParserBytes = 1024 * 1024;
// Up to here comparing every new key with the earlier ones is cheaper than sorting.
constexpr std::size_t kFewMembers = 16;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

/// Builds the tree while walking the text. Methods return false after the first failure, which `problem_` holds.
class Reader {
 public:
  explicit Reader(ondemand::document& document, std::string_view text) : document_(document), text_(text) {}

  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool read_document(Value& out) {
    ondemand::json_type type;
    if (!ok(document_.type().get(type))) return false;
    bool read = false;
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      read = ok(document_.get_array().get(array)) && read_array(array, 1, out);
    } else if (type == ondemand::json_type::object) {
      ondemand::object object;
      read = ok(document_.get_object().get(object)) && read_object(object, 1, out);
    } else if (type == ondemand::json_type::string) {
      std::string_view string;
      read = ok(document_.get_string().get(string));
      if (read) out = Value(string);
    } else {
      return read_token(trim(text_), out);  // the whole text, so nothing can follow
    }
    if (read && document_.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return refuse("something follows the value");
    return read;
  }

 private:
  bool read_value(ondemand::value value, std::size_t depth, Value& out) {
    ondemand::json_type type;
    if (!ok(value.type().get(type))) return false;
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      return ok(value.get_array().get(array)) && read_array(array, depth + 1, out);
    }
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      return ok(value.get_object().get(object)) && read_object(object, depth + 1, out);
    }
    if (type == ondemand::json_type::string) {
      std::string_view string;
      if (!ok(value.get_string().get(string))) return false;
      out = Value(string);
      return true;
    }
    return read_token(trim(value.raw_json_token()), out);
  }

  bool read_array(ondemand::array array, std::size_t depth, Value& out) {
    if (depth > kMaxDepth) return refuse_depth();
    Array elements;
    for (auto element : array) {
      ondemand::value value;
      if (!ok(element.get(value)) || !read_value(value, depth, elements.emplace_back())) return false;
    }
    out = Value(std::move(elements));
    return true;
  }

  bool read_object(ondemand::object object, std::size_t depth, Value& out) {
    if (depth > kMaxDepth) return refuse_depth();
    Object members;
    for (auto member : object) {
      ondemand::field field;
      std::string_view key;
      if (!ok(std::move(member).get(field)) || !ok(field.unescaped_key().get(key))) return false;
      if (members.size() < kFewMembers && members.find(key) != nullptr) return refuse_repeated(key);
      std::string name(key);
      Value value;
      if (!read_value(field.value(), depth, value)) return false;
      members.append(std::move(name), std::move(value));
    }
    if (members.size() > kFewMembers && !keys_are_unique(members)) return false;
    out = Value(std::move(members));
    return true;
  }

  /// The text decides, not simdjson: on demand it would only look at what is asked of it, and a number of any size or
  /// precision is fine here.
  bool read_token(std::string_view token, Value& out) {
    if (token == "null") {
      out = Value();
    } else if (token == "true" || token == "false") {
      out = Value(token == "true");
    } else if (is_number_text(token)) {
      out = Value::number_text(std::string(token));
    } else {
      return refuse("not a value: " + std::string(token.substr(0, 20)));
    }
    return true;
  }

  bool keys_are_unique(const Object& members) {
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const Member& member : members) keys.push_back(member.key);
    std::ranges::sort(keys);
    const auto repeated = std::ranges::adjacent_find(keys);
    return repeated == keys.end() || refuse_repeated(*repeated);
  }

  bool refuse_repeated(std::string_view key) { return refuse("key \"" + std::string(key.substr(0, 40)) + "\" twice"); }
  bool refuse_depth() { return refuse("nested deeper than " + std::to_string(kMaxDepth)); }
  bool ok(simdjson::error_code code) { return code == simdjson::SUCCESS || refuse(simdjson::error_message(code)); }

  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    const char* location = nullptr;
    const bool known = document_.current_location().get(location) == simdjson::SUCCESS && location >= text_.data() &&
                       location <= text_.data() + text_.size();
    problem_ += known ? " (near byte " + std::to_string(location - text_.data()) + ")" : " (at the end)";
    return false;
  }

  ondemand::document& document_;
  std::string_view text_;
  std::string problem_;
};

Result<Value> parse_with(ondemand::parser& parser, std::string_view text) {
  const simdjson::padded_string padded(text);
  ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) {
    return fail(std::string("JSON: ") + simdjson::error_message(error) + " (in the text as a whole)");
  }
  Value value;
  Reader reader(document, std::string_view(padded));
  if (!reader.read_document(value)) return fail("JSON: " + reader.problem());
  return value;
}

}  // namespace

Result<Value> parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return fail("JSON: " + std::to_string(text.size()) + " bytes are more than the " + std::to_string(kMaxBytes) +
                " accepted");
  }
  if (trim(text).empty()) return fail("JSON: empty text");
  if (text.size() > kSharedParserBytes) {
    ondemand::parser parser;
    return parse_with(parser, text);
  }
  static thread_local ondemand::parser shared_parser;
  return parse_with(shared_parser, text);
}

}  // namespace belay::json
