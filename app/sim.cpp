// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/stop_signal.hpp"
#include "app/text_values.hpp"
#include "sim/server/run_sim.hpp"

namespace belay::app {
namespace {

constexpr Price kUsualStart = 100.0_price;

std::vector<sim::SyntheticStock> usual_stocks() {
  const auto stock = [](const char* symbol, Price start) {
    return sim::SyntheticStock{.symbol = symbol, .start = start};
  };
  return {stock("AAPL", 230.0_price), stock("MSFT", 420.0_price), stock("NVDA", 130.0_price),
          stock("AMZN", 200.0_price), stock("GOOG", 180.0_price), stock("TSLA", 320.0_price),
          stock("SPY", 590.0_price),  stock("QQQ", 510.0_price)};
}

Result<sim::SyntheticStock> parse_stock(const std::string& text) {
  const std::size_t equals = text.find('=');
  sim::SyntheticStock stock{.symbol = text.substr(0, equals), .start = kUsualStart};
  if (stock.symbol.empty()) return fail("--symbols " + text + ": write AAPL or AAPL=190.50");
  if (equals == std::string::npos) return stock;
  const auto start = Price::parse(text.substr(equals + 1));
  if (!start || !start->is_positive()) return fail("--symbols " + text + ": write AAPL or AAPL=190.50");
  stock.start = *start;
  return stock;
}

Result<std::optional<sim::SyntheticConfig>> synthetic_of(const SimCommandOptions& options) {
  if (!options.synthetic && options.symbols.empty()) return std::nullopt;
  sim::SyntheticConfig config;
  config.seed = options.seed;
  for (const std::string& text : options.symbols) {
    const auto stock = parse_stock(text);
    if (!stock) return std::unexpected(stock.error());
    config.stocks.push_back(*stock);
  }
  if (config.stocks.empty()) config.stocks = usual_stocks();
  return config;
}

Result<sim::SimOptions> sim_options(const SimCommandOptions& options) {
  sim::SimOptions out;
  out.server.port = options.port;
  const auto speed = Ratio::parse(options.speed);
  if (!speed || speed->is_negative())
    return fail("--speed " + options.speed + ": give virtual seconds a second, e.g. 60; 0 is frozen");
  out.server.speed = *speed;
  out.server.trading_requests_per_minute = options.requests_per_minute;
  if (options.plan != "basic" && options.plan != "plus") return fail("--plan " + options.plan + ": basic or plus");
  out.server.plan.is_basic = options.plan == "basic";
  out.exchange.seed = options.seed;
  sim::AccountConfig& account = out.exchange.accounts.front();
  if (!options.key.empty()) account.key_id = options.key;
  if (!options.secret.empty()) account.secret = options.secret;
  if (!options.account_number.empty()) account.number = options.account_number;
  const auto cash = Money::parse(options.cash);
  if (!cash || cash->is_negative()) return fail("--cash " + options.cash + " is no amount of dollars");
  account.cash = *cash;
  if (!options.start.empty()) {
    const auto start = parse_timestamp(options.start);
    if (!start) return fail("--start: " + start.error().message);
    out.start = *start;
  }
  out.replay_files = options.replay;
  out.server.arrangements = options.arrange;
  auto synthetic = synthetic_of(options);
  if (!synthetic) return std::unexpected(synthetic.error());
  out.synthetic = std::move(*synthetic);
  return out;
}

}  // namespace

int sim(const SimCommandOptions& options) {
  auto prepared = sim_options(options);
  if (!prepared) {
    complain(prepared.error().message);
    return kUsage;
  }
  const auto served = sim::run_sim(std::move(*prepared), std::cout, stop_on_signals());
  if (!served) {
    complain(served.error().message);
    return kUsage;
  }
  return kAllWell;
}

}  // namespace belay::app
