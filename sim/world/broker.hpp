// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "shell/ports/broker.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/world/happening.hpp"
#include "sim/world/timeline.hpp"
#include "sim/world/weather.hpp"
#include "sim/world/witness.hpp"

namespace belay::world {

/// What a process meets at each of its calls to the outside: the world may end it there.
class Mortality {
 public:
  virtual ~Mortality() = default;
  /// At every call; throws ProcessDied when the process's hour has come.
  virtual void call_made() = 0;
};
struct ProcessDied {};

/// What the world sees of a call that reaches the exchange's door, before the exchange answers.
class Doorkeeper {
 public:
  virtual ~Doorkeeper() = default;
  virtual void submit_arrives(const OrderRequest& request) = 0;
  /// It is about to arrive, long after it was sent.
  virtual void arrives_late(const OrderRequest& request) = 0;
  /// The broker refused it before it became one.
  virtual void submit_refused(const OrderRequest& request) = 0;
  virtual void cancel_arrives(const OrderId& id) = 0;
  /// Something may have changed at the exchange.
  virtual void exchange_moved() = 0;
  /// The process is told of it.
  virtual void account_read(const Account& account) = 0;
};

/// The exchange as a process sees it: through lines that lose, delay, repeat and contradict, as the weather has it.
/// Calls made outside of the executor take their time; within it they are over at once, and their time is added up for
/// the delivery.
class Broker : public belay::Broker {
 public:
  Broker(sim::Exchange& exchange, Witness& witness, Timeline& timeline, Weather& weather, Doorkeeper& door,
         std::uint64_t seed)
      : exchange_(&exchange), witness_(&witness), timeline_(&timeline), weather_(&weather), door_(&door), seed_(seed) {}

  void belongs_to(Mortality* process) { process_ = process; }
  /// The time that the calls of one closure have taken; counted from zero again.
  Duration take_time_spent() { return std::exchange(spent_, Duration{}); }

  BrokerResult<Account> account() override;
  BrokerResult<MarketClock> clock() override;
  BrokerResult<std::vector<calendar::Session>> calendar(Date first, Date last) override;
  BrokerResult<std::vector<Holding>> positions() override;
  BrokerResult<std::vector<Order>> orders(const belay::OrderQuery& query) override;
  BrokerResult<Order> order(const OrderId& id) override;
  BrokerResult<Order> order_by_client_id(const ClientOrderId& id) override;
  BrokerResult<Order> submit(const OrderRequest& request, Duration within) override;
  BrokerResult<void> cancel(const OrderId& id) override;
  BrokerResult<Order> close_position(const std::string& symbol, std::optional<Quantity> quantity) override;
  BrokerResult<Activities> activities(Timestamp since, std::size_t limit) override;
  BrokerResult<std::int64_t> contract_multiplier(const std::string& occ_symbol) override;
  [[nodiscard]] std::uint64_t calls() const override { return calls_; }

 private:
  /// Time goes by, there and back.
  void spend(Duration time);
  Duration usual_time();
  /// Why a read has no answer; nullopt when it has one.
  std::optional<BrokerError> read_fails(std::string_view what);
  std::optional<BrokerError> line_fails(std::string_view what);
  BrokerResult<Order> place(const OrderRequest& request);
  [[nodiscard]] Order shown(const sim::Order& order) const;
  [[nodiscard]] std::vector<sim::Order> orders_at(Timestamp at, bool nested) const;
  BrokerError refusal(std::int64_t which, const OrderRequest& request) const;

  sim::Exchange* exchange_;
  Witness* witness_;
  Timeline* timeline_;
  Weather* weather_;
  Doorkeeper* door_;
  std::uint64_t seed_;
  Mortality* process_ = nullptr;
  std::uint64_t calls_ = 0;
  Duration spent_{};
  std::map<OrderId, Timestamp> pending_cancels_;
};

}  // namespace belay::world
