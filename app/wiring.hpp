// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "shell/log/log.hpp"
#include "shell/ports/archive.hpp"
#include "shell/ports/clock.hpp"
#include "shell/ports/store.hpp"
#include "shell/runtime/conductor.hpp"

/// Which concrete parts a command runs on: the only place that names them.
namespace belay::app {

/// What a command cannot do without.
struct Needs {
  bool broker = true;
  bool store = true;
  bool alerts = false;  ///< else what is wrong with them is said, and no reason not to guard
};

/// The configured accounts that a command is about.
struct Accounts {
  LoadedConfig loaded;
  Config common;                      ///< of the only account, or what several have in common
  std::vector<AccountConfig> chosen;  ///< at least one
  std::vector<Config> all;            ///< also those that were not chosen
  bool are_several = false;           ///< there are several, whether or not one was chosen: lines say whose they are
};

/// `account`: that one; empty: all of them. What is wrong with the whole configuration is told on standard error.
std::expected<Accounts, ExitCode> choose_accounts(const std::string& account, Needs needs);

struct Wired {
  Config config;
  std::vector<Config> all;  ///< of every configured account
  bool is_one_of_several = false;
  std::unique_ptr<Clock> clock;
  alpaca::Connection connection;  ///< empty where it is not needed
  std::unique_ptr<Store> store;   ///< null where it is not needed
  std::unique_ptr<log::Log> log;

  [[nodiscard]] runtime::Parts parts() const {
    return {*connection.broker, *connection.market_data, *store, *clock, *log};
  }
};

/// The parts, or, with everything that is wrong told on standard error, the code to leave with. Where there are several
/// accounts, `account` has to say which is meant, unless the command can do without a broker: then it is about all.
std::expected<Wired, ExitCode> wire(Needs needs, const std::string& account = "", log::Log::Sink sink = log::nowhere());
/// The parts of one of them. Its lines say whose they are where there are several.
std::expected<Wired, ExitCode> wire_one(const Accounts& accounts, const AccountConfig& account, Needs needs,
                                        const log::Log& log);

/// Whether a row under this name is the account's, by its own name or upstream's.
bool is_called(const runtime::Settings& account, const std::string& name);
/// The one of them that a row under this name is of; null where it is none's.
const Config* account_called(const std::vector<Config>& accounts, const std::string& name);
/// "--account large or --account tiny"
std::string choices(const std::vector<Config>& accounts);

Result<std::unique_ptr<Clock>> make_clock(const Config& config);
/// Over a connection of its own; the tables have to be there since the version of kPassesSchema.
StoreResult<std::unique_ptr<Archive>> make_archive(const Config& config);
inline constexpr int kPassesSchema = 9;
StoreResult<std::unique_ptr<Store>> make_store(const Config& config);

/// A store in whose place nobody answers. With it a pass still looks at the broker: nothing is bought or sold on a
/// guess, but what is held without a guard is named.
std::unique_ptr<Store> absent_store(StoreError error);

}  // namespace belay::app
