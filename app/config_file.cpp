// SPDX-License-Identifier: Apache-2.0
#include "app/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "app/nearest.hpp"

namespace belay::app {
namespace {

using Kind = Key::Kind;

/// [strategy.day_trade] and its like are sections of their own.
constexpr std::string_view kStrategy = "strategy";
/// [accounts.NAME], [accounts.NAME.policy], [accounts.NAME.strategy.day_trade].
constexpr std::string_view kAccounts = "accounts";

bool names_a_secret(std::string_view key) {
  if (key.ends_with("_file")) return false;
  const auto has = [&](std::string_view word) { return key.find(word) != std::string_view::npos; };
  return has("secret") || has("password") || has("api_key") || has("token") || key == "key";
}

std::string_view wanted(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "text in quotes";
    case Kind::integer:
      return "a whole number";
    case Kind::duration:
      return R"(a span of time in quotes, e.g. "40s")";
    case Kind::decimal:
      return R"(a decimal number in quotes, e.g. "0.05")";
    case Kind::boolean:
      return "true or false";
    case Kind::list:
      return R"(a list of texts, e.g. ["SPY", "QQQ"])";
  }
  return {};
}

/// The list as the environment would state it.
std::optional<std::string> list_text(const toml::node& value) {
  const toml::array* const array = value.as_array();
  if (array == nullptr) return std::nullopt;
  std::string joined;
  for (const toml::node& element : *array) {
    const auto text = element.value_exact<std::string>();
    if (!text) return std::nullopt;
    joined += *text + ",";
  }
  return joined;
}

/// The value as the environment would state it; nullopt where it is of the wrong kind.
std::optional<std::string> value_text(const toml::node& value, Kind kind) {
  if (kind == Kind::list) return list_text(value);
  if (kind == Kind::boolean) {
    const auto yes = value.value_exact<bool>();
    return yes ? std::optional<std::string>(*yes ? "true" : "false") : std::nullopt;
  }
  if (auto text = value.value_exact<std::string>()) return kind == Kind::integer ? std::nullopt : text;
  const auto number = value.value_exact<std::int64_t>();
  return number && kind != Kind::text ? std::optional(std::to_string(*number)) : std::nullopt;
}

/// Where in the file a section stands, and what may stand in it.
struct Place {
  FileContents::Part& part;
  std::string shown;         ///< "policy", "accounts.large.policy"
  std::string_view section;  ///< of the table of keys; empty: what [accounts.NAME] itself holds
  bool of_an_account = false;

  [[nodiscard]] bool holds(const Key& key) const {
    if (of_an_account && !is_per_account(key)) return false;
    if (!section.empty()) return key.section == section;
    return key.section == "broker" || key.section == "account";
  }
};

class FileReader {
 public:
  explicit FileReader(const std::string& path) : path_(path) {}

  /// nullopt: what the file holds.
  FileContents read(std::optional<std::string_view> text) {
    try {
      const toml::table root = text ? toml::parse(*text, path_) : toml::parse_file(path_);
      for (const auto& [name, node] : root) {
        if (name.str() == kStrategy && node.is_table()) {
          read_strategies(*node.as_table(), {contents_.common, "", "", false});
        } else if (name.str() == kAccounts && node.is_table()) {
          read_accounts(*node.as_table());
        } else {
          read_section(name.str(), node, line_of(name), {contents_.common, "", "", false});
        }
      }
    } catch (const toml::parse_error& error) {
      complain(contents_.common, error.source().begin.line, std::string(error.description()));
    }
    return std::move(contents_);
  }

 private:
  static toml::source_index line_of(const toml::key& key) { return key.source().begin.line; }

  [[nodiscard]] std::string at(toml::source_index line) const {
    return line == 0 ? path_ : path_ + ", line " + std::to_string(line);
  }
  void complain(FileContents::Part& part, toml::source_index line, const std::string& what,
                Problem::Concern concern = {}) {
    part.problems.push_back({concern, at(line) + ": " + what});
  }

  void read_accounts(const toml::table& accounts) {
    for (const auto& [name, node] : accounts) {
      FileContents::Part& part = contents_.accounts[std::string(name.str())];
      const std::string shown = "accounts." + std::string(name.str());
      if (!node.is_table()) {
        complain(part, line_of(name), shown + " must be a section: [" + shown + "]");
        continue;
      }
      read_account(*node.as_table(), {part, shown, "", true});
    }
  }

  void read_account(const toml::table& table, const Place& place) {
    for (const auto& [name, node] : table) {
      if (name.str() == kStrategy && node.is_table()) {
        read_strategies(*node.as_table(), place);
      } else if (node.is_table()) {
        read_section(name.str(), node, line_of(name), place);
      } else {
        read_key(place, name.str(), node, line_of(name));
      }
    }
  }

  void read_strategies(const toml::table& strategies, const Place& above) {
    for (const auto& [name, node] : strategies) {
      read_section(std::string(kStrategy) + "." + std::string(name.str()), node, line_of(name), above);
    }
  }

  /// `above`: the account's own place, or nowhere.
  void read_section(std::string_view section, const toml::node& node, toml::source_index line, const Place& above) {
    const bool nested = above.of_an_account;
    std::vector<std::string_view> sections;
    for (const Key& key : config_keys()) {
      const bool fits = !nested || (is_per_account(key) && key.section != "broker" && key.section != "account");
      if (fits) sections.push_back(key.section);
    }
    if (!nested) sections.push_back(kAccounts);
    const std::string shown = nested ? above.shown + "." + std::string(section) : std::string(section);
    const auto known = std::ranges::find(sections, section);
    if (known == sections.end()) {
      const std::string kind = node.is_table() ? "section [" + shown + "]" : "key " + shown;
      complain(
          above.part, line,
          names_a_secret(section) ? refusal_of_secret(section) : "unknown " + kind + did_you_mean(section, sections));
      return;
    }
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      complain(above.part, line, "[" + shown + "] must be a section");
      return;
    }
    const Place place{above.part, shown, *known, nested};
    for (const auto& [name, value] : *table) read_key(place, name.str(), value, line_of(name));
  }

  static std::string refusal_of_secret(std::string_view name) {
    return "secrets do not belong into this file (" + std::string(name) +
           "): set ALPACA_API_KEY, ALPACA_API_SECRET, DB_PASSWORD in the environment, or name files with "
           "api_key_file, api_secret_file, password_file";
  }

  void read_key(const Place& place, std::string_view name, const toml::node& value, toml::source_index line) {
    std::vector<std::string_view> names;
    for (const Key& key : config_keys()) {
      if (!place.holds(key)) continue;
      names.push_back(key.key);
      if (key.key == name) return set(place, key, value, line);
    }
    complain(place.part, line,
             names_a_secret(name)
                 ? refusal_of_secret(name)
                 : "unknown key " + std::string(name) + " in [" + place.shown + "]" + hint(place, name, names));
  }

  /// The same key in another section is a likelier slip than a mistyped one.
  static std::string hint(const Place& place, std::string_view name, const std::vector<std::string_view>& names) {
    for (const Key& key : config_keys()) {
      if (key.key != name || place.holds(key)) continue;
      if (!place.of_an_account) return ", it belongs into [" + std::string(key.section) + "]";
      return is_per_account(key) ? ", it belongs into [" + place.shown + "." + std::string(key.section) + "]"
                                 : ", it is common to all accounts and belongs into [" + std::string(key.section) + "]";
    }
    return did_you_mean(name, names);
  }

  void set(const Place& place, const Key& key, const toml::node& value, toml::source_index line) {
    const std::string name = place.shown + "." + std::string(key.key);
    auto text = value_text(value, key.kind);
    if (!text) {
      complain(place.part, line, name + " must be " + std::string(wanted(key.kind)), key.concern);
      return;
    }
    if (key.variable == "BELAY_STORE" && has_password(*text)) {
      complain(place.part, line,
               name +
                   ": a password does not belong into this file: name a file with password_file, or set "
                   "DB_PASSWORD in the environment",
               key.concern);
      return;
    }
    place.part.settings.push_back({&key, std::move(*text), at(line), at(line) + ": " + name});
  }

  static bool has_password(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return false;
    const std::string_view rest = url.substr(scheme + 3);
    const std::string_view who = rest.substr(0, rest.find('/')).substr(0, rest.find('@'));
    const bool in_front = rest.find('@') != std::string_view::npos && who.find(':') != std::string_view::npos;
    return in_front || url.find("password=") != std::string_view::npos;
  }

  const std::string& path_;
  FileContents contents_;
};

}  // namespace

FileContents read_config_file(const std::string& path) { return FileReader(path).read(std::nullopt); }

FileContents read_config_text(std::string_view text, const std::string& name) { return FileReader(name).read(text); }

}  // namespace belay::app
