// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/exchange/exchange.hpp"
#include "sim/exchange/ids.hpp"
#include "sim/exchange/ledger.hpp"
#include "sim/exchange/market_state.hpp"
#include "sim/exchange/order_store.hpp"

namespace belay::sim {

/// What an account could still spend (alpaca.md 2, Buying power).
struct BuyingPower {
  Money free;   ///< equity that nothing is tied to; buys options in full
  Money stock;  ///< free × multiplier
  Money initial_margin;
};

/// The exchange's inside. One class in several files: time.cpp, expiry.cpp, entry.cpp, account_checks.cpp, margin.cpp,
/// matching.cpp, groups.cpp, cancel.cpp, queries.cpp, invariants.cpp.
class ExchangeCore {
 public:
  explicit ExchangeCore(ExchangeConfig config);
  ExchangeCore(const ExchangeCore&) = delete;
  ExchangeCore& operator=(const ExchangeCore&) = delete;
  ~ExchangeCore() = default;

  // time.cpp
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] const calendar::UsEquities& calendar() const { return calendar_; }
  void advance_to(Timestamp at);
  /// Whether orders of that kind can fill now, halts apart.
  [[nodiscard]] bool is_trading(const Order& order) const;

  // matching.cpp
  void on_trade(std::string_view symbol, Price price, Quantity size, Timestamp at);
  void on_quote(std::string_view symbol, const Quote& quote);
  void set_halted(std::string_view symbol, bool halted);

  // corporate.cpp
  void split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);
  void rename(std::string_view symbol, std::string_view new_symbol);
  void announce(CorporateAction action);
  [[nodiscard]] const std::vector<CorporateAction>& corporate_actions() const { return corporate_actions_; }
  Order seed_position(Ledger& books, std::string_view symbol, Quantity quantity, Price average, Timestamp at);

  // entry.cpp
  Answer<Order> submit(Ledger& books, const SubmitRequest& request);
  Answer<Order> close_position(Ledger& books, std::string_view symbol_or_id, const Exchange::ClosePart& part);
  // cancel.cpp
  Answer<void> cancel(Ledger& books, const OrderId& id);
  std::vector<Exchange::CancelOutcome> cancel_all(Ledger& books);
  std::vector<Exchange::CloseOutcome> close_all(Ledger& books, bool cancel_orders);

  // queries.cpp
  [[nodiscard]] AccountView view(const Ledger& books) const;
  [[nodiscard]] Position view(const Ledger& books, const std::string& symbol) const;
  [[nodiscard]] std::vector<Order> orders(const Ledger& books, const OrderQuery& query) const;
  std::vector<OrderEvent> take_events();

  // invariants.cpp
  [[nodiscard]] std::vector<std::string> broken_invariants() const;

  void add_account(AccountConfig config);
  Ledger& ledger(std::string_view account);
  [[nodiscard]] const Ledger& ledger(std::string_view account) const;
  [[nodiscard]] const std::map<std::string, Ledger, std::less<>>& ledgers() const { return ledgers_; }
  [[nodiscard]] MarketState& market() { return market_; }
  [[nodiscard]] const MarketState& market() const { return market_; }
  [[nodiscard]] const OrderStore& store() const { return orders_; }
  [[nodiscard]] Faults& faults() { return faults_; }
  [[nodiscard]] const Faults& faults() const { return faults_; }

 private:
  // time.cpp
  [[nodiscard]] Timestamp boundary_after(Timestamp at) const;
  void cross_boundary();
  void release_queued();
  void expire_due();
  [[nodiscard]] std::optional<Timestamp> expiry_of(const Order& order) const;

  // expiry.cpp
  void settle_expired_contracts();
  void settle(Ledger& ledger, const Listing& contract, Quantity held);
  [[nodiscard]] Price settlement_value(const Listing& contract) const;
  void record_movement(Ledger& ledger, std::string type, const std::string& symbol, Quantity quantity,
                       std::optional<Price> price, Money net, const std::string& group, std::string description);

  // entry.cpp
  void admit(const SubmitRequest& request, OrderRecord& record);
  Order make_order(const Ledger& books, const SubmitRequest& request);
  OrderRecord& add_child(const OrderRecord& parent, GroupRole role, const SubmitRequest& request);
  void start(OrderRecord& record);

  // account_checks.cpp: what the account, its orders and positions have against a request that is sound in itself
  [[nodiscard]] std::optional<ApiError> refuse(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_contract(const Asset& asset, bool opening,
                                                           const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_group(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_stop(const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_holding(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_opening_short(const Ledger& books, const Asset& asset,
                                                             const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_wash_trade(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_buying_power(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] bool is_opening(const Ledger& books, const SubmitRequest& request) const;

  // margin.cpp
  [[nodiscard]] Money market_value(const std::string& symbol, const Holding& holding) const;
  [[nodiscard]] Money equity(const Ledger& books) const;
  [[nodiscard]] BuyingPower buying_power(const Ledger& books) const;
  /// What an opening order of that kind would tie up; the broker's cost_basis.
  [[nodiscard]] Money order_value(const std::string& symbol, Side side, std::optional<Price> limit,
                                  std::optional<Price> stop, Quantity quantity) const;
  [[nodiscard]] Quantity reserved(const Ledger& books, std::string_view symbol) const;
  [[nodiscard]] Quantity available(const Ledger& books, std::string_view symbol) const;  // signed like the holding

  // matching.cpp
  void on_price(const std::string& symbol, std::optional<Price> print);
  void consider(std::size_t index, std::optional<Price> print);
  void elect_if_reached(OrderRecord& record, std::optional<Price> print);
  [[nodiscard]] std::optional<Price> fill_price(const OrderRecord& record) const;
  void fill(OrderRecord& record, Quantity quantity, Price price);
  [[nodiscard]] Quantity fill_quantity(const OrderRecord& record, Price price);
  void record_fill(OrderRecord& record, Quantity quantity, Price price);

  // groups.cpp
  void after_fill(OrderRecord& record);
  void arm_children(const OrderRecord& entry);
  void take_target_out(OrderRecord& stop);
  OrderRecord& successor_of(OrderRecord& stop);
  void end(OrderRecord& record, OrderStatus how);
  void end_with_group(OrderRecord& record, OrderStatus how);

  void emit(OrderEventType type, const OrderRecord& record);
  void touch(OrderRecord& record) { record.order.updated_at = now_; }

  Timestamp now_;
  Timestamp next_boundary_;
  calendar::UsEquities calendar_;
  Faults faults_;
  IdMaker ids_;
  Dice dice_;
  MarketState market_;
  OrderStore orders_;
  std::map<std::string, Ledger, std::less<>> ledgers_;
  std::vector<OrderEvent> events_;
  std::vector<CorporateAction> corporate_actions_;
  std::uint64_t last_sequence_ = 0;
};

/// The activity id of a moment: New York's date and time in digits, "::", a UUID (alpaca.md 2, Activities).
std::string activity_id(Timestamp at, const std::string& uuid);

}  // namespace belay::sim
