// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_tape.hpp"

#include <algorithm>
#include <string>

namespace belay::sim {
namespace {

std::int64_t whole(Quantity size) { return whole_part(size).nanos() / fixed::kScale; }

}  // namespace

json::Value price_number(Price price) { return json::Value::number_text(price.text()); }

std::int64_t traded_size(Quantity size) { return std::max<std::int64_t>(whole(size), 1); }

std::int64_t side_size(Price price, Quantity size) {
  return price.is_zero() ? 0 : std::max<std::int64_t>(whole(size), 1);
}

json::Array condition_letters(std::string_view conditions) {
  json::Array letters;
  for (const char letter : conditions) letters.emplace_back(std::string(1, letter));
  return letters;
}

std::string_view consolidated_tape(const Asset* asset) {
  if (asset == nullptr || asset->exchange == "NASDAQ") return "C";
  return asset->exchange == "NYSE" ? "A" : "B";
}

}  // namespace belay::sim
