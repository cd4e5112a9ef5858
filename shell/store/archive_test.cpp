// SPDX-License-Identifier: Apache-2.0
// What passes leave behind, and what is read of it later.
#include <gmock/gmock.h>

#include "shell/store/open_archive.hpp"
#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using namespace std::chrono_literals;
using testing::at;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::must;
using ::testing::SizeIs;

class ArchiveTest : public testing::StoreTest {
 protected:
  ArchiveTest() {
    migrate();
    archive = must(open_archive(database.spec()));
  }

  void save(const Batch& batch, const std::string& account = "main") { must(store->save(account, batch)); }
  void save_pass(const char* when, std::int64_t duration, const std::string& account = "main") {
    save(Batch{.passes = {pass(when, duration)}}, account);
  }
  static PassFigures pass(const char* when, std::int64_t duration) {
    PassFigures figures{.at = at(when), .kind = "run", .duration_ms = duration, .positions = 3};
    figures.unguarded_ms = 7;
    return figures;
  }
  std::vector<PassDay> days(const std::string& account = "main") {
    return must(archive->pass_days(account, must_date("2026-01-01"), must_date("2026-12-31")));
  }
  static Date must_date(const char* text) { return parse_date(text).value(); }
  std::vector<std::string> uids(const ArchiveQuery& query) {
    std::vector<std::string> out;
    for (const ArchivedLot& kept : must(archive->lots(query))) out.push_back(kept.lot.uid.text());
    return out;
  }
  Lot closed_lot(const std::string& uid, const char* opened, const char* closed) {
    Lot lot = testing::simple_lot(uid);
    lot.entry_time = at(opened);
    lot.status = LotStatus::closed;
    lot.quantity = Quantity();
    lot.closed_at = at(closed);
    lot.close_reason = ExitReason::stop_loss;
    lot.realised_result = -50_usd;
    return lot;
  }

  std::unique_ptr<Archive> archive;
};

TEST_P(ArchiveTest, APassIsRecordedWithWhatItsOwnRecordTook) {
  save(Batch{.lots = {testing::simple_lot("a")}});  // the first of a process looks at the tables besides
  Batch batch{.lots = {testing::simple_lot("a"), testing::simple_lot("b")},
              .passes = {pass("2026-01-26T15:00:00Z", 120)}};
  batch.passes.back().store_statements = 3;
  const std::uint64_t before = store->statements();
  save(batch);
  const auto of_the_save = static_cast<std::int64_t>(store->statements() - before);
  ASSERT_THAT(days(), SizeIs(1));
  const PassDay day = days().front();
  EXPECT_EQ(day.passes, 1);
  EXPECT_EQ(day.sums.positions, 3);
  EXPECT_EQ(day.sums.unguarded_ms, 7);
  EXPECT_EQ(day.sums.rows_written, 3) << "two lots and the pass itself";
  EXPECT_LE(day.sums.store_statements, 3 + of_the_save);
  EXPECT_EQ(day.sums.store_statements, 3 + 4) << "BEGIN, the lots, the pass, COMMIT";
}

TEST_P(ArchiveTest, APassThatIsRecordedAgainIsStillOne) {
  save_pass("2026-01-26T15:00:00Z", 120);
  save_pass("2026-01-26T15:00:00Z", 180);
  ASSERT_THAT(days(), SizeIs(1));
  EXPECT_EQ(days().front().passes, 1);
  EXPECT_EQ(days().front().sums.duration_ms, 180);
}

TEST_P(ArchiveTest, PassesThatWaitedForTheStoreAreAllThere) {
  save(Batch{
      .passes = {pass("2026-01-26T15:00:00Z", 1), pass("2026-01-26T15:01:00Z", 2), pass("2026-01-26T15:02:00Z", 3)}});
  EXPECT_EQ(days().front().passes, 3);
  EXPECT_EQ(days().front().longest_ms, 3);
}

TEST_P(ArchiveTest, DaysAreNewYorksAlsoAcrossTheChangeOfClocks) {
  save_pass("2026-03-08T04:59:00Z", 1);  // 23:59 of Saturday, winter time
  save_pass("2026-03-08T05:01:00Z", 1);  // 00:01 of Sunday
  save_pass("2026-03-09T03:59:00Z", 1);  // 23:59 of Sunday, summer time
  save_pass("2026-03-09T04:01:00Z", 1);
  EXPECT_THAT(days(),
              ElementsAre(Field(&PassDay::day, must_date("2026-03-07")), Field(&PassDay::day, must_date("2026-03-08")),
                          Field(&PassDay::day, must_date("2026-03-09"))));
  EXPECT_EQ(days()[1].passes, 2);
}

TEST_P(ArchiveTest, FoldingChangesNoFigure) {
  save_pass("2026-01-26T15:00:00Z", 120);
  save_pass("2026-01-26T15:01:00Z", 90);
  save_pass("2026-01-27T15:00:00Z", 60);
  save_pass("2026-01-26T15:00:00Z", 500, "other");
  const auto before = days("");
  must(archive->fold_passes(must_date("2026-01-27")));
  EXPECT_EQ(days(""), before);
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_passes"), "1");
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_pass_days"), "2");
  save_pass("2026-01-26T15:02:00Z", 300);  // one that waited longer than that
  must(archive->fold_passes(must_date("2026-01-28")));
  EXPECT_EQ(days().front().passes, 3);
  EXPECT_EQ(days().front().longest_ms, 300);
  EXPECT_EQ(days().front().sums.duration_ms, 510);
  EXPECT_EQ(database.ask("SELECT count(*) FROM belay_passes"), "0");
}

TEST_P(ArchiveTest, AccountsAreToldApart) {
  save_pass("2026-01-26T15:00:00Z", 1);
  save_pass("2026-01-26T15:00:00Z", 2, "other");
  EXPECT_THAT(days(), SizeIs(1));
  EXPECT_THAT(days(""), SizeIs(2));
  EXPECT_THAT(days("nobody"), IsEmpty());
}

TEST_P(ArchiveTest, LotsAreThoseOpenedOrClosedThenOrStillOpen) {
  Lot open = testing::simple_lot("open");
  open.entry_time = at("2026-01-05T15:00:00Z");
  Lot other = closed_lot("other", "2026-01-26T15:00:00Z", "2026-01-26T16:00:00Z");
  other.account = "other";
  save(Batch{.lots = {open, closed_lot("within", "2026-01-26T15:00:00Z", "2026-01-26T16:00:00Z"),
                      closed_lot("at the end", "2026-01-20T15:00:00Z", "2026-01-27T05:00:00Z"),
                      closed_lot("opened then", "2026-01-26T17:00:00Z", "2026-01-28T05:00:00Z"),
                      closed_lot("before", "2026-01-20T15:00:00Z", "2026-01-26T04:59:59.999Z"), other}});
  const ArchiveQuery day{"main", at("2026-01-26T05:00:00Z"), at("2026-01-27T05:00:00Z")};
  EXPECT_THAT(uids(day), ElementsAre("open", "within", "opened then"));
  EXPECT_THAT(uids({"", day.from, day.to}), SizeIs(4));
}

TEST_P(ArchiveTest, FeesAreReadWhereTheyAreKnown) {
  save(Batch{.lots = {testing::simple_lot("a"), testing::simple_lot("b")}});
  database.run("UPDATE active_positions SET fees = '1.25' WHERE uid = 'a'");
  const auto lots = must(archive->lots({"main", at("2026-01-26T05:00:00Z"), at("2026-01-27T05:00:00Z")}));
  ASSERT_THAT(lots, SizeIs(2));
  EXPECT_EQ(lots[0].lot.uid.text() == "a" ? lots[0].fees : lots[1].fees, 1.25_usd);
  EXPECT_EQ(lots[0].lot.uid.text() == "a" ? lots[1].fees : lots[0].fees, std::nullopt);
}

TEST_P(ArchiveTest, TheBeginningsOfExitsAreRead) {
  const auto triggered = [](const char* when, Fields data) {
    return EventRecord{LotUid("a"), EventType::exit_triggered, std::move(data), at(when)};
  };
  save(Batch{.lots = {testing::simple_lot("a")},
             .events = {triggered("2026-01-26T15:00:00Z",
                                  {{"reason", std::string("scale_out")}, {"current_price", Decimal(105.5_price)}}),
                        triggered("2026-01-26T15:00:01Z", {{"reason", std::string("stop_loss")}, {"joined", true}}),
                        triggered("2026-01-26T16:00:00Z",
                                  {{"reason", std::string("stop_loss")}, {"current_price", FieldValue()}}),
                        triggered("2026-01-26T16:00:01Z", {{"reason", std::string("of another version")}}),
                        triggered("2026-01-27T16:00:00Z", {{"reason", std::string("stop_loss")}})}});
  EXPECT_THAT(must(archive->exit_triggers({"main", at("2026-01-26T05:00:00Z"), at("2026-01-27T05:00:00Z")})),
              ElementsAre(ExitTrigger{LotUid("a"), at("2026-01-26T15:00:00Z"), ExitReason::scale_out, 105.5_price},
                          ExitTrigger{LotUid("a"), at("2026-01-26T16:00:00Z"), ExitReason::stop_loss, std::nullopt}));
}

BELAY_ON_BOTH_DATABASES(ArchiveTest);

}  // namespace
}  // namespace belay::store
