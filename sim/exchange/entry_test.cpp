// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

class Entry : public Scene {
 protected:
  Entry() {
    quote(kCall, "1.00", "1.10");
    quote("DUST", "0.5001", "0.5002");
  }
  static constexpr const char* kCall = "AAPL260220C00200000";
  static constexpr const char* kToday = "AAPL260126C00200000";

  static SubmitRequest changed(SubmitRequest request, const std::function<void(SubmitRequest&)>& change) {
    change(request);
    return request;
  }
};

struct Case {
  SubmitRequest request;
  ApiError expected;
};

TEST_F(Entry, RefusesWhatIsMissingOrContradicts) {
  const SubmitRequest buy = order(Side::buy, "1");
  const std::vector<Case> cases{
      {changed(buy, [](auto& r) { r.quantity = 0_qty; }), invalid_request("qty must be > 0")},
      {changed(buy, [](auto& r) { r.notional = 5_usd; }), invalid_request("only one of qty or notional is accepted")},
      {changed(buy, [](auto& r) { r.type = OrderType::other; }), invalid_request("invalid order type")},
      {changed(buy, [](auto& r) { r.type = OrderType::limit; }), invalid_request("limit orders require a limit price")},
      {changed(buy, [](auto& r) { r.type = OrderType::stop_limit; }),
       invalid_request("stop limit orders require both stop and limit price")},
      {changed(limit(Side::buy, "1", "200"), [](auto& r) { r.stop_price = 1_price; }),
       invalid_request("limit orders must not have stop_price")},
      {changed(buy, [](auto& r) { r.client_id = std::string(129, 'x'); }),
       invalid_request("client_order_id must be no more than 128 characters")},
      {changed(buy, [](auto& r) { r.symbol = "NOPE"; }), unprocessable("asset \"NOPE\" not found")},
      {changed(buy,
               [](auto& r) {
                 r.quantity.reset();
                 r.notional = 0.99_usd;
               }),
       unprocessable("notional must be >= 1.00")}};
  for (const Case& c : cases) EXPECT_EQ(refusal(c.request), c.expected) << c.expected.message;
}

TEST_F(Entry, PricesHaveTwoDecimalsFromADollarOnAndFourBelow) {
  EXPECT_EQ(
      refusal(limit(Side::buy, "1", "199.005")),
      unprocessable("invalid limit_price 199.005. sub-penny increment does not fulfill minimum pricing criteria"));
  EXPECT_EQ(refusal(stop(Side::buy, "1", "210.001")).message,
            "invalid stop_price 210.001. sub-penny increment does not fulfill minimum pricing criteria");
  submit(limit(Side::buy, "1", "0.4999", "DUST"));
  EXPECT_EQ(refusal(limit(Side::buy, "1", "0.49999", "DUST")).code, kUnprocessable);
}

TEST_F(Entry, ClientIdsAreUniquePerAccountForEver) {
  SubmitRequest request = order(Side::buy, "1");
  request.client_id = "mine";
  submit(request);
  EXPECT_EQ(refusal(request), invalid_request("client_order_id must be unique"));
  EXPECT_EQ(exchange.order_by_client_id(kAccount, "mine")->client_id.text(), "mine");
  AccountConfig other;
  other.number = "PA3OTHER";
  other.key_id = "OTHER";
  exchange.add_account(other);
  EXPECT_TRUE(exchange.submit("PA3OTHER", request));
}

TEST_F(Entry, FractionsAreDaySimpleAndNeverShort) {
  EXPECT_EQ(refusal(changed(order(Side::buy, "0.5"), [](auto& r) { r.time_in_force = TimeInForce::gtc; })).message,
            "fractional orders must be DAY orders");
  SubmitRequest bracket = with_exits(order(Side::buy, "0.5"), OrderClass::bracket, "220", "190");
  bracket.time_in_force = TimeInForce::day;
  EXPECT_EQ(refusal(bracket).message, "fractional orders must be simple orders");
  EXPECT_EQ(refusal(order(Side::sell, "0.5")).message, "fractional orders cannot be sold short");
  submit(order(Side::buy, "0.5"));
  EXPECT_EQ(held(), 0.5_qty);
}

TEST_F(Entry, ExtendedHoursTakeLimitsOnly) {
  const auto extended = [](auto& r) { r.extended_hours = true; };
  EXPECT_EQ(refusal(changed(order(Side::buy, "1"), extended)).message,
            "extended hours order must be DAY or GTC limit orders");
  EXPECT_EQ(refusal(changed(stop(Side::buy, "1", "210"), extended)).message,
            "stop orders are not eligible for extended hours trading");
}

TEST_F(Entry, OptionRulesAreTheirOwn) {
  const SubmitRequest buy = limit(Side::buy, "1", "1.05", kCall);
  const std::vector<Case> cases{
      {changed(buy, [](auto& r) { r.quantity = 1.5_qty; }), unprocessable("qty must be integer for options trading")},
      {changed(buy, [](auto& r) { r.time_in_force = TimeInForce::ioc; }),
       unprocessable("invalid option time_in_force")},
      {changed(buy, [](auto& r) { r.extended_hours = true; }),
       unprocessable("extended hours is not supported for options trading")},
      {with_exits(buy, OrderClass::bracket, "2", "0.5"),
       unprocessable("complex orders not supported for options trading")},
      {changed(buy,
               [](auto& r) {
                 r.quantity.reset();
                 r.notional = 100_usd;
               }),
       unprocessable("notional orders are not supported for options trading")},
      {changed(buy, [](auto& r) { r.symbol = "AAPL260220C00999000"; }),
       unprocessable("contract \"AAPL260220C00999000\" not found")},
      {limit(Side::sell, "1", "1.05", kCall), forbidden("account not eligible to trade uncovered option contracts")}};
  for (const Case& c : cases) EXPECT_EQ(refusal(c.request), c.expected) << c.expected.message;
}

TEST_F(Entry, OptionsHaveHoursAndAnEnd) {
  hold(kToday, "1", "1");
  quote(kToday, "1.00", "1.10");
  at("2026-01-26T20:30:00Z");
  quote(kToday, "1.00", "1.10");
  EXPECT_EQ(refusal(order(Side::buy, "1", OrderType::market, kToday)).message,
            "contract \"AAPL260126C00200000\" expires soon, unable to open new positions");
  submit(order(Side::sell, "1", OrderType::market, kToday));
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(refusal(limit(Side::buy, "1", "1", kToday)).message, "contract \"AAPL260126C00200000\" is expired");
  EXPECT_EQ(refusal(order(Side::buy, "1", OrderType::market, kCall)).message,
            "options market orders are only allowed during market hours");
  EXPECT_EQ(submit(limit(Side::buy, "1", "1.05", kCall)).status, OrderStatus::accepted);
}

TEST_F(Entry, OptionsCountAHundredfold) {
  submit(order(Side::buy, "2", OrderType::market, kCall));
  EXPECT_EQ(cash(), 99780_usd);
  const Position position = *exchange.position(kAccount, kCall);
  EXPECT_EQ(position.cost_basis, 220_usd);
  EXPECT_EQ(position.market_value, 210_usd);  // at the middle
}

TEST_F(Entry, InsufficientQuantityNamesWhatHoldsIt) {
  hold("AAPL", "35");
  SubmitRequest guard = stop(Side::sell, "30", "190");
  guard.time_in_force = TimeInForce::gtc;
  const Order resting = submit(guard);
  EXPECT_EQ(available(), 5_qty);
  ApiError expected = forbidden("insufficient qty available for order (requested: 35, available: 5)");
  expected.fields = {{"available", "5"},
                     {"existing_qty", "35"},
                     {"held_for_orders", "30"},
                     {"related_orders", std::vector<std::string>{resting.id.text()}},
                     {"symbol", "AAPL"}};
  EXPECT_EQ(refusal(order(Side::sell, "35")), expected);
  EXPECT_TRUE(exchange.cancel(kAccount, resting.id));
  submit(order(Side::sell, "35"));
}

TEST_F(Entry, NothingCrossesZero) {
  hold("AAPL", "10");
  EXPECT_EQ(refusal(order(Side::sell, "15")).message,
            "insufficient qty available for order (requested: 15, available: 10)");
  submit(order(Side::sell, "10"));
  submit(order(Side::sell, "15"));
  EXPECT_EQ(held(), -15_qty);
  EXPECT_EQ(available(), -15_qty);
  EXPECT_EQ(refusal(order(Side::buy, "20")).message,
            "insufficient qty available for order (requested: 20, available: 15)");
}

TEST_F(Entry, LongAndShortDoNotOpenAtOnce) {
  submit(limit(Side::buy, "10", "150"));
  EXPECT_EQ(refusal(order(Side::sell, "10")), forbidden("cannot open a short sell while a long buy order is open"));
  exchange.cancel_all(kAccount);
  submit(limit(Side::sell, "10", "250"));
  EXPECT_EQ(refusal(order(Side::buy, "10")), forbidden("cannot open a long buy while a short sell order is open"));
}

TEST_F(Entry, ShortsNeedAnAccountAndAnAssetThatAllowThem) {
  Asset asset = usual_asset("HTB");
  asset.shortable = false;
  exchange.add_asset(asset);
  EXPECT_EQ(refusal(order(Side::sell, "1", OrderType::market, "HTB")),
            unprocessable("asset \"HTB\" cannot be sold short"));
  asset.tradable = false;
  exchange.add_asset(asset);
  EXPECT_EQ(refusal(order(Side::buy, "1", OrderType::market, "HTB")), unprocessable("asset \"HTB\" is not tradable"));
}

TEST_F(Entry, StopsOnTheWrongSideOfTheMarketAreRefused) {
  hold("AAPL", "10");
  trade("AAPL", "200.01");
  ApiError expected = unprocessable("stop price must be less than current price");
  expected.fields = {{"market_price", "200.01"}, {"stop_price", "201"}};
  EXPECT_EQ(refusal(stop(Side::sell, "10", "201")), expected);
}

TEST_F(Entry, IntentMustMatchThePosition) {
  SubmitRequest request = order(Side::sell, "1");
  request.intent = PositionIntent::sell_to_close;
  EXPECT_EQ(refusal(request),
            unprocessable("position intent mismatch, inferred: sell_to_open, specified: sell_to_close"));
}

TEST_F(Entry, BracketsAreEntriesWithBothChildrenAroundTheBase) {
  const auto bracket = [](std::string_view target, std::string_view stop_price) {
    return with_exits(limit(Side::buy, "1", "200"), OrderClass::bracket, target, stop_price);
  };
  EXPECT_EQ(refusal(bracket("", "190")).message, "bracket orders require take_profit.limit_price");
  ApiError target = unprocessable("take_profit.limit_price must be >= base_price + 0.01");
  target.fields = {{"base_price", "200"}};
  EXPECT_EQ(refusal(bracket("200", "190")), target);
  EXPECT_EQ(refusal(bracket("220", "200")).message, "stop_loss.stop_price must be <= base_price - 0.01");
  EXPECT_EQ(refusal(with_exits(stop(Side::buy, "1", "210"), OrderClass::bracket, "220", "190")),
            invalid_request("bracket orders must be market or limit orders"));
  hold("AAPL", "10");
  EXPECT_EQ(refusal(with_exits(limit(Side::sell, "1", "200"), OrderClass::bracket, "190", "210")),
            unprocessable("bracket orders must be entry orders"));
}

TEST_F(Entry, OcoNeedsAPositionAndAStopBelowTheMarket) {
  const SubmitRequest oco = with_exits(limit(Side::sell, "10", "220"), OrderClass::oco, "", "190");
  EXPECT_EQ(refusal(oco), unprocessable("oco orders must be exit orders"));
  hold("AAPL", "10");
  const ApiError high = refusal(with_exits(limit(Side::sell, "10", "220"), OrderClass::oco, "", "205"));
  EXPECT_EQ(high.message, "stop_loss.stop_price must be <= base_price - 0.01");
  EXPECT_EQ(field(high, "base_price"), "200.01");
  submit(oco);
}

TEST_F(Entry, WashTradesAreRefusedOnPaperToo) {
  hold("AAPL", "10");
  const Order guard = submit(stop(Side::sell, "5", "190"));
  ApiError expected = forbidden("potential wash trade detected. use complex orders");
  expected.fields = {{"existing_order_id", guard.id.text()},
                     {"reject_reason", "opposite side market/stop order exists"}};
  EXPECT_EQ(refusal(limit(Side::buy, "1", "150")), expected);
  exchange.cancel_all(kAccount);

  submit(limit(Side::sell, "5", "220"));
  submit(limit(Side::buy, "1", "150"));
  EXPECT_EQ(field(refusal(limit(Side::buy, "1", "220")), "reject_reason"), "opposite side limit order exists");
  EXPECT_EQ(refusal(order(Side::sell, "1")).message, expected.message);  // a market order against any
  exchange.cancel_all(kAccount);

  submit(with_exits(limit(Side::sell, "10", "220"), OrderClass::oco, "", "190"));
  submit(limit(Side::buy, "1", "150"));  // complex orders are exempt
}

TEST_F(Entry, BuyingPowerIsEquityTimesMultiplierForStockAndPlainForOptions) {
  EXPECT_EQ(exchange.account(kAccount).buying_power, 400000_usd);
  const ApiError stock = refusal(limit(Side::buy, "2001", "200"));
  EXPECT_EQ(stock.message, "insufficient buying power");
  EXPECT_EQ(field(stock, "buying_power"), "400000");
  EXPECT_EQ(field(stock, "cost_basis"), "400200");
  const ApiError option = refusal(limit(Side::buy, "1001", "1", kCall));
  EXPECT_EQ(option.message, "insufficient options buying power");
  EXPECT_EQ(field(option, "options_buying_power"), "100000");
  submit(limit(Side::buy, "2000", "200"));  // rests below the ask, and ties up everything
  EXPECT_EQ(exchange.account(kAccount).buying_power, 0_usd);
}

TEST_F(Entry, CancelingTwiceSaysWhatItIs) {
  const Order buy = submit(limit(Side::buy, "1", "150"));
  EXPECT_TRUE(exchange.cancel(kAccount, buy.id));
  EXPECT_EQ(exchange.cancel(kAccount, buy.id).error(), unprocessable("order is already in \"canceled\" state"));
  EXPECT_EQ(exchange.cancel(kAccount, OrderId("none")).error(), not_found("order not found for none"));
}

TEST_F(Entry, PositionsCloseWhollyOrInPart) {
  hold("AAPL", "10");
  EXPECT_EQ(exchange.close_position(kAccount, "AAPL", {.quantity = {}, .percentage = 33.3_ratio})->quantity, 3.33_qty);
  EXPECT_TRUE(exchange.close_position(kAccount, "AAPL"));
  EXPECT_EQ(exchange.close_position(kAccount, "AAPL").error(), not_found("position does not exist"));
}

TEST_F(Entry, CloseAllCancelsWhenAsked) {
  hold("AAPL", "10");
  submit(with_exits(limit(Side::sell, "10", "220"), OrderClass::oco, "", "190"));
  EXPECT_EQ(exchange.close_all_positions(kAccount, false)[0].outcome.error().http_status, 403);
  EXPECT_TRUE(exchange.close_all_positions(kAccount, true)[0].outcome);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Entry, AbsurdNumbersAreRefusedNotThrown) {
  EXPECT_EQ(refusal(order(Side::buy, "9000000000")), unprocessable("qty or price is out of range"));
}

TEST_F(Entry, KeysOpenTheirAccount) {
  EXPECT_EQ(exchange.authenticate("PKSIM000000000000001", "simulated-secret"), kAccount);
  EXPECT_EQ(exchange.authenticate("PKSIM000000000000001", "wrong"), std::nullopt);
}

TEST_F(Entry, ActivitiesTellTheFill) {
  const Order buy = submit(order(Side::buy, "3"));
  const Activity fill = exchange.activities(kAccount).back();
  EXPECT_TRUE(fill.id.starts_with("20260126100000000::")) << fill.id;
  EXPECT_EQ(fill.order_id, buy.id);
  EXPECT_EQ(fill.quantity, 3_qty);
  EXPECT_EQ(fill.price, 200.02_price);
}

}  // namespace
}  // namespace belay::sim
