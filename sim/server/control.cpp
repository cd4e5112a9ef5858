// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sim/server/behaviour.hpp"
#include "sim/server/control_corporate.hpp"
#include "sim/server/control_orders.hpp"
#include "sim/server/control_state.hpp"
#include "sim/server/market_control.hpp"

namespace belay::sim {
namespace {

Reply read_state(const Control& control) { return {200, state_json(control.world, control.at)}; }

Reply set_price(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const auto price = body.decimal<Price>("price");
  const auto given_bid = body.decimal<Price>("bid");
  const auto given_ask = body.decimal<Price>("ask");
  const Quantity size = body.amount("size", World::kUsualSize);
  const std::string conditions = body.text("conditions", "@");
  const bool quoted = given_bid || given_ask;
  if (!quoted && !price) body.refuse("price", "is missing: give price, or bid and ask");
  if (price && !price->is_positive()) body.refuse("price", "must be positive");
  const Price beside = quoted ? Price() : price.value_or(Price());
  const Price bid = given_bid.value_or(beside);
  const Price ask = given_ask.value_or(beside);
  if (bid.is_negative() || ask.is_negative()) body.refuse("bid", "and ask must not be negative");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  // The quote first: a print outside the quote elects no stop (alpaca.md 3.2).
  if (quoted || is_last_price(conditions)) control.world.set_quote(symbol, bid, ask, control.at);
  if (price) control.world.set_trade(symbol, *price, control.at, size, conditions);
  return done(control);
}

Reply set_position(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const std::string account = account_in(body, control.world);
  const Quantity quantity = body.decimal<Quantity>("qty").value_or(Quantity());
  const Price average = body.amount("avg_price", Price());
  if (quantity.is_zero()) body.refuse("qty", "must not be 0");
  Exchange& exchange = control.world.exchange;
  Timestamp entered = exchange.now();
  if (body.given("entered_at") != nullptr) {
    const auto given = parse_timestamp(body.text("entered_at"));
    if (!given) body.refuse("entered_at", "is not understood: " + given.error().message);
    if (given && *given > entered) body.refuse("entered_at", "is in the future");
    if (given) entered = *given;
  }
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  make_known(exchange, symbol);
  exchange.seed_position(account, symbol, quantity, average, entered);
  return done(control);
}

Reply move_cash(const Control& control) {
  BodyReader body(control.body);
  const std::string account = account_in(body, control.world);
  const Money amount = body.decimal<Money>("amount").value_or(Money());
  if (amount.is_zero()) body.refuse("amount", "must be there, and not 0");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  control.world.exchange.deposit(account, amount);
  return done(control);
}

AccountConfig read_account(BodyReader& body) {
  AccountConfig account;
  account.number = body.text("number");
  account.key_id = body.text("key");
  account.secret = body.text("secret");
  if (account.number.empty() || account.key_id.empty() || account.secret.empty()) {
    body.refuse("number", "is missing, or key, or secret");
  }
  account.cash = body.decimal<Money>("cash").value_or(account.cash);
  if (account.cash.is_negative()) body.refuse("cash", "must not be negative");
  account.multiplier = static_cast<int>(body.one_of("multiplier", {1, 2, 4}).value_or(account.multiplier));
  account.options_level = static_cast<int>(body.count("options_level", 0, 3).value_or(account.options_level));
  account.shorting_enabled = body.flag("shorting_enabled", account.shorting_enabled);
  return account;
}

Reply open_account(const Control& control) {
  BodyReader body(control.body);
  AccountConfig account = read_account(body);
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  Exchange& exchange = control.world.exchange;
  const auto numbers = exchange.accounts();
  if (std::ranges::find(numbers, account.number) != numbers.end()) {
    return cannot("there is an account '" + account.number + "' already");
  }
  if (exchange.has_key(account.key_id)) return cannot("another account has that key");
  exchange.add_account(std::move(account));
  return done(control);
}

/// "90s", "5m", "2h", "1d", "250ms", "90" or 90.
Result<Duration> read_duration(const json::Value& value) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{{{"ms", 1'000'000},
                                                                                    {"s", 1'000'000'000},
                                                                                    {"m", 60'000'000'000},
                                                                                    {"h", 3'600'000'000'000},
                                                                                    {"d", 86'400'000'000'000}}};
  const std::string* text = value.decimal_text();
  std::int64_t count = 0;
  std::int64_t unit = kUnits[1].second;
  if (text != nullptr) {
    const char* const last = text->data() + text->size();
    const auto [end, error] = std::from_chars(text->data(), last, count);
    const std::string_view rest(end, last);
    const auto* const named = std::ranges::find(kUnits, rest, &std::pair<std::string_view, std::int64_t>::first);
    if (named != kUnits.end()) unit = named->second;
    const bool understood = error == std::errc() && (rest.empty() || named != kUnits.end());
    if (understood && count >= 0 && count <= std::numeric_limits<std::int64_t>::max() / 2 / unit) {
      return Duration(count * unit);
    }
  }
  return fail("must be a duration such as \"90s\", \"5m\", \"2h\", \"1d\", or seconds");
}

Reply read_clock(const Control& control) {
  return {200, json::Object{{"now", to_text(control.world.clock.now(control.at))},
                            {"speed", json::Value::number_text(control.world.clock.speed().text())},
                            {"is_open", control.world.exchange.calendar().is_open(control.world.exchange.now())}}};
}

/// All or nothing.
Reply set_clock(const Control& control) {
  World& world = control.world;
  BodyReader body(control.body);
  const auto speed = body.decimal<Ratio>("speed");
  if (speed && speed->is_negative()) body.refuse("speed", "must not be negative");
  Timestamp to = world.exchange.now();
  if (body.given("set") != nullptr) {
    const auto given = parse_timestamp(body.text("set"));
    if (!given) body.refuse("set", "is not understood: " + given.error().message);
    if (given && *given < to)
      body.refuse("set", "would be in the past, and time does not go back: it is " + to_text(to));
    to = given.value_or(to);
  }
  Duration by{};
  if (const json::Value* advance = body.given("advance")) {
    const auto read = read_duration(*advance);
    if (!read) body.refuse("advance", read.error().message);
    by = read.value_or(Duration());
  }
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  if (speed) world.clock.set_speed(*speed, control.at);
  if (body.given("set") != nullptr) world.jump_to(to, control.at);
  if (body.given("advance") != nullptr) world.jump_to(world.clock.now(control.at) + by, control.at);
  return read_clock(control);
}

Reply set_halt(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const bool halted = body.flag("halted");
  if (body.given("halted") == nullptr) body.refuse("halted", "must be true or false");
  const std::optional<TradingStatus> status = status_in(body);
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  World& world = control.world;
  make_known(world.exchange, symbol);
  world.set_halted(symbol, halted, status, control.at);
  if (!halted) {
    // Prices of this very moment are from before the resumption: let one that comes now be a new one.
    world.jump_to(world.clock.now(control.at) + std::chrono::milliseconds(1), control.at);
  }
  return done(control);
}

Reply set_behaviour(const Control& control) {
  const auto faults = read_behaviour(control.body, control.world.exchange.faults());
  if (!faults) return cannot(faults.error().message);
  control.world.exchange.set_faults(*faults);
  return done(control);
}

Reply add_fault(const Control& control) {
  auto fault = parse_wire_fault(control.body);
  if (!fault) return cannot(fault.error().message);
  control.world.faults.add(std::move(*fault));
  return done(control);
}

Reply clear_faults(const Control& control) {
  control.world.faults.clear();
  return done(control);
}

Reply read_stream(const Control& control) {
  json::Value state = control.world.stream.to_json();
  state.set("market", control.world.market_streams.to_json());
  state.set("events", control.world.event_streams.to_json());
  return {200, std::move(state)};
}

Reply arrange_stream(const Control& control) {
  BodyReader body(control.body);
  const std::string stream = body.text("stream");
  World& world = control.world;
  const auto arranged = stream.empty() || stream == "trading" ? world.stream.arrange(body, control.at)
                        : stream == "events"                  ? world.event_streams.arrange(body)
                                                              : world.market_streams.arrange(body, control.at);
  if (!arranged) return cannot(arranged.error().message);
  return read_stream(control);
}

Reply set_plan(const Control& control) {
  DataPlan plan = control.world.plan;
  BodyReader body(control.body);
  const std::string name = body.text("plan", plan.is_basic ? "basic" : "plus");
  if (name != "basic" && name != "plus") body.refuse("plan", "must be basic or plus");
  plan.is_basic = name == "basic";
  plan.unauthorized_status =
      static_cast<int>(body.one_of("unauthorized_status", {401, 403}).value_or(plan.unauthorized_status));
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  control.world.plan = plan;
  control.world.market_streams.set_plan(plan);
  return done(control);
}

Reply read_requests(const Control& control) { return {200, control.world.log.to_json()}; }

Reply clear_requests(const Control& control) {
  control.world.log.clear();
  return done(control);
}

constexpr std::array kRoutes{
    ControlRoute{"GET", "/_sim/state", read_state},         ControlRoute{"POST", "/_sim/price", set_price},
    ControlRoute{"POST", "/_sim/account", open_account},    ControlRoute{"POST", "/_sim/position", set_position},
    ControlRoute{"POST", "/_sim/cash", move_cash},          ControlRoute{"GET", "/_sim/clock", read_clock},
    ControlRoute{"POST", "/_sim/clock", set_clock},         ControlRoute{"POST", "/_sim/halt", set_halt},
    ControlRoute{"POST", "/_sim/behaviour", set_behaviour}, ControlRoute{"POST", "/_sim/fault", add_fault},
    ControlRoute{"DELETE", "/_sim/fault", clear_faults},    ControlRoute{"GET", "/_sim/stream", read_stream},
    ControlRoute{"POST", "/_sim/stream", arrange_stream},   ControlRoute{"POST", "/_sim/plan", set_plan},
    ControlRoute{"GET", "/_sim/requests", read_requests},   ControlRoute{"DELETE", "/_sim/requests", clear_requests},
};

}  // namespace

Reply answer_control(World& world, std::string_view method, std::string_view path, const json::Value& body,
                     VirtualClock::Real at) {
  for (const std::span<const ControlRoute> routes :
       {std::span<const ControlRoute>(kRoutes), corporate_controls(), order_controls(), market_controls()}) {
    for (const ControlRoute& route : routes) {
      if (route.method == method && route.path == path) return route.handle({world, body, at});
    }
  }
  return {404, json::Object{{"message", "no such control: " + std::string(method) + " " + std::string(path)}}};
}

}  // namespace belay::sim
