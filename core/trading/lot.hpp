// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/planted.hpp"
#include "core/base/strong_id.hpp"
#include "core/trading/instrument.hpp"
#include "core/trading/market.hpp"
#include "core/trading/order.hpp"
#include "core/trading/terms.hpp"

namespace belay {

/// Derived from the account number and the fact that opened the lot: the same after a database is lost.
using LotUid = StrongId<struct LotUidTag>;

enum class Direction : std::uint8_t { long_, short_ };
enum class Strategy : std::uint8_t { day_trade, swing_trade };
enum class LotStatus : std::uint8_t { open, closing, closed };
/// Which price the stop and target are levels of: the instrument's own, or its underlying's.
enum class PriceDomain : std::uint8_t { instrument, underlying };
/// How far an adopted lot is managed. Lots from executions are always `managed`.
/// watch: priced, shown, with alarms and time rules, but no price rule makes it leave.
enum class Management : std::uint8_t { managed, watch };

enum class ExitReason : std::uint8_t {
  manual_close,
  account_loss_limit,
  stop_loss,
  take_profit,
  trailing_stop,
  missing_brackets,
  scale_out,
  day_trade_close,
  expiration_risk,
  max_hold_time,
  // found by reconciliation, never decided:
  external_close,
  expired,
  exercised,
  assigned,
  broker_liquidation,
  corporate_action
};

std::string_view to_text(Direction direction);  ///< "long", "short"
std::string_view to_text(Strategy strategy);
std::string_view to_text(LotStatus status);
std::string_view to_text(PriceDomain domain);
std::string_view to_text(Management management);
std::string_view to_text(ExitReason reason);
std::optional<Direction> parse_direction(std::string_view text);
std::optional<Strategy> parse_strategy(std::string_view text);
std::optional<LotStatus> parse_lot_status(std::string_view text);
std::optional<PriceDomain> parse_price_domain(std::string_view text);
std::optional<Management> parse_management(std::string_view text);
std::optional<ExitReason> parse_exit_reason(std::string_view text);

/// One id in a chain of replacements.
struct ExitLink {
  OrderId id;
  OrderStatus status = OrderStatus::unknown;
  std::optional<Quantity> quantity;
  Quantity filled;
  std::optional<Price> filled_average;

  bool operator==(const ExitLink&) const = default;
};

/// What is known of one order that we sent to leave a lot. Its client id is blx-<uid>-x<attempt>.
struct ExitOrder {
  int attempt = 1;
  ClientOrderId client_id;
  OrderId id;  ///< empty until the broker has told it
  OrderStatus status = OrderStatus::unknown;
  OrderType type = OrderType::market;
  Quantity quantity;
  Quantity filled;
  std::optional<Price> filled_average;
  std::optional<Price> limit_price;
  bool extended_hours = false;
  Timestamp sent_at;
  std::optional<Timestamp> acknowledged_at;  ///< when the broker first told of it
  std::optional<Timestamp> filled_at;
  std::optional<Timestamp> updated_at;  ///< the broker's time of the latest word about it
  std::vector<ExitLink> links;  ///< empty unless somebody replaced it at the broker: then all its ids in their order;
                                ///< `id` and `status` are the last one's, `quantity` and `filled` those of all

  bool operator==(const ExitOrder&) const = default;
};

/// What is known of one order that we sent to guard a lot. Its client id is blx-<uid>-g<attempt>. With a stop and a
/// target it is an OCO: a limit order whose leg is the stop (alpaca.md 3.3).
struct GuardOrder {
  int attempt = 1;
  ClientOrderId client_id;
  OrderId id;      ///< empty until the broker has told it
  OrderId leg_id;  ///< of an OCO's stop; empty until the broker has told it
  OrderStatus status = OrderStatus::unknown;
  Quantity quantity;
  std::optional<Price> stop;
  std::optional<Price> target;
  Timestamp sent_at;

  bool operator==(const GuardOrder&) const = default;
};

/// What protects a lot. The first two leave it unguarded.
enum class Protection : std::uint8_t {
  none,           ///< neither a resting guard nor a local rule that may act
  by_choice,      ///< it was given nothing that could protect it, or is watched only
  local_rule,     ///< a price rule, while its price is good
  resting_order,  ///< a guard at the broker, alive, of the right side, size and life
  leaving,        ///< an exit order for all of it is in the market
};

std::string_view to_text(Protection protection);
std::optional<Protection> parse_protection(std::string_view text);

/// The guards of a lot: our own orders, what they suffered, and how long the lot went without any protection.
struct GuardRecord {
  std::vector<GuardOrder> orders;  ///< the latest few that we sent, in the order of attempts
  bool children_sought = false;    ///< the entry was seen with whatever children it has
  bool renewing = false;           ///< we took the last group away ourselves, to put another in its place
  bool missing_told = false;       ///< a person knows that it is missing
  bool stuck_told = false;         ///< and that it cannot be put back for now
  int failures = 0;                ///< definitive refusals in session in a row

  Protection protection = Protection::none;  ///< at `judged_at`
  std::optional<Timestamp> judged_at;
  std::optional<Timestamp> good_until;  ///< a local rule's price counts as good until then
  Duration unguarded{};                 ///< time in session without protection, so far

  bool operator==(const GuardRecord&) const = default;
};

/// A part of a lot that left by an order that was not one of its exit orders: a guard, or somebody else's.
struct LeftElsewise {
  OrderId order;
  ExitReason reason = ExitReason::external_close;
  Quantity quantity;
  Money value;  ///< price × quantity × multiplier
  Timestamp at;

  bool operator==(const LeftElsewise&) const = default;
};

/// The intent to leave a lot, wholly or partly. Present while the lot's status is `closing`, and on a closed lot.
struct Exit {
  ExitReason reason = ExitReason::manual_close;  ///< the reason of record
  std::vector<ExitReason> reasons;               ///< all that held, reason of record first
  Quantity wanted;                               ///< of the lot's quantity at the time of the trigger
  Timestamp triggered_at;                        ///< when it was decided
  std::optional<Price> trigger_price;
  std::optional<Timestamp> price_at;  ///< the exchange's time of the price that triggered it
  std::string message;                ///< the deciding rule with its inputs, for people
  std::string who;                    ///< the operator of a manual close
  Quantity left_before;               ///< of the lot when this exit began: earlier partial exits, guards
  std::set<std::string> told;         ///< what people were told of it, each once whatever process lives then
  std::optional<Price> stop;          ///< the stop that was in force then, wherever it came from …
  std::optional<Price> target;        ///< … and the target

  bool operator==(const Exit&) const = default;
};

/// A person's suspension of a lot's automatic exits. It has an end, and ends by itself.
struct Pause {
  enum class Rules : std::uint8_t {
    price,  ///< the rules that go by price; deadlines still act
    all,    ///< every rule but a person's word and the account's loss limit
  };
  Rules rules = Rules::price;
  Timestamp until;
  std::string who;
  std::string why;
  bool told = false;  ///< a person knows that a suspended rule holds

  bool operator==(const Pause&) const = default;
};

std::string_view to_text(Pause::Rules rules);  ///< "price", "all"
std::optional<Pause::Rules> parse_paused_rules(std::string_view text);

/// A quantity of one symbol in one account that is tracked as one: a row of active_positions.
struct Lot {
  std::int64_t id = 0;  ///< the row's; 0 until stored
  LotUid uid;
  std::string account;                       ///< our name of the account
  std::optional<std::string> execution_key;  ///< upstream's; absent for adopted lots
  Instrument instrument;
  std::string asset_id;  ///< the broker's, of what the symbol meant then; empty until a holding told it
  std::int64_t multiplier = 1;
  Direction direction = Direction::long_;
  Strategy strategy = Strategy::swing_trade;
  Management management = Management::managed;

  Quantity original_quantity;  ///< at the opening; positive
  Quantity quantity;           ///< what is left of it; positive, zero when closed
  Price entry_price;
  Timestamp entry_time;
  std::optional<Date> split_applied;   ///< ex-date of the latest split that quantities and levels count
  std::optional<Date> split_due;       ///< of an announced one that they do not count yet: no guard may rest through it
  std::optional<Date> splits_checked;  ///< the day on which the announcements were last asked for

  std::optional<Price> stop_loss;
  std::optional<Price> take_profit;
  PriceDomain price_domain = PriceDomain::instrument;
  std::optional<std::int64_t> max_hold_minutes;
  Terms terms;
  std::optional<Price> entry_underlying_price;  ///< the underlying's at the entry, where it is known
  std::optional<Price> peak_price;   ///< best believed price of the levels' domain since a rule first needed it; ours
  std::vector<Percent> rungs_taken;  ///< gains of the rungs that have had their turn: each once

  bool bracket_expected = false;        ///< upstream placed guards at the broker, or said so
  bool bracket_order_accepted = false;  ///< seen resting there
  std::optional<OrderId> entry_order_id;
  std::optional<OrderId> stop_order_id;
  std::optional<OrderId> target_order_id;
  GuardRecord guards;

  std::optional<Price> current_price;
  std::optional<Money> result;          ///< unrealised on what is left
  std::optional<Ratio> result_percent;  ///< 5 is five percent of the entry value
  std::optional<Timestamp> last_checked_at;
  std::int64_t check_count = 0;
  std::optional<Price> good_price;         ///< the last price that was believed (in session, sound, witnessed) …
  std::optional<Timestamp> priced_at;      ///< … and when
  std::optional<Trade> suspect;            ///< a price beyond the band that still waits for its second witness
  std::optional<Timestamp> unsound_since;  ///< the first of an unbroken row of unsound quotes
  std::optional<Price> level_price;        ///< as good_price, of the underlying, where the levels are stated in it
  std::optional<Timestamp> level_priced_at;
  std::optional<Trade> level_suspect;
  std::optional<Timestamp> amber_since;  ///< since when no price of it may be acted on
  std::string concern;                   ///< why the lot is not in order (unpriced, stale, …); empty when it is
  std::optional<Timestamp> concern_since;
  std::string frozen;  ///< why price rules are suspended until a person looks; empty when they are not
  std::optional<Pause> pause;

  LotStatus status = LotStatus::open;
  std::optional<Exit> exit;
  std::vector<ExitOrder> exit_orders;       ///< all ever sent for this lot, in the order of attempts
  std::vector<LeftElsewise> left_elsewise;  ///< what guards or somebody else's orders took from it, once per order

  std::optional<ExitReason> close_reason;
  std::optional<Timestamp> closed_at;
  std::optional<Price> exit_price;  ///< average over everything that left
  std::optional<Money> realised_result;

  [[nodiscard]] bool is_long() const { return direction == Direction::long_; }
  /// The side of an order that reduces this lot.
  [[nodiscard]] Side exit_side() const { return is_long() || planted(Bug::shorts_are_sold) ? Side::sell : Side::buy; }
  /// Adopted, and what opened it is not known: neither a row of upstream's nor an order tells.
  [[nodiscard]] bool is_of_unknown_origin() const { return !execution_key && !entry_order_id; }
  /// What it adds to its symbol's holding: negative for a short.
  [[nodiscard]] Quantity signed_quantity() const { return is_long() ? quantity : -quantity; }
  bool operator==(const Lot&) const = default;
};

/// Everything that has left the lot, by exit orders or elsewise.
Quantity left_so_far(const Lot& lot);

/// Every order at the broker that opened the lot, guards it or takes of it, as far as the lot knows them.
std::set<OrderId> orders_of(const Lot& lot);

/// The client order id of the lot's n-th exit order. At most 128 characters at the broker; ours are far shorter.
ClientOrderId exit_client_id(const LotUid& uid, int attempt);
/// Likewise of its n-th guard.
ClientOrderId guard_client_id(const LotUid& uid, int attempt);
/// The uid and attempt in one of our client ids; nullopt for anybody else's.
struct OwnIdParts {
  LotUid uid;
  int attempt = 0;
};
std::optional<OwnIdParts> parse_exit_client_id(const ClientOrderId& id);
std::optional<OwnIdParts> parse_guard_client_id(const ClientOrderId& id);

/// Sixteen lower-case hexadecimal digits over account number and opening fact; a pure hash, the same everywhere.
LotUid lot_uid(std::string_view account_number, std::string_view opening_fact);

}  // namespace belay
