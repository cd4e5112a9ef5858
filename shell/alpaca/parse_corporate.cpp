// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/object_reader.hpp"
#include "shell/alpaca/parse.hpp"

namespace belay::alpaca {
namespace {

Date day_of(ObjectReader& reader, std::string_view key) {
  const auto date = parse_date(reader.text(key));
  if (!date) reader.complain("\"" + std::string(key) + "\": " + date.error().message);
  return date.value_or(Date{});
}

Ratio rate_of(ObjectReader& reader, std::string_view key) {
  const Ratio rate = Ratio::from_nanos(reader.quantity(key).nanos());
  if (!rate.is_positive()) reader.complain("\"" + std::string(key) + "\" is not positive: " + rate.text());
  return rate;
}

Result<CorporateAction> parse_split(const json::Value& value) {
  ObjectReader reader(value, "split");
  CorporateAction action;
  action.kind = CorporateAction::Kind::split;
  action.id = reader.optional_text("id");
  action.symbol = reader.text("symbol");
  action.new_symbol = reader.optional_text("new_symbol");
  action.new_rate = rate_of(reader, "new_rate");
  action.old_rate = rate_of(reader, "old_rate");
  action.ex_date = day_of(reader, "ex_date");
  return reader.finish(action);
}

Result<CorporateAction> parse_spin_off(const json::Value& value) {
  ObjectReader reader(value, "spin-off");
  CorporateAction action;
  action.kind = CorporateAction::Kind::spin_off;
  action.id = reader.optional_text("id");
  action.symbol = reader.text("source_symbol");
  action.new_symbol = reader.text("new_symbol");
  action.new_rate = rate_of(reader, "new_rate");
  action.old_rate = rate_of(reader, "source_rate");
  action.ex_date = day_of(reader, "ex_date");
  return reader.finish(action);
}

Result<CorporateAction> parse_name_change(const json::Value& value) {
  ObjectReader reader(value, "name change");
  CorporateAction action;
  action.kind = CorporateAction::Kind::rename;
  action.id = reader.optional_text("id");
  action.symbol = reader.text("old_symbol");
  action.new_symbol = reader.text("new_symbol");
  action.new_rate = action.old_rate = 1_ratio;
  action.ex_date = day_of(reader, "process_date");
  return reader.finish(action);
}

}  // namespace

Result<CorporateActionPage> parse_corporate_actions(const json::Value& value) {
  const json::Value* families = value.find("corporate_actions");
  if (families == nullptr || !families->is_object()) return fail("\"corporate_actions\" is missing");
  struct Family {
    std::string_view name;
    Result<CorporateAction> (*parse)(const json::Value&);
  };
  CorporateActionPage page;
  for (const Family& family : {Family{"forward_splits", parse_split}, Family{"reverse_splits", parse_split},
                               Family{"spin_offs", parse_spin_off}, Family{"name_changes", parse_name_change}}) {
    const json::Value* listed = families->find(family.name);
    const json::Array* array = listed == nullptr ? nullptr : listed->as_array();
    if (array == nullptr) continue;
    for (const json::Value& one : *array) {
      auto action = family.parse(one);
      if (!action) return std::unexpected(action.error());
      page.actions.push_back(std::move(*action));
    }
  }
  const json::Value* next = value.find("next_page_token");
  const std::string* token = next == nullptr ? nullptr : next->as_string();
  if (token != nullptr) page.next_page = *token;
  return page;
}

}  // namespace belay::alpaca
