// SPDX-License-Identifier: Apache-2.0
#include "app/write_off.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/book_reading.hpp"
#include "app/console.hpp"
#include "app/delivery.hpp"

namespace belay::app {
namespace {

using Lots = std::vector<Lot>;

/// The open positions that are meant and of whose symbol the broker holds nothing; what is held is named and left out.
std::expected<Lots, ExitCode> choose(Wired& wired, const std::vector<std::string>& which) {
  const auto holdings = wired.connection.broker->positions();
  if (!holdings) {
    complain("broker: " + holdings.error().message);
    return std::unexpected(exit_code(holdings.error()));
  }
  std::set<std::string> held;
  for (const Holding& holding : *holdings) held.insert(holding.instrument.symbol);
  Lots chosen;
  for (const std::string& word : which) {
    auto found = read_lots(*wired.store, word == "all" ? LotFilter{} : filter_for(word));
    if (!found) return found;
    Lots lots = of_account(std::move(*found), wired.config);
    if (lots.empty() && word != "all") {
      complain("no open position " + word + ": see belay positions");
      return std::unexpected(kUsage);
    }
    for (Lot& lot : lots) {
      if (!held.contains(lot.instrument.symbol)) {
        chosen.push_back(std::move(lot));
      } else if (word != "all") {
        complain("position " + std::to_string(lot.id) + ": the broker holds " + lot.instrument.symbol +
                 ", so it is not written off");
      }
    }
  }
  std::ranges::sort(chosen, {}, &Lot::id);
  const auto same = std::ranges::unique(chosen, {}, &Lot::id);
  chosen.erase(same.begin(), same.end());
  return chosen;
}

void preview(const Lots& lots) {
  std::map<std::string, std::pair<std::size_t, Quantity>> by_symbol;
  for (const Lot& lot : lots) {
    ++by_symbol[lot.instrument.symbol].first;
    by_symbol[lot.instrument.symbol].second += lot.signed_quantity();
  }
  Table table({{"SYMBOL"}, {"POSITIONS", Table::Align::right}, {"QUANTITY", Table::Align::right}});
  for (const auto& [symbol, sum] : by_symbol) table.add({symbol, std::to_string(sum.first), sum.second.text()});
  print("would write off " + std::to_string(lots.size()) + (lots.size() == 1 ? " position" : " positions") +
        " that the broker does not have:");
  table.show();
}

/// What became of them, once they were taken up.
int tell(Wired& wired, const Lots& lots, bool json) {
  std::set<std::int64_t> open;
  const auto now = read_lots(*wired.store, {});
  if (!now) return now.error();
  for (const Lot& lot : *now) open.insert(lot.id);
  json::Array refused;
  for (const Lot& lot : lots) {
    if (open.contains(lot.id)) refused.emplace_back(lot.id);
  }
  const std::size_t left = refused.size();
  if (json) {
    print_json(
        json::Object{{"written_off", static_cast<std::int64_t>(lots.size() - left)}, {"open", std::move(refused)}});
  } else {
    print(std::to_string(lots.size() - left) + " written off");
  }
  if (left == 0) return kAllWell;
  complain(
      std::to_string(left) +
      " still open: only what the broker was seen twice not to have, ten seconds apart, is written off (belay events "
      "--type operator says why)");
  return kAttention;
}

}  // namespace

int write_off(const ReconcileOptions& options) {
  auto wired = wire({.broker = true, .store = true}, options.account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  const auto lots = choose(*wired, options.write_off);
  if (!lots) return lots.error();
  if (lots->empty()) {
    complain("nothing to write off");
    return kUsage;
  }
  if (!options.yes) {
    preview(*lots);
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  std::vector<OperatorCommand> commands;
  for (const Lot& lot : *lots) {
    OperatorCommand command;
    command.kind = OperatorCommand::Kind::write_off;
    command.lot = lot.uid;
    command.who = operator_name();
    command.why = options.why;
    commands.push_back(std::move(command));
  }
  const auto delivery = deliver(*wired, commands);
  if (!delivery) return delivery.error();
  const auto done = await_taken_up(*wired, *delivery, options.wait);
  if (!done) return done.error();
  if (!*done) complain("some are queued; whoever holds the lock has not taken them up yet");
  return tell(*wired, *lots, options.json);
}

}  // namespace belay::app
