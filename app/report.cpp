// SPDX-License-Identifier: Apache-2.0
#include "shell/report/text.hpp"

#include <fstream>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/wiring.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/report/page.hpp"

namespace belay::app {
namespace {

using report::Days;

/// The day that is on, or was last: of a session that has begun.
Date latest_day(Timestamp now) {
  const calendar::UsEquities calendar;
  const Date today = calendar::to_new_york(now).date;
  const auto session = calendar.session_on(today);
  if (session && session->open <= now) return today;
  return calendar.session_before(today).date;
}

Result<Date> given_date(const char* option, const std::string& text) {
  const auto date = parse_date(text);
  if (!date) return fail(std::string(option) + " " + text + ": give a date (\"2026-01-26\")");
  return *date;
}

Result<Days> days_of(const ReportOptions& options, Timestamp now) {
  if (!options.day.empty()) {
    const auto day = given_date("--day", options.day);
    if (!day) return std::unexpected(day.error());
    return Days{*day, *day};
  }
  Days days{latest_day(now), latest_day(now)};
  if (!options.to.empty()) {
    const auto last = given_date("--to", options.to);
    if (!last) return std::unexpected(last.error());
    days.first = days.last = *last;
  }
  if (!options.from.empty()) {
    const auto first = given_date("--from", options.from);
    if (!first) return std::unexpected(first.error());
    days.first = *first;
  }
  if (days.first > days.last) return fail("--from " + to_text(days.first) + " is after " + to_text(days.last));
  constexpr auto kLongest = std::chrono::days(3660);
  if (std::chrono::sys_days(days.last) - std::chrono::sys_days(days.first) > kLongest) {
    return fail("--from " + to_text(days.first) + ": at most ten years at once");
  }
  return days;
}

/// What there is to be told; a store in which no Belay has run yet has nothing, and that is no error.
std::expected<report::Material, ExitCode> read_material(Wired& wired, const std::string& account, Days days) {
  const auto version = wired.store->schema_version();
  const auto stopped = [](const StoreError& error) {
    complain("store: " + error.message);
    return std::unexpected(exit_code(error));
  };
  if (!version) return stopped(version.error());
  if (*version == 0) return report::Material{};
  if (*version < kPassesSchema) {
    complain("the store's tables are older than this Belay: run belay migrate");
    return std::unexpected(kStore);
  }
  auto archive = make_archive(wired.config);
  if (!archive) return stopped(archive.error());
  auto material = report::gather(**archive, account, days);
  if (!material) return stopped(material.error());
  return std::move(*material);
}

int write_page(const std::string& file, const report::Report& made) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << report::html_page(made);
  out.close();
  if (out) return kAllWell;
  complain("--html " + file + ": it could not be written: is there room, and may this user write there?");
  return kUsage;
}

json::Value to_json(const report::Report& made) {
  json::Array parts;
  for (const report::Figures& part : made.parts) parts.push_back(report::to_json(part));
  return json::Object{
      {"from", to_text(made.days.first)}, {"to", to_text(made.days.last)}, {"reports", std::move(parts)}};
}

void show(const report::Report& made) {
  for (std::size_t i = 0; i < made.parts.size(); ++i) {
    if (i > 0) print("");
    for (const std::string& line : report::text_lines(made.parts[i])) print(line);
  }
}

/// Looks at the broker and the prices of the moment; sends and records nothing.
int gap_risk(const ReportOptions& options) {
  auto wired = wire({.broker = true, .store = true}, options.account);
  if (!wired) return wired.error();
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  const runtime::PassReport looked = conductor.look();
  for (const std::string& error : looked.errors) complain(error);
  if (looked.failure != runtime::Failure::none) return exit_code(looked.failure);
  const auto now = wired->clock->now();
  const report::GapRisk risk = report::gap_risk(conductor.state(), now ? now->wall : Timestamp());
  if (options.json) {
    print_json(report::to_json(risk));
  } else {
    for (const std::string& line : report::text_lines(risk)) print(line);
  }
  return risk.bare > 0 ? kAttention : kAllWell;
}

}  // namespace

int report(const ReportOptions& options) {
  if (options.gap_risk) return gap_risk(options);
  auto wired = wire({.broker = false, .store = true});
  if (!wired) return wired.error();
  const auto now = wired->clock->now();
  if (!now) {
    complain(now.error().message);
    return kUsage;
  }
  const auto days = days_of(options, now->wall);
  if (!days) {
    complain(days.error().message);
    return kUsage;
  }
  const auto material = read_material(*wired, options.account, *days);
  if (!material) return material.error();
  const report::Report made = report::make_report(*material, options.account, *days, now->wall);
  if (!options.html.empty()) {
    if (const int written = write_page(options.html, made); written != kAllWell) return written;
    if (!options.json) return kAllWell;
  }
  if (options.json) {
    print_json(to_json(made));
  } else {
    show(made);
  }
  return kAllWell;
}

}  // namespace belay::app
