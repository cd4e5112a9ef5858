// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/fold.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "shell/json/parse.hpp"
#include "shell/notify/causes.hpp"

namespace belay::notify {
namespace {

constexpr std::string_view kClosed = "closed";

Severity parse_severity(std::string_view word) {
  if (word == "info") return Severity::info;
  return word == "critical" ? Severity::critical : Severity::warning;
}

/// The member's text, a decimal's too; empty where there is none.
std::string word_of(const json::Value& data, std::string_view key) {
  const json::Value* value = data.find(key);
  const std::string* text = value == nullptr ? nullptr : value->decimal_text();
  return text == nullptr ? "" : *text;
}

std::string closed_text(const std::string& symbol, const json::Value& data) {
  const std::string price = word_of(data, "final_price");
  const std::string result = word_of(data, "final_pnl");
  return symbol + " is closed (" + word_of(data, "reason") + ")" + (price.empty() ? "" : " at " + price) +
         (result.empty() ? ", its result is not known" : ", result " + result) + ".";
}

bool needs_a_person(const Alert& alert) { return alert.severity == Severity::critical && !alert.acknowledged_at; }

class Folding {
 public:
  Folding(const std::string& account, const AlertDesk& desk, const FoldPolicy& policy, Timestamp now)
      : account_(account), policy_(policy), now_(now), open_(desk.open), last_(desk.last_alert) {
    for (const AlertEvent& event : desk.events) take(event);
    for (Alert& alert : open_) {
      if (alert.look_at && *alert.look_at <= now_ && !alert.ended_at) look_at(alert);
    }
  }

  Folded result() {
    Folded out;
    for (const Alert& alert : open_) {
      if (changed_.contains(alert.number)) out.alerts.push_back(alert);
    }
    for (const auto& [number, kind] : tells_) {
      out.tells.push_back({kind, *std::ranges::find(open_, number, &Alert::number)});
    }
    std::ranges::stable_sort(out.tells, std::ranges::greater(), [](const Tell& t) { return t.alert.severity; });
    return out;
  }

 private:
  void take(const AlertEvent& event) {
    Alert alert = alert_of(account_, event);
    if (alert.cause == kClosed) end_those_of(alert.position_id);
    const auto known = std::ranges::find_if(open_, [&](const Alert& one) {
      return one.key == alert.key && !one.ended_at && !has_long_been_silent(one, alert);
    });
    if (known == open_.end()) {
      alert.number = ++last_;
      open_.push_back(std::move(alert));
      tell(open_.back(), Tell::Kind::first);
      plan(open_.back());
    } else {
      repeat(*known, alert);
    }
  }

  void repeat(Alert& known, const Alert& again) {
    const bool is_worse = again.severity > known.severity;
    known.last_at = std::max(known.last_at, again.last_at);
    known.text = again.text;
    ++known.times;
    changed_.insert(known.number);
    if (is_worse) {
      known.severity = again.severity;
      tell(known, Tell::Kind::first);
    }
    if (is_worse || !needs_a_person(known)) plan(known);
  }

  // What came back after a long silence is told anew, whatever became of the earlier one.
  static bool has_long_been_silent(const Alert& known, const Alert& again) {
    return !needs_a_person(known) && again.first_at - known.last_at >= kAnewAfter;
  }

  void end_those_of(std::int64_t position) {
    for (Alert& alert : open_) {
      if (position != 0 && alert.position_id == position && cause_of(alert.cause).ends_with_lot) end(alert);
    }
  }

  void look_at(Alert& alert) {
    const Nature nature = cause_of(alert.cause).nature;
    const Duration silent = now_ - alert.last_at;
    if (nature == Nature::repeating && silent >= kOverAfter) {
      if (alert.severity == Severity::critical) tell(alert, Tell::Kind::over);
      end(alert);
    } else if (needs_a_person(alert) && (nature != Nature::repeating || now_ >= reminder_due(alert))) {
      ++alert.reminders;
      tell(alert, Tell::Kind::reminder);
      plan(alert);
    } else if (!needs_a_person(alert) && (nature == Nature::happening || silent >= kAnewAfter)) {
      end(alert);
    } else {
      plan(alert);
    }
  }

  /// When it is to be looked at next.
  void plan(Alert& alert) {
    changed_.insert(alert.number);
    const Nature nature = cause_of(alert.cause).nature;
    if (needs_a_person(alert)) {
      alert.look_at = now_ + wait_before(alert.reminders);
      // Looked at earlier as well, to see whether it is over.
      if (nature == Nature::repeating) alert.look_at = std::min(reminder_due(alert), alert.last_at + kOverAfter);
      if (*alert.look_at <= now_) alert.look_at = now_ + wait_before(alert.reminders);
    } else if (nature == Nature::happening) {
      end(alert);
    } else {
      alert.look_at = alert.last_at + (nature == Nature::repeating ? kOverAfter : kAnewAfter);
    }
  }

  [[nodiscard]] Duration wait_before(std::int64_t reminder) const {
    Duration wait = policy_.remind_after;
    for (std::int64_t i = 0; i < reminder && wait < policy_.remind_at_most; ++i) wait *= 2;
    return std::min(wait, policy_.remind_at_most);
  }

  [[nodiscard]] Timestamp reminder_due(const Alert& alert) const {
    Timestamp due = alert.first_at;
    for (std::int64_t i = 0; i <= alert.reminders; ++i) due = due + wait_before(i);
    return due;
  }

  void end(Alert& alert) {
    changed_.insert(alert.number);
    alert.ended_at = now_;
    alert.look_at.reset();
    std::erase_if(tells_,
                  [&](const auto& one) { return one.first == alert.number && one.second == Tell::Kind::reminder; });
  }

  void tell(const Alert& alert, Tell::Kind kind) {
    changed_.insert(alert.number);
    const auto is_it = [&](const auto& one) { return one.first == alert.number; };
    if (std::ranges::none_of(tells_, is_it)) tells_.emplace_back(alert.number, kind);
  }

  const std::string& account_;
  const FoldPolicy& policy_;
  Timestamp now_;
  std::vector<Alert> open_;
  std::int64_t last_;
  std::set<std::int64_t> changed_;
  std::vector<std::pair<std::int64_t, Tell::Kind>> tells_;
};

}  // namespace

Folded fold(const std::string& account, const AlertDesk& desk, const FoldPolicy& policy, Timestamp now) {
  return Folding(account, desk, policy, now).result();
}

Alert alert_of(const std::string& account, const AlertEvent& event) {
  const auto parsed = json::parse(event.event_data);
  const json::Value data = parsed ? *parsed : json::Value(json::Object{});
  Alert alert;
  if (event.event_type == kClosed) {
    alert.cause = kClosed;
    alert.severity = Severity::info;
    alert.text = closed_text(event.symbol, data);
  } else {
    alert.cause = word_of(data, "cause");
    alert.severity = parse_severity(word_of(data, "severity"));
    alert.text = word_of(data, "text");
  }
  alert.position_id = event.position_id;
  alert.symbol = event.symbol;
  alert.first_at = event.at;
  alert.last_at = event.at;
  // Databases keep times to the microsecond; what is told before it was stored must have the same identity.
  const auto at = std::to_string(event.at.nanos / 1'000'000);
  alert.identity = identity_of({account, alert.cause, event.lot, at});
  alert.key = alert.cause + "/" + event.lot;
  if (cause_of(alert.cause).nature == Nature::happening) alert.key += "/" + alert.identity;
  return alert;
}

std::string identity_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + '\n';
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.data());
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    out += kHex[digest[i] >> 4U];
    out += kHex[digest[i] & 15U];
  }
  return out;
}

}  // namespace belay::notify
