// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/new_york.hpp"
#include "shell/alpaca/object_reader.hpp"
#include "shell/alpaca/parse.hpp"

namespace belay::alpaca {
namespace {

/// Reads every element of an array; the first that cannot be read is named by its place and symbol.
template <class T>
Result<std::vector<T>> parse_list(const json::Value& value, const char* what,
                                  Result<T> (*parse_one)(const json::Value&)) {
  const json::Array* array = value.as_array();
  if (array == nullptr) {
    return fail(std::string("a list of ") + what + "s was expected, not " + std::string(value.type_name()));
  }
  std::vector<T> list;
  list.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto parsed = parse_one((*array)[i]);
    if (!parsed) return fail(element_name(what, i, *array) + parsed.error().message);
    list.push_back(std::move(*parsed));
  }
  return list;
}

Instrument instrument_of_class(ObjectReader& reader, const std::string& symbol, const std::string& asset_class) {
  if (asset_class.starts_with("crypto")) return crypto_instrument(symbol);
  Instrument instrument = instrument_of(symbol);
  if (asset_class == "us_option" && !instrument.is_option()) {
    reader.complain("\"symbol\" of an option is no OCC symbol: \"" + symbol + "\"");
  }
  return instrument;
}

std::optional<OrderId> optional_id(ObjectReader& reader, std::string_view key) {
  std::string id = reader.optional_text(key);
  if (id.empty()) return std::nullopt;
  return OrderId(std::move(id));
}

void read_words(ObjectReader& reader, Order& order) {
  order.order_class = parse_order_class(reader.optional_text("order_class"));
  std::string status = reader.text("status");
  order.status = parse_order_status(status);
  if (order.status == OrderStatus::unknown) order.status_said = std::move(status);
  const std::string type = reader.optional_text("type");
  order.type = parse_order_type(type.empty() ? reader.optional_text("order_type") : type);
  order.time_in_force = parse_time_in_force(reader.optional_text("time_in_force"));
  if (order.order_class == OrderClass::mleg) {
    // The parent of a multi-leg order has neither symbol nor side; its legs do (alpaca.md 2, null rules).
    order.symbol = reader.optional_text("symbol");
    order.side = parse_side(reader.optional_text("side")).value_or(Side::buy);
  } else {
    order.symbol = reader.text("symbol");
    order.side = reader.side("side");
  }
}

void read_amounts(ObjectReader& reader, Order& order) {
  order.quantity = reader.optional_quantity("qty");
  const auto filled = reader.optional_quantity("filled_qty");
  if (!filled && (order.status == OrderStatus::filled || order.status == OrderStatus::partially_filled)) {
    reader.complain("\"filled_qty\" is missing");
  }
  order.filled = filled.value_or(Quantity());
  if (order.filled.is_negative() || order.quantity.value_or(Quantity()).is_negative()) {
    reader.complain("\"qty\" or \"filled_qty\" is negative");
  }
  order.filled_average = reader.optional_price("filled_avg_price");
  order.limit_price = reader.optional_price("limit_price");
  order.stop_price = reader.optional_price("stop_price");
}

void read_times(ObjectReader& reader, Order& order) {
  order.created_at = reader.optional_timestamp("created_at");
  order.updated_at = reader.optional_timestamp("updated_at");
  order.submitted_at = reader.optional_timestamp("submitted_at");
  order.filled_at = reader.optional_timestamp("filled_at");
}

Result<std::chrono::seconds> parse_wall_time(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const bool shaped = digits.size() == 4 && (text.size() == 4 || (text.size() == 5 && text[2] == ':'));
  const int number = shaped ? std::stoi(digits) : 0;
  if (!shaped || number / 100 > 23 || number % 100 > 59) {
    return fail("no time of day like 09:30: \"" + std::string(text.substr(0, 20)) + "\"");
  }
  return std::chrono::hours(number / 100) + std::chrono::minutes(number % 100);
}

Timestamp new_york_moment(ObjectReader& reader, std::string_view key, Date date) {
  const auto time_of_day = parse_wall_time(reader.text(key));
  if (!time_of_day) reader.complain("\"" + std::string(key) + "\": " + time_of_day.error().message);
  if (reader.failed()) return {};
  return calendar::from_new_york(date, *time_of_day);
}

Result<calendar::Session> parse_session(const json::Value& value) {
  ObjectReader reader(value, "calendar");
  calendar::Session session;
  const auto date = parse_date(reader.text("date"));
  if (!date) {
    reader.complain("\"date\": " + date.error().message);
    return reader.finish(session);
  }
  session.date = *date;
  session.open = new_york_moment(reader, "open", *date);
  session.close = new_york_moment(reader, "close", *date);
  return reader.finish(session);
}

}  // namespace

Result<Account> parse_account(const json::Value& value) {
  ObjectReader reader(value, "account");
  Account account;
  account.number = reader.text("account_number");
  account.status = reader.text("status");
  // Required although the specification does not say so: a balance of zero that is only missing would look like ruin.
  account.cash = reader.money("cash");
  account.equity = reader.money("equity");
  account.last_equity = reader.optional_money("last_equity");
  account.trading_blocked = reader.flag("trading_blocked");
  account.account_blocked = reader.flag("account_blocked");
  account.suspended_by_user = reader.flag("trade_suspended_by_user");
  return reader.finish(account);
}

Result<Holding> parse_position(const json::Value& value) {
  ObjectReader reader(value, "position");
  Holding holding;
  const std::string symbol = reader.text("symbol");
  const Quantity quantity = reader.quantity("qty");
  const auto available = reader.optional_quantity("qty_available");
  const std::string side = reader.optional_text("side");
  if (!side.empty() && side != "long" && side != "short") {
    reader.complain("\"side\" is neither long nor short: \"" + side + "\"");
  }
  if (side == "long" && quantity.is_negative()) reader.complain("\"side\" is long, but \"qty\" is " + quantity.text());
  holding.average_entry = reader.price("avg_entry_price");
  holding.broker_price = reader.optional_price("current_price");
  holding.previous_close = reader.optional_price("lastday_price");
  holding.asset_id = reader.optional_text("asset_id");
  const std::string asset_class = reader.optional_text("asset_class");
  if (reader.failed()) return reader.finish(holding);

  holding.instrument = instrument_of_class(reader, symbol, asset_class);
  const bool is_short = side == "short" || quantity.is_negative();
  holding.quantity = is_short ? -quantity.magnitude() : quantity;
  if (available) holding.available = is_short ? -available->magnitude() : available->magnitude();
  return reader.finish(holding);
}

Result<std::vector<Holding>> parse_positions(const json::Value& value) {
  return parse_list<Holding>(value, "position", parse_position);
}

Result<Order> parse_order(const json::Value& value) {
  ObjectReader reader(value, "order");
  Order order;
  order.id = OrderId(reader.text("id"));
  order.client_id = ClientOrderId(reader.optional_text("client_order_id"));
  read_words(reader, order);
  read_amounts(reader, order);
  read_times(reader, order);
  order.extended_hours = reader.flag("extended_hours");
  order.replaced_by = optional_id(reader, "replaced_by");
  order.replaces = optional_id(reader, "replaces");
  if (const json::Value* legs = reader.member("legs")) {
    auto parsed = parse_list<Order>(*legs, "leg", parse_order);
    if (parsed) {
      order.legs = std::move(*parsed);
    } else {
      reader.complain(parsed.error().message);
    }
  }
  return reader.finish(std::move(order));
}

Result<std::vector<Order>> parse_orders(const json::Value& value) {
  return parse_list<Order>(value, "order", parse_order);
}

Result<MarketClock> parse_clock(const json::Value& value) {
  ObjectReader reader(value, "clock");
  MarketClock clock;
  clock.timestamp = reader.timestamp("timestamp");
  if (reader.member("is_open") == nullptr) reader.complain("\"is_open\" is missing");
  clock.is_open = reader.flag("is_open");
  clock.next_open = reader.timestamp("next_open");
  clock.next_close = reader.timestamp("next_close");
  return reader.finish(clock);
}

Result<std::vector<calendar::Session>> parse_calendar(const json::Value& value) {
  return parse_list<calendar::Session>(value, "calendar day", parse_session);
}

Result<std::int64_t> parse_multiplier(const json::Value& value) {
  ObjectReader reader(value, "option contract");
  const Quantity multiplier = reader.quantity("multiplier");
  if (!multiplier.is_whole() || !multiplier.is_positive()) {
    reader.complain("\"multiplier\" is no positive whole number: " + multiplier.text());
  }
  return reader.finish(multiplier.nanos() / fixed::kScale);
}

}  // namespace belay::alpaca
