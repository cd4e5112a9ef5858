// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: the engine on a small stage, with a broker in miniature and a store that keeps what it is told to.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/engine/mini_broker.hpp"
#include "core/engine/step.hpp"

namespace belay::engine::scene {

using namespace std::chrono_literals;

inline Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

/// A Monday in session: 2026-01-26, 10:00 New York.
inline constexpr std::string_view kMondayTen = "2026-01-26T10:00:00-05:00";

/// The stage: state, broker, store, clock. Time moves by a millisecond with every effect.
class Scene {
 public:
  State state;
  Moment now{at(kMondayTen), 1'000s};
  MiniBroker broker;
  std::map<LotUid, Lot> kept;  ///< the store's rows, closed ones too
  std::optional<LossLimit> kept_loss_limit;
  std::optional<Absences> kept_absences;
  std::vector<Execution> upstream;
  std::vector<Execution> simulated;            ///< upstream's rows that claim to be no trades
  std::map<std::string, std::string> settled;  ///< execution key, outcome
  std::vector<EventRecord> records;
  std::vector<action::RaiseAlert> alerts;
  std::set<std::int64_t> finished_commands;
  std::deque<Action> outbox;
  bool fills_are_readable = true;
  bool records_are_readable = true;

  Scene() {
    state.account = "main";
    state.account_number = "PA1";
  }

  /// One step; its effects wait in the outbox.
  Actions feed(const Event& event) {
    const Actions actions = step(state, event, now);
    for (const Action& action : actions) note(action);
    return actions;
  }
  /// Carries out what waits, and what follows from it.
  void pump() {
    for (int i = 0; i < 2'000 && !outbox.empty(); ++i) {
      const Action action = outbox.front();
      outbox.pop_front();
      perform(action);
    }
  }
  void play(const Event& event) {
    feed(event);
    pump();
  }
  void pass_time(Duration by) {
    now.wall = now.wall + by;
    now.steady += by;
  }
  /// Lets time pass with the timer that the engine asks for, in steps of `stride`.
  void wait(Duration by, Duration stride = 100ms) {
    for (const Duration end = now.steady + by; now.steady < end;) {
      pass_time(std::min(stride, end - now.steady));
      play(event::TimerFired{});
    }
  }
  void jump_to(std::string_view when) { pass_time(at(when) - now.wall); }

  event::BookLoaded book() const {
    event::BookLoaded loaded;
    loaded.loss_limit = kept_loss_limit;
    loaded.absences = kept_absences;
    for (const auto& [uid, lot] : kept) {
      if (lot.status != LotStatus::closed) loaded.lots.push_back(lot);
    }
    for (const Execution& execution : upstream) {
      if (!settled.contains(execution.key)) loaded.executions.push_back(execution);
    }
    std::ranges::stable_sort(loaded.executions, std::ranges::greater{}, &Execution::entry_time);
    return loaded;
  }
  event::RecordsFound records_for(const std::vector<std::string>& symbols) const {
    event::RecordsFound found;
    const auto asked = [&](const Instrument& i) { return std::ranges::count(symbols, i.symbol) > 0; };
    for (const auto* rows : {&upstream, &simulated}) {
      for (const Execution& row : *rows) {
        if (asked(row.instrument) && !settled.contains(row.key)) found.executions.push_back(row);
      }
    }
    for (const auto& [uid, lot] : kept) {
      if (asked(lot.instrument) && lot.status == LotStatus::closed) found.closed.push_back(lot);
    }
    return found;
  }
  /// What a cycle does: book, broker, prices, check.
  void cycle() {
    play(book());
    play(broker.read(now));
    pass_time(1ms);
    play(prices(symbols_to_price(state)));
    play(event::CheckDue{});
  }
  event::PricesRead prices(const std::vector<std::string>& asked) const {
    event::PricesRead read;
    read.asked = asked;
    for (const std::string& symbol : asked) {
      const auto found = broker.prices.find(symbol);
      if (found != broker.prices.end()) read.prices.push_back(found->second);
    }
    return read;
  }
  /// The process dies with all it knew; what was kept is all there is.
  void restart() {
    const Policy policy = state.policy;
    const calendar::UsEquities calendar = state.calendar;
    outbox.clear();
    state = State{};
    state.policy = policy;
    state.calendar = calendar;
    state.account = "main";
    state.account_number = "PA1";
    now.steady = 5s;  // the new process counts its own time
  }

  /// A print, with a quote a cent around it, told as a tick.
  Actions tick(const std::string& symbol, Price price) {
    broker.trade_at(symbol, price, now.wall);
    broker.quote_at(symbol, price - 0.01_price, price + 0.01_price, now.wall);
    return feed(event::Tick{symbol, {broker.prices.at(symbol)}});
  }
  void price(const std::string& symbol, Price price) {
    broker.trade_at(symbol, price, now.wall);
    broker.quote_at(symbol, price, price + 0.01_price, now.wall);
  }
  void sweep() {
    play(prices(symbols_to_price(state)));
    play(event::CheckDue{});
  }

  [[nodiscard]] const Lot* open(const LotUid& uid) const {
    const auto found = state.lots.find(uid);
    return found == state.lots.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Lot& stored(const LotUid& uid) const { return kept.at(uid); }
  [[nodiscard]] bool is_closed(const LotUid& uid) const {
    return kept.contains(uid) && kept.at(uid).status == LotStatus::closed && open(uid) == nullptr;
  }
  [[nodiscard]] int alerts_of(const std::string& cause) const {
    return static_cast<int>(std::ranges::count(alerts, cause, &action::RaiseAlert::cause));
  }
  [[nodiscard]] int records_of(EventType type) const {
    return static_cast<int>(std::ranges::count(records, type, &EventRecord::type));
  }
  [[nodiscard]] LotUid uid_of(const std::string& key) const {
    const auto row = std::ranges::find(upstream, key, &Execution::key);
    return row == upstream.end() ? LotUid() : reconcile::uid_of(*row, "PA1");
  }

  void note(const Action& action) {
    if (const auto* keep = std::get_if<action::KeepLot>(&action)) {
      kept.insert_or_assign(keep->lot.uid, keep->lot);
    } else if (const auto* limit = std::get_if<action::KeepLossLimit>(&action)) {
      kept_loss_limit = limit->limit;
    } else if (const auto* missing = std::get_if<action::KeepAbsences>(&action)) {
      kept_absences = missing->absences;
    } else if (const auto* record = std::get_if<action::RecordEvent>(&action)) {
      records.push_back(record->record);
    } else if (const auto* alert = std::get_if<action::RaiseAlert>(&action)) {
      alerts.push_back(*alert);
    } else if (const auto* settle = std::get_if<action::SettleExecution>(&action)) {
      settled[settle->key] = settle->outcome;
    } else if (const auto* finish = std::get_if<action::FinishCommand>(&action)) {
      finished_commands.insert(finish->id);
    } else if (!std::holds_alternative<action::WakeAt>(action)) {
      outbox.push_back(action);
    }
  }
  void perform(const Action& action) {
    pass_time(1ms);
    if (const auto* submit = std::get_if<action::SubmitOrder>(&action)) {
      feed(broker.submit(submit->request, now.wall));
    } else if (const auto* cancel = std::get_if<action::CancelOrder>(&action)) {
      broker.cancel(cancel->order, now.wall);
    } else if (const auto* ask = std::get_if<action::AskOrder>(&action)) {
      const Order* order = broker.by_client(ask->client_id);
      order == nullptr ? feed(event::OrderMissing{ask->client_id}) : feed(event::OrderSeen{*order});
    } else if (const auto* look = std::get_if<action::LookAtOrder>(&action)) {
      broker.orders.contains(look->order) ? feed(event::OrderSeen{broker.seen(look->order)})
                                          : feed(event::OrderGone{look->order});
    } else if (const auto* fetch = std::get_if<action::FetchPrices>(&action)) {
      feed(prices(fetch->symbols));
    } else if (std::holds_alternative<action::ReadBroker>(action)) {
      feed(broker.read(now));
    } else if (const auto* wanted = std::get_if<action::ReadActivities>(&action)) {
      fills_are_readable ? feed(event::ActivitiesRead{broker.activities(wanted->since)})
                         : feed(event::ActivitiesUnread{"timeout"});
    } else if (const auto* announced = std::get_if<action::ReadCorporateActions>(&action)) {
      event::CorporateActionsRead read{.symbols = announced->symbols, .actions = {}};
      std::ranges::copy_if(broker.corporate_actions, std::back_inserter(read.actions), [&](const CorporateAction& a) {
        return std::ranges::count(announced->symbols, a.symbol) > 0 && announced->first <= a.ex_date &&
               a.ex_date <= announced->last;
      });
      feed(read);
    } else if (const auto* records_of = std::get_if<action::FindRecords>(&action)) {
      records_are_readable ? feed(records_for(records_of->symbols)) : feed(event::RecordsUnread{"store away"});
    }
  }
};

/// An entry that filled at the broker, and upstream's row about it.
struct Entry {
  std::string key = "1";
  std::string symbol = "AAPL";
  Direction direction = Direction::long_;
  Quantity quantity = 100_qty;
  Price price = 100_price;
  std::string_view when = "2026-01-26T09:45:00-05:00";
  std::optional<Price> stop = 95_price;
  std::optional<Price> target = 110_price;
  Strategy strategy = Strategy::swing_trade;
  std::optional<std::int64_t> max_hold_minutes = std::nullopt;
  PriceDomain domain = PriceDomain::instrument;
  Terms terms = {};
};

inline Execution execution_of(const Entry& entry, const std::optional<OrderId>& order) {
  Execution e;
  e.key = entry.key;
  e.account_name = "main";
  e.instrument = instrument_of(entry.symbol);
  e.direction = entry.direction;
  e.quantity = entry.quantity;
  e.entry_price = entry.price;
  e.entry_time = at(entry.when);
  e.broker_order_id = order;
  e.stop_loss = entry.stop;
  e.take_profit = entry.target;
  e.price_domain = entry.domain;
  e.max_hold_minutes = entry.max_hold_minutes;
  e.terms = entry.terms;
  e.strategy = entry.strategy;
  e.strategy_said = std::string(to_text(entry.strategy));
  return e;
}

/// Fills the entry at the broker and writes upstream's row. Gives the uid that its lot will bear.
inline LotUid enter(Scene& scene, const Entry& entry) {
  const Side side = entry.direction == Direction::long_ ? Side::buy : Side::sell;
  const OrderId order = scene.broker.filled_order(entry.symbol, side, entry.quantity, entry.price, at(entry.when));
  scene.upstream.push_back(execution_of(entry, order));
  if (!scene.broker.prices.contains(entry.symbol)) scene.price(entry.symbol, entry.price);
  return scene.uid_of(entry.key);
}

}  // namespace belay::engine::scene
