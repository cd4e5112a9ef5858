// SPDX-License-Identifier: Apache-2.0
// What a changed configuration gives a service, and for how long it counts.
#include "app/reloading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/runtime/test_ports.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Wish = Reloading::Wish;

LoadedConfig loaded(const Environment& more) {
  Environment environment{{"ALPACA_API_KEY", "PK1"}, {"ALPACA_API_SECRET", "s3cret"}, {"BELAY_STORE", "sqlite:/x.db"}};
  environment.insert(more.begin(), more.end());
  return load_config(environment);
}

class Reloads : public ::testing::Test {
 protected:
  ReloadOutcome reload(const Environment& changed) {
    return reloading.reload(loaded(changed), stage.conductor, config, Wish::careful);
  }

  runtime::testing::Stage stage;
  LoadedConfig at_start = loaded({});
  Config config = at_start.config;
  Reloading reloading{at_start, "default"};
};

TEST_F(Reloads, WhatWasTakenCountsWhereTheAccountIsServedAnew) {
  EXPECT_TRUE(reload({{"BELAY_STOP_PERCENT", "5"}, {"BELAY_SWEEP", "30s"}, {"BELAY_RELOAD_EXITS_LIMIT", "7"}}).taken);
  Config anew = at_start.config;
  reloading.bring_up_to_date(anew);
  EXPECT_EQ(anew.runtime.policy, config.runtime.policy);
  EXPECT_EQ(anew.runtime.sweep, 30s);
  EXPECT_EQ(anew.reload_exits_limit, 7U);
  EXPECT_THAT(reload({{"BELAY_STOP_PERCENT", "4"}, {"BELAY_SWEEP", "30s"}, {"BELAY_RELOAD_EXITS_LIMIT", "7"}}).changed,
              ElementsAre("policy.stop_percent: 5 -> 4"))
      << "held against what counts, not against the start";
}

TEST_F(Reloads, WhatWasNotTakenChangesNothing) {
  EXPECT_THAT(reload({{"BELAY_STOP_PERCENT", "many"}}).wrong, SizeIs(1));
  Config anew = at_start.config;
  reloading.bring_up_to_date(anew);
  EXPECT_EQ(anew.runtime.policy, at_start.config.runtime.policy);
}

TEST_F(Reloads, WhatIsWrongWithAlertsIsSaidAndKeepsNoRuleBack) {
  const ReloadOutcome outcome = reload({{"BELAY_STOP_PERCENT", "5"}, {"BELAY_ALERTS_TO", "ann@example.com"}});
  EXPECT_TRUE(outcome.taken);
  EXPECT_THAT(outcome.wrong, IsEmpty());
  EXPECT_THAT(outcome.alerts, ElementsAre(HasSubstr("no mail server")));
}

TEST_F(Reloads, IsAskedForByEachRise) {
  EXPECT_FALSE(reloading.is_asked(3)) << "before it was served";
  EXPECT_FALSE(reloading.is_asked(3));
  EXPECT_TRUE(reloading.is_asked(4));
  EXPECT_FALSE(reloading.is_asked(4));
}

}  // namespace
}  // namespace belay::app
