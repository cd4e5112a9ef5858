// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "app/book_reading.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/json_shapes.hpp"
#include "app/texts.hpp"

namespace belay::app {
namespace {

using rules::Verdict;

std::string_view state_text(Verdict::State state) {
  switch (state) {
    case Verdict::State::off:
      return "off";
    case Verdict::State::waits:
      return "waits";
    case Verdict::State::blocked:
      return "blocked";
    case Verdict::State::holds:
      return "holds";
  }
  return {};
}

/// What is said of one lot: the engine's own state after it has looked.
struct Explained {
  const Lot& lot;
  const engine::State& state;
  Moment moment;
  Timestamp now = moment.wall;

  [[nodiscard]] const engine::Check* check() const {
    const auto found = state.checks.find(lot.uid);
    return found == state.checks.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const lifecycle::Decision* decision() const {
    const auto found = state.decisions.find(lot.uid);
    return found == state.decisions.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const lifecycle::GuardDecision* guard_decision() const {
    const auto found = state.guard_decisions.find(lot.uid);
    return found == state.guard_decisions.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const pricing::SymbolPrices* prices() const {
    const auto found = state.prices.find(engine::level_symbol(lot));
    return found == state.prices.end() ? nullptr : &found->second;
  }
};

std::int64_t whole_seconds(Duration span) { return std::chrono::floor<std::chrono::seconds>(span).count(); }

/// When the exit table is asked again at the latest, where it says so: the next session for what waits for that.
std::optional<Timestamp> next_look(const Explained& one) {
  const lifecycle::Decision* decision = one.decision();
  if (decision == nullptr) return std::nullopt;
  std::optional<Duration> until;
  if (const auto* wait = std::get_if<lifecycle::Wait>(&decision->move)) {
    const bool closed = !one.state.calendar.is_open(one.now);
    if (wait->passive && closed) return one.state.calendar.next_open_after(one.now).open;
    until = wait->until;
  }
  if (const auto* stuck = std::get_if<lifecycle::Stuck>(&decision->move)) until = stuck->until;
  if (!until) return std::nullopt;
  return one.now + std::max(Duration{}, *until - one.moment.steady);
}

/// "x2 market 100, new, 40 filled, sent 10:02:01"
std::string order_text(const ExitOrder& order) {
  std::string text =
      "x" + std::to_string(order.attempt) + " " + std::string(to_text(order.type)) + " " + order.quantity.text();
  if (order.limit_price) text += " at " + price_text(*order.limit_price);
  text += ", " + std::string(to_text(order.status)) + ", " + order.filled.text() + " filled, sent " +
          time_text(order.sent_at);
  return text;
}

int priority_of(ExitReason reason) {
  const auto catalogue = rules::catalogue();
  const auto rule = std::ranges::find(catalogue, reason, &rules::Rule::reason);
  return rule == catalogue.end() ? 0 : rule->priority;
}

template <class T>
json::Value decimal_or_null(const std::optional<T>& value) {
  return value ? json::Value(value->text()) : json::Value();
}

json::Value time_or_null(const std::optional<Timestamp>& at) { return at ? json::Value(to_text(*at)) : json::Value(); }

/// What the levels are judged by: the underlying's price, where they are stated in it.
const pricing::Judgement& judgement_of(const engine::Check& check) {
  return check.levels ? *check.levels : check.price;
}

json::Value price_json(const Explained& one) {
  const pricing::SymbolPrices* prices = one.prices();
  if (prices == nullptr) return {};
  json::Value standing;
  json::Value awaits;
  if (const engine::Check* check = one.check()) {
    const pricing::Judgement& judged = judgement_of(*check);
    standing = pricing::to_text(judged.standing);
    if (const auto text = pricing::to_text(judged.awaits); !text.empty()) awaits = text;
  }
  json::Value trade;
  if (prices->trade) {
    trade = json::Object{{"price", prices->trade->price.text()}, {"as_of", to_text(prices->trade->as_of)}};
  }
  json::Value quote;
  if (prices->quote) {
    quote = json::Object{{"bid", prices->quote->bid.text()},
                         {"ask", prices->quote->ask.text()},
                         {"as_of", to_text(prices->quote->as_of)}};
  }
  return json::Object{{"symbol", engine::level_symbol(one.lot)},
                      {"standing", std::move(standing)},
                      {"awaits", std::move(awaits)},
                      {"seen", time_or_null(prices->seen)},
                      {"trade", std::move(trade)},
                      {"quote", std::move(quote)},
                      {"last_good", decimal_or_null(prices->last_good)},
                      {"last_good_at", time_or_null(prices->last_good_at)},
                      {"amber_since", time_or_null(one.lot.amber_since)}};
}

json::Value rules_json(const engine::Check* check) {
  json::Array rules;
  if (check == nullptr) return rules;
  for (const auto& [reason, verdict] : check->verdicts) {
    rules.emplace_back(json::Object{{"rule", to_text(reason)},
                                    {"priority", priority_of(reason)},
                                    {"state", state_text(verdict.state)},
                                    {"message", verdict.message},
                                    {"trigger_price", decimal_or_null(verdict.trigger_price)},
                                    {"due", time_or_null(verdict.due)}});
  }
  return rules;
}

json::Value guards_json(const Explained& one) {
  const auto* decision = one.guard_decision();
  return json::Object{{"situation", decision == nullptr ? json::Value() : json::Value(decision->situation)},
                      {"why", decision == nullptr ? json::Value() : json::Value(decision->why)},
                      {"protection", to_text(one.lot.guards.protection)},
                      {"seconds_unguarded", whole_seconds(one.lot.guards.unguarded)}};
}

json::Value to_json(const Explained& one) {
  json::Value exit;
  json::Array orders;
  for (const ExitOrder& order : one.lot.exit_orders) {
    orders.emplace_back(json::Object{{"client_order_id", order.client_id.text()},
                                     {"status", to_text(order.status)},
                                     {"type", to_text(order.type)},
                                     {"quantity", order.quantity.text()},
                                     {"filled", order.filled.text()},
                                     {"sent_at", to_text(order.sent_at)}});
  }
  if (const auto* decision = one.decision(); decision != nullptr && one.lot.exit) {
    exit = json::Object{{"reason", to_text(one.lot.exit->reason)},
                        {"situation", decision->situation},
                        {"why", decision->why},
                        {"since", to_text(one.lot.exit->triggered_at)},
                        {"next", time_or_null(next_look(one))},
                        {"orders", std::move(orders)},
                        {"recorded", one.lot.id != 0 && one.lot.status == LotStatus::closing}};
  }
  const engine::Check* check = one.check();
  const bool checked = check != nullptr && check->checked;
  return json::Object{
      {"position", position_json(one.lot)},
      {"checked", checked},
      {"why_not", checked ? json::Value() : json::Value(check == nullptr ? "not reached" : check->why_not)},
      {"price", price_json(one)},
      {"rules", rules_json(check)},
      {"guards", guards_json(one)},
      {"exit", std::move(exit)}};
}

void show_price(const Explained& one) {
  const pricing::SymbolPrices* prices = one.prices();
  if (prices == nullptr || (!prices->trade && !prices->quote)) {
    print("  no price of " + engine::level_symbol(one.lot));
    return;
  }
  std::string line = "  " + engine::level_symbol(one.lot);
  if (prices->trade)
    line += "  last " + price_text(prices->trade->price) + " (" + ago_text(prices->trade->as_of, one.now) + ")";
  if (prices->quote) {
    line += "  quote " + price_text(prices->quote->bid) + " / " + price_text(prices->quote->ask) + " (" +
            ago_text(prices->quote->as_of, one.now) + ")";
  }
  if (prices->seen) line += "  seen " + ago_text(*prices->seen, one.now);
  print(line);
  const engine::Check* check = one.check();
  if (check == nullptr) return;
  const pricing::Judgement& judged = judgement_of(*check);
  line = "  price " + std::string(pricing::to_text(judged.standing));
  if (!judged.why.empty()) line += ": " + judged.why;
  if (const auto awaits = pricing::to_text(judged.awaits); !awaits.empty()) line += "; awaits " + std::string(awaits);
  if (one.lot.amber_since) line += " (amber since " + time_text(one.lot.amber_since) + ")";
  print(line);
}

/// The rule's own words, and the moment at which it will hold where they leave it out.
std::string why_of(const Verdict& verdict) {
  if (!verdict.due || verdict.state != Verdict::State::waits) return verdict.message;
  const std::string due = time_text(verdict.due);
  return verdict.message.contains(due) ? verdict.message : verdict.message + ", leaves at " + due;
}

void show(const Explained& one) {
  const Lot& lot = one.lot;
  print(lot.instrument.symbol + "  " + std::string(to_text(lot.direction)) + " " + lot.quantity.text() + " at " +
        price_text(lot.entry_price) + " since " + time_text(lot.entry_time) + "  (" +
        (lot.id == 0 ? "not stored yet" : "position " + std::to_string(lot.id)) + ", " +
        std::string(to_text(lot.strategy)) + ", " + std::string(to_text(lot.status)) + ")");
  show_price(one);
  print("  result " + money_text(lot.result) + "  " + percent_text(lot.result_percent));
  if (!lot.frozen.empty()) print("  frozen: " + lot.frozen);
  if (!lot.concern.empty()) print("  concern: " + lot.concern);
  if (lot.pause) print("  " + rules::pause_text(*lot.pause));
  const engine::Check* check = one.check();
  if (check != nullptr && !check->checked && check->why_not != lot.concern) print("  not checked: " + check->why_not);

  Table table({{"  RULE"}, {"PRIORITY", Table::Align::right}, {"STATE"}, {"WHY"}});
  if (check != nullptr) {
    for (const auto& [reason, verdict] : check->verdicts) {
      table.add({"  " + std::string(to_text(reason)), std::to_string(priority_of(reason)),
                 std::string(state_text(verdict.state)), why_of(verdict)});
    }
  }
  if (!table.empty()) {
    print("");
    table.show();
  }
  if (const auto* decision = one.guard_decision()) {
    print("");
    print("  guards, row \"" + std::string(decision->situation) + "\": " + decision->why);
    print("  protected by " + std::string(to_text(lot.guards.protection)) + ", unguarded for " +
          std::to_string(whole_seconds(lot.guards.unguarded)) + " s of trading so far");
  }
  if (const auto* decision = one.decision(); decision != nullptr && lot.exit) {
    print("");
    print("  leaves by " + std::string(to_text(lot.exit->reason)) + " since " + time_text(lot.exit->triggered_at) +
          ": " + lot.exit->message);
    print("  exit table, row \"" + std::string(decision->situation) + "\": " + decision->why);
    if (const auto next = next_look(one)) print("  looks again by " + time_text(*next));
    for (const ExitOrder& order : lot.exit_orders) print("  order " + order_text(order));
  }
}

std::vector<const Lot*> chosen(const engine::State& state, const std::string& which) {
  const LotFilter filter = filter_for(which);
  std::vector<const Lot*> lots;
  for (const auto& [uid, lot] : state.lots) {
    const bool fits = filter.id != 0
                          ? lot.id == filter.id
                          : lot.instrument.symbol == filter.symbol || ticker(lot.instrument) == filter.symbol;
    if (fits) lots.push_back(&lot);
  }
  std::ranges::sort(lots, {}, &Lot::id);
  return lots;
}

}  // namespace

int explain(const ExplainOptions& options) {
  const auto account = account_of(options.which, options.account);
  if (!account) return account.error();
  auto wired = wire({.broker = true, .store = true}, *account);
  if (!wired) return wired.error();
  const auto version = wired->store->schema_version();
  if (!version || *version == 0) {
    complain(version ? "no positions are tracked yet: run belay cycle first" : "store: " + version.error().message);
    return version ? kUsage : exit_code(version.error());
  }
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  const runtime::PassReport report = conductor.look();
  for (const std::string& error : report.errors) complain(error);
  if (report.failure != runtime::Failure::none) return exit_code(report.failure);
  const auto lots = chosen(conductor.state(), options.which);
  if (lots.empty()) {
    complain("no open position " + options.which + ": see belay positions");
    return kUsage;
  }
  const auto now = wired->clock->now();
  json::Array all;
  for (std::size_t i = 0; i < lots.size(); ++i) {
    const Explained one{.lot = *lots[i], .state = conductor.state(), .moment = now ? *now : Moment{}};
    if (options.json) {
      all.push_back(to_json(one));
    } else {
      if (i > 0) print("");
      show(one);
    }
  }
  if (options.json) print_json(std::move(all));
  return kAllWell;
}

}  // namespace belay::app
