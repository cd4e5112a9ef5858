// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "core/engine/deadlines.hpp"
#include "core/engine/trigger_book.hpp"
#include "core/lifecycle/breaker.hpp"
#include "core/lifecycle/exit_table.hpp"
#include "core/lifecycle/guard_table.hpp"
#include "core/pricing/symbol_prices.hpp"
#include "core/reconcile/ownership.hpp"
#include "core/rules/rule.hpp"
#include "core/trading/absence.hpp"
#include "core/trading/account.hpp"
#include "core/trading/corporate_action.hpp"
#include "core/trading/execution.hpp"
#include "core/trading/loss_limit.hpp"

namespace belay::engine {

/// Open orders that no lot accounts for, on the side on which a symbol's holding leaves.
struct ForeignOrders {
  Quantity reserved;
  std::string texts;  ///< naming them, for people
};

/// The last read of the broker. Before the first one nothing is known, which is not "nothing is held".
struct BrokerView {
  std::optional<Moment> read_at;       ///< when the read began
  std::optional<Duration> read_asked;  ///< when the engine last asked for one (steady)
  std::string unread_why;              ///< why the latest attempt failed; empty when it did not
  Account account;
  MarketClock clock;
  std::map<std::string, Holding> holdings;    ///< by symbol
  std::map<OrderId, Order> orders;            ///< parents and children, as last seen
  std::map<OrderId, Duration> sighted;        ///< when that was (steady)
  std::map<std::string, Quantity> allowance;  ///< by symbol: held, less what live or unknown exits of ours and foreign
                                              ///< orders may take; can be negative
  std::map<std::string, ForeignOrders> foreign;  ///< by symbol

  /// Signed; zero where nothing is held.
  [[nodiscard]] Quantity held(const std::string& symbol) const {
    const auto holding = holdings.find(symbol);
    return holding == holdings.end() ? Quantity{} : holding->second.quantity;
  }
};

/// A disagreement of lots and broker that no fill explains yet. What is concluded from counts alone waits for a second
/// read that says the same, the settling window later: positions, orders and fills may disagree for so long
/// (alpaca.md 0.6).
struct Doubt {
  Quantity held;     ///< signed, by the broker
  Quantity claimed;  ///< signed, by the lots
  Moment since;
  Moment seen;  ///< by the latest read
};

/// A difference between book and broker, and what was made of it: for people and scripts.
struct Finding {
  std::string kind;  ///< a stable word: claim, merge, growth, history, deferred, orphan, phantom, drift, …
  std::string symbol;
  LotUid lot;                 ///< empty where there is none
  std::string execution_key;  ///< empty where there is none
  Quantity quantity;          ///< that it is about
  std::string what;

  bool operator==(const Finding&) const = default;
};

/// The broker's stream of order updates. It hastens what asking finds out as well.
struct StreamView {
  bool up = false;
  std::optional<Duration> down_since;  ///< steady; absent while it is up, and where there is none
  std::string down_why;
  bool told = false;                  ///< people know that it is down
  std::optional<Duration> up_at;      ///< steady; the latest time it came up
  std::optional<Duration> gap_since;  ///< came up then, and no read of the broker has begun since
};

/// Upstream may write a row about a trade for so long after the trade is over.
inline constexpr Duration kLateRows = std::chrono::hours(24);

/// How the last check of a lot went.
struct Check {
  bool checked = false;
  std::string why_not;
  pricing::Judgement price;                  ///< of its own symbol
  std::optional<pricing::Judgement> levels;  ///< of the underlying, where the levels are stated in it
  std::vector<std::pair<ExitReason, rules::Verdict>> verdicts;
  std::optional<Price> recorded;  ///< the price of the latest price_update …
  Duration recorded_at{};         ///< … and when (steady)
};

/// A price in doubt that another look at the market data may settle. The looks are few: what they do not settle, the
/// sweep goes on with.
struct PriceDoubt {
  bool jump = false;             ///< beyond the band, so that it is urgent
  std::size_t looks = 0;         ///< taken so far
  std::optional<Duration> next;  ///< steady; none when the looks are used up

  /// The first looks at a jump are worth a pass's waiting.
  [[nodiscard]] bool holds_a_pass() const { return jump && next && looks < 3; }
  bool operator==(const PriceDoubt&) const = default;
};

/// Everything the engine knows about one account. A value; only step() changes it.
struct State {
  Policy policy;
  calendar::UsEquities calendar;
  std::string account;         ///< our name
  std::string account_number;  ///< the broker's

  std::map<LotUid, Lot> lots;  ///< open and closing
  std::map<LotUid, lifecycle::Flight> flights;
  std::map<LotUid, lifecycle::Decision> decisions;  ///< the latest about each exit, for explanation
  std::map<LotUid, Check> checks;
  std::map<LotUid, lifecycle::GuardFlight> guard_flights;
  std::map<LotUid, lifecycle::GuardDecision> guard_decisions;  ///< the latest about each lot's guards, for explanation
  lifecycle::SendLog sends;

  std::map<std::string, pricing::SymbolPrices> prices;
  std::map<std::string, PriceDoubt> price_doubts;  ///< by symbol
  std::optional<Duration> price_doubts_looked_at;
  TriggerBook triggers;
  Deadlines deadlines;

  std::vector<Execution> executions;        ///< offered, not settled
  std::set<std::int64_t> taken_commands;    ///< ids of queued commands that were carried out
  std::vector<OperatorCommand> write_offs;  ///< given before the broker was read: they wait for it
  std::set<std::string> told_words;         ///< oddities of the broker that people were told of already
  std::set<LotUid> told_orphans;            ///< adopted, and told of when no row of upstream came
  LossLimit loss_limit;
  bool memory_known = false;          ///< the store's word of the loss limit and the absences has been taken
  rules::LossStanding loss_standing;  ///< as of the latest sweep
  BrokerView broker;
  StreamView stream;
  std::map<std::string, reconcile::Orphan> orphans;        ///< waiting for the fills that opened them
  std::map<std::string, Quantity> ignored;                 ///< by symbol: held, no lot's, and not to be adopted
  std::map<std::string, reconcile::Shortfall> shortfalls;  ///< waiting for the fills that explain them
  std::map<std::string, std::string> ownership_concerns;   ///< by symbol: what the lots and the broker disagree about
  std::map<std::string, Doubt> doubts;                     ///< by symbol
  Absences absences;
  std::vector<Finding> findings;                       ///< of the latest comparison
  std::vector<Execution> found_executions;             ///< in the store for orphans' symbols, simulated ones too
  std::vector<Lot> closed_lots;                        ///< in the store, of the symbols in question
  std::map<LotUid, Lot> recently_closed;               ///< within kLateRows
  std::vector<CorporateAction> corporate_actions;      ///< announced for the symbols of the lots
  std::optional<Duration> announcements_asked;         ///< steady
  std::map<std::string, Duration> announcements_read;  ///< by symbol: steady
  bool records_known = false;                          ///< whether the two were read for this comparison
};

}  // namespace belay::engine
