// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"

namespace belay::sim {

/// Reads members of a JSON body one after the other and remembers what is wrong with the first that is of another kind
/// than asked for. A member that is null is as good as absent.
class BodyReader {
 public:
  explicit BodyReader(const json::Value& body) : body_(body) {}

  /// Null where there is none.
  [[nodiscard]] const json::Value* given(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise = {});
  [[nodiscard]] bool flag(std::string_view name, bool otherwise = false);
  /// A whole number from `least` to `most`.
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view name, std::int64_t least = 0,
                                                  std::int64_t most = std::numeric_limits<std::int64_t>::max());
  /// A number, or its text; an empty text is as good as absent.
  template <class T>
  [[nodiscard]] std::optional<T> decimal(std::string_view name) {
    const json::Value* value = given(name);
    if (value == nullptr) return std::nullopt;
    const std::string* text = value->decimal_text();
    if (text != nullptr && text->empty()) return std::nullopt;
    if (text != nullptr) {
      if (const auto number = T::parse(*text)) return *number;
    }
    refuse(name, "must be a decimal number with at most nine decimals");
    return std::nullopt;
  }
  /// A number above zero; `otherwise` where there is none.
  template <class T>
  [[nodiscard]] T amount(std::string_view name, T otherwise) {
    const T number = decimal<T>(name).value_or(otherwise);
    if (!number.is_positive()) refuse(name, "must be a number above 0");
    return number;
  }

  void refuse(std::string_view name, std::string_view why);
  /// "qty must be a decimal number …"
  [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

 private:
  const json::Value& body_;
  std::optional<std::string> error_;
};

}  // namespace belay::sim
