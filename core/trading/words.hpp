// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/check.hpp"

namespace belay {

/// The texts of an enumeration's values, in their order from zero: one place for both directions.
template <class Enum, std::size_t Count>
struct Words {
  std::array<std::string_view, Count> texts;

  [[nodiscard]] std::string_view text_of(Enum value) const {
    const auto index = static_cast<std::size_t>(value);
    BELAY_CHECK(index < Count);
    return texts[index];
  }

  [[nodiscard]] std::optional<Enum> value_of(std::string_view text) const {
    for (std::size_t i = 0; i < Count; ++i) {
      if (texts[i] == text) return static_cast<Enum>(i);
    }
    return std::nullopt;
  }
};

}  // namespace belay
