// SPDX-License-Identifier: Apache-2.0
#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/json_shapes.hpp"
#include "app/texts.hpp"

namespace belay::app {
namespace {

/// What is to be known of a lot at a glance: its exit, else why it is not in order.
std::string remark(const Lot& lot) {
  if (lot.close_reason) return std::string(to_text(*lot.close_reason));
  if (lot.exit) return std::string(to_text(lot.exit->reason));
  return lot.frozen.empty() ? lot.concern : "frozen: " + lot.frozen;
}

void show(const std::vector<Lot>& lots) {
  using Align = Table::Align;
  Table table({{"ID", Align::right},
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
               {"REMARK"}});
  for (const Lot& lot : lots) {
    const bool closed = lot.status == LotStatus::closed;
    table.add({std::to_string(lot.id), lot.instrument.symbol, quantity_text(lot), price_text(lot.entry_price),
               price_text(closed ? lot.exit_price : lot.current_price),
               money_text(closed ? lot.realised_result : lot.result), closed ? "" : percent_text(lot.result_percent),
               price_text(lot.stop_loss), price_text(lot.take_profit), std::string(to_text(lot.strategy)),
               std::string(to_text(lot.status)), remark(lot)});
  }
  table.show();
}

}  // namespace

int positions(const PositionsOptions& options) {
  auto wired = wire({.broker = false, .store = true});
  if (!wired) return wired.error();
  const auto lots = read_lots(*wired->store, {.include_closed = options.all, .symbol = {}, .id = 0});
  if (!lots) return lots.error();
  if (options.json) {
    json::Array rows;
    const auto others = read_other_columns(*wired->store, {.include_closed = options.all, .symbol = {}, .id = 0});
    if (!others) return others.error();
    for (const Lot& lot : *lots) {
      const auto beside = others->find(lot.id);
      rows.push_back(position_json(lot, beside == others->end() ? Fields{} : beside->second));
    }
    print_json(std::move(rows));
  } else if (lots->empty()) {
    print("no " + std::string(options.all ? "" : "open ") + "positions in " + wired->store->description());
  } else {
    show(*lots);
  }
  return kAllWell;
}

}  // namespace belay::app
