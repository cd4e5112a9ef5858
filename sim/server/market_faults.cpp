// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/server/body_reader.hpp"

namespace belay::sim {
namespace {

constexpr std::array<std::pair<MarketFaultKind, std::string_view>, 6> kKinds{{
    {MarketFaultKind::drop, "drop"},
    {MarketFaultKind::duplicate, "duplicate"},
    {MarketFaultKind::reorder, "reorder"},
    {MarketFaultKind::delay, "delay"},
    {MarketFaultKind::gap, "gap"},
    {MarketFaultKind::refuse, "refuse"},
}};

}  // namespace

std::string_view to_text(MarketFaultKind kind) {
  const auto* const known = std::ranges::find(kKinds, kind, &std::pair<MarketFaultKind, std::string_view>::first);
  return known == kKinds.end() ? "unknown" : known->second;
}

Result<MarketFault> parse_market_fault(const json::Value& wanted) {
  BodyReader body(wanted);
  const std::string kind = body.text("kind");
  const auto* const known = std::ranges::find(kKinds, kind, &std::pair<MarketFaultKind, std::string_view>::second);
  if (known == kKinds.end()) {
    return fail("fault.kind is '" + kind + "': use one of drop, duplicate, reorder, delay, gap, refuse");
  }
  MarketFault fault{.kind = known->first, .event = body.text("event"), .symbol = body.text("symbol")};
  fault.times = body.count("times", 1).value_or(1);
  fault.delay = bounded_delay(body.count("ms").value_or(fault.delay.count()));
  fault.status = static_cast<int>(body.count("status", 400, 599).value_or(fault.status));
  if (fault.kind == MarketFaultKind::gap && fault.symbol.empty()) body.refuse("symbol", "is missing");
  if (body.error()) return fail("fault: " + *body.error());
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
