// SPDX-License-Identifier: Apache-2.0
#include "shell/net/resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace belay::net {

using boost::asio::ip::tcp;

struct Resolver::Lookup {
  std::mutex mutex;
  std::condition_variable_any finished;
  bool done = false;
  boost::system::error_code error;
  Endpoints endpoints;
};

Resolver::Resolver(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address(host_, not_an_address);
  if (!not_an_address) {
    known_ = {tcp::endpoint(address, port_)};
  } else if (host_ == "localhost") {
    known_ = {tcp::endpoint(boost::asio::ip::address_v4::loopback(), port_),
              tcp::endpoint(boost::asio::ip::address_v6::loopback(), port_)};
  }
}

std::shared_ptr<Resolver::Lookup> Resolver::lookup_under_way() {
  const std::lock_guard lock(mutex_);
  if (lookup_ != nullptr) {
    const std::lock_guard lookup_lock(lookup_->mutex);
    if (!lookup_->done) return lookup_;
  }
  lookup_ = std::make_shared<Lookup>();
  std::thread([lookup = lookup_, host = host_, port = port_] {
    boost::asio::io_context context;
    tcp::resolver resolver(context);
    boost::system::error_code error;
    const auto results = resolver.resolve(host, std::to_string(port), error);
    const std::lock_guard lookup_lock(lookup->mutex);
    lookup->error = error;
    for (const auto& result : results) lookup->endpoints.push_back(result.endpoint());
    lookup->done = true;
    lookup->finished.notify_all();
  }).detach();
  return lookup_;
}

Result<Resolver::Endpoints> Resolver::resolve(std::chrono::steady_clock::time_point deadline,
                                              const std::stop_token& stop) {
  if (!known_.empty()) return known_;
  const std::shared_ptr<Lookup> lookup = lookup_under_way();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->finished.wait_until(lock, stop, deadline, [&lookup] { return lookup->done; })) {
    return fail("looking up " + host_ + (stop.stop_requested() ? " was called off" : " took too long"));
  }
  if (lookup->error) return fail("looking up " + host_ + ": " + lookup->error.message());
  if (lookup->endpoints.empty()) return fail("looking up " + host_ + ": it has no address");
  return lookup->endpoints;
}

}  // namespace belay::net
