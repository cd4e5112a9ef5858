// SPDX-License-Identifier: Apache-2.0
// Several accounts in one configuration; and what is told of it: the example, the values that count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config_file.hpp"
#include "app/config_values.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Environment kKeys{{"ALPACA_API_KEY__LARGE", "PKL"},
                        {"ALPACA_API_SECRET__LARGE", "large-s3cret"},
                        {"ALPACA_API_KEY__TINY", "PKT"},
                        {"ALPACA_API_SECRET__TINY", "tiny-s3cret"},
                        {"HOME", "/home/ann"}};

class SeveralAccounts : public ::testing::Test {
 protected:
  SeveralAccounts() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-accounts-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~SeveralAccounts() override { std::filesystem::remove_all(folder_); }

  LoadedConfig load(const std::string& toml, const Environment& more = {}) {
    const std::string path = (folder_ / "belay.toml").string();
    std::ofstream(path) << toml;
    Environment environment = kKeys;
    for (const auto& [name, value] : more) environment[name] = value;
    environment["BELAY_CONFIG"] = path;
    return load_config(environment);
  }
  static std::vector<std::string> messages(const std::vector<Problem>& problems) {
    std::vector<std::string> all;
    for (const Problem& problem : problems) all.push_back(problem.message);
    return all;
  }
  static const AccountConfig& account(const LoadedConfig& loaded, const std::string& name) {
    for (const AccountConfig& one : loaded.accounts) {
      if (one.config.runtime.account == name) return one;
    }
    throw std::runtime_error("no account " + name);
  }
  static const EffectiveValue& value(const LoadedConfig& loaded, const std::string& variable) {
    for (const EffectiveValue& one : loaded.values) {
      if (one.variable == variable) return one;
    }
    throw std::runtime_error("no value of " + variable);
  }

  std::filesystem::path folder_;
};

constexpr const char* kTwo = R"(
  [broker]
  base_url = "http://127.0.0.1:8800"
  [store]
  location = "sqlite:/x.db"
  [policy]
  stop_percent = "5"
  target_percent = "10"
  [strategy.day_trade]
  stop_percent = "4"
  [accounts.large]
  aliases = ["large-100k"]
  [accounts.large.policy]
  stop_percent = "3"
  [accounts.tiny]
  base_url = "http://127.0.0.1:8801"
  [accounts.tiny.strategy.day_trade]
  stop_percent = "2"
)";

TEST_F(SeveralAccounts, EachHasItsOwnAndTheRestInCommon) {
  const LoadedConfig loaded = load(kTwo);
  EXPECT_THAT(messages(loaded.problems), IsEmpty());
  EXPECT_THAT(loaded.notes, IsEmpty());
  ASSERT_EQ(loaded.accounts.size(), 2U);
  const AccountConfig& large = account(loaded, "large");
  const AccountConfig& tiny = account(loaded, "tiny");
  EXPECT_THAT(messages(large.problems), IsEmpty());
  EXPECT_THAT(messages(tiny.problems), IsEmpty());
  EXPECT_EQ(large.config.broker.key, "PKL");
  EXPECT_EQ(tiny.config.broker.secret.reveal(), "tiny-s3cret");
  EXPECT_EQ(large.config.broker.trading_url, "http://127.0.0.1:8800");
  EXPECT_EQ(tiny.config.broker.trading_url, "http://127.0.0.1:8801");
  EXPECT_EQ(tiny.config.broker.data_url, "http://127.0.0.1:8801") << "a paper exchange answers for its own prices";
  EXPECT_EQ(large.config.runtime.policy.account.stop_percent, 3_ratio);
  EXPECT_EQ(tiny.config.runtime.policy.account.stop_percent, 5_ratio);
  EXPECT_EQ(large.config.runtime.policy.account.target_percent, 10_ratio);
  EXPECT_EQ(large.config.runtime.policy.day_trade.stop_percent, 4_ratio);
  EXPECT_EQ(tiny.config.runtime.policy.day_trade.stop_percent, 2_ratio);
  EXPECT_EQ(std::get<std::string>(tiny.config.store), "sqlite:/x.db");
  EXPECT_THAT(large.config.runtime.aliases, ElementsAre("large-100k", "large"));
  EXPECT_THAT(tiny.config.runtime.aliases, ElementsAre("tiny")) << "never everybody's rows";
  EXPECT_THAT(large.config.runtime.known_names, ElementsAre("large-100k", "large", "tiny"));
  EXPECT_THAT(tiny.config.runtime.known_names, IsEmpty()) << "one of them points strangers out";
}

TEST_F(SeveralAccounts, WhatIsSaidOfOneCountsBeforeWhatIsSaidOfAll) {
  const LoadedConfig loaded = load(
      kTwo,
      {{"BELAY_STOP_PERCENT", "7"}, {"BELAY_STOP_PERCENT__TINY", "6"}, {"BELAY_DAY_TRADE_STOP_PERCENT__LARGE", "1"}});
  EXPECT_THAT(loaded.notes, IsEmpty());
  EXPECT_EQ(account(loaded, "large").config.runtime.policy.account.stop_percent, 3_ratio);
  EXPECT_EQ(account(loaded, "tiny").config.runtime.policy.account.stop_percent, 6_ratio);
  EXPECT_EQ(account(loaded, "large").config.runtime.policy.day_trade.stop_percent, 1_ratio);
  EXPECT_THAT(load(kTwo, {{"BELAY_STOP_PERCENT__LARG", "1"}}).notes,
              ElementsAre(AllOf(HasSubstr("BELAY_STOP_PERCENT__LARG,"), HasSubstr("BELAY_STOP_PERCENT__LARGE"))));
  EXPECT_THAT(load(kTwo, {{"BELAY_SWEEP__LARGE", "5s"}}).notes, ElementsAre(HasSubstr("BELAY_SWEEP__LARGE")));
}

TEST_F(SeveralAccounts, WhatIsWrongWithOneIsNoOthers) {
  const LoadedConfig loaded = load(std::string(kTwo) + R"(
  [accounts.broken]
  stop_percent = "5"
  sweep = "5s"
  [accounts.broken.policy]
  stop_percent = "lots"
  stopp_percent = "5"
  )");
  EXPECT_THAT(messages(loaded.problems), IsEmpty());
  EXPECT_THAT(messages(account(loaded, "large").problems), IsEmpty());
  EXPECT_THAT(messages(account(loaded, "broken").problems),
              ::testing::UnorderedElementsAre(
                  AllOf(HasSubstr("line 21"), HasSubstr("it belongs into [accounts.broken.policy]")),
                  AllOf(HasSubstr("line 22"), HasSubstr("it is common to all accounts and belongs into [run]")),
                  AllOf(HasSubstr("line 24"), HasSubstr("accounts.broken.policy.stop_percent: ")),
                  AllOf(HasSubstr("line 25"), HasSubstr("did you mean \"stop_percent\"?")),
                  HasSubstr("ALPACA_API_KEY__BROKEN is not set"), HasSubstr("ALPACA_API_SECRET__BROKEN is not set")));
}

TEST_F(SeveralAccounts, NoKeysAreTakenThatAreNotTheAccountsOwn) {
  const LoadedConfig loaded = load("[accounts.large]\n[accounts.new]\n", {{"ALPACA_API_KEY", "PK1"}});
  EXPECT_THAT(messages(account(loaded, "new").problems), Contains(HasSubstr("ALPACA_API_KEY__NEW is not set")));
  EXPECT_THAT(loaded.notes, Contains(HasSubstr("ALPACA_API_KEY is not used")));
  const LoadedConfig service = load("[accounts.large]\n", {{"ALPACA_API_SECRET_FILE", "/nowhere"}});
  EXPECT_THAT(messages(service.problems), IsEmpty()) << "the unit of the Debian package has it";
  EXPECT_THAT(service.notes, Contains(HasSubstr("ALPACA_API_SECRET_FILE is not used")));
}

TEST_F(SeveralAccounts, WhatTwoClaimIsRefused) {
  struct Case {
    std::string toml;
    Environment environment;
    std::string says;
  };
  const Case cases[] = {
      {"[accounts.large]\n[accounts.tiny]\n", {{"ALPACA_API_KEY__TINY", "PKL"}}, "both have the same API key"},
      {"[accounts.large]\naliases = [\"x\"]\n[accounts.tiny]\naliases = [\"x\"]\n", {}, "both have the alias x"},
      {"[accounts.large]\naliases = [\"tiny\"]\n[accounts.tiny]\n", {}, "both have the alias tiny"},
      {"[accounts.large]\nunnamed_rows = true\n[accounts.tiny]\nunnamed_rows = true\n",
       {},
       "rows that name no account"},
      {"[accounts.tiny]\n[accounts.TINY]\n", {}, "both have the variables …__TINY"},
      {"[accounts.large]\n[account]\nname = \"x\"\n", {}, "is for one account"},
      {"[accounts.large]\n", {{"BELAY_ACCOUNT", "x"}}, "BELAY_ACCOUNT is for one account"},
      {"[accounts.large]\n[broker]\napi_key_file = \"/x\"\n", {}, "is for one account"},
      {"[accounts.la__rge]\n", {}, "an account's name"},
      {"[accounts.\"a b\"]\n", {}, "an account's name"},
      {"[accounts]\nlarge = 1\n", {}, ""},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.toml);
    const LoadedConfig loaded = load(each.toml, each.environment);
    if (each.says.empty()) {
      EXPECT_THAT(messages(account(loaded, "large").problems), Contains(HasSubstr("must be a section")));
    } else {
      EXPECT_THAT(messages(loaded.problems), Contains(HasSubstr(each.says)));
    }
  }
}

TEST_F(SeveralAccounts, RowsWithoutANameAreWhoseverTheConfigurationSays) {
  const LoadedConfig loaded = load("[accounts.large]\nunnamed_rows = true\n[accounts.tiny]\n");
  EXPECT_THAT(messages(loaded.problems), IsEmpty());
  EXPECT_THAT(account(loaded, "large").config.runtime.aliases, ElementsAre("", "large"));
  EXPECT_THAT(account(loaded, "tiny").config.runtime.aliases, ElementsAre("tiny"));
}

TEST_F(SeveralAccounts, TheOnlyAccountTakesThemUnlessItSaysOtherwise) {
  const auto aliases = [&](const std::string& toml) { return load(toml).config.runtime.aliases; };
  EXPECT_THAT(aliases("[account]\nname = \"main\"\n"), IsEmpty()) << "whatever they are called";
  EXPECT_THAT(aliases("[account]\nname = \"main\"\naliases = [\"x\"]\n"), ElementsAre("x", ""));
  EXPECT_THAT(aliases("[account]\nname = \"main\"\naliases = [\"x\"]\nunnamed_rows = false\n"), ElementsAre("x"));
  EXPECT_THAT(aliases("[account]\nname = \"main\"\nunnamed_rows = false\n"), ElementsAre("main"));
}

TEST_F(SeveralAccounts, EveryValueSaysWhereItComesFrom) {
  const LoadedConfig loaded = load(kTwo, {{"BELAY_SWEEP", "30s"}, {"BELAY_TARGET_PERCENT__TINY", "8"}});
  EXPECT_EQ(value(loaded, "BELAY_SWEEP").value, "30s");
  EXPECT_EQ(value(loaded, "BELAY_SWEEP").origin, "BELAY_SWEEP");
  EXPECT_EQ(value(loaded, "BELAY_WAIT").value, "40s");
  EXPECT_EQ(value(loaded, "BELAY_WAIT").origin, "default");
  EXPECT_EQ(value(loaded, "BELAY_FALLBACK_STOP").value, std::nullopt);
  EXPECT_THAT(value(loaded, "BELAY_STOP_PERCENT__LARGE").origin, HasSubstr("belay.toml, line 14"));
  EXPECT_EQ(value(loaded, "BELAY_STOP_PERCENT__LARGE").value, "3");
  EXPECT_THAT(value(loaded, "BELAY_STOP_PERCENT__TINY").origin, HasSubstr("belay.toml, line 7"));
  EXPECT_EQ(value(loaded, "BELAY_TARGET_PERCENT__TINY").origin, "BELAY_TARGET_PERCENT__TINY");
  EXPECT_EQ(value(loaded, "ALPACA_API_SECRET__TINY").value, "set");
  EXPECT_TRUE(value(loaded, "ALPACA_API_SECRET__TINY").is_secret);
}

TEST_F(SeveralAccounts, NoSecretIsAmongTheValues) {
  const LoadedConfig loaded =
      load(kTwo, {{"DB_PASSWORD", "db-s3cret"}, {"BELAY_STORE", "postgresql://ann:url-s3cret@db/x"}});
  for (const EffectiveValue& one : loaded.values) {
    EXPECT_THAT(one.value.value_or(""), Not(HasSubstr("s3cret"))) << one.variable;
    EXPECT_THAT(one.origin, Not(HasSubstr("s3cret"))) << one.variable;
  }
}

TEST(Keys, EachIsDescribedAndItsDefaultIsWhatCounts) {
  Draft draft;
  std::vector<Problem> problems;
  for (const Key& key : config_keys()) {
    SCOPED_TRACE(key.variable);
    EXPECT_FALSE(key.about.empty());
    EXPECT_NE(key.standard.empty(), key.sample.empty());
    if (!key.standard.empty()) draft.apply({&key, std::string(key.standard), "", ""}, problems);
    Draft sampled;
    if (key.standard.empty()) sampled.apply({&key, std::string(key.sample), "", ""}, problems);
  }
  EXPECT_THAT(problems, IsEmpty());
  const Config standard;
  EXPECT_EQ(draft.config.runtime.policy, standard.runtime.policy);
  EXPECT_EQ(draft.config.runtime.account, standard.runtime.account);
  EXPECT_EQ(draft.config.runtime.wait, standard.runtime.wait);
  EXPECT_EQ(draft.config.runtime.sweep, standard.runtime.sweep);
  EXPECT_EQ(draft.config.runtime.senders, standard.runtime.senders);
  EXPECT_EQ(draft.config.broker.trading_url, standard.broker.trading_url);
  EXPECT_EQ(draft.config.broker.data_url, standard.broker.data_url);
  EXPECT_EQ(draft.config.broker.stream, standard.broker.stream);
  EXPECT_EQ(draft.config.log_level, standard.log_level);
  EXPECT_EQ(draft.config.reload_exits_limit, standard.reload_exits_limit);
  EXPECT_EQ(draft.config.runtime.keep_noisy_events, standard.runtime.keep_noisy_events);
  EXPECT_EQ(draft.config.keep_passes, standard.keep_passes);
  EXPECT_EQ(draft.config.metrics_emf, standard.metrics_emf);
  EXPECT_EQ(draft.config.report_mail, standard.report_mail);
  EXPECT_EQ(draft.config.alerts, standard.alerts);
  EXPECT_EQ(draft.alerts.mail.plain, AlertDraft().mail.plain);
}

TEST(Keys, TheExampleNamesEachAndIsReadAsItStands) {
  EXPECT_THAT(read_config_text(example_config(), "belay.toml").common.problems, IsEmpty());
  std::istringstream lines(example_config());
  std::string uncommented;
  for (std::string line; std::getline(lines, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    uncommented += (is_setting ? line.substr(1) : line) + "\n";
  }
  const FileContents contents = read_config_text(uncommented, "belay.toml");
  EXPECT_THAT(contents.common.problems, IsEmpty());
  EXPECT_EQ(contents.common.settings.size(), config_keys().size());
  EXPECT_EQ(contents.accounts.size(), 2U);
  EXPECT_THAT(contents.accounts.at("large").problems, IsEmpty());
  EXPECT_EQ(contents.accounts.at("large").settings.size(), 5U);
}

}  // namespace
}  // namespace belay::app
