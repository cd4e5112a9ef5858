// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "core/calendar/new_york.hpp"
#include "sim/exchange/ids.hpp"
#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

/// A trader without a plan: whatever is submitted, canceled and quoted, the books add up.
class Monkey {
 public:
  Monkey(std::uint64_t seed, const ExchangeConfig& config, bool options, bool troubles)
      : exchange(config), options_(options), troubles_(troubles), dice_(seed) {}

  void step() {
    now_ = now_ + std::chrono::minutes(dice_.below(40));
    move_price();
    if (troubles_) make_trouble();
    switch (dice_.below(7)) {
      case 2:
        replace_something();
        break;
      case 0:
        cancel_something();
        break;
      case 1:
        static_cast<void>(exchange.close_position(kAccount, "AAPL"));
        break;
      default:
        if (options_ && dice_.below(2) == 0) {
          submit_some_option_order();
        } else {
          static_cast<void>(exchange.submit(kAccount, some_order()));
        }
        break;
    }
  }

  static constexpr const char* kAccount = "PA3SIM000001";
  Exchange exchange;
  std::size_t replaced = 0;
  std::size_t combinations = 0;
  std::size_t corrected = 0;
  std::size_t assigned = 0;

 private:
  void make_trouble() {
    const std::vector<std::string_view> words = trouble_words();
    if (dice_.below(8) == 0) {
      Trouble trouble{.kind = *parse_trouble(words[dice_.below(words.size())])};
      trouble.times = static_cast<std::int64_t>(1 + dice_.below(2));
      if (dice_.below(2) == 0) trouble.lasts = std::chrono::minutes(dice_.below(300));
      exchange.add_trouble(trouble);
    }
    if (dice_.below(8) == 0) exchange.clear_troubles();
    if (dice_.below(8) == 0) exchange.release_troubles();
    if (dice_.below(30) == 0) correct_something();
    if (options_ && dice_.below(6) == 0 && exchange.assign(kAccount, some_contract(), 1_qty).is_positive()) ++assigned;
  }

  /// One of the latest executions was smaller than was said, or was not.
  void correct_something() {
    const auto activities = exchange.activities(kAccount);
    if (activities.empty()) return;
    const std::size_t back = 1 + dice_.below(std::min<std::size_t>(activities.size(), 12));
    const Activity& one = activities[activities.size() - back];
    if (!one.is_fill()) return;
    const auto units = static_cast<std::uint64_t>(one.quantity.nanos() / fixed::kScale);
    const Quantity right = Quantity::whole(static_cast<std::int64_t>(dice_.below(units + 1)));
    if (exchange.correct(kAccount, {.execution_id = one.execution_id, .quantity = right})) ++corrected;
  }

  void move_price() {
    cents_ = std::max<std::int64_t>(cents_ + static_cast<std::int64_t>(dice_.below(401)) - 200, 1000);
    const auto price = [](std::int64_t cents) { return Price::from_nanos(cents * 10'000'000); };
    exchange.advance_to(now_);
    exchange.on_quote("AAPL", {price(cents_ - 1), price(cents_ + 1), exchange.now()});
    exchange.on_trade("AAPL", price(cents_), Quantity::whole(100), exchange.now());
    for (std::size_t i = 0; options_ && i < 4; ++i) quote(some_contract());
  }

  void quote(const std::string& contract) {
    const Price bid = Price::from_nanos(static_cast<std::int64_t>(10 + dice_.below(400)) * 10'000'000);
    exchange.on_quote(contract, {bid, bid + Price::from_nanos(100'000'000), exchange.now()});
  }

  /// One of eight that expire on the next Friday but one.
  std::string some_contract() {
    const std::chrono::sys_days today = calendar::to_new_york(now_).date;
    const std::chrono::days to_friday = std::chrono::Friday - std::chrono::weekday(today);
    return occ_symbol({.root = "AAPL",
                       .expiration = today + to_friday + std::chrono::days(7),
                       .is_call = dice_.below(2) == 0,
                       .strike = Price::whole(static_cast<std::int64_t>(180 + 10 * dice_.below(4)))});
  }

  void submit_some_option_order() {
    SubmitRequest request;
    request.quantity = Quantity::whole(static_cast<std::int64_t>(1 + dice_.below(4)));
    request.time_in_force = dice_.below(2) == 0 ? TimeInForce::day : TimeInForce::gtc;
    const auto price = [&](std::int64_t from) {
      return Price::from_nanos((static_cast<std::int64_t>(dice_.below(400)) + from) * 10'000'000);
    };
    const bool limited = dice_.below(3) != 0;
    request.type = limited ? OrderType::limit : OrderType::market;
    if (dice_.below(2) == 0) {
      request.symbol = some_contract();
      request.side = dice_.below(2) == 0 ? Side::buy : Side::sell;
      if (limited) request.limit_price = price(1);
      static_cast<void>(exchange.submit(kAccount, request));
      return;
    }
    request.order_class = OrderClass::mleg;
    if (limited) request.limit_price = price(-200);
    for (std::size_t i = 0; i < 2 + dice_.below(2); ++i) {
      const Side side = dice_.below(2) == 0 ? Side::buy : Side::sell;
      request.legs.push_back({some_contract(), Quantity::whole(1), side, std::nullopt});
    }
    if (exchange.submit(kAccount, request)) ++combinations;
  }

  void cancel_something() {
    OrderQuery query;
    const auto open = exchange.orders(kAccount, query);
    if (!open.empty()) static_cast<void>(exchange.cancel(kAccount, open[dice_.below(open.size())].id));
  }

  void replace_something() {
    const auto open = exchange.orders(kAccount, {.nested = true});
    if (open.empty()) return;
    const Order& head = open[dice_.below(open.size())];
    const Order& one = head.legs.empty() || dice_.below(3) == 0 ? head : head.legs[dice_.below(head.legs.size())];
    ReplaceRequest change;
    const auto shifted = [&](std::optional<Price> price) {
      return price ? std::optional(*price + Price::from_nanos(static_cast<std::int64_t>(dice_.below(50)) * 10'000'000))
                   : std::nullopt;
    };
    change.limit_price = shifted(one.limit_price);
    if (one.type == OrderType::trailing_stop) {
      change.trail = Ratio::whole(static_cast<std::int64_t>(1 + dice_.below(4)));
    } else {
      change.stop_price = shifted(one.stop_price);
    }
    if (dice_.below(2) == 0) change.quantity = Quantity::whole(static_cast<std::int64_t>(1 + dice_.below(25)));
    if (exchange.replace(kAccount, one.id, change)) ++replaced;
  }

  SubmitRequest some_order() {
    SubmitRequest request;
    request.symbol = "AAPL";
    request.side = dice_.below(2) == 0 ? Side::buy : Side::sell;
    request.quantity = Quantity::whole(static_cast<std::int64_t>(1 + dice_.below(20)));
    request.type = static_cast<OrderType>(dice_.below(5));
    request.time_in_force = static_cast<TimeInForce>(dice_.below(6));
    request.order_class = static_cast<OrderClass>(dice_.below(4));
    request.extended_hours = dice_.below(8) == 0;
    const auto near = [&](std::int64_t by) { return Price::from_nanos((cents_ + by) * 10'000'000); };
    const std::int64_t away = request.side == Side::buy ? 1 : -1;
    if (request.type == OrderType::trailing_stop) request.trail_price = Price::from_nanos(2 * fixed::kScale);
    if (request.type == OrderType::limit) request.limit_price = near(-away * 50);
    if (request.type == OrderType::stop || request.type == OrderType::stop_limit) request.stop_price = near(away * 60);
    if (request.type == OrderType::stop_limit) request.limit_price = near(away * 70);
    if (request.order_class == OrderClass::oco) request.limit_price = near(-away * 80);
    const std::int64_t exit = request.order_class == OrderClass::oco ? -away : away;
    if (request.order_class == OrderClass::bracket) request.take_profit_limit = near(exit * 90);
    if (request.order_class != OrderClass::simple) request.stop_loss_stop = near(-exit * 90);
    return request;
  }

  bool options_;
  bool troubles_;
  Dice dice_;
  Timestamp now_ = *parse_timestamp("2026-01-26T15:00:00Z");
  std::int64_t cents_ = 20000;
};

struct Weather {
  std::uint64_t seed;
  int partial_fill_permille;
  StopOutShape shape;
  Duration delay{0};  ///< of cancels and replacements
  bool options = false;
  bool troubles = false;  ///< with orders; and executions that are corrected, and assignments
};

class Invariants : public ::testing::TestWithParam<Weather> {};

TEST_P(Invariants, HoldWhateverHappens) {
  ExchangeConfig config;
  config.start = *parse_timestamp("2026-01-26T15:00:00Z");
  config.faults.partial_fill_permille = GetParam().partial_fill_permille;
  config.faults.stop_out_shape = GetParam().shape;
  config.faults.cancel_delay = config.faults.replace_delay = GetParam().delay;
  Monkey monkey(GetParam().seed, config, GetParam().options, GetParam().troubles);
  for (int i = 0; i < 9000; ++i) {
    monkey.step();
    ASSERT_EQ(monkey.exchange.broken_invariants(), std::vector<std::string>{}) << "after step " << i;
  }
  EXPECT_GT(monkey.exchange.activities(Monkey::kAccount).size(), 100U);
  EXPECT_GT(monkey.replaced, 50U);
  EXPECT_EQ(monkey.combinations > 100U, GetParam().options);
  EXPECT_EQ(monkey.corrected > 100U, GetParam().troubles);
  EXPECT_EQ(monkey.assigned > 10U, GetParam().options && GetParam().troubles);
}

INSTANTIATE_TEST_SUITE_P(
    Weathers, Invariants,
    ::testing::Values(Weather{1, 0, StopOutShape::target_replaced}, Weather{2, 0, StopOutShape::stop_replaced},
                      Weather{3, kPaperPartialFillPermille, StopOutShape::target_replaced},
                      Weather{4, 700, StopOutShape::target_replaced}, Weather{5, 700, StopOutShape::stop_replaced},
                      Weather{6, 300, StopOutShape::stop_replaced, std::chrono::minutes(25)},
                      Weather{7, 300, StopOutShape::target_replaced, std::chrono::minutes(70)},
                      Weather{8, 0, StopOutShape::target_replaced, Duration(0), true},
                      Weather{9, 400, StopOutShape::stop_replaced, Duration(0), true},
                      Weather{10, 400, StopOutShape::target_replaced, std::chrono::minutes(25), true},
                      Weather{11, 400, StopOutShape::target_replaced, Duration(0), false, true},
                      Weather{12, 700, StopOutShape::stop_replaced, std::chrono::minutes(25), false, true},
                      Weather{13, 400, StopOutShape::stop_replaced, std::chrono::minutes(25), true, true}));

}  // namespace
}  // namespace belay::sim
