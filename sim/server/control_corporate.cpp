// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control_corporate.hpp"

#include <array>
#include <string>
#include <utility>

namespace belay::sim {
namespace {

struct Shares {
  std::int64_t fresh = 1;
  std::int64_t old = 1;
};

/// Absent ones are 1.
Shares shares_in(BodyReader& body) {
  return {body.count("new_shares", 1).value_or(1), body.count("old_shares", 1).value_or(1)};
}

/// Without them nothing would happen.
Shares needed_shares_in(BodyReader& body) {
  for (const char* name : {"new_shares", "old_shares"}) {
    if (body.given(name) == nullptr) body.refuse(name, "is missing");
  }
  return shares_in(body);
}

Reply split(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const Shares shares = needed_shares_in(body);
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  Exchange& exchange = control.world.exchange;
  make_known(exchange, symbol);
  exchange.split(symbol, shares.fresh, shares.old);
  exchange.adjust_contracts(symbol, shares.fresh, shares.old);
  return done(control);
}

Reply rename(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const std::string new_symbol = symbol_in(body, "new_symbol");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  Exchange& exchange = control.world.exchange;
  for (const std::string& account : exchange.accounts()) {
    if (exchange.position(account, new_symbol)) return cannot(new_symbol + " is held already");
  }
  make_known(exchange, symbol);
  exchange.rename(symbol, new_symbol);
  return done(control);
}

Reply assign(const Control& control) {
  BodyReader body(control.body);
  const std::string account = account_in(body, control.world);
  const std::string symbol = symbol_in(body);
  const auto quantity = body.decimal<Quantity>("qty");
  if (quantity && !quantity->is_positive()) body.refuse("qty", "must be a number above 0");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  const Quantity assigned = control.world.exchange.assign(account, symbol, quantity);
  if (!assigned.is_positive()) return cannot("no short contracts of " + symbol + " to assign");
  return {200, json::Object{{"now", to_text(control.world.exchange.now())}, {"assigned", assigned.text()}}};
}

Reply set_options_level(const Control& control) {
  BodyReader body(control.body);
  const std::string account = account_in(body, control.world);
  const auto level = body.count("level", 0, 3);
  if (!level) body.refuse("level", "is missing");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  control.world.exchange.set_options_level(account, static_cast<int>(*level));
  return done(control);
}

Reply adjust(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const Shares shares = needed_shares_in(body);
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  make_known(control.world.exchange, symbol);
  control.world.exchange.adjust_contracts(symbol, shares.fresh, shares.old);
  return done(control);
}

Reply spin_off(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const std::string child = symbol_in(body, "new_symbol");
  const Shares shares = shares_in(body);
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  Exchange& exchange = control.world.exchange;
  make_known(exchange, symbol);
  make_known(exchange, child);
  exchange.spin_off(symbol, child, shares.fresh, shares.old);
  return done(control);
}

Reply pay_dividend(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const Money cash = body.amount("cash", Money());
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  make_known(control.world.exchange, symbol);
  control.world.exchange.pay_dividend(symbol, cash);
  return done(control);
}

Reply merge(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const Money cash = body.decimal<Money>("cash").value_or(Money());
  if (cash.is_negative()) body.refuse("cash", "must not be negative");
  const std::string buyer = body.text("new_symbol");
  if (buyer == symbol) body.refuse("new_symbol", "must be another");
  if (buyer.empty() && body.given("cash") == nullptr) body.refuse("cash", "is missing, or new_symbol");
  const bool has_shares = body.given("new_shares") != nullptr || body.given("old_shares") != nullptr;
  if (buyer.empty() && has_shares) body.refuse("new_symbol", "is missing beside new_shares or old_shares");
  const Shares shares = buyer.empty() ? Shares{0, 1} : shares_in(body);
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  Exchange& exchange = control.world.exchange;
  make_known(exchange, symbol);
  if (!buyer.empty()) make_known(exchange, buyer);
  exchange.merge(symbol, cash, buyer, shares.fresh, shares.old);
  return done(control);
}

Reply delist(const Control& control) {
  BodyReader body(control.body);
  const std::string symbol = symbol_in(body);
  const bool worthless = body.flag("worthless");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  make_known(control.world.exchange, symbol);
  control.world.exchange.delist(symbol, worthless);
  return done(control);
}

ActionFamily family_in(BodyReader& body, const Announcement& action) {
  const std::string kind = body.text("kind", "split");
  if (kind == "rename") return ActionFamily::name_change;
  if (kind != "split") {
    if (const auto family = parse_action_family(kind)) return *family;
    body.refuse("kind", "must be split, rename or a type of /v1/corporate-actions such as spin_off or cash_dividend");
  }
  return action.new_rate > action.old_rate ? ActionFamily::forward_split : ActionFamily::reverse_split;
}

std::optional<Date> date_in(BodyReader& body, std::string_view name) {
  const auto date = parse_date(body.text(name));
  if (date) return *date;
  body.refuse(name, "is not understood: " + date.error().message);
  return std::nullopt;
}

/// Whether the family's words name a second company.
bool needs_new_symbol(ActionFamily family) {
  switch (family) {
    case ActionFamily::spin_off:
    case ActionFamily::name_change:
    case ActionFamily::rights_distribution:
    case ActionFamily::unit_split:
    case ActionFamily::stock_merger:
    case ActionFamily::stock_and_cash_merger:
      return true;
    default:
      return false;
  }
}

Reply announce(const Control& control) {
  BodyReader body(control.body);
  Announcement action;
  action.symbol = symbol_in(body);
  action.new_symbol = body.text("new_symbol");
  action.new_rate = body.amount("new_shares", Ratio::whole(1));
  action.old_rate = body.amount("old_shares", Ratio::whole(1));
  action.cash = body.decimal<Ratio>("cash").value_or(Ratio());
  if (action.cash.is_negative()) body.refuse("cash", "must not be negative");
  action.family = family_in(body, action);
  if (action.new_symbol.empty() && needs_new_symbol(action.family)) {
    body.refuse("new_symbol", "is missing, which a " + std::string(to_text(action.family)) + " tells");
  }
  action.ex_date = date_in(body, "ex_date").value_or(Date());
  if (body.given("record_date") != nullptr) action.record_date = date_in(body, "record_date");
  if (body.given("payable_date") != nullptr) action.payable_date = date_in(body, "payable_date");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  control.world.exchange.announce(std::move(action));
  return done(control);
}

constexpr std::array kRoutes{
    ControlRoute{"POST", "/_sim/split", split},
    ControlRoute{"POST", "/_sim/announce", announce},
    ControlRoute{"POST", "/_sim/rename", rename},
    ControlRoute{"POST", "/_sim/assign", assign},
    ControlRoute{"POST", "/_sim/options-level", set_options_level},
    ControlRoute{"POST", "/_sim/adjust", adjust},
    ControlRoute{"POST", "/_sim/spin-off", spin_off},
    ControlRoute{"POST", "/_sim/merger", merge},
    ControlRoute{"POST", "/_sim/dividend", pay_dividend},
    ControlRoute{"POST", "/_sim/delist", delist},
};

}  // namespace

std::span<const ControlRoute> corporate_controls() { return kRoutes; }

}  // namespace belay::sim
