// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "sim/server/control_state.hpp"

namespace belay::sim {
namespace {

/// A control request at work.
struct Control {
  World& world;
  const json::Value& body;
  VirtualClock::Real at;
};

Reply cannot(std::string message) { return {422, json::Object{{"message", std::move(message)}}}; }

Reply done(const Control& control) { return {200, json::Object{{"now", to_text(control.world.exchange.now())}}}; }

std::string text_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

bool has(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value != nullptr && !value->is_null();
}

template <class T>
Result<T> decimal_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  const std::string* text = value == nullptr ? nullptr : value->decimal_text();
  if (text == nullptr) return fail(std::string(name) + " must be a decimal number");
  const auto number = T::parse(*text);
  if (!number) return fail(std::string(name) + ": " + number.error().message);
  return *number;
}

Result<std::string> symbol_of(const json::Value& body) {
  std::string symbol = text_of(body, "symbol");
  if (symbol.empty()) return fail("symbol is missing");
  return symbol;
}

Result<std::string> account_of(const Control& control) {
  const auto numbers = control.world.exchange.accounts();
  std::string wanted = text_of(control.body, "account");
  if (wanted.empty() && !numbers.empty()) return numbers.front();
  if (std::ranges::find(numbers, wanted) == numbers.end()) return fail("there is no account '" + wanted + "'");
  return wanted;
}

void make_known(Exchange& exchange, const std::string& symbol) {
  if (exchange.asset(symbol) == nullptr) exchange.add_asset(usual_asset(symbol));
}

Reply read_state(const Control& control) { return {200, state_json(control.world, control.at)}; }

Reply set_price(const Control& control) {
  const auto symbol = symbol_of(control.body);
  if (!symbol) return cannot(symbol.error().message);
  const bool quoted = has(control.body, "bid") || has(control.body, "ask");
  if (!quoted && !has(control.body, "price")) return cannot("give price, or bid and ask");
  std::optional<Price> price;
  if (has(control.body, "price")) {
    const auto given = decimal_of<Price>(control.body, "price");
    if (!given) return cannot(given.error().message);
    if (!given->is_positive()) return cannot("price must be positive");
    price = *given;
  }
  Price bid = price.value_or(Price());
  Price ask = bid;
  if (quoted) {
    const auto given_bid = has(control.body, "bid") ? decimal_of<Price>(control.body, "bid") : Price();
    const auto given_ask = has(control.body, "ask") ? decimal_of<Price>(control.body, "ask") : Price();
    if (!given_bid || !given_ask) return cannot((given_bid ? given_ask : given_bid).error().message);
    if (given_bid->is_negative() || given_ask->is_negative()) return cannot("bid and ask must not be negative");
    bid = *given_bid;
    ask = *given_ask;
  }
  // The quote first: a print outside the quote elects no stop (alpaca.md 3.2).
  control.world.set_quote(*symbol, bid, ask, control.at);
  if (price) control.world.set_trade(*symbol, *price, control.at);
  return done(control);
}

Reply set_position(const Control& control) {
  const auto symbol = symbol_of(control.body);
  if (!symbol) return cannot(symbol.error().message);
  const auto account = account_of(control);
  if (!account) return cannot(account.error().message);
  const auto quantity = decimal_of<Quantity>(control.body, "qty");
  if (!quantity) return cannot(quantity.error().message);
  const auto average = decimal_of<Price>(control.body, "avg_price");
  if (!average) return cannot(average.error().message);
  if (quantity->is_zero() || !average->is_positive()) return cannot("qty must not be 0, avg_price must be positive");
  Exchange& exchange = control.world.exchange;
  Timestamp entered = exchange.now();
  if (has(control.body, "entered_at")) {
    const auto given = parse_timestamp(text_of(control.body, "entered_at"));
    if (!given) return cannot("entered_at: " + given.error().message);
    if (*given > entered) return cannot("entered_at is in the future");
    entered = *given;
  }
  make_known(exchange, *symbol);
  exchange.seed_position(*account, *symbol, *quantity, *average, entered);
  return done(control);
}

Reply move_cash(const Control& control) {
  const auto account = account_of(control);
  if (!account) return cannot(account.error().message);
  const auto amount = decimal_of<Money>(control.body, "amount");
  if (!amount) return cannot(amount.error().message);
  control.world.exchange.deposit(*account, *amount);
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
  return fail("advance must be a duration such as \"90s\", \"5m\", \"2h\", \"1d\", or seconds");
}

Reply read_clock(const Control& control) {
  return {200, json::Object{{"now", to_text(control.world.clock.now(control.at))},
                            {"speed", json::Value::number_text(control.world.clock.speed().text())},
                            {"is_open", control.world.exchange.calendar().is_open(control.world.exchange.now())}}};
}

Reply set_clock(const Control& control) {
  World& world = control.world;
  if (has(control.body, "speed")) {
    const auto speed = decimal_of<Ratio>(control.body, "speed");
    if (!speed) return cannot(speed.error().message);
    if (speed->is_negative()) return cannot("speed must not be negative");
    world.clock.set_speed(*speed, control.at);
  }
  if (has(control.body, "set")) {
    const auto to = parse_timestamp(text_of(control.body, "set"));
    if (!to) return cannot("set: " + to.error().message);
    if (*to < world.exchange.now()) return cannot("time does not go back: it is " + to_text(world.exchange.now()));
    world.jump_to(*to, control.at);
  }
  if (has(control.body, "advance")) {
    const auto by = read_duration(*control.body.find("advance"));
    if (!by) return cannot(by.error().message);
    world.jump_to(world.clock.now(control.at) + *by, control.at);
  }
  return read_clock(control);
}

Reply set_halt(const Control& control) {
  const auto symbol = symbol_of(control.body);
  if (!symbol) return cannot(symbol.error().message);
  const json::Value* halted = control.body.find("halted");
  if (halted == nullptr || !halted->is_bool()) return cannot("halted must be true or false");
  make_known(control.world.exchange, *symbol);
  World& world = control.world;
  if (*halted->as_bool()) {
    world.exchange.halt(*symbol);
  } else {
    world.exchange.resume(*symbol);
    // Prices of this very moment are from before the resumption: let one that comes now be a new one.
    world.jump_to(world.clock.now(control.at) + std::chrono::milliseconds(1), control.at);
  }
  return done(control);
}

Reply make_split(const Control& control) {
  const auto symbol = symbol_of(control.body);
  if (!symbol) return cannot(symbol.error().message);
  const json::Value* new_shares = control.body.find("new_shares");
  const json::Value* old_shares = control.body.find("old_shares");
  const auto to = new_shares == nullptr ? std::nullopt : new_shares->as_int64();
  const auto from = old_shares == nullptr ? std::nullopt : old_shares->as_int64();
  if (!to || !from || *to < 1 || *from < 1) return cannot("new_shares and old_shares must be whole numbers from 1");
  make_known(control.world.exchange, *symbol);
  control.world.exchange.split(*symbol, *to, *from);
  return done(control);
}

/// {"kind": "split" (default), "spin_off", "rename"; "symbol", "new_symbol"?, "new_shares"?, "old_shares"?, "ex_date"}
Reply announce(const Control& control) {
  const auto symbol = symbol_of(control.body);
  if (!symbol) return cannot(symbol.error().message);
  const std::string kind = text_of(control.body, "kind");
  CorporateAction action;
  action.symbol = *symbol;
  action.new_symbol = text_of(control.body, "new_symbol");
  action.new_rate = action.old_rate = 1_ratio;
  if (!kind.empty() && kind != "split" && kind != "spin_off" && kind != "rename") {
    return cannot("kind must be split, spin_off or rename");
  }
  if (kind == "spin_off") action.kind = CorporateAction::Kind::spin_off;
  if (kind == "rename") action.kind = CorporateAction::Kind::rename;
  for (const auto& [name, rate] : {std::pair{"new_shares", &action.new_rate}, {"old_shares", &action.old_rate}}) {
    if (!has(control.body, name)) continue;
    const auto given = decimal_of<Ratio>(control.body, name);
    if (!given || !given->is_positive()) return cannot(std::string(name) + " must be a positive number");
    *rate = *given;
  }
  const auto ex_date = parse_date(text_of(control.body, "ex_date"));
  if (!ex_date) return cannot("ex_date: " + ex_date.error().message);
  action.ex_date = *ex_date;
  control.world.exchange.announce(std::move(action));
  return done(control);
}

Reply rename(const Control& control) {
  const auto symbol = symbol_of(control.body);
  if (!symbol) return cannot(symbol.error().message);
  const std::string new_symbol = text_of(control.body, "new_symbol");
  if (new_symbol.empty()) return cannot("new_symbol is missing");
  make_known(control.world.exchange, *symbol);
  for (const std::string& account : control.world.exchange.accounts()) {
    if (control.world.exchange.position(account, new_symbol)) return cannot(new_symbol + " is held already");
  }
  control.world.exchange.rename(*symbol, new_symbol);
  return done(control);
}

Reply set_behaviour(const Control& control) {
  Faults faults = control.world.exchange.faults();
  if (has(control.body, "partial_fill_permille")) {
    const auto permille = control.body.find("partial_fill_permille")->as_int64();
    if (!permille || *permille < 0 || *permille > 1000) return cannot("partial_fill_permille must be 0 to 1000");
    faults.partial_fill_permille = static_cast<int>(*permille);
  }
  if (has(control.body, "stop_out_shape")) {
    const std::string shape = text_of(control.body, "stop_out_shape");
    if (shape != "target_replaced" && shape != "stop_replaced") {
      return cannot("stop_out_shape must be target_replaced or stop_replaced");
    }
    faults.stop_out_shape = shape == "stop_replaced" ? StopOutShape::stop_replaced : StopOutShape::target_replaced;
  }
  control.world.exchange.set_faults(faults);
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

Reply read_stream(const Control& control) { return {200, control.world.stream.to_json()}; }

Reply arrange_stream(const Control& control) {
  const auto arranged = control.world.stream.arrange(control.body);
  if (!arranged) return cannot(arranged.error().message);
  return read_stream(control);
}

Reply read_requests(const Control& control) { return {200, control.world.log.to_json()}; }

Reply clear_requests(const Control& control) {
  control.world.log.clear();
  return done(control);
}

struct ControlRoute {
  std::string_view method;
  std::string_view path;
  Reply (*handle)(const Control& control);
};

constexpr std::array kRoutes{
    ControlRoute{"GET", "/_sim/state", read_state},
    ControlRoute{"POST", "/_sim/price", set_price},
    ControlRoute{"POST", "/_sim/position", set_position},
    ControlRoute{"POST", "/_sim/cash", move_cash},
    ControlRoute{"GET", "/_sim/clock", read_clock},
    ControlRoute{"POST", "/_sim/clock", set_clock},
    ControlRoute{"POST", "/_sim/halt", set_halt},
    ControlRoute{"POST", "/_sim/split", make_split},
    ControlRoute{"POST", "/_sim/announce", announce},
    ControlRoute{"POST", "/_sim/rename", rename},
    ControlRoute{"POST", "/_sim/behaviour", set_behaviour},
    ControlRoute{"POST", "/_sim/fault", add_fault},
    ControlRoute{"DELETE", "/_sim/fault", clear_faults},
    ControlRoute{"GET", "/_sim/stream", read_stream},
    ControlRoute{"POST", "/_sim/stream", arrange_stream},
    ControlRoute{"GET", "/_sim/requests", read_requests},
    ControlRoute{"DELETE", "/_sim/requests", clear_requests},
};

}  // namespace

Reply answer_control(World& world, std::string_view method, std::string_view path, const json::Value& body,
                     VirtualClock::Real at) {
  for (const ControlRoute& route : kRoutes) {
    if (route.method == method && route.path == path) return route.handle({world, body, at});
  }
  return {404, json::Object{{"message", "no such control: " + std::string(method) + " " + std::string(path)}}};
}

}  // namespace belay::sim
