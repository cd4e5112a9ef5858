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

#include "sim/server/behaviour.hpp"
#include "sim/server/control_corporate.hpp"
#include "sim/server/control_orders.hpp"
#include "sim/server/control_state.hpp"
#include "sim/server/market_control.hpp"

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
  const auto size = has(control.body, "size") ? decimal_of<Quantity>(control.body, "size") : World::kUsualSize;
  if (!size || !size->is_positive()) return cannot("size must be a positive number");
  const std::string conditions = has(control.body, "conditions") ? text_of(control.body, "conditions") : "@";
  // The quote first: a print outside the quote elects no stop (alpaca.md 3.2).
  if (quoted || is_last_price(conditions)) control.world.set_quote(*symbol, bid, ask, control.at);
  if (price) control.world.set_trade(*symbol, *price, control.at, *size, conditions);
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
  if (amount->is_zero()) return cannot("amount must not be 0");
  control.world.exchange.deposit(*account, *amount);
  return done(control);
}

Result<AccountConfig> read_account(const json::Value& body) {
  AccountConfig account;
  account.number = text_of(body, "number");
  account.key_id = text_of(body, "key");
  account.secret = text_of(body, "secret");
  if (account.number.empty() || account.key_id.empty() || account.secret.empty()) {
    return fail("an account needs number, key and secret");
  }
  if (has(body, "cash")) {
    const auto cash = decimal_of<Money>(body, "cash");
    if (!cash) return std::unexpected(cash.error());
    if (cash->is_negative()) return fail("cash must not be negative");
    account.cash = *cash;
  }
  if (has(body, "multiplier")) {
    const auto multiplier = body.find("multiplier")->as_int64();
    if (multiplier != 1 && multiplier != 2 && multiplier != 4) return fail("multiplier must be 1, 2 or 4");
    account.multiplier = static_cast<int>(*multiplier);
  }
  if (has(body, "options_level")) {
    const auto level = body.find("options_level")->as_int64();
    if (!level || *level < 0 || *level > 3) return fail("options_level must be 0, 1, 2 or 3");
    account.options_level = static_cast<int>(*level);
  }
  if (has(body, "shorting_enabled")) {
    const auto shorting = body.find("shorting_enabled")->as_bool();
    if (!shorting) return fail("shorting_enabled must be true or false");
    account.shorting_enabled = *shorting;
  }
  return account;
}

Reply open_account(const Control& control) {
  auto account = read_account(control.body);
  if (!account) return cannot(account.error().message);
  Exchange& exchange = control.world.exchange;
  const auto numbers = exchange.accounts();
  if (std::ranges::find(numbers, account->number) != numbers.end()) {
    return cannot("there is an account '" + account->number + "' already");
  }
  if (exchange.has_key(account->key_id)) return cannot("another account has that key");
  exchange.add_account(std::move(*account));
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
  std::optional<TradingStatus> status;
  if (has(control.body, "status")) {
    status = TradingStatus{text_of(control.body, "status"), text_of(control.body, "status_message"),
                           text_of(control.body, "reason"), text_of(control.body, "reason_message")};
  }
  world.set_halted(*symbol, *halted->as_bool(), status, control.at);
  if (!*halted->as_bool()) {
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
  control.world.exchange.adjust_contracts(*symbol, *to, *from);
  return done(control);
}

Reply announce(const Control& control) { return announce_action(control.world, control.body); }

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
  const std::string stream = text_of(control.body, "stream");
  World& world = control.world;
  const auto arranged = stream.empty() || stream == "trading" ? world.stream.arrange(control.body, control.at)
                        : stream == "events"                  ? world.event_streams.arrange(control.body)
                                                              : world.market_streams.arrange(control.body, control.at);
  if (!arranged) return cannot(arranged.error().message);
  return read_stream(control);
}

Reply set_plan(const Control& control) {
  DataPlan plan = control.world.plan;
  if (has(control.body, "plan")) {
    const std::string name = text_of(control.body, "plan");
    if (name != "basic" && name != "plus") return cannot("plan must be basic or plus");
    plan.is_basic = name == "basic";
  }
  if (has(control.body, "unauthorized_status")) {
    const auto status = control.body.find("unauthorized_status")->as_int64();
    if (status != 401 && status != 403) return cannot("unauthorized_status must be 401 or 403");
    plan.unauthorized_status = static_cast<int>(*status);
  }
  control.world.plan = plan;
  control.world.market_streams.set_plan(plan);
  return done(control);
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
    ControlRoute{"POST", "/_sim/account", open_account},
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
    ControlRoute{"POST", "/_sim/plan", set_plan},
    ControlRoute{"GET", "/_sim/requests", read_requests},
    ControlRoute{"DELETE", "/_sim/requests", clear_requests},
};

}  // namespace

Reply answer_control(World& world, std::string_view method, std::string_view path, const json::Value& body,
                     VirtualClock::Real at) {
  for (const ControlRoute& route : kRoutes) {
    if (route.method == method && route.path == path) return route.handle({world, body, at});
  }
  if (method == "POST") {
    if (auto told = tell_market(world, path, body, at)) return std::move(*told);
  }
  if (auto reply = answer_corporate_control(world, method, path, body)) return *std::move(reply);
  if (auto reply = answer_order_control(world, method, path, body)) return std::move(*reply);
  return {404, json::Object{{"message", "no such control: " + std::string(method) + " " + std::string(path)}}};
}

}  // namespace belay::sim
