// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: ports that a test fills and breaks by hand, and a time that runs only when somebody waits.

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "shell/runtime/conductor.hpp"

namespace belay::runtime::testing {

using namespace std::chrono_literals;

/// A Monday in session: 2026-01-26, 10:00 New York.
inline const Timestamp kMondayTen = parse_timestamp("2026-01-26T10:00:00-05:00").value();

class TestClock : public Clock {
 public:
  Timestamp wall = kMondayTen;
  Duration steady = 1000s;

  void pass(Duration time) {
    wall = wall + time;
    steady += time;
  }
  Result<Moment> now() override { return Moment{wall, steady}; }
  Duration machine() override { return steady; }
  void pause(Duration time) override { pass(time); }
};

class TestBroker : public Broker {
 public:
  explicit TestBroker(TestClock& clock) : clock_(&clock) {}

  Account money{.number = "PA1", .status = "ACTIVE", .cash = 100'000_usd, .equity = 100'000_usd, .last_equity = {}};
  std::vector<Holding> holdings;
  std::vector<Order> open_orders;
  std::vector<Fill> fills;
  std::vector<OrderRequest> sent;
  Duration reads_take{};             ///< of the account, and of the orders
  std::function<void()> when_asked;  ///< for the account
  Duration clock_is_off{};           ///< the broker's, from the test's

  BrokerResult<Account> account() override {
    clock_->pass(reads_take);
    if (when_asked) when_asked();
    return money;
  }
  BrokerResult<MarketClock> clock() override {
    const calendar::UsEquities calendar;
    const Timestamp now = clock_->wall + clock_is_off;
    const auto session = calendar.session_at(now);
    const auto next = calendar.next_open_after(now);
    return MarketClock{now, session.has_value(), next.open, session ? session->close : next.close};
  }
  BrokerResult<std::vector<calendar::Session>> calendar(Date, Date) override { return unreachable(); }
  BrokerResult<std::vector<Holding>> positions() override { return holdings; }
  BrokerResult<std::vector<Order>> orders(const OrderQuery&) override {
    clock_->pass(reads_take);
    return open_orders;
  }
  BrokerResult<Order> order(const OrderId&) override { return unreachable(); }
  BrokerResult<Order> order_by_client_id(const ClientOrderId&) override { return unreachable(); }
  BrokerResult<Order> submit(const OrderRequest& request, Duration /*within*/) override {
    sent.push_back(request);
    return unreachable();
  }
  BrokerResult<void> cancel(const OrderId&) override { return unreachable(); }
  BrokerResult<Order> close_position(const std::string&, std::optional<Quantity>) override { return unreachable(); }
  BrokerResult<Activities> activities(Timestamp since, std::size_t) override {
    return Activities{.since = since, .fills = fills, .movements = {}};
  }
  BrokerResult<std::int64_t> contract_multiplier(const std::string&) override { return 100; }
  [[nodiscard]] std::uint64_t calls() const override { return 0; }

 private:
  static std::unexpected<BrokerError> unreachable() {
    return std::unexpected(BrokerError{.kind = BrokerError::Kind::unreachable, .message = "not in this test"});
  }
  TestClock* clock_;
};

class TestData : public MarketData {
 public:
  explicit TestData(TestClock& clock) : clock_(&clock) {}
  Price price = 100_price;  ///< of everything

  PriceRead stocks(const std::vector<std::string>& symbols) override {
    PriceRead read;
    for (const std::string& symbol : symbols) {
      read.prices.push_back(
          {symbol, Trade{price, clock_->wall}, Quote{price - 0.01_price, price + 0.01_price, clock_->wall}});
    }
    return read;
  }
  PriceRead options(const std::vector<std::string>&) override { return {}; }
  BrokerResult<std::vector<CorporateAction>> corporate_actions(const std::vector<std::string>&, Date, Date) override {
    return std::vector<CorporateAction>{};
  }
  [[nodiscard]] std::uint64_t calls() const override { return 0; }

 private:
  TestClock* clock_;
};

class TestStore : public Store {
 public:
  bool is_up = true;
  bool holds_lock = false;
  bool other_holds_lock = false;
  bool save_cuts_the_line = false;  ///< a save fails, and the lock goes with the connection
  int load_fails = 0;               ///< so many times from now on
  StoredBook book;
  std::vector<Lot> rows;  ///< also of what has left
  std::vector<OperatorCommand> commands;
  std::vector<Batch> saved;
  std::vector<UnknownAccount> unknown;
  int unknown_asked = 0;
  int paths_due = 0;
  std::function<void()> when_path_is_written;
  int days_to_fold = 0;
  std::vector<Timestamp> folded_before;

  void lose_lock(bool to_another) {
    holds_lock = false;
    other_holds_lock = to_another;
  }

  StoreResult<MigrationReport> migrate() override { return MigrationReport{}; }
  StoreResult<int> schema_version() override { return 1; }
  StoreResult<bool> try_lock(const std::string&) override {
    if (!is_up) return away();
    holds_lock = !other_holds_lock;
    return holds_lock;
  }
  bool still_locked() override { return holds_lock; }
  StoreResult<StoredBook> load(const std::string&, const std::vector<std::string>&) override {
    if (!is_up || load_fails > 0) {
      load_fails -= load_fails > 0 ? 1 : 0;
      return away();
    }
    return book;
  }
  StoreResult<std::vector<Execution>> executions_for(const std::string&, const std::vector<std::string>&,
                                                     const std::vector<std::string>&) override {
    return std::vector<Execution>{};
  }
  StoreResult<std::vector<NewRow>> save(const std::string&, const Batch& batch) override {
    if (save_cuts_the_line) holds_lock = false;
    if (!is_up || !holds_lock) return away();
    saved.push_back(batch);
    return std::vector<NewRow>{};
  }
  StoreResult<std::int64_t> enqueue(const std::string&, const OperatorCommand&) override { return 1; }
  StoreResult<std::vector<OperatorCommand>> waiting_commands(const std::string&) override {
    if (!is_up) return away();
    return commands;
  }
  StoreResult<std::vector<Lot>> lots(const LotFilter&) override {
    if (!is_up) return away();
    return rows;
  }
  StoreResult<std::map<std::int64_t, Fields>> other_columns(const LotFilter&) override {
    return std::map<std::int64_t, Fields>{};
  }
  StoreResult<std::vector<StoredEvent>> events(const EventFilter&) override { return std::vector<StoredEvent>{}; }
  StoreResult<std::vector<UnknownAccount>> unknown_accounts(const std::vector<std::string>&) override {
    ++unknown_asked;
    return unknown;
  }
  StoreResult<bool> write_price_path() override {
    if (!is_up) return away();
    if (paths_due == 0) return false;
    --paths_due;
    if (when_path_is_written) when_path_is_written();
    return true;
  }
  StoreResult<bool> fold_noisy_events(Timestamp before) override {
    folded_before.push_back(before);
    if (!is_up) return away();
    return days_to_fold-- > 0;
  }
  [[nodiscard]] std::uint64_t statements() const override { return 0; }
  [[nodiscard]] std::string description() const override { return "a test's store"; }

 private:
  static std::unexpected<StoreError> away() {
    return std::unexpected(StoreError{StoreError::Kind::unavailable, "the store is away"});
  }
};

/// What the broker says by itself: what the test puts there.
class TestStream : public OrderStream {
 public:
  std::vector<StreamNews> news;

  void start(std::function<void()>) override {}
  std::vector<StreamNews> take() override { return std::exchange(news, {}); }
  void stop() override {}
};

/// What was told past the store.
class TestAlerts : public AlertSink {
 public:
  std::vector<AlertEvent> told;

  void unstored(const AlertEvent& event) override { told.push_back(event); }
};

/// Calls are made where their result is waited for; where there is none, time passes.
class TestExecutor : public Executor {
 public:
  explicit TestExecutor(TestClock& clock) : clock_(&clock) {}

  void start(Call call, bool) override { calls_.push_back(std::move(call)); }
  std::optional<Events> next(Duration at_most) override {
    if (calls_.empty()) {
      clock_->pass(std::max<Duration>(at_most, 1ms));
      return std::nullopt;
    }
    const Call call = std::move(calls_.front());
    calls_.pop_front();
    return call();
  }
  [[nodiscard]] std::size_t outstanding() const override { return calls_.size(); }

 private:
  TestClock* clock_;
  std::deque<Call> calls_;
};

/// A conductor on ports of a test.
struct Stage {
  TestClock clock;
  TestBroker broker{clock};
  TestData data{clock};
  TestStore store;
  TestStream stream;
  TestAlerts alerts;
  std::string told;  ///< the log
  log::Log log{[this](std::string_view line) { told += line; }, log::Level::warning};
  Conductor conductor{Parts{broker, data, store, clock, log, &stream, &alerts},
                      Settings{.known_names = {"default"}, .wait = 0s}, std::make_unique<TestExecutor>(clock)};

  /// A long position that the book and the broker agree upon, with a stop at 95.
  void hold(const std::string& symbol, Quantity quantity) {
    broker.holdings.push_back({.instrument = instrument_of(symbol),
                               .quantity = quantity,
                               .available = quantity,
                               .average_entry = 100_price,
                               .broker_price = {},
                               .previous_close = {},
                               .asset_id = {}});
    Lot lot;
    lot.uid = LotUid("lot-" + symbol);
    lot.id = static_cast<std::int64_t>(store.book.lots.size()) + 1;
    lot.account = "default";
    lot.instrument = instrument_of(symbol);
    lot.quantity = quantity;
    lot.original_quantity = quantity;
    lot.entry_price = 100_price;
    lot.entry_time = kMondayTen - 600s;
    lot.stop_loss = 95_price;
    store.book.account_number = "PA1";
    store.book.lots.push_back(std::move(lot));
  }
  [[nodiscard]] bool has_told(std::string_view what) const { return told.contains(what); }
};

}  // namespace belay::runtime::testing
