// SPDX-License-Identifier: Apache-2.0
#include "sim/server/body_reader.hpp"

#include <algorithm>

namespace belay::sim {

BodyReader::BodyReader(const json::Value& body) : body_(body) {
  if (!body.is_null() && !body.is_object()) error_ = "the body must be an object";
}

const json::Value* BodyReader::given(std::string_view name) {
  if (std::ranges::find(asked_, name) == asked_.end()) asked_.emplace_back(name);
  const json::Value* value = body_.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::Value* BodyReader::part(std::string_view name) {
  const json::Value* value = given(name);
  if (value == nullptr || value->is_object()) return value;
  refuse(name, "must be an object");
  return nullptr;
}

std::string BodyReader::text(std::string_view name, std::string_view otherwise) {
  const json::Value* value = given(name);
  if (value == nullptr) return std::string(otherwise);
  if (const std::string* text = value->as_string()) return *text;
  refuse(name, "must be a string");
  return {};
}

bool BodyReader::flag(std::string_view name, bool otherwise) {
  const json::Value* value = given(name);
  if (value == nullptr) return otherwise;
  if (const auto flag = value->as_bool()) return *flag;
  refuse(name, "must be true or false");
  return otherwise;
}

std::optional<std::int64_t> BodyReader::count(std::string_view name, std::int64_t least, std::int64_t most) {
  const json::Value* value = given(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->as_int64();
  if (number && *number >= least && *number <= most) return number;
  const bool bounded = most != std::numeric_limits<std::int64_t>::max();
  refuse(name, bounded ? "must be " + std::to_string(least) + " to " + std::to_string(most)
                       : "must be a whole number from " + std::to_string(least));
  return std::nullopt;
}

std::optional<std::int64_t> BodyReader::one_of(std::string_view name, std::initializer_list<std::int64_t> numbers) {
  const json::Value* value = given(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->as_int64();
  if (number && std::ranges::find(numbers, *number) != numbers.end()) return number;
  std::string known;
  for (const std::int64_t each : numbers) known.append(known.empty() ? "" : ", ").append(std::to_string(each));
  refuse(name, "must be one of " + known);
  return std::nullopt;
}

void BodyReader::refuse(std::string_view name, std::string_view why) {
  if (!error_) error_ = std::string(name) + " " + std::string(why);
}

void BodyReader::refuse_word(std::string_view name, std::span<const std::string_view> words) {
  refuse(name, "must be one of " + listed(words));
}

const std::optional<std::string>& BodyReader::refuse_the_rest() {
  const json::Object* members = body_.as_object();
  if (members == nullptr) return error_;
  for (const json::Member& member : *members) {
    if (std::ranges::find(asked_, member.key) != asked_.end()) continue;
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    refuse(member.key, "is not known here; what is: " + listed(known));
  }
  return error_;
}

std::string listed(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) list.append(list.empty() ? "" : ", ").append(word);
  return list;
}

}  // namespace belay::sim
