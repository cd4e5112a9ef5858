// SPDX-License-Identifier: Apache-2.0
#include "shell/store/command_row.hpp"

#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "shell/store/row_reader.hpp"

namespace belay::store {
namespace {

using Kind = OperatorCommand::Kind;

json::Object adoption(const ManagementTerms& terms) {
  const auto price = [](const std::optional<Price>& p) { return p ? json::Value(p->text()) : json::Value(); };
  return json::Object{{"management", terms.management ? json::Value(to_text(*terms.management)) : json::Value()},
                      {"stop_loss", price(terms.stop_loss)},
                      {"take_profit", price(terms.take_profit)},
                      {"unfreeze", terms.unfreeze}};
}

const std::string* word(const json::Value& terms, std::string_view key) {
  const json::Value* value = terms.find(key);
  return value == nullptr ? nullptr : value->as_string();
}

ManagementTerms read_adoption(const json::Value& in) {
  const auto price = [&](std::string_view key) -> std::optional<Price> {
    const std::string* digits = word(in, key);
    const auto number = digits == nullptr ? Result<Price>(fail("absent")) : Price::parse(*digits);
    return number ? std::optional(*number) : std::nullopt;
  };
  ManagementTerms terms;
  if (const std::string* management = word(in, "management")) terms.management = parse_management(*management);
  terms.stop_loss = price("stop_loss");
  terms.take_profit = price("take_profit");
  const json::Value* unfreeze = in.find("unfreeze");
  terms.unfreeze = unfreeze != nullptr && unfreeze->is_bool() && *unfreeze->as_bool();
  return terms;
}

/// Without an end that is understood it ends at once: a pause never lasts by mistake.
Pause read_pause(const json::Value& in) {
  const std::string* rules = word(in, "rules");
  const std::string* until = word(in, "until");
  const auto end = until == nullptr ? Result<Timestamp>(fail("absent")) : parse_stored_time(*until);
  Pause pause;
  pause.rules = parse_paused_rules(rules == nullptr ? "" : *rules).value_or(Pause::Rules::price);
  if (end) pause.until = *end;
  return pause;
}

}  // namespace

Cell command_terms(const OperatorCommand& command) {
  switch (command.kind) {
    case Kind::adopt:
      return json::write(adoption(command.terms));
    case Kind::pause:
      return json::write(
          json::Object{{"rules", to_text(command.pause.rules)}, {"until", to_text(command.pause.until)}});
    case Kind::note:
      return json::write(json::Object{{"what", command.what}});
    default:
      return std::nullopt;
  }
}

OperatorCommand read_command(const Rows& rows, std::size_t index) {
  RowReader row(rows, index);
  OperatorCommand command;
  command.id = row.integer("id").value_or(0);
  command.lot = LotUid(row.text("lot_uid").value_or(""));
  command.quantity = row.decimal<Quantity>("quantity");
  command.who = row.text("who").value_or("");
  command.why = row.text("why").value_or("");
  const std::string said = row.word("command").value_or(std::string(to_text(Kind::close)));
  command.kind = parse_command_kind(said).value_or(Kind::note);
  if (!parse_command_kind(said)) command.what = "not understood: " + said.substr(0, 40);
  if (command.kind == Kind::close) return command;
  const auto terms = json::parse(row.text("terms").value_or("{}"));
  if (!terms) return command;
  if (command.kind == Kind::adopt) command.terms = read_adoption(*terms);
  if (command.kind == Kind::pause) command.pause = read_pause(*terms);
  if (const std::string* what = word(*terms, "what")) command.what = *what;
  return command;
}

}  // namespace belay::store
