// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/trading/words.hpp"
#include "shell/json/value.hpp"

namespace belay::sim {

/// Reads members of a JSON body one after the other and remembers what is wrong with the first that is of another kind
/// than asked for. A member that is null is as good as absent, and so is a body; any other body is an object.
class BodyReader {
 public:
  explicit BodyReader(const json::Value& body);

  /// Null where there is none.
  [[nodiscard]] const json::Value* given(std::string_view name);
  /// The object under that name; null where there is none.
  [[nodiscard]] const json::Value* part(std::string_view name);
  [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise = {});
  [[nodiscard]] bool flag(std::string_view name, bool otherwise = false);
  /// A whole number from `least` to `most`.
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view name, std::int64_t least = 0,
                                                  std::int64_t most = std::numeric_limits<std::int64_t>::max());
  /// One of those numbers.
  [[nodiscard]] std::optional<std::int64_t> one_of(std::string_view name, std::initializer_list<std::int64_t> numbers);
  /// One of those words; it has to be there.
  template <class Enum, std::size_t Count>
  [[nodiscard]] std::optional<Enum> word(std::string_view name, const Words<Enum, Count>& words) {
    const auto value = words.value_of(text(name));
    if (!value) refuse_word(name, words.texts);
    return value;
  }
  /// A number, or its text.
  template <class T>
  [[nodiscard]] std::optional<T> decimal(std::string_view name) {
    const json::Value* value = given(name);
    if (value == nullptr) return std::nullopt;
    if (const std::string* text = value->decimal_text()) {
      if (const auto number = T::parse(*text)) return *number;
    }
    refuse(name, "must be a decimal number with at most nine decimals");
    return std::nullopt;
  }
  /// A number above zero; where there is none `otherwise`, which is refused too unless it is above zero.
  template <class T>
  [[nodiscard]] T amount(std::string_view name, T otherwise) {
    const T number = decimal<T>(name).value_or(otherwise);
    if (!number.is_positive()) refuse(name, "must be a number above 0");
    return number;
  }

  void refuse(std::string_view name, std::string_view why);
  /// It is none of those words.
  void refuse_word(std::string_view name, std::span<const std::string_view> words);
  /// What is there and was not asked for is wrong too: it may be misspelt, or belong to something else. Gives the
  /// error.
  const std::optional<std::string>& refuse_the_rest();
  /// "qty must be a decimal number …"
  [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

 private:
  const json::Value& body_;
  std::vector<std::string> asked_;
  std::optional<std::string> error_;
};

/// "one, two, three"
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

}  // namespace belay::sim
