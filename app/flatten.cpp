// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <future>
#include <set>
#include <thread>

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

void leave_by_book(Wired& wired, const Plan& plan, const FlattenOptions& options, Flattened& out, ExitCode& trouble) {
  if (plan.lots.empty()) return;
  auto left = leave(
      wired, {.lots = plan.lots, .quantity = {}, .why = options.why, .wait = options.wait, .quiet = options.json});
  if (!left) {
    trouble = left.error();  // and what the book does not know can leave all the same
    out.done = false;
    return;
  }
  out.through_book = std::move(*left);
  out.done = std::ranges::all_of(out.through_book, &Outcome::done);
}

/// One account on its way out: what the book knows and what it does not leave beside each other.
class Flattening {
 public:
  Flattening(Wired wired, const FlattenOptions& options) : wired_(std::move(wired)), options_(options) {}

  void run() {
    auto plan = look(wired_, options_);
    if (!plan) {
      refused_ = plan.error();
      return;
    }
    plan_ = std::move(*plan);
    if (options_.yes) return leave();
    show(plan_, wired_.config.runtime.account);
    complain("nothing done: say --yes to do it");
    refused_ = kUsage;
  }

  /// Says what came of it; the code to leave with.
  [[nodiscard]] ExitCode tell() const {
    if (refused_) return *refused_;
    const ExitCode code = app::tell(wired_.config.runtime.account, plan_, all_, options_);
    return trouble_ == kAllWell ? code : trouble_;
  }

  void failed(const std::exception& error) {
    complain(wired_.config.runtime.account + ": unexpected: " + error.what());
    all_.done = false;
  }

 private:
  void leave() {
    std::vector<DirectClose> closes;
    for (const Holding& holding : plan_.at_broker) closes.push_back({holding.instrument.symbol, {}});
    DirectClosing direct(*wired_.connection.broker, *wired_.clock, closes, [&](const std::string& text) {
      if (!options_.json) print(text);
    });
    direct.begin();
    // A holding whose guards were cancelled for it does not wait for the book.
    auto beside = std::async(std::launch::async, [&] { return direct.finish(options_.wait); });
    leave_by_book(wired_, plan_, options_, all_, trouble_);
    const std::vector<DirectOutcome> outcomes = beside.get();
    for (std::size_t i = 0; i < closes.size(); ++i) {
      all_.done = all_.done && outcomes[i].code == kAllWell;
      all_.by_broker.emplace_back(closes[i].symbol, outcomes[i]);
    }
    name_what_is_left(wired_, options_, all_);
    note_direct(wired_, all_, options_);
  }

  Wired wired_;
  const FlattenOptions& options_;
  Plan plan_;
  std::optional<ExitCode> refused_;  ///< nothing was begun
  Flattened all_;
  ExitCode trouble_ = kAllWell;
};

/// What keeps one from it keeps no other.
void run(Flattening& one) {
  try {
    one.run();
  } catch (const std::exception& error) {
    one.failed(error);
  }
}

/// All of them at once; what would be done is shown one after the other.
void run_beside_each_other(std::vector<Flattening>& all, bool at_once) {
  std::vector<std::jthread> threads;
  for (Flattening& one : all) {
    threads.emplace_back([&one] { run(one); });
    if (!at_once) threads.clear();
  }
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
  std::vector<Flattening> all;
  for (const AccountConfig& account : accounts->chosen) {
    auto wired = wire_one(*accounts, account, needs, log);
    if (wired) {
      all.emplace_back(std::move(*wired), options);
    } else {
      code = worse(code, wired.error());
    }
  }
  run_beside_each_other(all, options.yes);
  for (const Flattening& one : all) code = worse(code, one.tell());
  return code;
}

}  // namespace belay::app
