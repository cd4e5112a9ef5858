// SPDX-License-Identifier: Apache-2.0
#include "sim/market/replay.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/trading/instrument.hpp"
#include "sim/market/bars.hpp"
#include "sim/market/csv_table.hpp"

namespace belay::sim {
namespace {

using calendar::Span;
using calendar::UsEquities;

constexpr Duration kHour = std::chrono::hours(1);
constexpr Duration kDay = std::chrono::days(1);

/// Conditions of a print that does not count as a last price: cash, next day and seller's settlement, derivatively
/// priced, sold late, out of sequence, contingent on an option, average price, far from the market, prior reference,
/// the official open and close (repeats), odd lot.
constexpr std::uint64_t kNotLast = 0x2 | 0x4 | 0x8 | 0x200 | 0x800 | 0x4000 | 0x40000 | 0x100000 | 0x400000 |
                                   0x1000000 | 0x2000000 | 0x4000000 | 0x80000000;

/// Reads the fields of one table; every error names file and line.
class Rows {
 public:
  explicit Rows(const CsvTable& table) : table_(&table) {}

  [[nodiscard]] Result<Timestamp> time(std::size_t row) const {
    const auto at = parse_timestamp(text(row, "ts_utc"));
    if (!at) return table_->error(row, "ts_utc: " + at.error().message);
    return *at;
  }
  [[nodiscard]] Result<std::string> symbol(std::size_t row) const {
    const std::string_view symbol = text(row, "symbol");
    if (symbol.empty()) return table_->error(row, "symbol is empty");
    return std::string(symbol);
  }
  [[nodiscard]] Result<Price> price(std::size_t row, std::string_view column) const {
    const auto price = Price::parse_rounding(text(row, column));
    if (!price) return table_->error(row, std::string(column) + ": " + price.error().message);
    if (!price->is_positive()) return table_->error(row, std::string(column) + ": a price must be above zero");
    return *price;
  }
  [[nodiscard]] Result<Quantity> size(std::size_t row, std::string_view column) const {
    const auto size = Quantity::parse_rounding(text(row, column));
    if (!size) return table_->error(row, std::string(column) + ": " + size.error().message);
    return *size;
  }
  [[nodiscard]] Result<Ohlc> ohlc(std::size_t row, const std::string& prefix) const {
    Ohlc prices;
    const std::pair<const char*, Price Ohlc::*> parts[] = {
        {"open", &Ohlc::open}, {"high", &Ohlc::high}, {"low", &Ohlc::low}, {"close", &Ohlc::close}};
    for (const auto& [name, member] : parts) {
      const auto value = price(row, prefix + name);
      if (!value) return std::unexpected(value.error());
      prices.*member = *value;
    }
    const bool sound =
        prices.low <= std::min(prices.open, prices.close) && std::max(prices.open, prices.close) <= prices.high;
    if (!sound) return table_->error(row, "open and close must lie between low and high");
    return prices;
  }
  /// One side of a quote bar; nullopt when nobody quoted it.
  [[nodiscard]] Result<std::optional<Ohlc>> side(std::size_t row, const std::string& prefix) const {
    const std::string_view open = text(row, prefix + "open");
    const auto value = open.empty() ? Result<Price>(Price{}) : Price::parse_rounding(open);
    if (value && value->is_zero()) return std::optional<Ohlc>{};
    const auto prices = ohlc(row, prefix);
    if (!prices) return std::unexpected(prices.error());
    return std::optional<Ohlc>(*prices);
  }
  [[nodiscard]] std::string_view text(std::size_t row, std::string_view column) const {
    return table_->field(row, *table_->column(column));
  }

 private:
  const CsvTable* table_;
};

bool has_columns(const CsvTable& table, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(names, [&](std::string_view name) { return table.column(name).has_value(); });
}

/// "…_15m.csv" or "…_15m.csv.gz": fifteen minutes.
std::optional<Duration> length_in_name(std::string_view name) {
  const std::size_t dot = name.find(".csv");
  const std::string_view stem = name.substr(0, dot);
  const std::size_t underscore = stem.rfind('_');
  if (underscore == std::string_view::npos || stem.size() < underscore + 3) return std::nullopt;
  const std::string_view digits = stem.substr(underscore + 1, stem.size() - underscore - 2);
  int count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc{} || end != digits.data() + digits.size() || count <= 0) return std::nullopt;
  switch (stem.back()) {
    case 's':
      return std::chrono::seconds(count);
    case 'm':
      return std::chrono::minutes(count);
    case 'h':
      return std::chrono::hours(count);
    case 'd':
      return std::chrono::days(count);
    default:
      return std::nullopt;
  }
}

/// The smallest step between two rows of a symbol.
Result<std::optional<Duration>> smallest_step(const CsvTable& table, const Rows& rows) {
  std::optional<Duration> smallest;
  std::map<std::string, Timestamp, std::less<>> last;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto at = rows.time(row);
    if (!at) return std::unexpected(at.error());
    const auto [place, is_new] = last.try_emplace(std::string(rows.text(row, "symbol")), *at);
    const Duration step = *at - place->second;
    if (!is_new && step > Duration{}) smallest = smallest ? std::min(*smallest, step) : step;
    place->second = *at;
  }
  return smallest;
}

/// Knows from where to where a bar of the table lasts.
class BarSpans {
 public:
  static Result<BarSpans> of(const CsvTable& table, const Rows& rows, std::string_view name,
                             const UsEquities& calendar) {
    auto length = length_in_name(name);
    if (!length) {
      const auto step = smallest_step(table, rows);
      if (!step) return std::unexpected(step.error());
      length = *step;
    }
    if (!length && table.rows() > 0) {
      return fail(std::string(name) + ": cannot tell how long its bars are; name it …_1m.csv, _1s, _1h or _1d");
    }
    return BarSpans(table, rows, length.value_or(kDay), calendar);
  }

  [[nodiscard]] Result<Span> span(std::size_t row, const std::string& symbol) const {
    const auto at = rows_->time(row);
    if (!at) return std::unexpected(at.error());
    const bool has_session = instrument_of(symbol).kind != InstrumentKind::crypto;
    if (has_session && length_ == kDay && table_->column("session_date")) {
      const auto date = parse_date(rows_->text(row, "session_date"));
      if (!date) return table_->error(row, "session_date: " + date.error().message);
      return daily_span(*date, *calendar_);
    }
    if (has_session && length_ == kHour) return hourly_span(*at, *calendar_);
    return Span{*at, *at + length_};
  }

 private:
  BarSpans(const CsvTable& table, const Rows& rows, Duration length, const UsEquities& calendar)
      : table_(&table), rows_(&rows), length_(length), calendar_(&calendar) {}

  const CsvTable* table_;
  const Rows* rows_;
  Duration length_;
  const UsEquities* calendar_;
};

Result<void> read_trade_bar(const Rows& rows, const BarSpans& spans, std::size_t row, std::vector<PricePoint>& points) {
  const auto symbol = rows.symbol(row);
  if (!symbol) return std::unexpected(symbol.error());
  const auto span = spans.span(row, *symbol);
  if (!span) return std::unexpected(span.error());
  const auto prices = rows.ohlc(row, "");
  if (!prices) return std::unexpected(prices.error());
  const auto volume = rows.size(row, "volume");
  if (!volume) return std::unexpected(volume.error());
  unfold(TradeBar{*symbol, *span, *prices, *volume}, points);
  return {};
}

Result<void> read_quote_bar(const Rows& rows, const BarSpans& spans, std::size_t row, std::vector<PricePoint>& points) {
  const auto symbol = rows.symbol(row);
  if (!symbol) return std::unexpected(symbol.error());
  const auto span = spans.span(row, *symbol);
  if (!span) return std::unexpected(span.error());
  const auto bid = rows.side(row, "bid_");
  if (!bid) return std::unexpected(bid.error());
  const auto ask = rows.side(row, "ask_");
  if (!ask) return std::unexpected(ask.error());
  const auto bid_size = rows.size(row, "bid_size");
  if (!bid_size) return std::unexpected(bid_size.error());
  const auto ask_size = rows.size(row, "ask_size");
  if (!ask_size) return std::unexpected(ask_size.error());
  unfold(QuoteBar{*symbol, *span, *bid, *ask, *bid_size, *ask_size}, points);
  return {};
}

Result<void> read_tick(const CsvTable& table, const Rows& rows, std::size_t row, std::vector<PricePoint>& points) {
  const auto at = rows.time(row);
  if (!at) return std::unexpected(at.error());
  auto symbol = rows.symbol(row);
  if (!symbol) return std::unexpected(symbol.error());
  const auto price = rows.price(row, "price");
  if (!price) return std::unexpected(price.error());
  const auto size = rows.size(row, "size");
  if (!size) return std::unexpected(size.error());
  const std::string_view hex = rows.text(row, "cond_hex");
  std::uint64_t conditions = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), conditions, 16);
  if (error != std::errc{} || end != hex.data() + hex.size()) {
    return table.error(row, "cond_hex: not a hexadecimal number: \"" + std::string(hex) + "\"");
  }
  if ((conditions & kNotLast) == 0) points.push_back({*at, std::move(*symbol), Print{*price, *size}});
  return {};
}

}  // namespace

Result<std::vector<PricePoint>> replay_csv(std::string_view text, std::string_view name, const UsEquities& calendar) {
  const auto table = CsvTable::read(text, name);
  if (!table) return std::unexpected(table.error());
  const bool trade_bars = has_columns(*table, {"ts_utc", "symbol", "open", "high", "low", "close", "volume"});
  const bool quote_bars = has_columns(*table, {"ts_utc", "symbol", "bid_open", "bid_high", "bid_low", "bid_close",
                                               "bid_size", "ask_open", "ask_high", "ask_low", "ask_close", "ask_size"});
  const bool ticks = has_columns(*table, {"ts_utc", "symbol", "price", "size", "cond_hex"});
  if (!trade_bars && !quote_bars && !ticks) {
    return fail(std::string(name) +
                ":1: the header is none of trade bars (open, high, low, close, volume), quote bars (bid_open, …) or "
                "trades (price, size, cond_hex), each with ts_utc and symbol");
  }
  const Rows rows(*table);
  std::optional<BarSpans> spans;
  if (!ticks) {
    const auto made = BarSpans::of(*table, rows, name, calendar);
    if (!made) return std::unexpected(made.error());
    spans = *made;
  }
  std::vector<PricePoint> points;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto read = ticks        ? read_tick(*table, rows, row, points)
                      : trade_bars ? read_trade_bar(rows, *spans, row, points)
                                   : read_quote_bar(rows, *spans, row, points);
    if (!read) return std::unexpected(read.error());
  }
  std::ranges::stable_sort(points, {}, &PricePoint::at);
  return points;
}

}  // namespace belay::sim
