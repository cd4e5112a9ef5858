// SPDX-License-Identifier: Apache-2.0
#include "shell/json/value.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/check.hpp"

namespace belay::json {

Object::Object() noexcept = default;
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

Object::Object(std::initializer_list<Init> members) {
  members_.reserve(members.size());
  for (const Init& member : members) set(member.key, std::move(member.value));
}

const Value* Object::find(std::string_view key) const {
  const auto found = std::ranges::find(members_, key, &Member::key);
  return found == members_.end() ? nullptr : &found->value;
}

Value* Object::find(std::string_view key) {
  const auto found = std::ranges::find(members_, key, &Member::key);
  return found == members_.end() ? nullptr : &found->value;
}

Object& Object::set(std::string_view key, Value value) {
  if (Value* const present = find(key)) {
    *present = std::move(value);
  } else {
    append(std::string(key), std::move(value));
  }
  return *this;
}

void Object::append(std::string key, Value value) { members_.push_back({std::move(key), std::move(value)}); }

bool Object::erase(std::string_view key) {
  return std::erase_if(members_, [key](const Member& member) { return member.key == key; }) != 0;
}

std::size_t Object::size() const { return members_.size(); }
bool Object::empty() const { return members_.empty(); }
const Member* Object::begin() const { return members_.data(); }
const Member* Object::end() const { return members_.data() + members_.size(); }

bool operator==(const Object& left, const Object& right) {
  if (left.size() != right.size()) return false;
  if (left.members_ == right.members_) return true;  // the usual case: same order
  return std::ranges::all_of(left, [&right](const Member& member) {
    const Value* const other = right.find(member.key);
    return other != nullptr && *other == member.value;
  });
}

Value Value::number_text(std::string text) {
  BELAY_CHECK(is_number_text(text));
  Value value;
  value.data_ = Number{std::move(text)};
  return value;
}

std::string_view Value::type_name() const {
  static constexpr std::string_view kNames[] = {"null", "bool", "number", "string", "array", "object"};
  return kNames[data_.index()];
}

std::optional<bool> Value::as_bool() const {
  const bool* const value = std::get_if<bool>(&data_);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

const std::string* Value::as_number_text() const {
  const Number* const number = std::get_if<Number>(&data_);
  return number != nullptr ? &number->text : nullptr;
}

std::optional<std::int64_t> Value::as_int64() const {
  const std::string* const text = as_number_text();
  if (text == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

const std::string* Value::decimal_text() const {
  const std::string* const text = as_string();
  return text != nullptr ? text : as_number_text();
}

const Value* Value::find(std::string_view key) const {
  const Object* const object = as_object();
  return object != nullptr ? object->find(key) : nullptr;
}

Value& Value::set(std::string_view key, Value value) {
  if (is_null()) data_ = Object();
  Object* const object = as_object();
  BELAY_CHECK(object != nullptr);
  object->set(key, std::move(value));
  return *this;
}

Value& Value::push_back(Value value) {
  if (is_null()) data_ = Array();
  Array* const array = as_array();
  BELAY_CHECK(array != nullptr);
  array->push_back(std::move(value));
  return *this;
}

bool is_number_text(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto digits = [&at, end] {
    const char* const start = at;
    while (at != end && *at >= '0' && *at <= '9') ++at;
    return at - start;
  };
  if (at != end && *at == '-') ++at;
  const bool leading_zero = at != end && *at == '0';
  const auto whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (at != end && *at == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == end;
}

}  // namespace belay::json
