// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/desk_work.hpp"

#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "shell/notify/price_chart.hpp"

namespace belay::notify {
namespace {

using namespace std::chrono_literals;

// So many messages within a minute are a flood: what comes then waits, and is told together.
constexpr std::int64_t kFlood = 6;
constexpr Duration kRest = 60s;
constexpr Duration kCriticalRest = 15s;
constexpr std::size_t kLookedUpSingly = 8;

/// The lots that alerts are about: one by one for a few, all that are open for many.
class Lots {
 public:
  Lots(Store& book, const std::string& account, const std::vector<Tell>& tells, Timestamp now) {
    std::set<std::int64_t> ids;
    for (const Tell& tell : tells) {
      if (tell.alert.position_id != 0) ids.insert(tell.alert.position_id);
    }
    if (ids.size() > kLookedUpSingly) {
      take(book.lots({}), account);
      take(book.lots({.include_closed = true, .symbol = {}, .closed_since = now - 24h}), account);
      return;
    }
    for (const std::int64_t id : ids) take(book.lots({.include_closed = true, .symbol = {}, .id = id}), account);
  }

  const Lot* find(std::int64_t id) const {
    const auto found = lots_.find(id);
    return found == lots_.end() ? nullptr : &found->second;
  }

 private:
  // What cannot be read is not shown: the alert itself is told all the same.
  void take(StoreResult<std::vector<Lot>> lots, const std::string& account) {
    if (!lots) return;
    for (Lot& lot : *lots) {
      if (lot.account == account) lots_.insert_or_assign(lot.id, std::move(lot));
    }
  }
  std::map<std::int64_t, Lot> lots_;
};

}  // namespace

AlertChanges DeskWork::decide(const AlertDesk& desk, Store& book, Timestamp now) {
  AlertChanges changes;
  AlertDesk seen = desk;
  if (must_wait(desk, now)) {
    changes.take_events = false;
    seen.events.clear();
  }
  pending_.clear();
  for (const AlertEvent& event : seen.events) pending_.insert(identity_of(event));
  Folded folded = fold(account_, seen, settings_.fold, now);
  changes.alerts = std::move(folded.alerts);
  changes.messages = messages_of(folded.tells, book, now);

  all_clear_on_ = desk.all_clear_on;
  if (is_all_clear_due(now)) {
    const Date today = calendar::to_new_york(now).date;
    for (Message& message : all_clear_of(desk, book, now, today)) changes.messages.push_back(std::move(message));
    changes.all_clear_on = today;
    all_clear_on_ = today;
  }
  return changes;
}

void DeskWork::written() {
  stored_ = pending_;
  for (const std::string& identity : pending_) told_past_.erase(identity);
  unstored_keys_.clear();
}

bool DeskWork::must_wait(const AlertDesk& desk, Timestamp now) const {
  if (desk.lately < kFlood || !desk.last_message || desk.events.empty()) return false;
  const bool critical = std::ranges::any_of(
      desk.events, [&](const AlertEvent& e) { return alert_of(account_, e).severity == Severity::critical; });
  return now - *desk.last_message < (critical ? kCriticalRest : kRest);
}

// What went out past the store already is written as sent, alone, so that nobody sends it again.
std::vector<Message> DeskWork::messages_of(const std::vector<Tell>& tells, Store& book, Timestamp now) {
  if (tells.empty() || settings_.routes.empty()) return {};
  const Lots lots(book, account_, tells, now);
  const FindLot find = [&](std::int64_t id) { return lots.find(id); };
  std::vector<Tell> untold;
  std::vector<Message> messages;
  for (const Tell& tell : tells) {
    const auto past = told_past_.find(tell.alert.identity);
    if (tell.kind != Tell::Kind::first || past == told_past_.end()) {
      untold.push_back(tell);
      continue;
    }
    for (Message& message : messages_for(account_, {tell}, settings_.routes, find)) {
      message.sent = past->second.contains(message.channel);
      messages.push_back(std::move(message));
    }
  }
  for (Message& message : messages_for(account_, untold, settings_.routes, find))
    messages.push_back(std::move(message));
  return messages;
}

// ---- after the close

bool DeskWork::is_all_clear_due(Timestamp now) const {
  if (!settings_.all_clear || settings_.routes.empty()) return false;
  const Date today = calendar::to_new_york(now).date;
  const auto session = calendar_.session_on(today);
  return session && now >= session->close + settings_.all_clear_after && (!all_clear_on_ || *all_clear_on_ < today);
}

std::vector<Message> DeskWork::all_clear_of(const AlertDesk& desk, Store& book, Timestamp now, Date today) {
  const auto of_account = [&](StoreResult<std::vector<Lot>> lots) {
    if (!lots) return std::vector<Lot>();
    std::erase_if(*lots, [&](const Lot& lot) { return lot.account != account_; });
    return std::move(*lots);
  };
  const Timestamp midnight = calendar::from_new_york(today, 0s);
  const Notice notice =
      all_clear(account_, today, of_account(book.lots({})),
                of_account(book.lots({.include_closed = true, .symbol = {}, .closed_since = midnight})), desk.open);
  std::vector<Message> messages;
  for (const std::string& channel : settings_.routes.front()) {
    messages.push_back({.identity = notify::identity_of({account_, "all_clear", belay::to_text(today)}),
                        .channel = channel,
                        .content = json::write(to_json(notice)),
                        .created_at = now});
  }
  return messages;
}

// ---- what goes out

Letter DeskWork::letter_of(const Message& message, Store& book, Timestamp now) const {
  const auto content = json::parse(message.content);
  Letter letter{message.identity, message.created_at, now, {}, {}};
  if (content) letter.notice = notice_from(*content);
  const auto item = std::ranges::find_if(letter.notice.items, [](const Item& one) { return one.position_id != 0; });
  if (item != letter.notice.items.end()) letter.chart = price_chart(book, item->position_id);
  return letter;
}

Letter DeskWork::letter_of(const AlertEvent& event, Timestamp now) const {
  const Alert alert = alert_of(account_, event);
  return {alert.identity, event.at, now, notice_of(account_, {Tell::Kind::first, alert}, nullptr), {}};
}

// ---- past the store

std::string DeskWork::identity_of(const AlertEvent& event) const { return alert_of(account_, event).identity; }

bool DeskWork::is_news(const AlertEvent& event) {
  const Alert alert = alert_of(account_, event);
  const auto known = unstored_keys_.emplace(alert.key, alert.identity).first;
  return known->second == alert.identity && !is_told(event);
}

bool DeskWork::hears(const std::string& channel, const AlertEvent& event) const {
  if (settings_.routes.empty() || std::ranges::count(settings_.routes.front(), channel) == 0) return false;
  const auto past = told_past_.find(identity_of(event));
  return past == told_past_.end() || !past->second.contains(channel);
}

void DeskWork::told(const AlertEvent& event, const std::string& channel) {
  told_past_[identity_of(event)].insert(channel);
}

bool DeskWork::is_told(const AlertEvent& event) const {
  if (settings_.routes.empty()) return true;
  return std::ranges::none_of(settings_.routes.front(),
                              [&](const std::string& channel) { return hears(channel, event); });
}

bool DeskWork::is_stored(const AlertEvent& event) const { return stored_.contains(identity_of(event)); }

}  // namespace belay::notify
