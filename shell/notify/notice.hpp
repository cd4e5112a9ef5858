// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/trading/lot.hpp"
#include "shell/json/value.hpp"
#include "shell/notify/fold.hpp"
#include "shell/ports/alert_store.hpp"

/// What a message says, apart from how a channel shows it.
namespace belay::notify {

struct Fact {
  std::string label;
  std::string value;

  bool operator==(const Fact&) const = default;
};

struct Item {
  std::int64_t number = 0;  ///< of the alert; 0: none that could be acknowledged
  std::string cause;
  std::string title;
  std::string severity;  ///< "info", "warning", "critical"
  std::string symbol;
  std::int64_t position_id = 0;
  std::string text;
  std::string at;  ///< RFC 3339
  std::int64_t times = 1;
  std::vector<Fact> facts;  ///< of the position
  std::string next;         ///< what Belay does
  std::string advice;       ///< what the person may do
  std::string command;      ///< to type for it

  bool operator==(const Item&) const = default;
};

/// Stands in HTML as "cid:" and its id.
struct Picture {
  std::string id;
  std::string png;

  bool operator==(const Picture&) const = default;
};

/// Text, page and pictures that were made elsewhere: shown as they are.
struct Prepared {
  std::string text;
  std::string html;
  std::vector<Picture> pictures;

  bool operator==(const Prepared&) const = default;
};

struct Notice {
  std::string kind;  ///< "alert", "reminder", "over", "all_clear", "report", "test"
  std::string account;
  std::string severity;  ///< the worst of the items'
  std::string subject;
  std::string intro;  ///< one sentence, may be empty
  std::vector<Fact> facts;
  std::vector<Item> items;                ///< the most urgent first
  std::string thread;                     ///< identity of the message that this one continues; empty: none
  std::optional<Prepared> prepared = {};  ///< of a report

  bool operator==(const Notice&) const = default;
};

json::Object to_json(const Notice& notice);
/// Of what to_json made; what is not there is empty.
Notice notice_from(const json::Value& value);

/// Which channels hear of what: a new alert those of the first route, each reminder those of one route more.
using Routes = std::vector<std::vector<std::string>>;

/// The position of an alert, as the store has it; nullptr where it is not known.
using FindLot = std::function<const Lot*(std::int64_t position_id)>;

/// So many at once are told one by one; more are told together.
inline constexpr std::size_t kToldSingly = 3;

/// The messages that tell this: one for each channel. Many at once are one message that lists all of them.
std::vector<Message> messages_for(const std::string& account, const std::vector<Tell>& tells, const Routes& routes,
                                  const FindLot& find_lot);

/// The notice of one alert; for those that could not be stored.
Notice notice_of(const std::string& account, const Tell& tell, const Lot* lot);

std::string cents(Money money);    ///< to the cent, with its sign: "+12.50", "-3.00", "0.00"
std::string percent(Ratio ratio);  ///< "+1.25 %"

/// What a person should know of a position.
std::vector<Fact> facts_of(const Lot& lot);

std::string_view word_of(Severity severity);

}  // namespace belay::notify
