// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/text_values.hpp"
#include "app/texts.hpp"
#include "app/wiring.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSkewLimit = 2s;
constexpr int kCalendarDays = 10;
constexpr const char* kProbe = "SPY";  // the most traded stock and the most traded options there are

enum class Verdict : std::uint8_t { good, warning, bad };

struct Finding {
  std::string check;
  Verdict verdict = Verdict::good;
  std::string text;
  ExitCode code = kAllWell;
};

class Doctor {
 public:
  /// `account` of several; empty: all of them.
  std::vector<Finding> examine(const std::string& account) {
    loaded_ = load_config(process_environment());
    check_settings();
    std::vector<AccountConfig> accounts = std::move(loaded_.accounts);
    if (accounts.empty()) {
      examine_one(account);
      return std::move(findings_);
    }
    const std::vector<Problem> common = loaded_.problems;
    for (AccountConfig& one : accounts) {
      if (!account.empty() && account != one.config.runtime.account) continue;
      whose_ = one.config.runtime.account + ": ";
      loaded_.config = std::move(one.config);
      for (const Problem& problem : one.problems) bad("settings", problem.message, kUsage);
      loaded_.problems = common;
      loaded_.problems.insert(loaded_.problems.end(), one.problems.begin(), one.problems.end());
      examine_one(account);
    }
    if (whose_.empty()) bad("settings", "there is no account \"" + account + "\"", kUsage);
    return std::move(findings_);
  }

 private:
  void examine_one(const std::string& account) {
    const std::string& name = loaded_.config.runtime.account;
    if (!account.empty() && account != name) {
      bad("settings", "there is no account \"" + account + "\": the only one is \"" + name + "\"", kUsage);
      return;
    }
    clock_.reset();
    market_.reset();
    check_clock_source();
    check_store();
    check_alerts();
    if (connect() && check_account()) {
      check_skew();
      check_calendar();
      check_data();
    }
  }

  void good(const std::string& check, std::string text) {
    findings_.push_back({whose_ + check, Verdict::good, std::move(text), kAllWell});
  }
  void warn(const std::string& check, std::string text) {
    findings_.push_back({whose_ + check, Verdict::warning, std::move(text), kAttention});
  }
  void bad(const std::string& check, std::string text, ExitCode code) {
    findings_.push_back({whose_ + check, Verdict::bad, std::move(text), code});
  }

  [[nodiscard]] bool has_problem(Problem::Concern concern) const {
    return std::ranges::any_of(loaded_.problems, [&](const Problem& p) { return p.concern == concern; });
  }

  void check_settings() {
    for (const Problem& problem : loaded_.problems) bad("settings", problem.message, kUsage);
    for (const std::string& note : loaded_.notes) warn("settings", note);
    if (loaded_.problems.empty()) {
      const std::string& file = loaded_.config.file;
      good("settings", file.empty() ? "from the environment" : "from " + file + " and the environment");
    }
  }

  void check_clock_source() {
    auto clock = make_clock(loaded_.config);
    if (!clock) {
      bad("clock", clock.error().message, kUsage);
      return;
    }
    const auto now = (*clock)->now();
    if (!now) {
      bad("clock", now.error().message, kUsage);
      return;
    }
    clock_ = std::move(*clock);
    const std::string& url = loaded_.config.clock_url;
    good("clock", time_text(now->wall) + (url.empty() ? "" : ", given by " + url));
  }

  void check_store() {
    if (has_problem(Problem::Concern::store)) return;
    auto store = make_store(loaded_.config);
    if (!store) {
      bad("store", store.error().message, exit_code(store.error()));
      return;
    }
    const auto version = (*store)->schema_version();
    if (!version) {
      bad("store", version.error().message, exit_code(version.error()));
      return;
    }
    const std::string where = (*store)->description();
    if (*version == 0) {
      good("store", where + ", no tables yet: the first cycle (or belay migrate) makes them");
    } else {
      good("store", where + ", schema " + std::to_string(*version));
    }
    const auto lock = (*store)->try_lock(loaded_.config.runtime.account);
    if (!lock) {
      bad("lock", lock.error().message, exit_code(lock.error()));
    } else {
      good("lock", *lock ? "free: no service is running" : "held: a service or a cycle is at work");
    }
  }

  /// Whether they are set up; whether they arrive, belay alert --test shows.
  void check_alerts() {
    if (has_problem(Problem::Concern::alerts)) return;
    std::string order;
    for (const auto& route : loaded_.config.alerts.routes) {
      std::string level;
      for (const std::string& name : route) level += (level.empty() ? "" : " and ") + name;
      order += (order.empty() ? "" : ", then ") + level;
    }
    good("alerts", order.empty() ? "nobody is told by mail or webhook: see [alerts] smtp_url and webhook_url"
                                 : "by " + order + "; belay alert --test tries them");
  }

  bool connect() {
    if (has_problem(Problem::Concern::broker)) return false;
    auto connection = alpaca::connect(loaded_.config.broker);
    if (!connection) {
      bad("broker", connection.error().message, kUsage);
      return false;
    }
    connection_ = std::move(*connection);
    return true;
  }

  /// False when the broker cannot be asked any further.
  bool check_account() {
    const auto account = connection_.broker->account();
    if (!account) {
      const bool refused = account.error().kind == BrokerError::Kind::unauthorized;
      bad("broker",
          account.error().message + " (" + loaded_.config.broker.trading_url + ")" +
              (refused ? ": check ALPACA_API_KEY and ALPACA_API_SECRET; paper and live accounts have keys of their own"
                       : ""),
          exit_code(account.error()));
      return false;
    }
    const std::string text = "account " + account->number + " (" + std::string(to_text(connection_.venue)) + "), " +
                             account->status + ", equity " + account->equity.text(2);
    if (account->status != "ACTIVE" || account->trading_blocked || account->account_blocked ||
        account->suspended_by_user) {
      bad("broker", text + ": trading is blocked, nothing can be closed", kAttention);
    } else {
      good("broker", text);
    }
    return true;
  }

  void check_skew() {
    if (clock_ == nullptr) return;
    const auto before = clock_->now();
    const auto market = connection_.broker->clock();
    const auto after = clock_->now();
    if (!market) {
      bad("skew", market.error().message, exit_code(market.error()));
      return;
    }
    market_ = *market;
    if (!before || !after) return;
    const Duration ahead = std::max(before->wall - market->timestamp, Duration::zero());
    const Duration behind = std::max(market->timestamp - after->wall, Duration::zero());
    const Duration skew = std::max(ahead, behind);
    const std::string text =
        "this clock is " + duration_text(skew) + (ahead > behind ? " ahead of" : " behind") + " the broker's";
    if (skew > kSkewLimit) {
      warn("skew", text + ": run a time service (chrony, systemd-timesyncd)");
    } else {
      good("skew", "the broker's clock agrees within 2 s");
    }
  }

  /// Days on which the built-in calendar and the broker's differ. The broker's word counts; to know is still good.
  void check_calendar() {
    const Timestamp now = market_ ? market_->timestamp : Timestamp{};
    if (!market_) return;
    const std::chrono::sys_days first(calendar::to_new_york(now).date);
    const Date last = first + std::chrono::days(kCalendarDays);
    const auto sessions = connection_.broker->calendar(first, last);
    if (!sessions) {
      bad("calendar", sessions.error().message, exit_code(sessions.error()));
      return;
    }
    const calendar::UsEquities built_in;
    std::string differing;
    for (int i = 0; i <= kCalendarDays; ++i) {
      const Date date = first + std::chrono::days(i);
      const auto theirs = std::ranges::find(*sessions, date, &calendar::Session::date);
      const auto ours = built_in.session_on(date);
      const bool same = theirs == sessions->end() ? !ours : ours == *theirs;
      if (!same) differing += (differing.empty() ? "" : ", ") + to_text(date);
    }
    const std::string market =
        std::string("market ") + (market_->is_open ? "open until " + time_text(market_->next_close)
                                                   : "closed until " + time_text(market_->next_open));
    if (differing.empty()) {
      good("calendar", market + "; the next " + std::to_string(kCalendarDays) + " days as built in");
    } else {
      warn("calendar", market + "; the broker's calendar differs on " + differing + " (the broker's is used)");
    }
  }

  /// Of what is held where something is: prices that the rules will need.
  void check_data() {
    std::string stock;
    std::string option;
    if (const auto holdings = connection_.broker->positions()) {
      for (const Holding& holding : *holdings)
        (holding.instrument.is_option() ? option : stock) = holding.instrument.symbol;
    }
    const std::string probe = stock.empty() ? kProbe : stock;
    const auto price = check_prices("stock prices", probe, connection_.market_data->stocks({probe}));
    if (option.empty() && connection_.venue == alpaca::Venue::other) return;  // an exchange with symbols of its own
    if (option.empty() && price && probe == kProbe) option = probe_option(*price);
    if (!option.empty()) check_prices("option prices", option, connection_.market_data->options({option}));
  }

  /// A call at the money that expires a week or so ahead: on a Friday, or on the last session before it.
  [[nodiscard]] std::string probe_option(Price price) const {
    const Timestamp now = market_ ? market_->timestamp : Timestamp{};
    std::chrono::sys_days day = std::chrono::sys_days(calendar::to_new_york(now).date) + std::chrono::days(4);
    while (std::chrono::weekday(day) != std::chrono::Friday) day += std::chrono::days(1);
    const calendar::UsEquities calendar;
    const Price strike = round_down(price, 5.0_price);
    return occ_symbol({kProbe, calendar.last_session_on_or_before(day).date, true, strike});
  }

  std::optional<Price> check_prices(const std::string& check, const std::string& symbol, const PriceRead& read) {
    if (!read.failed.empty()) {
      const BrokerError& error = read.failed.front().error;
      bad(check, error.message + " (" + loaded_.config.broker.data_url + ")", exit_code(error));
      return std::nullopt;
    }
    if (read.prices.empty() || (!read.prices.front().quote && !read.prices.front().trade)) {
      warn(check, "no price of " + symbol + ": positions without a price are guarded by time rules alone");
      return std::nullopt;
    }
    const MarketPrices& prices = read.prices.front();
    const Timestamp as_of =
        std::max(prices.quote ? prices.quote->as_of : Timestamp{}, prices.trade ? prices.trade->as_of : Timestamp{});
    const Price shown = prices.trade ? prices.trade->price : middle(prices.quote->bid, prices.quote->ask);
    std::string text = symbol + " " + price_text(shown);
    if (!market_ || !market_->is_open) {
      good(check, text + "; the market is closed, whether prices are delayed shows when it is open");
    } else if (market_->timestamp - as_of >= loaded_.config.runtime.policy.quote_age_limit) {
      warn(check, text + " is " + duration_text(market_->timestamp - as_of) +
                      " old in an open market: the data plan is delayed, and price rules will not fire");
    } else {
      good(check, text + ", " + duration_text(market_->timestamp - as_of) + " old");
    }
    return shown;
  }

  LoadedConfig loaded_;
  std::string whose_;  ///< "large: ", where there are several accounts
  std::unique_ptr<Clock> clock_;
  alpaca::Connection connection_;
  std::optional<MarketClock> market_;
  std::vector<Finding> findings_;
};

ExitCode worst(const std::vector<Finding>& findings) {
  ExitCode code = kAllWell;
  for (const Finding& finding : findings) code = worse(code, finding.code);
  return code;
}

std::string_view word(Verdict verdict) {
  return verdict == Verdict::good ? "ok" : verdict == Verdict::warning ? "warning" : "failed";
}

std::string_view mark(Verdict verdict) {
  return verdict == Verdict::good ? "✓" : verdict == Verdict::warning ? "!" : "✗";
}

}  // namespace

int doctor(const DoctorOptions& options) {
  const auto findings = Doctor().examine(options.account);
  const ExitCode code = worst(findings);
  json::Array checks;
  for (const Finding& finding : findings) {
    if (options.json) {
      checks.push_back(
          json::Object{{"check", finding.check}, {"state", word(finding.verdict)}, {"text", finding.text}});
    } else {
      print(std::string(mark(finding.verdict)) + " " + finding.check + ": " + finding.text);
    }
  }
  if (options.json) print_json(json::Object{{"exit_code", static_cast<int>(code)}, {"checks", std::move(checks)}});
  return code;
}

}  // namespace belay::app
