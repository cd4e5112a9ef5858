// SPDX-License-Identifier: Apache-2.0
// A person gives up what the broker does not have; nobody gives up what it has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

using ::testing::HasSubstr;

OperatorCommand given_up(const LotUid& lot, std::int64_t id = 7) {
  OperatorCommand command;
  command.id = id;
  command.lot = lot;
  command.who = "ann";
  command.why = "sold in another life";
  command.kind = OperatorCommand::Kind::write_off;
  return command;
}

/// What the last word of a person came to.
std::string result_of(const Scene& s) {
  for (auto record = s.records.rbegin(); record != s.records.rend(); ++record) {
    if (record->type != EventType::operator_) continue;
    for (const auto& [name, value] : record->data) {
      if (name == "result") return std::get<std::string>(value);
    }
  }
  return "";
}

/// A lot whose shares are gone without a trace, seen twice.
struct Missing {
  Scene s;
  LotUid lot;
  Missing() {
    lot = enter(s, {});
    s.cycle();
    s.broker.held["AAPL"] = 0_qty;
    look_twice();
  }
  void look_twice() {
    s.pass_time(20s);
    s.cycle();
    s.pass_time(20s);
    s.cycle();
  }
};

TEST(WriteOff, ClosesWhatTheBrokerDoesNotHaveWithoutAResult) {
  Missing m;
  m.s.play(event::CommandGiven{given_up(m.lot)});
  m.s.wait(5s);
  ASSERT_TRUE(m.s.is_closed(m.lot));
  EXPECT_EQ(m.s.stored(m.lot).close_reason, ExitReason::external_close);
  EXPECT_EQ(m.s.stored(m.lot).realised_result, std::nullopt) << "nobody knows what came of it";
  EXPECT_EQ(m.s.stored(m.lot).exit_price, std::nullopt);
  EXPECT_EQ(m.s.stored(m.lot).result_percent, std::nullopt);
  EXPECT_TRUE(m.s.broker.received.empty());
  EXPECT_TRUE(m.s.state.absences.empty());
  EXPECT_EQ(result_of(m.s), "done");
}

TEST(WriteOff, WaitsForTheBrokerWhereAProcessBeginsWithIt) {
  Missing m;
  m.s.restart();
  m.s.feed(event::CommandGiven{given_up(m.lot)});
  EXPECT_FALSE(m.s.is_closed(m.lot));
  m.s.pass_time(20s);
  m.s.cycle();
  m.s.wait(5s);
  EXPECT_TRUE(m.s.is_closed(m.lot));
}

TEST(WriteOff, IsRefusedForWhatTheBrokerHolds) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.play(event::CommandGiven{given_up(lot)});
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_THAT(result_of(s), HasSubstr("refused"));
  EXPECT_EQ(s.alerts_of("command_refused"), 1);
}

TEST(WriteOff, IsRefusedForWhatWasMissedOnceOnly) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.held["AAPL"] = 0_qty;
  s.pass_time(20s);
  s.play(s.broker.read(s.now));
  s.play(event::CommandGiven{given_up(lot)});
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_THAT(result_of(s), HasSubstr("seen twice"));
}

TEST(WriteOff, IsRefusedWhileTheBrokerCannotBeRead) {
  Missing m;
  m.s.play(event::BrokerUnread{"no answer"});
  m.s.play(event::CommandGiven{given_up(m.lot)});
  ASSERT_NE(m.s.open(m.lot), nullptr);
  EXPECT_THAT(result_of(m.s), HasSubstr("not known at the moment: no answer"));
  EXPECT_EQ(m.s.alerts_of("command_refused"), 1);
}

TEST(WriteOff, CountsALookOfTheProcessBefore) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.held["AAPL"] = 0_qty;
  for (int i = 0; i < 2; ++i) {
    s.restart();
    s.pass_time(60s);
    s.cycle();
  }
  s.play(event::CommandGiven{given_up(lot)});
  s.wait(5s);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(WriteOff, OfOneOfThreeLeavesTheOthers) {
  Scene s;
  const LotUid first = enter(s, {});
  const LotUid second = enter(s, {.key = "second"});
  const LotUid third = enter(s, {.key = "third"});
  s.cycle();
  s.broker.held["AAPL"] = 200_qty;  // of 300: no reverse split makes that
  for (int i = 0; i < 2; ++i) {
    s.pass_time(20s);
    s.cycle();
  }
  ASSERT_FALSE(s.state.absences.empty());
  s.play(event::CommandGiven{given_up(second)});
  s.wait(5s);
  EXPECT_TRUE(s.is_closed(second));
  for (const LotUid& lot : {first, third}) {
    ASSERT_NE(s.open(lot), nullptr);
    EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  }
  EXPECT_TRUE(s.state.absences.empty());
  EXPECT_TRUE(s.broker.received.empty());
}

TEST(WriteOff, OfAnAbsurdLotIsWrittenOffLikeAnyOther) {
  Missing m;
  m.s.state.lots.at(m.lot).good_price.reset();
  m.s.state.lots.at(m.lot).entry_price = Price::parse("9000000000").value();
  m.s.play(event::CommandGiven{given_up(m.lot)});
  m.s.wait(5s);
  EXPECT_TRUE(m.s.is_closed(m.lot));
  EXPECT_EQ(m.s.stored(m.lot).realised_result, std::nullopt);
}

TEST(WriteOff, EndsACloseThatCouldNotBeMade) {
  Missing m;
  m.s.play(event::CommandGiven{{.id = 6, .lot = m.lot, .quantity = {}, .who = "ann", .why = "away with it"}});
  m.s.wait(5s);
  ASSERT_NE(m.s.open(m.lot), nullptr);
  m.s.play(event::CommandGiven{given_up(m.lot)});
  m.s.wait(5s);
  ASSERT_TRUE(m.s.is_closed(m.lot));
  EXPECT_EQ(m.s.stored(m.lot).close_reason, ExitReason::external_close);
}

TEST(WriteOff, OfWhatLeavesByItselfMeanwhileIsNoError) {
  Missing m;
  m.s.play(event::CommandGiven{given_up(LotUid("another"))});
  ASSERT_NE(m.s.open(m.lot), nullptr);
  EXPECT_EQ(m.s.finished_commands.count(7), 1U);
  EXPECT_EQ(result_of(m.s), "no open position another") << "and the word is on record";
}

}  // namespace
}  // namespace belay::engine::scene
