// SPDX-License-Identifier: Apache-2.0
#include "sim/world/weather.hpp"

#include <algorithm>

namespace belay::world {

void Weather::begin(const Happening& happening) {
  const Timestamp until = timeline_->now() + std::chrono::seconds(happening.n[0]);
  std::erase_if(lasting_, [&](const Lasting& one) { return one.until <= timeline_->now(); });
  lasting_.push_back({happening, until});
  be_rough_until(until, happening.kind);
}

void Weather::be_rough_until(Timestamp until, Kind kind) {
  const bool is_of_stream = kind >= Kind::stream && kind <= Kind::stream_torn;
  if (!is_of_stream) rough_until_ = std::max(rough_until_, until);
}

const Weather::Lasting* Weather::find(Kind kind, std::string_view symbol) const {
  const auto found = std::ranges::find_if(lasting_, [&](const Lasting& one) {
    return one.happening.kind == kind && one.until > timeline_->now() &&
           (one.happening.symbol.empty() || one.happening.symbol == symbol);
  });
  return found == lasting_.end() ? nullptr : &*found;
}

const Happening* Weather::strikes(Kind kind, std::string_view symbol) {
  const Lasting* found = find(kind, symbol);
  if (found == nullptr) return nullptr;
  count(kind);
  return &found->happening;
}

const Happening* Weather::in_force(Kind kind) const {
  const Lasting* found = find(kind, {});
  return found == nullptr ? nullptr : &found->happening;
}

bool Weather::holds(Kind kind, std::string_view symbol) const { return find(kind, symbol) != nullptr; }

std::optional<Happening> Weather::take(Kind kind) {
  const auto found = std::ranges::find(armed_, kind, &Happening::kind);
  if (found == armed_.end()) return std::nullopt;
  Happening happening = std::move(*found);
  armed_.erase(found);
  count(kind);
  be_rough_until(timeline_->now() + std::chrono::milliseconds(happening.n[0]), kind);
  return happening;
}

void Weather::calm() {
  lasting_.clear();
  armed_.clear();
}

}  // namespace belay::world
