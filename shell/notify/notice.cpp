// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/notice.hpp"

#include <algorithm>
#include <set>

#include "core/calendar/new_york.hpp"
#include "shell/json/write.hpp"
#include "shell/notify/causes.hpp"

namespace belay::notify {
namespace {

constexpr std::size_t kSubjectBytes = 110;
constexpr std::size_t kDetailed = 8;  // of many at once, so many are shown with their position

std::string signed_text(std::int64_t nanos, std::string text) { return (nanos > 0 ? "+" : "") + std::move(text); }

/// Cut at a character, not within one.
std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

std::string with_symbol(std::string_view command, const std::string& symbol) {
  std::string text(command);
  const std::string_view place = "{symbol}";
  if (const auto at = text.find(place); at != std::string::npos) text.replace(at, place.size(), symbol);
  return text;
}

std::string subject_of(const Tell& tell) {
  const Alert& alert = tell.alert;
  std::string text = alert.text;
  while (!text.empty() && text.back() == '.') text.pop_back();
  if (tell.kind == Tell::Kind::over) {
    return shortened("Over: " + std::string(cause_of(alert.cause).title), kSubjectBytes);
  }
  const std::string urgent = alert.severity == Severity::critical ? "CRITICAL: " : "";
  const std::string again =
      tell.kind == Tell::Kind::reminder ? "Reminder " + std::to_string(alert.reminders) + ", " : "";
  return shortened(again + urgent + text, kSubjectBytes);
}

std::string identity_of(const Tell& tell) {
  if (tell.kind == Tell::Kind::reminder) return tell.alert.identity + "-r" + std::to_string(tell.alert.reminders);
  if (tell.kind == Tell::Kind::over) return tell.alert.identity + "-over";
  // What had been told as less than critical, and is now told again, is another message.
  if (tell.alert.times > 1) return tell.alert.identity + "-" + std::string(word_of(tell.alert.severity));
  return tell.alert.identity;
}

Item item_of(const Tell& tell, const Lot* lot) {
  const Alert& alert = tell.alert;
  const Cause& cause = cause_of(alert.cause);
  Item item;
  item.number = tell.kind == Tell::Kind::over || alert.ended_at ? 0 : alert.number;
  item.cause = alert.cause;
  item.title = cause.title;
  item.severity = word_of(alert.severity);
  item.symbol = alert.symbol;
  item.position_id = alert.position_id;
  item.text =
      tell.kind == Tell::Kind::over ? "It has not happened again since. The last word was: " + alert.text : alert.text;
  item.at = belay::to_text(tell.kind == Tell::Kind::first ? alert.last_at : alert.first_at);
  item.times = alert.times;
  if (lot != nullptr) item.facts = facts_of(*lot);
  if (tell.kind == Tell::Kind::over) return item;
  if (!alert.text.contains(cause.next)) item.next = cause.next;  // said once
  const bool needs_symbol = cause.command.find("{symbol}") != std::string_view::npos;
  if (!needs_symbol || !alert.symbol.empty()) {
    item.advice = cause.advice;
    item.command = with_symbol(cause.command, alert.symbol);
  }
  return item;
}

std::string_view kind_word(Tell::Kind kind) {
  switch (kind) {
    case Tell::Kind::reminder:
      return "reminder";
    case Tell::Kind::over:
      return "over";
    case Tell::Kind::first:
      break;
  }
  return "alert";
}

/// All of them in one, the most urgent first.
Notice notice_of_many(const std::string& account, const std::vector<const Tell*>& tells, const FindLot& find_lot) {
  Notice notice;
  notice.account = account;
  notice.kind = kind_word(tells.front()->kind);
  notice.severity = word_of(tells.front()->alert.severity);
  const auto critical =
      std::ranges::count_if(tells, [](const Tell* t) { return t->alert.severity == Severity::critical; });
  notice.subject = (notice.kind == "reminder" ? "Reminder, " : "") + std::to_string(tells.size()) + " alerts at once" +
                   (critical > 0 ? ", " + std::to_string(critical) + " CRITICAL: " : ": ") + subject_of(*tells.front());
  notice.subject = shortened(notice.subject, kSubjectBytes);
  notice.intro = std::to_string(tells.size()) + " alerts came together; all of them are listed, the most urgent first.";
  for (const Tell* tell : tells) {
    const bool detailed = notice.items.size() < kDetailed;
    const Lot* lot = detailed && tell->alert.position_id != 0 ? find_lot(tell->alert.position_id) : nullptr;
    notice.items.push_back(item_of(*tell, lot));
  }
  return notice;
}

int urgency_of(const Tell& tell) {
  const int severity = static_cast<int>(tell.alert.severity) * 2;
  return severity + (tell.kind == Tell::Kind::first ? 1 : 0);
}

std::set<std::string> channels_of(const Routes& routes, const Tell& tell) {
  const std::size_t reached = static_cast<std::size_t>(tell.alert.reminders) + 1;
  std::set<std::string> channels;
  for (std::size_t i = 0; i < std::min(reached, routes.size()); ++i)
    channels.insert(routes[i].begin(), routes[i].end());
  return channels;
}

}  // namespace

std::string cents(Money money) {
  constexpr std::int64_t kCent = fixed::kScale / 100;
  const Money rounded = Money::from_nanos(fixed::multiply_divide(money.nanos(), 1, kCent) * kCent);
  return signed_text(rounded.nanos(), rounded.text(2));
}

std::string percent(Ratio ratio) {
  constexpr std::int64_t kHundredth = fixed::kScale / 100;
  const Ratio rounded = Ratio::from_nanos(fixed::multiply_divide(ratio.nanos(), 1, kHundredth) * kHundredth);
  return signed_text(rounded.nanos(), rounded.text(2)) + " %";
}

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::critical:
      break;
  }
  return "critical";
}

std::vector<Fact> facts_of(const Lot& lot) {
  std::vector<Fact> facts;
  const bool closed = lot.status == LotStatus::closed;
  const auto add = [&](const char* label, std::string value) { facts.push_back({label, std::move(value)}); };
  const Quantity quantity = closed ? lot.original_quantity : lot.quantity;
  add("Position", lot.instrument.symbol + ", " + std::string(to_text(lot.direction)) + " " + quantity.text() +
                      (!closed && quantity != lot.original_quantity ? " left of " + lot.original_quantity.text() : "") +
                      (lot.id == 0 ? "" : ", id " + std::to_string(lot.id)));
  add("Entry", lot.entry_price.text(2) + " at " + calendar::new_york_text(lot.entry_time));
  const auto price = closed ? lot.exit_price : lot.current_price;
  const auto result = closed ? lot.realised_result : lot.result;
  if (price) add(closed ? "Left at" : "Price", price->text(2));
  if (result) {
    add("Result", cents(*result) + (lot.result_percent ? " (" + percent(*lot.result_percent) + ")" : ""));
  }
  if (lot.stop_loss) add("Stop", lot.stop_loss->text(2));
  if (lot.take_profit) add("Target", lot.take_profit->text(2));
  if (lot.exit) add("Reason", std::string(to_text(lot.exit->reason)) + ": " + lot.exit->message);
  if (!lot.concern.empty()) add("Concern", lot.concern);
  return facts;
}

Notice notice_of(const std::string& account, const Tell& tell, const Lot* lot) {
  Notice notice;
  notice.kind = kind_word(tell.kind);
  notice.account = account;
  notice.severity = word_of(tell.alert.severity);
  notice.subject = subject_of(tell);
  if (tell.kind == Tell::Kind::reminder) notice.intro = "Nobody has acknowledged this yet.";
  if (tell.kind != Tell::Kind::first) notice.thread = tell.alert.identity;
  notice.items.push_back(item_of(tell, lot));
  return notice;
}

std::vector<Message> messages_for(const std::string& account, const std::vector<Tell>& tells, const Routes& routes,
                                  const FindLot& find_lot) {
  std::vector<Message> messages;
  const auto send = [&](const Notice& notice, const std::string& identity, const std::set<std::string>& channels,
                        int urgency, std::int64_t alert) {
    const std::string content = json::write(to_json(notice));
    for (const std::string& channel : channels) {
      messages.push_back(
          {.identity = identity, .channel = channel, .urgency = urgency, .alert = alert, .content = content});
    }
  };
  std::map<std::pair<Tell::Kind, std::set<std::string>>, std::vector<const Tell*>> together;
  for (const Tell& tell : tells) together[{tell.kind, channels_of(routes, tell)}].push_back(&tell);
  for (const auto& [kind_and_channels, some] : together) {
    const auto& [kind, channels] = kind_and_channels;
    if (some.size() <= kToldSingly) {
      for (const Tell* tell : some) {
        const Lot* lot = tell->alert.position_id != 0 ? find_lot(tell->alert.position_id) : nullptr;
        send(notice_of(account, *tell, lot), identity_of(*tell), channels, urgency_of(*tell),
             kind == Tell::Kind::reminder ? tell->alert.number : 0);
      }
      continue;
    }
    std::vector<std::string> identities;
    for (const Tell* tell : some) identities.push_back(identity_of(*tell));
    send(notice_of_many(account, some, find_lot), notify::identity_of(identities) + "-g", channels,
         urgency_of(*some.front()), 0);
  }
  return messages;
}

}  // namespace belay::notify
