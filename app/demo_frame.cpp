// SPDX-License-Identifier: Apache-2.0
#include "app/demo_frame.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "core/rules/rule.hpp"
#include "core/trading/policy.hpp"

namespace belay::app::demonstration {
namespace {

constexpr std::size_t kWide = 118;  // from here on kind, stop, target and standing have columns of their own
constexpr std::size_t kMessageIndent = 8;

Tone tone_of(Money result) {
  if (result_text(result) == "0.00") return Tone::plain;
  return result.is_negative() ? Tone::bad : Tone::good;
}

Tone tone_of_standing(const Lot& lot) {
  if (lot.status == LotStatus::closed) return Tone::dim;
  if (lot.status == LotStatus::closing) return Tone::bold;
  return lot.concern.empty() && lot.management == Management::managed ? Tone::plain : Tone::notice;
}

/// "1.2%": how far the price still has to go.
std::string distance(const Lot& lot, Price level) {
  const auto part =
      lot.current_price ? ratio((level - *lot.current_price).magnitude(), *lot.current_price) : std::optional<Ratio>{};
  if (!part) return "";
  constexpr std::int64_t kPerMille = fixed::kScale / 1000;
  const std::int64_t tenths = fixed::multiply_divide(part->nanos(), 1, kPerMille);
  if (tenths >= 1000) return std::to_string(tenths / 10) + "%";
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

std::string level_cell(const Lot& lot, const std::optional<Price>& level) {
  if (!level) return "-";
  const std::string price = pad_left(cents_text(*level), 6);
  return lot.status == LotStatus::closed ? price : price + pad_left(distance(lot, *level), 6);
}

/// The nearer of stop and target, for narrow screens.
std::string nearer_level(const Lot& lot) {
  if (!lot.current_price) return "";
  const auto away = [&](const std::optional<Price>& level) {
    return level ? (*level - *lot.current_price).magnitude() : Price::whole(1'000'000);
  };
  if (!lot.stop_loss && !lot.take_profit) return "";
  const bool stop = away(lot.stop_loss) <= away(lot.take_profit);
  const Price level = stop ? *lot.stop_loss : *lot.take_profit;
  return std::string(stop ? "stop " : "goal ") + cents_text(level) + " " + distance(lot, level);
}

/// As standing_of, for narrow screens: at most 18 characters.
std::string next_of(const Lot& lot, const calendar::Session& session) {
  if (lot.status == LotStatus::closed) return std::string(to_text(lot.close_reason.value_or(ExitReason::manual_close)));
  if (lot.status == LotStatus::closing) return "leaving";
  if (lot.management == Management::managed && lot.concern.starts_with("unprotected")) return "unprotected";
  const std::string level = nearer_level(lot);
  return level.empty() || !lot.concern.empty() ? standing_of(lot, session) : level;
}

std::string kind_of(const Lot& lot) {
  switch (lot.instrument.kind) {
    case InstrumentKind::stock:
      return "stock";
    case InstrumentKind::call:
      return "call";
    case InstrumentKind::put:
      return "put";
    case InstrumentKind::crypto:
      return "coin";
  }
  return "";
}

Money result_of(const Lot& lot) {
  return lot.status == LotStatus::closed ? lot.realised_result.value_or(Money{}) : lot.result.value_or(Money{});
}

Line header_row(bool wide) {
  std::string text = " " + pad_right("POSITION", 15);
  if (wide) text += " " + pad_right("KIND", 5);
  text += " " + pad_right("SIDE", 5) + " " + pad_right("PLAN", 5) + " " + pad_left("QTY", 5) + " " +
          pad_left("ENTRY", 7) + " " + pad_left("PRICE", 7) + " " + pad_left("RESULT", 9);
  if (wide) text += "  " + pad_left("STOP", 12) + "  " + pad_left("TARGET", 12);
  return {{text + "  " + (wide ? "STANDING" : "NEXT"), Tone::dim}};
}

Line position_row(const DemoView& view, const Lot& lot, bool wide) {
  const bool closed = lot.status == LotStatus::closed;
  const Tone base = closed ? Tone::dim : lot.status == LotStatus::closing ? Tone::bold : Tone::plain;
  std::string left = " " + pad_right(clip(label(lot.instrument), 15), 15);
  if (wide) left += " " + pad_right(kind_of(lot), 5);
  left += " " + pad_right(std::string(to_text(lot.direction)), 5) + " " +
          pad_right(lot.strategy == Strategy::day_trade ? "day" : "swing", 5) + " " +
          pad_left(lot.original_quantity.text(), 5) + " " + pad_left(cents_text(lot.entry_price), 7) + " ";
  const auto moved = view.moved.find(lot.uid);
  const Tone price_tone = closed || moved == view.moved.end() || moved->second == 0 ? base
                          : moved->second > 0                                       ? Tone::good
                                                                                    : Tone::bad;
  const std::string price = lot.current_price ? cents_text(*lot.current_price) : "-";
  const Money result = result_of(lot);
  Line line{{left, base}, {pad_left(price, 7), price_tone}, {" " + pad_left(result_text(result), 9), tone_of(result)}};
  if (wide) {
    line.push_back(
        {"  " + pad_left(level_cell(lot, lot.stop_loss), 12) + "  " + pad_left(level_cell(lot, lot.take_profit), 12),
         closed ? Tone::dim : Tone::plain});
  }
  line.push_back({"  " + (wide ? standing_of(lot, view.session) : next_of(lot, view.session)), tone_of_standing(lot)});
  return line;
}

Line progress_row(const DemoView& view, std::size_t columns, bool unicode) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(view.session.close - view.session.open).count();
  const auto gone = std::clamp<std::int64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(view.now - view.session.open).count(), 0, whole);
  const std::string left = " " + second_text(view.now) + " New York  ";
  const std::string right = "  " + pad_left(view.pace, 6) + " ";
  const std::size_t room = columns - std::min(columns, width_of(left) + width_of(right));
  const std::size_t full = static_cast<std::size_t>(gone) * room / static_cast<std::size_t>(whole);
  std::string done;
  std::string ahead;
  for (std::size_t i = 0; i < full; ++i) done += unicode ? "━" : "=";
  for (std::size_t i = full; i < room; ++i) ahead += unicode ? "─" : "-";
  return {{left, Tone::bold}, {done, Tone::plain}, {ahead, Tone::dim}, {right, Tone::dim}};
}

Line between(Line left, const Line& right, std::size_t columns) {
  const std::size_t used = width_of(left) + width_of(right);
  left.push_back({std::string(columns > used ? columns - used : 1, ' '), Tone::plain});
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Line account_row(const DemoView& view) {
  return {{" cash ", Tone::dim},
          {money_text(view.account.cash), Tone::plain},
          {"   equity ", Tone::dim},
          {money_text(view.account.equity), Tone::plain}};
}

Line sums_row(const DemoView& view) {
  Money open;
  Money realised;
  std::size_t closed = 0;
  for (const Lot& lot : view.lots) {
    (lot.status == LotStatus::closed ? realised : open) += result_of(lot);
    if (lot.status == LotStatus::closed) ++closed;
  }
  return {{" " + std::to_string(view.lots.size() - closed) + " open ", Tone::dim},
          {result_text(open), tone_of(open)},
          {"   " + std::to_string(closed) + " closed ", Tone::dim},
          {result_text(realised), tone_of(realised)}};
}

/// A part of what is told; of an outcome only the amount is coloured.
Line told_part(const std::string& part, const DemoHappening& whole) {
  constexpr std::string_view kAmount = "result ";
  const std::size_t in_whole = whole.text.rfind(kAmount);
  if (in_whole == std::string::npos) return {{part, whole.tone}};
  const std::size_t amount = part.rfind(kAmount);
  if (amount != std::string::npos) return {{part.substr(0, amount), Tone::plain}, {part.substr(amount), whole.tone}};
  // The line may have been broken within the amount.
  const bool is_amount = whole.text.ends_with(part) && part.size() + in_whole < whole.text.size();
  return {{part, is_amount ? whole.tone : Tone::plain}};
}

/// The latest happenings that fit, oldest first.
std::vector<Line> happenings_rows(const DemoView& view, std::size_t columns, std::size_t rows) {
  std::vector<Line> lines;
  const std::size_t room = columns > kMessageIndent + 20 ? columns - kMessageIndent : 20;
  for (auto it = view.happenings.rbegin(); it != view.happenings.rend() && lines.size() < rows; ++it) {
    const auto parts = wrap(it->who.empty() ? it->text : it->who + " " + it->text, room);
    std::vector<Line> block;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string margin = i == 0 ? " " + minute_text(it->at) + "  " : std::string(kMessageIndent, ' ');
      Line line = told_part(parts[i], *it);
      line.insert(line.begin(), {margin, Tone::dim});
      block.push_back(std::move(line));
    }
    if (lines.size() + block.size() > rows) break;
    lines.insert(lines.begin(), block.begin(), block.end());
  }
  return lines;
}

/// Positions that are shown: all, or, where there is too little room, those that closed longest ago left out.
std::vector<const Lot*> shown(const DemoView& view, std::size_t rows) {
  std::vector<const Lot*> lots;
  lots.reserve(view.lots.size());
  for (const Lot& lot : view.lots) lots.push_back(&lot);
  while (lots.size() > rows) {
    auto least = lots.end();
    for (auto it = lots.begin(); it != lots.end(); ++it) {
      if ((*it)->closed_at && (least == lots.end() || *(*it)->closed_at < *(*least)->closed_at)) least = it;
    }
    lots.erase(least == lots.end() ? lots.end() - 1 : least);
  }
  return lots;
}

void cut(Line& line, std::size_t columns) {
  std::size_t used = 0;
  for (Span& span : line) {
    span.text = clip(span.text, columns - std::min(columns, used));
    used += width_of(span.text);
  }
}

}  // namespace

std::string standing_of(const Lot& lot, const calendar::Session& session) {
  if (lot.status == LotStatus::closed) {
    return minute_text(lot.closed_at.value_or(Timestamp{})) + " " +
           std::string(to_text(lot.close_reason.value_or(ExitReason::external_close)));
  }
  if (lot.status == LotStatus::closing && lot.exit) return "leaving: " + std::string(to_text(lot.exit->reason));
  if (lot.management == Management::watch) return "adopted, watched";
  if (lot.concern.starts_with("unprotected by choice")) return "unprotected by choice";
  if (!lot.concern.empty()) return lot.concern;
  if (lot.bracket_order_accepted) return "bracket at broker";
  if (lot.strategy == Strategy::day_trade) return "leaves at " + minute_text(session.close - Policy().day_trade_lead);
  if (lot.max_hold_minutes) {
    return "leaves at " + minute_text(lot.entry_time + std::chrono::minutes(*lot.max_hold_minutes));
  }
  return "guarded";
}

std::vector<Line> demo_frame(const DemoView& view, DemoSize size, bool unicode) {
  const bool wide = size.columns >= kWide;
  std::vector<Line> lines;
  lines.push_back(between({{" BELAY", Tone::bold}, {"  " + day_text(view.session.date), Tone::plain}},
                          {{"paper exchange, seed " + std::to_string(view.seed) + " ", Tone::dim}}, size.columns));
  lines.push_back(progress_row(view, size.columns, unicode));
  lines.push_back(between(account_row(view), sums_row(view), size.columns > 0 ? size.columns - 1 : 0));
  lines.emplace_back();
  lines.push_back(header_row(wide));
  constexpr std::size_t kAround = 7;  // the lines above, one blank, the last one
  constexpr std::size_t kLeastHappenings = 3;
  const std::size_t room = size.rows > kAround + kLeastHappenings ? size.rows - kAround - kLeastHappenings : 1;
  const std::size_t table = std::min(std::max(view.rows, view.lots.size()), room);
  const auto lots = shown(view, table);
  for (const Lot* lot : lots) lines.push_back(position_row(view, *lot, wide));
  lines.resize(5 + table + 1);
  const std::size_t left = size.rows > lines.size() + 1 ? size.rows - lines.size() - 1 : 0;
  for (Line& line : happenings_rows(view, size.columns, left)) lines.push_back(std::move(line));
  lines.resize(std::max<std::size_t>(size.rows, 1) - 1);
  lines.push_back(between({{" q quit  space pause", Tone::dim}}, {{view.where + " ", Tone::dim}}, size.columns));
  for (Line& line : lines) cut(line, size.columns);
  return lines;
}

}  // namespace belay::app::demonstration
