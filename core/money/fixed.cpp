// SPDX-License-Identifier: Apache-2.0
#include "core/money/fixed.hpp"

#include <limits>

#include "core/base/check.hpp"

namespace belay::fixed {
namespace {

__extension__ using Wide = __int128;

constexpr int kDecimals = 9;

std::int64_t narrowed(Wide value) {
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min()) {
    throw Overflow("a number is outside the range of about ±9.22 billion");
  }
  return static_cast<std::int64_t>(value);
}

Wide divide_half_even(Wide numerator, Wide divisor) {
  Wide quotient = numerator / divisor;
  const Wide remainder = numerator % divisor;
  const Wide twice = (remainder < 0 ? -remainder : remainder) * 2;
  if (twice > divisor || (twice == divisor && quotient % 2 != 0)) quotient += numerator < 0 ? -1 : 1;
  return quotient;
}

// A decimal text taken apart: sign, digits without the point, and the power of ten that the last digit stands for.
struct Digits {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

constexpr std::size_t kLongestText = 64;  // longer "numbers" are somebody's mistake or attack

std::unexpected<Error> not_a_number(std::string_view text) {
  return fail("not a decimal number: \"" + std::string(text.substr(0, kLongestText)) + "\"");
}

Result<int> read_exponent(std::string_view text, std::string_view whole_text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > 3) return not_a_number(whole_text);
  int exponent = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return not_a_number(whole_text);
    exponent = exponent * 10 + (c - '0');
  }
  return negative ? -exponent : exponent;
}

Result<Digits> take_apart(std::string_view text, bool exponent_allowed) {
  Digits out;
  std::string_view rest = text;
  if (rest.size() > kLongestText) return not_a_number(text);
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    out.negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  bool point = false;
  std::size_t i = 0;
  for (; i < rest.size() && rest[i] != 'e' && rest[i] != 'E'; ++i) {
    if (rest[i] == '.' && !point) {
      point = true;
    } else if (rest[i] >= '0' && rest[i] <= '9') {
      out.digits += rest[i];
      if (point) --out.exponent;
    } else {
      return not_a_number(text);
    }
  }
  if (out.digits.empty()) return not_a_number(text);
  if (i < rest.size()) {
    if (!exponent_allowed) return not_a_number(text);
    const auto exponent = read_exponent(rest.substr(i + 1), text);
    if (!exponent) return std::unexpected(exponent.error());
    out.exponent += *exponent;
  }
  return out;
}

Result<std::int64_t> out_of_range(std::string_view text) {
  return fail("number outside the range of about ±9.22 billion: \"" + std::string(text.substr(0, kLongestText)) + "\"");
}

Result<std::int64_t> read(std::string_view text, bool rounding) {
  const auto parts = take_apart(text, rounding);
  if (!parts) return std::unexpected(parts.error());
  std::string digits = parts->digits;
  digits.erase(0, digits.find_first_not_of('0') == std::string::npos ? digits.size() : digits.find_first_not_of('0'));
  if (digits.empty()) return 0;

  // Bring the last digit to the ninth decimal: append zeros, or cut and round.
  const int shift = parts->exponent + kDecimals;
  if (shift >= 0) {
    if (digits.size() + static_cast<std::size_t>(shift) > 19) return out_of_range(text);
    digits.append(static_cast<std::size_t>(shift), '0');
  }
  const std::size_t cut = shift < 0 ? static_cast<std::size_t>(-shift) : 0;
  const std::string kept = cut < digits.size() ? digits.substr(0, digits.size() - cut) : "";
  std::string lost =
      cut > digits.size() ? std::string(cut - digits.size(), '0') + digits : digits.substr(digits.size() - cut);
  if (kept.size() > 19) return out_of_range(text);

  Wide value = 0;
  for (const char c : kept) value = value * 10 + (c - '0');
  if (lost.find_first_not_of('0') != std::string::npos) {
    if (!rounding) return fail("more than nine decimals: \"" + std::string(text) + "\"");
    const bool tie = lost.front() == '5' && lost.find_first_not_of('0', 1) == std::string::npos;
    if (tie ? value % 2 != 0 : lost.front() >= '5') value += 1;
  }
  if (parts->negative) value = -value;
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min()) {
    return out_of_range(text);
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

Result<std::int64_t> parse(std::string_view text) { return read(text, false); }

Result<std::int64_t> parse_rounding(std::string_view text) { return read(text, true); }

std::string text(std::int64_t nanos, int min_decimals) {
  BELAY_CHECK(min_decimals >= 0 && min_decimals <= kDecimals);
  const bool negative = nanos < 0;
  const std::uint64_t magnitude = negative ? ~static_cast<std::uint64_t>(nanos) + 1 : static_cast<std::uint64_t>(nanos);
  std::string fraction = std::to_string(magnitude % kScale);
  fraction.insert(0, static_cast<std::size_t>(kDecimals) - fraction.size(), '0');
  while (fraction.size() > static_cast<std::size_t>(min_decimals) && fraction.back() == '0') fraction.pop_back();
  std::string out = negative ? "-" : "";
  out += std::to_string(magnitude / kScale);
  if (!fraction.empty()) out += "." + fraction;
  return out;
}

std::int64_t add(std::int64_t a, std::int64_t b) { return narrowed(static_cast<Wide>(a) + b); }

std::int64_t subtract(std::int64_t a, std::int64_t b) { return narrowed(static_cast<Wide>(a) - b); }

std::int64_t multiply_divide(std::int64_t a, std::int64_t b, std::int64_t divisor) {
  BELAY_CHECK(divisor > 0);
  return narrowed(divide_half_even(static_cast<Wide>(a) * b, divisor));
}

}  // namespace belay::fixed
