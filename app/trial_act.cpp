// SPDX-License-Identifier: Apache-2.0
#include "app/trial_act.hpp"

namespace belay::app {
namespace {

constexpr Ratio kFarBelow = 0.90_ratio;  // of the price: levels that are not reached by themselves
constexpr Ratio kFarAbove = 1.10_ratio;
constexpr Ratio kJustBelow = 0.98_ratio;
constexpr Ratio kJustAbove = 1.02_ratio;

Price times(Price price, Ratio factor) { return round_down(scale(price, factor), 0.01_price); }

}  // namespace

std::vector<Act> acts_of_trial(const std::optional<Instrument>& option) {
  const auto stock = [](const char* symbol) { return instrument_of(symbol); };
  std::vector<Act> acts = {
      {.name = "stop loss",
       .claim = "a stop that is hit closes the position at once",
       .instrument = stock("AAPL"),
       .provocation = Provocation::stop_at_price,
       .expected = ExitReason::stop_loss},
      {.name = "take profit",
       .claim = "a target that is reached closes the position at once",
       .instrument = stock("MSFT"),
       .provocation = Provocation::target_at_price,
       .expected = ExitReason::take_profit},
      {.name = "short",
       .claim = "a short position is bought back at its stop",
       .instrument = stock("NVDA"),
       .direction = Direction::short_,
       .provocation = Provocation::stop_at_price,
       .expected = ExitReason::stop_loss},
      {.name = "day trade",
       .claim = "a day trade leaves before the close (here: two minutes from the start)",
       .instrument = stock("AMZN"),
       .strategy = Strategy::day_trade,
       .expected = ExitReason::day_trade_close},
      {.name = "holding time",
       .claim = "a position leaves after its longest holding time (here: two minutes)",
       .instrument = stock("GOOG"),
       .expected = ExitReason::max_hold_time,
       .max_hold_minutes = 2},
      {.name = "trailing stop",
       .claim = "a trailing stop follows the price and closes",
       .instrument = stock("QQQ"),
       .provocation = Provocation::tight_trail,
       .expected = ExitReason::trailing_stop},
      {.name = "bracket, person",
       .claim = "a bracket that is taken away comes back; a person's close takes it along",
       .instrument = stock("TSLA"),
       .provocation = Provocation::bracket_taken,
       .expected = ExitReason::manual_close,
       .bracket = true},
  };
  if (option) {
    acts.push_back({.name = "expiring option",
                    .claim = "an option that expires in the next session leaves in this one",
                    .instrument = *option,
                    .expected = ExitReason::expiration_risk});
  }
  return acts;
}

OrderRequest entry_of(const Act& act, Price price, std::string_view run) {
  OrderRequest request;
  request.client_id = ClientOrderId("trial-" + std::string(run) + "-" + act.instrument.symbol);
  request.symbol = act.instrument.symbol;
  request.side = act.direction == Direction::long_ ? Side::buy : Side::sell;
  request.quantity = 1_qty;
  if (act.instrument.is_option()) request.intent = PositionIntent::buy_to_open;
  if (act.bracket) {
    request.order_class = OrderClass::bracket;
    request.time_in_force = TimeInForce::gtc;
    request.stop_loss_stop = times(price, kFarBelow);
    request.take_profit_limit = times(price, kFarAbove);
  }
  return request;
}

StoreResult<void> write_execution(store::Connection& connection, const Act& act, const Order& entry) {
  const Instrument& instrument = act.instrument;
  const Price price = *entry.filled_average;
  const bool is_long = act.direction == Direction::long_;
  const auto option = [&](auto value) -> store::Cell {
    return instrument.option ? store::Cell(value(*instrument.option)) : std::nullopt;
  };
  const auto done = connection.run(
      "INSERT INTO dispatch_executions (ticker, instrument_type, strategy_type, side, quantity, entry_price, "
      "entry_time, "
      "option_symbol, strike_price, expiration_date, stop_loss, take_profit, max_hold_minutes, bracket_order_accepted, "
      "broker_order_id, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'FILLED')",
      {ticker(instrument), std::string(to_text(instrument.kind)), std::string(to_text(act.strategy)),
       std::string(is_long ? "long" : "short"), entry.filled.text(), price.text(), to_text(*entry.filled_at),
       option([&](const OptionTerms&) { return instrument.symbol; }),
       option([](const OptionTerms& terms) { return terms.strike.text(); }),
       option([](const OptionTerms& terms) { return to_text(terms.expiration); }),
       times(price, is_long ? kFarBelow : kFarAbove).text(), times(price, is_long ? kFarAbove : kFarBelow).text(),
       act.max_hold_minutes ? store::Cell(std::to_string(*act.max_hold_minutes)) : std::nullopt,
       std::string(act.bracket ? "1" : "0"), entry.id.text()});
  if (!done) return std::unexpected(done.error());
  return {};
}

StoreResult<void> provoke_by_row(store::Connection& connection, const Progress& progress, Price price) {
  std::string set;
  std::string value;
  const bool is_long = progress.act.direction == Direction::long_;
  switch (progress.act.provocation) {
    case Provocation::stop_at_price:  // the target stays beyond it
      set = "stop_loss";
      value = times(price, is_long ? kJustAbove : kJustBelow).text();
      break;
    case Provocation::target_at_price:
      set = "take_profit";
      value = times(price, is_long ? kJustBelow : kJustAbove).text();
      break;
    case Provocation::tight_trail:
      set = "trail_amount";
      value = "0.01";
      break;
    case Provocation::none:
    case Provocation::bracket_taken:
      return {};
  }
  const auto done = connection.run("UPDATE active_positions SET " + set + " = $1 WHERE id = $2",
                                   {value, std::to_string(progress.lot.id)});
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace belay::app
