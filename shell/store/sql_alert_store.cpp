// SPDX-License-Identifier: Apache-2.0
#include "shell/store/sql_alert_store.hpp"

#include <algorithm>
#include <array>

#include "shell/json/value.hpp"
#include "shell/json/write.hpp"
#include "shell/store/event_data.hpp"
#include "shell/store/row_reader.hpp"

namespace belay::store {
namespace {

using Column = StoredColumn;

constexpr std::array kAlertColumns{
    Column{"account_name", "text"},    Column{"number", "bigint"},       Column{"key", "text"},
    Column{"identity", "text"},        Column{"cause", "text"},          Column{"severity", "text"},
    Column{"position_id", "bigint"},   Column{"symbol", "text"},         Column{"said", "text"},
    Column{"first_at", "timestamptz"}, Column{"last_at", "timestamptz"}, Column{"times", "bigint"},
    Column{"reminders", "bigint"},     Column{"look_at", "timestamptz"}, Column{"ended_at", "timestamptz"}};
constexpr std::array kMessageColumns{Column{"account_name", "text"},      Column{"identity", "text"},
                                     Column{"channel", "text"},           Column{"urgency", "integer"},
                                     Column{"alert", "bigint"},           Column{"content", "text"},
                                     Column{"created_at", "timestamptz"}, Column{"next_attempt_at", "timestamptz"},
                                     Column{"sent_at", "timestamptz"}};

constexpr const char* kSeverities[] = {"info", "warning", "critical"};
constexpr Duration kKept = std::chrono::days(90);  // messages that were sent, alerts that have ended

Severity severity_of(const std::string& word) {
  if (word == "info") return Severity::info;
  return word == "critical" ? Severity::critical : Severity::warning;
}

json::Value time_value(const std::optional<Timestamp>& at) { return at ? json::Value(to_text(*at)) : json::Value(); }

json::Object row_of(const std::string& account, const Alert& alert) {
  return {{"account_name", account},
          {"number", alert.number},
          {"key", alert.key},
          {"identity", alert.identity},
          {"cause", alert.cause},
          {"severity", kSeverities[static_cast<std::size_t>(alert.severity)]},
          {"position_id", alert.position_id == 0 ? json::Value() : json::Value(alert.position_id)},
          {"symbol", alert.symbol},
          {"said", alert.text},
          {"first_at", to_text(alert.first_at)},
          {"last_at", to_text(alert.last_at)},
          {"times", alert.times},
          {"reminders", alert.reminders},
          {"look_at", time_value(alert.look_at)},
          {"ended_at", time_value(alert.ended_at)}};
}

json::Object row_of(const std::string& account, const Message& message, Timestamp now) {
  return {{"account_name", account},
          {"identity", message.identity},
          {"channel", message.channel},
          {"urgency", message.urgency},
          {"alert", message.alert == 0 ? json::Value() : json::Value(message.alert)},
          {"content", message.content},
          {"created_at", to_text(now)},
          {"next_attempt_at", to_text(now)},
          {"sent_at", message.sent ? json::Value(to_text(now)) : json::Value()}};
}

Alert read_alert(const Rows& rows, std::size_t index) {
  RowReader row(rows, index);
  Alert alert;
  alert.number = row.integer("number").value_or(0);
  alert.key = row.text("key").value_or("");
  alert.identity = row.text("identity").value_or("");
  alert.cause = row.text("cause").value_or("");
  alert.severity = severity_of(row.text("severity").value_or(""));
  alert.position_id = row.integer("position_id").value_or(0);
  alert.symbol = row.text("symbol").value_or("");
  alert.text = row.text("said").value_or("");
  alert.first_at = row.time("first_at").value_or(Timestamp());
  alert.last_at = row.time("last_at").value_or(Timestamp());
  alert.times = row.integer("times").value_or(1);
  alert.reminders = row.integer("reminders").value_or(0);
  alert.look_at = row.time("look_at");
  alert.acknowledged_at = row.time("acknowledged_at");
  alert.acknowledged_by = row.text("acknowledged_by").value_or("");
  alert.acknowledged_why = row.text("acknowledged_why").value_or("");
  alert.ended_at = row.time("ended_at");
  return alert;
}

Message read_message(const Rows& rows, std::size_t index) {
  RowReader row(rows, index);
  Message message;
  message.id = row.integer("id").value_or(0);
  message.identity = row.text("identity").value_or("");
  message.channel = row.text("channel").value_or("");
  message.urgency = static_cast<int>(row.integer("urgency").value_or(0));
  message.alert = row.integer("alert").value_or(0);
  message.content = row.text("content").value_or("");
  message.created_at = row.time("created_at").value_or(Timestamp());
  message.attempts = static_cast<int>(row.integer("attempts").value_or(0));
  message.last_error = row.text("last_error").value_or("");
  return message;
}

AlertEvent read_event(const Rows& rows, std::size_t index) {
  RowReader row(rows, index);
  AlertEvent event;
  event.id = row.integer("id").value_or(0);
  event.event_type = row.text("event_type").value_or("");
  event.event_data = row.text("event_data").value_or("");
  event.position_id = row.integer("position_id").value_or(0);
  event.lot = row.text("uid").value_or("");
  event.symbol = row.text("symbol").value_or("");
  event.at = row.time("created_at").value_or(Timestamp());
  return event;
}

StoreResult<void> nothing(const StoreResult<Rows>& rows) {
  if (!rows) return std::unexpected(rows.error());
  return {};
}

}  // namespace

// ---- the words in which the two databases differ

std::string SqlAlertStore::moment(const std::string& what) const {
  return sqlite() ? "julianday(" + what + ")" : "CAST(" + what + " AS timestamptz)";
}

std::string SqlAlertStore::column_time(const std::string& what) const {
  return sqlite() ? "julianday(" + what + ")" : what;
}

std::string SqlAlertStore::insert(const char* table, std::span<const StoredColumn> columns) const {
  std::string names;
  std::string values;
  for (const StoredColumn& column : columns) {
    const std::string name = column.name;
    names += (names.empty() ? "" : ", ") + name;
    values += values.empty() ? "" : ", ";
    values +=
        sqlite() ? "json_extract(value, '$." + name + "')" : "CAST(value ->> '" + name + "' AS " + column.type + ")";
  }
  return std::string("INSERT INTO ") + table + " (" + names + ") SELECT " + values + " FROM " +
         (sqlite() ? "json_each($1)" : "jsonb_array_elements(CAST($1 AS jsonb)) AS value") + " WHERE true ";
}

std::string SqlAlertStore::account_events() const {
  return "FROM position_events e LEFT JOIN active_positions p ON p.id = e.position_id "
         "WHERE e.event_type IN ('alert', 'closed') AND COALESCE(p.account_name, " +
         statements::data_text(connection_->dialect(), "e.event_data", "account") + ") = $1";
}

// ---- folding

StoreResult<bool> SqlAlertStore::has_work(const std::string& account, Timestamp now) {
  const auto rows = connection_->run(
      "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM belay_alert_desks WHERE account_name = $1) "
      "OR EXISTS (SELECT 1 " +
          account_events() +
          " AND e.id > (SELECT last_event FROM belay_alert_desks WHERE account_name = $1)) "
          "OR EXISTS (SELECT 1 FROM belay_alerts WHERE account_name = $1 AND ended_at IS NULL AND " +
          column_time("look_at") + " <= " + moment("$2") +
          ") OR EXISTS (SELECT 1 FROM belay_messages WHERE account_name = $1 AND sent_at IS NULL AND " +
          column_time("next_attempt_at") + " <= " + moment("$2") + ") THEN 1 ELSE 0 END AS found",
      {account, to_text(now)});
  if (!rows) return std::unexpected(rows.error());
  const std::string* found = rows->text(0, "found");
  return found != nullptr && *found == "1";
}

StoreResult<void> SqlAlertStore::fold(const std::string& account, Timestamp now,
                                      const std::function<AlertChanges(const AlertDesk&)>& decide) {
  Transaction transaction(*connection_);
  if (const auto begun = transaction.begin(); !begun) return begun;
  if (const auto made = make_desk(account, now); !made) return made;
  const auto desk = read_desk(account, now);
  if (!desk) return std::unexpected(desk.error());
  const AlertChanges changes = decide(*desk);
  if (const auto written = write(account, now, *desk, changes); !written) return written;
  return transaction.commit();
}

StoreResult<void> SqlAlertStore::make_desk(const std::string& account, Timestamp now) {
  return nothing(connection_->run(
      "INSERT INTO belay_alert_desks (account_name, last_event) SELECT CAST($1 AS text), COALESCE(MAX(e.id), 0) "
      "FROM position_events e WHERE NOT EXISTS (SELECT 1 FROM belay_alert_desks WHERE account_name = $1) "
      "AND e.event_type IN ('alert', 'closed') AND " +
          column_time("e.created_at") + " < " + moment("$2") + " ON CONFLICT (account_name) DO NOTHING",
      {account, to_text(now - kFirstLook)}));
}

StoreResult<AlertDesk> SqlAlertStore::read_desk(const std::string& account, Timestamp now) {
  AlertDesk desk;
  const auto own = connection_->run(std::string("SELECT last_event, last_alert, all_clear_on FROM belay_alert_desks "
                                                "WHERE account_name = $1") +
                                        (sqlite() ? "" : " FOR UPDATE"),
                                    {account});
  if (!own) return std::unexpected(own.error());
  RowReader row(*own, 0);
  desk.last_alert = row.integer("last_alert").value_or(0);
  desk.all_clear_on = row.date("all_clear_on");

  const auto events = connection_->run(
      "SELECT e.id, e.event_type, e.event_data, e.position_id, e.created_at, p.uid, "
      "COALESCE(p.option_symbol, p.ticker) AS symbol " +
          account_events() + " AND e.id > CAST($2 AS bigint) ORDER BY e.id LIMIT CAST($3 AS bigint)",
      {account, std::to_string(row.integer("last_event").value_or(0)), std::to_string(kMostEvents)});
  if (!events) return std::unexpected(events.error());
  for (std::size_t i = 0; i < events->rows.size(); ++i) desk.events.push_back(read_event(*events, i));

  auto open = alerts(account, false);
  if (!open) return std::unexpected(open.error());
  desk.open = std::move(*open);

  const auto lately = connection_->run(
      "SELECT COUNT(DISTINCT identity) AS lately, MAX(created_at) AS latest FROM belay_messages WHERE account_name = "
      "$1 "
      "AND " +
          column_time("created_at") + " > " + moment("$2"),
      {account, to_text(now - std::chrono::minutes(1))});
  if (!lately) return std::unexpected(lately.error());
  RowReader counts(*lately, 0);
  desk.lately = counts.integer("lately").value_or(0);
  desk.last_message = counts.time("latest");
  return desk;
}

StoreResult<void> SqlAlertStore::write(const std::string& account, Timestamp now, const AlertDesk& desk,
                                       const AlertChanges& changes) {
  json::Array alerts;
  std::int64_t last_alert = desk.last_alert;
  for (const Alert& alert : changes.alerts) {
    alerts.emplace_back(row_of(account, alert));
    last_alert = std::max(last_alert, alert.number);
  }
  json::Array messages;
  for (const Message& message : changes.messages) messages.emplace_back(row_of(account, message, now));
  if (!alerts.empty()) {
    const auto done = connection_->run(
        insert("belay_alerts", kAlertColumns) +
            "ON CONFLICT (account_name, number) DO UPDATE SET severity = excluded.severity, said = excluded.said, "
            "last_at = excluded.last_at, times = excluded.times, reminders = excluded.reminders, "
            "look_at = excluded.look_at, ended_at = excluded.ended_at",
        {json::write(std::move(alerts))});
    if (!done) return std::unexpected(done.error());
  }
  if (!messages.empty()) {
    const auto done = connection_->run(
        insert("belay_messages", kMessageColumns) + "ON CONFLICT (account_name, identity, channel) DO NOTHING",
        {json::write(std::move(messages))});
    if (!done) return std::unexpected(done.error());
    if (const auto pruned = prune(account, now); !pruned) return pruned;
  }
  const std::int64_t cursor = changes.take_events && !desk.events.empty() ? desk.events.back().id : 0;
  if (cursor == 0 && last_alert == desk.last_alert && !changes.all_clear_on) return {};
  const std::string higher =
      sqlite() ? "MAX(last_event, CAST($2 AS bigint))" : "GREATEST(last_event, CAST($2 AS bigint))";
  return nothing(
      connection_->run("UPDATE belay_alert_desks SET last_event = " + higher +
                           ", last_alert = CAST($3 AS bigint), all_clear_on = COALESCE(CAST($4 AS text), all_clear_on) "
                           "WHERE account_name = $1",
                       {account, std::to_string(cursor), std::to_string(last_alert),
                        changes.all_clear_on ? Cell(to_text(*changes.all_clear_on)) : std::nullopt}));
}

StoreResult<void> SqlAlertStore::prune(const std::string& account, Timestamp now) {
  const auto older = [&](const std::string& column) {
    return column + " IS NOT NULL AND " + column_time(column) + " < " + moment("$2");
  };
  const std::vector<Cell> limit{account, to_text(now - kKept)};
  const auto messages = nothing(connection_->run(
      "DELETE FROM belay_messages WHERE account_name = $1 AND sent_at IS NOT NULL AND " + older("created_at"), limit));
  if (!messages) return messages;
  return nothing(connection_->run("DELETE FROM belay_alerts WHERE account_name = $1 AND " + older("ended_at"), limit));
}

// ---- sending

StoreResult<std::optional<Message>> SqlAlertStore::claim(const std::string& account, const std::string& channel,
                                                         Timestamp now) {
  const std::string lease = sqlite() ? "$4" : "CAST($4 AS timestamptz)";
  const auto rows = connection_->run(
      "UPDATE belay_messages SET attempts = attempts + 1, next_attempt_at = " + lease +
          " WHERE id = (SELECT id FROM belay_messages WHERE account_name = $1 AND channel = $2 AND sent_at IS NULL "
          "AND " +
          column_time("next_attempt_at") + " <= " + moment("$3") + " ORDER BY urgency DESC, id LIMIT 1" +
          (sqlite() ? "" : " FOR UPDATE SKIP LOCKED") + ") RETURNING *",
      {account, channel, to_text(now), to_text(now + kSendLease)});
  if (!rows) return std::unexpected(rows.error());
  if (rows->rows.empty()) return std::optional<Message>();
  return std::optional(read_message(*rows, 0));
}

StoreResult<void> SqlAlertStore::sent(std::int64_t message, Timestamp now) {
  return nothing(connection_->run(std::string("UPDATE belay_messages SET last_error = NULL, sent_at = ") +
                                      (sqlite() ? "$2" : "CAST($2 AS timestamptz)") + " WHERE id = CAST($1 AS bigint)",
                                  {std::to_string(message), to_text(now)}));
}

StoreResult<void> SqlAlertStore::not_sent(std::int64_t message, const std::string& why, Timestamp again_at) {
  return nothing(connection_->run(std::string("UPDATE belay_messages SET last_error = $2, next_attempt_at = ") +
                                      (sqlite() ? "$3" : "CAST($3 AS timestamptz)") + " WHERE id = CAST($1 AS bigint)",
                                  {std::to_string(message), why, to_text(again_at)}));
}

// ---- for people

StoreResult<std::vector<Alert>> SqlAlertStore::alerts(const std::string& account, bool ended) {
  const auto rows = connection_->run(std::string("SELECT * FROM belay_alerts WHERE account_name = $1 ") +
                                         (ended ? "" : "AND ended_at IS NULL ") + "ORDER BY number",
                                     {account});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Alert> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) out.push_back(read_alert(*rows, i));
  return out;
}

StoreResult<std::int64_t> SqlAlertStore::acknowledge(const std::string& account,
                                                     const std::vector<std::int64_t>& numbers, const std::string& who,
                                                     const std::string& why, Timestamp now) {
  json::Array list;
  for (const std::int64_t number : numbers) list.emplace_back(number);
  const std::string chosen = sqlite()
                                 ? "(SELECT value FROM json_each($2))"
                                 : "(SELECT CAST(n AS bigint) FROM jsonb_array_elements_text(CAST($2 AS jsonb)) AS n)";
  const std::string which = "account_name = $1 AND (CAST($2 AS text) = '[]' OR ";
  const std::string text = json::write(std::move(list));
  Transaction transaction(*connection_);
  if (const auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
  const std::string at = sqlite() ? "$3" : "CAST($3 AS timestamptz)";
  const auto done = connection_->run("UPDATE belay_alerts SET acknowledged_at = " + at + ", look_at = " + at +
                                         ", acknowledged_by = $4, acknowledged_why = $5 WHERE " + which + "number IN " +
                                         chosen + ") AND acknowledged_at IS NULL AND ended_at IS NULL RETURNING number",
                                     {account, text, to_text(now), who, why});
  if (!done) return std::unexpected(done.error());
  const auto silenced = connection_->run("DELETE FROM belay_messages WHERE " + which + "alert IN " + chosen +
                                             ") AND alert IS NOT NULL AND sent_at IS NULL",
                                         {account, text});
  if (!silenced) return std::unexpected(silenced.error());
  if (const auto committed = transaction.commit(); !committed) return std::unexpected(committed.error());
  return static_cast<std::int64_t>(done->rows.size());
}

StoreResult<std::vector<Message>> SqlAlertStore::waiting(const std::string& account) {
  const auto rows = connection_->run(
      "SELECT * FROM belay_messages WHERE account_name = $1 AND sent_at IS NULL ORDER BY id", {account});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Message> out;
  for (std::size_t i = 0; i < rows->rows.size(); ++i) out.push_back(read_message(*rows, i));
  return out;
}

}  // namespace belay::store
