// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/checked_time.hpp"

namespace belay::runtime {
namespace {

using std::chrono::seconds;

constexpr Duration kLeap = seconds(2);
constexpr Duration kSame = seconds(5);

std::string in_seconds(Duration time) { return std::to_string(std::chrono::round<seconds>(time).count()) + " s"; }

}  // namespace

Timestamp CheckedTime::expected(const Moment& read) const { return agreed_->wall + (read.steady - agreed_->steady); }

Moment CheckedTime::believed(const Moment& read) {
  if (!agreed_) agreed_ = read;
  const Timestamp latest = expected(read) + kLeap;
  return {(read.wall > latest ? expected(read) : read.wall) + correction_, read.steady};
}

std::string CheckedTime::compare(const Moment& read, Timestamp theirs) {
  const auto agree = [](Timestamp a, Timestamp b) { return std::chrono::abs(a - b) <= kTolerated; };
  const Duration off = theirs - read.wall;
  const bool ours_agrees = agree(read.wall, theirs);
  const bool history_agrees = compared_ && agree(expected(read) + correction_, theirs);
  const bool again = doubt_ && std::chrono::abs(*doubt_ - off) <= kSame;
  if (ours_agrees || history_agrees || !compared_ || again) {
    correction_ = ours_agrees ? Duration::zero() : off;
    agreed_ = read;
    compared_ = true;
    doubt_.reset();
    if (ours_agrees) return "";
    return "this clock is " + in_seconds(-off) + " off the broker's: time rules act by the broker's";
  }
  doubt_ = off;
  return "the broker's clock is " + in_seconds(off) +
         " off this one, and was not before: not believed until it says so again";
}

}  // namespace belay::runtime
