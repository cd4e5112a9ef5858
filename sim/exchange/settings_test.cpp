// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

/// What an account's owner may set (alpaca.md 2, Config).
class Settings : public Scene {
 protected:
  void set(const std::function<void(AccountSettings&)>& change) {
    AccountSettings settings = exchange.settings(kAccount);
    change(settings);
    exchange.set_settings(kAccount, settings);
  }
};

TEST_F(Settings, ASuspendedAccountTakesNoNewOrderAndMayCancel) {
  const Order resting = submit(limit(Side::buy, "1", "150"));
  set([](AccountSettings& settings) { settings.suspend_trade = true; });
  EXPECT_EQ(refusal(order(Side::buy, "1")), forbidden("new orders are rejected by user request"));
  EXPECT_TRUE(exchange.account(kAccount).suspended_by_owner);
  EXPECT_TRUE(exchange.cancel(kAccount, resting.id).has_value());
  set([](AccountSettings& settings) { settings.suspend_trade = false; });
  submit(order(Side::buy, "1"));
}

TEST_F(Settings, ALongOnlyAccountSellsWhatItHasAndNoMore) {
  set([](AccountSettings& settings) { settings.no_shorting = true; });
  EXPECT_EQ(refusal(order(Side::sell, "1")), forbidden("account not allowed to short"));
  EXPECT_FALSE(exchange.account(kAccount).shorting_enabled);
  hold("AAPL", "5");
  submit(order(Side::sell, "5"));
}

TEST_F(Settings, WithoutFractionsOnlyWholeSharesAreTraded) {
  set([](AccountSettings& settings) { settings.fractional_trading = false; });
  EXPECT_EQ(refusal(order(Side::buy, "1.5")).http_status, 403);
  SubmitRequest dollars = order(Side::buy, "1");
  dollars.quantity.reset();
  dollars.notional = 100_usd;
  EXPECT_EQ(refusal(dollars).http_status, 403);
  submit(order(Side::buy, "2"));
}

TEST_F(Settings, LimitsLowerWhatTheAccountWasOpenedWithAndNeverRaiseIt) {
  EXPECT_EQ(exchange.account(kAccount).buying_power, 400'000_usd);
  set([](AccountSettings& settings) {
    settings.max_margin_multiplier = 1;
    settings.max_options_trading_level = 1;
  });
  EXPECT_EQ(exchange.account(kAccount).buying_power, 100'000_usd);
  EXPECT_EQ(exchange.account(kAccount).multiplier, 1);
  EXPECT_EQ(exchange.account(kAccount).options_level, 1);
  EXPECT_EQ(exchange.account(kAccount).options_approved_level, 3);
  EXPECT_EQ(refusal(limit(Side::buy, "600", "200")).code, kForbidden);

  AccountConfig cash_account;
  cash_account.number = "CASH";
  cash_account.key_id = "CASHKEY";
  cash_account.multiplier = 1;
  exchange.add_account(cash_account);
  exchange.set_settings("CASH", AccountSettings{});
  EXPECT_EQ(exchange.account("CASH").multiplier, 1);
}

}  // namespace
}  // namespace belay::sim
