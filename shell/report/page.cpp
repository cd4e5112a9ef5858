// SPDX-License-Identifier: Apache-2.0
#include "shell/report/page.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string_view>

#include "core/calendar/new_york.hpp"
#include "shell/chart/markup.hpp"
#include "shell/report/charts.hpp"
#include "shell/report/text.hpp"
#include "shell/report/words.hpp"

namespace belay::report {
namespace {

constexpr std::size_t kMostTrades = 500;  // beyond that the newest

// Plain enough for mail: tables for what stands side by side, no script, nothing to be fetched.
constexpr std::string_view kStyle = R"(
body{margin:0;background:#f3f4f6;color:#1f2937;font:14px/1.45 -apple-system,"Segoe UI",Roboto,"DejaVu Sans",Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 20px 40px}
h1{font-size:22px;margin:0 0 2px}h2{font-size:17px;margin:28px 0 10px}h3{font-size:14px;margin:22px 0 8px;color:#374151}
.sub{color:#6b7280;margin:0 0 14px}
.card{display:inline-block;vertical-align:top;margin:0 10px 10px 0;background:#fff;border:1px solid #e5e7eb;border-radius:8px;padding:10px 16px;min-width:128px}
.card b{display:block;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums}
.card span{color:#6b7280;font-size:12px}
.charts{margin-top:6px}
.charts>div{display:inline-block;vertical-align:top;margin:0 12px 12px 0;background:#fff;border:1px solid #e5e7eb;border-radius:8px;overflow:hidden;line-height:0}
.charts svg,.charts img{max-width:100%;height:auto}
table{border-collapse:collapse;background:#fff;border:1px solid #e5e7eb;border-radius:8px;font-variant-numeric:tabular-nums}
th,td{padding:5px 14px;text-align:right;border-bottom:1px solid #f0f1f3;white-space:nowrap}
th{color:#6b7280;font-weight:500;font-size:12px}
tr:last-child td{border-bottom:0}
.l{text-align:left}.good{color:#1f8754}.bad{color:#c83630}
.warn{color:#9a3412;white-space:normal}
.scroll{overflow-x:auto}
footer{color:#9ca3af;font-size:12px;margin-top:28px}
)";

std::string_view tone(Money amount) { return amount.is_negative() ? " bad" : amount.is_positive() ? " good" : ""; }

std::string card(std::string_view name, const std::string& value, std::string_view css = "") {
  return "<div class=\"card\"><b class=\"" + std::string(css) + "\">" + chart::markup_text(value) + "</b><span>" +
         chart::markup_text(name) + "</span></div>\n";
}

struct Cell {
  std::string text;
  std::string css = {};  ///< its classes; "l": to the left
};

std::string row(const std::vector<Cell>& cells, std::string_view tag = "td") {
  std::string out = "<tr>";
  for (const Cell& cell : cells) {
    out += "<" + std::string(tag) + (cell.css.empty() ? "" : " class=\"" + cell.css + "\"") + ">" +
           chart::markup_text(cell.text) + "</" + std::string(tag) + ">";
  }
  return out + "</tr>\n";
}

std::string of_whole(std::int64_t part, std::int64_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

std::string day_cards(const Figures& f) {
  std::string out = "<div class=\"cards\">\n";
  out += card(f.fees ? "result before fees" : "result", money_words(f.result), tone(f.result));
  if (f.fees) out += card("after " + money_words(*f.fees) + " of fees", money_words(f.net()), tone(f.net()));
  out += card("opened", std::to_string(f.opened));
  out += card("closed", std::to_string(f.closed));
  out += card("open now", std::to_string(f.still_open));
  out += card("won (" + of_whole(f.wins, f.results) + ")", rate_words(f.win_rate));
  out += card("left at their target", rate_words(f.take_profit_rate));
  out += card("held on average", span_words(f.average_hold));
  return out + "</div>\n";
}

std::string health_cards(const Figures& f) {
  const bool failed = f.sums.failed_closes > 0;
  const bool unguarded = f.sums.unguarded_ms > 0;
  std::string out = "<h3>Health</h3>\n<div class=\"cards\">\n";
  out += card("passes", std::to_string(f.passes));
  out += card("average, longest pass", f.average_pass_ms ? std::to_string(*f.average_pass_ms) + " ms, " +
                                                               std::to_string(f.longest_pass_ms) + " ms"
                                                         : std::string(kUnknown));
  out += card("positions checked", rate_words(f.check_rate));
  out += card("positions priced", rate_words(f.price_rate));
  out += card("brackets verified", rate_words(f.guard_rate));
  out += card("unguarded", span_words(std::chrono::milliseconds(f.sums.unguarded_ms)), unguarded ? " bad" : "");
  out += card("failed closes", std::to_string(f.sums.failed_closes), failed ? " bad" : "");
  out += card("trigger to fill: half within", span_words(f.trigger_to_fill_half));
  out += card("trigger to fill: slowest", span_words(f.trigger_to_fill_worst));
  out += card("slippage", money_words(f.slippage_cost));
  return out + "</div>\n";
}

std::string reasons_table(const Figures& f) {
  if (f.by_reason.empty()) return "";
  std::string out = "<h3>By reason</h3>\n<table>\n" + row({{"Reason", "l"}, {"Closed"}, {"Result"}}, "th");
  for (const auto& [reason, tally] : f.by_reason) {
    out += row({{reason_words(reason), "l"},
                {std::to_string(tally.count)},
                {money_words(tally.result), std::string(tone(tally.result))}});
  }
  return out + "</table>\n";
}

std::string trades_table(const Figures& f) {
  if (f.trades.empty()) return "";
  const std::size_t left_out = f.trades.size() - std::min(f.trades.size(), kMostTrades);
  std::string out = "<h3>Closed positions" + (left_out > 0 ? ", the newest " + std::to_string(kMostTrades) : "") +
                    "</h3>\n<div class=\"scroll\"><table>\n" +
                    row({{"Closed", "l"},
                         {"Symbol", "l"},
                         {"Side", "l"},
                         {"Reason", "l"},
                         {"Quantity"},
                         {"Entry"},
                         {"Exit"},
                         {"Result"},
                         {"Held"}},
                        "th");
  for (std::size_t i = left_out; i < f.trades.size(); ++i) {
    const Trade& t = f.trades[i];
    out += row({{moment_words(t.closed_at), "l"},
                {t.symbol, "l"},
                {std::string(to_text(t.direction)), "l"},
                {reason_words(t.reason), "l"},
                {t.quantity.text()},
                {price_words(t.entry_price)},
                {price_words(t.exit_price)},
                {money_words(t.result), std::string(tone(t.result.value_or(Money())))},
                {span_words(t.held())}});
  }
  return out + "</table></div>\n";
}

using Placed = std::function<std::string(const NamedChart&)>;

std::string charts(const Figures& f, const Placed& place) {
  std::string out;
  for (const NamedChart& chart : charts_of(f)) out += "<div>" + place(chart) + "</div>\n";
  return out.empty() ? "" : "<div class=\"charts\">\n" + out + "</div>\n";
}

std::string section(const Figures& f, const Placed& place) {
  return day_cards(f) + charts(f, place) + reasons_table(f) + trades_table(f) + health_cards(f);
}

std::string whole(std::string_view title, std::string_view sub, const std::string& body, Timestamp made_at) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>" +
         chart::markup_text(title) + "</title><style>" + std::string(kStyle) + "</style></head><body><main>\n<h1>" +
         chart::markup_text(title) + "</h1>\n<p class=\"sub\">" + chart::markup_text(sub) + "</p>\n" + body +
         "<footer>Belay, " + chart::markup_text(calendar::new_york_text(made_at)) +
         ". Times are New York's.</footer>\n</main></body></html>\n";
}

std::string title_of(const Figures& f) { return f.account.empty() ? "All accounts" : "Account " + f.account; }

std::string body_of(const Report& report, const Placed& place) {
  std::string body;
  for (const Figures& part : report.parts) {
    if (report.parts.size() > 1) body += "<h2>" + chart::markup_text(title_of(part)) + "</h2>\n";
    body += section(part, place);
  }
  return body;
}

std::string sub_of(const Report& report) {
  return days_words(report.days) + (report.parts.size() == 1 ? ", " + title_of(report.parts.front()) : "");
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::string gap_table(const GapRisk& risk) {
  if (risk.positions.empty()) return "";
  std::string out = "<div class=\"scroll\"><table>\n" + row({{"Symbol", "l"},
                                                             {"Side", "l"},
                                                             {"Stays", "l"},
                                                             {"Guards", "l"},
                                                             {"Expires", "l"},
                                                             {"Quantity"},
                                                             {"Value"},
                                                             {"Result"},
                                                             {"", "l"}},
                                                            "th");
  for (const Overnight& one : risk.positions) {
    std::string warnings;
    for (const std::string& warning : one.warnings) warnings += (warnings.empty() ? "" : "; ") + warning;
    out += row({{one.symbol, "l"},
                {std::string(to_text(one.direction)), "l"},
                {stays_words(one), "l"},
                {guard_words(one), "l"},
                {one.expires ? to_text(*one.expires) : "", "l"},
                {one.quantity.text()},
                {money_words(one.value)},
                {money_words(one.result), std::string(tone(one.result.value_or(Money())))},
                {warnings, "l warn"}});
  }
  return out + "</table></div>\n";
}

}  // namespace

Report make_report(const Material& material, const std::string& account, Days days, Timestamp made_at) {
  Report report{.days = days, .made_at = made_at, .parts = {}};
  const std::vector<std::string> accounts = account.empty() ? accounts_of(material) : std::vector{account};
  if (accounts.size() != 1) report.parts.push_back(figures(material, "", days));
  for (const std::string& one : accounts) report.parts.push_back(figures(material, one, days));
  return report;
}

std::string html_page(const Report& report) {
  return whole("Belay report", sub_of(report), body_of(report, [](const NamedChart& chart) { return svg(chart); }),
               report.made_at);
}

bool is_gap_risk_due(Timestamp now) {
  const auto session = calendar::UsEquities().session_at(now);
  return session && now >= session->close - std::chrono::minutes(10);
}

bool is_daily_report_due(Timestamp now) {
  const auto session = calendar::UsEquities().session_on(calendar::to_new_york(now).date);
  return session && now >= session->close + std::chrono::minutes(15);
}

Message daily_report_message(const Report& report) {
  const Figures& first = report.parts.front();
  Message message{
      .id = "report-" + first.account + "-" + to_text(report.days.last), .subject = {}, .text = {}, .html = {}};
  message.subject = "Belay: " + money_words(first.net()) + " on " + day_words(report.days.last) + ", " +
                    count_words(first.closed, "position", "positions") + " closed" +
                    (first.account.empty() ? "" : " (" + first.account + ")");
  for (const Figures& part : report.parts) message.text += joined(text_lines(part)) + "\n";
  const Placed in_mail = [&](const NamedChart& chart) {
    Picture picture{.id = chart.name + "-" + std::to_string(message.pictures.size()), .png = png(chart)};
    const std::string id = picture.id;
    message.pictures.push_back(std::move(picture));
    return "<img src=\"cid:" + id + "\" alt=\"" + chart.name + "\" width=\"560\">";
  };
  const std::string body = body_of(report, in_mail);
  message.html = whole("Belay report", sub_of(report), body, report.made_at);
  return message;
}

Message gap_risk_message(const GapRisk& risk) {
  return {
      .id = "gap-risk-" + risk.account + "-" + to_text(risk.session.date),
      .subject = "Belay: " + headline(risk) + " (" + risk.account + ")",
      .text = joined(text_lines(risk)),
      .html = whole("Before the close", headline(risk) + " Account " + risk.account + ".", gap_table(risk), risk.at),
      .pictures = {}};
}

}  // namespace belay::report
