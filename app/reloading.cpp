// SPDX-License-Identifier: Apache-2.0
#include "app/reloading.hpp"

#include <algorithm>
#include <utility>

namespace belay::app {
namespace {

/// What a running service can take; everything else was built into its parts.
bool can_change(const EffectiveValue& value) {
  return value.section == "policy" || value.section.starts_with("strategy.") ||
         (value.section == "run" && (value.key == "sweep" || value.key == "reload_exits_limit"));
}

void take(const Config& fresh, Config& config) {
  config.runtime.policy = fresh.runtime.policy;
  config.runtime.sweep = fresh.runtime.sweep;
  config.reload_exits_limit = fresh.reload_exits_limit;
}

void sort_out(const std::vector<Problem>& problems, ReloadOutcome& outcome) {
  for (const Problem& problem : problems)
    (are_served_with({problem}) ? outcome.alerts : outcome.wrong).push_back(problem.message);
}

std::string text_of(const std::optional<std::string>& value) { return value ? *value : "not set"; }

std::vector<std::string> names_of(const LoadedConfig& loaded) {
  std::vector<std::string> names;
  for (const AccountConfig& one : loaded.accounts) names.push_back(one.config.runtime.account);
  return names;
}

/// What would leave, a line each.
std::vector<std::string> texts_of(const std::vector<engine::Leaving>& leaving, const engine::State& state) {
  std::vector<std::string> texts;
  for (const engine::Leaving& one : leaving) {
    const Lot& lot = state.lots.at(one.lot);
    texts.push_back("position " + std::to_string(lot.id) + " " + lot.instrument.symbol + ": " +
                    std::string(to_text(one.reason)) + ", " + one.message);
  }
  return texts;
}

}  // namespace

Reloading::Reloading(const LoadedConfig& loaded, std::string account)
    : account_(std::move(account)),
      is_one_of_several_(!loaded.accounts.empty()),
      values_(loaded.values),
      names_(names_of(loaded)) {}

bool Reloading::is_asked(unsigned reloads) {
  const bool first = !seen_;
  return std::exchange(seen_, reloads) != reloads && !first;
}

std::vector<Reloading::Change> Reloading::changes(const LoadedConfig& fresh) const {
  std::vector<Change> found;
  for (const EffectiveValue& was : values_) {
    if (!was.account.empty() && was.account != account_) continue;
    // What an account could have of its own is said with it, also where it is common.
    const bool is_said_again =
        is_one_of_several_ && was.account.empty() && std::ranges::any_of(values_, [&](const EffectiveValue& v) {
          return v.account == account_ && v.section == was.section && v.key == was.key;
        });
    const auto is = std::ranges::find_if(fresh.values, [&](const EffectiveValue& v) {
      return v.account == was.account && v.section == was.section && v.key == was.key;
    });
    const bool same =
        is == fresh.values.end() || (is->value == was.value && (!was.is_secret || is->origin == was.origin));
    if (!is_said_again && !same) found.push_back({was, *is});
  }
  return found;
}

ReloadOutcome Reloading::reload(const LoadedConfig& fresh, runtime::Conductor& conductor, Config& config, Wish wish) {
  ReloadOutcome outcome;
  sort_out(fresh.problems, outcome);
  const Config* own = &fresh.config;
  if (names_of(fresh) != names_) {
    outcome.wrong.emplace_back("the configured accounts are not the same any more: that needs a restart");
  } else if (is_one_of_several_) {
    const auto found = std::ranges::find(fresh.accounts, account_,
                                         [](const AccountConfig& one) { return one.config.runtime.account; });
    sort_out(found->problems, outcome);
    own = &found->config;
  }
  if (!outcome.wrong.empty()) return outcome;
  const std::vector<Change> all = changes(fresh);
  for (const Change& change : all) {
    const std::string name = change.is.section + "." + change.is.key;
    (can_change(change.is) ? outcome.changed : outcome.needs_restart)
        .push_back(name + ": " + text_of(change.was.value) + " -> " + text_of(change.is.value));
  }
  const auto leaving = conductor.leaving_under(own->runtime.policy);
  outcome.leaving = texts_of(leaving, conductor.state());
  outcome.allowed = config.reload_exits_limit;
  if (wish == Wish::preview || (wish == Wish::careful && leaving.size() > outcome.allowed)) return outcome;
  conductor.take_policy(own->runtime.policy);
  taken_ = *own;
  take(*own, config);
  for (EffectiveValue& value : values_) {
    const auto is = std::ranges::find_if(fresh.values, [&](const EffectiveValue& v) {
      return v.account == value.account && v.section == value.section && v.key == value.key;
    });
    if (can_change(value) && is != fresh.values.end()) value = *is;
  }
  outcome.taken = true;
  return outcome;
}

void Reloading::bring_up_to_date(Config& config) const {
  if (taken_) take(*taken_, config);
}

Fields fields_of(const ReloadOutcome& outcome) {
  Fields fields;
  const auto say = [&](const char* name, const std::vector<std::string>& lines) {
    if (!lines.empty()) fields.emplace_back(name, lines);
  };
  say("wrong", outcome.wrong);
  say("alerts", outcome.alerts);
  say("changed", outcome.changed);
  say("needs_restart", outcome.needs_restart);
  say("leaving", outcome.leaving);
  return fields;
}

}  // namespace belay::app
