// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "shell/json/write.hpp"
#include "shell/pulse/pulse.hpp"

namespace belay::app {

/// Asks neither store nor broker: the service lives through the outages of both, and a supervisor that ended it then
/// would take away what follows the exits.
int alive(const AliveOptions& options) {
  const std::string address = pulse::address_from_environment();
  if (address.empty()) {
    complain("NOTIFY_SOCKET is not set: give the service and this command the same, for instance @belay");
    return kUsage;
  }
  const auto heard = pulse::listen_for_beat(address, options.wait);
  if (heard == pulse::Heard::not_listening) {
    complain("cannot listen at " + address + ": somebody else does, or it is no address");
    return kUsage;
  }
  const bool is_alive = heard == pulse::Heard::beat;
  if (options.json) {
    print_json(json::Object{{"alive", is_alive}});
  } else {
    print(is_alive ? "alive" : "no sign of life");
  }
  return is_alive ? kAllWell : kAttention;
}

}  // namespace belay::app
