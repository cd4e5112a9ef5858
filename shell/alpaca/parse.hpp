// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/us_equities.hpp"
#include "core/trading/account.hpp"
#include "core/trading/activity.hpp"
#include "core/trading/corporate_action.hpp"
#include "core/trading/market.hpp"
#include "core/trading/order.hpp"
#include "shell/json/value.hpp"

/// Alpaca's JSON as our vocabulary (shapes: alpaca.md 2 and 5). Tolerant: numbers as strings or numbers, unknown
/// members, words and missing optional members are fine. Strict: a required member that is missing or cannot be read
/// is an Error that names the element and the member.
namespace belay::alpaca {

Result<Account> parse_account(const json::Value& value);
/// The sign comes from `side`; qty may be signed or not (alpaca.md 2, Position). A long position with a negative qty
/// contradicts itself: an Error.
Result<Holding> parse_position(const json::Value& value);
/// A list with one unreadable element is an incomplete truth: an Error for the whole.
Result<std::vector<Holding>> parse_positions(const json::Value& value);
/// With its legs. Only a multi-leg option order may lack symbol and side.
Result<Order> parse_order(const json::Value& value);
/// As parse_positions: all or nothing.
Result<std::vector<Order>> parse_orders(const json::Value& value);
Result<MarketClock> parse_clock(const json::Value& value);
/// Calendar v2: dates with "09:30" and "16:00" in New York.
Result<std::vector<calendar::Session>> parse_calendar(const json::Value& value);
/// One page of activities in the order in which they stand; `last_id` is the token of the next page. Rows of other
/// types are counted and left out, and so is what the broker took back (status "canceled").
struct ActivityPage {
  std::vector<Fill> fills;
  std::vector<Movement> movements;
  std::size_t rows = 0;
  std::string last_id;
};
Result<ActivityPage> parse_activities(const json::Value& value);
/// `multiplier` of an option contract: a positive whole number.
Result<std::int64_t> parse_multiplier(const json::Value& value);

/// A page of splits, spin-offs and renames; other corporate actions are left out.
struct CorporateActionPage {
  std::vector<CorporateAction> actions;
  std::string next_page;  ///< empty: none
};
Result<CorporateActionPage> parse_corporate_actions(const json::Value& value);

/// Prices by symbol. One symbol that cannot be read takes nothing from the others, and is named.
struct ParsedPrices {
  struct Unreadable {
    std::string symbol;
    Error error;
  };
  std::vector<MarketPrices> prices;  ///< only symbols with a trade or a quote
  std::vector<Unreadable> unreadable;
};
/// The flat map of /v2/stocks/snapshots; parts may be null, and so may the whole of a symbol.
Result<ParsedPrices> parse_stock_snapshots(const json::Value& value);
/// {"quotes": {…}} of /v1beta1/options/quotes/latest.
Result<ParsedPrices> parse_option_quotes(const json::Value& value);

/// What a reply with an error status says for itself.
struct Refusal {
  bool is_json = false;   ///< false: not the API's own words, but those of something on the way
  std::int64_t code = 0;  ///< 0 where there is none
  std::string message;    ///< one line; empty where there is none
  std::vector<OrderId> related_orders;
  std::optional<Quantity> available = {};  ///< what is free, where an "insufficient qty" says so
  std::optional<Price> market_price =
      {};  ///< `market_price`, or the `base_price` of a bracket or OCO (alpaca.md 3.2, 3.3)
};
/// Never fails: a body that is no JSON (nginx answers in HTML) gives its first 200 characters without tags.
Refusal parse_refusal(std::string_view body);

}  // namespace belay::alpaca
