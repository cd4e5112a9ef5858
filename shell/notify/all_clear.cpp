// SPDX-License-Identifier: Apache-2.0
// The message after the close: what was held, what left, with what result, and whether anything waits for a person. It
// comes every day, so that its absence tells that the channel is dead.
#include <algorithm>

#include "shell/notify/causes.hpp"
#include "shell/notify/notifier.hpp"

namespace belay::notify {
namespace {

constexpr std::size_t kMostListed = 40;

/// Rows are anybody's to edit: what is too large to be counted keeps no message back.
std::string sum_of(const std::vector<Lot>& lots, std::optional<Money> Lot::* result) {
  try {
    Money sum;
    for (const Lot& lot : lots) sum += (lot.*result).value_or(Money{});
    return cents(sum);
  } catch (const Overflow&) {
    return "(too large to be counted)";
  }
}

Item line_of(const Lot& lot) {
  const bool closed = lot.status == LotStatus::closed;
  Item item;
  item.severity = "info";
  item.symbol = lot.instrument.symbol;
  item.title = closed && lot.close_reason ? std::string(to_text(*lot.close_reason)) : "held";
  const auto price = closed ? lot.exit_price : lot.current_price;
  const auto result = closed ? lot.realised_result : lot.result;
  item.text = (closed ? "left " : "holds ") + (closed ? lot.original_quantity : lot.quantity).text() + " " +
              lot.instrument.symbol + (lot.is_long() ? "" : " short") + (price ? " at " + price->text(2) : "") +
              (result ? ", result " + cents(*result) : "") +
              (!closed && lot.status == LotStatus::closing ? ", is leaving" : "") +
              (lot.concern.empty() ? "" : "; " + lot.concern);
  return item;
}

}  // namespace

Notice all_clear(const std::string& account, Date date, const std::vector<Lot>& held, const std::vector<Lot>& closed,
                 const std::vector<Alert>& open) {
  const std::string realised = sum_of(closed, &Lot::realised_result);
  const std::string unrealised = sum_of(held, &Lot::result);
  const auto unanswered = std::ranges::count_if(
      open, [](const Alert& alert) { return alert.severity == Severity::critical && !alert.acknowledged_at; });

  Notice notice;
  notice.kind = "all_clear";
  notice.account = account;
  notice.severity = unanswered == 0 ? "info" : "critical";
  notice.subject = (unanswered == 0 ? "All clear, " : std::to_string(unanswered) + " alerts wait for an answer, ") +
                   to_text(date) + ": " + std::to_string(closed.size()) + " closed " + realised + ", " +
                   std::to_string(held.size()) + " held";
  notice.intro = unanswered == 0 ? "Nothing waits for an answer. This message comes after every session."
                                 : "Not everything is answered. belay alerts lists it, belay ack answers.";
  notice.facts = {{"Date", to_text(date)},
                  {"Closed", std::to_string(closed.size())},
                  {"Result", realised},
                  {"Held", std::to_string(held.size())},
                  {"Unrealised", unrealised}};
  for (const Alert& alert : open) {
    if (alert.severity != Severity::critical || alert.acknowledged_at) continue;
    Item item;
    item.number = alert.number;
    item.severity = "critical";
    item.symbol = alert.symbol;
    item.title = cause_of(alert.cause).title;
    item.text = alert.text;
    item.at = belay::to_text(alert.first_at);
    item.times = alert.times;
    notice.items.push_back(std::move(item));
  }
  for (const std::vector<Lot>* lots : {&closed, &held}) {
    for (const Lot& lot : *lots) {
      if (notice.items.size() < kMostListed) notice.items.push_back(line_of(lot));
    }
  }
  return notice;
}

}  // namespace belay::notify
