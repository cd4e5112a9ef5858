// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

std::string text_in(const json::Value& body, std::string_view key) {
  const json::Value* member = body.find(key);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

std::int64_t count_in(const json::Value& body, std::string_view key, std::int64_t otherwise) {
  const json::Value* member = body.find(key);
  return member == nullptr ? otherwise : member->as_int64().value_or(-1);
}

}  // namespace

std::string_view to_text(MarketFaultKind kind) {
  const auto* const known = std::ranges::find(kKinds, kind, &std::pair<MarketFaultKind, std::string_view>::first);
  return known == kKinds.end() ? "unknown" : known->second;
}

Result<MarketFault> parse_market_fault(const json::Value& body) {
  const std::string kind = text_in(body, "kind");
  const auto* const known = std::ranges::find(kKinds, kind, &std::pair<MarketFaultKind, std::string_view>::second);
  if (known == kKinds.end()) {
    return fail("fault.kind is '" + kind + "': use one of drop, duplicate, reorder, delay, gap, refuse");
  }
  MarketFault fault{.kind = known->first, .event = text_in(body, "event"), .symbol = text_in(body, "symbol")};
  fault.times = count_in(body, "times", 1);
  fault.delay = bounded_delay(count_in(body, "ms", fault.delay.count()));
  fault.status = static_cast<int>(count_in(body, "status", fault.status));
  if (fault.times < 1) return fail("times must be at least 1");
  if (fault.delay.count() < 0) return fail("ms must not be negative");
  if (fault.status < 400 || fault.status > 599) return fail("status must be 400 to 599");
  if (fault.kind == MarketFaultKind::gap && fault.symbol.empty()) return fail("a gap needs a symbol");
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
