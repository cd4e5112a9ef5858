// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <variant>

#include "app/config_file.hpp"
#include "app/config_keys.hpp"
#include "app/config_values.hpp"
#include "app/nearest.hpp"
#include "app/secret_file.hpp"
#include "shell/alpaca/secret.hpp"
#include "shell/net/url.hpp"
#include "shell/store/open.hpp"

namespace belay::app {
namespace {

using Concern = Problem::Concern;

constexpr std::array<std::string_view, 6> kDatabaseVariables{"DB_HOST", "DB_PORT",     "DB_NAME",
                                                             "DB_USER", "DB_PASSWORD", "DB_PASSWORD_FILE"};

/// What is ours by its beginning but is read elsewhere: the project's own tests, and the faults of tests/faults.
constexpr std::array<std::string_view, 12> kTestVariables{
    "BELAY_BIN",     "BELAY_LONG",    "BELAY_MARKET_DATA", "BELAY_SHARED", "BELAY_SIM_URL", "BELAY_FAIL_STEP",
    "BELAY_FAIL_AT", "BELAY_FAIL_BY", "BELAY_FAIL_LOG",    "BELAY_DISK",   "BELAY_DISK_OF", "BELAY_TIME_OFF"};

/// A name is part of the names of variables: of the file's bare keys, those that cannot be mistaken there.
std::string why_no_account_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool well_formed = !name.empty() && name.size() <= 32 && is_plain(name.front()) && is_plain(name.back()) &&
                           std::ranges::all_of(name, [&](char c) { return is_plain(c) || c == '-' || c == '_'; }) &&
                           variable_of("", name).find("__", 2) == std::string::npos;
  return well_formed ? ""
                     : "an account's name has letters, digits, single - and _ between them, and at most 32 of them all";
}

/// What [accounts.NAME] of one account came to.
struct AccountDraft {
  std::string name;
  Draft draft;
  std::vector<Problem> problems;
};

class Loader {
 public:
  explicit Loader(const Environment& environment) : environment_(environment) {}

  LoadedConfig load() {
    FileContents contents;
    if (const std::string file = variable("BELAY_CONFIG"); !file.empty()) {
      draft_.config.file = file;
      contents = read_config_file(file);
    }
    take(contents.common, "", draft_, out_.problems);
    if (contents.accounts.empty()) {
      choose_credentials("", draft_, out_.problems);
      choose_data_url(draft_, out_.problems);
      name_only_account();
    } else {
      refuse_what_is_for_one_account();
      for (const auto& [name, part] : contents.accounts) load_account(name, part);
      const Problems both = clashes();
      out_.problems.insert(out_.problems.end(), both.begin(), both.end());
    }
    choose_store();
    check_store();
    if (drafts_.empty()) choose_alerts("", draft_, out_.problems);
    for (AccountDraft& account : drafts_) choose_alerts(account.name, account.draft, account.problems);
    note_strangers();
    finish();
    return std::move(out_);
  }

 private:
  using Problems = std::vector<Problem>;
  inline static const std::string kUnused = " is not used: there are [accounts], and each has keys of its own";

  [[nodiscard]] bool is_set(std::string_view name) const { return environment_.contains(name); }
  [[nodiscard]] std::string variable(std::string_view name) const {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::string() : found->second;
  }
  void complain(Concern concern, std::string message) { out_.problems.push_back({concern, std::move(message)}); }

  /// What the file says, and then the environment: of `account`, or of all.
  void take(const FileContents::Part& part, const std::string& account, Draft& draft, Problems& problems) {
    problems.insert(problems.end(), part.problems.begin(), part.problems.end());
    for (const Setting& setting : part.settings) draft.apply(setting, problems);
    for (const Key& key : config_keys()) {
      if (!account.empty() && !is_per_account(key)) continue;
      const std::string name = account.empty() ? std::string(key.variable) : variable_of(key.variable, account);
      if (std::string text = variable(name); !text.empty()) draft.apply({&key, std::move(text), name, name}, problems);
    }
  }

  /// From the variable, or from the file that `path` names; empty where neither is there.
  std::string secret(const std::string& name, const std::string& file_name, const std::string& path, Concern concern,
                     Problems& problems) {
    std::string given = variable(name);
    if (path.empty()) return given;
    if (!given.empty()) {
      problems.push_back({concern, name + " and " + file_name + " are both set: keep one of them"});
      return given;
    }
    auto read = read_secret_file(path);
    if (!read) {
      problems.push_back({concern, read.error().message});
      return {};
    }
    return *read;
  }

  void choose_credentials(const std::string& account, Draft& draft, Problems& problems) {
    const auto named = [&](std::string_view name) {
      return account.empty() ? std::string(name) : variable_of(name, account);
    };
    const std::size_t before = problems.size();
    const auto read = [&](std::string_view name, std::string_view file_name, const std::string& path) {
      return secret(named(name), named(file_name), path, Concern::broker, problems);
    };
    draft.config.broker.key = read("ALPACA_API_KEY", "ALPACA_API_KEY_FILE", draft.key_file);
    draft.config.broker.secret = alpaca::Secret(read("ALPACA_API_SECRET", "ALPACA_API_SECRET_FILE", draft.secret_file));
    if (problems.size() > before) return;
    const auto missing = [&](std::string_view name, std::string_view file_name, const char* what) {
      problems.push_back({Concern::broker, named(name) + " is not set: put the " + what +
                                               " of your Alpaca account there, or name a file that holds it in " +
                                               named(file_name)});
    };
    if (draft.config.broker.key.empty()) missing("ALPACA_API_KEY", "ALPACA_API_KEY_FILE", "API key");
    if (draft.config.broker.secret.empty()) missing("ALPACA_API_SECRET", "ALPACA_API_SECRET_FILE", "API secret");
  }

  /// What a wrong URL is complained of as.
  static std::string called(const Draft& draft, std::string_view variable) {
    for (const auto& [key, setting] : draft.given) {
      if (key->variable == variable && !setting.origin.starts_with(draft.config.file)) return setting.origin;
    }
    return std::string(variable);
  }

  /// A paper exchange on this machine answers for prices as well; real prices would be those of another world.
  void choose_data_url(Draft& draft, Problems& problems) {
    alpaca::Settings& broker = draft.config.broker;
    const auto trading = net::parse_url(alpaca::base_url(broker.trading_url));
    if (!trading) {
      problems.push_back({Concern::broker, called(draft, "ALPACA_BASE_URL") + ": " + trading.error().message});
      return;
    }
    if (!draft.data_url_given && net::is_loopback_host(trading->host)) broker.data_url = broker.trading_url;
    const auto data = net::parse_url(alpaca::base_url(broker.data_url));
    if (!data) problems.push_back({Concern::broker, called(draft, "ALPACA_DATA_URL") + ": " + data.error().message});
    if (broker.stream_url.empty()) return;
    if (const auto parsed = net::parse_websocket_url(broker.stream_url); !parsed) {
      problems.push_back({Concern::broker, called(draft, "ALPACA_STREAM_URL") + ": " + parsed.error().message});
    }
  }

  /// Rows that name no account are the only account's, whatever its aliases, unless it says otherwise.
  void name_only_account() {
    std::vector<std::string>& aliases = draft_.config.runtime.aliases;
    const bool takes_unnamed = draft_.unnamed_rows.value_or(true);
    if (aliases.empty() && !takes_unnamed) aliases.push_back(draft_.config.runtime.account);
    if (!aliases.empty() && takes_unnamed) aliases.emplace_back();
  }

  void load_account(const std::string& name, const FileContents::Part& part) {
    AccountDraft account{name, draft_, {}};
    account.draft.config.runtime.account = name;
    account.draft.given.clear();
    if (const std::string wrong = why_no_account_name(name); !wrong.empty()) {
      complain(Concern::general, draft_.config.file + ": [accounts." + name + "]: " + wrong);
    } else {
      take(part, name, account.draft, account.problems);
      choose_credentials(name, account.draft, account.problems);
    }
    choose_data_url(account.draft, account.problems);
    std::vector<std::string>& aliases = account.draft.config.runtime.aliases;
    if (account.draft.unnamed_rows.value_or(false)) aliases.emplace_back();
    if (std::ranges::find(aliases, name) == aliases.end()) aliases.push_back(name);
    drafts_.push_back(std::move(account));
  }

  /// With several accounts, what stands for one of them stands with it.
  void refuse_what_is_for_one_account() {
    for (const auto& [key, setting] : draft_.given) {
      const bool names_secret = key->key == "api_key_file" || key->key == "api_secret_file";
      const bool in_environment = setting.origin == key->variable;
      if (names_secret && in_environment) out_.notes.push_back(setting.origin + kUnused);
      if (key->section != "account" && (!names_secret || in_environment)) continue;
      complain(Concern::general, setting.called + " is for one account, but " + draft_.config.file +
                                     " has [accounts]: say it of each of them, in its section");
    }
    draft_.key_file.clear();
    draft_.secret_file.clear();
    draft_.config.runtime.aliases.clear();
    draft_.unnamed_rows.reset();
    for (const char* name : {"ALPACA_API_KEY", "ALPACA_API_SECRET"}) {
      if (variable(name).empty()) continue;
      out_.notes.push_back(name + kUnused);
    }
  }

  /// What two accounts both claim.
  Problems clashes() const {
    Problems found;
    std::map<std::string, std::string> keys;
    std::map<std::string, std::string> names;
    const auto claim = [&](std::map<std::string, std::string>& of, const std::string& what, const std::string& shown,
                           const AccountDraft& by) {
      const auto [first, is_first] = of.try_emplace(what, by.name);
      if (is_first || first->second == by.name) return;
      found.push_back({Concern::general, draft_.config.file + ": the accounts " + first->second + " and " + by.name +
                                             " both have " + shown + ": it can be only one's"});
    };
    for (const AccountDraft& account : drafts_) claim(names, account.name, "the name " + account.name, account);
    for (const AccountDraft& account : drafts_) {
      for (const std::string& alias : account.draft.config.runtime.aliases) {
        claim(names, alias, alias.empty() ? "the rows that name no account" : "the alias " + alias, account);
      }
      const std::string& key = account.draft.config.broker.key;
      if (!key.empty()) claim(keys, key, "the same API key", account);
      claim(keys, "__" + variable_of("", account.name), "the variables " + variable_of("…", account.name), account);
    }
    return found;
  }

  void choose_store() {
    if (is_set("BELAY_STORE")) {
      if (variable("BELAY_STORE").empty()) {
        complain(Concern::store, "BELAY_STORE is set, but empty: give sqlite:FILE or postgresql://…, or unset it");
      }
      draft_.config.store = variable("BELAY_STORE");
      return;
    }
    const bool database_wanted = std::ranges::any_of(kDatabaseVariables, [&](auto name) { return is_set(name); });
    if (!database_wanted && draft_.store_location) {
      if (draft_.database) {
        complain(Concern::store, draft_.config.file + ": [store] has both location and host, port, name or user");
      }
      draft_.config.store = *draft_.store_location;
    } else if (database_wanted || draft_.database) {
      choose_database();
    } else {
      choose_default_file();
    }
  }

  /// A location that cannot be understood is a wrong setting, not a store that is away.
  void check_store() {
    const auto* location = std::get_if<std::string>(&draft_.config.store);
    if (location == nullptr || location->empty()) return;
    const std::string source = is_set("BELAY_STORE") ? "BELAY_STORE" : draft_.config.file + ": [store] location";
    if (const auto understood = store::check_spec(*location); !understood) {
      complain(Concern::store, source + ": " + understood.error().message);
    }
  }

  void choose_database() {
    store::ConnectionSettings database = draft_.database.value_or(store::ConnectionSettings{});
    database.password = secret("DB_PASSWORD", "DB_PASSWORD_FILE", draft_.password_file, Concern::store, out_.problems);
    if (database.host.empty() && database.database.empty() && database.user.empty() && database.password.empty()) {
      complain(Concern::store,
               "DB_HOST, DB_NAME, DB_USER or DB_PASSWORD are set, but empty: give them values for PostgreSQL, or unset "
               "them all to keep the positions in a file");
    }
    draft_.config.store = std::move(database);
  }

  void choose_default_file() {
    const std::string state = variable("XDG_STATE_HOME");
    const std::string home = variable("HOME");
    if (state.starts_with('/')) {
      draft_.config.store = "sqlite:" + state + "/belay/belay.db";
    } else if (home.starts_with('/')) {
      draft_.config.store = "sqlite:" + home + "/.local/state/belay/belay.db";
    } else {
      complain(Concern::store, "no place for the positions: set BELAY_STORE (sqlite:FILE or postgresql://…), or HOME");
    }
  }

  /// Of one of several accounts what is common, unless it says otherwise; secrets are common.
  void choose_alerts(const std::string& account, Draft& draft, Problems& problems) {
    AlertDraft& alerts = draft.alerts;
    const auto read = [&](const char* common, const char* file_name, const std::string& path) {
      const std::string own = account.empty() ? common : variable_of(common, account);
      return secret(variable(own).empty() ? common : own, file_name, path, Concern::alerts, problems);
    };
    alerts.mail.password = read("BELAY_SMTP_PASSWORD", "BELAY_SMTP_PASSWORD_FILE", alerts.smtp_password_file);
    alerts.webhook.secret = read("BELAY_WEBHOOK_SECRET", "BELAY_WEBHOOK_SECRET_FILE", alerts.webhook_secret_file);
    if (!alerts.webhook_url_file.empty()) {
      alerts.webhook.url = read("BELAY_WEBHOOK_URL", "BELAY_WEBHOOK_URL_FILE", alerts.webhook_url_file);
    }
    for (const std::string& wrong : settle_alerts(alerts, draft.config.alerts)) {
      problems.push_back({Concern::alerts, account.empty() ? wrong : account + ": " + wrong});
    }
  }

  /// A mistyped variable would be ignored in silence.
  void note_strangers() {
    std::vector<std::string> names{"BELAY_CONFIG"};
    for (const SecretKey& secret : secret_keys()) names.emplace_back(secret.variable);
    for (const Key& key : config_keys()) names.emplace_back(key.variable);
    for (const AccountDraft& account : drafts_) {
      for (const Key& key : config_keys()) {
        if (is_per_account(key)) names.push_back(variable_of(key.variable, account.name));
      }
      for (const SecretKey& secret : secret_keys()) {
        if (secret.section != "store") names.push_back(variable_of(secret.variable, account.name));
      }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const auto& [name, value] : environment_) {
      if (!name.starts_with("BELAY_") && !name.starts_with("ALPACA_")) continue;
      const auto is_it = [&](std::string_view word) { return word == name; };
      if (std::ranges::any_of(known, is_it) || std::ranges::any_of(kTestVariables, is_it)) continue;
      out_.notes.push_back("nothing reads the variable " + name + did_you_mean(name, known));
    }
  }

  void finish() {
    std::vector<std::string> known;  // what is some account's
    for (const AccountDraft& account : drafts_) {
      known.insert(known.end(), account.draft.config.runtime.aliases.begin(),
                   account.draft.config.runtime.aliases.end());
    }
    out_.values = effective_values(draft_, environment_, drafts_.empty());
    const auto sound =
        std::ranges::find(drafts_, true, [](const AccountDraft& a) { return are_served_with(a.problems); });
    if (sound != drafts_.end()) sound->draft.config.runtime.known_names = known;
    for (AccountDraft& account : drafts_) {
      account.draft.config.store = draft_.config.store;
      const auto own = account_values(account.name, account.draft, draft_, environment_);
      out_.values.insert(out_.values.end(), own.begin(), own.end());
      out_.accounts.push_back({std::move(account.draft.config), std::move(account.problems)});
    }
    out_.config = std::move(draft_.config);
  }

  const Environment& environment_;
  Draft draft_;
  std::vector<AccountDraft> drafts_;
  LoadedConfig out_;
};

}  // namespace

bool are_served_with(const std::vector<Problem>& problems) {
  return std::ranges::all_of(problems, [](const Problem& p) { return p.concern == Problem::Concern::alerts; });
}

Environment process_environment() {
  Environment environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string variable_of(std::string_view variable, std::string_view account) {
  std::string name = std::string(variable) + "__";
  for (const char c : account) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

namespace {

bool is_secret(std::string_view variable) {
  return std::ranges::any_of(secret_keys(), [&](const SecretKey& secret) {
    return variable.starts_with(secret.variable) &&
           (variable.size() == secret.variable.size() || variable.substr(secret.variable.size()).starts_with("__"));
  });
}

}  // namespace

LoadedConfig load_config(const Environment& environment) {
  LoadedConfig loaded = Loader(environment).load();
  // A secret that stands where something else belongs is told of like any wrong value: but not what it says.
  for (const auto& [name, secret] : environment) {
    if (!is_secret(name)) continue;
    for (Problem& problem : loaded.problems) alpaca::strike_out(problem.message, secret);
    for (std::string& note : loaded.notes) alpaca::strike_out(note, secret);
    for (EffectiveValue& value : loaded.values) {
      if (value.value) alpaca::strike_out(*value.value, secret);
    }
    for (AccountConfig& account : loaded.accounts) {
      for (Problem& problem : account.problems) alpaca::strike_out(problem.message, secret);
    }
  }
  return loaded;
}

}  // namespace belay::app
