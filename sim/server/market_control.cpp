// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_control.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "sim/server/wire_market.hpp"
#include "sim/server/wire_tape.hpp"

namespace belay::sim {
namespace {

/// A request to tell something of a symbol.
class Telling {
 public:
  Telling(World& world, const json::Value& body) : world_(world), body_(body), symbol_(text("symbol")) {}

  [[nodiscard]] const std::string& symbol() const { return symbol_; }
  [[nodiscard]] const Tape& prints() const { return world_.tape; }
  [[nodiscard]] Timestamp now() const { return world_.exchange.now(); }
  [[nodiscard]] std::string_view tape() const { return consolidated_tape(world_.exchange.asset(symbol_)); }

  [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise = "") const {
    const json::Value* value = body_.find(name);
    const std::string* found = value == nullptr ? nullptr : value->as_string();
    return found == nullptr ? std::string(otherwise) : *found;
  }
  /// The amount under that name, above zero; `otherwise` where there is none and that will do.
  template <class T>
  [[nodiscard]] Result<T> amount(std::string_view name, std::optional<T> otherwise = {}) const {
    const json::Value* value = body_.find(name);
    if (value == nullptr && otherwise) return *otherwise;
    const std::string* decimal = value == nullptr ? nullptr : value->decimal_text();
    const auto number = decimal == nullptr ? Result<T>(fail("")) : T::parse(*decimal);
    if (!number || !number->is_positive()) return fail(std::string(name) + " must be a number above 0");
    return *number;
  }
  /// The trade that is named by its id, or the last one.
  [[nodiscard]] Result<TapeTrade> trade() const {
    const auto& all = world_.tape.trades(symbol_);
    if (all.empty()) return fail("there is no trade of " + symbol_);
    const json::Value* id = body_.find("trade_id");
    if (id == nullptr) return all.back();
    const auto found = std::ranges::find(all, id->as_int64().value_or(0), &TapeTrade::id);
    if (found == all.end()) return fail("there is no such trade of " + symbol_);
    return *found;
  }

 private:
  World& world_;
  const json::Value& body_;
  std::string symbol_;
};

Result<json::Value> status(const Telling& ask) {
  if (ask.text("status").empty()) return fail("status is missing");
  return stream_status(ask.symbol(),
                       {ask.text("status"), ask.text("status_message"), ask.text("reason"), ask.text("reason_message")},
                       ask.now(), ask.tape());
}

Result<json::Value> luld(const Telling& ask) {
  const auto up = ask.amount<Price>("up");
  const auto down = ask.amount<Price>("down");
  if (!up || !down) return std::unexpected((up ? down : up).error());
  return stream_bands(ask.symbol(), {*up, *down, ask.text("indicator", "B")}, ask.now(), ask.tape());
}

Result<json::Value> imbalance(const Telling& ask) {
  const auto price = ask.amount<Price>("price");
  if (!price) return std::unexpected(price.error());
  return stream_imbalance(ask.symbol(), *price, ask.now(), ask.tape());
}

Result<json::Value> correction(const Telling& ask) {
  const auto original = ask.trade();
  if (!original) return std::unexpected(original.error());
  TapeTrade corrected = *original;
  const auto price = ask.amount<Price>("price", original->price);
  const auto size = ask.amount<Quantity>("size", original->size);
  if (!price || !size) return fail(price ? size.error().message : price.error().message);
  corrected.price = *price;
  corrected.size = *size;
  return stream_correction(ask.symbol(), *original, corrected, ask.now(), ask.tape());
}

Result<json::Value> cancel_error(const Telling& ask) {
  const auto trade = ask.trade();
  if (!trade) return std::unexpected(trade.error());
  const std::string action = ask.text("action", "C");
  if (action != "C" && action != "E") return fail("action must be C or E");
  return stream_cancellation(ask.symbol(), *trade, action, ask.now(), ask.tape());
}

Result<json::Value> updated_bar(const Telling& ask) {
  const auto& minutes = ask.prints().minutes(ask.symbol());
  const auto ended = std::ranges::find_if(minutes.rbegin(), minutes.rend(), [&](const Bar& minute) {
    return minute.start + std::chrono::minutes(1) <= ask.now();
  });
  if (ended == minutes.rend()) return fail("no minute of " + ask.symbol() + " has ended yet");
  Bar bar = *ended;
  for (const auto& [name, price] :
       {std::pair{"open", &bar.open}, {"high", &bar.high}, {"low", &bar.low}, {"close", &bar.close}}) {
    const auto given = ask.amount<Price>(name, *price);
    if (!given) return std::unexpected(given.error());
    *price = *given;
  }
  return stream_bar("u", ask.symbol(), bar);
}

struct Tellable {
  std::string_view path;
  MarketChannel channel;
  Result<json::Value> (*words)(const Telling& ask);
};

constexpr std::array kTellable{
    Tellable{"/_sim/status", MarketChannel::statuses, status},
    Tellable{"/_sim/luld", MarketChannel::lulds, luld},
    Tellable{"/_sim/imbalance", MarketChannel::imbalances, imbalance},
    Tellable{"/_sim/correction", MarketChannel::corrections, correction},
    Tellable{"/_sim/cancel_error", MarketChannel::cancel_errors, cancel_error},
    Tellable{"/_sim/updated_bar", MarketChannel::updated_bars, updated_bar},
};

}  // namespace

std::optional<Reply> tell_market(World& world, std::string_view path, const json::Value& body, VirtualClock::Real at) {
  const auto* const told = std::ranges::find(kTellable, path, &Tellable::path);
  if (told == kTellable.end()) return std::nullopt;
  const Telling ask(world, body);
  if (ask.symbol().empty()) return Reply{422, json::Object{{"message", "symbol is missing"}}};
  auto words = told->words(ask);
  if (!words) return Reply{422, json::Object{{"message", words.error().message}}};
  world.market_streams.tell(told->channel, ask.symbol(), ask.now(), std::move(*words), at);
  return Reply{200, json::Object{{"now", to_text(ask.now())}}};
}

}  // namespace belay::sim
