// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/parse_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace belay::alpaca {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kOrder =
    R"({"id":"61e6","client_order_id":"blx-1-x1","symbol":"AAPL","side":"sell","type":"market","order_class":"",)"
    R"("time_in_force":"day","qty":"10","filled_qty":"4","filled_avg_price":"101.5","status":"partially_filled",)"
    R"("cancel_requested_at":null,"legs":null})";

std::string update(const std::string& members) {
  return R"({"stream":"trade_updates","data":{)" + members + R"(,"order":)" + kOrder + "}}";
}

template <class T>
T read(const std::string& text) {
  const auto message = parse_stream(text);
  EXPECT_TRUE(message.has_value()) << message.error().message;
  const T* found = message ? std::get_if<T>(&*message) : nullptr;
  EXPECT_NE(found, nullptr) << text;
  return found != nullptr ? *found : T{};
}

std::string problem_with(const std::string& text) {
  const auto message = parse_stream(text);
  EXPECT_FALSE(message.has_value()) << text;
  return message ? "" : message.error().message;
}

TEST(ParseStream, ReadsAFillWithItsOrder) {
  const auto fill = read<OrderUpdate>(
      update(R"("event":"partial_fill","event_id":"01J","execution_id":"e1","price":"101.5","qty":"4",)"
             R"("position_qty":"6","timestamp":"2026-03-16T14:38:01.937734-04:00")"));
  EXPECT_EQ(fill.event, "partial_fill");
  EXPECT_EQ(fill.order.client_id.text(), "blx-1-x1");
  EXPECT_EQ(fill.order.filled, 4_qty);
  EXPECT_EQ(fill.order.status, OrderStatus::partially_filled);
}

TEST(ParseStream, NeedsNoMoreOfAnEventThanItsOrder) {
  const auto update_only = read<OrderUpdate>(update(R"("event":"pending_cancel")"));
  EXPECT_EQ(update_only.event, "pending_cancel");
  EXPECT_EQ(read<OrderUpdate>(update(R"("event":"fill","price":"NaN","qty":{},"timestamp":"soon")")).order.filled,
            4_qty)
      << "what is beside the order is not needed";
}

TEST(ParseStream, F75KeepsEventsThatItDoesNotKnow) {
  EXPECT_EQ(read<OrderUpdate>(update(R"("event":"teleported","novelty":{"a":[1]})")).event, "teleported");
  EXPECT_EQ(read<StreamOther>(R"({"stream":"weather","data":{"rain":true}})").name, "weather");
  EXPECT_EQ(read<StreamOther>(R"({"action":"nod"})").name, "nod");
}

TEST(ParseStream, ReadsTheAnswersToKeysAndWishes) {
  EXPECT_EQ(
      read<StreamAuthorization>(R"({"stream":"authorization","data":{"status":"authorized","action":"authenticate"}})"),
      (StreamAuthorization{true, ""}));
  EXPECT_EQ(read<StreamAuthorization>(
                R"({"stream":"authorization","data":{"status":"unauthorized","message":"no such key"}})"),
            (StreamAuthorization{false, "no such key"}));
  EXPECT_THAT(read<StreamListening>(R"({"stream":"listening","data":{"streams":["trade_updates"]}})").streams,
              ElementsAre("trade_updates"));
  EXPECT_TRUE(read<StreamListening>(R"({"stream":"listening","data":{"streams":null}})").streams.empty());
  EXPECT_EQ(read<StreamFault>(R"({"action":"error","data":{"error_message":"internal server error"}})").message,
            "internal server error");
}

TEST(ParseStream, F74SaysWhatCannotBeRead) {
  EXPECT_FALSE(parse_stream("").has_value());
  EXPECT_FALSE(parse_stream("\x82\xa6stream").has_value());  // MessagePack
  EXPECT_THAT(problem_with("[]"), HasSubstr("object"));
  EXPECT_THAT(problem_with("{}"), HasSubstr("neither"));
  EXPECT_THAT(problem_with(R"({"stream":"trade_updates"})"), HasSubstr("event"));
  EXPECT_THAT(problem_with(R"({"stream":"trade_updates","data":{"event":"fill"}})"), HasSubstr("order"));
  EXPECT_THAT(problem_with(R"({"stream":"trade_updates","data":{"event":"fill","order":{"id":"1"}}})"),
              HasSubstr("status"));
  EXPECT_THAT(problem_with(R"({"stream":"authorization","data":{"status":"perhaps"}})"), HasSubstr("perhaps"));
  EXPECT_THAT(problem_with(R"({"stream":"listening","data":{"streams":"trade_updates"}})"), HasSubstr("list"));
}

}  // namespace
}  // namespace belay::alpaca
