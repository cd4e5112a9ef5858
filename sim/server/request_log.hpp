// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "shell/json/value.hpp"

namespace belay::sim {

/// What clients asked for: so that tests can count calls and see an order sent twice.
class RequestLog {
 public:
  /// `face` is "trading", "data" or "stream"; `route` the path with its parts replaced ("/v2/orders/{order_id}");
  /// status 0 means that no answer was sent.
  void add(std::string_view face, std::string_view method, std::string_view route, std::string_view target, int status);
  /// An order was asked for with this client order id, whether or not it was accepted.
  void add_submission(const std::string& client_order_id) { ++submissions_[client_order_id]; }
  void clear();

  /// {"total" (requests of both APIs, not of the stream), "trading", "data", "counts": [{face, method, path, count}],
  /// "submissions": {client id: times},
  ///  "recent": [{method, target, status}] (the last thousand, oldest first)}
  [[nodiscard]] json::Value to_json() const;

 private:
  struct Entry {
    std::string method;
    std::string target;
    int status;
  };

  std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> counts_;
  std::map<std::string, std::int64_t> submissions_;
  std::deque<Entry> recent_;
};

}  // namespace belay::sim
