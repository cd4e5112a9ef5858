// SPDX-License-Identifier: Apache-2.0
#include "app/demo_day.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "core/engine/step.hpp"
#include "shell/clock/clocks.hpp"
#include "shell/json/write.hpp"
#include "shell/store/open.hpp"
#include "shell/store/sqlite_connection.hpp"
#include "sim/exchange/asset.hpp"

namespace belay::app::demonstration {
namespace {

using namespace std::chrono_literals;

constexpr const char* kAccount = "demo";
// A day in a minute and a half asks as often as a real day would, only faster: a limit by the minute of real time would
// be out of place.
constexpr std::int64_t kRequestsPerMinute = 10'000'000;

template <class T>
std::unexpected<Error> failed(const char* what, const T& result) {
  return fail(std::string(what) + ": " + result.error().message);
}

/// attend() itself waits a little longer where nothing comes.
constexpr Duration kMomentOfAttention = 1ms;

store::Cell cell(const std::optional<Price>& price) { return price ? store::Cell(price->text()) : std::nullopt; }
store::Cell cell(const std::optional<OrderId>& id) { return id ? store::Cell(id->text()) : std::nullopt; }

OrderRequest request_for(const DemoEntry& entry) {
  OrderRequest request;
  request.client_id = ClientOrderId("upstream-" + entry.symbol);
  request.symbol = entry.symbol;
  request.side = entry.side;
  request.quantity = entry.quantity;
  if (instrument_of(entry.symbol).is_option()) request.intent = PositionIntent::buy_to_open;
  if (entry.bracket) {
    request.order_class = OrderClass::bracket;
    request.time_in_force = TimeInForce::gtc;
    request.take_profit_limit = entry.target;
    request.stop_loss_stop = entry.stop;
  }
  return request;
}

}  // namespace

// ---- the directory

Result<TemporaryDirectory> TemporaryDirectory::make() {
  std::error_code error;
  const auto base = std::filesystem::temp_directory_path(error);
  std::string pattern = ((error ? std::filesystem::path("/tmp") : base) / "belay-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail("cannot make a temporary directory (" + pattern + "): " + std::strerror(errno));
  }
  return TemporaryDirectory(pattern);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

// ---- the beginning

DemoDay::DemoDay(DemoScenario scenario, TemporaryDirectory directory)
    : scenario_(std::move(scenario)),
      directory_(std::move(directory)),
      database_(directory_.path() / "belay.db"),
      now_(scenario_.session.open),
      log_(log::nowhere(), log::Level::error) {}

DemoDay::~DemoDay() = default;

Result<std::unique_ptr<DemoDay>> DemoDay::begin(DemoScenario scenario) {
  auto directory = TemporaryDirectory::make();
  if (!directory) return std::unexpected(directory.error());
  std::unique_ptr<DemoDay> day(new DemoDay(std::move(scenario), std::move(*directory)));
  if (const auto connected = day->connect(); !connected) return std::unexpected(connected.error());
  return day;
}

sim::Exchange DemoDay::arranged_exchange() {
  sim::ExchangeConfig config;
  config.seed = scenario_.seed;
  config.start = scenario_.session.open;
  config.accounts.front().cash = scenario_.cash;
  sim::Exchange exchange(config);
  const std::string& number = config.accounts.front().number;
  while (entered_ < scenario_.entries.size() && scenario_.entries[entered_].at < scenario_.session.open) {
    const DemoEntry& entry = scenario_.entries[entered_++];
    exchange.add_asset(sim::usual_asset(entry.symbol));
    const Quantity quantity = entry.side == Side::buy ? entry.quantity : -entry.quantity;
    const auto booked = exchange.seed_position(number, entry.symbol, quantity, *entry.price, entry.at);
    Order order;
    order.id = booked.id;
    order.filled_average = entry.price;
    order.filled_at = entry.at;
    held_before_.push_back(std::move(order));
  }
  return exchange;
}

Result<void> DemoDay::connect() {
  sim::ServerOptions options;
  options.speed = Ratio{};
  options.trading_requests_per_minute = kRequestsPerMinute;
  options.data_requests_per_minute = kRequestsPerMinute;
  auto server = sim::Server::start(options, arranged_exchange(), sim::synthetic_market(scenario_.market));
  if (!server) return failed("the paper exchange cannot start", server);
  server_ = std::make_unique<sim::Server>(std::move(*server));
  url_ = server_->url();
  auto control = net::HttpClient::create(url_);
  if (!control) return failed("the paper exchange", control);
  control_ = std::make_unique<net::HttpClient>(std::move(*control));

  const sim::AccountConfig keys;
  alpaca::Settings settings;
  settings.key = keys.key_id;
  settings.secret = alpaca::Secret(keys.secret);
  settings.trading_url = url_;
  settings.data_url = url_;
  for (alpaca::Connection* connection : {&trader_, &connection_}) {
    auto made = alpaca::connect(settings);
    if (!made) return failed("the broker's adapter", made);
    *connection = std::move(*made);
  }
  auto store = store::open_sqlite(database_);
  if (!store) return failed("the database", store);
  store_ = std::move(*store);
  auto clock = clock::given_clock(url_ + "/_sim/clock");
  if (!clock) return failed("the clock", clock);
  clock_ = std::move(*clock);

  runtime::Settings how;
  how.account = kAccount;
  how.wait = Duration{};  // exits are followed by attend(), so that time can pass meanwhile
  conductor_ = std::make_unique<runtime::Conductor>(
      runtime::Parts{*connection_.broker, *connection_.market_data, *store_, *clock_, log_}, how);
  if (conductor_->open() != runtime::Failure::none) {
    return fail(conductor_->errors().empty() ? "Belay cannot start" : conductor_->errors().front());
  }
  auto upstream = store::connect_sqlite(database_);
  if (!upstream) return failed("upstream's database", upstream);
  upstream_ = std::move(*upstream);
  for (std::size_t i = 0; i < held_before_.size(); ++i) {
    if (const auto told = tell(scenario_.entries[i], held_before_[i]); !told) return told;
  }
  return {};
}

// ---- time and deeds

Timestamp DemoDay::next_deed() const {
  Timestamp next{std::numeric_limits<std::int64_t>::max()};
  if (entered_ < scenario_.entries.size()) next = std::min(next, scenario_.entries[entered_].at);
  if (!said_) next = std::min(next, scenario_.word.at);
  return next;
}

Result<void> DemoDay::let_time_pass(Timestamp to) {
  if (to <= now_) return {};
  net::HttpRequest request{.method = "POST", .target = "/_sim/clock"};
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = json::write(json::Object{{"set", to_text(to)}});
  const auto response = control_->send(request, 10s);
  if (!response) return failed("the paper exchange's clock", response);
  if (response->status != 200) return fail("the paper exchange's clock: " + response->body);
  now_ = to;
  return {};
}

Result<std::vector<DemoNews>> DemoDay::advance(Timestamp to) {
  if (const auto passed = let_time_pass(to); !passed) return std::unexpected(passed.error());
  std::vector<DemoNews> news;
  while (entered_ < scenario_.entries.size() && scenario_.entries[entered_].at <= now_) {
    auto entered = enter(scenario_.entries[entered_++]);
    if (!entered) return std::unexpected(entered.error());
    news.push_back(std::move(*entered));
  }
  if (!said_ && scenario_.word.at <= now_) {
    said_ = true;
    auto said = say(scenario_.word);
    if (!said) return std::unexpected(said.error());
    news.push_back(std::move(*said));
  }
  return news;
}

Result<Order> DemoDay::order_filled(const DemoEntry& entry) const {
  const auto sent = trader_.broker->submit(request_for(entry), std::chrono::seconds(30));
  if (!sent) return failed(("upstream's order for " + entry.symbol).c_str(), sent);
  auto order = trader_.broker->order(sent->id);
  if (!order) return failed(("upstream's order for " + entry.symbol).c_str(), order);
  if (order->status != OrderStatus::filled || !order->filled_average) {
    return fail("upstream's order for " + entry.symbol + " is " + std::string(to_text(order->status)));
  }
  return *order;
}

Result<DemoNews> DemoDay::enter(const DemoEntry& entry) {
  const auto order = order_filled(entry);
  if (!order) return std::unexpected(order.error());
  const std::string deed = std::string(entry.side == Side::buy ? "bought " : "sold short ") + entry.quantity.text() +
                           " at " + order->filled_average->text(2);
  if (!entry.told) return DemoNews{now_, entry.symbol, "somebody " + deed + " by hand; nobody tells Belay"};
  if (const auto told = tell(entry, *order); !told) return std::unexpected(told.error());
  return DemoNews{now_, entry.symbol, "upstream " + deed + (entry.bracket ? ", with a bracket at the broker" : "")};
}

// The row that an upstream trader writes: exits.md §1, shape (a).
Result<void> DemoDay::tell(const DemoEntry& entry, const Order& order) {
  const Instrument instrument = instrument_of(entry.symbol);
  std::optional<OrderId> stop;
  std::optional<OrderId> target;
  for (const Order& leg : order.legs) (leg.type == OrderType::limit ? target : stop) = leg.id;
  const auto& option = instrument.option;
  const auto hold = entry.max_hold_minutes;
  const auto written = upstream_->run(
      "INSERT INTO dispatch_executions (ticker, instrument_type, strategy_type, side, quantity, entry_price, "
      "entry_time, strike_price, expiration_date, option_symbol, stop_loss, take_profit, max_hold_minutes, "
      "bracket_order_accepted, broker_order_id, stop_order_id, target_order_id, status) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'FILLED')",
      {ticker(instrument), std::string(to_text(instrument.kind)), std::string(to_text(entry.strategy)),
       std::string(entry.side == Side::buy ? "long" : "short"), entry.quantity.text(), order.filled_average->text(),
       to_text(order.filled_at.value_or(now_)), option ? store::Cell(option->strike.text()) : std::nullopt,
       option ? store::Cell(to_text(option->expiration)) : std::nullopt,
       option ? store::Cell(entry.symbol) : std::nullopt, cell(entry.stop), cell(entry.target),
       hold ? store::Cell(std::to_string(*hold)) : std::nullopt, std::string(entry.bracket ? "1" : "0"),
       order.id.text(), cell(stop), cell(target)});
  if (!written) return failed("upstream's table", written);
  return {};
}

// Through the queue in the database, as `belay close` does while a service runs.
Result<DemoNews> DemoDay::say(const DemoWord& word) {
  const auto found = store_->lots({.include_closed = false, .symbol = word.symbol});
  if (!found) return failed("the database", found);
  DemoNews news{now_, word.symbol, "a person says: close it (" + word.why + ")"};
  if (found->empty()) return news;
  const OperatorCommand command{.lot = found->front().uid, .quantity = {}, .who = "a person", .why = word.why};
  if (const auto queued = store_->enqueue(kAccount, command); !queued) return failed("the database", queued);
  return news;
}

// ---- Belay

runtime::PassReport DemoDay::sweep() { return conductor_->pass(); }

void DemoDay::attend() { static_cast<void>(conductor_->attend(kMomentOfAttention)); }

bool DemoDay::exits_under_way() const { return engine::has_work_in_flight(conductor_->state()); }

const Account& DemoDay::account() const { return conductor_->state().broker.account; }

Result<std::vector<Lot>> DemoDay::lots() {
  auto lots = store_->lots({.include_closed = true});
  if (!lots) return failed("the database", lots);
  std::ranges::sort(*lots, {}, &Lot::id);
  return std::move(*lots);
}

Result<std::vector<StoredEvent>> DemoDay::news() {
  auto events = store_->events({.types = {"created", "adopted", "check", "exit_triggered", "closed", "order_failed",
                                          "frozen", "amber", "monitor_error"},
                                .after_id = last_event_});
  if (!events) return failed("the database", events);
  if (!events->empty()) last_event_ = events->back().id;
  return std::move(*events);
}

DemoCash DemoDay::cash() {
  DemoCash cash{.start = scenario_.cash, .now = {}, .open_cost = {}};
  server_->with_exchange([&cash](sim::Exchange& exchange) {
    const std::string number = exchange.accounts().front();
    cash.now = exchange.account(number).cash;
    for (const sim::Position& position : exchange.positions(number)) cash.open_cost += position.cost_basis;
  });
  return cash;
}

}  // namespace belay::app::demonstration
