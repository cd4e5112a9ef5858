// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

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
using Concern = Problem::Concern;

class Configuration : public ::testing::Test {
 protected:
  Configuration() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-config-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Configuration() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  /// With keys, a home and what is added.
  LoadedConfig load(const Environment& more = {}) {
    Environment environment{{"ALPACA_API_KEY", "PK1"}, {"ALPACA_API_SECRET", "s3cret"}, {"HOME", "/home/ann"}};
    for (const auto& [name, value] : more) environment[name] = value;
    return load_config(environment);
  }
  LoadedConfig load_file(const std::string& toml, Environment more = {}) {
    more["BELAY_CONFIG"] = write("belay.toml", toml);
    return load(more);
  }

  static std::vector<std::string> messages(const LoadedConfig& loaded) {
    std::vector<std::string> all;
    for (const Problem& problem : loaded.problems) all.push_back(problem.message);
    return all;
  }
  static std::string spec(const LoadedConfig& loaded) {
    const auto* text = std::get_if<std::string>(&loaded.config.store);
    return text == nullptr ? "a database" : *text;
  }

  std::filesystem::path folder_;
};

TEST_F(Configuration, KeysAloneAreEnough) {
  const LoadedConfig loaded = load();
  EXPECT_THAT(messages(loaded), IsEmpty());
  EXPECT_EQ(loaded.config.broker.key, "PK1");
  EXPECT_EQ(loaded.config.broker.secret.reveal(), "s3cret");
  EXPECT_EQ(loaded.config.broker.trading_url, alpaca::kPaperTradingUrl);
  EXPECT_EQ(loaded.config.broker.data_url, alpaca::kDataUrl);
  EXPECT_EQ(spec(loaded), "sqlite:/home/ann/.local/state/belay/belay.db");
  EXPECT_EQ(loaded.config.runtime.policy, Policy());
}

TEST_F(Configuration, MissingKeysAreNamedAndStopOnlyWhatSpeaksToTheBroker) {
  const LoadedConfig loaded = load({{"ALPACA_API_KEY", ""}, {"ALPACA_API_SECRET", ""}});
  EXPECT_THAT(messages(loaded), ElementsAre(HasSubstr("ALPACA_API_KEY"), HasSubstr("ALPACA_API_SECRET")));
  EXPECT_THAT(loaded.problems, ::testing::Each(Field(&Problem::concern, Concern::broker)));
}

TEST_F(Configuration, APaperExchangeOnThisMachineAnswersForPricesToo) {
  EXPECT_EQ(load({{"ALPACA_BASE_URL", "http://127.0.0.1:8800"}}).config.broker.data_url, "http://127.0.0.1:8800");
  EXPECT_EQ(load({{"ALPACA_BASE_URL", "http://localhost:8800"}, {"ALPACA_DATA_URL", "http://127.0.0.1:9"}})
                .config.broker.data_url,
            "http://127.0.0.1:9");
  EXPECT_EQ(load({{"ALPACA_BASE_URL", "https://api.alpaca.markets"}}).config.broker.data_url, alpaca::kDataUrl);
  EXPECT_THAT(messages(load({{"ALPACA_BASE_URL", "http://api.alpaca.markets"}})),
              ElementsAre(HasSubstr("ALPACA_BASE_URL")));
}

TEST_F(Configuration, TheStoreIsChosenWithoutASilentFallBackToAFile) {
  struct Case {
    Environment environment;
    std::string chosen;
    std::string problem;
  };
  const Case cases[] = {
      {{}, "sqlite:/home/ann/.local/state/belay/belay.db", ""},
      {{{"XDG_STATE_HOME", "/state"}}, "sqlite:/state/belay/belay.db", ""},
      {{{"XDG_STATE_HOME", "not/absolute"}}, "sqlite:/home/ann/.local/state/belay/belay.db", ""},
      {{{"HOME", ""}}, "", "BELAY_STORE"},
      {{{"BELAY_STORE", "sqlite:/x.db"}}, "sqlite:/x.db", ""},
      {{{"BELAY_STORE", "sqlite:/x.db"}, {"DB_HOST", "db"}}, "sqlite:/x.db", ""},
      {{{"BELAY_STORE", ""}}, "", "BELAY_STORE"},
      {{{"DB_HOST", "db"}}, "a database", ""},
      {{{"DB_PASSWORD", "pw"}}, "a database", ""},
      {{{"DB_HOST", ""}, {"DB_NAME", "belay"}}, "a database", ""},
      {{{"DB_HOST", ""}}, "a database", "DB_HOST"},
      {{{"DB_HOST", "db"}, {"DB_PORT", "lots"}}, "a database", "DB_PORT"},
  };
  for (const Case& each : cases) {
    const LoadedConfig loaded = load(each.environment);
    SCOPED_TRACE(each.environment.empty() ? "nothing" : each.environment.begin()->first);
    EXPECT_EQ(spec(loaded), each.chosen);
    if (each.problem.empty()) {
      EXPECT_THAT(messages(loaded), IsEmpty());
    } else {
      EXPECT_THAT(loaded.problems, Contains(AllOf(Field(&Problem::concern, Concern::store),
                                                  Field(&Problem::message, HasSubstr(each.problem)))));
    }
  }
}

TEST_F(Configuration, TheDatabaseIsWhatItsVariablesSay) {
  const LoadedConfig loaded = load({{"DB_HOST", "db.example"},
                                    {"DB_PORT", "5433"},
                                    {"DB_NAME", "trading"},
                                    {"DB_USER", "belay"},
                                    {"DB_PASSWORD", "pw"}});
  const auto& database = std::get<store::ConnectionSettings>(loaded.config.store);
  EXPECT_EQ(database.host, "db.example");
  EXPECT_EQ(database.port, "5433");
  EXPECT_EQ(database.database, "trading");
  EXPECT_EQ(database.user, "belay");
  EXPECT_EQ(database.password, "pw");
}

TEST_F(Configuration, TheFileSetsAndTheEnvironmentOverrules) {
  const std::string toml = R"(
    [broker]
    base_url = "http://127.0.0.1:8800"
    [store]
    location = "sqlite:/var/lib/belay/belay.db"
    [account]
    name = "swing"
    aliases = ["paper-1", "paper-2"]
    [run]
    sweep = "30s"
    wait = 20
    senders = 8
    [log]
    level = "warning"
    [policy]
    adoption = "protect"
    adopted_stop = "0.08"
    day_trade_lead = "10m"
    fallback_stop = "0.07"
    account_loss_limit = "1500.50"
    trail_percent = "4"
    [strategy.swing_trade]
    stop_percent = "6.5"
    max_hold_minutes = 600
    scale_out_ladder = "5:50, 10:25"
    [strategy.day_trade]
    breakeven_at_percent = 2
  )";
  const LoadedConfig file = load_file(toml);
  EXPECT_THAT(messages(file), IsEmpty());
  EXPECT_EQ(file.config.broker.data_url, "http://127.0.0.1:8800");
  EXPECT_EQ(spec(file), "sqlite:/var/lib/belay/belay.db");
  EXPECT_EQ(file.config.runtime.account, "swing");
  EXPECT_THAT(file.config.runtime.aliases, ElementsAre("paper-1", "paper-2", "")) << "and rows without a name";
  EXPECT_EQ(file.config.runtime.sweep, Duration(30s));
  EXPECT_EQ(file.config.runtime.wait, Duration(20s));
  EXPECT_EQ(file.config.runtime.senders, 8U);
  EXPECT_EQ(file.config.log_level, log::Level::warning);
  EXPECT_EQ(file.config.runtime.policy.adoption, Adoption::protect);
  EXPECT_EQ(file.config.runtime.policy.adopted_stop, 0.08_ratio);
  EXPECT_EQ(file.config.runtime.policy.day_trade_lead, Duration(10min));
  EXPECT_EQ(file.config.runtime.policy.fallback_stop, 0.07_ratio);
  EXPECT_EQ(file.config.runtime.policy.account_loss_limit, 1500.5_usd);
  EXPECT_EQ(file.config.runtime.policy.account.terms.trail_percent, 4_ratio);
  EXPECT_EQ(file.config.runtime.policy.swing_trade.stop_percent, 6.5_ratio);
  EXPECT_EQ(file.config.runtime.policy.swing_trade.max_hold_minutes, 600);
  EXPECT_EQ(file.config.runtime.policy.swing_trade.terms.scale_out,
            (Ladder{{5_ratio, 50_ratio}, {10_ratio, 25_ratio}}));
  EXPECT_EQ(file.config.runtime.policy.day_trade.terms.breakeven_at, 2_ratio);
  const LoadedConfig overruled = load_file(toml, {{"BELAY_DAY_TRADE_BREAKEVEN_AT_PERCENT", "3"}});
  EXPECT_EQ(overruled.config.runtime.policy.day_trade.terms.breakeven_at, 3_ratio);

  const LoadedConfig both = load_file(
      toml, {{"BELAY_SWEEP", "45s"}, {"BELAY_ADOPTION", "watch"}, {"BELAY_ACCOUNT_ALIASES", "a, b"}, {"DB_NAME", "x"}});
  EXPECT_EQ(both.config.runtime.sweep, Duration(45s));
  EXPECT_EQ(both.config.runtime.policy.adoption, Adoption::watch);
  EXPECT_THAT(both.config.runtime.aliases, ElementsAre("a", "b", ""));
  EXPECT_EQ(spec(both), "a database");
}

TEST_F(Configuration, WhatIsWrongInTheFileIsNamedWithItsLine) {
  struct Case {
    std::string toml;
    std::string line;
    std::string says;
  };
  const Case cases[] = {
      {"[polcy]\n", "line 1", "unknown section [polcy], did you mean \"policy\"?"},
      {"[run]\nsweeep = \"1m\"\n", "line 2", "unknown key sweeep in [run], did you mean \"sweep\"?"},
      {"[run]\nadoption = \"watch\"\n", "line 2", "it belongs into [policy]"},
      {"sweep = \"1m\"\n", "line 1", "unknown key sweep"},
      {"[run]\n\nsweep = true\n", "line 3", "run.sweep must be a span of time"},
      {"[run]\nsweep = \"soon\"\n", "line 2", "no span of time"},
      {"[run]\nsenders = \"4\"\n", "line 2", "must be a whole number"},
      {"[run]\nsenders = 400\n", "line 2", "from 1 to 32"},
      {"[policy]\nadopted_stop = 0.05\n", "line 2", "decimal number in quotes"},
      {"[policy]\nadopted_stop = \"5\"\n", "line 2", "between 0 and 1"},
      {"[policy]\nignored_symbols = \"SPY\"\n", "line 2", "list of texts"},
      {"[store]\nport = \"5432\"\n", "line 2", "whole number"},
      {"[log]\nlevel = \"loud\"\n", "line 2", "debug, info, warning or error"},
      {"[broker]\napi_secret = \"abc\"\n", "line 2", "secrets do not belong into this file"},
      {"[store]\npassword = \"abc\"\n", "line 2", "secrets do not belong into this file"},
      {"[store]\nlocation = \"postgresql://ann:pw@db/x\"\n", "line 2", "a password does not belong"},
      {"[run\n", "line 1", ""},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.toml);
    const LoadedConfig loaded = load_file(each.toml);
    EXPECT_THAT(messages(loaded),
                ElementsAre(AllOf(HasSubstr("belay.toml"), HasSubstr(each.line), HasSubstr(each.says))));
    EXPECT_THAT(messages(loaded), Not(Contains(HasSubstr("abc"))));
  }
}

TEST_F(Configuration, AFileThatIsNotThereIsAProblem) {
  EXPECT_THAT(messages(load({{"BELAY_CONFIG", "/nowhere/belay.toml"}})), ElementsAre(HasSubstr("/nowhere/belay.toml")));
}

TEST_F(Configuration, SecretsMayComeFromFilesThatOnlyTheOwnerReads) {
  const std::string secret = write("secret", "s3cret-from-file\n");
  const LoadedConfig good = load({{"ALPACA_API_SECRET", ""}, {"ALPACA_API_SECRET_FILE", secret}});
  EXPECT_THAT(messages(good), IsEmpty());
  EXPECT_EQ(good.config.broker.secret.reveal(), "s3cret-from-file");

  const std::string open = write("open", "s3cret-from-file\n", 0644);
  EXPECT_THAT(messages(load({{"ALPACA_API_SECRET", ""}, {"ALPACA_API_SECRET_FILE", open}})),
              ElementsAre(AllOf(HasSubstr("chmod 600"), Not(HasSubstr("s3cret")))));
  EXPECT_THAT(messages(load({{"ALPACA_API_SECRET_FILE", secret}})), ElementsAre(HasSubstr("keep one")));
  EXPECT_THAT(messages(load({{"ALPACA_API_SECRET", ""}, {"ALPACA_API_SECRET_FILE", "/nowhere"}})),
              ElementsAre(HasSubstr("/nowhere")));

  const LoadedConfig database = load({{"DB_HOST", "db"}, {"DB_PASSWORD_FILE", secret}});
  EXPECT_EQ(std::get<store::ConnectionSettings>(database.config.store).password, "s3cret-from-file");
}

TEST_F(Configuration, SystemdsCredentialsAreTakenWhateverTheirModesLookLike) {
  const std::string secret = write("alpaca_api_secret", "s3cret-from-file\n", 0440);
  const Environment given{{"ALPACA_API_SECRET", ""}, {"ALPACA_API_SECRET_FILE", secret}};
  EXPECT_THAT(messages(load(given)), ElementsAre(HasSubstr("chmod 600")));
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  const LoadedConfig good = load(given);
  ::setenv("CREDENTIALS_DIRECTORY", (folder_ / "below").c_str(), 1);
  EXPECT_THAT(messages(load(given)), ElementsAre(HasSubstr("chmod 600")));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_THAT(messages(good), IsEmpty());
  EXPECT_EQ(good.config.broker.secret.reveal(), "s3cret-from-file");
}

TEST_F(Configuration, AMistypedVariableIsPointedOut) {
  EXPECT_THAT(load({{"BELAY_SWEP", "30s"}}).notes,
              ElementsAre(AllOf(HasSubstr("BELAY_SWEP"), HasSubstr("BELAY_SWEEP"))));
  EXPECT_THAT(load({{"PATH", "/bin"}}).notes, IsEmpty());
}

TEST_F(Configuration, AWrongVariableIsNamed) {
  EXPECT_THAT(messages(load({{"BELAY_SWEEP", "often"}})), ElementsAre(HasSubstr("BELAY_SWEEP: ")));
  EXPECT_THAT(messages(load({{"BELAY_OPTION_COLLAR", "-1"}})), ElementsAre(HasSubstr("BELAY_OPTION_COLLAR: ")));
}

TEST_F(Configuration, AlertsGoByWhatIsSetUp) {
  const std::string file =
      "[alerts]\nsmtp_url = \"smtps://mail.example.com\"\nfrom = \"belay@example.com\"\nto = [\"ann@example.com\"]\n"
      "webhook_url = \"https://example.com/hook\"\nsecond_to = [\"boss@example.com\"]\n";
  const LoadedConfig loaded = load_file(file, {{"BELAY_SMTP_PASSWORD", "pw"}, {"BELAY_ALERTS_REMIND_AFTER", "2m"}});
  EXPECT_THAT(messages(loaded), IsEmpty());
  EXPECT_THAT(loaded.notes, IsEmpty());
  const notify::Settings& alerts = loaded.config.alerts;
  EXPECT_EQ(alerts.mail->password, "pw");
  EXPECT_EQ(alerts.second_mail->to, std::vector<std::string>{"boss@example.com"});
  EXPECT_EQ(alerts.fold.remind_after, 2min);
  EXPECT_EQ(alerts.routes, (notify::Routes{{"mail"}, {"webhook"}, {"second_mail"}}));
  EXPECT_EQ(load_file(file + "escalation = [\"mail+webhook\"]\n").config.alerts.routes,
            (notify::Routes{{"mail", "webhook"}, {"second_mail"}}))
      << "nobody is forgotten";
  EXPECT_FALSE(load().config.alerts.wanted());
}

TEST_F(Configuration, WhatIsWrongWithAlertsConcernsThemAlone) {
  const LoadedConfig loaded =
      load({{"BELAY_SMTP_URL", "smtps://mail.example.com"}, {"BELAY_ALERTS_FROM", "b@example.com"}});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].concern, Concern::alerts);
  EXPECT_FALSE(loaded.config.alerts.wanted());
  EXPECT_THAT(messages(load_file("[alerts]\nsmtp_password = \"x\"\n")), Contains(HasSubstr("secrets do not belong")));
}

}  // namespace
}  // namespace belay::app
