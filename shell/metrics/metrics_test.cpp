// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "shell/json/parse.hpp"
#include "shell/metrics/exposition.hpp"
#include "shell/metrics/serve.hpp"
#include "shell/net/http_client.hpp"

namespace belay::metrics {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

struct MetricsTest : ::testing::Test {
  Duration now = 1000s;
  Board board{"1.2", [this] { return now; }};

  void pass(const std::string& account, const std::string& unread_why = "") {
    PassFigures figures{.at = parse_timestamp("2026-01-26T15:00:00Z").value(), .kind = "run", .duration_ms = 250};
    figures.positions = 7;
    figures.unguarded_ms = 1500;
    board.beat(account);
    board.stands(account, true, true);
    board.passed(account, figures, unread_why, unread_why.empty());
  }
};

TEST_F(MetricsTest, WhoServesNobodyIsNotWell) {
  EXPECT_FALSE(board.healthz().good);
  EXPECT_FALSE(board.readyz().good);
}

TEST_F(MetricsTest, ALoopThatStandsStillIsNotWell) {
  pass("main");
  EXPECT_TRUE(board.healthz().good);
  now += 150s;
  EXPECT_TRUE(board.healthz().good) << "a pass may take two minutes";
  now += 1s;
  EXPECT_FALSE(board.healthz().good);
  EXPECT_EQ(board.healthz().text, "main: no sign of life for 151 s\n");
  board.beat("main");
  EXPECT_TRUE(board.healthz().good);
}

TEST_F(MetricsTest, OneAccountThatStandsStillIsEnough) {
  pass("main");
  pass("other");
  now += 151s;
  board.beat("main");
  EXPECT_FALSE(board.healthz().good);
  EXPECT_EQ(board.healthz().text, "main: ok\nother: no sign of life for 151 s\n");
}

TEST_F(MetricsTest, ReadyIsWhoCanWork) {
  board.expect("main");
  EXPECT_TRUE(board.healthz().good) << "it has begun";
  EXPECT_FALSE(board.readyz().good);
  pass("main");
  EXPECT_TRUE(board.readyz().good);
  EXPECT_EQ(board.readyz().text, "main: ok\n");
}

TEST_F(MetricsTest, WithoutStoreOrLockItIsNotReadyAndSaysWhy) {
  pass("main");
  board.stands("main", false, false);
  EXPECT_FALSE(board.readyz().good);
  EXPECT_EQ(board.readyz().text, "main: the store is away; the account's lock is not held\n");
  EXPECT_TRUE(board.healthz().good) << "a restart would not mend it";
}

TEST_F(MetricsTest, ABrokerThatIsNotReadIsForgivenForThreeSweeps) {
  pass("main");
  now += 120s;
  pass("main", "timed out");
  EXPECT_TRUE(board.readyz().good);
  now += 61s;
  EXPECT_FALSE(board.readyz().good);
  EXPECT_EQ(board.readyz().text, "main: the broker was last read 181 s ago: timed out\n");
}

TEST_F(MetricsTest, CountersAddUpAndGaugesAreTheLatest) {
  pass("main");
  pass("main");
  const std::string text = board.text();
  EXPECT_THAT(text, HasSubstr("# TYPE belay_passes_total counter\n"));
  EXPECT_THAT(text, HasSubstr("belay_passes_total{account=\"main\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("belay_positions{account=\"main\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("belay_unguarded_seconds_total{account=\"main\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("belay_last_pass_timestamp_seconds{account=\"main\"} 1769439600\n"));
  EXPECT_THAT(text, HasSubstr("belay_build_info{version=\"1.2\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("belay_day_"))) << "nothing is known of the day yet";
}

TEST_F(MetricsTest, TheDaysFiguresAreThoseOfTheReport) {
  report::Figures today;
  today.opened = 4;
  today.result = -12.5_usd;
  today.by_reason[ExitReason::stop_loss] = {3, -12.5_usd};
  board.day("main", today);
  const std::string text = board.text();
  EXPECT_THAT(text, HasSubstr("belay_day_result_dollars{account=\"main\"} -12.5\n"));
  EXPECT_THAT(text, HasSubstr("belay_day_closed{account=\"main\",reason=\"stop_loss\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("belay_day_closed{account=\"main\",reason=\"take_profit\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("belay_day_win_ratio"))) << "not known is not zero";
}

TEST_F(MetricsTest, AnOddNameStaysInItsPlace) {
  pass("a\"b\\c\nd");
  EXPECT_THAT(board.text(), HasSubstr(R"(belay_passes_total{account="a\"b\\c\nd"} 1)"));
}

TEST_F(MetricsTest, AreServedOverHttp) {
  pass("main");
  auto server = serve({.host = "127.0.0.1", .port = 0}, board);
  ASSERT_TRUE(server.has_value()) << server.error().message;
  auto client = net::HttpClient::create(server->url());
  const auto ask = [&](const std::string& target, const std::string& method = "GET") {
    return client->send({.method = method, .target = target}, 5s).value();
  };
  const auto metrics = ask("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(*metrics.header("Content-Type"), HasSubstr("version=0.0.4"));
  EXPECT_THAT(metrics.body, HasSubstr("belay_passes_total"));
  EXPECT_EQ(ask("/healthz").status, 200);
  EXPECT_EQ(ask("/readyz?verbose").status, 200);
  board.stands("main", true, false);
  EXPECT_EQ(ask("/readyz").status, 503);
  now += 1h;
  EXPECT_EQ(ask("/healthz").status, 503);
  EXPECT_EQ(ask("/").status, 404);
  EXPECT_EQ(ask("/metrics", "POST").status, 405);
}

TEST(Listen, IsThisMachineAlone) {
  EXPECT_EQ(parse_listen("127.0.0.1:9464")->port, 9464);
  EXPECT_EQ(parse_listen("[::1]:9464")->host, "::1");
  EXPECT_EQ(parse_listen("localhost:0")->host, "localhost");
  for (const char* wrong : {"0.0.0.0:9464", "10.0.0.1:9464", ":9464", "9464", "127.0.0.1",
                            "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:x", "example.com:80", ""}) {
    EXPECT_FALSE(parse_listen(wrong).has_value()) << wrong;
  }
}

TEST(Emf, IsOneObjectThatNamesItsOwnMembers) {
  PassFigures figures{.at = parse_timestamp("2026-01-26T15:00:00.5Z").value(), .kind = "run", .duration_ms = 250};
  figures.guards_verified = 3;
  const auto line = json::parse(emf_line("main", figures));
  ASSERT_TRUE(line.has_value());
  const json::Value& aws = *line->find("_aws");
  EXPECT_EQ(aws.find("Timestamp")->as_int64(), 1769439600500);
  const json::Value& directive = aws.find("CloudWatchMetrics")->as_array()->at(0);
  EXPECT_EQ(*directive.find("Namespace")->as_string(), "Belay");
  EXPECT_EQ(*directive.find("Dimensions")->as_array()->at(0).as_array()->at(0).as_string(), "account");
  EXPECT_EQ(*line->find("account")->as_string(), "main");
  EXPECT_EQ(line->find("GuardsVerified")->as_int64(), 3);
  for (const json::Value& metric : *directive.find("Metrics")->as_array()) {
    EXPECT_NE(line->find(*metric.find("Name")->as_string()), nullptr);
  }
  EXPECT_EQ(*directive.find("Metrics")->as_array()->at(0).find("Unit")->as_string(), "Milliseconds");
  EXPECT_EQ(line->find("unguarded_ms"), nullptr) << "the log's filters count that name";
}

}  // namespace
}  // namespace belay::metrics
