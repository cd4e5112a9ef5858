// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "sim/exchange/exchange.hpp"

namespace belay::sim {

/// For tests: an exchange on Monday, 26 January 2026, 10:00 in New York, with one account and AAPL at 200.00 × 200.02.
class Scene : public ::testing::Test {
 protected:
  Scene() : exchange(make_config()) { quote("AAPL", "200.00", "200.02"); }
  ~Scene() override {
    for (const std::string& broken : exchange.broken_invariants()) ADD_FAILURE() << broken;
  }

  static constexpr const char* kAccount = "PA3SIM000001";

  static ExchangeConfig make_config() {
    ExchangeConfig config;
    config.start = *parse_timestamp("2026-01-26T15:00:00Z");
    return config;
  }
  static Price price(std::string_view text) { return *Price::parse(text); }
  static Quantity qty(std::string_view text) { return *Quantity::parse(text); }

  void quote(std::string_view symbol, std::string_view bid, std::string_view ask) {
    exchange.on_quote(symbol, {price(bid), price(ask), exchange.now()});
  }
  void trade(std::string_view symbol, std::string_view at_price) {
    exchange.on_trade(symbol, price(at_price), qty("100"), exchange.now());
  }
  /// Quote a cent around the price, then a print at it.
  void move_to(std::string_view symbol, std::string_view at_price) {
    const Price cent = price("0.01");
    exchange.on_quote(symbol, {price(at_price) - cent, price(at_price) + cent, exchange.now()});
    trade(symbol, at_price);
  }
  void at(std::string_view time) { exchange.advance_to(*parse_timestamp(time)); }

  static SubmitRequest order(Side side, std::string_view quantity, OrderType type = OrderType::market,
                             std::string_view symbol = "AAPL") {
    SubmitRequest request;
    request.symbol = symbol;
    request.side = side;
    request.quantity = qty(quantity);
    request.type = type;
    request.time_in_force = TimeInForce::day;
    return request;
  }
  static SubmitRequest limit(Side side, std::string_view quantity, std::string_view at_price,
                             std::string_view symbol = "AAPL") {
    SubmitRequest request = order(side, quantity, OrderType::limit, symbol);
    request.limit_price = price(at_price);
    return request;
  }
  static SubmitRequest stop(Side side, std::string_view quantity, std::string_view at_price) {
    SubmitRequest request = order(side, quantity, OrderType::stop);
    request.stop_price = price(at_price);
    return request;
  }
  static SubmitRequest with_exits(SubmitRequest request, OrderClass order_class, std::string_view target,
                                  std::string_view stop_price) {
    request.order_class = order_class;
    request.time_in_force = TimeInForce::gtc;
    if (!target.empty()) request.take_profit_limit = price(target);
    if (!stop_price.empty()) request.stop_loss_stop = price(stop_price);
    return request;
  }

  /// Submits what must be accepted.
  Order submit(const SubmitRequest& request) {
    const auto reply = exchange.submit(kAccount, request);
    if (!reply) {
      ADD_FAILURE() << "refused: " << reply.error().message;
      return {};
    }
    return *reply;
  }
  /// Submits what must be refused.
  ApiError refusal(const SubmitRequest& request) {
    const auto reply = exchange.submit(kAccount, request);
    if (!reply) return reply.error();
    ADD_FAILURE() << "accepted";
    return {};
  }
  /// Replaces what must be replaced.
  Order replace(const Order& old, const ReplaceRequest& change) {
    const auto reply = exchange.replace(kAccount, old.id, change);
    if (!reply) {
      ADD_FAILURE() << "refused: " << reply.error().message;
      return {};
    }
    return *reply;
  }
  /// Replaces what must not be.
  ApiError replace_refusal(const Order& old, const ReplaceRequest& change) {
    const auto reply = exchange.replace(kAccount, old.id, change);
    if (!reply) return reply.error();
    ADD_FAILURE() << "accepted";
    return {};
  }
  Order now(const Order& order) { return *exchange.order(kAccount, order.id); }
  OrderStatus status(const Order& order) { return now(order).status; }
  void hold(std::string_view symbol, std::string_view quantity, std::string_view average = "200") {
    exchange.seed_position(kAccount, symbol, qty(quantity), price(average), *parse_timestamp("2026-01-23T15:00:00Z"));
  }
  Quantity held(std::string_view symbol = "AAPL") {
    const auto position = exchange.position(kAccount, symbol);
    return position ? position->quantity : Quantity{};
  }
  Quantity available(std::string_view symbol = "AAPL") { return exchange.position(kAccount, symbol)->available; }
  Money cash() { return exchange.account(kAccount).cash; }
  /// "pending_new new fill"
  std::string events() {
    std::string words;
    for (const OrderEvent& event : exchange.take_events()) {
      if (!words.empty()) words += ' ';
      words += to_text(event.type);
    }
    return words;
  }
  static std::string field(const ApiError& error, std::string_view name) {
    for (const auto& [key, value] : error.fields) {
      if (key == name && std::holds_alternative<std::string>(value)) return std::get<std::string>(value);
    }
    return "(none)";
  }

  Exchange exchange;
};

}  // namespace belay::sim
