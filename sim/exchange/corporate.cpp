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
  // Rounded down: orders together want no more than the holding, rounded once, has.
  const auto at_most = [&](Quantity q) {
    const std::int64_t nanos = q.nanos();
    return Quantity::from_nanos(nanos / old_shares * new_shares + nanos % old_shares * new_shares / old_shares);
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

  for (const std::size_t index : orders_.open(name)) {
    OrderRecord& record = orders_.at(index);
    const OrderRecord& resting = record.replacing ? orders_.at(*record.replacing) : record;  // adjusted both or none
    const bool plain = resting.role == GroupRole::alone && resting.order.type == OrderType::limit;
    if (!plain || resting.order.time_in_force != TimeInForce::gtc) continue;
    const Quantity left = record.remaining();
    record.order.filled = more(record.order.filled);
    record.order.quantity = record.order.filled + at_most(left);
    record.order.filled_average = average_price(record.paid, record.order.filled);
    record.order.limit_price = cheaper(*record.order.limit_price);
    record.filled_before = more(record.filled_before);
    touch(record);
  }
  for (auto& [number, books] : ledgers_) {
    const Quantity before = books.quantity(name);
    if (before.is_zero()) continue;
    books.convert(name, name, more(before));
    record_movement(books, {.activity_type = "SPLIT",
                            .symbol = name,
                            .quantity = more(before) - before,
                            .sub_type = new_shares > old_shares ? "FSPLIT" : "RSPLIT",
                            .group_id = ids_.uuid(),
                            .description = "Stock Split"});
  }
}

void ExchangeCore::announce(Announcement announcement) {
  if (announcement.id.empty()) announcement.id = ids_.uuid();
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
  const Listing old = market_.listing(before);
  retire_asset(before);
  Asset asset = old.asset;
  asset.instrument = instrument_of(after);
  Listing& listing = market_.replace(std::move(asset));
  listing.trade = old.trade;
  listing.latest_close = old.latest_close;
  listing.previous_close = old.previous_close;
  for (auto& [number, books] : ledgers_) {
    const Quantity held = books.quantity(before);
    convert(books, {before, -held}, {after, held}, {.activity_type = "NC", .description = "Name Change"});
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
  const Money paid = notional(average, order.filled);
  static_cast<void>(notional(average, order.filled, asset.multiplier));  // out of range before anything is on record
  OrderRecord& record = orders_.add(order);
  record.paid = paid;
  book_fill(record, order.filled, average, at);
  end_what_exceeds(books, order.symbol);
  return order;
}

}  // namespace belay::sim
