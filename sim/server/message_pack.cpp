// SPDX-License-Identifier: Apache-2.0
#include "sim/server/message_pack.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "shell/json/parse.hpp"

namespace belay::sim {
namespace {

using Packable = nlohmann::json;

constexpr std::uint8_t kTimestampType = 0xff;  // -1
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

void append_big_endian(std::vector<std::uint8_t>& bytes, std::uint64_t number, int width) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

std::uint64_t big_endian(const std::vector<std::uint8_t>& bytes, std::size_t from, std::size_t to) {
  std::uint64_t number = 0;
  for (std::size_t i = from; i < to; ++i) number = number << 8 | bytes[i];
  return number;
}

// The shortest of the three forms that MessagePack has for a timestamp.
Packable packable_time(Timestamp at) {
  std::int64_t seconds = at.nanos / kNanosPerSecond;
  std::int64_t nanos = at.nanos % kNanosPerSecond;
  if (nanos < 0) {
    --seconds;
    nanos += kNanosPerSecond;
  }
  std::vector<std::uint8_t> bytes;
  if (seconds < 0) {  // before 1970; later than 2514 is nothing
    append_big_endian(bytes, static_cast<std::uint64_t>(nanos), 4);
    append_big_endian(bytes, static_cast<std::uint64_t>(seconds), 8);
  } else if (nanos == 0 && seconds <= std::numeric_limits<std::uint32_t>::max()) {
    append_big_endian(bytes, static_cast<std::uint64_t>(seconds), 4);
  } else {
    append_big_endian(bytes, static_cast<std::uint64_t>(nanos) << 34 | static_cast<std::uint64_t>(seconds), 8);
  }
  return Packable::binary(std::move(bytes), kTimestampType);
}

std::optional<Timestamp> time_in(const std::vector<std::uint8_t>& bytes) {
  constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max() / kNanosPerSecond - 1;
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  if (bytes.size() == 4) {
    seconds = static_cast<std::int64_t>(big_endian(bytes, 0, 4));
  } else if (bytes.size() == 8) {
    const std::uint64_t both = big_endian(bytes, 0, 8);
    nanos = static_cast<std::int64_t>(both >> 34);
    seconds = static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34) - 1));
  } else if (bytes.size() == 12) {
    nanos = static_cast<std::int64_t>(big_endian(bytes, 0, 4));
    seconds = static_cast<std::int64_t>(big_endian(bytes, 4, 12));
  } else {
    return std::nullopt;
  }
  if (nanos >= kNanosPerSecond || seconds > kLatest || seconds < -kLatest) return std::nullopt;
  return Timestamp{seconds * kNanosPerSecond + nanos};
}

Packable packable_number(const std::string& text) {
  const char* const last = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(text.data(), last, whole); read.ec == std::errc() && read.ptr == last) {
    return whole;
  }
  double decimal = 0;
  std::from_chars(text.data(), last, decimal);  // too large for a float: infinite, and none of ours is
  return decimal;
}

Packable packable(const json::Value& value, std::string_view time_key) {
  if (const auto flag = value.as_bool()) return *flag;
  if (const auto* number = value.as_number_text()) return packable_number(*number);
  if (const auto* text = value.as_string()) return *text;
  if (const auto* array = value.as_array()) {
    Packable out = Packable::array();
    for (const json::Value& element : *array) out.push_back(packable(element, time_key));
    return out;
  }
  if (const auto* object = value.as_object()) {
    Packable out = Packable::object();
    for (const json::Member& member : *object) {
      const std::string* text = member.key == time_key ? member.value.as_string() : nullptr;
      const auto at = text == nullptr ? Result<Timestamp>(fail("")) : parse_timestamp(*text);
      out[member.key] = at ? packable_time(*at) : packable(member.value, time_key);
    }
    return out;
  }
  return nullptr;
}

/// Puts together what the reader finds; returning false ends the reading.
class Builder : public nlohmann::json_sax<Packable> {
 public:
  [[nodiscard]] json::Value release() { return std::move(root_); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool null() override { return put({}); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override {
    if (!std::isfinite(value)) return put({});  // JSON has no such number
    std::array<char, 32> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
    return put(json::Value::number_text(std::string(text.data(), written.ptr)));
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& value) override {
    if (value.has_subtype() && (value.subtype() & 0xff) == kTimestampType) {
      if (const auto at = time_in(value)) return put(to_text(*at));
    }
    return put(std::string(value.begin(), value.end()));
  }
  bool start_object(std::size_t) override { return open(json::Object{}); }
  bool key(string_t& value) override {
    // Each member is looked for among those before it; no message has nearly as many.
    constexpr std::size_t kMostMembers = 256;
    if (open_.back().as_object()->size() >= kMostMembers) {
      problem_ = "a map with too many members";
      return false;
    }
    keys_.back() = std::move(value);
    return true;
  }
  bool end_object() override { return shut(); }
  bool start_array(std::size_t) override { return open(json::Array{}); }
  bool end_array() override { return shut(); }
  bool parse_error(std::size_t position, const std::string&, const Packable::exception&) override {
    problem_ = "not MessagePack at byte " + std::to_string(position);
    return false;
  }

 private:
  bool open(json::Value empty) {
    if (open_.size() >= json::kMaxDepth) {
      problem_ = "nested too deeply";
      return false;
    }
    open_.push_back(std::move(empty));
    keys_.emplace_back();
    return true;
  }
  bool shut() {
    json::Value done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(done));
  }
  bool put(json::Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (json::Object* object = open_.back().as_object()) {
      object->set(keys_.back(), std::move(value));
    } else {
      open_.back().push_back(std::move(value));
    }
    return true;
  }

  json::Value root_;
  std::vector<json::Value> open_;
  std::vector<std::string> keys_;  // the last key of each open one
  std::string problem_;
};

}  // namespace

std::string pack(const json::Value& value, std::string_view time_key) {
  std::string bytes;
  Packable::to_msgpack(packable(value, time_key), bytes);
  return bytes;
}

std::string packed_array(std::size_t count, std::string_view elements) {
  constexpr std::size_t kShort = 16;
  std::vector<std::uint8_t> head;
  if (count < kShort) {
    head.push_back(static_cast<std::uint8_t>(0x90 | count));
  } else if (count <= std::numeric_limits<std::uint16_t>::max()) {
    head.push_back(0xdc);
    append_big_endian(head, count, 2);
  } else {
    head.push_back(0xdd);
    append_big_endian(head, count, 4);
  }
  std::string bytes(head.begin(), head.end());
  return bytes.append(elements);
}

Result<json::Value> unpack(std::string_view bytes) {
  Builder builder;
  if (!Packable::sax_parse(bytes.begin(), bytes.end(), &builder, Packable::input_format_t::msgpack)) {
    return fail(builder.problem());
  }
  return builder.release();
}

}  // namespace belay::sim
