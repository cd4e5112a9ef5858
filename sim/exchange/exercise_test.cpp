// SPDX-License-Identifier: Apache-2.0
// Exercise, do-not-exercise, assignment and the day of expiry (alpaca.md 4).
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

constexpr auto kCall = "AAPL260220C00190000";
constexpr auto kPut = "AAPL260220P00210000";
constexpr auto kTodaysCall = "AAPL260126C00190000";
constexpr auto kTodaysPut = "AAPL260126P00210000";

class Exercise : public Scene {
 protected:
  Exercise() { trade("AAPL", "200"); }
  /// The activities that are no fills: "OPEXC -2 0; "
  std::string story() {
    std::string words;
    for (const Activity& activity : exchange.activities(kAccount)) {
      if (activity.is_fill()) continue;
      words += activity.activity_type + " " + activity.quantity.text() + " " + activity.net_amount.text() + "; ";
    }
    return words;
  }
  ApiError cannot_exercise(std::string_view symbol) {
    const auto reply = exchange.exercise(kAccount, symbol);
    if (!reply) return reply.error();
    ADD_FAILURE() << "exercised";
    return {};
  }
  ApiError cannot_let_expire(std::string_view symbol) {
    const auto reply = exchange.do_not_exercise(kAccount, symbol);
    if (!reply) return reply.error();
    ADD_FAILURE() << "taken";
    return {};
  }
  void with(auto&& change) {
    Faults faults = exchange.faults();
    change(faults);
    exchange.set_faults(faults);
  }
};

TEST_F(Exercise, ACallBuysItsSharesAtTheStrikeAtOnce) {
  hold(kCall, "2", "12");
  EXPECT_TRUE(exchange.exercise(kAccount, kCall));
  EXPECT_EQ(held(kCall), 0_qty);
  EXPECT_EQ(held("AAPL"), 200_qty);
  EXPECT_EQ(exchange.position(kAccount, "AAPL")->average_entry, 190_price);
  EXPECT_EQ(story(), "OPEXC -2 0; OPTRD 200 -38000; ");
  const auto activities = exchange.activities(kAccount);
  EXPECT_EQ(activities[1].group_id, activities[2].group_id);
  EXPECT_EQ(activities[2].price, 190_price);
}

TEST_F(Exercise, APutSellsFreeShares) {
  hold(kPut, "1", "12");
  EXPECT_EQ(cannot_exercise(kPut).message,
            "insufficient underlying qty available for deliverable: AAPL (requested: 100, available: 0)");
  hold("AAPL", "150");
  EXPECT_TRUE(exchange.exercise(kAccount, kPut));
  EXPECT_EQ(held("AAPL"), 50_qty);
  EXPECT_EQ(story(), "OPEXC -1 0; OPTRD -100 21000; ");
}

TEST_F(Exercise, TheContractIsNamedBySymbolOrId) {
  hold(kCall, "1", "12");
  EXPECT_TRUE(exchange.exercise(kAccount, exchange.asset(kCall)->id));
}

TEST_F(Exercise, OnlyWhatIsFreeIsExercised) {
  hold(kCall, "3", "12");
  quote(kCall, "11", "11.20");
  submit(limit(Side::sell, "2", "15", kCall));
  EXPECT_TRUE(exchange.exercise(kAccount, kCall));
  EXPECT_EQ(held(kCall), 2_qty);
  EXPECT_EQ(cannot_exercise(kCall), forbidden("no qty available to exercise"));
}

TEST_F(Exercise, RefusalsAreTheBrokers) {
  EXPECT_EQ(cannot_exercise("AAPL"), unprocessable("invalid symbol"));
  EXPECT_EQ(cannot_exercise("NONE"), unprocessable("invalid symbol"));
  quote(kCall, "11", "11.20");
  EXPECT_EQ(cannot_exercise(kCall), forbidden("no available position for the specified contract"));
  hold("AAPL", "100");
  hold(kCall, "-1", "12");
  EXPECT_EQ(cannot_exercise(kCall), (ApiError{403, 40310001, "cannot exercise short position", {}}));
  EXPECT_EQ(cannot_let_expire(kCall), (ApiError{403, 40310001, "cannot submit DNE for short position", {}}));
  hold("AAPL260220C00210000", "1", "2");
  EXPECT_EQ(cannot_exercise("AAPL260220C00210000").message,
            "you are attempting to exercise an out of the money option contract, please contact support@alpaca.markets "
            "to complete this request");
  hold("SPXW260220C03700000", "1", "10");
  EXPECT_EQ(cannot_exercise("SPXW260220C03700000"),
            forbidden("early exercise is not allowed for European-style options"));
}

TEST_F(Exercise, ACallNeedsTheMoneyForItsShares) {
  hold(kCall, "20", "1");
  const ApiError error = cannot_exercise(kCall);
  EXPECT_EQ(error.http_status, 403);
  EXPECT_EQ(error.message, "insufficient regt buying power (required: 380000, available: 196000)");
}

TEST_F(Exercise, FromTheCloseToMidnightItIsRefused) {
  hold(kCall, "1", "12");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(cannot_exercise(kCall), forbidden("exercise requests are not accepted after market close until midnight"));
  at("2026-01-27T04:59:59Z");
  EXPECT_EQ(cannot_exercise(kCall).http_status, 403);
  at("2026-01-27T05:00:00Z");
  EXPECT_TRUE(exchange.exercise(kAccount, kCall));
}

TEST_F(Exercise, WhatIsNotToBeExercisedExpiresInTheMoney) {
  hold(kTodaysCall, "1", "12");
  hold(kCall, "1", "12");
  EXPECT_EQ(cannot_let_expire(kCall),
            forbidden("dne requests are only accepted on the expiration day of the option contract"));
  EXPECT_TRUE(exchange.do_not_exercise(kAccount, kTodaysCall));
  EXPECT_EQ(cannot_exercise(kTodaysCall), forbidden("cannot exercise position marked as do-not-exercise"));
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPEXP -1 0; ");
  EXPECT_EQ(held("AAPL"), 0_qty);
}

TEST_F(Exercise, BeyondTheAccountsMeansTheBrokerLetsItExpire) {
  hold(kTodaysPut, "1", "12");
  hold(kTodaysCall, "20", "1");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPEXP -20 0; OPEXP -1 0; ");
}

TEST_F(Exercise, ASpreadsAssignmentFeedsItsExercise) {
  hold(kTodaysPut, "1", "12");
  hold("AAPL260126P00220000", "-1", "22");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(story(), "OPASN 1 0; OPTRD 100 -22000; OPEXC -1 0; OPTRD -100 21000; ");
  EXPECT_EQ(held("AAPL"), 0_qty);
}

TEST_F(Exercise, ContractsOnSomeFundsTradeAQuarterOfAnHourLonger) {
  move_to("SPY", "560");
  constexpr auto kSpy = "SPY260126C00550000";
  hold(kSpy, "1", "5");
  at("2026-01-26T21:05:00Z");
  quote(kSpy, "9.90", "10.10");
  const Order sold = submit(order(Side::sell, "1", OrderType::market, kSpy));
  EXPECT_EQ(status(sold), OrderStatus::filled);
  EXPECT_EQ(to_text(*sold.expires_at), "2026-01-26T21:15:00Z");
  at("2026-01-26T21:15:00Z");
  EXPECT_EQ(refusal(limit(Side::buy, "1", "1", kSpy)).message, "contract \"SPY260126C00550000\" is expired");
}

TEST_F(Exercise, LateContractsAreSettledByTheOfficialClose) {
  move_to("SPY", "560");
  hold("SPY260126C00550000", "1", "5");
  at("2026-01-26T21:10:00Z");
  move_to("SPY", "540");
  at("2026-01-26T21:15:00Z");
  EXPECT_EQ(story(), "OPEXC -1 0; OPTRD 100 -55000; ");
}

TEST_F(Exercise, ActivitiesMayShowTheNextDayOnly) {
  with([](Faults& faults) { faults.activities_next_day = true; });
  hold(kTodaysCall, "1", "12");
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(held("AAPL"), 100_qty);  // at once
  EXPECT_EQ(story(), "");
  at("2026-01-27T08:59:59Z");
  EXPECT_EQ(story(), "");
  at("2026-01-27T09:00:00Z");
  EXPECT_EQ(story(), "OPEXC -1 0; OPTRD 100 -19000; ");
  EXPECT_EQ(to_text(exchange.activities(kAccount).back().at), "2026-01-27T09:00:00Z");
  EXPECT_EQ(exchange.activities(kAccount).back().date, parse_date("2026-01-26").value());
}

TEST_F(Exercise, TheOtherSideMayExerciseEarly) {
  hold("AAPL", "100");
  hold(kCall, "-3", "12");
  EXPECT_EQ(exchange.assign(kAccount, kCall, 1_qty), 1_qty);
  EXPECT_EQ(held(kCall), -(2_qty));
  EXPECT_EQ(held("AAPL"), 0_qty);
  EXPECT_EQ(story(), "OPASN 1 0; OPTRD -100 19000; ");
  EXPECT_EQ(exchange.assign(kAccount, kCall, std::nullopt), 2_qty);
  EXPECT_EQ(held("AAPL"), -(200_qty));
  EXPECT_EQ(exchange.assign(kAccount, kCall, std::nullopt), 0_qty);
  EXPECT_EQ(exchange.assign(kAccount, "AAPL", std::nullopt), 0_qty);
}

TEST_F(Exercise, AnAssignmentEndsWhatWouldBuyBack) {
  hold(kCall, "-1", "12");
  quote(kCall, "11", "11.20");
  const Order back = submit(limit(Side::buy, "1", "5", kCall));
  exchange.assign(kAccount, kCall, std::nullopt);
  EXPECT_EQ(status(back), OrderStatus::canceled);
}

TEST_F(Exercise, AnAssignmentEndsOnlyTheYoungestOfWhatBuysBackMoreThanIsLeft) {
  hold("AAPL", "500");
  hold(kCall, "-5", "12");
  quote(kCall, "11", "11.20");
  const Order older = submit(limit(Side::buy, "1", "5", kCall));
  exchange.assign(kAccount, kCall, 1_qty);
  EXPECT_EQ(status(older), OrderStatus::fresh);
  const Order younger = submit(limit(Side::buy, "3", "4", kCall));
  exchange.assign(kAccount, kCall, 1_qty);
  EXPECT_EQ(status(older), OrderStatus::fresh);
  EXPECT_EQ(status(younger), OrderStatus::canceled);
  EXPECT_EQ(available(kCall), -2_qty);
}

TEST_F(Exercise, AnAssignmentEndsSalesOfTheSharesThatItTakes) {
  hold("AAPL", "100");
  hold("AAPL260220C00195000", "1", "8");
  hold(kCall, "-1", "12");
  const Order resting = submit(limit(Side::sell, "60", "250"));
  exchange.assign(kAccount, kCall, std::nullopt);
  EXPECT_EQ(held("AAPL"), 0_qty);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
}

class Liquidation : public Exercise {
 protected:
  Liquidation() {
    with([](Faults& faults) { faults.expiry_liquidation = true; });
  }
};

TEST_F(Liquidation, APutWithoutSharesIsSoldHalfAnHourBeforeTheEnd) {
  hold(kTodaysPut, "1", "12");
  at("2026-01-26T20:29:59Z");
  quote(kTodaysPut, "9.90", "10.10");
  EXPECT_EQ(held(kTodaysPut), 1_qty);
  at("2026-01-26T20:30:00Z");
  EXPECT_EQ(held(kTodaysPut), 0_qty);
  OrderQuery all;
  all.status = OrderQuery::Status::all;
  EXPECT_EQ(exchange.orders(kAccount, all).front().type, OrderType::market);
}

TEST_F(Liquidation, WhatTheAccountCanExerciseStays) {
  hold(kTodaysCall, "1", "12");
  hold("AAPL260126C00210000", "1", "2");  // out of the money
  at("2026-01-26T20:59:00Z");
  EXPECT_EQ(held(kTodaysCall), 1_qty);
  EXPECT_EQ(held("AAPL260126C00210000"), 1_qty);
}

TEST_F(Liquidation, LooksAgainAsTheHourGoesOnAndTakesRestingOrdersOut) {
  hold("AAPL260126P00195000", "1", "1");
  quote("AAPL260126P00195000", "0.10", "0.20");
  const Order resting = submit(limit(Side::sell, "1", "9", "AAPL260126P00195000"));
  at("2026-01-26T20:31:00Z");
  EXPECT_EQ(held("AAPL260126P00195000"), 1_qty);
  move_to("AAPL", "190");
  quote("AAPL260126P00195000", "5", "5.20");
  at("2026-01-26T20:35:00Z");
  EXPECT_EQ(held("AAPL260126P00195000"), 0_qty);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
}

TEST_F(Liquidation, OfASpreadTheShortLegGoesAlone) {
  hold(kTodaysCall, "-1", "12");
  hold("AAPL260126C00195000", "1", "8");
  at("2026-01-26T20:29:00Z");
  quote(kTodaysCall, "9.90", "10.10");
  quote("AAPL260126C00195000", "4.90", "5.10");
  at("2026-01-26T20:30:00Z");
  EXPECT_EQ(held(kTodaysCall), 0_qty);
  EXPECT_EQ(held("AAPL260126C00195000"), 1_qty);
}

}  // namespace
}  // namespace belay::sim
