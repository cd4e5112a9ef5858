// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/data_rest.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace belay::alpaca {
namespace {

constexpr std::size_t kStocksPerBatch = 200;   // no cap is documented (alpaca.md 5)
constexpr std::size_t kOptionsPerBatch = 100;  // the documented cap
constexpr std::string_view kCorporateTypes = "forward_split,reverse_split,spin_off,name_change";
constexpr int kInvalidSymbolsPerBatch = 5;  // each costs a request; further ones fail the batch

bool is_part_of_symbol(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '/' || c == '_';
}

bool names(std::string_view message, std::string_view symbol) {
  for (std::size_t at = message.find(symbol); at != std::string_view::npos; at = message.find(symbol, at + 1)) {
    const std::size_t end = at + symbol.size();
    const bool begins = at == 0 || !is_part_of_symbol(message[at - 1]);
    const bool ends = end == message.size() || !is_part_of_symbol(message[end]) ||
                      (message[end] == '.' && (end + 1 == message.size() || message[end + 1] == ' '));
    if (begins && ends) return true;
  }
  return false;
}

/// The symbol of the batch that a refusal is about, e.g. "invalid symbol: FOO-BAR".
std::vector<std::string>::iterator refused_symbol(std::vector<std::string>& batch, const BrokerError& error) {
  const bool about_symbol =
      error.kind == BrokerError::Kind::rejected && error.message.find("symbol") != std::string::npos;
  if (!about_symbol) return batch.end();
  return std::find_if(batch.begin(), batch.end(),
                      [&](const std::string& symbol) { return names(error.message, symbol); });
}

}  // namespace

struct DataRest::Source {
  std::string_view path;
  const std::string& feed;
  std::size_t batch_size;
  Result<ParsedPrices> (*parse)(const json::Value&);
};

PriceRead DataRest::stocks(const std::vector<std::string>& symbols) {
  return read(symbols, {"/v2/stocks/snapshots", stock_feed_, kStocksPerBatch, parse_stock_snapshots});
}

PriceRead DataRest::options(const std::vector<std::string>& symbols) {
  return read(symbols, {"/v1beta1/options/quotes/latest", option_feed_, kOptionsPerBatch, parse_option_quotes});
}

PriceRead DataRest::read(const std::vector<std::string>& symbols, const Source& source) {
  const std::set<std::string> once(symbols.begin(), symbols.end());
  PriceRead out;
  std::vector<std::string> batch;
  for (const std::string& symbol : once) {
    if (symbol.empty()) continue;
    batch.push_back(symbol);
    if (batch.size() < source.batch_size) continue;
    read_batch(std::move(batch), source, out);
    batch.clear();
  }
  if (!batch.empty()) read_batch(std::move(batch), source, out);
  return out;
}

void DataRest::read_batch(std::vector<std::string> batch, const Source& source, PriceRead& out) {
  for (int left_out = 0; !batch.empty(); ++left_out) {
    std::string list;
    for (const std::string& symbol : batch) list += (list.empty() ? "" : ",") + symbol;
    auto parsed = channel_.call(
        {.target = target(std::string(source.path), {{"symbols", list}, {"feed", source.feed}})}, source.parse);
    if (parsed) {
      const auto asked = [&](const std::string& symbol) {
        return std::binary_search(batch.begin(), batch.end(), symbol);
      };
      for (MarketPrices& prices : parsed->prices) {
        if (asked(prices.symbol)) out.prices.push_back(std::move(prices));
      }
      for (const ParsedPrices::Unreadable& each : parsed->unreadable) {
        if (!asked(each.symbol)) continue;
        out.failed.push_back({{each.symbol}, {BrokerError::Kind::unknown, 200, 0, each.error.message, {}}});
      }
      return;
    }
    const auto refused = refused_symbol(batch, parsed.error());
    if (refused == batch.end() || left_out == kInvalidSymbolsPerBatch) {
      out.failed.push_back({std::move(batch), parsed.error()});
      return;
    }
    out.failed.push_back({{*refused}, parsed.error()});
    batch.erase(refused);
  }
}

BrokerResult<std::vector<CorporateAction>> DataRest::corporate_actions(const std::vector<std::string>& symbols,
                                                                       Date first, Date last) {
  std::vector<CorporateAction> found;
  for (std::size_t begin = 0; begin < symbols.size(); begin += kStocksPerBatch) {
    std::string list;
    for (std::size_t i = begin; i < std::min(symbols.size(), begin + kStocksPerBatch); ++i) {
      list += (list.empty() ? "" : ",") + symbols[i];
    }
    std::string token;
    std::set<std::string> seen;
    do {
      const Call call{.target = target("/v1/corporate-actions", {{"symbols", list},
                                                                 {"types", std::string(kCorporateTypes)},
                                                                 {"start", to_text(first)},
                                                                 {"end", to_text(last)},
                                                                 {"limit", "1000"},
                                                                 {"page_token", token}})};
      auto page = channel_.call(call, parse_corporate_actions);
      if (!page) return std::unexpected(page.error());
      if (!page->next_page.empty() && !seen.insert(page->next_page).second) {
        return channel_.unreadable(call, Error{"a page leads to no further one, so the list is not complete"});
      }
      token = page->next_page;
      for (CorporateAction& action : page->actions) found.push_back(std::move(action));
    } while (!token.empty());
  }
  return found;
}

}  // namespace belay::alpaca
