// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/timestamp.hpp"

#include <optional>

namespace belay {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::size_t kShownText = 64;  // how much of a foreign text an error repeats
constexpr int kFirstYear = 1678;        // every moment of these years fits into 64 bits of nanoseconds, at any offset
constexpr int kLastYear = 2261;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a text apart from the left; once something is not as expected, `failed` stays set.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// Exactly `count` digits.
  int number(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = next();
      if (!is_digit(c)) failed_ = true;
      value = value * 10 + (c - '0');
    }
    return failed_ ? 0 : value;
  }

  void expect(std::string_view one_of) {
    if (one_of.find(next()) == std::string_view::npos) failed_ = true;
  }

  bool skip(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// One digit or more as a fraction of a second; what is finer than a nanosecond is cut off.
  Duration fraction() {
    std::int64_t nanos = 0;
    std::int64_t unit = 100'000'000;
    if (rest_.empty() || !is_digit(rest_.front())) failed_ = true;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), unit /= 10) {
      nanos += (rest_.front() - '0') * unit;
    }
    return Duration(nanos);
  }

 private:
  char next() {
    if (rest_.empty()) {
      failed_ = true;
      return '\0';
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  bool failed_ = false;
};

Date read_date(Reader& reader) {
  const int year = reader.number(4);
  reader.expect("-");
  const int month = reader.number(2);
  reader.expect("-");
  const int day = reader.number(2);
  return Date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
              std::chrono::day(static_cast<unsigned>(day)));
}

/// "14:30:00" with an optional fraction; nullopt when there is no such time of day.
std::optional<Duration> read_time_of_day(Reader& reader) {
  const int hour = reader.number(2);
  reader.expect(":");
  const int minute = reader.number(2);
  reader.expect(":");
  const int second = reader.number(2);
  const Duration fraction = reader.skip(".") ? reader.fraction() : Duration(0);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hours(hour) + minutes(minute) + seconds(second) + fraction;
}

/// "Z", "-05:00", PostgreSQL's "+00", or nothing at all (UTC); nullopt when there is no such offset.
std::optional<minutes> read_offset(Reader& reader) {
  if (reader.at_end() || reader.skip("Zz")) return minutes(0);
  const bool west = reader.skip("-");
  if (!west) reader.expect("+");
  const int hour = reader.number(2);
  const int minute = reader.skip(":") ? reader.number(2) : 0;
  if (hour > 23 || minute > 59) return std::nullopt;
  const minutes offset = hours(hour) + minutes(minute);
  return west ? -offset : offset;
}

std::unexpected<Error> refused(std::string_view what, std::string_view text) {
  return fail(std::string(what) + ": \"" + std::string(text.substr(0, kShownText)) + "\"");
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_date(std::string& out, Date date) {
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
}

/// As many digits as needed, in groups of three: none, ".5" as ".500", ".000000001".
void append_fraction(std::string& out, std::int64_t nanos) {
  if (nanos == 0) return;
  std::size_t width = 9;
  for (; nanos % 1000 == 0; nanos /= 1000) width -= 3;
  out += '.';
  append_padded(out, nanos, width);
}

}  // namespace

Result<Timestamp> parse_timestamp(std::string_view text) {
  Reader reader(text);
  const Date date = read_date(reader);
  reader.expect("Tt ");
  const auto time_of_day = read_time_of_day(reader);
  const auto offset = read_offset(reader);
  if (reader.failed() || !reader.at_end()) {
    return refused("not a time like 2026-01-26T14:30:00Z", text);
  }
  if (!date.ok() || !time_of_day || !offset) return refused("no such date, time or offset", text);
  const int year = static_cast<int>(date.year());
  if (year < kFirstYear || year > kLastYear) return refused("time outside the years 1678 to 2261", text);
  const Duration since_epoch = sys_days(date).time_since_epoch();
  return Timestamp{(since_epoch + *time_of_day - *offset).count()};
}

std::string to_text(Timestamp at) {
  const std::chrono::sys_time<Duration> moment{Duration(at.nanos)};
  const auto midnight = std::chrono::floor<days>(moment);
  const Date date(midnight);
  // Not moment - midnight: the midnight before the earliest timestamp of all does not fit into 64 bits.
  const auto whole_seconds = std::chrono::floor<seconds>(moment);
  const std::int64_t second_of_day = (whole_seconds - midnight).count();
  const std::int64_t nanos = (at.nanos % 1'000'000'000 + 1'000'000'000) % 1'000'000'000;

  std::string out;
  append_date(out, date);
  out += 'T';
  append_padded(out, second_of_day / 3600, 2);
  out += ':';
  append_padded(out, second_of_day / 60 % 60, 2);
  out += ':';
  append_padded(out, second_of_day % 60, 2);
  append_fraction(out, nanos);
  out += 'Z';
  return out;
}

Result<Date> parse_date(std::string_view text) {
  Reader reader(text);
  const Date date = read_date(reader);
  if (reader.failed() || !reader.at_end()) return refused("not a date like 2026-01-26", text);
  if (!date.ok()) return refused("no such date", text);
  return date;
}

std::string to_text(Date date) {
  std::string out;
  append_date(out, date);
  return out;
}

}  // namespace belay
