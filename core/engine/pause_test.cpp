// SPDX-License-Identifier: Apache-2.0
// A person suspends a lot's exits: what still acts, what is told, and that it ends by itself.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

struct Paused {
  Scene s;
  LotUid lot;

  explicit Paused(const Entry& entry = {}) {
    lot = enter(s, entry);
    s.cycle();
  }
  void say(OperatorCommand::Kind kind, Timestamp until = {}, Pause::Rules rules = Pause::Rules::price) {
    OperatorCommand command;
    command.id = static_cast<std::int64_t>(s.finished_commands.size()) + 1;
    command.lot = lot;
    command.kind = kind;
    command.who = "bob@desk";
    command.why = "earnings call";
    command.pause = {.rules = rules, .until = until};
    s.play(event::CommandGiven{command});
  }
  void pause(Duration span, Pause::Rules rules = Pause::Rules::price) {
    say(OperatorCommand::Kind::pause, s.now.wall + span, rules);
  }
  void price(Price price) {
    s.price(s.open(lot)->instrument.symbol, price);
    s.sweep();
  }
  [[nodiscard]] rules::Verdict verdict(ExitReason reason) const {
    for (const auto& [rule, verdict] : s.state.checks.at(lot).verdicts) {
      if (rule == reason) return verdict;
    }
    return {};
  }
};

TEST(Pausing, SuspendsPriceRulesAndSaysSo) {
  Paused p;
  p.pause(2h);
  p.price(94_price);
  p.s.wait(2s);

  ASSERT_NE(p.s.open(p.lot), nullptr);
  EXPECT_FALSE(p.s.open(p.lot)->exit);
  EXPECT_TRUE(p.s.broker.received.empty());
  const rules::Verdict stop = p.verdict(ExitReason::stop_loss);
  EXPECT_EQ(stop.state, rules::Verdict::State::blocked);
  EXPECT_TRUE(stop.message.starts_with("paused until 2026-01-26 12:00:00")) << stop.message;
  EXPECT_TRUE(stop.message.contains(" by bob@desk because earnings call; otherwise: Stop loss hit: 94"))
      << stop.message;
}

TEST(Pausing, IsToldWhenItBeginsAndOnceWhenARuleHoldsMeanwhile) {
  Paused p;
  p.pause(2h);
  EXPECT_EQ(p.s.alerts_of("paused"), 1);
  p.price(94_price);
  p.price(93_price);
  EXPECT_EQ(p.s.alerts_of("paused_rule_holds"), 1);
  EXPECT_EQ(p.s.alerts_of("exit_triggered"), 0);
}

TEST(Pausing, EndsByItselfAtItsSecondAndWhatHoldsThenLeaves) {
  Paused p;
  p.pause(30s);
  p.price(94_price);
  p.s.wait(29s);
  EXPECT_NE(p.s.open(p.lot), nullptr);
  p.s.wait(3s);

  ASSERT_TRUE(p.s.is_closed(p.lot));
  EXPECT_EQ(p.s.stored(p.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(p.s.alerts_of("pause_over"), 1);
}

TEST(Pausing, OutlivesTheProcess) {
  Paused p;
  p.pause(2h);
  p.s.restart();
  p.s.pass_time(60s);
  p.s.price("AAPL", 94_price);
  p.s.cycle();
  p.s.wait(2s);
  ASSERT_NE(p.s.open(p.lot), nullptr);
  EXPECT_EQ(p.s.open(p.lot)->pause->who, "bob@desk");
  EXPECT_TRUE(p.s.broker.received.empty());
}

TEST(Pausing, APersonsCloseStillActs) {
  Paused p;
  p.pause(2h, Pause::Rules::all);
  p.say(OperatorCommand::Kind::close);
  p.s.wait(3s);
  ASSERT_TRUE(p.s.is_closed(p.lot));
  EXPECT_EQ(p.s.stored(p.lot).close_reason, ExitReason::manual_close);
}

TEST(Pausing, TheAccountsLossLimitStillActs) {
  Paused p;
  p.s.state.policy.account_loss_limit = 500_usd;
  p.pause(2h, Pause::Rules::all);
  p.s.broker.last_equity = 100000_usd;
  p.s.broker.equity = 99000_usd;
  p.s.price("AAPL", 90_price);
  p.s.cycle();
  p.s.wait(3s);
  ASSERT_TRUE(p.s.is_closed(p.lot));
  EXPECT_EQ(p.s.stored(p.lot).close_reason, ExitReason::account_loss_limit);
}

TEST(Pausing, OfPriceRulesLeavesDeadlinesInForce) {
  Paused p({.strategy = Strategy::day_trade});
  p.pause(8h);
  p.s.jump_to("2026-01-26T15:55:01-05:00");
  p.price(100_price);
  p.s.wait(3s);
  ASSERT_TRUE(p.s.is_closed(p.lot));
  EXPECT_EQ(p.s.stored(p.lot).close_reason, ExitReason::day_trade_close);
}

TEST(Pausing, OfAllRulesSuspendsDeadlinesAndSaysWhatThatMeans) {
  Paused p({.strategy = Strategy::day_trade});
  p.pause(8h, Pause::Rules::all);
  p.s.jump_to("2026-01-26T15:55:01-05:00");
  p.price(100_price);
  p.s.wait(3s);
  ASSERT_NE(p.s.open(p.lot), nullptr);
  EXPECT_EQ(p.verdict(ExitReason::day_trade_close).state, rules::Verdict::State::blocked);
  ASSERT_EQ(p.s.alerts_of("paused"), 1);
  const auto told = std::ranges::find(p.s.alerts, "paused", &action::RaiseAlert::cause);
  EXPECT_TRUE(told->text.contains("deadlines included")) << told->text;
  EXPECT_TRUE(told->text.contains("overnight")) << told->text;
}

TEST(Pausing, IsEndedByAWord) {
  Paused p;
  p.pause(2h);
  p.price(94_price);
  p.say(OperatorCommand::Kind::resume);
  p.s.wait(3s);
  ASSERT_TRUE(p.s.is_closed(p.lot));
  EXPECT_EQ(p.s.stored(p.lot).close_reason, ExitReason::stop_loss);
}

TEST(Pausing, ALotThatIsLeavingIsRefused) {
  Paused p;
  p.s.broker.fills_at_once = false;
  p.price(94_price);
  ASSERT_TRUE(p.s.open(p.lot)->exit);
  p.pause(2h);
  EXPECT_FALSE(p.s.open(p.lot)->pause);
  EXPECT_EQ(p.s.alerts_of("command_refused"), 1);
  EXPECT_EQ(p.s.finished_commands.size(), 1U);
}

TEST(Pausing, UntilAMomentThatIsPastIsRefused) {
  Paused p;
  p.pause(-1s);
  EXPECT_FALSE(p.s.open(p.lot)->pause);
}

TEST(Pausing, ARungThatIsReachedMeanwhileKeepsItsTurn) {
  Paused p({.target = 150_price, .terms = {.scale_out = Ladder{{.at = 5_ratio, .close = 50_ratio}}}});
  p.pause(30s);
  p.price(106_price);
  p.s.wait(2s);
  EXPECT_EQ(p.s.open(p.lot)->quantity, 100_qty);
  p.s.wait(31s);
  ASSERT_NE(p.s.open(p.lot), nullptr);
  EXPECT_EQ(p.s.open(p.lot)->quantity, 50_qty);
}

/// A trail of 3 from the entry at 100, and 107 only just seen by a tick.
struct PausedTrail : Paused {
  PausedTrail() : Paused({.stop = std::nullopt, .target = std::nullopt, .terms = {.trail_amount = 3_price}}) {
    tick(107_price);
  }
  void tick(Price price) {
    s.pass_time(1s);
    s.tick("AAPL", price);
    s.pump();
  }
};

TEST(Pausing, APeakThatOnlyTicksSawBeforeOrMeanwhileCountsAfterwards) {
  PausedTrail p;
  p.pause(30s);
  EXPECT_EQ(p.s.stored(p.lot).peak_price, 107_price);
  p.tick(110_price);
  p.tick(104_price);  // through the level of either
  p.tick(108_price);
  ASSERT_NE(p.s.open(p.lot), nullptr);
  EXPECT_FALSE(p.s.open(p.lot)->exit) << "nothing leaves meanwhile";
  p.s.wait(31s);
  ASSERT_NE(p.s.open(p.lot), nullptr);
  EXPECT_FALSE(p.s.open(p.lot)->pause);
  EXPECT_EQ(p.s.open(p.lot)->peak_price, 110_price);
  p.tick(106.9_price);
  p.s.wait(2s);
  EXPECT_TRUE(p.s.is_closed(p.lot));
}

TEST(Pausing, APeakThatOnlyTicksSawCountsWhenAWordEndsIt) {
  PausedTrail p;
  p.pause(2h);
  p.tick(110_price);
  p.tick(106.9_price);
  p.say(OperatorCommand::Kind::resume);
  p.s.wait(3s);
  EXPECT_TRUE(p.s.is_closed(p.lot));
}

TEST(Pausing, AGainThatStartsABreakevenCountsThoughItWasSeenMeanwhileOnly) {
  Paused p({.stop = 95_price, .terms = {.breakeven_at = 5_ratio}});
  p.pause(30s);
  p.s.pass_time(1s);
  p.s.tick("AAPL", 105_price);
  p.s.tick("AAPL", 101_price);
  p.s.wait(31s);
  p.s.tick("AAPL", 99.9_price);
  p.s.wait(2s);
  EXPECT_TRUE(p.s.is_closed(p.lot)) << "at its entry, not at 95";
}

TEST(Pausing, TimeWithoutAGuardIsByChoice) {
  Paused p;
  p.pause(2h);
  p.s.pass_time(60s);
  p.price(99_price);
  EXPECT_EQ(p.s.open(p.lot)->guards.protection, Protection::by_choice);
}

}  // namespace
}  // namespace belay::engine::scene
