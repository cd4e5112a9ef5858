// SPDX-License-Identifier: Apache-2.0
#include "app/demo_story.hpp"

#include <algorithm>
#include <utility>

#include "shell/json/parse.hpp"

namespace belay::app::demonstration {
namespace {

std::string word(const json::Value& data, std::string_view key) {
  const json::Value* value = data.find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? "" : *text;
}

std::string levels(const Lot& lot) {
  std::string text;
  if (lot.stop_loss) text += ", stop " + price_text(*lot.stop_loss);
  if (lot.take_profit) text += ", target " + price_text(*lot.take_profit);
  if (lot.max_hold_minutes) text += ", at most " + std::to_string(*lot.max_hold_minutes) + " minutes";
  if (lot.strategy == Strategy::day_trade) text += ", day trade";
  if (lot.bracket_expected) text += ", bracket at the broker";
  return text;
}

std::string size(const Lot& lot) {
  return std::string(to_text(lot.direction)) + " " + lot.original_quantity.text() + " at " +
         price_text(lot.entry_price);
}

}  // namespace

std::vector<DemoHappening> DemoStory::add(const std::vector<StoredEvent>& events, const std::vector<Lot>& lots) {
  std::vector<DemoHappening> fresh;
  for (const StoredEvent& event : events) {
    const auto lot = std::ranges::find(lots, event.position_id.value_or(0), &Lot::id);
    auto happening = told(event, lot == lots.end() ? nullptr : &*lot);
    if (happening) fresh.push_back(std::move(*happening));
  }
  return fresh;
}

std::vector<DemoHappening> DemoStory::add(const std::vector<DemoNews>& news) {
  std::vector<DemoHappening> fresh;
  for (const DemoNews& one : news) {
    fresh.push_back({one.at, label(instrument_of(one.symbol)), one.text, Tone::dim});
  }
  all_.insert(all_.end(), fresh.begin(), fresh.end());
  return fresh;
}

std::optional<DemoHappening> DemoStory::told(const StoredEvent& event, const Lot* lot) {
  const auto parsed = json::parse(event.event_data);
  const json::Value data = parsed ? *parsed : json::Value();
  DemoHappening happening{.at = event.created_at, .who = lot == nullptr ? "" : label(lot->instrument), .text = {}};
  if (event.event_type == "closed" && lot != nullptr) return closed(event, *lot);

  if (event.event_type == "created" && lot != nullptr) {
    happening.text = "taken up: " + size(*lot) + levels(*lot);
  } else if (event.event_type == "adopted" && lot != nullptr) {
    happening.text = "adopted: " + size(*lot) + ", unknown to upstream; watched until a person decides";
    happening.tone = Tone::notice;
  } else if (event.event_type == "exit_triggered" && lot != nullptr) {
    const bool joined = data.find("joined") != nullptr;
    happening.text = (joined ? "also (" : "leaves (") + word(data, "reason") + "): " + word(data, "message");
    happening.tone = Tone::bold;
    if (!joined) leaving_.emplace_back(lot->id, all_.size());
  } else if (event.event_type == "check" || event.event_type == "amber" || event.event_type == "frozen") {
    // Of one that is leaving, or that was just told of as adopted, it is no news.
    const bool is_news = lot == nullptr || (!lot->exit && lot->management == Management::managed);
    if (is_news) happening.text = word(data, event.event_type == "frozen" ? "why" : "concern");
    happening.tone = Tone::notice;
  } else {
    happening.text = word(data, "error");
    happening.tone = Tone::bad;
  }
  if (happening.text.empty()) return std::nullopt;
  all_.push_back(happening);
  return happening;
}

DemoHappening DemoStory::closed(const StoredEvent& event, const Lot& lot) {
  const Money result = lot.realised_result.value_or(Money{});
  DemoHappening happening{.at = event.created_at, .who = label(lot.instrument), .text = {}};
  happening.tone = result.is_negative() ? Tone::bad : Tone::good;
  const std::string fill = std::string(lot.is_long() ? "sold " : "bought back ") + lot.original_quantity.text() +
                           " at " + price_text(lot.exit_price.value_or(Price{})) + ", result " + result_text(result);
  const auto leaving = std::ranges::find(leaving_, lot.id, &std::pair<std::int64_t, std::size_t>::first);
  if (leaving != leaving_.end()) {
    DemoHappening& begun = all_[leaving->second];
    begun.text += "; " + fill;
    begun.tone = happening.tone;
    happening.text = fill;
    return happening;
  }
  // No exit of Belay's: something else at the broker did it.
  const ExitReason reason = lot.close_reason.value_or(ExitReason::external_close);
  const std::string what = reason == ExitReason::take_profit ? "its target, resting at the broker, filled"
                           : reason == ExitReason::stop_loss ? "its stop, resting at the broker, filled"
                                                             : "closed outside of Belay";
  happening.text = "left (" + std::string(to_text(reason)) + "): " + what + "; " + fill;
  all_.push_back(happening);
  return happening;
}

}  // namespace belay::app::demonstration
