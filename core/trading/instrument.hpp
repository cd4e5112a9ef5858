// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay {

enum class InstrumentKind : std::uint8_t { stock, call, put, crypto };

/// "STOCK", "CALL", "PUT", "CRYPTO": the words of the tables.
std::string_view to_text(InstrumentKind kind);
std::optional<InstrumentKind> parse_instrument_kind(std::string_view text);

/// What an OCC symbol says: root, YYMMDD, C or P, strike × 1000 in eight digits, without padding (alpaca.md 4).
/// The root is not always the underlying: adjusted roots end in a digit (AAPL1), index roots differ (SPXW on SPX).
struct OptionTerms {
  std::string root;
  Date expiration;
  bool is_call = true;
  Price strike;

  bool operator==(const OptionTerms&) const = default;
};

/// nullopt when the text is no OCC symbol. Accepts the 21-character form padded with blanks as well.
std::optional<OptionTerms> parse_occ(std::string_view symbol);
/// Whether such a contract can be named: a root of one to six capitals and digits that begins with a capital, a strike
/// in thousandths of less than 100,000, an expiration in this century.
bool has_occ_symbol(const OptionTerms& terms);
/// The unpadded symbol, as the broker writes it. Precondition: the strike is a multiple of 0.001 below 100,000.
std::string occ_symbol(const OptionTerms& terms);

struct Instrument {
  std::string symbol;  ///< as the broker names it: "AAPL", "AAPL260116C00200000", "BTCUSD"
  InstrumentKind kind = InstrumentKind::stock;
  std::optional<OptionTerms> option;  ///< for calls and puts

  [[nodiscard]] bool is_option() const { return option.has_value(); }
  bool operator==(const Instrument&) const = default;
};

/// Reads the kind from the broker's own symbol, never from what somebody wrote beside it.
Instrument instrument_of(std::string_view symbol);
Instrument crypto_instrument(std::string_view symbol);

/// The ticker column: an option's root, else the symbol.
std::string ticker(const Instrument& instrument);
/// Contracts stand for 100 units unless the broker says otherwise; everything else for one.
std::int64_t usual_multiplier(const Instrument& instrument);

}  // namespace belay
