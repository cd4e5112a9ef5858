// SPDX-License-Identifier: Apache-2.0
#include "core/trading/instrument.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<InstrumentKind, 4> kKinds{{"STOCK", "CALL", "PUT", "CRYPTO"}};

constexpr std::size_t kLongestRoot = 6;
constexpr std::size_t kTail = 15;               // YYMMDD, C or P, eight digits
constexpr std::int64_t kMillis = 1'000'000;     // nanos in 0.001, the unit of a strike
constexpr std::int64_t kStrikes = 100'000'000;  // one more than eight digits can say

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

bool is_root(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRoot && is_capital(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_capital(c) || is_digit(c); });
}

/// nullopt unless all of it is digits.
std::optional<std::int64_t> number(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string digits(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  text.insert(0, width - std::min(width, text.size()), '0');
  return text;
}

std::optional<Date> expiration(std::string_view yymmdd) {
  const auto value = number(yymmdd);
  if (!value) return std::nullopt;
  const Date date(std::chrono::year(2000 + static_cast<int>(*value / 10000)),
                  std::chrono::month(static_cast<unsigned>(*value / 100 % 100)),
                  std::chrono::day(static_cast<unsigned>(*value % 100)));
  if (!date.ok()) return std::nullopt;
  return date;
}

/// The root without the blanks that fill it up to six characters.
std::string_view without_padding(std::string_view root) {
  if (root.size() != kLongestRoot) return root;
  return root.substr(0, root.find_last_not_of(' ') + 1);
}

}  // namespace

std::string_view to_text(InstrumentKind kind) { return kKinds.text_of(kind); }
std::optional<InstrumentKind> parse_instrument_kind(std::string_view text) { return kKinds.value_of(text); }

std::optional<OptionTerms> parse_occ(std::string_view symbol) {
  if (symbol.size() <= kTail || symbol.size() > kLongestRoot + kTail) return std::nullopt;
  const std::size_t root_size = symbol.size() - kTail;
  const std::string_view root = without_padding(symbol.substr(0, root_size));
  const std::string_view tail = symbol.substr(root_size);
  if (!is_root(root) || (tail[6] != 'C' && tail[6] != 'P')) return std::nullopt;
  const auto date = expiration(tail.substr(0, 6));
  const auto thousandths = number(tail.substr(7));
  if (!date || !thousandths || *thousandths == 0) return std::nullopt;
  return OptionTerms{std::string(root), *date, tail[6] == 'C', Price::from_nanos(*thousandths * kMillis)};
}

bool has_occ_symbol(const OptionTerms& terms) {
  const int year = static_cast<int>(terms.expiration.year()) - 2000;
  return is_root(terms.root) && terms.strike.is_positive() && terms.strike.nanos() % kMillis == 0 &&
         terms.strike.nanos() / kMillis < kStrikes && terms.expiration.ok() && year >= 0 && year < 100;
}

std::string occ_symbol(const OptionTerms& terms) {
  BELAY_CHECK(has_occ_symbol(terms));
  return terms.root + digits(static_cast<int>(terms.expiration.year()) - 2000, 2) +
         digits(static_cast<unsigned>(terms.expiration.month()), 2) +
         digits(static_cast<unsigned>(terms.expiration.day()), 2) + (terms.is_call ? "C" : "P") +
         digits(terms.strike.nanos() / kMillis, 8);
}

Instrument instrument_of(std::string_view symbol) {
  if (auto terms = parse_occ(symbol)) {
    const InstrumentKind kind = terms->is_call ? InstrumentKind::call : InstrumentKind::put;
    std::string unpadded = occ_symbol(*terms);
    return Instrument{std::move(unpadded), kind, std::move(terms)};
  }
  // Pairs are the only symbols with a slash ("BTC/USD"); written without one they look like a stock's.
  if (symbol.find('/') != std::string_view::npos) return crypto_instrument(symbol);
  return Instrument{std::string(symbol), InstrumentKind::stock, std::nullopt};
}

Instrument crypto_instrument(std::string_view symbol) {
  return Instrument{std::string(symbol), InstrumentKind::crypto, std::nullopt};
}

std::string ticker(const Instrument& instrument) {
  return instrument.option ? instrument.option->root : instrument.symbol;
}

std::int64_t usual_multiplier(const Instrument& instrument) { return instrument.is_option() ? 100 : 1; }

}  // namespace belay
