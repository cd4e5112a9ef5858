// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shell/alpaca/channel.hpp"
#include "shell/alpaca/parse.hpp"
#include "shell/ports/market_data.hpp"

namespace belay::alpaca {

/// The market data API: many symbols in a request, and what fails takes as little as possible with it. A symbol whose
/// data cannot be read fails alone; a symbol that the broker calls invalid is left out and the rest asked for again.
class DataRest final : public MarketData {
 public:
  /// Feeds: "" for the best that the data plan includes.
  DataRest(Channel channel, std::string stock_feed, std::string option_feed)
      : channel_(std::move(channel)), stock_feed_(std::move(stock_feed)), option_feed_(std::move(option_feed)) {}

  PriceRead stocks(const std::vector<std::string>& symbols) override;
  PriceRead options(const std::vector<std::string>& symbols) override;
  BrokerResult<std::vector<CorporateAction>> corporate_actions(const std::vector<std::string>& symbols, Date first,
                                                               Date last) override;
  [[nodiscard]] std::uint64_t calls() const override { return channel_.requests(); }

 private:
  struct Source;

  PriceRead read(const std::vector<std::string>& symbols, const Source& source);
  void read_batch(std::vector<std::string> batch, const Source& source, PriceRead& out);

  Channel channel_;
  std::string stock_feed_;
  std::string option_feed_;
};

}  // namespace belay::alpaca
