// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "shell/ports/market_data.hpp"
#include "sim/world/broker.hpp"

namespace belay::world {

/// The exchange's prices as a process gets them: some batches fail, some feeds stand still.
class Data : public MarketData {
 public:
  /// `delivered` hears of answers given at once; those of the executor are told by it, when they arrive.
  using Listener = std::function<void(const std::vector<MarketPrices>&)>;
  Data(const sim::Exchange& exchange, Timeline& timeline, Weather& weather, Listener delivered, std::uint64_t seed)
      : exchange_(&exchange), timeline_(&timeline), weather_(&weather), delivered_(std::move(delivered)), seed_(seed) {}

  void belongs_to(Mortality* process) { process_ = process; }
  Duration take_time_spent() { return std::exchange(spent_, Duration{}); }

  PriceRead stocks(const std::vector<std::string>& symbols) override { return read(symbols); }
  PriceRead options(const std::vector<std::string>& symbols) override { return read(symbols); }
  BrokerResult<std::vector<CorporateAction>> corporate_actions(const std::vector<std::string>& symbols, Date first,
                                                               Date last) override;
  [[nodiscard]] std::uint64_t calls() const override { return calls_; }

 private:
  PriceRead read(const std::vector<std::string>& symbols);
  void spend(Duration time);

  const sim::Exchange* exchange_;
  Timeline* timeline_;
  Weather* weather_;
  Listener delivered_;
  std::uint64_t seed_;
  Mortality* process_ = nullptr;
  std::uint64_t calls_ = 0;
  Duration spent_{};
  std::map<std::string, MarketPrices> standing_;
};

}  // namespace belay::world
