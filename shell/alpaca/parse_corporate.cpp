// SPDX-License-Identifier: Apache-2.0
#include <array>

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

/// How the broker words one kind: the families differ in little else.
struct Family {
  std::string_view name;
  std::string_view what;
  CorporateAction::Kind kind;
  std::string_view symbol;
  std::string_view old_rate;  ///< empty: a share stays a share
  std::string_view day;
};
using Kind = CorporateAction::Kind;
constexpr std::array kFamilies{
    Family{"forward_splits", "split", Kind::split, "symbol", "old_rate", "ex_date"},
    Family{"reverse_splits", "split", Kind::split, "symbol", "old_rate", "ex_date"},
    Family{"spin_offs", "spin-off", Kind::spin_off, "source_symbol", "source_rate", "ex_date"},
    Family{"name_changes", "name change", Kind::rename, "old_symbol", "", "process_date"},
};

Result<CorporateAction> parse_action(const json::Value& value, const Family& family) {
  ObjectReader reader(value, std::string(family.what));
  CorporateAction action;
  action.kind = family.kind;
  action.id = reader.optional_text("id");
  action.symbol = reader.text(family.symbol);
  action.new_symbol = family.kind == Kind::split ? reader.optional_text("new_symbol") : reader.text("new_symbol");
  action.new_rate = family.old_rate.empty() ? 1_ratio : rate_of(reader, "new_rate");
  action.old_rate = family.old_rate.empty() ? 1_ratio : rate_of(reader, family.old_rate);
  action.ex_date = day_of(reader, family.day);
  return reader.finish(action);
}

}  // namespace

Result<CorporateActionPage> parse_corporate_actions(const json::Value& value) {
  const json::Value* families = value.find("corporate_actions");
  if (families == nullptr || !families->is_object()) return fail("\"corporate_actions\" is missing");
  CorporateActionPage page;
  for (const Family& family : kFamilies) {
    const json::Value* listed = families->find(family.name);
    if (listed == nullptr || listed->is_null()) continue;
    const json::Array* array = listed->as_array();
    if (array == nullptr) return fail("\"" + std::string(family.name) + "\" is no list");
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto action = parse_action((*array)[i], family);
      if (!action) return fail(element_name(family.name, i, *array) + action.error().message);
      page.actions.push_back(std::move(*action));
    }
  }
  const json::Value* next = value.find("next_page_token");
  const std::string* token = next == nullptr ? nullptr : next->as_string();
  if (token != nullptr) page.next_page = *token;
  return page;
}

}  // namespace belay::alpaca
