// SPDX-License-Identifier: Apache-2.0
// position_events of another service, whose event_data is a text with anything in it: nothing stops for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/store/open_alerts.hpp"
#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using testing::at;
using ::testing::ElementsAre;
using testing::must;
using testing::simple_lot;

class ForeignEventData : public testing::StoreTest {
 protected:
  /// The column is a text, or `type` where the database knows more.
  void migrate_over(const std::string& type) {
    database.run("CREATE TABLE position_events (id " +
                 std::string(sqlite() ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "serial PRIMARY KEY") +
                 ", position_id integer, event_type varchar(50) NOT NULL, event_data " + type + ", created_at " +
                 (sqlite() ? "text" : "timestamptz") + ")");
    migrate();
    must(store->save("main", {.lots = {simple_lot("a")}}));
  }
  void insert(const std::string& type, const std::string& data) {
    database.run(
        "INSERT INTO position_events (position_id, event_type, event_data, created_at) VALUES (1, $1, $2, "
        "'2026-01-26T15:00:01Z')",
        {type, data});
  }
  void save_ours() {
    must(store->save(
        "main",
        {.events = {
             {LotUid("a"), EventType::price_update, {{"price", Decimal(99.5_price)}}, at("2026-01-26T15:01:00Z")},
             {{},
              EventType::alert,
              {{"account", std::string("main")}, {"cause", std::string("clock")}},
              at("2026-01-26T15:01:00Z")}}}));
  }
};
BELAY_ON_BOTH_DATABASES(ForeignEventData);

TEST_P(ForeignEventData, ThatIsNoJsonStopsNothing) {
  migrate_over("text");
  for (const char* rubbish : {"price was 7", "", "{\"price\":", "[1, 2", "{\"price\": \"\\u0000\"}", "7"}) {
    for (const char* type : {"price_update", "alert", "closed"}) insert(type, rubbish);
  }
  database.run("INSERT INTO position_events (event_type, event_data) VALUES ('alert', 'who knows'), ('alert', NULL)");
  save_ours();

  std::vector<std::string> of_account;
  for (const StoredEvent& event : must(store->events({.types = {"alert"}, .account = "main"}))) {
    if (!event.position_id) of_account.push_back(event.event_data);
  }
  EXPECT_EQ(of_account.size(), 1U) << "the one that says so";
  EXPECT_THAT(must(store->unknown_accounts({"main"})), ::testing::IsEmpty());
  const auto alerts = must(open_alerts(database.spec()));
  EXPECT_TRUE(must(alerts->has_work("main", at("2026-01-26T16:00:00Z"))));
  std::size_t told = 0;
  must(alerts->fold("main", at("2026-01-26T16:00:00Z"), [&](const AlertDesk& desk) {
    told = desk.events.size();
    return AlertChanges{};
  }));
  EXPECT_EQ(told, 13U);

  Lot closed = simple_lot("a");
  closed.status = LotStatus::closed;
  closed.closed_at = at("2026-01-26T15:02:00Z");
  must(store->save("main", {.lots = {closed}}));
  EXPECT_TRUE(must(store->write_price_path()));
  EXPECT_THAT(database.ask("SELECT price_path FROM position_history"),
              ::testing::AnyOf("[[1769439660,99.5]]", "[[1769439660, 99.5]]"));
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-28T00:00:00Z"))));
}

TEST_P(ForeignEventData, OfTypeJsonIsReadAsOurs) {
  migrate_over("json");
  insert("price_update", R"({"price": 99.000000001})");
  insert("price_update", R"({"price": "\u0000"})");
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-28T00:00:00Z"))));
  EXPECT_THAT(database.ask("SELECT samples FROM belay_price_paths"),
              ::testing::AnyOf("[[1769439600,99.000000001]]", "[[1769439600, 99.000000001]]"));
}

}  // namespace
}  // namespace belay::store
