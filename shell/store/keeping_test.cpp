// SPDX-License-Identifier: Apache-2.0
// What outlives a position: its history with the path of its price, what is exported, how noisy events make room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using namespace std::chrono_literals;
using testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::simple_lot;

EventRecord price_update(const char* uid, const char* when, const char* price) {
  return {LotUid(uid), EventType::price_update, {{"price", Decimal(Price::parse(price).value())}}, at(when)};
}

Lot closed_lot(const std::string& uid) {
  Lot lot = simple_lot(uid);
  lot.status = LotStatus::closed;
  lot.closed_at = at("2026-01-27T15:00:00Z");
  lot.exit_price = 94.5_price;
  lot.realised_result = -55_usd;
  lot.close_reason = ExitReason::stop_loss;
  lot.exit = Exit{.reason = ExitReason::stop_loss,
                  .reasons = {ExitReason::stop_loss, ExitReason::max_hold_time},
                  .triggered_at = at("2026-01-27T14:59:59Z"),
                  .trigger_price = 94.75_price,
                  .message = "Stop loss hit",
                  .who = "ann@desk",
                  .stop = 95_price};
  lot.guards.unguarded = 61500ms;
  return lot;
}

class Keeping : public testing::StoreTest {
 protected:
  void SetUp() override { migrate(); }

  std::int64_t count(const std::string& where) {
    return std::stoll(database.ask("SELECT count(*) FROM position_events WHERE " + where));
  }
  /// The whole of an export, a page of two rows at a time, as {column: text}.
  std::vector<std::map<std::string, std::string>> exported(ExportQuery query) {
    std::vector<std::map<std::string, std::string>> out;
    query.limit = 2;
    while (true) {
      const ExportPage page = must(store->page(query));
      if (page.rows.empty()) return out;
      for (const auto& row : page.rows) {
        auto& named = out.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) named[std::string(page.columns[i].name)] = row[i].value_or("NULL");
      }
      query.after_id = page.last_id;
    }
  }
  static std::string without_blanks(std::string text) {
    std::erase(text, ' ');
    return text;
  }
};
BELAY_ON_BOTH_DATABASES(Keeping);

TEST_P(Keeping, HistoryTellsWhatALearnerNeeds) {
  must(store->save("main", {.lots = {simple_lot("a")}, .events = {price_update("a", "2026-01-27T14:58:10Z", "99")}}));
  must(store->save("main", {.lots = {closed_lot("a")},
                            .events = {price_update("a", "2026-01-27T14:59:05Z", "95.5"),
                                       price_update("a", "2026-01-27T14:59:45.250Z", "94.750000001")}}));
  const auto rows = exported({.what = Exported::history});
  ASSERT_EQ(rows.size(), 1U);
  auto row = rows.front();
  EXPECT_EQ(row["symbol"], "AAPL");
  EXPECT_EQ(row["exit_reason"], "stop_loss");
  EXPECT_EQ(without_blanks(row["exit_reasons"]), R"(["stop_loss","max_hold_time"])");
  EXPECT_EQ(row["trigger_price"], "94.75");
  EXPECT_EQ(row["slippage"], "0.25") << "sold below the price that triggered";
  EXPECT_EQ(row["stop_in_force"], "95");
  EXPECT_EQ(row["target_in_force"], "NULL");
  EXPECT_EQ(row["seconds_unguarded"], "61");
  EXPECT_EQ(row["exit_operator"], "ann@desk");
  EXPECT_EQ(row["exit_time"], "2026-01-27T15:00:00Z");
  EXPECT_EQ(row["pnl_dollars"], "-55");
  EXPECT_EQ(row["bracket_expected"], "false");
  EXPECT_EQ(row["fees"], "NULL");
  EXPECT_EQ(without_blanks(row["price_path"]), "[[1769525880,99],[1769525940,94.750000001]]")
      << "the last price of each minute, to the last decimal";
}

TEST_P(Keeping, APathThatIsDueIsExportedAsItWillBeWritten) {
  must(store->save("main", {.lots = {simple_lot("a")}, .events = {price_update("a", "2026-01-26T15:00:01Z", "99")}}));
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-27T00:00:00Z"))));
  must(store->save("main",
                   {.lots = {closed_lot("a")}, .events = {price_update("a", "2026-01-27T14:59:05Z", "94.750000001")}}));
  const std::string path = "[[1769439600,99],[1769525940,94.750000001]]";
  EXPECT_EQ(database.ask("SELECT price_path FROM position_history"), "NULL") << "the close does not wait for it";
  EXPECT_EQ(without_blanks(exported({.what = Exported::history}).front()["price_path"]), path);

  EXPECT_TRUE(must(store->write_price_path()));
  EXPECT_FALSE(must(store->write_price_path()));
  EXPECT_EQ(without_blanks(database.ask("SELECT price_path FROM position_history")), path);
  EXPECT_EQ(without_blanks(exported({.what = Exported::history}).front()["price_path"]), path);
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_price_paths"), "0") << "the history has it";
}

TEST_P(Keeping, WhatIsFoldedBeforeThePathIsWrittenIsInIt) {
  must(store->save("main", {.lots = {simple_lot("a")}, .events = {price_update("a", "2026-01-26T15:00:01Z", "99")}}));
  must(store->save("main", {.lots = {closed_lot("a")}}));
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-28T00:00:00Z"))));
  EXPECT_EQ(count("event_type = 'price_update'"), 0);
  EXPECT_TRUE(must(store->write_price_path()));
  EXPECT_EQ(without_blanks(database.ask("SELECT price_path FROM position_history")), "[[1769439600,99]]");
}

TEST_P(Keeping, APositionWithoutPricesHasNoPath) {
  must(store->save("main", {.lots = {closed_lot("a")}}));
  EXPECT_EQ(exported({.what = Exported::history}).front()["price_path"], "NULL");
  EXPECT_TRUE(must(store->write_price_path()));
  EXPECT_FALSE(must(store->write_price_path())) << "that it has none is known";
  EXPECT_EQ(exported({.what = Exported::history}).front()["price_path"], "NULL");
}

TEST_P(Keeping, FoldingKeepsThePathAndOnlyOldNoiseGoes) {
  must(store->save("main", {.lots = {simple_lot("a"), simple_lot("b")},
                            .events = {price_update("a", "2026-01-26T15:00:01Z", "100"),
                                       price_update("a", "2026-01-26T15:00:59.9Z", "101.25"),
                                       price_update("a", "2026-01-26T15:01:00Z", "102"),
                                       {LotUid("a"), EventType::check, {}, at("2026-01-26T15:00:01Z")},
                                       {LotUid("a"), EventType::alert, {}, at("2026-01-26T15:00:01Z")},
                                       {{}, EventType::check, {}, at("2026-01-26T15:00:01Z")},
                                       price_update("b", "2026-01-26T00:00:00.5Z", "7"),
                                       price_update("a", "2026-01-27T00:00:00.5Z", "103")}}));
  const Timestamp before = at("2026-01-27T15:00:00Z");
  int chunks = 0;
  while (must(store->fold_noisy_events(before))) ++chunks;
  EXPECT_EQ(chunks, 3) << "two positions and the account, a day each";
  EXPECT_EQ(count("event_type = 'price_update'"), 1) << "the day that has not ended before that stays whole";
  EXPECT_EQ(count("event_type = 'check'"), 0);
  EXPECT_EQ(count("event_type = 'alert'"), 1);
  EXPECT_EQ(without_blanks(database.ask("SELECT samples FROM belay_price_paths WHERE position_id = 1")),
            "[[1769439600,101.25],[1769439660,102]]");

  must(store->save("main", {.lots = {closed_lot("a")}}));
  EXPECT_EQ(without_blanks(exported({.what = Exported::history}).front()["price_path"]),
            "[[1769439600,101.25],[1769439660,102],[1769472000,103]]");
}

TEST_P(Keeping, FoldingWhatCameLateAddsToTheDay) {
  must(store->save("main", {.lots = {simple_lot("a")}, .events = {price_update("a", "2026-01-26T15:00:01Z", "100")}}));
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-28T00:00:00Z"))));
  must(store->save("main", {.events = {price_update("a", "2026-01-26T15:02:01Z", "101")}}));
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-28T00:00:00Z"))));
  EXPECT_EQ(without_blanks(database.ask("SELECT samples FROM belay_price_paths")),
            "[[1769439600,100],[1769439720,101]]");
}

TEST_P(Keeping, WhatTheHistoryHasIsNotKeptTwice) {
  must(store->save("main", {.lots = {simple_lot("a")}, .events = {price_update("a", "2026-01-26T15:00:01Z", "100")}}));
  must(store->save("main", {.lots = {closed_lot("a")}}));
  EXPECT_TRUE(must(store->write_price_path()));
  EXPECT_TRUE(must(store->fold_noisy_events(at("2026-01-28T00:00:00Z"))));
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_price_paths"), "0");
  EXPECT_EQ(count("event_type = 'price_update'"), 0);
}

TEST_P(Keeping, ExportsByTimeAPageAtATime) {
  for (const char* uid : {"a", "b", "c", "d", "e"}) must(store->save("main", {.lots = {closed_lot(uid)}}));
  Lot late = closed_lot("f");
  late.closed_at = at("2026-01-28T15:00:00Z");
  must(store->save("main", {.lots = {late, simple_lot("g")}}));
  EXPECT_EQ(exported({.what = Exported::history}).size(), 6U);
  EXPECT_EQ(exported({.what = Exported::history, .from = at("2026-01-28T00:00:00Z")}).size(), 1U);
  EXPECT_EQ(exported({.what = Exported::history, .to = at("2026-01-27T15:00:00Z")}).size(), 0U) << "not included";
  const auto positions = exported({.what = Exported::positions});
  EXPECT_EQ(positions.size(), 7U);
  EXPECT_EQ(positions.back().at("status"), "open");
}

TEST_P(Keeping, ExportsEventsWithTheirSymbol) {
  must(store->save("main", {.lots = {simple_lot("a")},
                            .events = {price_update("a", "2026-01-26T15:00:01Z", "100"),
                                       {{}, EventType::operator_, {}, at("2026-01-26T15:00:02Z")}}}));
  auto rows = exported({.what = Exported::events});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["symbol"], "AAPL");
  EXPECT_EQ(rows[0]["account_name"], "main");
  EXPECT_EQ(without_blanks(rows[0]["event_data"]), R"({"price":100})");
  EXPECT_EQ(rows[1]["position_id"], "NULL");
}

TEST_P(Keeping, EventsAreFoundByEveryFilterTogether) {
  must(store->save("main", {.lots = {simple_lot("a"), simple_lot("b")},
                            .events = {price_update("a", "2026-01-26T15:00:00.5Z", "1"),
                                       price_update("a", "2026-01-26T15:01:00Z", "2"),
                                       price_update("b", "2026-01-26T15:01:00Z", "3"),
                                       {LotUid("a"), EventType::alert, {}, at("2026-01-26T15:01:00Z")},
                                       price_update("a", "2026-01-26T15:02:00Z", "4")}}));
  const auto ids = [&](const EventFilter& filter) {
    std::vector<std::int64_t> out;
    for (const StoredEvent& event : must(store->events(filter))) out.push_back(event.id);
    return out;
  };
  EXPECT_THAT(ids({.since = at("2026-01-26T15:01:00Z")}), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(ids({.until = at("2026-01-26T15:01:00Z")}), ElementsAre(1));
  EXPECT_THAT(ids({.until = at("2026-01-26T15:02:00Z"), .limit = 2}), ElementsAre(3, 4)) << "the newest of them";
  EXPECT_THAT(ids({.position_id = 1,
                   .symbol = "AAPL",
                   .types = {"price_update", "alert"},
                   .since = at("2026-01-26T15:00:30Z"),
                   .until = at("2026-01-26T15:01:30Z"),
                   .after_id = 2}),
              ElementsAre(4));
  EXPECT_THAT(ids({.symbol = "MSFT"}), IsEmpty());
}

}  // namespace
}  // namespace belay::store
