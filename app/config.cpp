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
#include "app/nearest.hpp"
#include "app/secret_file.hpp"
#include "shell/net/url.hpp"
#include "shell/store/open.hpp"

namespace belay::app {
namespace {

using Concern = Problem::Concern;

constexpr std::array<std::string_view, 6> kDatabaseVariables{"DB_HOST", "DB_PORT",     "DB_NAME",
                                                             "DB_USER", "DB_PASSWORD", "DB_PASSWORD_FILE"};

/// Variables that are no keys of the file.
constexpr std::array<std::string_view, 4> kOtherVariables{"BELAY_CONFIG", "ALPACA_API_KEY", "ALPACA_API_SECRET",
                                                          "DB_PASSWORD"};
/// What is ours by its beginning but is read elsewhere: the project's own tests, and the faults of tests/faults.
constexpr std::array<std::string_view, 12> kTestVariables{
    "BELAY_BIN",     "BELAY_LONG",    "BELAY_MARKET_DATA", "BELAY_SHARED", "BELAY_SIM_URL", "BELAY_FAIL_STEP",
    "BELAY_FAIL_AT", "BELAY_FAIL_BY", "BELAY_FAIL_LOG",    "BELAY_DISK",   "BELAY_DISK_OF", "BELAY_TIME_OFF"};

class Loader {
 public:
  explicit Loader(const Environment& environment) : environment_(environment) {}

  LoadedConfig load() {
    if (const std::string file = variable("BELAY_CONFIG"); !file.empty()) {
      draft_.config.file = file;
      read_config_file(file, draft_, out_.problems);
    }
    for (const Key& key : config_keys()) apply_variable(key);
    choose_credentials();
    choose_data_url();
    check_stream();
    choose_store();
    check_store();
    note_strangers();
    out_.config = std::move(draft_.config);
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_set(std::string_view name) const { return environment_.contains(name); }
  [[nodiscard]] std::string variable(std::string_view name) const {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::string() : found->second;
  }
  void complain(Concern concern, std::string message) { out_.problems.push_back({concern, std::move(message)}); }

  void apply_variable(const Key& key) {
    const std::string text = variable(key.variable);
    if (text.empty()) return;
    if (const auto set = key.set(draft_, text); !set) {
      complain(key.concern, std::string(key.variable) + ": " + set.error().message);
    }
  }

  /// From the variable, or from the file that `path` names; empty where neither is there.
  std::string secret(std::string_view name, const std::string& path, Concern concern) {
    std::string given = variable(name);
    if (path.empty()) return given;
    if (!given.empty()) {
      complain(concern, std::string(name) + " and " + std::string(name) + "_FILE are both set: keep one of them");
      return given;
    }
    auto read = read_secret_file(path);
    if (!read) {
      complain(concern, read.error().message);
      return {};
    }
    return *read;
  }

  void choose_credentials() {
    const std::size_t before = out_.problems.size();
    draft_.config.broker.key = secret("ALPACA_API_KEY", draft_.key_file, Concern::broker);
    draft_.config.broker.secret = alpaca::Secret(secret("ALPACA_API_SECRET", draft_.secret_file, Concern::broker));
    if (out_.problems.size() > before) return;
    const auto missing = [&](const std::string& name, const char* what) {
      complain(Concern::broker, name + " is not set: put the " + what +
                                    " of your Alpaca account there, or name a file " + "that holds it in " + name +
                                    "_FILE");
    };
    if (draft_.config.broker.key.empty()) missing("ALPACA_API_KEY", "API key");
    if (draft_.config.broker.secret.empty()) missing("ALPACA_API_SECRET", "API secret");
  }

  /// A paper exchange on this machine answers for prices as well; real prices would be those of another world.
  void choose_data_url() {
    alpaca::Settings& broker = draft_.config.broker;
    const auto trading = net::parse_url(alpaca::base_url(broker.trading_url));
    if (!trading) {
      complain(Concern::broker, "ALPACA_BASE_URL: " + trading.error().message);
      return;
    }
    if (!draft_.data_url_given && net::is_loopback_host(trading->host)) broker.data_url = broker.trading_url;
    const auto data = net::parse_url(alpaca::base_url(broker.data_url));
    if (!data) complain(Concern::broker, "ALPACA_DATA_URL: " + data.error().message);
  }

  void check_stream() {
    const std::string& url = draft_.config.broker.stream_url;
    if (url.empty()) return;
    if (const auto parsed = net::parse_websocket_url(url); !parsed) {
      complain(Concern::broker, "ALPACA_STREAM_URL: " + parsed.error().message);
    }
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
    database.password = secret("DB_PASSWORD", draft_.password_file, Concern::store);
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

  /// A mistyped variable would be ignored in silence.
  void note_strangers() {
    std::vector<std::string_view> known(kOtherVariables.begin(), kOtherVariables.end());
    for (const Key& key : config_keys()) known.push_back(key.variable);
    for (const auto& [name, value] : environment_) {
      if (!name.starts_with("BELAY_") && !name.starts_with("ALPACA_")) continue;
      const auto is_it = [&](std::string_view word) { return word == name; };
      if (std::ranges::any_of(known, is_it) || std::ranges::any_of(kTestVariables, is_it)) continue;
      out_.notes.push_back("nothing reads the variable " + name + did_you_mean(name, known));
    }
  }

  const Environment& environment_;
  Draft draft_;
  LoadedConfig out_;
};

}  // namespace

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

LoadedConfig load_config(const Environment& environment) { return Loader(environment).load(); }

}  // namespace belay::app
