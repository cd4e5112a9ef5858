// SPDX-License-Identifier: Apache-2.0
// What is told past a store that is away, and what of it the store is given once it is back.
#include "shell/notify/notifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "shell/notify/book_of_lots.hpp"

namespace belay::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

/// What the notifier's thread and the test both see.
struct Scene {
  std::mutex mutex;
  std::condition_variable changed;
  Timestamp now = parse_timestamp("2026-01-26T20:00:00Z").value();
  Delivery::Kind answer = Delivery::Kind::sent;
  std::vector<std::string> delivered;  // identities, as often as it was tried
  bool store_is_back = false;
  int rounds = 0;  // that found the store away
  AlertDesk desk;
  std::vector<Message> stored;

  template <class Change>
  void change(Change how) {
    const std::lock_guard lock(mutex);
    how();
    changed.notify_all();
  }
  int rounds_so_far() {
    const std::lock_guard lock(mutex);
    return rounds;
  }
  template <class Condition>
  bool await(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 30s, condition);
  }
};

class SceneClock : public Clock {
 public:
  explicit SceneClock(Scene& scene) : scene_(scene) {}
  Result<Moment> now() override {
    const std::lock_guard lock(scene_.mutex);
    return Moment{.wall = scene_.now, .steady = {}};
  }
  Duration machine() override { return 1h; }
  void pause(Duration) override {}

 private:
  Scene& scene_;
};

class SceneChannel : public Channel {
 public:
  explicit SceneChannel(Scene& scene) : scene_(scene) {}
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::string description() const override { return "a test's channel"; }
  Delivery deliver(const Letter& letter, const Patience&) override {
    Delivery delivery;
    scene_.change([&] {
      scene_.delivered.push_back(letter.identity);
      delivery = {scene_.answer, "as the test has it"};
    });
    return delivery;
  }

 private:
  Scene& scene_;
  std::string name_ = "mail";
};

/// Has one desk, and keeps the messages.
class SceneAlerts : public AlertStore {
 public:
  explicit SceneAlerts(Scene& scene) : scene_(scene) {}
  StoreResult<bool> has_work(const std::string&, Timestamp) override { return true; }
  StoreResult<void> fold(const std::string&, Timestamp,
                         const std::function<AlertChanges(const AlertDesk&)>& decide) override {
    const AlertChanges changes = decide(scene_.desk);
    scene_.change([&] {
      scene_.stored.insert(scene_.stored.end(), changes.messages.begin(), changes.messages.end());
      scene_.desk.events.clear();
    });
    return {};
  }
  StoreResult<std::optional<Message>> claim(const std::string&, const std::string&, Timestamp) override {
    return std::nullopt;
  }
  StoreResult<void> sent(std::int64_t, Timestamp) override { return {}; }
  StoreResult<void> not_sent(std::int64_t, const std::string&, Timestamp) override { return {}; }
  StoreResult<std::vector<Alert>> alerts(const std::string&, bool) override { return std::vector<Alert>{}; }
  StoreResult<std::int64_t> acknowledge(const std::string&, const std::vector<std::int64_t>&, const std::string&,
                                        const std::string&, Timestamp) override {
    return 0;
  }
  StoreResult<std::vector<Message>> waiting(const std::string&) override { return std::vector<Message>{}; }

 private:
  Scene& scene_;
};

class Notifiers : public ::testing::Test {
 protected:
  Notifiers() {
    Settings settings;
    settings.routes = {{"mail"}};
    settings.all_clear = false;
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(std::make_unique<SceneChannel>(scene));
    notifier = std::make_unique<Notifier>(Notifier::Parts{.open_alerts = [this] { return open_alerts(); },
                                                          .open_book = []() -> StoreResult<std::unique_ptr<Store>> {
                                                            return std::make_unique<BookOfLots>();
                                                          },
                                                          .clock = std::make_unique<SceneClock>(scene),
                                                          .channels = std::move(channels),
                                                          .log = log},
                                          settings, "main");
    notifier->start();
  }

  StoreResult<std::unique_ptr<AlertStore>> open_alerts() {
    bool is_back = false;
    scene.change([&] {
      is_back = scene.store_is_back;
      if (!is_back) ++scene.rounds;
    });
    if (!is_back) return std::unexpected(StoreError{StoreError::Kind::unavailable, "away"});
    return std::make_unique<SceneAlerts>(scene);
  }

  /// Until it has looked for what is to be told that often; the first look may have begun before.
  void look(int times) {
    for (int i = 0; i < times; ++i) {
      const int before = scene.rounds_so_far();
      notifier->pass_ended(PassOutcome::failed);
      ASSERT_TRUE(scene.await([&] { return scene.rounds > before; }));
    }
  }

  AlertEvent order_failed() const {
    return {.id = 0,
            .event_type = "alert",
            .event_data = R"({"cause":"order_failed","severity":"critical","text":"of it"})",
            .position_id = 0,
            .lot = "a",
            .symbol = "AAPL",
            .at = scene.now};
  }

  Scene scene;
  log::Log log{log::nowhere(), log::Level::error};
  std::unique_ptr<Notifier> notifier;
};

TEST_F(Notifiers, WhatIsRefusedWhileTheStoreIsAwayIsTriedAgainAndStoredAsNotSent) {
  const AlertEvent event = order_failed();
  scene.change([&] { scene.answer = Delivery::Kind::refused; });
  notifier->unstored(event);
  ASSERT_TRUE(scene.await([&] { return scene.delivered.size() == 1; }));
  look(3);
  EXPECT_THAT(scene.delivered, SizeIs(1)) << "not with every look";
  scene.change([&] { scene.now = scene.now + 15s; });
  look(2);
  EXPECT_THAT(scene.delivered, SizeIs(2));
  scene.change([&] { scene.now = scene.now + 15s; });
  look(2);
  EXPECT_THAT(scene.delivered, SizeIs(2)) << "later each time";

  scene.change([&] {
    scene.desk.events = {event};
    scene.store_is_back = true;
  });
  notifier->pass_ended(PassOutcome::failed);
  ASSERT_TRUE(scene.await([&] { return scene.stored.size() == 1; }));
  EXPECT_FALSE(scene.stored[0].sent);
  EXPECT_EQ(scene.stored[0].identity, scene.delivered[0]);
}

TEST_F(Notifiers, WhatWasTakenWhileTheStoreIsAwayIsStoredAsSent) {
  const AlertEvent event = order_failed();
  notifier->unstored(event);
  ASSERT_TRUE(scene.await([&] { return scene.delivered.size() == 1; }));
  look(2);
  EXPECT_THAT(scene.delivered, SizeIs(1));
  scene.change([&] {
    scene.desk.events = {event};
    scene.store_is_back = true;
  });
  notifier->pass_ended(PassOutcome::failed);
  ASSERT_TRUE(scene.await([&] { return scene.stored.size() == 1; }));
  EXPECT_TRUE(scene.stored[0].sent);
}

}  // namespace
}  // namespace belay::notify
