// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace belay::pulse {

/// Tells whoever supervises the process how it fares: a datagram each to the socket that $NOTIFY_SOCKET names, as
/// sd_notify(3) describes it. Nobody there, or nobody who reads: nothing is said, and nothing is waited for.
class Pulse {
 public:
  /// A path, or '@' and a name without one (an abstract socket). Empty: nobody wants to know.
  explicit Pulse(std::string address);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void ready(std::string_view status);  ///< the first time that it is said, the start is over
  void beat();                          ///< from the loop whose turning it stands for, and from nowhere else
  void stopping();

 private:
  void send(const std::string& message) const;

  std::string address_;
  int socket_ = -1;
};

/// $NOTIFY_SOCKET; empty where it is not set.
std::string address_from_environment();

enum class Heard { beat, silence, not_listening };

/// The other end: listens at an address until a beat arrives or the time is up. For where no supervisor listens.
Heard listen_for_beat(const std::string& address, std::chrono::milliseconds patience);

}  // namespace belay::pulse
