// SPDX-License-Identifier: Apache-2.0
// What a price costs the engine, against the number of lots. The claim is the slope: a quiet quote costs the same
// whatever the number of lots; a firing one costs what it fires.
#include <benchmark/benchmark.h>

#include <string>

#include "core/calendar/new_york.hpp"
#include "core/engine/step.hpp"

namespace {

using namespace belay;

const Timestamp kNoon =
    calendar::from_new_york(std::chrono::year(2026) / std::chrono::January / 26, std::chrono::hours(12));

Moment at(std::int64_t i) { return {kNoon + Duration(i), Duration(i)}; }

Lot lot_number(std::int64_t i, std::int64_t symbols) {
  Lot lot;
  lot.uid = lot_uid("PA1", std::to_string(i));
  lot.account = "bench";
  lot.instrument = instrument_of("S" + std::to_string(i % symbols));
  lot.original_quantity = lot.quantity = Quantity::whole(100);
  lot.entry_price = Price::whole(100);
  lot.entry_time = kNoon - std::chrono::hours(1);
  lot.stop_loss = Price::whole(90) - Price::from_nanos(i * 1000);
  lot.take_profit = Price::whole(110) + Price::from_nanos(i * 1000);
  return lot;
}

engine::State state_of(std::int64_t lots, std::int64_t symbols) {
  engine::State state;
  state.account = "bench";
  engine::event::BookLoaded book;
  for (std::int64_t i = 0; i < lots; ++i) book.lots.push_back(lot_number(i, symbols));
  engine::step(state, book, at(0));
  return state;
}

engine::event::Tick tick(Price price, std::int64_t i) {
  return {"S0",
          {{.symbol = "S0",
            .trade = Trade{price, kNoon + Duration(i)},
            .quote = Quote{price, price, kNoon + Duration(i)}}}};
}

void quiet_tick(benchmark::State& run, std::int64_t symbols) {
  engine::State state = state_of(run.range(0), symbols);
  std::int64_t i = 1;
  for (auto _ : run) {
    ++i;
    benchmark::DoNotOptimize(engine::step(state, tick(Price::whole(100) + Price::from_nanos(i % 1000), i), at(i)));
  }
  run.counters["lots"] = static_cast<double>(run.range(0));
}

void QuietTickManySymbols(benchmark::State& run) { quiet_tick(run, std::max<std::int64_t>(1, run.range(0) / 10)); }
void QuietTickOneSymbol(benchmark::State& run) { quiet_tick(run, 1); }

// Every lot judged, as once a minute.
void Sweep(benchmark::State& run) {
  engine::State state = state_of(run.range(0), run.range(0));
  engine::event::PricesRead read;
  for (const std::string& symbol : engine::symbols_to_price(state)) {
    read.asked.push_back(symbol);
    read.prices.push_back({.symbol = symbol, .trade = Trade{Price::whole(100), kNoon}, .quote = {}});
  }
  engine::step(state, read, at(1));
  std::int64_t i = 1;
  for (auto _ : run) benchmark::DoNotOptimize(engine::step(state, engine::event::CheckDue{}, at(++i)));
  run.counters["per_lot"] = benchmark::Counter(
      static_cast<double>(run.range(0)), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// Lots that trail one symbol at distances of their own; every price is a new high, which moves all their levels.
engine::State trailing_state(std::int64_t lots) {
  engine::State state;
  state.account = "bench";
  engine::event::BookLoaded book;
  for (std::int64_t i = 0; i < lots; ++i) {
    Lot lot = lot_number(i, 1);
    lot.stop_loss.reset();
    lot.take_profit.reset();
    lot.peak_price = Price::whole(100);
    if (i % 2 == 0) lot.terms.trail_percent = Percent::whole(5) + Percent::from_nanos(i * 1000);
    if (i % 2 == 1) lot.terms.trail_amount = Price::whole(5) + Price::from_nanos(i * 1000);
    if (i % 10 == 0) {
      lot.terms.profit_lock_at = 1_ratio;
      lot.terms.profit_lock_keep = Percent::whole(10 + i % 50);
    }
    book.lots.push_back(lot);
  }
  engine::step(state, book, at(0));
  return state;
}

void NewHighOneSymbol(benchmark::State& run) {
  engine::State state = trailing_state(run.range(0));
  std::int64_t i = 1;
  for (auto _ : run) {
    ++i;
    // A hundredth of a cent higher each time: below every activation, above every peak.
    benchmark::DoNotOptimize(engine::step(state, tick(Price::whole(100) + Price::from_nanos(i), i), at(i)));
  }
  run.counters["lots"] = static_cast<double>(run.range(0));
}

void QuietTickTrailingOneSymbol(benchmark::State& run) {
  engine::State state = trailing_state(run.range(0));
  engine::step(state, tick(Price::whole(101) - Price::from_nanos(1), 1), at(1));
  std::int64_t i = 1;
  for (auto _ : run) {
    ++i;
    benchmark::DoNotOptimize(engine::step(state, tick(Price::whole(100) + Price::from_nanos(i % 1000), i), at(i)));
  }
  run.counters["lots"] = static_cast<double>(run.range(0));
}

BENCHMARK(NewHighOneSymbol)->RangeMultiplier(10)->Range(10, 100'000);
BENCHMARK(QuietTickTrailingOneSymbol)->RangeMultiplier(10)->Range(10, 100'000);
BENCHMARK(QuietTickOneSymbol)->RangeMultiplier(10)->Range(10, 1'000'000);
BENCHMARK(QuietTickManySymbols)->RangeMultiplier(10)->Range(10, 1'000'000);
BENCHMARK(Sweep)->RangeMultiplier(10)->Range(10, 10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
