// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/config_values.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"

namespace belay::app {
namespace {

struct Named {
  std::string account;  ///< empty: everybody's
  Problem problem;
};

std::vector<Named> problems_of(const LoadedConfig& loaded) {
  std::vector<Named> all;
  for (const Problem& problem : loaded.problems) all.push_back({"", problem});
  for (const AccountConfig& one : loaded.accounts) {
    for (const Problem& problem : one.problems) all.push_back({one.config.runtime.account, problem});
  }
  return all;
}

json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Array problems_json(const std::vector<Named>& problems) {
  json::Array all;
  for (const Named& one : problems) {
    all.push_back(json::Object{{"account", text_or_null(one.account)}, {"text", one.problem.message}});
  }
  return all;
}

void complain_of(const std::vector<Named>& problems) {
  for (const Named& one : problems) {
    complain((one.account.empty() ? "" : one.account + ": ") + one.problem.message);
  }
}

int check(const LoadedConfig& loaded, bool json) {
  const auto problems = problems_of(loaded);
  const ExitCode code = problems.empty() ? kAllWell : kUsage;
  if (json) {
    json::Array notes;
    for (const std::string& note : loaded.notes) notes.emplace_back(note);
    print_json(json::Object{{"file", text_or_null(loaded.config.file)},
                            {"exit_code", int{code}},
                            {"problems", problems_json(problems)},
                            {"notes", std::move(notes)}});
    return code;
  }
  complain_of(problems);
  for (const std::string& note : loaded.notes) complain("note: " + note);
  if (problems.empty()) {
    print(loaded.config.file.empty() ? "the environment is in order" : loaded.config.file + " is in order");
  }
  return code;
}

json::Value to_json(const EffectiveValue& value) {
  return json::Object{{"account", text_or_null(value.account)},
                      {"section", value.section},
                      {"key", value.key},
                      {"variable", value.variable},
                      {"value", value.is_secret || !value.value ? json::Value() : json::Value(*value.value)},
                      {"set", value.value.has_value()},
                      {"origin", value.origin},
                      {"secret", value.is_secret}};
}

int show(const LoadedConfig& loaded, const ConfigOptions& options) {
  const auto problems = problems_of(loaded);
  complain_of(problems);
  json::Array all;
  std::string section;
  Table table({{"KEY"}, {"VALUE"}, {"FROM"}, {"VARIABLE"}});
  for (const EffectiveValue& value : loaded.values) {
    if (!options.account.empty() && !value.account.empty() && value.account != options.account) continue;
    if (options.json) {
      all.push_back(to_json(value));
      continue;
    }
    const std::string place = value.account.empty() ? "" : "accounts." + value.account + ".";
    table.add({place + value.section + "." + value.key, value.value.value_or("-"), value.origin, value.variable});
  }
  if (options.json) {
    print_json(json::Object{
        {"file", text_or_null(loaded.config.file)}, {"problems", problems_json(problems)}, {"values", std::move(all)}});
  } else {
    table.show();
  }
  return problems.empty() ? kAllWell : kUsage;
}

}  // namespace

int configuration(const ConfigOptions& options) {
  if (options.wish == ConfigOptions::Wish::example) {
    const std::string text = example_config();
    if (options.json) {
      print_json(json::Object{{"toml", text}});
    } else {
      print(std::string_view(text).substr(0, text.size() - 1));
    }
    return kAllWell;
  }
  Environment environment = process_environment();
  if (!options.file.empty()) environment["BELAY_CONFIG"] = options.file;
  const LoadedConfig loaded = load_config(environment);
  return options.wish == ConfigOptions::Wish::check ? check(loaded, options.json) : show(loaded, options);
}

}  // namespace belay::app
