// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/close_direct.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/stop_signal.hpp"
#include "app/texts.hpp"
#include "app/trial_act.hpp"
#include "app/wiring.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/net/url.hpp"
#include "shell/store/sqlite_connection.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::PassReport;

constexpr Duration kNeededBeforeTheClose = 20min;
constexpr Duration kDayTradeLeaves = 2min;  // after the beginning
constexpr Duration kFillPatience = 20s;
constexpr std::size_t kMostPasses = 12;
constexpr std::size_t kPricedBeforeProvocation = 2;

/// A directory that goes with the process, unless it is to be kept.
class Scratch {
 public:
  explicit Scratch(bool keep) : keep_(keep) {
    std::string name = (std::filesystem::temp_directory_path() / "belay-trial-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!keep_ && !path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  bool keep_;
  std::filesystem::path path_;
};

/// Only where money is not real: the broker's paper trading, or an exchange on this machine.
bool is_play_money(const Wired& wired) {
  if (wired.connection.venue == alpaca::Venue::paper) return true;
  const auto url = net::parse_url(wired.config.broker.trading_url);
  return wired.connection.venue == alpaca::Venue::other && url && net::is_loopback_host(url->host);
}

std::optional<Price> price_of(MarketData& data, const Instrument& instrument) {
  const PriceRead read = instrument.is_option() ? data.options({instrument.symbol}) : data.stocks({instrument.symbol});
  for (const MarketPrices& prices : read.prices) {
    if (prices.quote && prices.quote->bid.is_positive() && prices.quote->ask.is_positive())
      return middle(prices.quote->bid, prices.quote->ask);
    if (prices.trade) return prices.trade->price;
  }
  return std::nullopt;
}

class Trial {
 public:
  Trial(Wired& wired, store::Connection& rows, const TrialOptions& options, const std::atomic<bool>& stop)
      : wired_(wired), rows_(rows), options_(options), stop_(stop) {}

  /// Everything that has to be true before anything is bought; what is not, is told.
  bool may_begin() {
    const auto clock = wired_.connection.broker->clock();
    const auto holdings = wired_.connection.broker->positions();
    const auto open = wired_.connection.broker->orders({});
    if (!clock || !holdings || !open) {
      complain("broker: " + (!clock ? clock.error() : !holdings ? holdings.error() : open.error()).message);
      return false;
    }
    if (!clock->is_open || clock->next_close - clock->timestamp < kNeededBeforeTheClose) {
      complain("a trial begins at least " + std::to_string(kNeededBeforeTheClose / 1min) +
               " minutes before the close; the next session opens at " + time_text(clock->next_open));
      return false;
    }
    choose_acts(*clock);
    std::string taken;
    for (const Progress& one : acts_) {
      const std::string& symbol = one.act.instrument.symbol;
      const bool held = std::ranges::any_of(*holdings, [&](const Holding& h) { return h.instrument.symbol == symbol; });
      const bool ordered = std::ranges::any_of(*open, [&](const Order& o) { return o.symbol == symbol; });
      if (held || ordered) taken += (taken.empty() ? "" : ", ") + symbol;
    }
    if (!taken.empty()) complain("the account already holds or orders " + taken + ": a trial needs them free");
    return taken.empty();
  }

  void open_positions() {
    const auto now = wired_.clock->now();
    const std::string run = now ? std::to_string(now->wall.nanos / 1'000'000'000) : "0";
    for (Progress& one : acts_) open_one(one, run);
    for (Progress& one : acts_) await_entry(one);
  }

  /// Passes, a minute apart, until every act is over or its time is up.
  void watch(runtime::Conductor& conductor) {
    for (std::size_t pass = 0; pass < kMostPasses && !stop_; ++pass) {
      const PassReport report = conductor.pass();
      for (const std::string& error : report.errors) complain(error);
      for (Progress& one : acts_) look_at(one);
      if (std::ranges::all_of(acts_, &Progress::is_over)) break;
      attend(conductor);
    }
    for (Progress& one : acts_) {
      if (!one.is_over()) one.trouble = stop_ ? "interrupted" : "has not left in time: " + standing(one);
    }
  }

  /// What is still held of what the trial opened is closed by the broker alone, whatever happened. Nothing of it was
  /// held or ordered before: an entry whose answer was lost is closed too, and is not to fill any more.
  void clean_up() {
    std::vector<DirectClose> closes;
    bool was_called_off = false;
    for (const Progress& one : acts_) {
      if (!one.may_be_held || one.state == ActState::left) continue;
      if (!one.entry) {
        call_off(one);
        was_called_off = true;
      }
      closes.push_back({one.act.instrument.symbol, std::nullopt});
    }
    // What filled a moment ago may not be among the positions yet, and would be taken for nothing.
    if (was_called_off) wired_.clock->pause(kPositionsLag);
    DirectClosing closing(*wired_.connection.broker, *wired_.clock, closes,
                          [&](const std::string& what) { tell(what); });
    for (const DirectOutcome& outcome : closing.finish(30s)) {
      if (outcome.code != kAllWell) complain(outcome.text);
    }
  }

  [[nodiscard]] int verdict() const {
    const bool all_well = std::ranges::all_of(acts_, [](const Progress& one) { return one.trouble.empty(); });
    if (options_.json) {
      json::Array rows;
      for (const Progress& one : acts_) rows.push_back(to_json(one));
      print_json(json::Object{{"shown", all_well}, {"acts", std::move(rows)}});
    } else {
      show(all_well);
    }
    return all_well ? kAllWell : kAttention;
  }

  [[nodiscard]] Duration day_trade_lead() const { return close_ - begun_ - kDayTradeLeaves; }

 private:
  void tell(const std::string& what) const {
    if (!options_.json) print("  " + what);
  }

  // The option that expires in the next session, at the money, unless one was named.
  void choose_acts(const MarketClock& clock) {
    begun_ = clock.timestamp;
    close_ = clock.next_close;
    std::optional<Instrument> option;
    if (!options_.option.empty()) {
      option = instrument_of(options_.option);
    } else if (const auto price = price_of(*wired_.connection.market_data, instrument_of("SPY"))) {
      OptionTerms terms{.root = "SPY",
                        .expiration = calendar::to_new_york(clock.next_open).date,
                        .is_call = true,
                        .strike = round_down(*price, 1_price)};
      option = instrument_of(occ_symbol(terms));
    }
    for (Act& act : acts_of_trial(option)) acts_.push_back({.act = std::move(act)});
  }

  void open_one(Progress& one, const std::string& run) {
    const auto price = price_of(*wired_.connection.market_data, one.act.instrument);
    if (!price) {
      one.trouble = "no price of " + one.act.instrument.symbol + " is to be had" +
                    (one.act.instrument.is_option() ? ": name a contract with --option" : "");
      return;
    }
    const OrderRequest request = entry_of(one.act, *price, run);
    auto order = wired_.connection.broker->submit(request, std::chrono::seconds(30));
    one.entry_id = request.client_id;
    one.may_be_held = order || order.error().kind == BrokerError::Kind::unknown;
    if (order) {
      one.entry = std::move(*order);
    } else {
      one.trouble = "could not be opened: " + order.error().message;
    }
  }

  void call_off(const Progress& one) {
    const auto order = wired_.connection.broker->order_by_client_id(one.entry_id);
    if (order && !is_terminal(order->status)) static_cast<void>(wired_.connection.broker->cancel(order->id));
    if (!order && order.error().kind != BrokerError::Kind::not_found)
      complain("whether " + one.act.instrument.symbol + " was ordered is not known: " + order.error().message);
  }

  void await_entry(Progress& one) {
    if (!one.entry) return;
    const Duration begun = wired_.clock->machine();
    while (one.entry->status != OrderStatus::filled && wired_.clock->machine() - begun < kFillPatience && !stop_) {
      wired_.clock->pause(200ms);
      if (auto seen = wired_.connection.broker->order(one.entry->id)) one.entry = std::move(*seen);
    }
    if (one.entry->status != OrderStatus::filled || !one.entry->filled_average || !one.entry->filled_at) {
      one.trouble = "its entry did not fill: " + std::string(to_text(one.entry->status));
      static_cast<void>(wired_.connection.broker->cancel(one.entry->id));
      return;
    }
    if (const auto written = write_execution(rows_, one.act, *one.entry); !written) {
      one.trouble = "store: " + written.error().message;
      return;
    }
    one.state = ActState::opened;
    tell(one.act.instrument.symbol + ": " + std::string(one.act.name) + ", opened at " +
         price_text(one.entry->filled_average));
  }

  void attend(runtime::Conductor& conductor) {
    const auto begun = wired_.clock->now();
    const Duration sweep = wired_.config.runtime.sweep;
    for (Duration attended{}; attended < sweep && !stop_; attended += 100ms) {
      if (conductor.attend(100ms) != runtime::Interlude::over) return;
      const auto now = wired_.clock->now();
      if (begun && now && now->steady - begun->steady >= sweep) return;
    }
  }

  void look_at(Progress& one) {
    if (one.is_over()) return;
    const auto lots = wired_.store->lots(
        {.include_closed = true, .symbol = one.act.instrument.symbol, .id = 0, .closed_since = std::nullopt});
    if (!lots || lots->size() != 1) {
      if (lots && !lots->empty()) one.trouble = "is tracked as " + std::to_string(lots->size()) + " positions";
      return;
    }
    one.lot = lots->front();
    if (one.lot.current_price && one.lot.last_checked_at &&
        (one.priced_at.empty() || one.priced_at.back() != *one.lot.last_checked_at)) {
      one.priced_at.push_back(*one.lot.last_checked_at);
    }
    if (one.lot.status == LotStatus::closed) {
      judge_end(one);
      return;
    }
    advance(one);
  }

  void advance(Progress& one) {
    if (one.state == ActState::opened) {
      one.state = ActState::tracked;
      tell(one.act.instrument.symbol + ": tracked as position " + std::to_string(one.lot.id));
    }
    const bool rests = one.lot.guards.protection == Protection::resting_order;
    if (one.state == ActState::tracked && one.priced_at.size() >= kPricedBeforeProvocation &&
        one.act.provocation != Provocation::none && (!one.act.bracket || rests)) {
      provoke(one);
    } else if (one.state == ActState::provoked && one.act.bracket && rests && has_own_guard(one.lot)) {
      one.state = ActState::restored;
      tell(one.act.instrument.symbol + ": its bracket is back; a person closes it");
      ask_to_close(one);
    }
  }

  static bool has_own_guard(const Lot& lot) {
    return std::ranges::any_of(lot.guards.orders, [](const GuardOrder& order) { return !is_terminal(order.status); });
  }

  void provoke(Progress& one) {
    one.state = ActState::provoked;
    tell(one.act.instrument.symbol + ": " + std::string(one.act.name) + " is brought about");
    if (one.act.provocation == Provocation::bracket_taken) {
      for (const auto& leg : {one.lot.stop_order_id, one.lot.target_order_id}) {
        if (leg) static_cast<void>(wired_.connection.broker->cancel(*leg));  // the other may have gone with the first
      }
      return;
    }
    const auto done = provoke_by_row(rows_, one, one.lot.current_price.value_or(one.lot.entry_price));
    if (!done) one.trouble = "store: " + done.error().message;
  }

  void ask_to_close(Progress& one) {
    OperatorCommand command;
    command.lot = one.lot.uid;
    command.who = "belay trial";
    command.why = "the trial's manual close";
    if (const auto queued = wired_.store->enqueue(wired_.config.runtime.account, command); !queued)
      one.trouble = "store: " + queued.error().message;
  }

  void judge_end(Progress& one) {
    one.state = ActState::left;
    const auto holdings = wired_.connection.broker->positions();
    if (one.lot.close_reason != one.act.expected) {
      one.trouble = "left for " + (one.lot.close_reason ? std::string(to_text(*one.lot.close_reason)) : "no reason") +
                    ", not for " + std::string(to_text(one.act.expected));
    } else if (!holdings || std::ranges::any_of(*holdings, [&](const Holding& holding) {
                 return holding.instrument.symbol == one.act.instrument.symbol;
               })) {
      one.trouble = "is closed in the book, but the broker does not say so";
      one.state = ActState::tracked;  // it may still have to be cleaned up
    } else if (!one.lot.realised_result) {
      one.trouble = "left without a result";
    } else {
      tell(one.act.instrument.symbol + ": left, " + std::string(to_text(one.act.expected)) + ", result " +
           money_text(one.lot.realised_result));
    }
  }

  [[nodiscard]] static std::string standing(const Progress& one) {
    if (one.state == ActState::opened) return "no pass has found it";
    return one.lot.concern.empty() ? std::string(to_text(one.lot.status)) : one.lot.concern;
  }

  static std::optional<std::int64_t> milliseconds_to_flat(const Progress& one) {
    if (one.state != ActState::left || !one.lot.exit || !one.lot.closed_at) return std::nullopt;
    return (*one.lot.closed_at - one.lot.exit->triggered_at) / 1ms;
  }

  static json::Value to_json(const Progress& one) {
    const auto flat = milliseconds_to_flat(one);
    return json::Object{
        {"name", one.act.name},
        {"claim", one.act.claim},
        {"symbol", one.act.instrument.symbol},
        {"shown", one.trouble.empty()},
        {"trouble", one.trouble.empty() ? json::Value() : json::Value(one.trouble)},
        {"priced", static_cast<std::int64_t>(one.priced_at.size())},
        {"close_reason", one.lot.close_reason ? json::Value(to_text(*one.lot.close_reason)) : json::Value()},
        {"trigger_to_flat_ms", flat ? json::Value(*flat) : json::Value()},
        {"realised_result", one.lot.realised_result ? json::Value(one.lot.realised_result->text()) : json::Value()}};
  }

  void show(bool all_well) const {
    Table table({{"act"},
                 {"position"},
                 {"shown"},
                 {"priced", Table::Align::right},
                 {"flat after", Table::Align::right},
                 {"what came of it"}});
    for (const Progress& one : acts_) {
      const auto flat = milliseconds_to_flat(one);
      table.add({std::string(one.act.name), one.act.instrument.symbol, one.trouble.empty() ? "yes" : "NO",
                 std::to_string(one.priced_at.size()), flat ? std::to_string(*flat) + " ms" : "-",
                 one.trouble.empty()
                     ? std::string(to_text(one.act.expected)) + ", " + money_text(one.lot.realised_result)
                     : one.trouble});
    }
    print("");
    table.show();
    print("");
    print(all_well ? "verdict: everything was shown" : "verdict: not everything was shown");
  }

  Wired& wired_;
  store::Connection& rows_;
  const TrialOptions& options_;
  const std::atomic<bool>& stop_;
  std::vector<Progress> acts_;
  Timestamp begun_;
  Timestamp close_;
};

void announce() {
  print("would buy, or sell short, one of each on the paper account, and see it leave:");
  Table table({{"ACT"}, {"POSITION"}, {"WHAT IS SHOWN"}});
  for (const Act& act : acts_of_trial(std::nullopt)) {
    table.add({std::string(act.name), act.instrument.symbol, std::string(act.claim)});
  }
  table.add({"expiring option", "SPY, next session", "an option that expires in the next session leaves in this one"});
  table.show();
  complain("nothing done: say --yes to do it");
}

}  // namespace

int trial(const TrialOptions& options) {
  auto wired = wire({.broker = true, .store = false}, options.account);
  if (!wired) return wired.error();
  if (!is_play_money(*wired)) {
    complain("a trial is for paper money; these keys and this address trade for real");
    return kUsage;
  }
  if (!options.yes) {
    announce();
    return kUsage;
  }
  const Scratch scratch(options.keep);
  const std::filesystem::path file = scratch.path() / "belay.db";
  auto store = store::open_sqlite(file);
  auto rows = store::connect_sqlite(file);
  if (scratch.path().empty() || !store || !rows) {
    complain("no place for the trial's book: " + (store ? std::string("TMPDIR") : store.error().message));
    return kStore;
  }
  wired->store = std::move(*store);
  if (options.verbose) wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::info);
  wired->config.runtime.account = "trial";
  wired->config.runtime.aliases = {};
  const std::atomic<bool>& stop = stop_on_signals();
  Trial trial(*wired, **rows, options, stop);
  if (!trial.may_begin()) return kAttention;
  Policy& policy = wired->config.runtime.policy;
  policy = Policy{};
  policy.adoption = Adoption::ignore;  // whatever else the account holds is not the trial's
  policy.day_trade_lead = trial.day_trade_lead();
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  if (const auto opened = conductor.open(); opened != runtime::Failure::none) {
    for (const std::string& error : conductor.errors()) complain(error);
    return exit_code(opened);
  }
  trial.open_positions();
  trial.watch(conductor);
  trial.clean_up();
  if (options.keep) complain("the trial's book is kept: " + file.string());
  return trial.verdict();
}

}  // namespace belay::app
