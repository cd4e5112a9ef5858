// SPDX-License-Identifier: Apache-2.0
#include "sim/server/run_sim.hpp"

#include <chrono>
#include <memory>
#include <ostream>
#include <thread>
#include <utility>

#include "shell/json/write.hpp"
#include "sim/market/price_source.hpp"
#include "sim/server/replay_files.hpp"

namespace belay::sim {
namespace {

constexpr std::chrono::milliseconds kTick(50);

Timestamp real_time() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

}  // namespace

Result<void> run_sim(SimOptions options, std::ostream& out, const std::atomic<bool>& stop) {
  auto replay = load_replay_files(options.replay_files, options.exchange.calendar);
  if (!replay) return std::unexpected(replay.error());
  const PricePoint* first = (*replay)->peek();
  options.exchange.start = options.start ? *options.start : first != nullptr ? first->at : real_time();

  std::vector<std::unique_ptr<PriceSource>> sources;
  sources.push_back(std::move(*replay));
  if (options.synthetic) {
    options.synthetic->start = options.exchange.start;
    sources.push_back(synthetic_market(*options.synthetic));
  }
  auto server = Server::start(options.server, Exchange(options.exchange), merge(std::move(sources)));
  if (!server) return std::unexpected(server.error());
  out << json::write(json::Object{{"url", server->url()}, {"now", to_text(server->now())}}) << std::endl;
  while (!stop.load()) {
    std::this_thread::sleep_for(kTick);
    server->tick();
  }
  server->stop();
  return {};
}

}  // namespace belay::sim
