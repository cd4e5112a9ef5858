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

class FileReader {
 public:
  FileReader(const std::string& path, Draft& draft, std::vector<Problem>& problems)
      : path_(path), draft_(draft), problems_(problems) {}

  /// nullopt: what the file holds.
  void read(std::optional<std::string_view> text) {
    try {
      const toml::table root = text ? toml::parse(*text, path_) : toml::parse_file(path_);
      for (const auto& [name, node] : root) {
        if (name.str() == kStrategy && node.is_table()) {
          read_strategies(*node.as_table());
        } else {
          read_section(name.str(), node, line_of(name));
        }
      }
    } catch (const toml::parse_error& error) {
      complain(error.source().begin.line, std::string(error.description()));
    }
  }

 private:
  static toml::source_index line_of(const toml::key& key) { return key.source().begin.line; }

  void complain(toml::source_index line, const std::string& what, Problem::Concern concern = {}) {
    const std::string place = line == 0 ? path_ : path_ + ", line " + std::to_string(line);
    problems_.push_back({concern, place + ": " + what});
  }

  void read_strategies(const toml::table& strategies) {
    for (const auto& [name, node] : strategies) {
      read_section(std::string(kStrategy) + "." + std::string(name.str()), node, line_of(name));
    }
  }

  void read_section(std::string_view section, const toml::node& node, toml::source_index line) {
    std::vector<std::string_view> sections;
    for (const Key& key : config_keys()) sections.push_back(key.section);
    if (std::ranges::find(sections, section) == sections.end()) {
      const std::string kind =
          node.is_table() ? "section [" + std::string(section) + "]" : "key " + std::string(section);
      complain(line, names_a_secret(section) ? refusal_of_secret(section)
                                             : "unknown " + kind + did_you_mean(section, sections));
      return;
    }
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      complain(line, "[" + std::string(section) + "] must be a section");
      return;
    }
    for (const auto& [name, value] : *table) read_key(section, name.str(), value, line_of(name));
  }

  static std::string refusal_of_secret(std::string_view name) {
    return "secrets do not belong into this file (" + std::string(name) +
           "): set ALPACA_API_KEY, ALPACA_API_SECRET, DB_PASSWORD in the environment, or name files with "
           "api_key_file, api_secret_file, password_file";
  }

  void read_key(std::string_view section, std::string_view name, const toml::node& value, toml::source_index line) {
    std::vector<std::string_view> names;
    for (const Key& key : config_keys()) {
      if (key.section == section) names.push_back(key.key);
      if (key.section == section && key.key == name) return set(key, value, line);
    }
    complain(line, names_a_secret(name) ? refusal_of_secret(name)
                                        : "unknown key " + std::string(name) + " in [" + std::string(section) + "]" +
                                              hint(section, name, names));
  }

  /// The same key in another section is a likelier slip than a mistyped one.
  static std::string hint(std::string_view section, std::string_view name, const std::vector<std::string_view>& names) {
    for (const Key& key : config_keys()) {
      if (key.key == name && key.section != section) return ", it belongs into [" + std::string(key.section) + "]";
    }
    return did_you_mean(name, names);
  }

  void set(const Key& key, const toml::node& value, toml::source_index line) {
    const std::string name = std::string(key.section) + "." + std::string(key.key);
    const auto text = value_text(value, key.kind);
    if (!text) {
      complain(line, name + " must be " + std::string(wanted(key.kind)), key.concern);
      return;
    }
    if (key.variable == "BELAY_STORE" && has_password(*text)) {
      complain(line,
               name +
                   ": a password does not belong into this file: name a file with password_file, or set "
                   "DB_PASSWORD in the environment",
               key.concern);
      return;
    }
    if (const auto done = key.set(draft_, *text); !done)
      complain(line, name + ": " + done.error().message, key.concern);
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
  Draft& draft_;
  std::vector<Problem>& problems_;
};

}  // namespace

void read_config_file(const std::string& path, Draft& draft, std::vector<Problem>& problems) {
  FileReader(path, draft, problems).read(std::nullopt);
}

void read_config_text(std::string_view text, const std::string& name, Draft& draft, std::vector<Problem>& problems) {
  FileReader(name, draft, problems).read(text);
}

}  // namespace belay::app
