// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "shell/runtime/conductor.hpp"

namespace belay::app {

/// What became of an attempt to take the configuration anew.
struct ReloadOutcome {
  bool taken = false;
  std::vector<std::string> wrong;          ///< why the file cannot be taken; the old configuration stays
  std::vector<std::string> alerts;         ///< what is wrong with alerts: said, and no reason not to guard by the rest
  std::vector<std::string> changed;        ///< "policy.stop_percent: 5 -> 3"
  std::vector<std::string> needs_restart;  ///< likewise, but these stay as they are until then
  std::vector<std::string> leaving;        ///< "position 7 AAPL: stop_loss, …": what leaves at once by it
  std::size_t allowed = 0;                 ///< so many may leave without a person's word
};

/// Takes a changed configuration of one account while it is served, and remembers it for as long as the process lives.
/// The file is checked first, and what would leave by it is known before it counts.
class Reloading {
 public:
  /// `loaded` is what counts now; `account` one of several, or the only one.
  Reloading(const LoadedConfig& loaded, std::string account);

  /// Whether a reload was asked for since the last time that this was asked.
  bool is_asked(unsigned reloads);
  enum class Wish : std::uint8_t {
    preview,  ///< only to know
    careful,  ///< unless more leaves by it than the configuration in force allows
    firm,     ///< whatever leaves by it
  };
  /// Has the conductor and `config` take what was read anew, if it is in order.
  ReloadOutcome reload(const LoadedConfig& fresh, runtime::Conductor& conductor, Config& config, Wish wish);
  /// What was taken so far counts also where the account is served anew, by a configuration from before.
  void bring_up_to_date(Config& config) const;

 private:
  struct Change {
    EffectiveValue was;
    EffectiveValue is;
  };
  [[nodiscard]] std::vector<Change> changes(const LoadedConfig& fresh) const;

  std::string account_;
  bool is_one_of_several_;
  std::vector<EffectiveValue> values_;
  std::vector<std::string> names_;  ///< of the configured accounts
  std::optional<Config> taken_;     ///< the last one
  std::optional<unsigned> seen_;
};

/// What of the outcome belongs into the log and the record.
Fields fields_of(const ReloadOutcome& outcome);
}  // namespace belay::app
