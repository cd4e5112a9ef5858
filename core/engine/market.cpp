// SPDX-License-Identifier: Apache-2.0
// What the market says: prices as they are read or arrive, halts, and changes that look like a split.
#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <span>

#include "core/calendar/new_york.hpp"
#include "core/engine/stepper.hpp"
#include "core/rules/settings.hpp"

namespace belay::engine {
namespace {

using namespace std::chrono_literals;

using Judgement = pricing::Judgement;

// A jump is looked at again at once, then after these rests. A quote that is merely wide is awaited in longer strides,
// so that its persistence is noticed when it has lasted. What the looks do not settle is left to the sweep.
// In units of the policy's witness_rest, which also parts the looks of all symbols together: the limit of the market
// data is per minute.
constexpr std::array<std::int64_t, 4> kJumpRests{1, 2, 5, 15};
constexpr std::int64_t kFirstWideRest = 11;
constexpr std::array<std::int64_t, 2> kWideRests{11, 11};

}  // namespace

void Stepper::on(const event::PricesRead& event) {
  for (const auto& [symbol, why] : event.failed) state_.prices[symbol].unread = why.empty() ? "no answer" : why;
  std::vector<TriggerBook::Fired>
      passed;  // looked at when all is read: an option's own price may stand behind its underlying's
  for (const MarketPrices& read : event.prices) absorb(read.symbol, read, pricing::Feed::polled, passed);
  check_passed(passed);
  const std::set<std::string> asked(event.asked.begin(), event.asked.end());
  for (auto& [uid, flight] : state_.flights) {
    const auto lot = state_.lots.find(uid);
    if (lot != state_.lots.end() && asked.contains(lot->second.instrument.symbol)) flight.priced = now_.steady;
  }
  if (!event.failed.empty()) {
    record_account(EventType::monitor_error,
                   {{"error", "prices of " + std::to_string(event.failed.size()) +
                                  " symbols could not be read: " + event.failed.front().second}});
  }
  advance_all();
  look_for_witnesses();
}

void Stepper::on(const event::Tick& event) {
  // Each price counts by itself: one that meets a rule makes the exit, whatever the next one says.
  for (const MarketPrices& prices : event.prices) {
    std::vector<TriggerBook::Fired> passed;
    absorb(event.symbol, prices, pricing::Feed::streamed, passed);
    check_passed(passed);
  }
  if (!state_.price_doubts.empty()) look_for_witnesses();
}

// Appends the lots whose thresholds the price passes.
void Stepper::absorb(const std::string& symbol, const MarketPrices& arrived, pricing::Feed feed,
                     std::vector<TriggerBook::Fired>& passed) {
  const Instrument instrument = instrument_of(symbol);
  pricing::SymbolPrices& prices = state_.prices[symbol];
  pricing::update(prices, arrived, instrument, state_.policy, now_.wall, feed);
  if (may_be_rescaled(prices)) {  // once a session, until a price of it is believed
    for (auto& [uid, lot] : state_.lots) {
      if (level_symbol(lot) == symbol) detect_split(lot);
    }
  }
  // What an option is quoted at while its underlying is halted moves no peak and fires nothing.
  const std::string underlying = underlying_symbol(instrument);
  const auto of_underlying = state_.prices.find(underlying);
  if (underlying != symbol && of_underlying != state_.prices.end() && of_underlying->second.halt) return;

  auto awaits = Judgement::Awaits::nothing;
  for (const Direction direction : {Direction::long_, Direction::short_}) {
    const auto judged = pricing::judge(prices, instrument, direction, state_.calendar, state_.policy, now_.wall);
    if (judged.trigger) state_.triggers.passed({symbol, direction}, *judged.trigger, *judged.trigger, passed);
    if (awaits == Judgement::Awaits::nothing) awaits = judged.awaits;
  }
  note_doubt(symbol, awaits);
}

void Stepper::check_passed(const std::vector<TriggerBook::Fired>& passed) {
  for (const auto& [uid, peak] : passed) {
    const auto lot = state_.lots.find(uid);
    if (lot == state_.lots.end()) continue;
    take_peak(lot->second, peak);
    check_guarded(lot->second);
  }
  for (const auto& [uid, peak] : passed) advance(uid);
}

// ---- a doubt that another look may settle

void Stepper::note_doubt(const std::string& symbol, Judgement::Awaits awaits) {
  const bool jump = awaits == Judgement::Awaits::witness;
  if (!jump && awaits != Judgement::Awaits::sound_quote) {
    if (!state_.price_doubts.empty()) state_.price_doubts.erase(symbol);
    return;
  }
  const auto [known, is_new] = state_.price_doubts.try_emplace(symbol, PriceDoubt{.jump = jump, .next = now_.steady});
  if (is_new && !jump) known->second.next = now_.steady + kFirstWideRest * state_.policy.witness_rest;
  if (jump && !known->second.jump) known->second = PriceDoubt{.jump = true, .next = now_.steady};
}

// Silence is no witness, so another look is taken; without one the price stays doubtful.
void Stepper::look_for_witnesses() {
  const Duration earliest =
      state_.price_doubts_looked_at ? *state_.price_doubts_looked_at + state_.policy.witness_rest : now_.steady;
  std::vector<std::string> due;
  std::optional<Duration> wake;
  for (auto& [symbol, doubt] : state_.price_doubts) {
    if (doubt.next && std::max(*doubt.next, earliest) <= now_.steady) {
      due.push_back(symbol);
      const std::span<const std::int64_t> rests = doubt.jump ? std::span<const std::int64_t>(kJumpRests) : kWideRests;
      const std::size_t look = doubt.looks++;
      doubt.next =
          look < rests.size() ? std::optional(now_.steady + rests[look] * state_.policy.witness_rest) : std::nullopt;
    }
    if (!doubt.next) continue;
    const Duration at = std::max(*doubt.next, earliest);  // never a moment that is past: it would come again at once
    wake = std::min(wake.value_or(at), at);
  }
  if (!due.empty()) {
    state_.price_doubts_looked_at = now_.steady;
    emit(action::FetchPrices{std::move(due)});
  }
  if (wake) emit(action::WakeAt{*wake});
}

// Lots of the symbol, of options on it, and of levels stated in it are looked at: amber from this moment on, or free.
void Stepper::on(const event::TradingStatus& event) {
  pricing::hear_status(state_.prices[event.symbol], event.halted, event.why, event.at);
  std::vector<LotUid> concerned;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol != event.symbol && underlying_symbol(lot.instrument) != event.symbol) continue;
    check_now(lot);
    concerned.push_back(uid);
  }
  for (const LotUid& uid : concerned) advance(uid);
}

pricing::Judgement Stepper::judge(const Lot& lot, const std::string& symbol, Direction direction) {
  pricing::SymbolPrices& prices = state_.prices[symbol];
  const bool own = symbol == lot.instrument.symbol;
  pricing::Judgement judged = pricing::judge(prices, own ? lot.instrument : instrument_of(symbol), direction,
                                             state_.calendar, state_.policy, now_.wall);
  if (judged.standing != Judgement::Standing::good) return judged;
  const auto doubt = [&](std::string why, Judgement::Awaits awaits) {
    judged = {.standing = Judgement::Standing::doubtful,
              .trigger = {},
              .value = judged.value,
              .why = std::move(why),
              .awaits = awaits};
  };
  // What an option is quoted at while its underlying is halted is nobody's price.
  const std::string halted = halt_of(state_, lot);
  if (!halted.empty()) doubt("trading in the underlying is halted: " + halted, Judgement::Awaits::resumption);
  if (lot.split_due && *lot.split_due <= calendar::to_new_york(now_.wall).date) {
    doubt("the split of " + to_text(*lot.split_due) + " is not counted in its levels yet", Judgement::Awaits::nothing);
  }
  return judged;
}

pricing::Judgement Stepper::judge_own(const Lot& lot) { return judge(lot, lot.instrument.symbol, lot.direction); }

pricing::Judgement Stepper::judge_levels(const Lot& lot) {
  const std::string symbol = level_symbol(lot);
  if (symbol == lot.instrument.symbol) return judge_own(lot);
  return judge(lot, symbol, rules::falls_with_price(lot) ? Direction::long_ : Direction::short_);
}

// A change between two sessions in the proportion of a split, with no fill to explain it, suspends the price rules:
// stop and target are levels of a share that may no longer be the same share.
// Levels stated in the underlying's price are rescaled by the underlying's split.
void Stepper::detect_split(Lot& lot) {
  const std::string symbol = level_symbol(lot);
  const Instrument instrument = instrument_of(symbol);
  if (instrument.is_option() || !lot.frozen.empty()) return;
  const pricing::SymbolPrices& prices = state_.prices[symbol];
  if (!may_be_rescaled(prices) || *prices.last_good_at < lot.entry_time) return;
  const Timestamp open = state_.calendar.session_at(now_.wall)->open;
  std::optional<Price> now_at;
  if (prices.trade && prices.trade->as_of >= open) {
    now_at = prices.trade->price;
  } else if (prices.quote && prices.quote->as_of >= open &&
             pricing::is_sound(*prices.quote, instrument, state_.policy)) {
    now_at = middle(prices.quote->bid, prices.quote->ask);
  }
  try {
    if (!now_at || !pricing::looks_like_split(*prices.last_good, *now_at)) return;
  } catch (const Overflow&) {
    return;  // no proportion of anything that trades
  }
  freeze(lot, "the price of " + symbol + " went from " + prices.last_good->text() + " to " + now_at->text() +
                  " between two sessions, as in a split");
}

// In session, while the last believed price is one of an earlier session.
bool Stepper::may_be_rescaled(const pricing::SymbolPrices& prices) const {
  const auto session = state_.calendar.session_at(now_.wall);
  return session && prices.last_good && prices.last_good_at && *prices.last_good_at < session->open;
}

}  // namespace belay::engine
