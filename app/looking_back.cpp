// SPDX-License-Identifier: Apache-2.0
#include "app/looking_back.hpp"

#include <utility>

#include "app/telling.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/json/write.hpp"
#include "shell/notify/fold.hpp"

namespace belay::app {
namespace {

using report::Days;

Date day_of(Timestamp now) { return calendar::to_new_york(now).date; }

notify::Notice notice_of(const std::string& account, const report::Message& message) {
  notify::Notice notice;
  notice.kind = "report";
  notice.account = account;
  notice.severity = "info";
  notice.subject = message.subject;
  notice.prepared = notify::Prepared{.text = message.text, .html = message.html, .pictures = {}};
  for (const report::Picture& picture : message.pictures) {
    notice.prepared->pictures.push_back({picture.id, picture.png});
  }
  return notice;
}

}  // namespace

LookingBack::LookingBack(const Config& config, log::Log& log, metrics::Board* board)
    : config_(config), log_(log), board_(board) {}

void LookingBack::show_day(Timestamp now) {
  if (board_ == nullptr || !config_.metrics_listen) return;  // nobody can ask
  Archive* const past = archive(now);
  if (past == nullptr) return;
  const std::string& account = config_.runtime.account;
  const Days today{day_of(now), day_of(now)};
  const auto material = report::gather(*past, account, today);
  if (!material) {
    complain(material.error(), now);
    return;
  }
  trouble_.clear();
  board_->day(account, report::figures(*material, account, today));
}

bool LookingBack::send_report(Timestamp now) {
  const Date today = day_of(now);
  if (!config_.report_mail || config_.alerts.routes.empty() || !report::is_daily_report_due(now)) return false;
  if (reported_on_ == today) return true;
  Archive* const past = archive(now);
  if (past == nullptr) return false;
  const std::string& account = config_.runtime.account;
  const auto material = report::gather(*past, account, {today, today});
  if (!material) return complain(material.error(), now);
  const report::Report made = report::make_report(*material, account, {today, today}, now);
  if (!enqueue(report::daily_report_message(made), now)) return false;
  reported_on_ = today;
  return true;
}

void LookingBack::send(const report::GapRisk& risk) {
  if (!config_.report_mail || config_.alerts.routes.empty() || warned_on_ == risk.session.date) return;
  if (risk.positions.empty() || enqueue(report::gap_risk_message(risk), risk.at)) warned_on_ = risk.session.date;
}

bool LookingBack::fold(Timestamp now) {
  const Date today = day_of(now);
  if (folded_on_ == today) return true;
  Archive* const past = archive(now);
  if (past == nullptr) return false;
  const auto folded = past->fold_passes(std::chrono::sys_days(today) - std::chrono::days(config_.keep_passes));
  if (!folded) return complain(folded.error(), now);
  trouble_.clear();
  folded_on_ = today;
  return true;
}

Archive* LookingBack::archive(Timestamp now) {
  if (!archive_) {
    auto opened = make_archive(config_);
    if (opened) {
      archive_ = std::move(*opened);
    } else {
      complain(opened.error(), now);
    }
  }
  return archive_.get();
}

// The channels that hear of an alert first hear of this. The same message is there once, whoever makes it.
bool LookingBack::enqueue(const report::Message& message, Timestamp now) {
  const std::string& account = config_.runtime.account;
  if (!alerts_) {
    auto opened = make_alert_store(config_);
    if (!opened) return complain(opened.error(), now);
    alerts_ = std::move(*opened);
  }
  AlertChanges changes{.take_events = false};
  for (const std::string& channel : config_.alerts.routes.front()) {
    Message out;
    out.identity = notify::identity_of({account, message.id});
    out.channel = channel;
    out.content = json::write(notify::to_json(notice_of(account, message)));
    out.created_at = now;
    changes.messages.push_back(std::move(out));
  }
  const auto written = alerts_->fold(account, now, [&](const AlertDesk&) { return changes; });
  if (!written) return complain(written.error(), now);
  trouble_.clear();
  return true;
}

// Said once for as long as it is the same: the conductor tells of a store that is away.
bool LookingBack::complain(const StoreError& error, Timestamp now) {
  if (std::exchange(trouble_, error.message) != error.message)
    log_.write(log::Level::warning, now, "figures and reports wait for the store", {{"why", error.message}});
  return false;
}

}  // namespace belay::app
