// SPDX-License-Identifier: Apache-2.0
#include "sim/world/data.hpp"

#include <algorithm>

#include <chrono>

namespace belay::world {

using namespace std::chrono_literals;

void Data::spend(Duration time) {
  if (timeline_->is_busy()) {
    spent_ += time;
    return;
  }
  if (process_ != nullptr) process_->call_made();
  timeline_->advance(time);
  if (process_ != nullptr) process_->call_made();
}

PriceRead Data::read(const std::vector<std::string>& symbols) {
  ++calls_;
  PriceRead answer;
  const auto time = std::chrono::milliseconds(3 + static_cast<std::int64_t>(scramble(seed_, calls_, 7) % 40));
  if (weather_->strikes(Kind::data_fails) != nullptr) {
    spend(time + 2s);
    answer.failed.push_back({symbols, {BrokerError::Kind::unknown, 0, 0, "no reply to prices", {}}});
    return answer;
  }
  spend(time);
  const bool stands = weather_->strikes(Kind::data_stands) != nullptr;
  if (!stands) standing_.clear();
  for (const std::string& symbol : symbols) {
    MarketPrices now{.symbol = symbol, .trade = exchange_->last_trade(symbol), .quote = exchange_->last_quote(symbol)};
    if (!now.trade && !now.quote) continue;
    answer.prices.push_back(stands ? standing_.try_emplace(symbol, now).first->second : now);
  }
  if (!timeline_->is_busy()) delivered_(answer.prices);
  return answer;
}

BrokerResult<std::vector<CorporateAction>> Data::corporate_actions(const std::vector<std::string>& symbols, Date first,
                                                                   Date last) {
  ++calls_;
  std::vector<CorporateAction> found;
  for (const CorporateAction& action : exchange_->corporate_actions()) {
    const bool asked = std::ranges::count(symbols, action.symbol) > 0;
    if (asked && first <= action.ex_date && action.ex_date <= last) found.push_back(action);
  }
  return found;
}

}  // namespace belay::world
