// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "shell/alpaca/parse.hpp"
#include "shell/json/parse.hpp"

namespace belay::alpaca {
namespace {

using testing::HasSubstr;

json::Value read(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

/// The object with one member replaced ("" removes it).
json::Value changed(std::string_view object, std::string_view key, std::string_view value) {
  json::Value out = read(object);
  if (value.empty()) {
    out.as_object()->erase(key);
  } else {
    out.set(key, read(value));
  }
  return out;
}

constexpr std::string_view kOrder = R"({
  "id": "61e69015-8549-4bfd-b9c3-01e75843f47d", "client_order_id": "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4",
  "created_at": "2026-03-16T18:38:01.942282Z", "updated_at": "2026-03-16T18:38:01.942282123Z",
  "submitted_at": "2026-03-16T14:38:01.937734-04:00", "filled_at": null, "expired_at": null, "canceled_at": null,
  "failed_at": null, "replaced_at": null, "replaced_by": null, "replaces": null,
  "asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "symbol": "AAPL", "asset_class": "us_equity",
  "notional": null, "qty": "10", "filled_qty": "0", "filled_avg_price": null, "order_class": "", "order_type": "limit",
  "type": "limit", "side": "sell", "time_in_force": "gtc", "limit_price": "201.55", "stop_price": null,
  "status": "new", "extended_hours": false, "legs": null, "trail_percent": null, "trail_price": null, "hwm": null,
  "subtag": null, "source": null, "expires_at": "2026-06-12T20:00:00Z"})";

TEST(ParseOrder, ReadsWhatTheBrokerSends) {
  const auto order = parse_order(read(kOrder));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->id.text(), "61e69015-8549-4bfd-b9c3-01e75843f47d");
  EXPECT_EQ(order->client_id.text(), "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4");
  EXPECT_EQ(order->symbol, "AAPL");
  EXPECT_EQ(order->side, Side::sell);
  EXPECT_EQ(order->type, OrderType::limit);
  EXPECT_EQ(order->time_in_force, TimeInForce::gtc);
  EXPECT_EQ(order->order_class, OrderClass::simple);
  EXPECT_EQ(order->status, OrderStatus::fresh);
  EXPECT_EQ(order->quantity, 10_qty);
  EXPECT_EQ(order->filled, Quantity());
  EXPECT_FALSE(order->filled_average);
  EXPECT_EQ(order->limit_price, 201.55_price);
  EXPECT_FALSE(order->stop_price);
  EXPECT_EQ(order->updated_at, at("2026-03-16T18:38:01.942282123Z"));
  EXPECT_EQ(order->submitted_at, at("2026-03-16T18:38:01.937734Z"));  // an offset is understood
  EXPECT_FALSE(order->filled_at);
  EXPECT_FALSE(order->replaced_by);
  EXPECT_TRUE(order->legs.empty());
}

TEST(ParseOrder, TakesNumbersAsNumbers) {
  json::Value value = changed(kOrder, "qty", "10");
  value.set("filled_qty", read("2.5")).set("filled_avg_price", read("201.5512345678"));
  const auto order = parse_order(value);
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->quantity, 10_qty);
  EXPECT_EQ(order->filled, 2.5_qty);
  EXPECT_EQ(order->filled_average, 201.551234568_price);  // averages are rounded to nine decimals
}

TEST(ParseOrder, HasNoQuantityIfItIsNotional) {
  const auto order = parse_order(changed(kOrder, "qty", "null"));
  ASSERT_TRUE(order);
  EXPECT_FALSE(order->quantity);
}

TEST(ParseOrder, TakesUnknownWordsAsOther) {
  json::Value value = changed(kOrder, "status", R"("teleported")");
  value.set("type", "peg").set("time_in_force", "gtd").set("order_class", "basket").set("news", 1);
  const auto order = parse_order(value);
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->status, OrderStatus::unknown);
  EXPECT_EQ(order->type, OrderType::other);
  EXPECT_EQ(order->time_in_force, TimeInForce::other);
  EXPECT_EQ(order->order_class, OrderClass::other);
}

TEST(ParseOrder, NeedsOnlyWhatItCannotDoWithout) {
  const auto order =
      parse_order(read(R"({"id":"1","symbol":"AAPL","side":"buy","status":"held","order_type":"stop"})"));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->type, OrderType::stop);
  EXPECT_TRUE(order->client_id.empty());

  for (const std::string key : {"id", "symbol", "side", "status"}) {
    for (const char* value : {"", "null", R"("")"}) {
      const auto refused = parse_order(changed(kOrder, key, value));
      ASSERT_FALSE(refused) << key;
      EXPECT_EQ(refused.error().message, "order: \"" + key + "\" is missing");
    }
  }
}

TEST(ParseOrder, IsRefusedWhereItWouldBeGuesswork) {
  EXPECT_THAT(parse_order(changed(kOrder, "side", R"("up")")).error().message, HasSubstr("\"side\""));
  EXPECT_THAT(parse_order(changed(kOrder, "qty", R"("NaN")")).error().message, HasSubstr("\"qty\""));
  EXPECT_THAT(parse_order(changed(kOrder, "qty", R"("1e30")")).error().message, HasSubstr("\"qty\""));
  EXPECT_THAT(parse_order(changed(kOrder, "qty", R"("-9223372036.854775808")")).error().message, HasSubstr("\"qty\""));
  EXPECT_THAT(parse_order(changed(kOrder, "qty", R"("1.0000000001")")).error().message, HasSubstr("nine decimals"));
  EXPECT_THAT(parse_order(changed(kOrder, "qty", "[]")).error().message, HasSubstr("array"));
  EXPECT_THAT(parse_order(changed(kOrder, "filled_qty", R"("-1")")).error().message, HasSubstr("negative"));
  EXPECT_THAT(parse_order(changed(kOrder, "created_at", R"("noon")")).error().message, HasSubstr("\"created_at\""));
  EXPECT_THAT(parse_order(read("[]")).error().message, HasSubstr("object"));
  json::Value filled = changed(kOrder, "status", R"("filled")");
  filled.as_object()->erase("filled_qty");
  EXPECT_THAT(parse_order(filled).error().message, HasSubstr("\"filled_qty\""));
}

TEST(ParseOrder, HasItsLegs) {
  json::Value bracket = changed(kOrder, "order_class", R"("bracket")");
  bracket.set("legs", json::Array{changed(kOrder, "id", R"("leg-tp")"), changed(kOrder, "id", R"("leg-sl")")});
  const auto order = parse_order(bracket);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->order_class, OrderClass::bracket);
  ASSERT_EQ(order->legs.size(), 2u);
  EXPECT_EQ(order->legs[1].id.text(), "leg-sl");

  bracket.set("legs", json::Array{changed(kOrder, "status", "")});
  EXPECT_EQ(parse_order(bracket).error().message, "order: leg 1 of 1 (AAPL): order: \"status\" is missing");
}

TEST(ParseOrder, OfSeveralLegsHasNoSymbolOfItsOwn) {
  const auto order = parse_order(read(R"({"id":"p","status":"new","symbol":"","asset_class":"","side":"","type":"limit",
      "order_class":"mleg","qty":"1","filled_qty":"0","time_in_force":"day","limit_price":"-0.6","legs":[
      {"id":"l","status":"new","symbol":"AAPL260116C00200000","side":"buy","type":"","order_class":"mleg",
       "qty":"1","filled_qty":"0","legs":null}]})"));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->symbol, "");
  EXPECT_EQ(order->limit_price, -0.6_price);
  EXPECT_EQ(order->legs.at(0).symbol, "AAPL260116C00200000");
  EXPECT_EQ(order->legs.at(0).type, OrderType::other);
}

TEST(ParseOrders, NamesTheElementThatItCannotRead) {
  const json::Value list(json::Array{read(kOrder), changed(kOrder, "status", "")});
  EXPECT_EQ(parse_orders(list).error().message, "order 2 of 2 (AAPL): order: \"status\" is missing");
  EXPECT_TRUE(parse_orders(read("[]"))->empty());
  EXPECT_FALSE(parse_orders(read("{}")));
}

constexpr std::string_view kLong = R"({"asset_id":"904837e3-3b76-47ec-b432-046db621571b","symbol":"AAPL",
  "exchange":"NASDAQ","asset_class":"us_equity","asset_marginable":true,"qty":"5","qty_available":"4","side":"long",
  "avg_entry_price":"100.0","market_value":"600.0","cost_basis":"500.0","unrealized_pl":"100.0",
  "unrealized_plpc":"0.20","unrealized_intraday_pl":"10.0","unrealized_intraday_plpc":"0.0084",
  "current_price":"120.0","lastday_price":"119.0","change_today":"0.0084"})";

TEST(ParsePosition, ReadsWhatTheBrokerSends) {
  const auto holding = parse_position(read(kLong));
  ASSERT_TRUE(holding) << holding.error().message;
  EXPECT_EQ(holding->instrument, instrument_of("AAPL"));
  EXPECT_EQ(holding->quantity, 5_qty);
  EXPECT_EQ(holding->available, 4_qty);
  EXPECT_EQ(holding->average_entry, 100_price);
  EXPECT_EQ(holding->previous_close, 119_price);
  EXPECT_EQ(holding->broker_price, 120_price);
  EXPECT_EQ(holding->asset_id, "904837e3-3b76-47ec-b432-046db621571b");
}

TEST(ParsePosition, IsNegativeForShortHoweverItIsSigned) {
  for (const char* quantity : {R"("-5")", R"("5")", "-5"}) {
    json::Value value = changed(kLong, "side", R"("short")");
    value.set("qty", read(quantity)).set("qty_available", read(quantity));
    const auto holding = parse_position(value);
    ASSERT_TRUE(holding);
    EXPECT_EQ(holding->quantity, -5_qty);
    EXPECT_EQ(holding->available, -5_qty);
  }
  json::Value unsided = changed(kLong, "side", "");
  unsided.set("qty", "-5");
  EXPECT_EQ(parse_position(unsided)->quantity, -5_qty);
}

TEST(ParsePosition, KnowsItsInstrument) {
  json::Value option = changed(kLong, "symbol", R"("AAPL260116P00200000")");
  option.set("asset_class", "us_option").set("exchange", "");
  EXPECT_EQ(parse_position(option)->instrument.kind, InstrumentKind::put);
  option.set("symbol", "AAPL");
  EXPECT_THAT(parse_position(option).error().message, HasSubstr("no OCC symbol"));
  json::Value crypto = changed(kLong, "symbol", R"("BTCUSD")");
  crypto.set("asset_class", "crypto");
  EXPECT_EQ(parse_position(crypto)->instrument, crypto_instrument("BTCUSD"));
}

TEST(ParsePosition, IsRefusedWhereItWouldBeGuesswork) {
  for (const std::string key : {"symbol", "qty", "avg_entry_price"}) {
    EXPECT_EQ(parse_position(changed(kLong, key, "")).error().message, "position: \"" + key + "\" is missing");
  }
  EXPECT_THAT(parse_position(changed(kLong, "qty", R"("-5")")).error().message, HasSubstr("side"));
  EXPECT_THAT(parse_position(changed(kLong, "side", R"("both")")).error().message, HasSubstr("side"));
  EXPECT_THAT(parse_position(changed(kLong, "qty", R"("-9223372036.854775808")")).error().message, HasSubstr("qty"));
  for (const char* key : {"current_price", "qty_available", "side", "asset_id", "asset_class"}) {
    EXPECT_TRUE(parse_position(changed(kLong, key, ""))) << key;
  }
}

TEST(ParsePositions, AreAllOrNothing) {
  const json::Value list(json::Array{read(kLong), changed(kLong, "qty", R"("NaN")"), read(kLong)});
  const auto holdings = parse_positions(list);
  ASSERT_FALSE(holdings);
  EXPECT_EQ(holdings.error().message, "position 2 of 3 (AAPL): position: \"qty\": not a decimal number: \"NaN\"");
}

TEST(ParseAccount, TreatsTheRetiredFieldsAsOptional) {
  constexpr std::string_view kAccount = R"({"id":"e6fe16f3","account_number":"PA3ABCDEFGHI","status":"ACTIVE",
      "crypto_status":"ACTIVE","currency":"USD","cash":"4000.32","equity":"103820.56","last_equity":"103529.24",
      "trading_blocked":false,"account_blocked":true,"trade_suspended_by_user":true,"multiplier":"2"})";
  const auto account = parse_account(read(kAccount));
  ASSERT_TRUE(account) << account.error().message;
  EXPECT_EQ(account->number, "PA3ABCDEFGHI");
  EXPECT_EQ(account->cash, 4000.32_usd);
  EXPECT_EQ(account->equity, 103820.56_usd);
  EXPECT_EQ(account->last_equity, 103529.24_usd);
  EXPECT_FALSE(account->trading_blocked);
  EXPECT_TRUE(account->account_blocked);
  EXPECT_TRUE(account->suspended_by_user);
  EXPECT_FALSE(parse_account(changed(kAccount, "last_equity", "null"))->last_equity);
  for (const std::string key : {"account_number", "status", "cash", "equity"}) {
    EXPECT_EQ(parse_account(changed(kAccount, key, "")).error().message, "account: \"" + key + "\" is missing");
  }
  EXPECT_THAT(parse_account(changed(kAccount, "trading_blocked", R"("no")")).error().message,
              HasSubstr("neither true nor false"));
}

TEST(ParseClock, UnderstandsNewYorkOffsets) {
  const auto clock = parse_clock(read(R"({"timestamp":"2026-01-26T12:00:00.123456789-05:00","is_open":true,
      "next_open":"2026-01-27T09:30:00-05:00","next_close":"2026-01-26T16:00:00-05:00"})"));
  ASSERT_TRUE(clock) << clock.error().message;
  EXPECT_EQ(clock->timestamp, at("2026-01-26T17:00:00.123456789Z"));
  EXPECT_TRUE(clock->is_open);
  EXPECT_EQ(clock->next_open, at("2026-01-27T14:30:00Z"));
  EXPECT_EQ(clock->next_close, at("2026-01-26T21:00:00Z"));
  EXPECT_FALSE(parse_clock(read(R"({"timestamp":"2026-01-26T12:00:00Z"})")));
}

TEST(ParseCalendar, IsInNewYorkTime) {
  const auto days = parse_calendar(read(R"([
      {"date":"2026-07-02","open":"09:30","close":"16:00","session_open":"0400","session_close":"2000"},
      {"date":"2026-11-27","open":"09:30","close":"13:00"}])"));
  ASSERT_TRUE(days) << days.error().message;
  EXPECT_EQ(days->at(0).open, at("2026-07-02T13:30:00Z"));
  EXPECT_EQ(days->at(0).close, at("2026-07-02T20:00:00Z"));
  EXPECT_EQ(days->at(1).open, at("2026-11-27T14:30:00Z"));
  EXPECT_EQ(days->at(1).close, at("2026-11-27T18:00:00Z"));
  for (const char* bad :
       {R"([{"date":"2026-07-02","open":"9.30","close":"16:00"}])",
        R"([{"date":"2026-07-02","open":"09:30","close":"24:00"}])",
        R"([{"date":"2026-02-30","open":"09:30","close":"16:00"}])", R"([{"date":"2026-07-02","open":"09:30"}])"}) {
    EXPECT_FALSE(parse_calendar(read(bad))) << bad;
  }
}

constexpr std::string_view kFill = R"({"id":"20260316143801937::8efc7b9a-8b2b-4000-9955-d36e7db0df74",
  "activity_type":"FILL","transaction_time":"2026-03-16T18:38:01.937Z","type":"partial_fill","price":"201.5",
  "qty":"3","side":"sell_short","symbol":"AAPL","leaves_qty":"7","order_id":"o1","cum_qty":"3",
  "order_status":"partially_filled"})";

TEST(ParseActivities, ReadsExecutions) {
  const auto page = parse_activities(json::Value(json::Array{read(kFill)}));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->fills.at(0), (Fill{"20260316143801937::8efc7b9a-8b2b-4000-9955-d36e7db0df74", OrderId("o1"), "AAPL",
                                     Side::sell, 3_qty, 201.5_price, at("2026-03-16T18:38:01.937Z")}));
  EXPECT_EQ(page->rows, 1u);
  EXPECT_EQ(page->last_id, page->fills.at(0).id);
}

TEST(ParseActivities, PassesOverWhatMovesNoShares) {
  const auto page = parse_activities(json::Value(json::Array{
      read(kFill), read(R"({"id":"d","activity_type":"DIV","net_amount":"1.5","symbol":"AAPL"})"),
      read(R"({"id":"x","activity_type":"OPEXP","status":"canceled","symbol":"AAPL260116C00200000","qty":"-1"})")}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->fills.size(), 1u);
  EXPECT_TRUE(page->movements.empty()) << "what was taken back did not happen";
  EXPECT_EQ(page->rows, 3u);
  EXPECT_EQ(page->last_id, "x");
  EXPECT_FALSE(parse_activities(json::Value(json::Array{changed(kFill, "price", "")})));
}

TEST(ParseActivities, F69ReadsAssignmentAndItsDelivery) {
  const auto page = parse_activities(json::Value(json::Array{
      read(R"({"id":"a1","activity_type":"OPASN","date":"2026-01-16","net_amount":"0","qty":"1","group_id":"g",
              "symbol":"AAPL260116P00200000","status":"executed"})"),
      read(R"({"id":"a2","activity_type":"OPTRD","date":"2026-01-16","created_at":"2026-01-17T03:10:00Z","qty":"100",
              "price":"200","net_amount":"-20000","group_id":"g","symbol":"AAPL"})")}));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->movements.size(), 2u);
  EXPECT_EQ(page->movements[0], (Movement{"a1", Movement::Kind::assigned, "AAPL260116P00200000", 1_qty, std::nullopt,
                                          0_usd, "g", at("2026-01-16T21:00:00Z")}))
      << "a date alone is that day's close";
  EXPECT_EQ(page->movements[1], (Movement{"a2", Movement::Kind::delivered, "AAPL", 100_qty, 200_price, -(20000_usd),
                                          "g", at("2026-01-17T03:10:00Z")}));
}

TEST(ParseMultiplier, IsAPositiveWholeNumber) {
  EXPECT_EQ(parse_multiplier(read(R"({"symbol":"X","multiplier":"100","size":"10"})")), 100);
  EXPECT_EQ(parse_multiplier(read(R"({"multiplier":10})")), 10);
  for (const char* bad : {R"({})", R"({"multiplier":"0"})", R"({"multiplier":"-100"})", R"({"multiplier":"1.5"})"}) {
    EXPECT_FALSE(parse_multiplier(read(bad))) << bad;
  }
}

}  // namespace
}  // namespace belay::alpaca
