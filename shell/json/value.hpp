// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace belay::json {

class Value;
struct Member;

using Array = std::vector<Value>;

/// Members in the order they were added; a key occurs once. Look-up is linear: to walk a large object, iterate.
class Object {
 public:
  /// One `{"key", value}` of a braced list; exists so that the value can be moved out of the list.
  struct Init;

  Object() noexcept;
  /// Object{{"symbol", "AAPL"}, {"qty", 5}, {"legs", Array{}}}; a repeated key replaces the earlier value.
  Object(std::initializer_list<Init> members);
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  /// The member's value, or null if there is none.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
  /// Replaces the value of `key`, or adds it at the end.
  Object& set(std::string_view key, Value value);
  /// Adds at the end without looking for `key`, which the caller knows to be new.
  void append(std::string key, Value value);
  /// True if there was such a member.
  bool erase(std::string_view key);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const;
  [[nodiscard]] const Member* begin() const;
  [[nodiscard]] const Member* end() const;

  /// Same keys with equal values, in whatever order.
  friend bool operator==(const Object& left, const Object& right);

 private:
  std::vector<Member> members_;
};

/// Any JSON value: what was read from others, or is about to be written.
/// A number is kept as its source text, so that a decimal never passes through a double.
class Value {
 public:
  /// null
  Value() noexcept = default;
  Value(std::nullptr_t) noexcept {}
  template <std::same_as<bool> Bool>
  Value(Bool value) : data_(value) {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  Value(Integer value) : data_(Number{std::to_string(value)}) {}
  /// A double has no exact decimal text: say which one is meant with number_text.
  template <std::floating_point Float>
  Value(Float) = delete;
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}
  /// Any other pointer would silently become a bool.
  Value(const void*) = delete;

  [[nodiscard]] static Value number(std::int64_t value) { return Value(value); }
  /// A number given as text, e.g. "1.25"; text that is not a JSON number is a programmer error (see is_number_text).
  [[nodiscard]] static Value number_text(std::string text);

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(data_); }
  [[nodiscard]] bool is_number() const { return std::holds_alternative<Number>(data_); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(data_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(data_); }
  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(data_); }
  /// "null", "bool", "number", "string", "array" or "object", for messages.
  [[nodiscard]] std::string_view type_name() const;

  /// Each of these is empty (null) if the value is of another type.
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  /// The number exactly as it was written.
  [[nodiscard]] const std::string* as_number_text() const;
  /// A number written as an integer (no point, no exponent) that fits.
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;
  /// The text of a string or of a number: a decimal, whichever way the sender writes decimals. Not yet checked to be
  /// one if it is a string.
  [[nodiscard]] const std::string* decimal_text() const;
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&data_); }

  /// The member of an object; null if there is none or this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const;

  /// Sets a member; null becomes an object first. Any other type is a programmer error.
  Value& set(std::string_view key, Value value);
  /// Appends an element; null becomes an array first. Any other type is a programmer error.
  Value& push_back(Value value);

  /// Numbers are equal if their texts are: 1.0 is not 1.00.
  friend bool operator==(const Value& left, const Value& right) { return left.data_ == right.data_; }

 private:
  struct Number {
    std::string text;
    bool operator==(const Number&) const = default;
  };

  std::variant<std::monostate, bool, Number, std::string, Array, Object> data_;
};

struct Member {
  std::string key;
  Value value;

  bool operator==(const Member&) const = default;
};

struct Object::Init {
  template <class T>
    requires std::constructible_from<Value, T>
  Init(std::string_view member_key, T&& member_value) : key(member_key), value(std::forward<T>(member_value)) {}

  std::string_view key;
  mutable Value value;
};

/// Whether this is a number as JSON writes it: -0.5e+3 yes; +1, .5, 1., 01, NaN no.
[[nodiscard]] bool is_number_text(std::string_view text);

}  // namespace belay::json
