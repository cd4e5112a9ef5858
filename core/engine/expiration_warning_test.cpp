// SPDX-License-Identifier: Apache-2.0
// An option is told of at the close of the session before the one in which it leaves for its expiry.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

constexpr const char* kCall = "AAPL260130C00200000";  // expires on Friday, 2026-01-30: leaves from Thursday's open on

struct Expiring {
  Scene s;
  LotUid lot;

  Expiring() {
    lot =
        enter(s, {.symbol = kCall, .quantity = 2_qty, .price = 5_price, .stop = std::nullopt, .target = std::nullopt});
    s.cycle();
  }
  int warnings_at(std::string_view when) {
    s.jump_to(when);
    s.price(kCall, 5_price);
    s.cycle();
    return s.alerts_of("expiration_warning");
  }
};

TEST(ExpirationWarning, ComesAtTheCloseOfTheSessionBefore) {
  Expiring e;
  EXPECT_EQ(e.warnings_at("2026-01-28T15:59:59-05:00"), 0);
  EXPECT_EQ(e.warnings_at("2026-01-28T16:00:00-05:00"), 1);
  EXPECT_NE(e.s.alerts.back().text.find("expires 2026-01-30, leaves at 2026-01-29 09:30"), std::string::npos)
      << e.s.alerts.back().text;
  EXPECT_EQ(e.s.alerts.back().severity, action::RaiseAlert::Severity::warning);
  EXPECT_EQ(e.warnings_at("2026-01-28T16:01:00-05:00"), 1) << "once";
}

TEST(ExpirationWarning, ComesOnceWhateverProcessLooks) {
  Expiring e;
  EXPECT_EQ(e.warnings_at("2026-01-28T17:00:00-05:00"), 1);
  e.s.restart();
  EXPECT_EQ(e.warnings_at("2026-01-28T17:01:00-05:00"), 1);
}

TEST(ExpirationWarning, ComesThoughEveryRuleIsPaused) {
  Expiring e;
  OperatorCommand command{.id = 5, .lot = e.lot, .quantity = {}, .who = "ann", .why = "mine"};
  command.kind = OperatorCommand::Kind::pause;
  command.pause = {.rules = Pause::Rules::all, .until = parse_timestamp("2026-01-30T15:00:00-05:00").value()};
  e.s.play(event::CommandGiven{command});
  EXPECT_EQ(e.warnings_at("2026-01-28T15:59:59-05:00"), 0);
  EXPECT_EQ(e.warnings_at("2026-01-28T16:00:00-05:00"), 1);
  EXPECT_EQ(e.warnings_at("2026-01-28T16:01:00-05:00"), 1) << "once";
  EXPECT_EQ(e.warnings_at("2026-01-29T09:31:00-05:00"), 1) << "too late for a warning";
}

TEST(ExpirationWarning, IsFollowedByTheExit) {
  Expiring e;
  EXPECT_EQ(e.warnings_at("2026-01-29T09:30:00-05:00"), 0) << "too late for a warning: it leaves";
  EXPECT_EQ(e.s.alerts_of("exit_triggered"), 1);
}

TEST(ExpirationWarning, IsNothingForAStock) {
  Scene s;
  enter(s, {});
  s.jump_to("2026-01-28T16:00:00-05:00");
  s.cycle();
  EXPECT_EQ(s.alerts_of("expiration_warning"), 0);
}

}  // namespace
}  // namespace belay::engine::scene
