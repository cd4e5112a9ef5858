// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace belay {

/// A sum or product left the range of about ±9.22 billion. Thrown by the arithmetic below and caught where one lot's
/// work ends (engine), so that an absurd number in one position never disturbs the others.
class Overflow : public std::overflow_error {
 public:
  using std::overflow_error::overflow_error;
};

namespace fixed {

inline constexpr std::int64_t kScale = 1'000'000'000;  // nine decimals

/// Exact decimal text, e.g. "-12.05", with at most nine decimals; no exponent, no spaces. Digits past the ninth decimal
/// are an error unless they are zeros.
Result<std::int64_t> parse(std::string_view text);
/// As parse, but further decimals are rounded half to even and an exponent is understood: for averages that a broker
/// or a database computed, and for numbers that carry floating-point dust.
Result<std::int64_t> parse_rounding(std::string_view text);
/// Shortest exact text: no trailing zeros, "0", "-0.5"; with `min_decimals` zeros are kept up to that many.
std::string text(std::int64_t nanos, int min_decimals = 0);

std::int64_t add(std::int64_t a, std::int64_t b);       // throws Overflow
std::int64_t subtract(std::int64_t a, std::int64_t b);  // throws Overflow
/// a × b ÷ divisor, rounded half to even; throws Overflow. divisor > 0.
std::int64_t multiply_divide(std::int64_t a, std::int64_t b, std::int64_t divisor);

consteval std::int64_t literal(const char* digits) {
  std::int64_t whole = 0;
  std::int64_t part = 0;
  std::int64_t scale = kScale;
  bool after_point = false;
  for (const char* c = digits; *c != '\0'; ++c) {
    if (*c == '.') {
      after_point = true;
    } else if (*c >= '0' && *c <= '9') {
      if (after_point) {
        scale /= 10;
        if (scale == 0) throw "more than nine decimals";
        part += (*c - '0') * scale;
      } else {
        whole = whole * 10 + (*c - '0');
      }
    } else if (*c != '\'') {
      throw "not a decimal literal";
    }
  }
  return whole * kScale + part;
}

}  // namespace fixed

/// A decimal number with nine decimals in 64 bits. Kinds (price, quantity, …) do not mix by accident.
template <class Tag>
class Fixed {
 public:
  constexpr Fixed() = default;

  [[nodiscard]] static constexpr Fixed from_nanos(std::int64_t nanos) {
    Fixed value;
    value.nanos_ = nanos;
    return value;
  }
  [[nodiscard]] static Fixed whole(std::int64_t units) {
    return from_nanos(fixed::multiply_divide(units, fixed::kScale, 1));
  }
  [[nodiscard]] static Result<Fixed> parse(std::string_view text) {
    const auto nanos = fixed::parse(text);
    if (!nanos) return std::unexpected(nanos.error());
    return from_nanos(*nanos);
  }
  [[nodiscard]] static Result<Fixed> parse_rounding(std::string_view text) {
    const auto nanos = fixed::parse_rounding(text);
    if (!nanos) return std::unexpected(nanos.error());
    return from_nanos(*nanos);
  }

  [[nodiscard]] constexpr std::int64_t nanos() const { return nanos_; }
  [[nodiscard]] std::string text(int min_decimals = 0) const { return fixed::text(nanos_, min_decimals); }
  [[nodiscard]] constexpr bool is_zero() const { return nanos_ == 0; }
  [[nodiscard]] constexpr bool is_positive() const { return nanos_ > 0; }
  [[nodiscard]] constexpr bool is_negative() const { return nanos_ < 0; }
  [[nodiscard]] constexpr bool is_whole() const { return nanos_ % fixed::kScale == 0; }
  [[nodiscard]] Fixed magnitude() const { return is_negative() ? -*this : *this; }

  constexpr auto operator<=>(const Fixed&) const = default;
  Fixed operator-() const { return from_nanos(fixed::subtract(0, nanos_)); }
  friend Fixed operator+(Fixed a, Fixed b) { return from_nanos(fixed::add(a.nanos_, b.nanos_)); }
  friend Fixed operator-(Fixed a, Fixed b) { return from_nanos(fixed::subtract(a.nanos_, b.nanos_)); }
  Fixed& operator+=(Fixed other) { return *this = *this + other; }
  Fixed& operator-=(Fixed other) { return *this = *this - other; }

 private:
  std::int64_t nanos_ = 0;
};

}  // namespace belay
