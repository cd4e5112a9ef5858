// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/exchange/exchange.hpp"
#include "sim/exchange/ids.hpp"
#include "sim/exchange/ledger.hpp"
#include "sim/exchange/market_state.hpp"
#include "sim/exchange/option_risk.hpp"
#include "sim/exchange/order_store.hpp"

namespace belay::sim {

/// What an account could still spend (alpaca.md 2, Buying power).
struct BuyingPower {
  Money free;   ///< equity that nothing is tied to; buys options in full
  Money stock;  ///< free × multiplier
  Money initial_margin;
};

/// Shares that are reserved for nothing that anybody can see (alpaca.md 8, Permanent reservation).
struct PhantomReservation {
  std::string account;
  std::string symbol;
  Quantity quantity;
  OrderId order_id;                ///< what `related_orders` names; perhaps an order that is over
  std::optional<Timestamp> until;  ///< absent: until it is released
};

/// What an account held, from time to time: for positions that are behind.
struct HoldingsMemory {
  using Holdings = std::map<std::string, Holding, std::less<>>;
  std::uint64_t changes = 0;  ///< Ledger::changes at the last entry
  std::deque<std::pair<Timestamp, Holdings>> past;
};

/// So much of a symbol; signed.
struct Units {
  std::string symbol;
  Quantity quantity;
};

/// What an order of contracts needs.
struct OptionNeed {
  Money cost;           ///< to be tied up
  Quantity bare_calls;  ///< shares of those that nothing else can cover
  Quantity bare_puts;   ///< shares of those
};

/// The number of an order that shall not count: the one that is to be replaced.
using Except = std::optional<std::size_t>;

inline constexpr int kSpreads = 3;  ///< the level from which on contracts may cover contracts
inline constexpr Duration kLastHalfHour = std::chrono::minutes(30);  ///< of contracts (alpaca.md 4, Expiry day)
/// From a cent in the money on contracts are exercised (alpaca.md 4, After close).
inline constexpr Price kInTheMoney = Price::from_nanos(10'000'000);

/// The order with the parts that are given in place of its own; what has filled of it stays in its quantity.
Order changed_by(const ReplaceRequest& change, Order order);

/// The exchange's inside. One class in several files: time.cpp, pending.cpp, expiry.cpp, entry.cpp, replace.cpp,
/// replace_checks.cpp, account_checks.cpp, margin.cpp, matching.cpp, trailing.cpp, groups.cpp, cancel.cpp,
/// corrections.cpp, activities.cpp, corporate.cpp, shown.cpp, queries.cpp, invariants.cpp; of options: multileg.cpp,
/// multileg_checks.cpp, multileg_replace.cpp, option_checks.cpp, option_margin.cpp, exercise.cpp, adjustments.cpp.
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
  void note_equity_at_close(Ledger& books) const;

  // matching.cpp
  void on_trade(std::string_view symbol, Price price, Quantity size, Timestamp at);
  void on_quote(std::string_view symbol, const Quote& quote);
  void set_halted(std::string_view symbol, bool halted);

  // corporate.cpp
  void split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);
  void rename(std::string_view symbol, std::string_view new_symbol);
  void adjust_contracts(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);
  void spin_off(std::string_view symbol, std::string_view new_symbol, std::int64_t new_shares, std::int64_t old_shares);
  void pay_dividend(std::string_view symbol, Money per_share);
  void merge(std::string_view symbol, Money cash_per_share, std::string_view new_symbol, std::int64_t new_shares,
             std::int64_t old_shares);
  void delist(std::string_view symbol, bool worthless);
  void announce(Announcement announcement);
  [[nodiscard]] const std::vector<Announcement>& announcements() const { return announcements_; }
  [[nodiscard]] const std::vector<ExecutedAction>& executed_actions() const { return executed_actions_; }
  Order seed_position(Ledger& books, std::string_view symbol, Quantity quantity, Price average, Timestamp at);

  // activities.cpp
  void deposit(Ledger& books, Money amount);

  // entry.cpp
  Answer<Order> submit(Ledger& books, const SubmitRequest& request);
  Answer<Order> close_position(Ledger& books, std::string_view symbol_or_id, const Exchange::ClosePart& part);
  // replace.cpp
  Answer<Order> replace(Ledger& books, const OrderId& id, const ReplaceRequest& request);
  // cancel.cpp
  Answer<void> cancel(Ledger& books, const OrderId& id);
  std::vector<Exchange::CancelOutcome> cancel_all(Ledger& books);
  std::vector<Exchange::CloseOutcome> close_all(Ledger& books, bool cancel_orders);

  // pending.cpp
  [[nodiscard]] Troubles& troubles() { return troubles_; }
  [[nodiscard]] const Troubles& troubles() const { return troubles_; }
  void release_troubles();
  std::optional<Trouble> take_trouble(TroubleKind kind, const OrderRecord& record);
  void reserve(const Ledger& books, const std::string& symbol, Quantity quantity);

  // corrections.cpp
  Answer<Order> correct(Ledger& books, const Exchange::Correction& correction);

  // shown.cpp
  [[nodiscard]] std::vector<Position> shown_positions(const Ledger& books) const;

  // exercise.cpp
  Answer<void> exercise(Ledger& books, std::string_view symbol_or_id);
  Answer<void> do_not_exercise(Ledger& books, std::string_view symbol_or_id);
  Quantity assign(Ledger& books, std::string_view symbol, std::optional<Quantity> contracts);

  // queries.cpp
  [[nodiscard]] AccountView view(const Ledger& books) const;
  [[nodiscard]] Money equity(const Ledger& books) const;  // margin.cpp
  [[nodiscard]] Position view(const Ledger& books, const std::string& symbol) const;
  [[nodiscard]] Position view(const Ledger& books, const std::string& symbol, const Holding& holding) const;
  [[nodiscard]] std::vector<Order> orders(const Ledger& books, const OrderQuery& query) const;
  std::vector<OrderEvent> take_events();

  // invariants.cpp
  [[nodiscard]] std::vector<std::string> broken_invariants() const;
  void check_leg(const OrderRecord& leg, std::vector<std::string>& broken) const;

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

  // pending.cpp: what is under way and comes to an end by itself
  void wake_at(Timestamp at, const OrderRecord& record) { waking_.emplace(at, record.index); }
  void wake_at_auction(const OrderRecord& record);
  void wake(OrderRecord& record);
  void go_live(OrderRecord& record);
  void set_status(OrderRecord& record, OrderStatus status);
  void pause(OrderRecord& record, OrderStatus how, std::optional<Timestamp> until);
  void go_on(OrderRecord& record);
  void meet_first_troubles(OrderRecord& record);
  void end_phantoms();

  // shown.cpp
  void remember_holdings();

  // expiry.cpp
  void settle_expired_contracts();
  void settle(Ledger& ledger, const Listing& contract, Quantity held);
  void deliver(Ledger& ledger, const Listing& contract, Quantity held);
  [[nodiscard]] Price settlement_value(const Listing& contract) const;
  [[nodiscard]] bool is_to_be_exercised(const Ledger& ledger, const Listing& contract, Quantity held) const;

  // exercise.cpp
  [[nodiscard]] std::optional<ApiError> refuse_by_long_holding(const Ledger& books, const Listing* contract,
                                                               const std::string& short_message) const;
  [[nodiscard]] std::optional<ApiError> refuse_exercise(const Ledger& books, const Listing& contract) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_means(const Ledger& books, const Listing& contract,
                                                        Quantity contracts) const;
  void liquidate_before_expiry();
  [[nodiscard]] bool is_to_be_liquidated(const Ledger& books, const Listing& contract, Quantity held) const;

  // adjustments.cpp: contracts after a split
  void replace_contract(const std::string& symbol, Asset adjusted, std::int64_t new_shares, std::int64_t old_shares);
  void retire_asset(const std::string& symbol);
  void convert(Ledger& books, const Units& gone, const Units& come, Activity activity);

  // activities.cpp
  std::string book_fill(const OrderRecord& record, Quantity quantity, Price price, Timestamp at);
  void record_movement(Ledger& books, Activity activity);

  // entry.cpp
  void admit(const SubmitRequest& request, OrderRecord& record);
  Order make_order(const Ledger& books, const SubmitRequest& request);
  OrderRecord& add_child(const OrderRecord& parent, GroupRole role, const SubmitRequest& request);
  void start(OrderRecord& record);

  // replace.cpp
  [[nodiscard]] Order changed(const OrderRecord& record, const ReplaceRequest& request);
  void finish_replacement(OrderRecord& old);
  void reject_replacement(OrderRecord& old);
  [[nodiscard]] Quantity added_by_replacement(const OrderRecord& next) const;
  [[nodiscard]] Quantity wanted_by_replacement(const OrderRecord& next) const;

  // replace_checks.cpp
  [[nodiscard]] SubmitRequest as_sent(const OrderRecord& record, const ReplaceRequest& change) const;
  [[nodiscard]] std::optional<ApiError> refuse_replacement(const Ledger& books, const OrderRecord& record,
                                                           const ReplaceRequest& change);
  [[nodiscard]] std::optional<ApiError> refuse_larger_exit(const Ledger& books, const OrderRecord& record,
                                                           const SubmitRequest& request);
  [[nodiscard]] std::optional<ApiError> refuse_larger_entry(const Ledger& books, const OrderRecord& record,
                                                            const SubmitRequest& request) const;

  // cancel.cpp
  void finish_cancel(OrderRecord& record);
  /// All open orders for the symbol, or one account's.
  void end_orders(std::string_view symbol, std::string_view account = {});
  void end_what_exceeds(const Ledger& books, std::string_view symbol);

  // account_checks.cpp: what the account, its orders and positions have against a request that is sound in itself
  [[nodiscard]] std::optional<ApiError> refuse(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_settings(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_contract(const Asset& asset, bool opening,
                                                           const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_group(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_auction(const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_stop(const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_holding(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_shortage(const Ledger& books, const std::string& symbol,
                                                        Quantity requested) const;
  [[nodiscard]] std::optional<ApiError> refuse_opening_short(const Ledger& books, const Asset& asset,
                                                             const SubmitRequest& request) const;
  /// Orders numbered in `except` are not counted as resting.
  [[nodiscard]] std::optional<ApiError> refuse_by_wash_trade(const Ledger& books, const SubmitRequest& request,
                                                             std::optional<std::size_t> except = {}) const;
  [[nodiscard]] ApiError too_little_free(const Ledger& books, const std::string& symbol, Quantity requested,
                                         Quantity free) const;
  [[nodiscard]] std::optional<ApiError> refuse_by_buying_power(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] bool is_opening(const Ledger& books, const SubmitRequest& request) const;

  // margin.cpp
  [[nodiscard]] Money market_value(const std::string& symbol, const Holding& holding) const;
  [[nodiscard]] BuyingPower buying_power(const Ledger& books, Except except = {}) const;
  [[nodiscard]] Money maintenance_margin(const Ledger& books) const;
  /// What an opening order of that kind would tie up; the broker's cost_basis.
  [[nodiscard]] Money order_value(const std::string& symbol, Side side, std::optional<Price> limit,
                                  std::optional<Price> stop, Quantity quantity) const;
  [[nodiscard]] Quantity reserved_by(const OrderRecord& record) const;
  [[nodiscard]] Quantity reserved(const Ledger& books, std::string_view symbol, std::optional<Side> side = {}) const;
  /// Signed like the holding.
  [[nodiscard]] Quantity available(const Ledger& books, std::string_view symbol, Except except = {}) const;

  // matching.cpp
  void on_price(const std::string& symbol, std::optional<Price> print);
  void consider(std::size_t index, std::optional<Price> print);
  void elect_if_reached(OrderRecord& record, std::optional<Price> print);
  [[nodiscard]] std::optional<Price> fill_price(const OrderRecord& record) const;
  void fill(OrderRecord& record, Quantity quantity, Price price);
  [[nodiscard]] Quantity fill_quantity(const OrderRecord& record, Price price);
  bool take_fill(OrderRecord& record, Quantity quantity, Price price);
  void record_fill(OrderRecord& record, Quantity quantity, Price price);

  // trailing.cpp
  void begin_trailing(OrderRecord& record);
  void trail(OrderRecord& record, std::optional<Price> print);

  // groups.cpp
  void fill_rivals(OrderRecord& record);
  void fit_rivals(const OrderRecord& record);
  void after_fill(OrderRecord& record);
  void arm_children(const OrderRecord& entry);
  void stand_as(OrderRecord& record, OrderStatus status);
  void take_target_out(OrderRecord& stop);
  OrderRecord& successor_of(OrderRecord& stop);
  void close_book(OrderRecord& record, OrderStatus how);
  void end(OrderRecord& record, OrderStatus how);
  void end_itself(OrderRecord& record, OrderStatus how);
  void end_with_group(OrderRecord& record, OrderStatus how);

  // multileg.cpp, multileg_checks.cpp: several option legs that live and fill as one order
  Answer<Order> submit_combination(Ledger& books, const SubmitRequest& request);
  [[nodiscard]] std::optional<ApiError> refuse_combination(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_legs(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_leg(const Ledger& books, const SubmitRequest& request,
                                                   std::size_t index) const;
  [[nodiscard]] std::optional<ApiError> refuse_combination_by_cover(const Ledger& books, const SubmitRequest& request,
                                                                    Except except = {}) const;
  [[nodiscard]] std::optional<ApiError> refuse_cost(const Ledger& books, Money cost, Except except = {}) const;
  [[nodiscard]] std::optional<Price> net_price(const SubmitRequest& request) const;
  [[nodiscard]] std::optional<Price> net_price(const OrderRecord& combination) const;
  OrderRecord& add_leg(OrderRecord& combination, const LegRequest& leg, const Ledger& books);
  void consider_combination(OrderRecord& combination);
  void fill_combination(OrderRecord& combination, Quantity units, Price net);
  LegExecution fill_leg(OrderRecord& leg, Quantity quantity, Price price);
  void end_combination(OrderRecord& combination, OrderStatus how);

  // multileg_replace.cpp
  [[nodiscard]] std::optional<ApiError> refuse_combination_replacement(const Ledger& books, const OrderRecord& old,
                                                                       const SubmitRequest& request);
  [[nodiscard]] std::optional<ApiError> refuse_larger_legs(const Ledger& books, const OrderRecord& old, Quantity units);
  void add_replacing_legs(OrderRecord& next, const OrderRecord& old);
  void fit_legs(OrderRecord& combination);

  // option_margin.cpp: what contracts, and orders of them, tie up and cover
  [[nodiscard]] std::vector<Contracts> contracts_of(const Ledger& books, std::string_view underlying) const;
  [[nodiscard]] std::string underlying_in(const SubmitRequest& request) const;
  [[nodiscard]] std::optional<Contracts> move_of(const Ledger& books, std::string_view symbol, Side side,
                                                 Quantity contracts, bool opening) const;
  [[nodiscard]] std::vector<Contracts> moves_of(const Ledger& books, const SubmitRequest& request) const;
  [[nodiscard]] std::vector<Contracts> moves_of(const OrderRecord& head, Quantity units) const;
  [[nodiscard]] std::string underlying_in(const OrderRecord& head) const;
  [[nodiscard]] Money price_of(const SubmitRequest& request) const;
  [[nodiscard]] bool is_judged_by_cover(const OrderRecord& record) const;
  [[nodiscard]] std::vector<std::size_t> judged_orders(const Ledger& books, std::string_view underlying,
                                                       Except except) const;
  void carry(std::vector<Contracts>& contracts, const OrderRecord& head) const;
  [[nodiscard]] std::vector<Contracts> contracts_after_pending(const Ledger& books, std::string_view underlying,
                                                               Except except = {}) const;
  [[nodiscard]] Money tied_by_orders_on(const Ledger& books, std::string_view underlying, Except except) const;
  [[nodiscard]] static Money cost_of(const std::vector<Contracts>& before, const std::vector<Contracts>& moves,
                                     Money price);
  [[nodiscard]] OptionNeed need_of(const Ledger& books, const SubmitRequest& request, Except except = {}) const;
  [[nodiscard]] bool needs_no_more(const Ledger& books, const SubmitRequest& changed, const OrderRecord& old) const;
  [[nodiscard]] std::map<std::string, Money> tied_by_contracts(const Ledger& books) const;
  /// Shares that keep short calls covered (alpaca.md 2, qty_available).
  [[nodiscard]] Quantity locked_as_cover(const Ledger& books, std::string_view stock, Except except = {}) const;

  // option_checks.cpp: levels and cover of options
  [[nodiscard]] std::optional<ApiError> refuse_by_options_level(const Ledger& books,
                                                                const SubmitRequest& request) const;
  [[nodiscard]] std::optional<ApiError> refuse_selling_option(const Ledger& books, const SubmitRequest& request,
                                                              Except except = {}) const;
  [[nodiscard]] std::optional<ApiError> refuse_covered_call(const Ledger& books, const SubmitRequest& request,
                                                            Except except) const;
  [[nodiscard]] std::optional<ApiError> refuse_uncovering(const Ledger& books, const SubmitRequest& request,
                                                          Except except = {}) const;

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
  std::vector<ExecutedAction> executed_actions_;
  std::vector<Announcement> announcements_;
  std::uint64_t last_sequence_ = 0;
  Troubles troubles_;
  std::multimap<Timestamp, std::size_t> waking_;  ///< orders that something happens to at a moment of their own
  std::vector<PhantomReservation> phantoms_;
  std::map<std::string, HoldingsMemory, std::less<>> memories_;  ///< by account number
};

}  // namespace belay::sim
