// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/engine/step.hpp"
#include "core/lifecycle/order_life.hpp"
#include "core/reconcile/entries.hpp"

namespace belay::engine {

/// The name of what a person gave up, among what left a lot; followed by the time.
inline constexpr std::string_view kWrittenOff = "written-off/";

/// One step in the making: the state, the moment, and the actions so far. The handlers are spread over files by what
/// they are about, each named at its declarations below.
class Stepper {
 public:
  Stepper(State& state, Moment now) : state_(state), now_(now) {}

  void on(const event::BookLoaded& event);
  void on(const event::BrokerRead& event);
  void on(const event::BrokerUnread& event);
  void on(const event::PricesRead& event);
  void on(const event::Tick& event);
  void on(const event::TradingStatus& event);
  void on(const event::CheckDue& event);
  void on(const event::SubmitAccepted& event);
  void on(const event::SubmitRefused& event);
  void on(const event::SubmitNotSent& event);
  void on(const event::SubmitUnknown& event);
  void on(const event::OrderSeen& event);
  void on(const event::OrderGone& event);
  void on(const event::OrderMissing& event);
  void on(const event::OrderUnread& event);
  void on(const event::FillCorrected& event);
  void on(const event::ActivitiesRead& event);
  void on(const event::ActivitiesUnread& event);
  void on(const event::RecordsFound& event);
  void on(const event::RecordsUnread& event);
  void on(const event::StreamUp& event);
  void on(const event::StreamDown& event);
  void on(const event::CorporateActionsRead& event);
  void on(const event::CorporateActionsUnread& event);
  void on(const event::CommandGiven& event);
  void on(const event::PolicyGiven& event);
  void on(const event::TimerFired& event);

  void keep_absences() { emit(action::KeepAbsences{state_.absences}); }
  void give_up(const Overflow& overflow);

  Actions take() { return std::move(actions_); }

 private:
  // ---- what comes out (step.cpp)
  void emit(Action action) { actions_.push_back(std::move(action)); }
  void keep(const Lot& lot);
  void record(const Lot& lot, EventType type, Fields data);
  void record_account(EventType type, Fields data);
  void alert(action::RaiseAlert::Severity severity, std::string cause, const Lot* lot, std::string text);
  void take_up(const Lot& lot);
  void heed_edits(Lot& lot, const Lot& stored);
  void offer_command(const OperatorCommand& command);
  void record_without_lot(const OperatorCommand& command);
  static std::string why_not_closable(const Lot& lot, const OperatorCommand& command);
  void quarantine(const QuarantinedExecution& row);
  void change_terms(Lot& lot, const OperatorCommand& command);
  void pass_on_reload(const OperatorCommand& command, bool only_preview);

  // ---- a person's suspension of a lot's exits (pause.cpp)
  [[nodiscard]] bool is_missing(const Lot& lot) const;
  void write_off(const OperatorCommand& command);
  void carry_out_write_offs();
  std::string why_not_written_off(const Lot& lot);
  void pause(Lot& lot, const OperatorCommand& command);
  void resume(Lot& lot, const OperatorCommand& command);
  void note(const OperatorCommand& command);
  void end_pause_if_over(Lot& lot);
  void end_pauses();
  void suspend_if_paused(Lot& lot, const rules::Rule& rule, rules::Verdict& verdict);
  void tell_of_suspended(Lot& lot, const std::string& message);

  // ---- the broker's word (broker_read.cpp)
  void remember_orders(const std::vector<Order>& orders);
  void remember_order(const Order& order);
  void absorb_orders_of(Lot& lot);
  void measure_allowances();
  void heed_foreign(const Order& order);
  [[nodiscard]] bool is_counted_by_closed_lots(const Order& order) const;
  [[nodiscard]] Quantity open_part(const Order& order) const;
  [[nodiscard]] Quantity sold_a_moment_ago(const Order& order) const;
  void measure_foreign_orders();
  void ask_for_broker_read(Duration distance = std::chrono::milliseconds(500));

  // ---- what rests at the broker for a lot (guards.cpp, guard_view.cpp, guard_work.cpp, guard_replies.cpp)
  void verify_guards(Lot& lot);
  void find_children(Lot& lot);
  std::optional<Duration> bracket_sought_until(const Lot& lot);
  void follow_replacements(Lot& lot, std::optional<OrderId>& id);
  void count_guard_fill(Lot& lot, const Order& guard);
  void look_at_unseen_orders(Duration listed_since);
  [[nodiscard]] std::vector<OrderId> guard_ids(const Lot& lot) const;
  [[nodiscard]] std::vector<OrderId> guards_out_of_sight(const Lot& lot, Duration since) const;
  [[nodiscard]] std::vector<lifecycle::RestingOrder> guards_of(const Lot& lot) const;
  [[nodiscard]] rules::Guards guards_standing(const Lot& lot) const;
  [[nodiscard]] bool is_absence_proved(const Lot& lot) const;
  [[nodiscard]] static bool is_bracket_promised(const Lot& lot);
  lifecycle::GuardView guard_view_of(const Lot& lot);
  [[nodiscard]] bool awaits_trading(const Lot& lot) const;
  [[nodiscard]] bool is_guarded_meanwhile(const Lot& lot) const;
  std::vector<lifecycle::KnownGuard> known_guards(const Lot& lot);
  lifecycle::GuardLevels guard_levels(const Lot& lot, std::string& why_none) const;
  [[nodiscard]] Quantity guard_room(const Lot& lot) const;
  [[nodiscard]] Quantity exit_room(const Lot& lot, bool in_part) const;
  [[nodiscard]] Quantity reserved_by_guards(const std::string& symbol, const Lot* but) const;
  void tend_all_guards();
  void tend_guards_in_work();
  void tend_guards(const LotUid& uid);
  void apply(Lot& lot, const lifecycle::GuardDecision& decision);
  void settle_guards(Lot& lot);
  void tell_if_missing(Lot& lot, const lifecycle::GuardDecision& decision);
  std::string guard_work_before_exit(const Lot& lot);
  void hear_of_guard(const LotUid& uid, const Order& order);
  void place_guard(Lot& lot, const lifecycle::PlaceGuard& move, const std::string& why);
  void emit_guard(const Lot& lot, const GuardOrder& order);
  void cancel_guards(Lot& lot, const lifecycle::CancelGuards& move, const lifecycle::GuardDecision& decision);
  void end_guard_order(Lot& lot, const ClientOrderId& client_id, OrderStatus status);
  void cancel_stray_guards(const std::vector<Order>& orders);
  void absorb_guard_order(Lot& lot, const Order& order, int attempt);
  void guard_accepted(const OwnIdParts& own, const event::SubmitAccepted& event);
  void guard_refused(const OwnIdParts& own, const event::SubmitRefused& event);
  void take_refusal(Lot& lot, const GuardOrder& refused, lifecycle::RefusalMeaning meaning,
                    const event::SubmitRefused& event);
  [[nodiscard]] bool is_of_this_share(Lot& lot, Price price);
  void trigger_level(Lot& lot, const GuardOrder& refused, bool is_stop, Price price);
  void guard_not_sent(const OwnIdParts& own, const event::SubmitNotSent& event);
  void guard_unknown(const OwnIdParts& own, const event::SubmitUnknown& event);
  void guard_not_found(const OwnIdParts& own);
  void judge_protection(Lot& lot);
  Protection protection_of(const Lot& lot);

  // ---- the broker's stream of updates (stream.cpp)
  void heal_gap();
  [[nodiscard]] std::optional<Duration> gap_until();
  void note_gap_read(const event::BrokerRead& event);
  void tell_if_stream_is_down();
  void hasten_questions();

  // ---- whose shares are whose (take_over.cpp)
  void settle_ownership();
  void identify_assets();
  void open_lot(const reconcile::Claim& claim, const std::optional<reconcile::Opening>& opening = {});
  void merge_into(const reconcile::Merge& merge);
  void grow_lot(const reconcile::Growth& growth);
  void settle_history(const reconcile::Unclaimed& unclaimed);
  void tell_of_rename(Lot& lot, const std::string& before);
  void freeze(Lot& lot, const std::string& why);
  void find(std::string kind, const std::string& symbol, const Lot* lot, Quantity quantity, std::string what,
            std::string execution_key = "");

  // ---- what no lot has (adopt.cpp)
  void take_over_orphan(const reconcile::Orphan& orphan, const Activities& activities);
  void take_over_entry(const reconcile::Entry& entry);
  void take_over_rest(reconcile::Orphan rest);
  struct Explained {
    std::set<OrderId> orders;        ///< that opened, guarded or left lots
    std::vector<const Lot*> others;  ///< of the symbol, of whose opening order nothing is known
  };
  [[nodiscard]] Explained explained_of(const std::string& symbol, const Activities& activities) const;
  void adopt(const reconcile::Orphan& orphan, const std::optional<reconcile::Opening>& opening);
  void protect_adopted(Lot& lot);
  void announce(const Lot& lot, const std::optional<reconcile::Opening>& opening);
  void announce_late();
  void tell_of_orphan(const Lot& lot);
  [[nodiscard]] LotUid uid_of(const reconcile::Opening& opening) const;
  [[nodiscard]] bool has_opened(const reconcile::Opening& opening) const;
  std::optional<LotUid> uid_without_fills(const std::string& symbol) const;

  // ---- splits and spin-offs as announced (splits.cpp)
  void ask_for_corporate_actions();
  bool heed_corporate_actions();
  void withdraw_guards();
  [[nodiscard]] bool no_guard_may_rest(const Lot& lot) const;
  void await_action(Lot& lot, const CorporateAction& announced);
  void forget_withdrawn_action(Lot& lot, const std::vector<CorporateAction>& actions);
  bool apply_split(const std::vector<Lot*>& lots, const CorporateAction& split);
  void rescale_prices(const CorporateAction& split);
  void review_spin_off(Lot& lot, const CorporateAction& spin_off);
  bool follow_rename(const CorporateAction& rename);

  // ---- what became of what is missing (settle.cpp)
  void settle_shortfalls(const std::vector<reconcile::Shortfall>& shortfalls);
  void tell_of_awaited(const std::vector<std::string>& settling);
  void settle_sign_change(const reconcile::SignChange& change);
  void settle_surplus(const reconcile::Orphan& orphan);
  void explain_shortfall(const reconcile::Shortfall& shortfall, const Activities& activities);
  void charge(const reconcile::Charge& charge);
  void take_back_charges(const OrderId& order);
  bool awaits_guards(const std::vector<const Lot*>& lots, const std::string& symbol);
  void tell_of_phantom(Lot& lot, const std::string& why);
  bool is_confirmed(const std::string& symbol, Quantity held, Quantity claimed);
  void forget_old_doubts();
  void look_again();
  void ask_for_history();
  void ask_for_activities();
  [[nodiscard]] reconcile::Past past_of(const std::string& symbol, const Activities& activities) const;
  [[nodiscard]] bool means_another_asset(const Lot& lot) const;

  // ---- what no fill explains, and what was not gone after all (drift.cpp)
  [[nodiscard]] bool is_frozen(const std::string& symbol) const;
  bool freeze_as_after_split(const reconcile::Shortfall& shortfall, Quantity unexplained);
  bool settle_drift(const reconcile::Shortfall& shortfall, Quantity unexplained);
  void give_up_charges(Lot& lot);
  [[nodiscard]] bool has_drifted(const std::string& symbol) const;
  reconcile::Orphan less_what_had_drifted(const reconcile::Orphan& orphan);

  // ---- what lots have more than the broker (absences.cpp)
  void note_absences(const reconcile::Differences& differences);
  void confirm_absence(const std::string& symbol, Quantity unexplained, bool confirmed);
  void explain_absence(const std::string& symbol, Quantity filled, Timestamp at);
  void forget_flows_before_absence(const std::string& symbol, std::vector<reconcile::Flow>& flows) const;
  Quantity still_missing(const reconcile::Shortfall& shortfall);
  void take_for_absent(Quantity beyond, std::vector<reconcile::Flow> flows, reconcile::Entry& entry);
  [[nodiscard]] bool was_missed(const std::string& symbol) const;
  bool is_return_confirmed(const reconcile::Orphan& orphan);
  reconcile::Orphan less_what_was_absent(const reconcile::Orphan& orphan);
  [[nodiscard]] Quantity certainly_held(const Lot& lot) const;

  // ---- prices (market.cpp)
  void absorb(const std::string& symbol, const MarketPrices& arrived, pricing::Feed feed,
              std::vector<TriggerBook::Fired>& passed);
  void check_passed(const std::vector<TriggerBook::Fired>& passed);
  void note_doubt(const std::string& symbol, pricing::Judgement::Awaits awaits);
  void look_for_witnesses();
  pricing::Judgement judge(const Lot& lot, const std::string& symbol, Direction direction);
  pricing::Judgement judge_own(const Lot& lot);
  pricing::Judgement judge_levels(const Lot& lot);
  void detect_split(Lot& lot);
  [[nodiscard]] bool may_be_rescaled(const pricing::SymbolPrices& prices) const;

  // ---- rules (check.cpp)
  void check(Lot& lot);
  void check_now(Lot& lot);
  void check_guarded(Lot& lot);
  void mark(Lot& lot, const pricing::Judgement& own);
  void weigh(Lot& lot, const pricing::Judgement& levels);
  void note_amber(Lot& lot, const std::string& why, std::optional<Timestamp> previous_check);
  void tell_of_expiration(const Lot& lot, std::optional<Timestamp> previous_check);
  void set_concern(Lot& lot, std::string concern);
  [[nodiscard]] std::string lesser_concern(const Lot& lot) const;
  void act_on(Lot& lot, const std::vector<ExitReason>& whole, const rules::Verdict& deciding,
              const rules::Verdict* partial);
  void take_rungs(Lot& lot, const std::optional<rules::PriceRange>& prices);
  void wake_for_deadlines();

  // ---- the lots' own exit orders (exit_orders.cpp)
  void absorb(const Order& order);
  void absorb_exit_order(Lot& lot, const Order& order, int attempt);
  void recover_exit_order(Lot& lot, const Order& order, int attempt);
  void recover_exit(Lot& lot, const Order& order);
  void record_order(const Lot& lot, const ExitOrder& order);
  void tell_oddities(const Lot& lot, const Order& order, const lifecycle::Learned& learned);
  ExitOrder* exit_order_about(Lot& lot, const Order& order);
  Lot* lot_corrected(const Order& order);

  // ---- the account's day (loss_limit.cpp)
  void judge_loss_limit();
  rules::LossStanding loss_standing();
  rules::LossStanding weigh_loss(Money own, int unknown, Money limit);
  std::optional<Price> session_base(const Lot& lot, const calendar::Session& session);
  [[nodiscard]] std::optional<Money> broker_result() const;
  void begin_loss_session(const calendar::Session& session);
  void note_session_bases();
  void count_closed_for_the_day(const Lot& lot);
  void resume_loss_limit(const OperatorCommand& command);

  // ---- which prices concern a lot (triggers.cpp)
  void index_triggers(const Lot& lot);
  void take_peak(Lot& lot, const std::optional<Price>& peak);
  void begin_peak(Lot& lot);
  void raise_peak(Lot& lot, const std::optional<rules::PriceRange>& prices);
  void note_underlying_entry(Lot& lot, const std::optional<rules::PriceRange>& prices);

  // ---- orders in the way (blockers.cpp)
  [[nodiscard]] std::map<OrderId, LotUid> order_owners() const;
  [[nodiscard]] const Lot* owner_by_id(const ClientOrderId& id) const;
  static std::string text_of(const Order& order);
  void heed_named(Lot& lot, const std::vector<OrderId>& named);
  void settle_named(Lot& lot, const Order& order);
  [[nodiscard]] std::vector<lifecycle::RestingOrder> in_the_way_of(const Lot& lot) const;
  static bool exit_order_about_id(const Lot& lot, const OrderId& id);
  [[nodiscard]] std::string short_leg_uncovered_by(const Lot& lot) const;
  [[nodiscard]] bool leaves_as_well(const std::string& symbol) const;

  // ---- leaving (leave.cpp, replies.cpp, finish.cpp)
  void begin_exit(Lot& lot, ExitReason reason, int priority, std::vector<ExitReason> reasons, Quantity wanted,
                  const rules::Verdict& verdict);
  void join_exit(Lot& lot, ExitReason reason, Quantity wanted, const rules::Verdict& verdict, const std::string& who);
  void note_trigger(Lot& lot, const rules::Verdict& verdict);
  void note_levels(const Lot& lot, Exit& exit) const;
  void advance(const LotUid& uid);
  void move_on(Lot& lot);
  void advance_all();
  void apply(Lot& lot, const lifecycle::Decision& decision);
  void send(Lot& lot, const lifecycle::Send& move);
  void send_again(Lot& lot, const ClientOrderId& id);
  void emit_submit(const Lot& lot, const ExitOrder& order);
  void tell_if_late(Lot& lot);
  bool is_news(Lot& lot, const std::string& what);
  void tell_page(Lot& lot, const lifecycle::Decision& decision);
  void count_dead(Lot& lot, const ClientOrderId& id, const std::string& why);
  enum class Repeat : std::uint8_t { no, yes };
  bool pass_breaker(Lot& lot, const ExitOrder& order, Repeat repeat);
  void pause_after_refusal(Lot& lot, const std::string& why, lifecycle::RefusalKind kind, Duration at_least = {});
  void change_tactic(Lot& lot, const std::string& why);
  [[nodiscard]] std::optional<Timestamp> price_time(const std::string& symbol) const;
  [[nodiscard]] bool session_priced(const Lot& lot, const calendar::Session& session) const;
  [[nodiscard]] std::optional<Timestamp> nothing_arrives_after(const Lot& lot) const;
  void recount(Lot& lot);
  void finish_if_flat(const LotUid& uid);
  void finish_part(Lot& lot);
  void remember_closed(const Lot& lot);
  void close(Lot& lot);
  void count_result(Lot& lot);
  Lot* lot_of(const ClientOrderId& client_id);
  ExitOrder* exit_order_of(Lot& lot, const ClientOrderId& client_id);
  lifecycle::ExitView view_of(const Lot& lot);
  [[nodiscard]] bool session_open() const;
  [[nodiscard]] std::string restriction() const;
  [[nodiscard]] std::vector<lifecycle::RestingOrder> open_entry_of(const Lot& lot) const;
  [[nodiscard]] Quantity held_by_others(const Lot& lot) const;

  State& state_;
  Moment now_;
  Actions actions_;
};

}  // namespace belay::engine
