// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/notifier.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "shell/json/parse.hpp"
#include "shell/notify/desk_work.hpp"
#include "shell/notify/transfer.hpp"

namespace belay::notify {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLook = 1s;        // between looks into the store, real time
constexpr auto kAttempt = 10s;        // for one delivery
constexpr auto kPing = 5s;            // for one ping
constexpr Duration kFirstPause = 5s;  // of a channel that could not be reached, machine time
constexpr Duration kLongestPause = 60s;
constexpr Duration kFirstRetry = 15s;  // of a message, in the time of the messages
constexpr Duration kLongestRetry = 10min;

Duration doubled(Duration first, int times, Duration longest) {
  for (int i = 0; i < times && first < longest; ++i) first *= 2;
  return std::min(first, longest);
}

}  // namespace

struct Notifier::Inner {
  struct Refusals {
    int times = 0;
    Timestamp again_at;
  };
  struct Way {
    std::unique_ptr<Channel> channel;
    int failures = 0;
    Duration paused_until{};                  // machine time
    std::map<std::string, Refusals> refused;  // by identity, of what is not stored yet
  };

  Inner(Parts p, Settings s, std::string name)
      : parts(std::move(p)), settings(std::move(s)), account(std::move(name)), desk(account, settings) {
    for (auto& channel : parts.channels) ways.push_back({std::move(channel)});
  }

  Parts parts;
  Settings settings;
  std::string account;
  DeskWork desk;
  std::vector<Way> ways;
  std::unique_ptr<AlertStore> alerts;
  std::unique_ptr<Store> book;
  std::string trouble;               // with the store, as last told
  std::vector<AlertEvent> unstored;  // taken over, not delivered yet

  std::mutex mutex;
  std::condition_variable news;
  std::condition_variable over;
  std::vector<AlertEvent> arrived;
  bool ping_due = false;
  bool look_due = false;
  bool ending = false;
  bool ended = false;
  Duration end_by{};  // machine time
  std::atomic<bool> stop = false;
  std::string mishap;  // as last told
  std::thread thread;

  void log(log::Level level, std::string_view message, const Fields& fields) {
    const auto now = parts.clock->now();
    parts.log.write(level, now ? now->wall : Timestamp(), message, fields);
  }

  /// Of a row that anybody may have edited, say: positions are guarded all the same, and nothing else waits for it.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      if (std::exchange(mishap, error.what()) != error.what())
        log(log::Level::error, "alerts: unexpected", {{"why", std::string(error.what())}});
    }
  }

  void work();
  void round();
  void tell_unstored(Timestamp now);
  void tell_past_store(Way& way, const AlertEvent& event, const Letter& letter, Timestamp now);
  bool open_stores();
  void tell_stored(Timestamp now);
  void fold(Timestamp now);
  void deliver_from(Way& way, Timestamp now);
  Delivery deliver(Way& way, const Letter& letter);
  void ping();
  void complain(const StoreError& error);
  [[nodiscard]] std::chrono::milliseconds time_for(std::chrono::milliseconds at_most);
  [[nodiscard]] bool is_over();
};

Notifier::Notifier(Parts parts, Settings settings, std::string account)
    : inner_(std::make_unique<Inner>(std::move(parts), std::move(settings), std::move(account))) {}

Notifier::~Notifier() { finish(Duration::zero()); }

void Notifier::start() {
  inner_->thread = std::thread([this] { inner_->work(); });
}

void Notifier::unstored(const AlertEvent& event) {
  const std::lock_guard lock(inner_->mutex);
  inner_->arrived.push_back(event);
  inner_->news.notify_one();
}

void Notifier::pass_ended(PassOutcome outcome) {
  const PingWhen when = inner_->settings.ping_when;
  const std::lock_guard lock(inner_->mutex);
  inner_->look_due = true;
  if (outcome == PassOutcome::well || (outcome == PassOutcome::made && when == PingWhen::made)) inner_->ping_due = true;
  inner_->news.notify_one();
}

void Notifier::finish(Duration at_most) {
  Inner& in = *inner_;
  if (!in.thread.joinable()) return;
  {
    std::unique_lock lock(in.mutex);
    in.ending = true;
    in.end_by = in.parts.clock->machine() + at_most;
    in.news.notify_one();
    in.over.wait_for(lock, at_most, [&] { return in.ended; });
  }
  in.stop = true;  // also for a delivery that had begun before
  in.thread.join();
}

// ---- the thread

void Notifier::Inner::work() {
  std::unique_lock lock(mutex);
  while (true) {
    news.wait_for(lock, kLook, [&] { return ending || look_due || ping_due || !arrived.empty(); });
    const bool last = ending;
    look_due = false;
    unstored.insert(unstored.end(), arrived.begin(), arrived.end());
    arrived.clear();
    const bool pings = std::exchange(ping_due, false);
    lock.unlock();
    if (!stop) guarded([&] { round(); });
    if (pings && !stop) guarded([&] { ping(); });
    lock.lock();
    if (!last) continue;
    ended = true;
    over.notify_one();
    return;
  }
}

void Notifier::Inner::round() {
  const auto now = parts.clock->now();
  if (!now || ways.empty()) return;
  tell_unstored(now->wall);
  if (!open_stores()) return;
  tell_stored(now->wall);
}

bool Notifier::Inner::is_over() {
  if (stop) return true;
  const std::lock_guard lock(mutex);
  return ending && parts.clock->machine() >= end_by;
}

std::chrono::milliseconds Notifier::Inner::time_for(std::chrono::milliseconds at_most) {
  const std::lock_guard lock(mutex);
  if (!ending) return at_most;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_by - parts.clock->machine());
  return std::clamp(left, 1ms, at_most);
}

// ---- past the store

// The first route hears of it now. What could not be delivered is tried again until the store takes it over.
void Notifier::Inner::tell_unstored(Timestamp now) {
  std::erase_if(unstored, [&](const AlertEvent& event) {
    if (!desk.is_news(event)) return true;
    const Letter letter = desk.letter_of(event, now);
    for (Way& way : ways) {
      if (!desk.hears(way.channel->name(), event) || way.paused_until > parts.clock->machine() || is_over()) continue;
      tell_past_store(way, event, letter, now);
    }
    return desk.is_told(event);
  });
  if (!unstored.empty()) return;
  for (Way& way : ways) way.refused.clear();
}

// Refused is not told: it is tried again as late as if it were stored, and stored as not sent.
void Notifier::Inner::tell_past_store(Way& way, const AlertEvent& event, const Letter& letter, Timestamp now) {
  const auto before = way.refused.find(letter.identity);
  if (before != way.refused.end() && now < before->second.again_at) return;
  const Delivery::Kind kind = deliver(way, letter).kind;
  if (kind == Delivery::Kind::sent) desk.told(event, way.channel->name());
  if (kind != Delivery::Kind::refused) return;
  Refusals& refusals = way.refused[letter.identity];
  refusals.again_at = now + doubled(kFirstRetry, refusals.times++, kLongestRetry);
}

// ---- from the store

bool Notifier::Inner::open_stores() {
  if (alerts && book) return true;
  auto opened = parts.open_alerts();
  auto opened_book = opened ? parts.open_book() : std::unexpected(opened.error());
  if (!opened_book) {
    complain(opened_book.error());
    return false;
  }
  alerts = std::move(*opened);
  book = std::move(*opened_book);
  return true;
}

// Said once for as long as it is the same: the conductor tells of a store that is away.
void Notifier::Inner::complain(const StoreError& error) {
  if (trouble == error.message) return;
  trouble = error.message;
  log(log::Level::warning, "alerts wait for the store", {{"why", error.message}});
}

void Notifier::Inner::tell_stored(Timestamp now) {
  const auto work = alerts->has_work(account, now);
  if (!work) return complain(work.error());
  trouble.clear();
  if (!*work && !desk.is_all_clear_due(now)) return;
  guarded([&] { fold(now); });  // what was folded before goes out all the same
  for (Way& way : ways) {
    if (!is_over() && way.paused_until <= parts.clock->machine()) deliver_from(way, now);
  }
}

void Notifier::Inner::fold(Timestamp now) {
  const auto folded = alerts->fold(account, now, [&](const AlertDesk& seen) { return desk.decide(seen, *book, now); });
  if (!folded) return complain(folded.error());
  desk.written();
  std::erase_if(unstored, [&](const AlertEvent& event) { return desk.is_stored(event); });
}

void Notifier::Inner::deliver_from(Way& way, Timestamp now) {
  while (!is_over()) {
    const auto message = alerts->claim(account, way.channel->name(), now);
    if (!message) return complain(message.error());
    if (!*message) return;
    const Delivery delivery = deliver(way, desk.letter_of(**message, *book, now));
    const auto noted = delivery.kind == Delivery::Kind::sent
                           ? alerts->sent((*message)->id, now)
                           : alerts->not_sent((*message)->id, delivery.answer,
                                              now + doubled(kFirstRetry, (*message)->attempts - 1, kLongestRetry));
    if (!noted) return complain(noted.error());
    if (delivery.kind == Delivery::Kind::unreachable) return;
  }
}

Delivery Notifier::Inner::deliver(Way& way, const Letter& letter) {
  const Delivery delivery = way.channel->deliver(letter, {.at_most = time_for(kAttempt), .stop = &stop});
  const Fields fields{{"channel", way.channel->name()},
                      {"subject", letter.notice.subject},
                      {"message", letter.identity},
                      {"answer", delivery.answer}};
  if (delivery.kind == Delivery::Kind::unreachable) {
    way.paused_until = parts.clock->machine() + doubled(kFirstPause, way.failures++, kLongestPause);
  } else {
    way.failures = 0;
  }
  if (delivery.kind == Delivery::Kind::sent) {
    log(log::Level::info, "told", fields);
  } else {
    log(log::Level::error, "not told yet", fields);
  }
  return delivery;
}

void Notifier::Inner::ping() {
  if (settings.ping_url.empty()) return;
  WebTransfer request;
  request.url = settings.ping_url;
  request.ca_file = settings.ca_file;
  request.headers = {"User-Agent: belay"};
  request.post = false;
  const Delivery delivery = send_web(request, {.at_most = time_for(kPing), .stop = &stop});
  if (delivery.kind != Delivery::Kind::sent) {
    log(log::Level::warning, "the dead man's switch was not reached",
        {{"url", shown_url(settings.ping_url)}, {"why", delivery.answer}});
  }
}

std::vector<std::unique_ptr<Channel>> make_channels(const Settings& settings) {
  std::vector<std::unique_ptr<Channel>> channels;
  if (settings.mail) channels.push_back(mail_channel("mail", *settings.mail));
  if (settings.webhook) channels.push_back(webhook_channel("webhook", *settings.webhook));
  if (settings.second_mail) channels.push_back(mail_channel("second_mail", *settings.second_mail));
  return channels;
}

}  // namespace belay::notify
