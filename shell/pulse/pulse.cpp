// SPDX-License-Identifier: Apache-2.0
#include "shell/pulse/pulse.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace belay::pulse {
namespace {

constexpr std::string_view kBeat = "WATCHDOG=1";

struct Address {
  sockaddr_un name{};
  socklen_t length = 0;

  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&name);  // the sockets' own idea of inheritance
  }
};

std::optional<Address> parse_address(std::string_view text) {
  Address address;
  address.name.sun_family = AF_UNIX;
  const bool is_abstract = text.starts_with('@');
  if (text.size() < 2 || (!is_abstract && !text.starts_with('/'))) return std::nullopt;
  if (text.size() >= sizeof(address.name.sun_path)) return std::nullopt;
  std::memcpy(address.name.sun_path, text.data(), text.size());
  if (is_abstract) address.name.sun_path[0] = '\0';
  // An abstract name is as long as it is said to be; a path ends with its zero.
  address.length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + (is_abstract ? std::size_t{0} : 1));
  return address;
}

/// One line of the datagram, on its own among the others.
bool has_line(std::string_view message, std::string_view line) {
  const std::size_t at = message.find(line);
  if (at == std::string_view::npos) return false;
  const std::size_t end = at + line.size();
  return (at == 0 || message[at - 1] == '\n') && (end == message.size() || message[end] == '\n');
}

bool hears_beat(int socket, std::chrono::steady_clock::time_point end) {
  using std::chrono::milliseconds;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd readable{.fd = socket, .events = POLLIN, .revents = 0};
    if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) < 0) return false;
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0 && has_line({buffer.data(), static_cast<std::size_t>(got)}, kBeat)) return true;
  }
}

}  // namespace

Pulse::Pulse(std::string address) : address_(std::move(address)) {
  if (parse_address(address_)) socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

Pulse::~Pulse() {
  if (socket_ >= 0) ::close(socket_);
}

void Pulse::ready(std::string_view status) {
  std::string line(status);
  std::ranges::replace(line, '\n', ' ');
  send("READY=1\nSTATUS=" + line);
}

void Pulse::beat() { send(std::string(kBeat)); }

void Pulse::stopping() { send("STOPPING=1\nSTATUS=stopping"); }

void Pulse::send(const std::string& message) const {
  if (socket_ < 0) return;
  const auto address = parse_address(address_);
  static_cast<void>(::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL, address->get(), address->length));
}

std::string address_from_environment() {
  const char* const set = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe)
  return set == nullptr ? "" : set;
}

Heard listen_for_beat(const std::string& address, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  const auto name = parse_address(address);
  if (!name) return Heard::not_listening;
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return Heard::not_listening;
  Heard heard = Heard::not_listening;
  if (::bind(socket, name->get(), name->length) == 0) {
    heard = hears_beat(socket, end) ? Heard::beat : Heard::silence;
  }
  ::close(socket);
  return heard;
}

}  // namespace belay::pulse
