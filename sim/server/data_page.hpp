// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/json/value.hpp"
#include "sim/server/data_request.hpp"

namespace belay::sim {

/// Where a page ended: the next one goes on with the symbol, from that moment, without the first `skip` of that moment.
struct PagePlace {
  std::string symbol;
  Timestamp at;
  std::size_t skip = 0;

  bool operator==(const PagePlace&) const = default;
};
/// Opaque to clients: base64.
[[nodiscard]] std::string page_token(const PagePlace& place);
[[nodiscard]] std::optional<PagePlace> parse_page_token(std::string_view token);

/// One page of a history: what was found of each symbol, in order, and the token of the next page or null.
struct DataPage {
  std::vector<std::pair<std::string, json::Array>> found;  ///< symbols with anything only
  json::Value next;
};

/// `items_of(symbol)` is everything of a symbol, ascending; `at(item)` its time, `wire(item, symbol)` its shape. The
/// limit counts over all symbols (alpaca.md 1, Pagination); what follows is sorted by symbol, then time.
template <class ItemsOf, class At, class Wire>
Answer<DataPage> page_of(const HistoryRequest& request, ItemsOf items_of, At at, Wire wire) {
  std::optional<PagePlace> from;
  if (!request.page_token.empty()) {
    from = parse_page_token(request.page_token);
    if (!from) return std::unexpected(bad_parameter("invalid page_token"));
  }
  DataPage page;
  std::size_t room = request.limit;
  for (const std::string& symbol : request.symbols) {
    if (from && symbol < from->symbol) continue;
    const bool goes_on = from && symbol == from->symbol;
    auto items = items_of(symbol);
    std::erase_if(items, [&](const auto& item) { return at(item) < request.first || request.last < at(item); });
    if (request.descending) std::ranges::reverse(items);
    json::Array listed;
    std::size_t skipped = 0;
    std::size_t of_this_moment = 0;
    std::optional<Timestamp> moment;
    for (const auto& item : items) {
      if (goes_on && (request.descending ? from->at < at(item) : at(item) < from->at)) continue;
      if (moment != at(item)) of_this_moment = 0;
      moment = at(item);
      ++of_this_moment;
      if (goes_on && at(item) == from->at && skipped < from->skip) {
        ++skipped;
        continue;
      }
      if (room == 0) {
        page.next = page_token({symbol, at(item), of_this_moment - 1});
        break;
      }
      listed.push_back(wire(item, symbol));
      --room;
    }
    if (!listed.empty()) page.found.emplace_back(symbol, std::move(listed));
    if (!page.next.is_null()) break;
  }
  return page;
}

}  // namespace belay::sim
