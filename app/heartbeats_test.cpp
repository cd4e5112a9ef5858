// SPDX-License-Identifier: Apache-2.0
// One pulse stands for the loops of all accounts.
#include "app/heartbeats.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace belay::app {
namespace {

/// What systemd is to the service, at an address without a file.
class Supervisor {
 public:
  Supervisor() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    std::strncpy(own.sun_path + 1, name_.c_str() + 1, sizeof(own.sun_path) - 2);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), length), 0);
  }
  ~Supervisor() { ::close(socket_); }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  [[nodiscard]] std::string address() const { return name_; }
  /// The next datagram; empty where there is none.
  [[nodiscard]] std::string next() const {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : "";
  }

 private:
  std::string name_ = "@belay-heartbeats-" + std::to_string(::getpid());
  int socket_;
};

TEST(Heartbeats, OfOneLoopAreItsPulse) {
  const Supervisor supervisor;
  pulse::Pulse pulse(supervisor.address());
  Heartbeats heartbeats(pulse, {"default"});
  heartbeats.ready(0, "3 positions");
  heartbeats.beat(0);
  EXPECT_EQ(supervisor.next(), "READY=1\nSTATUS=3 positions");
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
}

TEST(Heartbeats, OfSeveralAwaitTheLast) {
  const Supervisor supervisor;
  pulse::Pulse pulse(supervisor.address());
  Heartbeats heartbeats(pulse, {"large", "tiny"});
  heartbeats.ready(0, "3 positions");
  heartbeats.beat(0);
  heartbeats.beat(0);
  EXPECT_EQ(supervisor.next(), "") << "nobody has heard of tiny";
  heartbeats.ready(1, "not served");
  EXPECT_EQ(supervisor.next(), "READY=1\nSTATUS=large: 3 positions; tiny: not served");
  heartbeats.beat(1);
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
  heartbeats.beat(1);
  EXPECT_EQ(supervisor.next(), "") << "large stands still";
  heartbeats.beat(0);
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
}

}  // namespace
}  // namespace belay::app
