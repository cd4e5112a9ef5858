// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/rendering.hpp"

#include <algorithm>

#include "core/calendar/new_york.hpp"
#include "shell/chart/markup.hpp"

namespace belay::notify {
namespace {

constexpr std::size_t kLabelWidth = 10;

std::string when(const Item& item) {
  const auto at = parse_timestamp(item.at);
  std::string text = at ? calendar::new_york_text(*at) : item.at;
  if (item.times > 1) text += ", " + std::to_string(item.times) + " times so far";
  return text;
}

bool can_be_acknowledged(const Notice& notice, const Item& item) {
  return item.number != 0 && item.severity == "critical" && notice.kind != "over";
}

std::string acknowledgement(const Notice& notice) {
  std::string numbers;
  for (const Item& item : notice.items) {
    if (can_be_acknowledged(notice, item)) numbers += " " + std::to_string(item.number);
  }
  return numbers.empty() ? "" : "belay ack" + numbers + " --why '…'";
}

// ---- plain text

void add_facts(std::string& out, const std::vector<Fact>& facts) {
  for (const Fact& fact : facts) {
    std::string label = fact.label;
    label.resize(std::max(label.size(), kLabelWidth), ' ');
    out += "  " + label + " " + fact.value + "\n";
  }
}

void add_item(std::string& out, const Item& item, bool one_of_many) {
  if (one_of_many) out += "\n* " + (item.severity == "critical" ? std::string("CRITICAL  ") : "");
  out += item.text + "\n";
  if (!item.at.empty()) out += "  " + when(item) + "\n";
  if (!item.facts.empty()) out += "\n";
  add_facts(out, item.facts);
  if (!item.next.empty()) out += "\nWhat Belay does: " + item.next + "\n";
  if (!item.advice.empty()) out += "\n" + item.advice + "\n    " + item.command + "\n";
}

// ---- HTML

struct Tint {
  const char* strong;
  const char* soft;
};

Tint tint_of(std::string_view severity) {
  if (severity == "critical") return {"#b42318", "#fef3f2"};
  if (severity == "warning") return {"#b54708", "#fffaeb"};
  return {"#175cd3", "#eff8ff"};
}

void add_facts_html(std::string& out, const std::vector<Fact>& facts) {
  if (facts.empty()) return;
  out +=
      "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" "
      "style=\"width:100%;border-collapse:collapse;margin:12px 0\">";
  for (const Fact& fact : facts) {
    const bool is_loss = fact.label == "Result" && fact.value.starts_with("-");
    const bool is_gain = fact.label == "Result" && fact.value.starts_with("+");
    const std::string colour = is_loss ? "#b42318" : is_gain ? "#067647" : "#101828";
    out +=
        "<tr><td style=\"padding:5px 12px 5px 0;color:#667085;width:84px;vertical-align:top;"
        "border-bottom:1px solid #eaecf0\">" +
        chart::markup_text(fact.label) + "</td><td style=\"padding:5px 0;color:" + colour +
        ";border-bottom:1px solid #eaecf0\">" + chart::markup_text(fact.value) + "</td></tr>";
  }
  out += "</table>";
}

std::string command_html(const std::string& command) {
  return "<div style=\"font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;background:#f2f4f7;"
         "border-radius:6px;padding:9px 12px;margin:6px 0 14px\">" +
         chart::markup_text(command) + "</div>";
}

void add_item_html(std::string& out, const Item& item, bool one_of_many) {
  const Tint tint = tint_of(item.severity);
  if (one_of_many) {
    out +=
        std::string("<div style=\"border-left:4px solid ") + tint.strong + ";padding:2px 0 2px 14px;margin:18px 0\">";
    out += std::string("<div style=\"font-size:12px;font-weight:600;color:") + tint.strong + "\">" +
           chart::markup_text((item.symbol.empty() ? "" : item.symbol + ": ") + item.title) + "</div>";
  }
  out += "<div style=\"font-size:16px;color:#101828\">" + chart::markup_text(item.text) + "</div>";
  if (!item.at.empty()) {
    out += "<div style=\"font-size:13px;color:#667085;margin-top:4px\">" + chart::markup_text(when(item)) + "</div>";
  }
  add_facts_html(out, item.facts);
  if (!item.next.empty()) {
    out += "<p style=\"margin:12px 0\"><b>What Belay does.</b> " + chart::markup_text(item.next) + "</p>";
  }
  if (!item.advice.empty()) {
    out += "<p style=\"margin:12px 0 0\">" + chart::markup_text(item.advice) + "</p>" + command_html(item.command);
  }
  if (one_of_many) out += "</div>";
}

std::string heading_of(const Notice& notice) {
  if (notice.items.size() != 1) return notice.subject;
  const Item& item = notice.items.front();
  return (item.symbol.empty() ? "" : item.symbol + ": ") + item.title;
}

std::string label_of(const Notice& notice) {
  std::string label = notice.kind == "all_clear" ? "AFTER THE CLOSE" : notice.severity;
  if (notice.kind == "test") label = "TEST";
  if (notice.kind == "reminder") label = "reminder, " + label;
  if (notice.kind == "over") label = "over";
  std::ranges::transform(label, label.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return label;
}

}  // namespace

std::string plain_text(const Notice& notice) {
  if (notice.prepared) return notice.prepared->text;
  std::string out;
  if (!notice.intro.empty()) out += notice.intro + "\n\n";
  add_facts(out, notice.facts);
  for (const Item& item : notice.items) add_item(out, item, notice.items.size() > 1);
  if (const std::string command = acknowledgement(notice); !command.empty()) {
    out += "\nThis is told again, and on further channels, until somebody acknowledges it:\n    " + command + "\n";
  }
  out += "\n-- \nBelay, account " + notice.account + "\n";
  return out;
}

std::string html(const Notice& notice, const std::string& picture) {
  if (notice.prepared) return notice.prepared->html;
  const Tint tint = tint_of(notice.kind == "over" ? "info" : notice.severity);
  std::string out =
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>" +
      chart::markup_text(notice.subject) +
      "</title></head><body style=\"margin:0;background:#f2f4f7;padding:20px 8px;font-family:-apple-system,'Segoe UI',"
      "Roboto,'DejaVu Sans',Arial,sans-serif;font-size:15px;line-height:1.45;color:#344054\">"
      "<div style=\"max-width:640px;margin:0 auto;background:#ffffff;border-radius:10px;overflow:hidden;"
      "border:1px solid #eaecf0\">";
  out += std::string("<div style=\"background:") + tint.soft + ";border-top:6px solid " + tint.strong +
         ";padding:16px 24px\"><div style=\"font-size:12px;font-weight:700;letter-spacing:.06em;color:" + tint.strong +
         "\">" + chart::markup_text(label_of(notice)) +
         "</div><div style=\"font-size:21px;font-weight:650;color:#101828\">" + chart::markup_text(heading_of(notice)) +
         "</div></div><div style=\"padding:18px 24px\">";
  if (!notice.intro.empty()) out += "<p style=\"margin:0 0 10px\">" + chart::markup_text(notice.intro) + "</p>";
  add_facts_html(out, notice.facts);
  bool drawn = picture.empty();
  for (const Item& item : notice.items) {
    add_item_html(out, item, notice.items.size() > 1);
    if (!drawn && item.position_id != 0) {
      out += "<img src=\"cid:" + picture + "\" alt=\"Price of " + chart::markup_text(item.symbol) +
             " with entry, stop and target\" width=\"590\" style=\"width:100%;max-width:590px;height:auto;border:0;"
             "margin:8px 0 14px\">";
      drawn = true;
    }
  }
  if (const std::string command = acknowledgement(notice); !command.empty()) {
    out +=
        "<p style=\"margin:16px 0 0\">This is told again, and on further channels, until somebody acknowledges "
        "it:</p>" +
        command_html(command);
  }
  out +=
      "</div><div style=\"padding:12px 24px;border-top:1px solid #eaecf0;font-size:12px;color:#98a2b3\">Belay, "
      "account " +
      chart::markup_text(notice.account) + "</div></div></body></html>";
  return out;
}

}  // namespace belay::notify
