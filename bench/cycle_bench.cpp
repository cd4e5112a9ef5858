// SPDX-License-Identifier: Apache-2.0
// One pass over real parts, against the number of positions: the paper exchange over HTTP on loopback, and SQLite.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "core/calendar/new_york.hpp"
#include "shell/alpaca/rest.hpp"
#include "shell/clock/clocks.hpp"
#include "shell/runtime/conductor.hpp"
#include "shell/store/open.hpp"
#include "sim/server/server.hpp"

namespace {

using namespace belay;

const Timestamp kNoon =
    calendar::from_new_york(std::chrono::year(2026) / std::chrono::January / 26, std::chrono::hours(12));

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "cycle_bench: %s\n", result.error().message.c_str());
  std::exit(1);
}

sim::Exchange exchange_with(std::int64_t positions) {
  sim::Exchange exchange(sim::ExchangeConfig{.start = kNoon});
  const std::string account = exchange.accounts().front();
  for (std::int64_t i = 0; i < positions; ++i) {
    const bool option = i % 2 == 1;
    const std::string symbol = option ? occ_symbol({.root = "BEL",
                                                    .expiration = std::chrono::year(2026) / std::chrono::March / 20,
                                                    .is_call = true,
                                                    .strike = Price::whole(50 + i)})
                                      : "S" + std::to_string(i);
    const Price price = option ? Price::whole(5) : Price::whole(100);
    exchange.on_quote(symbol, {price - Price::from_nanos(10'000'000), price, kNoon});
    exchange.on_trade(symbol, price, Quantity::whole(100), kNoon);
    (void)exchange.seed_position(account, symbol, Quantity::whole(option ? 1 : 10), price, kNoon);
  }
  return exchange;
}

void Cycle(benchmark::State& run) {
  auto server =
      must(sim::Server::start({.speed = Ratio{}, .trading_requests_per_minute = 0, .data_requests_per_minute = 0},
                              exchange_with(run.range(0))));
  const auto folder = std::filesystem::temp_directory_path() / ("belay-bench-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  auto store = store::open_sqlite(folder / "belay.db");
  auto connection = must(alpaca::connect({.key = sim::AccountConfig{}.key_id,
                                          .secret = alpaca::Secret(sim::AccountConfig{}.secret),
                                          .trading_url = server.url(),
                                          .data_url = server.url()}));
  auto clock = must(clock::given_clock(server.url() + "/_sim/clock"));
  log::Log log(log::nowhere(), log::Level::error);
  {
    runtime::Conductor conductor({*connection.broker, *connection.market_data, **store, *clock, log}, {});
    if (conductor.open() != runtime::Failure::none) {
      run.SkipWithError(conductor.errors().front().c_str());
      return;
    }
    conductor.pass();  // adopts
    runtime::PassReport report;
    for (auto _ : run) report = conductor.pass();
    if (!report.errors.empty()) run.SkipWithError(report.errors.front().c_str());
    run.counters["positions"] = static_cast<double>(report.positions);
    run.counters["calls"] = static_cast<double>(report.trading_calls + report.data_calls);
    run.counters["statements"] = static_cast<double>(report.store_statements);
  }
  store->reset();
  std::filesystem::remove_all(folder);
}

BENCHMARK(Cycle)->Arg(10)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
