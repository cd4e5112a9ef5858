// SPDX-License-Identifier: Apache-2.0
// A notice as it is stored, and as a webhook gets it.
#include "shell/notify/base64.hpp"
#include "shell/notify/notice.hpp"

namespace belay::notify {
namespace {

json::Array facts_json(const std::vector<Fact>& facts) {
  json::Array out;
  for (const Fact& fact : facts) out.emplace_back(json::Object{{"label", fact.label}, {"value", fact.value}});
  return out;
}

json::Object item_json(const Item& item) {
  return {{"number", item.number == 0 ? json::Value() : json::Value(item.number)},
          {"cause", item.cause},
          {"title", item.title},
          {"severity", item.severity},
          {"symbol", item.symbol},
          {"position_id", item.position_id == 0 ? json::Value() : json::Value(item.position_id)},
          {"text", item.text},
          {"at", item.at},
          {"times", item.times},
          {"facts", facts_json(item.facts)},
          {"next", item.next},
          {"advice", item.advice},
          {"command", item.command}};
}

std::string text_of(const json::Value& value, std::string_view key) {
  const json::Value* found = value.find(key);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? "" : *text;
}

std::int64_t number_of(const json::Value& value, std::string_view key, std::int64_t otherwise) {
  const json::Value* found = value.find(key);
  return found == nullptr ? otherwise : found->as_int64().value_or(otherwise);
}

const json::Array& list_of(const json::Value& value, std::string_view key) {
  static const json::Array kNone;
  const json::Value* found = value.find(key);
  return found == nullptr || found->as_array() == nullptr ? kNone : *found->as_array();
}

std::vector<Fact> facts_from(const json::Value& value) {
  std::vector<Fact> facts;
  for (const json::Value& one : list_of(value, "facts"))
    facts.push_back({text_of(one, "label"), text_of(one, "value")});
  return facts;
}

Item item_from(const json::Value& value) {
  Item item;
  item.number = number_of(value, "number", 0);
  item.cause = text_of(value, "cause");
  item.title = text_of(value, "title");
  item.severity = text_of(value, "severity");
  item.symbol = text_of(value, "symbol");
  item.position_id = number_of(value, "position_id", 0);
  item.text = text_of(value, "text");
  item.at = text_of(value, "at");
  item.times = number_of(value, "times", 1);
  item.facts = facts_from(value);
  item.next = text_of(value, "next");
  item.advice = text_of(value, "advice");
  item.command = text_of(value, "command");
  return item;
}

json::Object prepared_json(const Prepared& prepared) {
  json::Array pictures;
  for (const Picture& picture : prepared.pictures) {
    pictures.emplace_back(json::Object{{"id", picture.id}, {"png", base64(picture.png)}});
  }
  return {{"text", prepared.text}, {"html", prepared.html}, {"pictures", std::move(pictures)}};
}

std::optional<Prepared> prepared_from(const json::Value* value) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  Prepared prepared{.text = text_of(*value, "text"), .html = text_of(*value, "html"), .pictures = {}};
  for (const json::Value& picture : list_of(*value, "pictures")) {
    prepared.pictures.push_back({text_of(picture, "id"), from_base64(text_of(picture, "png")).value_or("")});
  }
  return prepared;
}

}  // namespace

json::Object to_json(const Notice& notice) {
  json::Array items;
  for (const Item& item : notice.items) items.emplace_back(item_json(item));
  json::Object out{{"kind", notice.kind},        {"account", notice.account}, {"severity", notice.severity},
                   {"subject", notice.subject},  {"intro", notice.intro},     {"facts", facts_json(notice.facts)},
                   {"alerts", std::move(items)}, {"thread", notice.thread}};
  if (notice.prepared) out.append("prepared", prepared_json(*notice.prepared));
  return out;
}

Notice notice_from(const json::Value& value) {
  Notice notice;
  notice.kind = text_of(value, "kind");
  notice.account = text_of(value, "account");
  notice.severity = text_of(value, "severity");
  notice.subject = text_of(value, "subject");
  notice.intro = text_of(value, "intro");
  notice.facts = facts_from(value);
  for (const json::Value& item : list_of(value, "alerts")) notice.items.push_back(item_from(item));
  notice.thread = text_of(value, "thread");
  notice.prepared = prepared_from(value.find("prepared"));
  return notice;
}

}  // namespace belay::notify
