// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

class Time : public Scene {};

TEST_F(Time, DayOrdersExpireAtTheCloseAndGtcOrdersLiveNinetyDays) {
  const Order day = submit(limit(Side::buy, "10", "150"));
  SubmitRequest request = limit(Side::buy, "10", "151");
  request.time_in_force = TimeInForce::gtc;
  const Order gtc = submit(request);
  EXPECT_EQ(to_text(*day.expires_at), "2026-01-26T21:00:00Z");
  EXPECT_EQ(to_text(*gtc.expires_at), "2026-04-26T20:15:00Z");
  at("2026-01-26T20:59:59Z");
  EXPECT_EQ(status(day), OrderStatus::fresh);
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(status(day), OrderStatus::expired);
  EXPECT_EQ(status(gtc), OrderStatus::fresh);
  at("2026-04-28T12:00:00Z");
  EXPECT_EQ(status(gtc), OrderStatus::expired);
}

TEST_F(Time, DayBracketChildrenExpireTogetherAndLeaveThePosition) {
  SubmitRequest request = with_exits(order(Side::buy, "10"), OrderClass::bracket, "220", "190");
  request.time_in_force = TimeInForce::day;
  const Order entry = submit(request);
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::expired);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::expired);
  EXPECT_EQ(available(), 10_qty);
}

TEST_F(Time, OrdersOutsideTheSessionQueueForTheNextOpenAndItsFirstPrice) {
  at("2026-01-26T23:00:00Z");
  const Order buy = submit(order(Side::buy, "10"));
  EXPECT_EQ(buy.status, OrderStatus::accepted);
  EXPECT_EQ(to_text(*buy.expires_at), "2026-01-27T21:00:00Z");
  at("2026-01-27T14:30:00Z");
  EXPECT_EQ(status(buy), OrderStatus::fresh);
  quote("AAPL", "205", "206");
  EXPECT_EQ(now(buy).filled_average, 206_price);
}

TEST_F(Time, StopsNeverTriggerOutsideTheSession) {
  hold("AAPL", "10");
  SubmitRequest request = stop(Side::sell, "10", "195");
  request.time_in_force = TimeInForce::gtc;
  const Order guard = submit(request);
  at("2026-01-26T22:00:00Z");
  move_to("AAPL", "150");
  EXPECT_EQ(status(guard), OrderStatus::fresh);
  at("2026-01-27T14:30:00Z");
  move_to("AAPL", "160");
  EXPECT_EQ(now(guard).filled_average, 159.99_price);
}

TEST_F(Time, ExtendedHoursLimitsFillEarlyAndLate) {
  hold("AAPL", "10");
  at("2026-01-26T22:00:00Z");
  SubmitRequest request = limit(Side::sell, "10", "190");
  request.extended_hours = true;
  const Order sell = submit(request);
  EXPECT_EQ(to_text(*sell.expires_at), "2026-01-27T01:00:00Z");
  EXPECT_EQ(now(sell).filled_average, 200_price);
}

TEST_F(Time, YesterdaysQuoteFillsNothing) {
  at("2026-01-27T15:00:00Z");
  const Order buy = submit(order(Side::buy, "10"));
  EXPECT_EQ(status(buy), OrderStatus::fresh);
  quote("AAPL", "205", "206");
  EXPECT_EQ(status(buy), OrderStatus::filled);
}

TEST_F(Time, LastEquityAndPreviousCloseTurnOverWithTheDay) {
  hold("AAPL", "10");
  move_to("AAPL", "210");
  at("2026-01-26T22:00:00Z");
  EXPECT_EQ(exchange.account(kAccount).last_equity, 100000_usd);
  at("2026-01-27T15:00:00Z");
  EXPECT_EQ(exchange.account(kAccount).last_equity, 100100_usd);
  EXPECT_EQ(exchange.previous_close("AAPL"), 210_price);
}

class Expiry : public Scene {
 protected:
  /// The activity types after the seed's, in order.
  std::string story() {
    std::string words;
    for (const Activity& activity : exchange.activities(kAccount)) {
      if (activity.is_fill()) continue;
      words += activity.activity_type + " " + activity.quantity.text() + " " + activity.net_amount.text() + "; ";
    }
    return words;
  }
};

TEST_F(Expiry, LongCallInTheMoneyIsExercised) {
  hold("AAPL260126C00190000", "2", "5");
  trade("AAPL", "200");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPEXC -2 0; OPTRD 200 -38000; ");
  EXPECT_EQ(held("AAPL"), 200_qty);
  EXPECT_EQ(cash(), 61000_usd);  // 100000 − 1000 premium − 38000
}

TEST_F(Expiry, OutOfTheMoneyExpires) {
  hold("AAPL260126P00190000", "2", "5");
  trade("AAPL", "200");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPEXP -2 0; ");
  EXPECT_EQ(held("AAPL260126P00190000"), 0_qty);
}

TEST_F(Expiry, ShortInTheMoneyIsAssigned) {
  hold("AAPL260126P00210000", "-1", "5");
  trade("AAPL", "200");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPASN 1 0; OPTRD 100 -21000; ");
  EXPECT_EQ(held("AAPL"), 100_qty);
}

TEST_F(Expiry, IndexOptionsSettleInCash) {
  hold("SPXW260126C03700000", "1", "10");
  trade("SPX", "3725.5");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPEXC -1 0; OPCSH 0 2550; ");
  EXPECT_EQ(cash(), 101550_usd);
}

TEST_F(Expiry, WithoutAnUnderlyingTheContractsOwnQuoteDecides) {
  hold("SPXW260126C03700000", "1", "10");
  quote("SPXW260126C03700000", "12", "12.40");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPEXC -1 0; OPCSH 0 1220; ");
}

TEST_F(Expiry, OrdersForTheContractExpireWithIt) {
  hold("AAPL260126P00190000", "2", "5");
  quote("AAPL260126P00190000", "4", "4.10");
  SubmitRequest request = limit(Side::sell, "2", "6", "AAPL260126P00190000");
  request.time_in_force = TimeInForce::gtc;
  const Order sell = submit(request);
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(status(sell), OrderStatus::expired);
}

}  // namespace
}  // namespace belay::sim
