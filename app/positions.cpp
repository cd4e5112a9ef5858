// SPDX-License-Identifier: Apache-2.0
#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/json_shapes.hpp"
#include "app/texts.hpp"
#include "core/rules/effective_stop.hpp"
#include "core/rules/rule.hpp"

namespace belay::app {
namespace {

/// What is to be known of a lot at a glance: its exit, else why it is not in order.
std::string remark(const Lot& lot) {
  if (lot.close_reason) return std::string(to_text(*lot.close_reason));
  if (lot.exit) return std::string(to_text(lot.exit->reason));
  const std::string trouble = lot.frozen.empty() ? lot.concern : "frozen: " + lot.frozen;
  if (!lot.pause) return trouble;
  return rules::pause_text(*lot.pause) + (trouble.empty() ? "" : "; " + trouble);
}

struct LevelInForce {
  std::optional<Price> price;
  std::string from;  ///< "position", "strategy", "breakeven", …; empty where there is none
};

/// An absurd number in one row has no level in force, and keeps no other row from being shown.
template <class Level>
auto or_nothing(Level level) -> decltype(level()) {
  try {
    return level();
  } catch (const Overflow&) {
    return {};
  }
}

LevelInForce reckon_stop(const Lot& lot, const Policy& policy) {
  using By = rules::EffectiveStop::By;
  const auto stop = rules::effective_stop(lot, policy, lot.peak_price);
  if (!stop.level) return {};
  if (stop.by == By::breakeven) return {stop.level, "breakeven"};
  if (stop.by == By::profit_lock) return {stop.level, "profit lock"};
  return {stop.level, std::string(to_text(stop.from))};
}

LevelInForce reckon_target(const Lot& lot, const Policy& policy) {
  const auto target = rules::target_of(lot, policy);
  if (!target) return {};
  return {target.value, std::string(to_text(target.from))};
}

LevelInForce stop_in_force(const Lot& lot, const Policy& policy) {
  return or_nothing([&] { return reckon_stop(lot, policy); });
}
LevelInForce target_in_force(const Lot& lot, const Policy& policy) {
  return or_nothing([&] { return reckon_target(lot, policy); });
}

/// A level as it counts, with where it comes from unless that is the position itself.
std::string level_cell(const LevelInForce& level) {
  const bool own = level.from.empty() || level.from == to_text(rules::Source::position);
  return price_text(level.price) + (own ? "" : " " + level.from);
}

void add_levels(Fields& fields, const Lot& lot, const Policy& policy) {
  const auto add = [&](const char* name, const std::optional<Price>& price, const std::string& from) {
    fields.emplace_back(name, price ? FieldValue(price->text()) : FieldValue());
    fields.emplace_back(std::string(name) + "_from", from.empty() ? FieldValue() : FieldValue(from));
  };
  const LevelInForce stop = stop_in_force(lot, policy);
  const LevelInForce target = target_in_force(lot, policy);
  const auto trailing = or_nothing([&] { return rules::trailing_level(lot, policy, lot.peak_price); });
  add("stop_in_force", stop.price, stop.from);
  add("target_in_force", target.price, target.from);
  add("trailing_stop", trailing, trailing ? std::string(to_text(rules::trail_of(lot, policy).from)) : "");
}

/// The numbers of the account whose the lot is; of one that is configured no more, what the others have in common.
const Policy& policy_for(const Lot& lot, const Wired& wired) {
  const Config* const account = wired.is_one_of_several ? account_called(wired.all, lot.account) : nullptr;
  return account == nullptr ? wired.config.runtime.policy : account->runtime.policy;
}

void show(const std::vector<Lot>& lots, const Wired& wired) {
  using Align = Table::Align;
  std::vector<Table::Column> columns{{"ID", Align::right},
                                     {"SYMBOL"},
                                     {"QTY", Align::right},
                                     {"ENTRY", Align::right},
                                     {"PRICE", Align::right},
                                     {"RESULT", Align::right},
                                     {"%", Align::right},
                                     {"STOP", Align::right},
                                     {"TARGET", Align::right},
                                     {"STRATEGY"},
                                     {"STATUS"},
                                     {"REMARK"}};
  if (wired.is_one_of_several) columns.insert(columns.begin() + 1, {"ACCOUNT"});
  Table table(std::move(columns));
  for (const Lot& lot : lots) {
    const Policy& policy = policy_for(lot, wired);
    const bool closed = lot.status == LotStatus::closed;
    std::vector<std::string> cells{std::to_string(lot.id),
                                   lot.instrument.symbol,
                                   quantity_text(lot),
                                   price_text(lot.entry_price),
                                   price_text(closed ? lot.exit_price : lot.current_price),
                                   money_text(closed ? lot.realised_result : lot.result),
                                   closed ? "" : percent_text(lot.result_percent),
                                   level_cell(stop_in_force(lot, policy)),
                                   level_cell(target_in_force(lot, policy)),
                                   std::string(to_text(lot.strategy)),
                                   std::string(to_text(lot.status)),
                                   remark(lot)};
    if (wired.is_one_of_several) cells.insert(cells.begin() + 1, lot.account);
    table.add(std::move(cells));
  }
  table.show();
}

}  // namespace

int positions(const PositionsOptions& options) {
  auto wired = wire({.broker = false, .store = true}, options.account);
  if (!wired) return wired.error();
  auto lots = read_lots(*wired->store, {.include_closed = options.all, .symbol = {}, .id = 0});
  if (!lots) return lots.error();
  if (!options.account.empty()) *lots = of_account(std::move(*lots), wired->config);
  if (options.json) {
    json::Array rows;
    auto others = read_other_columns(*wired->store, {.include_closed = options.all, .symbol = {}, .id = 0});
    if (!others) return others.error();
    for (const Lot& lot : *lots) {
      Fields& beside = (*others)[lot.id];
      add_levels(beside, lot, policy_for(lot, *wired));
      rows.push_back(position_json(lot, beside));
    }
    print_json(std::move(rows));
  } else if (lots->empty()) {
    print("no " + std::string(options.all ? "" : "open ") + "positions in " + wired->store->description());
  } else {
    show(*lots, *wired);
  }
  return kAllWell;
}

}  // namespace belay::app
