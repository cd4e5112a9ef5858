// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control_corporate.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace belay::sim {
namespace {

Reply cannot(std::string message) { return {422, json::Object{{"message", std::move(message)}}}; }

Reply done(const World& world) { return {200, json::Object{{"now", to_text(world.exchange.now())}}}; }

std::string text_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

bool has(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value != nullptr && !value->is_null();
}

/// A decimal that may be absent.
template <class T>
Result<T> decimal_or(const json::Value& body, std::string_view name, T otherwise) {
  if (!has(body, name)) return otherwise;
  const std::string* text = body.find(name)->decimal_text();
  if (text == nullptr) return fail(std::string(name) + " must be a decimal number");
  const auto number = T::parse(*text);
  if (!number || number->is_negative()) return fail(std::string(name) + " must be a decimal number, not negative");
  return *number;
}

struct Shares {
  std::int64_t fresh = 1;
  std::int64_t old = 1;
};

Result<Shares> shares_of(const json::Value& body, Shares otherwise) {
  Shares shares = otherwise;
  for (const auto& [name, count] : {std::pair{"new_shares", &shares.fresh}, {"old_shares", &shares.old}}) {
    if (!has(body, name)) continue;
    const auto given = body.find(name)->as_int64();
    if (!given || *given < 1) return fail("new_shares and old_shares must be whole numbers from 1");
    *count = *given;
  }
  return shares;
}

/// The symbol, known to the exchange from here on.
Result<std::string> symbol_of(World& world, const json::Value& body, std::string_view name) {
  std::string symbol = text_of(body, name);
  if (symbol.empty()) return fail(std::string(name) + " is missing");
  if (world.exchange.asset(symbol) == nullptr) world.exchange.add_asset(usual_asset(symbol));
  return symbol;
}

Result<std::string> account_of(const World& world, const json::Value& body) {
  const auto numbers = world.exchange.accounts();
  std::string wanted = text_of(body, "account");
  if (wanted.empty() && !numbers.empty()) return numbers.front();
  if (std::ranges::find(numbers, wanted) == numbers.end()) return fail("there is no account '" + wanted + "'");
  return wanted;
}

Reply assign(World& world, const json::Value& body) {
  const auto account = account_of(world, body);
  if (!account) return cannot(account.error().message);
  const auto symbol = symbol_of(world, body, "symbol");
  if (!symbol) return cannot(symbol.error().message);
  const auto quantity = decimal_or<Quantity>(body, "qty", Quantity{});
  if (!quantity) return cannot(quantity.error().message);
  const Quantity assigned =
      world.exchange.assign(*account, *symbol, has(body, "qty") ? std::optional(*quantity) : std::nullopt);
  if (!assigned.is_positive()) return cannot("no short contracts of " + *symbol + " to assign");
  return {200, json::Object{{"now", to_text(world.exchange.now())}, {"assigned", assigned.text()}}};
}

Reply set_options_level(World& world, const json::Value& body) {
  const auto account = account_of(world, body);
  if (!account) return cannot(account.error().message);
  const auto level = has(body, "level") ? body.find("level")->as_int64() : std::nullopt;
  if (!level || *level < 0 || *level > 3) return cannot("level must be 0 to 3");
  world.exchange.set_options_level(*account, static_cast<int>(*level));
  return done(world);
}

Reply adjust(World& world, const json::Value& body) {
  const auto symbol = symbol_of(world, body, "symbol");
  if (!symbol) return cannot(symbol.error().message);
  const auto shares = shares_of(body, {});
  if (!shares) return cannot(shares.error().message);
  world.exchange.adjust_contracts(*symbol, shares->fresh, shares->old);
  return done(world);
}

Reply spin_off(World& world, const json::Value& body) {
  const auto symbol = symbol_of(world, body, "symbol");
  if (!symbol) return cannot(symbol.error().message);
  const auto child = symbol_of(world, body, "new_symbol");
  if (!child) return cannot(child.error().message);
  const auto shares = shares_of(body, {});
  if (!shares) return cannot(shares.error().message);
  world.exchange.spin_off(*symbol, *child, shares->fresh, shares->old);
  return done(world);
}

Reply pay_dividend(World& world, const json::Value& body) {
  const auto symbol = symbol_of(world, body, "symbol");
  if (!symbol) return cannot(symbol.error().message);
  const auto cash = decimal_or<Money>(body, "cash", Money{});
  if (!cash || !cash->is_positive()) return cannot("cash must be a positive number");
  world.exchange.pay_dividend(*symbol, *cash);
  return done(world);
}

Reply merge(World& world, const json::Value& body) {
  const auto symbol = symbol_of(world, body, "symbol");
  if (!symbol) return cannot(symbol.error().message);
  const auto cash = decimal_or<Money>(body, "cash", Money{});
  if (!cash) return cannot(cash.error().message);
  if (!has(body, "new_symbol")) {
    world.exchange.merge(*symbol, *cash, "", 0, 1);
    return done(world);
  }
  const auto buyer = symbol_of(world, body, "new_symbol");
  if (!buyer) return cannot(buyer.error().message);
  if (*buyer == *symbol) return cannot("new_symbol must be another");
  const auto shares = shares_of(body, {});
  if (!shares) return cannot(shares.error().message);
  world.exchange.merge(*symbol, *cash, *buyer, shares->fresh, shares->old);
  return done(world);
}

Reply delist(World& world, const json::Value& body) {
  const auto symbol = symbol_of(world, body, "symbol");
  if (!symbol) return cannot(symbol.error().message);
  world.exchange.delist(*symbol, has(body, "worthless") && body.find("worthless")->as_bool().value_or(false));
  return done(world);
}

struct CorporateControl {
  std::string_view path;
  Reply (*handle)(World& world, const json::Value& body);
};
constexpr std::array kControls{
    CorporateControl{"/_sim/assign", assign}, CorporateControl{"/_sim/options-level", set_options_level},
    CorporateControl{"/_sim/adjust", adjust}, CorporateControl{"/_sim/spin-off", spin_off},
    CorporateControl{"/_sim/merger", merge},  CorporateControl{"/_sim/dividend", pay_dividend},
    CorporateControl{"/_sim/delist", delist},
};

Result<ActionFamily> family_of(const std::string& kind, const Announcement& action) {
  if (kind == "rename") return ActionFamily::name_change;
  if (kind.empty() || kind == "split") {
    return action.new_rate > action.old_rate ? ActionFamily::forward_split : ActionFamily::reverse_split;
  }
  if (const auto family = parse_action_family(kind)) return *family;
  return fail("kind must be split, rename or a type of /v1/corporate-actions such as spin_off or cash_dividend");
}

/// The dates that may be absent.
Result<void> read_dates(const json::Value& body, Announcement& action) {
  for (const auto& [name, date] :
       {std::pair{"record_date", &action.record_date}, {"payable_date", &action.payable_date}}) {
    if (!has(body, name)) continue;
    const auto given = parse_date(text_of(body, name));
    if (!given) return fail(std::string(name) + ": " + given.error().message);
    *date = *given;
  }
  return {};
}

}  // namespace

std::optional<Reply> answer_corporate_control(World& world, std::string_view method, std::string_view path,
                                              const json::Value& body) {
  const auto* const found = std::ranges::find(kControls, path, &CorporateControl::path);
  if (method != "POST" || found == kControls.end()) return std::nullopt;
  return found->handle(world, body);
}

Reply announce_action(World& world, const json::Value& body) {
  Announcement action;
  action.symbol = text_of(body, "symbol");
  if (action.symbol.empty()) return cannot("symbol is missing");
  action.new_symbol = text_of(body, "new_symbol");
  for (const auto& [name, rate] : {std::pair{"new_shares", &action.new_rate}, {"old_shares", &action.old_rate}}) {
    const auto given = decimal_or<Ratio>(body, name, Ratio::whole(1));
    if (!given || !given->is_positive()) return cannot(std::string(name) + " must be a positive number");
    *rate = *given;
  }
  const auto cash = decimal_or<Ratio>(body, "cash", Ratio{});
  if (!cash) return cannot(cash.error().message);
  action.cash = *cash;
  const auto family = family_of(text_of(body, "kind"), action);
  if (!family) return cannot(family.error().message);
  action.family = *family;
  const auto ex_date = parse_date(text_of(body, "ex_date"));
  if (!ex_date) return cannot("ex_date: " + ex_date.error().message);
  action.ex_date = *ex_date;
  if (const auto dates = read_dates(body, action); !dates) return cannot(dates.error().message);
  world.exchange.announce(std::move(action));
  return done(world);
}

}  // namespace belay::sim
