// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_faults.hpp"

#include <utility>

#include "sim/server/body_reader.hpp"

namespace belay::sim {
namespace {

constexpr Words<MarketFaultKind, 6> kKinds{{"drop", "duplicate", "reorder", "delay", "gap", "refuse"}};

}  // namespace

std::string_view to_text(MarketFaultKind kind) { return kKinds.text_of(kind); }

Result<MarketFault> parse_market_fault(const json::Value& wanted) {
  BodyReader body(wanted);
  MarketFault fault{.kind = body.word("kind", kKinds).value_or(MarketFaultKind::drop),
                    .event = body.text("event"),
                    .symbol = body.text("symbol")};
  fault.times = body.count("times", 1).value_or(1);
  fault.delay = bounded_delay(body.count("ms").value_or(fault.delay.count()));
  fault.status = static_cast<int>(body.count("status", 400, 599).value_or(fault.status));
  if (fault.kind == MarketFaultKind::gap && fault.symbol.empty()) body.refuse("symbol", "is missing");
  if (const auto& wrong = body.refuse_the_rest()) return fail("fault: " + *wrong);
  return fault;
}

void MarketFaults::add(MarketFault fault, VirtualClock::Real at) {
  if (fault.kind == MarketFaultKind::gap) fault.until = at + fault.delay;
  waiting_.push_back(std::move(fault));
}

void MarketFaults::clear(MarketFeeds feeds) {
  for (MarketFault& fault : waiting_) fault.feeds &= ~feeds;
  std::erase_if(waiting_, [](const MarketFault& fault) { return fault.feeds.none(); });
}

std::optional<MarketFault> MarketFaults::take(std::string_view event, std::string_view symbol, MarketFeeds feeds,
                                              VirtualClock::Real at) {
  std::erase_if(waiting_, [&](const MarketFault& fault) { return fault.until && *fault.until <= at; });
  for (auto fault = waiting_.begin(); fault != waiting_.end(); ++fault) {
    if (fault->kind == MarketFaultKind::refuse || (fault->feeds & feeds).none()) continue;
    if (!fault->event.empty() && fault->event != event) continue;
    if (!fault->symbol.empty() && fault->symbol != symbol) continue;
    MarketFault taken = *fault;
    if (!fault->until && --fault->times == 0) waiting_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

std::optional<int> MarketFaults::take_refusal(MarketFeed feed) {
  for (auto fault = waiting_.begin(); fault != waiting_.end(); ++fault) {
    if (fault->kind != MarketFaultKind::refuse || !fault->feeds.test(place_of(feed))) continue;
    const int status = fault->status;
    if (--fault->times == 0) waiting_.erase(fault);
    return status;
  }
  return std::nullopt;
}

}  // namespace belay::sim
