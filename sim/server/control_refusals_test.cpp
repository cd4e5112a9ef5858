// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <string>

#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

using testing::HasSubstr;

/// What the control face does not understand it refuses, whole: nothing of it happens.
class ControlRefusalsTest : public ServerTest {
 protected:
  void refuses(const std::string& what, const std::string& body) {
    EXPECT_EQ(ask("POST", "/_sim/" + what, body).status, 422) << what << " " << body;
  }
  /// Says so with these words.
  void refuses(const std::string& what, const std::string& body, const std::string& message) {
    const Answered answered = ask("POST", "/_sim/" + what, body);
    EXPECT_EQ(answered.status, 422) << what << " " << body;
    EXPECT_THAT(answered.at("message"), HasSubstr(message)) << what << " " << body;
  }
};

TEST_F(ControlRefusalsTest, members_of_another_kind) {
  refuses("price", R"({"symbol":5,"price":1})");
  refuses("price", R"({"symbol":"AAPL","price":true})");
  refuses("price", R"({"symbol":"AAPL","price":1,"size":[]})");
  refuses("price", R"({"symbol":"AAPL","price":1,"conditions":7})");
  refuses("account", R"({"number":"PA2","key":"K2","secret":2})");
  refuses("account", R"({"number":"PA2","key":"K2","secret":"S","shorting_enabled":"yes"})");
  refuses("account", R"({"number":"PA2","key":"K2","secret":"S","options_level":"3"})");
  refuses("position", R"({"symbol":"AAPL","qty":{},"avg_price":1})");
  refuses("position", R"({"symbol":"AAPL","qty":1,"avg_price":1,"entered_at":5})");
  refuses("position", R"({"symbol":"AAPL","qty":1,"avg_price":1,"account":5})");
  refuses("cash", R"({"amount":"much"})");
  refuses("clock", R"({"speed":"fast"})");
  refuses("clock", R"({"set":5})");
  refuses("clock", R"({"advance":true})");
  refuses("halt", R"({"symbol":"AAPL","halted":"true"})");
  refuses("halt", R"({"symbol":"AAPL","halted":true,"status":5})");
  refuses("behaviour", R"({"partial_fill_permille":"100"})");
  refuses("behaviour", R"({"stop_out_shape":"both"})");
  refuses("behaviour", R"({"vanished_positions":"AAPL"})");
  refuses("behaviour", R"({"expiry_liquidation":1})");
  refuses("fault", R"({"kind":5})");
  refuses("fault", R"({"kind":"html_error","times":"1"})");
  refuses("order_fault", R"({"kind":["suspended"]})");
  refuses("order_fault", R"({"kind":"suspended","ms":"1"})");
  refuses("reservation", R"({"symbol":"AAPL","qty":true})");
  refuses("execution", R"({"qty":"none"})");
  refuses("plan", R"({"plan":5})");
  refuses("status", R"({"symbol":"AAPL","status":5})");
  refuses("luld", R"({"symbol":"AAPL","up":"x","down":1})");
  refuses("imbalance", R"({"symbol":"AAPL","price":"x"})");
  refuses("correction", R"({"symbol":"AAPL","trade_id":"1"})");
  refuses("cancel_error", R"({"symbol":"AAPL","action":5})");
  refuses("split", R"({"symbol":"AAPL","new_shares":"2","old_shares":1})");
  refuses("announce", R"({"symbol":"AAPL","kind":"split","ex_date":20260310})");
  refuses("rename", R"({"symbol":"AAPL","new_symbol":5})");
  refuses("assign", R"({"symbol":"AAPL260320C00200000","qty":[1]})");
  refuses("options-level", R"({"level":"3"})");
  refuses("adjust", R"({"symbol":"AAPL","new_shares":2,"old_shares":"1"})");
  refuses("spin-off", R"({"symbol":"AAPL","new_symbol":"NEW","new_shares":0.5})");
  refuses("dividend", R"({"symbol":"AAPL","cash":{}})");
  refuses("merger", R"({"symbol":"AAPL","cash":[5]})");
  refuses("delist", R"({"symbol":"AAPL","worthless":"true"})");
}

TEST_F(ControlRefusalsTest, members_of_streams_of_another_kind) {
  refuses("stream", R"({"stream":5})");
  for (const std::string stream : {R"("trading")", R"("stocks")"}) {
    const std::string head = R"({"stream":)" + stream;
    refuses("stream", head + R"(,"cut":"true"})");
    refuses("stream", head + R"(,"ghost":1})");
    refuses("stream", head + R"(,"ghost_ms":"5"})");
    refuses("stream", head + R"(,"fault":"drop"})");
    refuses("stream", head + R"(,"fault":["drop"]})");
    refuses("stream", head + R"(,"fault":{"kind":5}})");
    refuses("stream", head + R"(,"fault":{}})", "fault: kind must be one of drop, duplicate, reorder, delay, ");
    refuses("stream", head + R"(,"fault":{"kind":"drop","times":"2"}})");
    refuses("stream", head + R"(,"clear_faults":"yes"})");
  }
  refuses("stream", R"({"frame":true})");
  refuses("stream", R"({"error":500})");
  refuses("stream", R"({"stream":"iex","error":"internal error"})");
  refuses("stream", R"({"stream":"events","error":"internal error"})");
}

TEST_F(ControlRefusalsTest, bodies_that_are_no_object) {
  for (const std::string what : {"behaviour", "clock", "plan", "stream", "price", "fault"}) {
    refuses(what, "[]", "the body must be an object");
    refuses(what, R"("x")", "the body must be an object");
    refuses(what, "5");
  }
}

TEST_F(ControlRefusalsTest, empty_texts_in_the_place_of_numbers) {
  refuses("assign", R"({"symbol":"AAPL260320C00200000","qty":""})", "qty must be a decimal number");
  refuses("account", R"({"number":"PA2","key":"K2","secret":"S","cash":""})", "cash must be a decimal number");
  refuses("merger", R"({"symbol":"AAPL","cash":""})", "cash must be a decimal number");
  refuses("merger", R"({"symbol":"AAPL","new_symbol":""})", "cash is missing, or new_symbol");
  refuses("merger", R"({"symbol":"AAPL"})", "cash is missing, or new_symbol");
}

TEST_F(ControlRefusalsTest, members_that_nobody_knows) {
  refuses("behaviour", R"({"partial_fill_permile":100})",
          "partial_fill_permile is not known here; what is: partial_fill_permille, stop_out_shape, cancel_delay_ms");
  refuses("price", R"({"symbol":"AAPL","price":1,"bids":1})", "bids is not known here");
  refuses("fault", R"({"kind":"html_error","path":"/v2/orders"})", "path is not known here");
  refuses("order_fault", R"({"kind":"suspended","type":"stop"})", "type is not known here");
  refuses("stream", R"({"fault":{"kind":"drop","symbol":"AAPL"}})", "fault: symbol is not known here");
  refuses("stream", R"({"stream":"iex","fault":{"kind":"drop","order_type":"stop"}})",
          "fault: order_type is not known here");
  refuses("status", R"({"symbol":"AAPL","status":"H","message":"x"})", "message is not known here");
  refuses("split", R"({"symbol":"AAPL","new_shares":2,"old_shares":1,"ex_date":"2026-03-10"})");
  refuses("reservation", R"({"symbol":"AAPL","qty":1,"side":"sell"})");
  server_->with_exchange([](Exchange& exchange) {
    EXPECT_EQ(exchange.faults().partial_fill_permille, 0);
    EXPECT_TRUE(exchange.troubles().empty());
  });
}

TEST_F(ControlRefusalsTest, members_that_belong_to_another_stream) {
  refuses("stream", R"({"stream":"events","silence":true})", "silence is not known here");
  refuses("stream", R"({"stream":"events","fault":{"kind":"drop"}})", "fault is not known here");
  refuses("stream", R"({"stream":"trading","symbol_limit":30})", "symbol_limit is not known here");
  refuses("stream", R"({"symbol_limit":30})", "symbol_limit is not known here");
  refuses("stream", R"({"stream":"iex","frame":"text"})", "frame is not known here");
  EXPECT_EQ(ask("POST", "/_sim/stream", R"({"stream":"","frame":"text"})").at("frame"), "text");
}

TEST_F(ControlRefusalsTest, members_that_mean_nothing_without_another) {
  const std::string status = "status is missing beside status_message, reason or reason_message";
  refuses("halt", R"({"symbol":"AAPL","halted":true,"reason":"LUDP"})", status);
  refuses("halt", R"({"symbol":"AAPL","halted":true,"status_message":"Pause"})", status);
  refuses("merger", R"({"symbol":"AAPL","cash":5,"new_shares":2})",
          "new_symbol is missing beside new_shares or old_shares");
  refuses("adjust", R"({"symbol":"AAPL"})", "new_shares is missing");
}

TEST_F(ControlRefusalsTest, announcements_without_the_other_company) {
  for (const std::string kind : {"spin_off", "rename", "name_change", "rights_distribution", "unit_split",
                                 "stock_merger", "stock_and_cash_merger"}) {
    const std::string action = R"({"symbol":"AAPL","ex_date":"2026-03-10","kind":")" + kind + R"(")";
    refuses("announce", action + "}", "new_symbol is missing");
    EXPECT_EQ(ask("POST", "/_sim/announce", action + R"(,"new_symbol":"NEW"})").status, 200) << kind;
  }
  for (const std::string kind : {"cash_merger", "cash_dividend", "partial_call", "redemption"}) {
    control("POST", "/_sim/announce", R"({"symbol":"AAPL","ex_date":"2026-03-10","kind":")" + kind + R"("})");
  }
}

TEST_F(ControlRefusalsTest, numbers_that_are_not_offered_by_their_names) {
  const std::string account = R"({"number":"PA2","key":"K2","secret":"S","multiplier":)";
  refuses("account", account + "3}", "multiplier must be one of 1, 2, 4");
  refuses("account", account + "5}", "multiplier must be one of 1, 2, 4");
  refuses("plan", R"({"unauthorized_status":402})", "unauthorized_status must be one of 401, 403");
  refuses("plan", R"({"unauthorized_status":404})", "unauthorized_status must be one of 401, 403");
  refuses("correction", R"({"symbol":"MSFT","price":5})", "symbol MSFT has never been traded");
  refuses("correction", R"({"symbol":"AAPL","trade_id":99})", "trade_id is of no trade of AAPL");
  refuses("fault", R"({"kind":"html"})", "kind must be one of timeout_before, timeout_after, drop_before");
  refuses("order_fault", "{}", "kind must be one of cancel_stuck, cancel_rejected");
}

TEST_F(ControlRefusalsTest, a_clock_that_cannot_do_all_does_nothing) {
  refuses("clock", R"({"speed":60,"set":"2026-01-26T14:00:00Z"})");
  refuses("clock", R"({"speed":60,"advance":"soon"})", "advance must be a duration");
  refuses("clock", R"({"speed":60,"set":"2026-01-26T16:00:00Z","advance":-1})");
  refuses("clock", R"({"set":"2026-01-26T16:00:00Z","speed":-1})");
  refuses("clock", R"({"set":"2026-01-26T16:00:00Z","advanced":"5m"})");
  const Answered clock = control("GET", "/_sim/clock");
  EXPECT_EQ(clock.at("now"), "2026-01-26T15:00:00Z");
  EXPECT_EQ(clock.at("speed"), "0");
}

}  // namespace
}  // namespace belay::sim
