// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/ids.hpp"

#include <string_view>

namespace belay::sim {
namespace {

std::string formatted(std::uint64_t high, std::uint64_t low) {
  constexpr std::string_view kHex = "0123456789abcdef";
  high = (high & ~0xf000ULL) | 0x4000ULL;                              // version 4
  low = (low & ~0xc000'0000'0000'0000ULL) | 0x8000'0000'0000'0000ULL;  // the usual variant
  std::string text;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    const std::uint64_t word = i < 16 ? high : low;
    text += kHex[(word >> (60 - 4 * (i % 16))) & 0xf];
  }
  return text;
}

}  // namespace

std::uint64_t Dice::roll() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::string IdMaker::uuid() {
  const std::uint64_t high = dice_.roll();
  return formatted(high, dice_.roll());
}

std::string IdMaker::ascending_uuid() {
  ++made_;
  const std::uint64_t high = (static_cast<std::uint64_t>(made_) << 32) | (dice_.roll() & 0xffff'ffffULL);
  return formatted(high, dice_.roll());
}

}  // namespace belay::sim
