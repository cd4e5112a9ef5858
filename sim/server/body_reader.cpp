// SPDX-License-Identifier: Apache-2.0
#include "sim/server/body_reader.hpp"

namespace belay::sim {

const json::Value* BodyReader::given(std::string_view name) const {
  const json::Value* value = body_.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
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

void BodyReader::refuse(std::string_view name, std::string_view why) {
  if (!error_) error_ = std::string(name) + " " + std::string(why);
}

}  // namespace belay::sim
