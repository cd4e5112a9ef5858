// SPDX-License-Identifier: Apache-2.0
#include "shell/store/lot_row.hpp"

#include <utility>

#include "shell/json/parse.hpp"
#include "shell/json/value.hpp"
#include "shell/store/row_reader.hpp"
#include "shell/store/terms_row.hpp"

namespace belay::store {
namespace {

/// Reads members of a stored object; what is missing or odd is complained of once.
class ObjectReader {
 public:
  ObjectReader(const json::Value& object, RowReader& row, std::string_view column = "exit_state")
      : object_(object), row_(row), column_(column) {}

  std::string text(std::string_view key) const {
    const json::Value* found = object_.find(key);
    const std::string* text = found == nullptr ? nullptr : found->as_string();
    return text == nullptr ? "" : *text;
  }
  template <class T>
  std::optional<T> decimal(std::string_view key) const {
    const json::Value* found = object_.find(key);
    const std::string* text = found == nullptr ? nullptr : found->decimal_text();
    if (text == nullptr) return std::nullopt;
    const auto value = T::parse_rounding(*text);
    if (!value) row_.complain(std::string(column_) + "." + std::string(key) + ": " + value.error().message);
    return value ? std::optional<T>(*value) : std::nullopt;
  }
  std::optional<Timestamp> time(std::string_view key) const {
    const std::string found = text(key);
    if (found.empty()) return std::nullopt;
    const auto value = parse_stored_time(found);
    if (!value) row_.complain(std::string(column_) + "." + std::string(key) + ": " + value.error().message);
    return value ? std::optional<Timestamp>(*value) : std::nullopt;
  }
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const {
    const json::Value* found = object_.find(key);
    return found == nullptr ? otherwise : found->as_int64().value_or(otherwise);
  }
  [[nodiscard]] bool yes(std::string_view key) const {
    const json::Value* found = object_.find(key);
    return found != nullptr && found->as_bool().value_or(false);
  }
  [[nodiscard]] const json::Array* list(std::string_view key) const {
    const json::Value* found = object_.find(key);
    return found == nullptr ? nullptr : found->as_array();
  }

 private:
  const json::Value& object_;
  RowReader& row_;
  std::string_view column_;
};

ExitReason exit_reason(std::string_view word, RowReader& row) {
  const auto reason = parse_exit_reason(word);
  if (!reason) row.complain("exit_state: unknown reason \"" + std::string(word.substr(0, 40)) + "\"");
  return reason.value_or(ExitReason::manual_close);
}

Exit read_exit(const json::Value& object, RowReader& row) {
  const ObjectReader in(object, row);
  Exit exit;
  exit.reason = exit_reason(in.text("reason"), row);
  if (const json::Array* reasons = in.list("reasons")) {
    for (const json::Value& reason : *reasons) {
      const std::string* word = reason.as_string();
      exit.reasons.push_back(exit_reason(word == nullptr ? "" : *word, row));
    }
  }
  exit.wanted = in.decimal<Quantity>("wanted").value_or(Quantity());
  exit.triggered_at = in.time("triggered_at").value_or(Timestamp());
  exit.trigger_price = in.decimal<Price>("trigger_price");
  exit.price_at = in.time("price_at");
  exit.message = in.text("message");
  exit.who = in.text("who");
  exit.left_before = in.decimal<Quantity>("left_before").value_or(Quantity());
  if (const json::Array* told = in.list("told")) {
    for (const json::Value& word : *told) {
      if (const std::string* text = word.as_string()) exit.told.insert(*text);
    }
  }
  exit.stop = in.decimal<Price>("stop");
  exit.target = in.decimal<Price>("target");
  return exit;
}

ExitLink read_exit_link(const json::Value& object, RowReader& row) {
  const ObjectReader in(object, row);
  return {.id = OrderId(in.text("id")),
          .status = parse_order_status(in.text("status")),
          .quantity = in.decimal<Quantity>("quantity"),
          .filled = in.decimal<Quantity>("filled").value_or(Quantity()),
          .filled_average = in.decimal<Price>("filled_average")};
}

ExitOrder read_exit_order(const json::Value& object, RowReader& row) {
  const ObjectReader in(object, row);
  ExitOrder order;
  order.attempt = static_cast<int>(in.integer("attempt", 1));
  order.client_id = ClientOrderId(in.text("client_id"));
  order.id = OrderId(in.text("id"));
  order.status = parse_order_status(in.text("status"));
  order.type = parse_order_type(in.text("type"));
  order.quantity = in.decimal<Quantity>("quantity").value_or(Quantity());
  order.filled = in.decimal<Quantity>("filled").value_or(Quantity());
  order.filled_average = in.decimal<Price>("filled_average");
  order.limit_price = in.decimal<Price>("limit_price");
  order.extended_hours = in.yes("extended_hours");
  order.sent_at = in.time("sent_at").value_or(Timestamp());
  order.acknowledged_at = in.time("acknowledged_at");
  order.filled_at = in.time("filled_at");
  order.updated_at = in.time("updated_at");
  if (const json::Array* links = in.list("links")) {
    for (const json::Value& link : *links) order.links.push_back(read_exit_link(link, row));
  }
  return order;
}

LeftElsewise read_left_elsewise(const json::Value& object, RowReader& row) {
  const ObjectReader in(object, row);
  return {.order = OrderId(in.text("order")),
          .reason = exit_reason(in.text("reason"), row),
          .quantity = in.decimal<Quantity>("quantity").value_or(Quantity()),
          .value = in.decimal<Money>("value").value_or(Money()),
          .at = in.time("at").value_or(Timestamp())};
}

void read_exit_state(Lot& lot, RowReader& row) {
  const auto text = row.word("exit_state");
  if (!text) return;
  const auto parsed = json::parse(*text);
  if (!parsed) return row.complain("exit_state: " + parsed.error().message);
  const ObjectReader in(*parsed, row);
  if (const json::Value* exit = parsed->find("exit"); exit != nullptr && exit->is_object()) {
    lot.exit = read_exit(*exit, row);
  }
  if (const json::Array* orders = in.list("orders")) {
    for (const json::Value& order : *orders) lot.exit_orders.push_back(read_exit_order(order, row));
  }
  if (const json::Array* parts = in.list("left_elsewise")) {
    for (const json::Value& part : *parts) lot.left_elsewise.push_back(read_left_elsewise(part, row));
  }
}

constexpr std::string_view kGuardState = "guard_state";

GuardOrder read_guard_order(const json::Value& object, RowReader& row) {
  const ObjectReader in(object, row, kGuardState);
  GuardOrder order;
  order.attempt = static_cast<int>(in.integer("attempt", 1));
  order.client_id = ClientOrderId(in.text("client_id"));
  order.id = OrderId(in.text("id"));
  order.leg_id = OrderId(in.text("leg_id"));
  order.status = parse_order_status(in.text("status"));
  order.quantity = in.decimal<Quantity>("quantity").value_or(Quantity());
  order.stop = in.decimal<Price>("stop");
  order.target = in.decimal<Price>("target");
  order.sent_at = in.time("sent_at").value_or(Timestamp());
  return order;
}

void read_guard_state(Lot& lot, RowReader& row) {
  const auto text = row.word(kGuardState);
  if (!text) return;
  const auto parsed = json::parse(*text);
  if (!parsed) return row.complain("guard_state: " + parsed.error().message);
  const ObjectReader in(*parsed, row, kGuardState);
  GuardRecord& guards = lot.guards;
  if (const json::Array* orders = in.list("orders")) {
    for (const json::Value& order : *orders) guards.orders.push_back(read_guard_order(order, row));
  }
  guards.children_sought = in.yes("children_sought");
  guards.renewing = in.yes("renewing");
  guards.missing_told = in.yes("missing_told");
  guards.stuck_told = in.yes("stuck_told");
  guards.failures = static_cast<int>(in.integer("failures", 0));
  guards.protection = parse_protection(in.text("protection")).value_or(Protection::none);
  guards.judged_at = in.time("judged_at");
  guards.good_until = in.time("good_until");
  guards.unguarded = Duration(in.integer("unguarded_ns", 0));
}

/// One that is not understood is none: the rules act, and the row says why.
std::optional<Pause> read_pause(RowReader& row) {
  constexpr std::string_view kPauseState = "pause_state";
  const auto text = row.word(kPauseState);
  if (!text || *text == "null") return std::nullopt;
  const auto parsed = json::parse(*text);
  if (!parsed) {
    row.complain("pause_state: " + parsed.error().message);
    return std::nullopt;
  }
  const ObjectReader in(*parsed, row, kPauseState);
  const auto rules = parse_paused_rules(in.text("rules"));
  const auto until = in.time("until");
  if (!rules || !until) {
    row.complain("pause_state: no rules or no end");
    return std::nullopt;
  }
  return Pause{.rules = *rules, .until = *until, .who = in.text("who"), .why = in.text("why"), .told = in.yes("told")};
}

std::optional<Trade> read_trade(RowReader& row, std::string_view column) {
  const auto text = row.word(column);
  if (!text) return std::nullopt;
  const auto parsed = json::parse(*text);
  if (!parsed) {
    row.complain(std::string(column) + ": " + parsed.error().message);
    return std::nullopt;
  }
  const ObjectReader in(*parsed, row, column);
  return Trade{in.decimal<Price>("price").value_or(Price()), in.time("as_of").value_or(Timestamp())};
}

void read_rungs_taken(Lot& lot, RowReader& row) {
  const auto text = row.word("rungs_taken");
  if (!text) return;
  const auto parsed = json::parse(*text);
  const json::Array* const gains = parsed ? parsed->as_array() : nullptr;
  if (gains == nullptr) return row.complain("rungs_taken is no list");
  for (const json::Value& gain : *gains) {
    const std::string* const number = gain.decimal_text();
    const auto at = number == nullptr ? fail("") : Percent::parse_rounding(*number);
    if (!at) return row.complain("rungs_taken is no list of numbers");
    lot.rungs_taken.push_back(*at);
  }
}

/// The row with the values put back that its columns were too narrow for: exact_values holds {column: [as stored,
/// exact]}. A column that somebody has changed since counts as it stands.
Rows widened(const Rows& rows, std::size_t row) {
  Rows out{rows.columns, {rows.rows[row]}, 0};
  const auto parsed = json::parse(*rows.text(row, "exact_values"));
  const json::Object* object = parsed ? parsed->as_object() : nullptr;
  if (object == nullptr) return out;
  for (const auto& [column, pair] : *object) {
    const json::Array* both = pair.as_array();
    const auto at = out.columns.find(column);
    if (both == nullptr || both->size() != 2 || at == out.columns.end()) continue;
    const std::string* stored = (*both)[0].as_string();
    const std::string* exact = (*both)[1].as_string();
    Cell& cell = out.rows[0][at->second];
    if (stored == nullptr || exact == nullptr || !cell) continue;
    const auto as_number = Ratio::parse_rounding(*cell);
    const auto stored_number = Ratio::parse_rounding(*stored);
    if (*cell == *stored || (as_number && stored_number && *as_number == *stored_number)) cell = *exact;
  }
  return out;
}

template <class T, class Parse>
T read_word(RowReader& row, std::string_view column, T otherwise, Parse parse) {
  const auto word = row.word(column);
  if (!word) return otherwise;
  const std::optional<T> value = parse(*word);
  if (!value) row.complain(std::string(column) + ": unknown word \"" + word->substr(0, 40) + "\"");
  return value.value_or(otherwise);
}

template <class T>
T required(RowReader& row, std::string_view column, const std::optional<T>& value) {
  if (!value) row.complain(std::string(column) + " is missing");
  return value.value_or(T());
}

Direction read_direction(RowReader& row) {
  const auto word = row.word("side");
  if (!word) row.complain("side is missing");
  if (!word || *word == "call" || *word == "put")
    return Direction::long_;  // a bought option, in another service's words
  return read_word(row, "side", Direction::long_, parse_direction);
}

std::optional<OrderId> order_id(const RowReader& row, std::string_view column) {
  const auto text = row.text(column);
  return text ? std::optional<OrderId>(OrderId(*text)) : std::nullopt;
}

void read_what_it_is(Lot& lot, RowReader& row) {
  lot.instrument = read_instrument(row, "option_symbol", "instrument_type");
  lot.asset_id = row.text("asset_id").value_or("");
  lot.multiplier = row.integer("multiplier").value_or(usual_multiplier(lot.instrument));
  lot.direction = read_direction(row);
  lot.strategy = parse_strategy(row.word("strategy_type").value_or("")).value_or(Strategy::swing_trade);
  lot.management = read_word(row, "management", Management::managed, parse_management);
  lot.quantity = required(row, "quantity", row.decimal<Quantity>("quantity"));
  lot.original_quantity = row.decimal<Quantity>("original_quantity").value_or(lot.quantity);
  lot.entry_price = required(row, "entry_price", row.decimal<Price>("entry_price"));
  lot.entry_time = required(row, "entry_time", row.time("entry_time"));
  lot.split_applied = row.date("split_applied");
  lot.split_due = row.date("split_due");
  lot.splits_checked = row.date("splits_checked");
  lot.stop_loss = row.decimal<Price>("stop_loss");
  lot.take_profit = row.decimal<Price>("take_profit");
  lot.price_domain = read_word(row, "price_domain", PriceDomain::instrument, parse_price_domain);
  lot.max_hold_minutes = row.integer("max_hold_minutes");
  lot.terms = store::read_terms(row);
  lot.entry_underlying_price = row.decimal<Price>("entry_underlying_price");
}

void read_tracking(Lot& lot, RowReader& row) {
  lot.bracket_expected = row.boolean("bracket_expected").value_or(false);
  lot.bracket_order_accepted = row.boolean("bracket_order_accepted").value_or(false);
  lot.entry_order_id = order_id(row, "entry_order_id");
  lot.stop_order_id = order_id(row, "stop_order_id");
  lot.target_order_id = order_id(row, "target_order_id");
  read_guard_state(lot, row);
  lot.current_price = row.decimal<Price>("current_price");
  lot.result = row.decimal<Money>("current_pnl_dollars");
  lot.result_percent = row.decimal<Ratio>("current_pnl_percent");
  lot.last_checked_at = row.time("last_checked_at");
  lot.check_count = row.integer("check_count").value_or(0);
  lot.good_price = row.decimal<Price>("good_price");
  lot.priced_at = row.time("priced_at");
  lot.suspect = read_trade(row, "suspect_trade");
  lot.unsound_since = row.time("unsound_since");
  read_rungs_taken(lot, row);
  lot.peak_price = row.decimal<Price>("peak_price");
  lot.level_price = row.decimal<Price>("level_price");
  lot.level_priced_at = row.time("level_priced_at");
  lot.level_suspect = read_trade(row, "level_suspect");
  lot.amber_since = row.time("amber_since");
  lot.concern = row.text("concern").value_or("");
  lot.concern_since = row.time("concern_since");
  lot.frozen = row.text("frozen").value_or("");
  lot.pause = read_pause(row);
}

void read_end(Lot& lot, RowReader& row) {
  lot.status = read_word(row, "status", LotStatus::open, parse_lot_status);
  read_exit_state(lot, row);
  lot.close_reason = parse_exit_reason(row.word("close_reason").value_or(""));
  lot.closed_at = row.time("closed_at");
  lot.exit_price = row.decimal<Price>("exit_price");
  lot.realised_result = row.decimal<Money>("realised_result");
}

}  // namespace

LotRow read_lot(const Rows& rows, std::size_t row_index) {
  const bool narrow = rows.text(row_index, "exact_values") != nullptr;
  const Rows exact = narrow ? widened(rows, row_index) : Rows();
  RowReader row(narrow ? exact : rows, narrow ? 0 : row_index);
  LotRow out;
  Lot& lot = out.lot;
  lot.id = row.integer("id").value_or(0);
  lot.uid = LotUid(row.word("uid").value_or(""));
  lot.account = row.text("account_name").value_or("");
  lot.execution_key = row.text("execution_key");
  read_what_it_is(lot, row);
  read_tracking(lot, row);
  read_end(lot, row);
  // Another service's `closing`: no exit of ours is under way, so the lot is as good as open.
  if (lot.status == LotStatus::closing && !lot.exit) lot.status = LotStatus::open;
  out.ours = !lot.uid.empty();
  if (!out.ours) {
    lot.concern = kTakenOver;
    lot.peak_price.reset();  // of which prices theirs is the peak is not known
    if (lot.status != LotStatus::closed && !lot.quantity.is_positive()) row.complain("quantity is not positive");
  }
  out.why = row.why();
  return out;
}

}  // namespace belay::store
