// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_corporate.hpp"

#include <cstdint>
#include <utility>

namespace belay::sim {
namespace {

using belay::to_text;  // of a Date and a Timestamp

json::Value number(Ratio value) { return json::Value::number_text(value.text()); }

/// Who holds what is merged away gets something of whom acquires it.
void write_parties(json::Object& wire, const Announcement& action) {
  wire.append("acquiree_symbol", action.symbol);
  wire.append("acquiree_cusip", cusip_of(action.symbol));
  if (action.new_symbol.empty()) return;
  wire.append("acquirer_symbol", action.new_symbol);
  wire.append("acquirer_cusip", cusip_of(action.new_symbol));
}

void write_symbol(json::Object& wire, const Announcement& action) {
  wire.append("symbol", action.symbol);
  wire.append("cusip", cusip_of(action.symbol));
}

void write_rates(json::Object& wire, const Announcement& action) {
  wire.append("new_rate", number(action.new_rate));
  wire.append("old_rate", number(action.old_rate));
}

void write_source(json::Object& wire, const Announcement& action) {
  wire.append("source_symbol", action.symbol);
  wire.append("source_cusip", cusip_of(action.symbol));
  wire.append("new_symbol", action.new_symbol);
  wire.append("new_cusip", cusip_of(action.new_symbol));
}

void write_change(json::Object& wire, const Announcement& action) {
  wire.append("old_symbol", action.symbol);
  wire.append("old_cusip", cusip_of(action.symbol));
  wire.append("new_symbol", action.new_symbol);
  wire.append("new_cusip", cusip_of(action.new_symbol));
}

void write_split(json::Object& wire, const Announcement& action) {
  if (action.family == ActionFamily::forward_split) {
    write_symbol(wire, action);
  } else {
    wire.append("symbol", action.symbol);
    wire.append("old_cusip", cusip_of(action.symbol));
    wire.append("new_cusip", cusip_of(action.symbol + " new"));
  }
  write_rates(wire, action);
}

void write_unit_split(json::Object& wire, const Announcement& action) {
  write_change(wire, action);
  write_rates(wire, action);
  wire.append("alternate_symbol", action.new_symbol + "W");
  wire.append("alternate_cusip", cusip_of(action.new_symbol + "W"));
  wire.append("alternate_rate", number(action.new_rate));
}

void write_merger(json::Object& wire, const Announcement& action) {
  write_parties(wire, action);
  if (action.family == ActionFamily::cash_merger) {
    wire.append("rate", number(action.cash));
    return;
  }
  wire.append("acquirer_rate", number(action.new_rate));
  wire.append("acquiree_rate", number(action.old_rate));
  if (action.family == ActionFamily::stock_and_cash_merger) wire.append("cash_rate", number(action.cash));
}

void write_payment(json::Object& wire, const Announcement& action) {
  write_symbol(wire, action);
  const bool in_shares = action.family == ActionFamily::stock_dividend;
  const auto shares = ratio(Money::from_nanos(action.new_rate.nanos()), Money::from_nanos(action.old_rate.nanos()));
  wire.append("rate", number(in_shares ? shares.value_or(Ratio{}) : action.cash));
  if (action.family != ActionFamily::cash_dividend) return;
  wire.append("special", false);
  wire.append("foreign", false);
}

void write_spin_off(json::Object& wire, const Announcement& action) {
  write_source(wire, action);
  wire.append("source_rate", number(action.old_rate));
  wire.append("new_rate", number(action.new_rate));
}

void write_rights(json::Object& wire, const Announcement& action) {
  write_source(wire, action);
  wire.append("rate", number(action.new_rate));
}

/// What is told of a family beside the id and the dates.
void write_terms(json::Object& wire, const Announcement& action) {
  switch (action.family) {
    case ActionFamily::forward_split:
    case ActionFamily::reverse_split:
      return write_split(wire, action);
    case ActionFamily::unit_split:
      return write_unit_split(wire, action);
    case ActionFamily::cash_dividend:
    case ActionFamily::stock_dividend:
    case ActionFamily::redemption:
      return write_payment(wire, action);
    case ActionFamily::spin_off:
      return write_spin_off(wire, action);
    case ActionFamily::rights_distribution:
      return write_rights(wire, action);
    case ActionFamily::cash_merger:
    case ActionFamily::stock_merger:
    case ActionFamily::stock_and_cash_merger:
      return write_merger(wire, action);
    case ActionFamily::name_change:
      return write_change(wire, action);
    case ActionFamily::partial_call:
      write_symbol(wire, action);
      wire.append("price", number(action.cash));
      return;
    case ActionFamily::worthless_removal:
    case ActionFamily::reorganization:
      return write_symbol(wire, action);
  }
}

bool has_ex_date(ActionFamily family) {
  switch (family) {
    case ActionFamily::forward_split:
    case ActionFamily::reverse_split:
    case ActionFamily::cash_dividend:
    case ActionFamily::stock_dividend:
    case ActionFamily::spin_off:
    case ActionFamily::rights_distribution:
      return true;
    default:
      return false;
  }
}

bool has_effective_date(ActionFamily family) {
  switch (family) {
    case ActionFamily::cash_merger:
    case ActionFamily::stock_merger:
    case ActionFamily::stock_and_cash_merger:
    case ActionFamily::unit_split:
    case ActionFamily::reorganization:
      return true;
    default:
      return false;
  }
}

std::string_view announcement_sub_type(const Announcement& action) {
  switch (action.family) {
    case ActionFamily::cash_dividend:
      return "cash";
    case ActionFamily::stock_dividend:
      return "stock";
    case ActionFamily::forward_split:
      return "stock_split";
    case ActionFamily::reverse_split:
      return "reverse_split";
    case ActionFamily::unit_split:
      return "unit_split";
    case ActionFamily::spin_off:
      return "spinoff";
    default:
      return "merger_completion";
  }
}

}  // namespace

std::string cusip_of(std::string_view symbol) {
  std::uint64_t sum = 14695981039346656037u;  // FNV-1a
  for (const char letter : symbol) sum = (sum ^ static_cast<unsigned char>(letter)) * 1099511628211u;
  std::string digits = std::to_string(sum % 1'000'000'000);
  return std::string(9 - digits.size(), '0') + digits;
}

json::Value wire_corporate_action(const Announcement& action) {
  const std::string day = to_text(action.ex_date);
  json::Object wire{{"id", action.id}};
  write_terms(wire, action);
  wire.append("process_date", day);
  if (has_ex_date(action.family)) wire.append("ex_date", day);
  if (has_effective_date(action.family)) wire.append("effective_date", day);
  if (action.record_date && has_ex_date(action.family)) wire.append("record_date", to_text(*action.record_date));
  const bool needs_payable = action.family == ActionFamily::rights_distribution;
  if (action.payable_date) {
    wire.append("payable_date", to_text(*action.payable_date));
  } else if (needs_payable) {
    wire.append("payable_date", day);
  }
  return wire;
}

std::string corporate_event_type(ActionFamily family) {
  // The one word that the events do not share with the lists (data.yaml, corporate_action_event_type).
  const bool is_call = family == ActionFamily::partial_call;
  return (is_call ? "equity_partial_call" : std::string(to_text(family))) + "_corporateaction_event";
}

std::vector<std::string> corporate_event_types() {
  std::vector<std::string> types;
  for (auto i = 0; i <= static_cast<int>(ActionFamily::reorganization); ++i) {
    types.push_back(corporate_event_type(static_cast<ActionFamily>(i)));
  }
  return types;
}

json::Value wire_corporate_event(const Announcement& action, const std::string& event_id, Timestamp at) {
  json::Object told{{"currency", "USD"}};
  const json::Value listed = wire_corporate_action(action);
  for (const json::Member& member : *listed.as_object()) {
    const std::string* number = member.value.as_number_text();
    told.append(member.key, number == nullptr ? member.value : json::Value(*number));
  }
  return json::Object{{"event_id", event_id}, {"at", to_text(at)},
                      {"action", "insert"},   {"event_type", corporate_event_type(action.family)},
                      {"region", "us"},       {"ca", std::move(told)}};
}

std::string_view announcement_type(ActionFamily family) {
  switch (family) {
    case ActionFamily::cash_dividend:
    case ActionFamily::stock_dividend:
      return "Dividend";
    case ActionFamily::forward_split:
    case ActionFamily::reverse_split:
    case ActionFamily::unit_split:
      return "Split";
    case ActionFamily::spin_off:
      return "Spinoff";
    case ActionFamily::cash_merger:
    case ActionFamily::stock_merger:
    case ActionFamily::stock_and_cash_merger:
      return "Merger";
    default:
      return "";
  }
}

json::Value wire_announcement(const Announcement& action) {
  const std::string day = to_text(action.ex_date);
  const std::string target = action.new_symbol.empty() ? action.symbol : action.new_symbol;
  return json::Object{{"id", action.id},
                      {"corporate_action_id", cusip_of(action.symbol) + "_" + day.substr(2, 2)},
                      {"ca_type", announcement_type(action.family)},
                      {"ca_sub_type", announcement_sub_type(action)},
                      {"initiating_symbol", action.symbol},
                      {"initiating_original_cusip", cusip_of(action.symbol)},
                      {"target_symbol", target},
                      {"target_original_cusip", cusip_of(target)},
                      {"declaration_date", day},
                      {"effective_date", day},
                      {"ex_date", day},
                      {"record_date", to_text(action.record_date.value_or(action.ex_date))},
                      {"payable_date", to_text(action.payable_date.value_or(action.ex_date))},
                      {"cash", action.cash.text()},
                      {"old_rate", action.old_rate.text()},
                      {"new_rate", action.new_rate.text()}};
}

}  // namespace belay::sim
