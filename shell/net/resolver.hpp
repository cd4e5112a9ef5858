// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio.

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace belay::net {

/// Looks up one host within a deadline. The system's look-up can hang for far longer than that and cannot be called
/// off: it runs on a thread of its own, at most one per Resolver, and who is too late for it leaves it behind.
class Resolver {
 public:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  Resolver(std::string host, std::uint16_t port);

  /// Not empty. An address needs no look-up; localhost is this machine whatever the system says. Ends soon after a stop
  /// is asked for. Thread-safe.
  [[nodiscard]] Result<Endpoints> resolve(std::chrono::steady_clock::time_point deadline,
                                          const std::stop_token& stop = {});

 private:
  struct Lookup;
  [[nodiscard]] std::shared_ptr<Lookup> lookup_under_way();

  std::string host_;
  std::uint16_t port_;
  Endpoints known_;
  std::mutex mutex_;
  std::shared_ptr<Lookup> lookup_;  // the latest; may be done
};

}  // namespace belay::net
