// SPDX-License-Identifier: Apache-2.0
// How the account's day stands, and what it means when too much is lost.
#include <algorithm>

#include "core/engine/stepper.hpp"
#include "core/rules/settings.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;
using Standing = rules::LossStanding::State;

// The two measures are of slightly different moments and prices: nine tenths of the limit confirm it.
constexpr Ratio kConfirms = 0.9_ratio;

/// What left the lot since then: quantity and value.
std::pair<Quantity, Money> left_since(const Lot& lot, Timestamp since) {
  std::pair<Quantity, Money> sum;
  for (const ExitOrder& order : lot.exit_orders) {
    if (!order.filled_average || order.filled_at.value_or(order.sent_at) < since) continue;
    sum.first += order.filled;
    sum.second += notional(*order.filled_average, order.filled, lot.multiplier);
  }
  for (const LeftElsewise& part : lot.left_elsewise) {
    if (part.at < since) continue;
    sum.first += part.quantity;
    sum.second += part.value;
  }
  return sum;
}

/// The lot's result of the session; what is left of it at `mark`.
Money result_since(const Lot& lot, Timestamp session_open, Price base, Price mark) {
  const auto [left, value] = left_since(lot, session_open);
  const Money gain = value - notional(base, left, lot.multiplier) + notional(mark - base, lot.quantity, lot.multiplier);
  return lot.is_long() ? gain : -gain;
}

std::string signed_text(Money amount) { return (amount.is_negative() ? "" : "+") + amount.text(); }

}  // namespace

// What the lot was worth when the session began: its entry, if it was entered for this session.
std::optional<Price> Stepper::session_base(const Lot& lot, const calendar::Session& session) {
  if (state_.calendar.session_of(lot.entry_time).open >= session.open) return lot.entry_price;
  auto& bases = state_.loss_limit.bases;
  if (const auto known = bases.find(lot.uid); known != bases.end()) return known->second;
  const auto holding = state_.broker.holdings.find(lot.instrument.symbol);
  std::optional<Price> base;
  if (holding != state_.broker.holdings.end()) base = rules::usable_level(holding->second.previous_close);
  if (base) bases.emplace(lot.uid, *base);
  return base;
}

// The broker tells the previous close with the holding: of what leaves at the open, before it is read again, it is
// known from a read of shortly before.
void Stepper::note_session_bases() {
  constexpr Duration kBefore = std::chrono::minutes(30);
  const LossLimit before = state_.loss_limit;
  const calendar::Session session = state_.calendar.session_of(now_.wall);
  if (!state_.policy.account_loss_limit || before.latched_at || now_.wall < session.open - kBefore) return;
  begin_loss_session(session);
  for (const auto& [uid, lot] : state_.lots) session_base(lot, session);
  if (state_.loss_limit != before) emit(action::KeepLossLimit{state_.loss_limit});
}

// Equity against the previous close's, by the broker's own word. An absurd baseline measures nothing.
std::optional<Money> Stepper::broker_result() const {
  const Account& account = state_.broker.account;
  if (!state_.broker.read_at || !state_.broker.unread_why.empty()) return std::nullopt;
  if (!account.last_equity || !account.last_equity->is_positive() || account.equity.is_zero()) return std::nullopt;
  return account.equity - *account.last_equity;
}

void Stepper::judge_loss_limit() {
  LossLimit& memory = state_.loss_limit;
  const LossLimit before = memory;
  try {
    state_.loss_standing = loss_standing();
  } catch (const Overflow& overflow) {
    state_.loss_standing = {Standing::undecided, overflow.what()};
  }
  if (memory != before) emit(action::KeepLossLimit{memory});
}

void Stepper::begin_loss_session(const calendar::Session& session) {
  LossLimit& memory = state_.loss_limit;
  if (memory.session == session.open) return;
  memory = LossLimit{};
  memory.session = session.open;
}

rules::LossStanding Stepper::loss_standing() {
  LossLimit& memory = state_.loss_limit;
  if (memory.latched_at) {
    return {Standing::latched, "Loss limit reached at " + to_text(*memory.latched_at) + ": " + memory.why};
  }
  const auto& limit = state_.policy.account_loss_limit;
  if (!limit || !limit->is_positive()) return {Standing::off, "no limit"};
  const auto session = state_.calendar.session_at(now_.wall);
  if (!session) return {Standing::within, "outside the session"};
  begin_loss_session(*session);
  Money own = memory.realised;
  int unknown = 0;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.kind == InstrumentKind::crypto) continue;
    const auto base = session_base(lot, *session);
    const auto judged = judge_own(lot);
    if (!base || judged.standing != pricing::Judgement::Standing::good || !judged.value) {
      ++unknown;
    } else {
      own += result_since(lot, session->open, *base, *judged.value);
    }
  }
  return weigh_loss(own, unknown, *limit);
}

// Two measures, ours and the broker's, both against where an operator last resumed. One alone sells nothing.
rules::LossStanding Stepper::weigh_loss(Money own, int unknown, Money limit) {
  LossLimit& memory = state_.loss_limit;
  const auto broker = broker_result();
  const std::string gaps = unknown == 0 ? "" : ", " + std::to_string(unknown) + " positions without a good price";
  if (!broker) {
    return {Standing::undecided, "the day stands at " + signed_text(own - memory.own_start) + gaps +
                                     "; the broker's own measure is not known"};
  }
  if (memory.restart) {
    memory.own_start = own;
    memory.broker_start = *broker;
    memory.restart = false;
  }
  const Money ours = own - memory.own_start;
  const Money theirs = *broker - memory.broker_start;
  const std::string text = "the day stands at " + signed_text(ours) + " (the broker's count: " + signed_text(theirs) +
                           ")" + gaps + ", limit -" + limit.text();
  const Money confirming = -scale(limit, kConfirms);
  if (ours <= -limit && theirs <= confirming) {
    memory.latched_at = now_.wall;
    memory.why = text;
    memory.limit = limit;
    record_account(EventType::exit_triggered, {{"reason", std::string("account_loss_limit")},
                                               {"day", Decimal(ours)},
                                               {"broker", Decimal(theirs)},
                                               {"limit", Decimal(limit)}});
    alert(Severity::critical, "loss_limit", nullptr,
          "The account's loss limit is reached: " + text +
              ". Everything leaves, and whatever is opened leaves too, until somebody says belay resume --loss-limit.");
    return {Standing::latched, "Loss limit reached: " + text};
  }
  const bool disagree = (ours <= -limit) != (theirs <= -limit) && (ours > confirming || theirs > confirming);
  if (disagree && !memory.told) {
    memory.told = true;
    alert(Severity::critical, "loss_limit", nullptr,
          "Only one of two measures says that the loss limit is reached: " + text +
              ". Nothing is sold for it. Look at the account.");
  }
  return {disagree ? Standing::undecided : Standing::within, text};
}

// A lot that closes takes its prices with it: its part of the day is counted for good.
void Stepper::count_closed_for_the_day(const Lot& lot) {
  LossLimit& memory = state_.loss_limit;
  const auto session = state_.calendar.session_at(now_.wall);
  if (!state_.policy.account_loss_limit || memory.latched_at || !session) return;
  begin_loss_session(*session);
  try {
    if (const auto base = session_base(lot, *session)) {
      memory.realised += result_since(lot, session->open, *base, *base);
    } else {
      record(lot, EventType::monitor_error,
             {{"error", std::string("its part of the day's loss is not counted: what it was worth at the open is not "
                                    "known")}});
    }
  } catch (const Overflow& overflow) {
    record(lot, EventType::monitor_error, {{"error", std::string(overflow.what())}});
  }
  memory.bases.erase(lot.uid);
  emit(action::KeepLossLimit{memory});
}

void Stepper::resume_loss_limit(const OperatorCommand& command) {
  LossLimit& memory = state_.loss_limit;
  const bool was_latched = memory.latched_at.has_value();
  record_account(EventType::operator_,
                 {{"command", std::string("resume --loss-limit")},
                  {"who", command.who},
                  {"why", command.why},
                  {"result", was_latched ? "resumed after: " + memory.why : std::string("it was not reached")}});
  if (command.id != 0) emit(action::FinishCommand{command.id});
  if (!was_latched) return;
  memory.latched_at.reset();
  memory.why.clear();
  memory.told = false;
  memory.restart = true;
  state_.loss_standing = {};
  emit(action::KeepLossLimit{memory});
}

}  // namespace belay::engine
