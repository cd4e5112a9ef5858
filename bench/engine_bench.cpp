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
  return {
      {.symbol = "S0", .trade = Trade{price, kNoon + Duration(i)}, .quote = Quote{price, price, kNoon + Duration(i)}}};
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

BENCHMARK(QuietTickOneSymbol)->RangeMultiplier(10)->Range(10, 1'000'000);
BENCHMARK(QuietTickManySymbols)->RangeMultiplier(10)->Range(10, 1'000'000);
BENCHMARK(Sweep)->RangeMultiplier(10)->Range(10, 10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
