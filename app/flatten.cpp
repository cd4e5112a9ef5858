// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <set>

#include "app/book_reading.hpp"
#include "app/close_direct.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/delivery.hpp"
#include "app/leaving.hpp"

namespace belay::app {
namespace {

/// What is to leave, and by which way.
struct Plan {
  std::vector<Lot> lots;                ///< through the book
  std::vector<Holding> at_broker;       ///< by the broker alone: what the book cannot leave, or does not know
  std::vector<std::string> left_alone;  ///< symbols that are nobody's business
};

bool is_meant(const Instrument& instrument, const std::string& symbol) {
  return symbol.empty() || instrument.symbol == symbol || ticker(instrument) == symbol;
}

bool is_ignored(const Policy& policy, const std::string& symbol) {
  return std::ranges::find(policy.ignored_symbols, symbol) != policy.ignored_symbols.end();
}

/// Everything that the account holds. Short holdings come first: they are what a long one may cover.
Plan plan_of(const std::vector<Lot>& lots, std::vector<Holding> holdings, const FlattenOptions& options,
             const Policy& policy) {
  const std::string symbol = options.symbol.empty() ? "" : filter_for(options.symbol).symbol;
  Plan plan;
  std::set<std::string> in_book;
  for (const Lot& lot : lots) {
    if (lot.instrument.kind == InstrumentKind::crypto) continue;
    in_book.insert(lot.instrument.symbol);
    if (is_meant(lot.instrument, symbol)) plan.lots.push_back(lot);
  }
  std::ranges::stable_partition(holdings, [](const Holding& holding) { return holding.quantity.is_negative(); });
  for (Holding& holding : holdings) {
    if (!is_meant(holding.instrument, symbol) || in_book.contains(holding.instrument.symbol)) continue;
    if (is_ignored(policy, holding.instrument.symbol) && !options.everything) {
      plan.left_alone.push_back(holding.instrument.symbol);
    } else {
      plan.at_broker.push_back(std::move(holding));
    }
  }
  return plan;
}

void show(const Plan& plan, const std::string& account) {
  for (const Lot& lot : plan.lots) print("would close " + described(lot, {}));
  for (const Holding& holding : plan.at_broker) {
    print("would close " + holding.quantity.text() + " " + holding.instrument.symbol + " by the broker alone");
  }
  for (const std::string& symbol : plan.left_alone) {
    print("would leave " + symbol + " alone: it is in ignored_symbols (--everything includes it)");
  }
  if (plan.lots.empty() && plan.at_broker.empty()) print("account " + account + " holds nothing to close");
}

struct Flattened {
  std::vector<Outcome> through_book;
  std::vector<std::pair<std::string, DirectOutcome>> by_broker;
  bool done = true;
};

void close_directly(Wired& wired, const Plan& plan, const FlattenOptions& options, Flattened& out) {
  for (const Holding& holding : plan.at_broker) {
    const DirectClose close{.symbol = holding.instrument.symbol, .quantity = {}, .wait = options.wait};
    const DirectOutcome outcome =
        close_at_broker(*wired.connection.broker, *wired.clock, close, [&](const std::string& text) {
          if (!options.json) print(text);
        });
    out.done = out.done && outcome.code == kAllWell;
    out.by_broker.emplace_back(close.symbol, outcome);
  }
}

ExitCode tell(const std::string& account, const Plan& plan, const Flattened& all, const FlattenOptions& options) {
  json::Array positions;
  json::Array direct;
  json::Array left_alone;
  for (const Outcome& outcome : all.through_book) {
    positions.push_back(to_json(outcome));
    if (!options.json) print(text_of(outcome));
  }
  for (const auto& [symbol, outcome] : all.by_broker) {
    direct.push_back(to_json(symbol, outcome));
    if (!options.json) print(outcome.text);
  }
  for (const std::string& symbol : plan.left_alone) {
    left_alone.emplace_back(symbol);
    if (!options.json) print(symbol + " is left alone: it is in ignored_symbols");
  }
  if (options.json) {
    print_json(json::Object{{"account", account},
                            {"done", all.done},
                            {"positions", std::move(positions)},
                            {"direct", std::move(direct)},
                            {"left_alone", std::move(left_alone)}});
  } else if (plan.lots.empty() && plan.at_broker.empty()) {
    print("account " + account + " holds nothing to close");
  }
  return all.done ? kAllWell : kAttention;
}

void note_direct(Wired& wired, const Flattened& all, const FlattenOptions& options) {
  for (const auto& [symbol, outcome] : all.by_broker) {
    leave_note(wired.config, "flatten: " + note_of(symbol, outcome), options.why);
  }
}

/// The book may have known less than there was.
void name_what_is_left(Wired& wired, const FlattenOptions& options, Flattened& all) {
  const auto holdings = wired.connection.broker->positions();
  if (!holdings) {
    complain("broker: " + holdings.error().message + ": whether anything is left is not known");
    all.done = false;
    return;
  }
  for (const Holding& holding : plan_of({}, *holdings, options, wired.config.runtime.policy).at_broker) {
    complain("the broker still holds " + holding.quantity.text() + " " + holding.instrument.symbol);
    all.done = false;
  }
}

/// What the account holds by the book and by the broker, or the code to leave with.
std::expected<Plan, ExitCode> look(Wired& wired, const FlattenOptions& options) {
  std::vector<Lot> lots;
  if (!options.direct) {
    auto found = read_lots(*wired.store, {});
    if (!found) {
      complain("the broker alone can still close everything: belay flatten --direct --yes");
      return std::unexpected(found.error());
    }
    lots = of_account(std::move(*found), wired.config);
  }
  auto holdings = wired.connection.broker->positions();
  if (!holdings) {
    complain("broker: " + holdings.error().message);
    return std::unexpected(exit_code(holdings.error()));
  }
  return plan_of(lots, std::move(*holdings), options, wired.config.runtime.policy);
}

ExitCode flatten_account(Wired& wired, const FlattenOptions& options) {
  const std::string& account = wired.config.runtime.account;
  const auto plan = look(wired, options);
  if (!plan) return plan.error();
  if (!options.yes) {
    show(*plan, account);
    complain("nothing done: say --yes to do it");
    return kUsage;
  }
  Flattened all;
  ExitCode trouble = kAllWell;
  if (!plan->lots.empty()) {
    auto left = leave(
        wired, {.lots = plan->lots, .quantity = {}, .why = options.why, .wait = options.wait, .quiet = options.json});
    if (left) {
      all.through_book = std::move(*left);
      all.done = std::ranges::all_of(all.through_book, &Outcome::done);
    } else {
      trouble = left.error();  // and what the book does not know can leave all the same
      all.done = false;
    }
  }
  close_directly(wired, *plan, options, all);
  name_what_is_left(wired, options, all);
  const ExitCode code = tell(account, *plan, all, options);
  note_direct(wired, all, options);
  return trouble == kAllWell ? code : trouble;
}

}  // namespace

int flatten(const FlattenOptions& options) {
  if (options.yes && options.why.empty()) {
    complain("say why: --why TEXT goes on record");
    return kUsage;
  }
  const Needs needs{.broker = true, .store = !options.direct};
  const auto accounts = choose_accounts(options.account, needs);
  if (!accounts) return accounts.error();
  if (accounts->chosen.size() > 1 && !options.all_accounts) {
    complain("there are several accounts: say " + choices(accounts->all) + ", or --all-accounts");
    return kUsage;
  }
  const log::Log log(log::to_descriptor(STDERR_FILENO), log::Level::error);
  ExitCode code = kAllWell;
  for (const AccountConfig& account : accounts->chosen) {  // what keeps one from it keeps no other
    auto wired = wire_one(*accounts, account, needs, log);
    code = worse(code, wired ? flatten_account(*wired, options) : wired.error());
  }
  return code;
}

}  // namespace belay::app
