// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/calendar/us_equities.hpp"
#include "core/money/money.hpp"
#include "core/trading/corporate_action.hpp"
#include "core/trading/market.hpp"
#include "sim/exchange/account.hpp"
#include "sim/exchange/announcement.hpp"
#include "sim/exchange/api_error.hpp"
#include "sim/exchange/asset.hpp"
#include "sim/exchange/config.hpp"
#include "sim/exchange/order.hpp"
#include "sim/exchange/trouble.hpp"

namespace belay::sim {

template <class T>
using Answer = std::expected<T, ApiError>;

class ExchangeCore;

/// A split or rename that was carried out, announced or not.
struct ExecutedAction {
  Timestamp at;
  CorporateAction action;
};

/// A paper exchange on virtual time that behaves as alpaca.md says the broker's does. Pure: same seed and same calls,
/// same everything, ids included. Time is what the caller says it is; nothing happens between calls.
///
/// Prices: a symbol's quote decides fills (buys at the ask, sells at the bid, any size; alpaca.md 7); while a symbol
/// has never been quoted, its last trade stands in for both sides, so that markets replayed from trades alone work. A
/// price is good for fills until the New York day ends (20:00) and until a halt. After the open, a queued order waits
/// for the first price at or after the open.
///
/// Accounts are named by their number; one that does not exist is a broken expectation (authenticate first).
class Exchange {
 public:
  explicit Exchange(ExchangeConfig config);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  Exchange(Exchange&&) noexcept;
  Exchange& operator=(Exchange&&) noexcept;
  ~Exchange();

  // ---- time ----
  [[nodiscard]] Timestamp now() const;
  /// Lets time pass: sessions open and close, orders expire, contracts expire. A moment in the past changes nothing.
  void advance_to(Timestamp at);
  [[nodiscard]] const calendar::UsEquities& calendar() const;

  // ---- market ----
  /// A print at `at` (advances the time to it; earlier than now counts as now). Elects stops (alpaca.md 3.2).
  void on_trade(std::string_view symbol, Price price, Quantity size, Timestamp at);
  /// A quote at its as_of. A side of zero is absent: nothing fills against it.
  void on_quote(std::string_view symbol, const Quote& quote);
  void halt(std::string_view symbol);    ///< orders are taken but wait (alpaca.md 7)
  void resume(std::string_view symbol);  ///< trading goes on with the next price
  [[nodiscard]] bool is_halted(std::string_view symbol) const;
  /// `new_shares` for `old_shares`, before today's first price: positions and ordinary GTC limits are adjusted,
  /// children of brackets and stops are not (alpaca.md 3.3, Corporate action). What would close more than is left ends,
  /// the youngest orders first, as wherever a holding shrinks: by assignments, corrections, and exits that both fill.
  void split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);
  /// What a split makes of the contracts on the symbol: a whole number of new shares for one multiplies contracts and
  /// divides strikes; any other leaves them to a new root (AAPL1) with an odd deliverable (alpaca.md 4, Symbol).
  void adjust_contracts(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);
  /// So many shares of `new_symbol` for so many held, at no cost.
  void spin_off(std::string_view symbol, std::string_view new_symbol, std::int64_t new_shares, std::int64_t old_shares);
  /// Paper pays none (alpaca.md 7, Not simulated); this does. Who is short pays.
  void pay_dividend(std::string_view symbol, Money per_share);
  /// Holdings become cash, shares of another company at their cost, or both; open orders end, the symbol trades no
  /// more. Zero new shares: cash alone.
  void merge(std::string_view symbol, Money cash_per_share, std::string_view new_symbol, std::int64_t new_shares,
             std::int64_t old_shares);
  /// The symbol trades no more; who holds it goes on holding it, unless it is worthless.
  void delist(std::string_view symbol, bool worthless);
  /// The symbol's asset goes by another from now on: positions follow, open orders end, the old one trades no more.
  void rename(std::string_view symbol, std::string_view new_symbol);
  /// Makes it known; nothing else happens.
  void announce(Announcement announcement);
  [[nodiscard]] const std::vector<Announcement>& announcements() const;
  /// Those announcements that the engine has a word for.
  [[nodiscard]] std::vector<CorporateAction> corporate_actions() const;
  [[nodiscard]] const std::vector<ExecutedAction>& executed_actions() const;  ///< oldest first
  [[nodiscard]] std::optional<Trade> last_trade(std::string_view symbol) const;
  [[nodiscard]] std::optional<Quote> last_quote(std::string_view symbol) const;
  [[nodiscard]] std::optional<Price> previous_close(std::string_view symbol) const;

  // ---- assets ----
  void add_asset(Asset asset);  ///< replaces one of the same symbol
  [[nodiscard]] const Asset* asset(std::string_view symbol_or_id) const;
  [[nodiscard]] std::vector<Asset> assets() const;  ///< by symbol, contracts included

  // ---- accounts ----
  void add_account(AccountConfig account);
  /// The account number; nullopt for an unknown key or a wrong secret.
  [[nodiscard]] std::optional<std::string> authenticate(std::string_view key_id, std::string_view secret) const;
  [[nodiscard]] bool has_key(std::string_view key_id) const;
  [[nodiscard]] std::vector<std::string> accounts() const;  ///< by number
  [[nodiscard]] AccountView account(std::string_view account) const;
  [[nodiscard]] Money equity(std::string_view account) const;
  [[nodiscard]] const AccountSettings& settings(std::string_view account) const;
  void set_settings(std::string_view account, AccountSettings settings);
  [[nodiscard]] std::vector<Position> positions(std::string_view account) const;  ///< by symbol; no flat ones
  [[nodiscard]] Answer<Position> position(std::string_view account, std::string_view symbol_or_id) const;
  /// The same two as the broker shows them: behind by Faults::positions_lag, without Faults::vanished_positions.
  [[nodiscard]] std::vector<Position> shown_positions(std::string_view account) const;
  [[nodiscard]] Answer<Position> shown_position(std::string_view account, std::string_view symbol_or_id) const;
  /// Those that are known by now, oldest first.
  [[nodiscard]] std::span<const Activity> activities(std::string_view account) const;
  /// For arranging a scene: books a filled order of the past (position, cash, order, FILL activity; no events).
  /// The quantity is signed. Returns the order.
  Order seed_position(std::string_view account, std::string_view symbol, Quantity quantity, Price average,
                      Timestamp entry_time);
  /// Moves cash in (activity CSD) or, where it is negative, out (CSW).
  void deposit(std::string_view account, Money amount);
  void set_options_level(std::string_view account, int level);  ///< alpaca.md 4, Levels

  // ---- options ----
  /// Exercises what is held and free of a contract, at once (alpaca.md 4, Exercise).
  Answer<void> exercise(std::string_view account, std::string_view symbol_or_id);
  /// The contract will expire whatever it is worth (alpaca.md 4, DNE).
  Answer<void> do_not_exercise(std::string_view account, std::string_view symbol_or_id);
  /// The other side exercises now: that many contracts that the account is short of, or as many as there are. Returns
  /// how many.
  Quantity assign(std::string_view account, std::string_view symbol, std::optional<Quantity> contracts);

  // ---- orders ----
  /// In session the reply shows `pending_new` (queued orders: `accepted`), and the exchange acts on it before it
  /// returns: read the order again, or the events, for what became of it.
  Answer<Order> submit(std::string_view account, const SubmitRequest& request);
  /// Success: the new order that is to take the other's place. Where Faults::replace_delay is zero it has by then, or
  /// was rejected; else it tries when that time is over (alpaca.md 3.4).
  Answer<Order> replace(std::string_view account, const OrderId& id, const ReplaceRequest& request);
  /// Success: the order is canceled, or pending_cancel for Faults::cancel_delay. Children go with their siblings and
  /// parents (alpaca.md 3.3).
  Answer<void> cancel(std::string_view account, const OrderId& id);
  struct CancelOutcome {
    OrderId id;
    Answer<void> outcome;
  };
  std::vector<CancelOutcome> cancel_all(std::string_view account);
  /// A market order for the whole position, or that much of it, or that percentage (0 to 100, rounded down to nine
  /// decimals; whole contracts for options).
  struct ClosePart {
    std::optional<Quantity> quantity;
    std::optional<Ratio> percentage;  ///< 50 is the half
  };
  Answer<Order> close_position(std::string_view account, std::string_view symbol_or_id, ClosePart part = {});
  struct CloseOutcome {
    std::string symbol;
    Answer<Order> outcome;
  };
  std::vector<CloseOutcome> close_all_positions(std::string_view account, bool cancel_orders);

  [[nodiscard]] Answer<Order> order(std::string_view account, const OrderId& id) const;
  [[nodiscard]] Answer<Order> order_by_client_id(std::string_view account, std::string_view client_id) const;
  [[nodiscard]] std::vector<Order> orders(std::string_view account, const OrderQuery& query) const;

  /// Everything that happened to orders since the last call, in sequence.
  std::vector<OrderEvent> take_events();

  // ---- behaviour ----
  [[nodiscard]] const Faults& faults() const;
  void set_faults(const Faults& faults);
  [[nodiscard]] const std::vector<Trouble>& troubles() const;  ///< that still wait
  void add_trouble(Trouble trouble);
  void clear_troubles();
  /// Lets go on what is stuck: pending cancels come through, suspended orders trade, held exits rest, reservations of
  /// nothing visible go.
  void release_troubles();
  /// Reserves so much of a holding for an order that nobody can see (alpaca.md 8, Permanent reservation).
  void reserve(std::string_view account, std::string_view symbol, Quantity quantity);
  /// Undoes an execution, or says that its price or quantity was another (alpaca.md 6.1). The quantity may only shrink.
  struct Correction {
    std::optional<std::string> execution_id;  ///< absent: the account's last
    std::optional<Price> price;               ///< as it is
    std::optional<Quantity> quantity;         ///< as it is; zero undoes it
  };
  Answer<Order> correct(std::string_view account, const Correction& correction);

  /// What is wrong with the books; empty when they add up. For tests: cash and positions must follow from the
  /// activities, reservations stay within holdings, links between orders are whole.
  [[nodiscard]] std::vector<std::string> broken_invariants() const;

 private:
  std::unique_ptr<ExchangeCore> core_;
};

}  // namespace belay::sim
