// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a lot in a situation, in few words.

#include <optional>
#include <string_view>

#include "core/rules/rule.hpp"

namespace belay::rules::testing_stage {

struct Stage {
  Lot lot;
  Policy policy;
  calendar::UsEquities calendar;
  Timestamp now = parse_timestamp("2026-01-26T11:00:00-05:00").value();
  std::optional<Price> price = std::nullopt;
  Guards guards = Guards::not_expected;
  const OperatorCommand* command = nullptr;

  Stage() {
    lot.uid = LotUid("lot");
    lot.instrument = instrument_of("AAPL");
    lot.original_quantity = 100_qty;
    lot.quantity = 100_qty;
    lot.entry_price = 100_price;
    lot.entry_time = parse_timestamp("2026-01-26T10:00:00-05:00").value();
  }
  Stage& is(std::string_view symbol) {
    lot.instrument = instrument_of(symbol);
    return *this;
  }
  Stage& at(std::string_view when) {
    now = parse_timestamp(when).value();
    return *this;
  }
  Stage& entered(std::string_view when) {
    lot.entry_time = parse_timestamp(when).value();
    return *this;
  }
  [[nodiscard]] Verdict ask(Verdict (*rule)(const Situation&)) const {
    const auto range = price ? std::optional(PriceRange{*price, *price, *price}) : std::nullopt;
    return rule({.lot = lot,
                 .now = now,
                 .calendar = calendar,
                 .policy = policy,
                 .price = range,
                 .no_price = "no price",
                 .guards = guards,
                 .command = command});
  }
  [[nodiscard]] bool holds(Verdict (*rule)(const Situation&)) const { return ask(rule).state == Verdict::State::holds; }
};

}  // namespace belay::rules::testing_stage
