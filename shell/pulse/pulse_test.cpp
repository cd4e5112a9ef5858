// SPDX-License-Identifier: Apache-2.0
#include "shell/pulse/pulse.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

namespace belay::pulse {
namespace {

using namespace std::chrono_literals;

/// What systemd is to the service: a socket in a directory.
class Supervisor {
 public:
  Supervisor() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-pulse-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    std::strncpy(own.sun_path, address().c_str(), sizeof(own.sun_path) - 1);
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)), 0);
  }
  ~Supervisor() {
    ::close(socket_);
    std::filesystem::remove_all(directory_);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  [[nodiscard]] std::string address() const { return directory_ + "/notify"; }

  /// The next datagram; empty where there is none.
  [[nodiscard]] std::string next() const {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : "";
  }

 private:
  std::string directory_;
  int socket_ = -1;
};

TEST(Pulse, SpeaksAsSdNotifyDescribesIt) {
  const Supervisor supervisor;
  Pulse pulse(supervisor.address());
  pulse.ready("3 positions");
  pulse.beat();
  pulse.stopping();
  EXPECT_EQ(supervisor.next(), "READY=1\nSTATUS=3 positions");
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
  EXPECT_EQ(supervisor.next(), "STOPPING=1\nSTATUS=stopping");
  EXPECT_EQ(supervisor.next(), "");
}

TEST(Pulse, AStatusIsOneLine) {
  const Supervisor supervisor;
  Pulse(supervisor.address()).ready("a\nWATCHDOG=1");
  EXPECT_EQ(supervisor.next(), "READY=1\nSTATUS=a WATCHDOG=1");
}

TEST(Pulse, WhereNobodyListensNothingHappens) {
  for (const std::string& address : {std::string(), std::string("@"), std::string("no/path"),
                                     std::string("/nowhere/notify"), std::string(200, '/')}) {
    EXPECT_NO_THROW({
      Pulse pulse(address);
      pulse.ready("");
      pulse.beat();
    }) << address;
  }
}

TEST(Pulse, AListenerWhoDoesNotReadIsNotWaitedFor) {
  const Supervisor supervisor;
  Pulse pulse(supervisor.address());
  for (int i = 0; i < 5000; ++i) pulse.beat();
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
}

std::string abstract_address() { return "@belay-pulse-test-" + std::to_string(::getpid()); }

TEST(ListenForBeat, HearsALoopThatTurns) {
  std::jthread loop([](const std::stop_token& stop) {
    Pulse pulse(abstract_address());
    while (!stop.stop_requested()) {
      pulse.ready("no beat by itself");
      pulse.beat();
      std::this_thread::sleep_for(5ms);
    }
  });
  EXPECT_EQ(listen_for_beat(abstract_address(), 10s), Heard::beat);
}

TEST(ListenForBeat, HearsNothingFromALoopThatStands) {
  std::jthread loop([](const std::stop_token& stop) {
    Pulse pulse(abstract_address());
    while (!stop.stop_requested()) {
      pulse.ready("ready\nWATCHDOG=1");  // talk, and no beat
      std::this_thread::sleep_for(5ms);
    }
  });
  EXPECT_EQ(listen_for_beat(abstract_address(), 100ms), Heard::silence);
}

TEST(ListenForBeat, SaysWhereItCannotListen) {
  const Supervisor supervisor;
  EXPECT_EQ(listen_for_beat("", 10ms), Heard::not_listening);
  EXPECT_EQ(listen_for_beat(supervisor.address(), 10ms), Heard::not_listening);  // somebody else does
}

}  // namespace
}  // namespace belay::pulse
