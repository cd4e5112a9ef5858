// SPDX-License-Identifier: Apache-2.0
// What people, markets and fate do in a world.
#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "sim/world/world.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;

constexpr Price kCent = Price::from_nanos(10'000'000);

Price beside(Price price, std::int64_t basis_points) {
  return round_down(Price::from_nanos(fixed::multiply_divide(price.nanos(), 10'000 + basis_points, 10'000)), kCent);
}

// 250 basis points are 2.5 percent.
std::optional<Percent> percent(std::int64_t basis_points) {
  if (basis_points <= 0) return std::nullopt;
  return Percent::from_nanos(basis_points * (fixed::kScale / 100));
}

Terms terms_of(const Happening& happening) {
  Terms terms;
  terms.trail_percent = percent(happening.n[0]);
  terms.trail_activation = percent(happening.n[1]);
  terms.breakeven_at = percent(happening.n[2]);
  terms.profit_lock_at = percent(happening.n[3]);
  if (terms.profit_lock_at) terms.profit_lock_keep = Percent::whole(happening.n[4]);
  if (const auto at = percent(happening.n[5])) terms.scale_out = Ladder{{.at = *at, .close = Percent::whole(50)}};
  return terms;
}

Quantity part(Quantity whole, std::int64_t permille) {
  return Quantity::from_nanos(fixed::multiply_divide(whole.nanos(), permille, 1000));
}

}  // namespace

void World::happen(const Happening& happening) {
  exchange_.advance_to(timeline_.now());
  timeline_.note(to_text(happening));
  switch (happening.kind) {
    case Kind::enter:
      enter(happening);
      break;
    case Kind::terms:
      next_terms_[happening.symbol] = happening;
      break;
    case Kind::jump:
      weather_.count(happening.kind);
      market_.jump(happening.symbol, happening.n[0]);
      break;
    case Kind::bad_print:
      weather_.count(happening.kind);
      market_.bad_print(happening.symbol, happening.n[0], timeline_.now());
      break;
    case Kind::halt:
      halt(happening);
      break;
    case Kind::split:
      split(happening);
      break;
    case Kind::partials:
    case Kind::stop_shape: {
      weather_.count(happening.kind);
      sim::Faults faults = exchange_.faults();
      if (happening.kind == Kind::partials) faults.partial_fill_permille = static_cast<int>(happening.n[0]);
      if (happening.kind == Kind::stop_shape)
        faults.stop_out_shape = static_cast<sim::StopOutShape>(happening.n[0] % 2);
      exchange_.set_faults(faults);
      break;
    }
    case Kind::wide_quote:
    case Kind::crossed:
    case Kind::one_sided:
    case Kind::silent_tape:
    case Kind::limited:
    case Kind::unreadable:
    case Kind::empty_positions:
    case Kind::positions_lag:
    case Kind::orders_lag:
    case Kind::order_missing:
    case Kind::restricted:
    case Kind::data_fails:
    case Kind::data_stands:
    case Kind::store_down:
    case Kind::store_refuses:
    case Kind::store_slow:
    case Kind::stream_lost:
    case Kind::stream_gap:
    case Kind::stream_late:
    case Kind::stream_reorder:
    case Kind::stream_twice:
    case Kind::stream_stale:
    case Kind::stream_torn:
      weather_.begin(happening);
      break;
    case Kind::stream:  // both are there from the start
    case Kind::loss_limit:
      weather_.count(happening.kind);
      break;
    case Kind::stream_down:
      weather_.begin(happening);
      stream_.go_down(happening);
      break;
    case Kind::submit_lost_before:
    case Kind::submit_lost_after:
    case Kind::submit_arrives_late:
    case Kind::submit_unreachable:
    case Kind::submit_refused:
    case Kind::submit_slow:
    case Kind::cancel_lost_before:
    case Kind::cancel_lost_after:
    case Kind::cancel_stuck:
    case Kind::read_lost:
    case Kind::read_slow:
    case Kind::store_lies:
    case Kind::stream_refused:
      weather_.arm(happening);
      break;
    case Kind::lock_lost:
      weather_.count(happening.kind);
      lose_lock();
      break;
    case Kind::crash:
      weather_.count(happening.kind);
      crash_ = happening;
      calls_to_live_ = happening.n[0];
      break;
    case Kind::stop_cont:
      weather_.count(happening.kind);
      stop_ = happening;
      break;
    case Kind::wall_jump:
      weather_.count(happening.kind);
      clock_.be_wrong_by(std::chrono::milliseconds(happening.n[0]));
      timeline_.after(std::chrono::seconds(happening.n[1]), [this] { clock_.be_wrong_by({}); });
      break;
    case Kind::close_lot:
      close_lot(happening);
      break;
    case Kind::foreign_sell:
    case Kind::foreign_buy:
    case Kind::foreign_rest:
      foreign(happening);
      break;
    case Kind::foreign_cancel:
      foreign_cancel(happening);
      break;
    case Kind::calm:
      weather_.calm();
      calls_to_live_.reset();
      clock_.be_wrong_by({});
      for (const sim::Asset& asset : exchange_.assets()) {
        if (exchange_.is_halted(asset.symbol())) exchange_.resume(asset.symbol());
      }
      calm_since_ = timeline_.now();
      break;
  }
  exchange_moved();
}

// ---- the upstream trader

void World::enter(const Happening& happening) {
  const auto flag = [&](std::int64_t of) { return (happening.n[1] & of) != 0; };
  const Instrument instrument = instrument_of(happening.symbol);
  const bool is_short = flag(entry::kShort);
  const Price price = market_.middle_of(happening.symbol);
  const std::int64_t away = is_short ? 1 : -1;
  Price level = price;  // what stop and target are around
  std::int64_t loses = away;
  Execution wanted;
  wanted.key = std::to_string(next_key_++);
  wanted.instrument = instrument;
  wanted.direction = is_short ? Direction::short_ : Direction::long_;
  wanted.quantity = Quantity::from_nanos(happening.n[0] * (fixed::kScale / 1000));
  wanted.strategy = flag(entry::kDayTrade) ? Strategy::day_trade : Strategy::swing_trade;
  wanted.strategy_said = to_text(wanted.strategy);
  if (flag(entry::kUnderlying) && instrument.option) {
    wanted.price_domain = PriceDomain::underlying;
    level = market_.middle_of(sim::underlying_of(*instrument.option));
    if (!instrument.option->is_call) loses = -away;
  }
  if (happening.n[2] > 0) wanted.stop_loss = beside(level, loses * happening.n[2]);
  if (happening.n[3] > 0) wanted.take_profit = beside(level, -loses * happening.n[3]);
  if (happening.n[4] > 0) wanted.max_hold_minutes = happening.n[4];
  wanted.is_trade = !flag(entry::kRowSimulated);
  wanted.entry_price = price;
  wanted.entry_time = timeline_.now();

  if (const auto terms = next_terms_.find(happening.symbol); terms != next_terms_.end()) {
    wanted.terms = terms_of(terms->second);
    next_terms_.erase(terms);
  }

  std::size_t lot = 0;
  if (flag(entry::kHeld)) {
    const Timestamp yesterday = calendar_.session_before(session_.date).open + 3h;
    const Quantity held = is_short ? -wanted.quantity : wanted.quantity;
    const sim::Order order = exchange_.seed_position(witness_.account(), happening.symbol, held, price, yesterday);
    wanted.entry_time = yesterday;
    wanted.broker_order_id = order.id;
    TrueLot one{.wanted = wanted, .entry = order.id, .entered = {}, .left = {}, .entered_at = yesterday, .uids = {}};
    lot = witness_.seeded(std::move(one), order);
  } else {
    sim::SubmitRequest request;
    request.symbol = happening.symbol;
    request.side = is_short ? Side::sell : Side::buy;
    request.quantity = wanted.quantity;
    request.type = flag(entry::kLimit) ? OrderType::limit : OrderType::market;
    if (flag(entry::kLimit)) request.limit_price = beside(price, away * 3);
    request.time_in_force = TimeInForce::day;
    if (flag(entry::kBracket) && wanted.stop_loss && wanted.take_profit) {
      request.order_class = OrderClass::bracket;
      request.time_in_force = TimeInForce::gtc;
      request.stop_loss_stop = wanted.stop_loss;
      request.take_profit_limit = wanted.take_profit;
      wanted.bracket_expected = true;
    }
    const auto order = exchange_.submit(witness_.account(), request);
    if (!order) return;  // refused: there is no trade
    wanted.broker_order_id = order->id;
    TrueLot one{
        .wanted = wanted, .entry = order->id, .entered = {}, .left = {}, .entered_at = timeline_.now(), .uids = {}};
    lot = witness_.add_lot(std::move(one));
  }
  if (flag(entry::kNoRow)) return;
  const bool twice = flag(entry::kRowTwice);
  timeline_.after(std::chrono::seconds(happening.n[5]), [this, lot, wanted, twice] { write_row(lot, wanted, twice); });
}

void World::write_row(std::size_t lot, const Execution& row, bool twice) {
  Execution written = row;
  const auto entry = exchange_.order(witness_.account(), *row.broker_order_id);
  if (entry && entry->filled_average) written.entry_price = *entry->filled_average;
  database_.executions.push_back(written);
  witness_.row_written(lot, written);
  if (!twice) return;
  written.key += "-again";
  database_.executions.push_back(written);
  witness_.row_written(lot, written);
}

// ---- people

void World::close_lot(const Happening& happening) {
  std::vector<const Lot*> open;
  for (const auto& [uid, lot] : database_.lots) {
    if (lot.status == LotStatus::open) open.push_back(&lot);
  }
  if (open.empty() || weather_.holds(Kind::store_down)) return;
  weather_.count(happening.kind);
  const Lot& lot = *open[static_cast<std::size_t>(happening.n[0]) % open.size()];
  OperatorCommand command{
      .id = database_.next_id++, .lot = lot.uid, .quantity = {}, .who = "an operator", .why = "nerves"};
  if (happening.n[1] < 1000) {
    Quantity some = part(lot.quantity, happening.n[1]);
    if (lot.quantity.is_whole()) some = whole_part(some);
    if (!some.is_positive()) return;
    command.quantity = some;
  }
  database_.commands.push_back(command);
  oracle_.person_closes(lot.uid, !command.quantity, timeline_.now());
}

void World::foreign(const Happening& happening) {
  const auto position = exchange_.position(witness_.account(), happening.symbol);
  sim::SubmitRequest request;
  request.symbol = happening.symbol;
  request.type = OrderType::market;
  request.time_in_force = TimeInForce::day;
  if (happening.kind == Kind::foreign_buy) {
    if (position && position->quantity.is_negative()) return;
    request.side = Side::buy;
    request.quantity = Quantity::from_nanos(happening.n[0] * (fixed::kScale / 1000));
  } else {
    if (!position || position->available.is_zero()) return;
    request.side = position->quantity.is_positive() ? Side::sell : Side::buy;
    request.quantity = whole_part(part(position->available.magnitude(), happening.n[0]));
    if (!request.quantity->is_positive()) return;
    if (happening.kind == Kind::foreign_rest) {
      const std::int64_t away = position->quantity.is_positive() ? 1 : -1;
      request.type = OrderType::limit;
      request.limit_price = beside(market_.middle_of(happening.symbol), away * happening.n[1]);
    }
  }
  if (exchange_.submit(witness_.account(), request)) weather_.count(happening.kind);
}

void World::foreign_cancel(const Happening& happening) {
  for (const auto& [id, order] : witness_.orders()) {
    if (order.owner != Owner::child || order.order.symbol != happening.symbol || is_terminal(order.order.status))
      continue;
    weather_.count(happening.kind);
    oracle_.bracket_broken(*order.lot);
    static_cast<void>(exchange_.cancel(witness_.account(), id));
    return;
  }
}

// ---- markets

void World::halt(const Happening& happening) {
  exchange_.halt(happening.symbol);
  weather_.begin(happening);
  timeline_.after(std::chrono::seconds(happening.n[0]), [this, symbol = happening.symbol] {
    if (exchange_.is_halted(symbol)) exchange_.resume(symbol);
  });
}

void World::split(const Happening& happening) {
  if (timeline_.now() >= session_.open || happening.n[0] <= 0 || happening.n[1] <= 0) return;
  if (instrument_of(happening.symbol).is_option()) return;
  weather_.count(happening.kind);
  exchange_.split(happening.symbol, happening.n[0], happening.n[1]);
  market_.split(happening.symbol, happening.n[0], happening.n[1]);
  witness_.rescale(happening.symbol, happening.n[0], happening.n[1]);
}

}  // namespace belay::world
