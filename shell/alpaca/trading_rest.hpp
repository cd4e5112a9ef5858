// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shell/alpaca/channel.hpp"
#include "shell/ports/broker.hpp"

namespace belay::alpaca {

/// The trading API. Urgent, and so free to use the reserve of the rate limit, is what leaving a position takes: submit,
/// cancel, close_position and order_by_client_id. Lists are all or nothing: one element that cannot be read makes the
/// list `unknown`, since half of the truth about holdings or orders is none.
class TradingRest final : public Broker {
 public:
  explicit TradingRest(Channel channel) : channel_(std::move(channel)) {}

  BrokerResult<Account> account() override;
  BrokerResult<MarketClock> clock() override;
  BrokerResult<std::vector<calendar::Session>> calendar(Date first, Date last) override;
  BrokerResult<std::vector<Holding>> positions() override;
  BrokerResult<std::vector<Order>> orders(const OrderQuery& query) override;
  BrokerResult<Order> order(const OrderId& id) override;
  BrokerResult<Order> order_by_client_id(const ClientOrderId& id) override;
  BrokerResult<Order> submit(const OrderRequest& request, Duration within) override;
  BrokerResult<void> cancel(const OrderId& id) override;
  BrokerResult<Order> close_position(const std::string& symbol, std::optional<Quantity> quantity) override;
  BrokerResult<Activities> activities(Timestamp since, std::size_t limit) override;
  BrokerResult<std::int64_t> contract_multiplier(const std::string& occ_symbol) override;
  [[nodiscard]] std::uint64_t calls() const override { return channel_.requests(); }

 private:
  Channel channel_;
};

}  // namespace belay::alpaca
