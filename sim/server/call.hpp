// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "shell/json/value.hpp"
#include "sim/exchange/api_error.hpp"
#include "sim/exchange/exchange.hpp"

namespace belay::sim {

/// The part of a target behind the question mark, decoded; of a repeated name the last value counts.
class Query {
 public:
  Query() = default;
  explicit Query(std::string_view encoded);

  [[nodiscard]] const std::string* find(std::string_view name) const;
  /// Empty if absent.
  [[nodiscard]] std::string text(std::string_view name) const;
  /// "a,b" as {"a", "b"}; empty if absent.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const { return values_; }
  void remove(std::string_view name);

  // Each of these refuses a value that is not what it should be, naming the parameter.
  [[nodiscard]] Answer<bool> flag(std::string_view name) const;                                   ///< absent: false
  [[nodiscard]] Answer<std::int64_t> count(std::string_view name, std::int64_t otherwise) const;  ///< at least 1
  [[nodiscard]] Answer<std::optional<Date>> date(std::string_view name) const;
  /// A time, or a date, which is its midnight in New York.
  [[nodiscard]] Answer<std::optional<Timestamp>> time(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

class World;

/// A request that somebody with keys makes.
struct Call {
  std::string account;                  ///< number
  std::vector<std::string> path_parts;  ///< what stands for the pattern's {…}, decoded
  Query query;
  json::Value body;
  World* world = nullptr;  ///< around the exchange: the tape, what the data plan permits
};

/// An answer: `body` null is an empty one.
struct Reply {
  int status = 200;
  json::Value body;
};
[[nodiscard]] Reply refuse(const ApiError& error);

/// One endpoint. Of two patterns that fit, the one listed first counts.
struct Route {
  std::string_view method;
  std::string_view pattern;  ///< as in Alpaca's documents: "/v2/orders/{order_id}"
  Reply (*handle)(Exchange& exchange, const Call& call);
};

/// The decoded parts of `path` (percent-encoded, without the query) that stand for {…}; nullopt if it does not fit.
[[nodiscard]] std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path);

// The endpoints, a family each.
[[nodiscard]] std::span<const Route> order_routes();
[[nodiscard]] std::span<const Route> position_routes();
[[nodiscard]] std::span<const Route> account_routes();
[[nodiscard]] std::span<const Route> settings_routes();
[[nodiscard]] std::span<const Route> portfolio_routes();
[[nodiscard]] std::span<const Route> watchlist_routes();
[[nodiscard]] std::span<const Route> market_clock_routes();
[[nodiscard]] std::span<const Route> reference_routes();
[[nodiscard]] std::span<const Route> data_routes();     ///< of stocks: the latest
[[nodiscard]] std::span<const Route> history_routes();  ///< of stocks and options: the past
[[nodiscard]] std::span<const Route> option_data_routes();
[[nodiscard]] std::span<const Route> data_meta_routes();
[[nodiscard]] std::span<const Route> corporate_routes();  ///< of the market data API

}  // namespace belay::sim
