// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

/// alpaca.md 3.3, Corporate action: children of groups and stops keep their prices; plain GTC limits are adjusted. The
/// price levels known so far are rescaled too, so that values stay what they were until the first new price.
void ExchangeCore::split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares) {
  BELAY_CHECK(new_shares > 0 && old_shares > 0);
  Listing& listing = market_.listing(symbol);
  const std::string name = listing.asset.symbol();
  const auto more = [&](Quantity q) {
    return Quantity::from_nanos(fixed::multiply_divide(q.nanos(), new_shares, old_shares));
  };
  const auto cheaper = [&](Price p) {
    return Price::from_nanos(fixed::multiply_divide(p.nanos(), old_shares, new_shares));
  };
  if (listing.trade) listing.trade->price = cheaper(listing.trade->price);
  if (listing.quote) {
    listing.quote->bid = cheaper(listing.quote->bid);
    listing.quote->ask = cheaper(listing.quote->ask);
  }
  if (listing.latest_close) listing.latest_close = cheaper(*listing.latest_close);
  if (listing.previous_close) listing.previous_close = cheaper(*listing.previous_close);
  listing.forget_freshness();
  executed_actions_.push_back({now_,
                               {.kind = CorporateAction::Kind::split,
                                .symbol = name,
                                .old_rate = Ratio::whole(old_shares),
                                .new_rate = Ratio::whole(new_shares),
                                .ex_date = calendar::to_new_york(now_).date}});

  for (auto& [number, books] : ledgers_) {
    const Quantity before = books.quantity(name);
    if (before.is_zero()) continue;
    books.rescale(name, more(before));
    const bool forward = new_shares > old_shares;
    record_movement(books, "SPLIT", name, more(before) - before, std::nullopt, {}, ids_.uuid(), "Stock Split",
                    forward ? "FSPLIT" : "RSPLIT");
  }
  for (const std::size_t index : orders_.open(name)) {
    OrderRecord& record = orders_.at(index);
    const bool plain = record.role == GroupRole::alone && record.order.type == OrderType::limit;
    if (!plain || record.order.time_in_force != TimeInForce::gtc) continue;
    record.order.quantity = more(*record.order.quantity);
    record.order.filled = more(record.order.filled);
    record.order.limit_price = cheaper(*record.order.limit_price);
    touch(record);
  }
}

void ExchangeCore::announce(CorporateAction action) {
  if (action.id.empty()) action.id = ids_.uuid();
  announcements_.push_back(announcement_of(action));
  corporate_actions_.push_back(std::move(action));
}

void ExchangeCore::announce(Announcement announcement) {
  if (announcement.id.empty()) announcement.id = ids_.uuid();
  if (auto action = action_of(announcement)) corporate_actions_.push_back(std::move(*action));
  announcements_.push_back(std::move(announcement));
}

void ExchangeCore::rename(std::string_view symbol, std::string_view new_symbol) {
  const std::string before = market_.listing(symbol).asset.symbol();
  const std::string after = instrument_of(new_symbol).symbol;
  executed_actions_.push_back({now_,
                               {.kind = CorporateAction::Kind::rename,
                                .symbol = before,
                                .new_symbol = after,
                                .ex_date = calendar::to_new_york(now_).date}});
  for (const std::size_t index : orders_.open(before)) {
    if (!orders_.at(index).is_over()) end_with_group(orders_.at(index), OrderStatus::canceled);
  }
  Asset asset = market_.listing(before).asset;
  asset.instrument = instrument_of(after);
  const Listing old = market_.listing(before);
  Listing& listing = market_.add(std::move(asset));
  listing.trade = old.trade;
  listing.latest_close = old.latest_close;
  listing.previous_close = old.previous_close;
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(before);
    if (held.is_zero()) continue;
    books.rename(before, after);
    const std::string group = ids_.uuid();
    record_movement(books, "NC", before, -held, std::nullopt, {}, group, "Name Change");
    record_movement(books, "NC", after, held, std::nullopt, {}, group, "Name Change");
  }
}

Order ExchangeCore::seed_position(Ledger& books, std::string_view symbol, Quantity quantity, Price average,
                                  Timestamp at) {
  BELAY_CHECK(!quantity.is_zero());
  const Asset& asset = market_.listing(symbol).asset;
  Order order;
  order.id = OrderId(ids_.uuid());
  order.client_id = ClientOrderId(ids_.uuid());
  order.account = books.config().number;
  order.symbol = asset.symbol();
  order.asset_id = asset.id;
  order.kind = asset.instrument.kind;
  order.side = quantity.is_positive() ? Side::buy : Side::sell;
  order.intent = quantity.is_positive() ? PositionIntent::buy_to_open : PositionIntent::sell_to_open;
  order.status = OrderStatus::filled;
  order.quantity = order.filled = quantity.magnitude();
  order.filled_average = average;
  order.created_at = order.updated_at = order.submitted_at = at;
  order.filled_at = at;
  books.trade(order.symbol, quantity, average, asset.multiplier);

  Activity activity;
  activity.id = activity_id(at, ids_.ascending_uuid());
  activity.activity_type = "FILL";
  activity.at = at;
  activity.symbol = order.symbol;
  activity.quantity = activity.cumulative = quantity.magnitude();
  activity.price = average;
  activity.order_id = order.id;
  activity.side = order.side;
  activity.execution_id = ids_.uuid();
  books.record(std::move(activity));
  OrderRecord& record = orders_.add(order);
  record.paid = notional(average, order.filled);
  return order;
}

}  // namespace belay::sim
