// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/engine/state.hpp"
#include "shell/ports/store.hpp"
#include "sim/world/oracle.hpp"
#include "sim/world/pages.hpp"
#include "sim/world/violation.hpp"
#include "sim/world/weather.hpp"
#include "sim/world/witness.hpp"

namespace belay::world {

/// The promises of docs/failures.md, held against the exchange's own truth after every step. What is broken is named by
/// its number or word there.
class Invariants {
 public:
  Invariants(const Witness& witness, const Oracle& oracle, const Pages& pages, const Weather& weather,
             const sim::Exchange& exchange, const Timeline& timeline)
      : witness_(&witness),
        oracle_(&oracle),
        pages_(&pages),
        weather_(&weather),
        exchange_(&exchange),
        timeline_(&timeline) {}

  /// An order of the process's is at the exchange's door; it is not judged by it yet.
  void submit_arrives(const OrderRequest& request);
  /// An order of a process that may have died since. Where the store was away and has no record of it, nobody can know
  /// of it before it is there: it breaks no promise then.
  void arrives_late(const OrderRequest& request);
  void cancel_arrives(const OrderId& id);
  void filled(const TrueFill& fill);
  /// A batch was committed to the store.
  void committed(const Batch& batch);
  /// The process has taken something in, or a pass has ended.
  void engine_stepped(const engine::State& state);
  void process_died() { began_anew_ = timeline_->now(); }
  void pass_ended(const engine::State& state, bool broker_was_read);
  /// Faults have stopped long enough ago: everything has to have come right.
  void at_rest(const engine::State& state);

  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }

 private:
  void broken(std::string promise, std::string what);
  void check_exit(const OrderRequest& request, std::size_t lot);
  [[nodiscard]] Quantity truly_taken(std::string_view source) const;
  void check_orders(const Lot& lot);
  void check_closed(const Lot& lot);
  void check_intent(const engine::State& state);
  void check_deadlines(const engine::State& state);
  void check_guards(const engine::State& state);
  [[nodiscard]] bool is_guarded(const Lot& lot) const;
  [[nodiscard]] std::map<std::string, Quantity> tracked(const engine::State& state) const;
  [[nodiscard]] bool is_gone(std::size_t lot) const;
  [[nodiscard]] bool may_cover(const Instrument& instrument) const;
  [[nodiscard]] bool is_hindered(std::size_t lot, const engine::State& state) const;

  const Witness* witness_;
  const Oracle* oracle_;
  const Pages* pages_;
  const Weather* weather_;
  const sim::Exchange* exchange_;
  const Timeline* timeline_;
  std::vector<Violation> violations_;
  std::map<ClientOrderId, OrderRequest> payloads_;
  std::map<std::size_t, std::vector<Timestamp>> sends_;  // by lot
  std::map<LotUid, Timestamp> known_since_;
  std::set<ClientOrderId> recorded_;                  ///< exit orders that the store knows of
  std::set<ClientOrderId> nobodys_;                   ///< arrived late, and not recorded
  std::map<std::string, Timestamp> unwatched_since_;  // by symbol
  std::map<LotUid, LotStatus> stored_;
  struct Leaving {
    Timestamp since;
    Exit exit;  ///< as it was then
  };
  std::map<LotUid, Leaving> leaving_since_;
  std::map<LotUid, Timestamp> unguarded_since_;
  std::map<std::string, Timestamp> halted_at_;  // by symbol: the latest time that it was seen so
  Timestamp began_anew_;
};

}  // namespace belay::world
