// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/trading/execution.hpp"
#include "core/trading/order.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/world/timeline.hpp"

namespace belay::world {

/// Whose an order is, as the exchange's own books and the scenario tell.
enum class Owner : std::uint8_t {
  exit,   ///< ours: leaves a lot
  guard,  ///< ours: rests for a lot
  entry,  ///< upstream's
  child,  ///< of an entry's bracket
  foreign
};

struct TrueOrder {
  sim::Order order;  ///< as it stands
  Owner owner = Owner::foreign;
  std::optional<std::size_t> lot;                      ///< which TrueLot it belongs to
  std::vector<std::pair<Timestamp, sim::Order>> past;  ///< as it stood after each change
  std::vector<Quantity> cumulative;                    ///< filled, after each fill
};

/// An entry of upstream's, or of somebody else's: what ought to become a lot.
struct TrueLot {
  Execution wanted;  ///< what upstream meant, levels included
  OrderId entry;
  Quantity entered;      ///< by fills, rescaled by splits
  Quantity left;         ///< by exits of ours, guards and children
  bool has_row = false;  ///< upstream has written it
  Timestamp row_at;
  bool foreign = false;  ///< nobody's plan: not upstream's
  bool was_split = false;
  Timestamp entered_at;  ///< the latest fill
  std::vector<LotUid> uids;
};

struct TrueFill {
  OrderId order;
  std::string symbol;
  Side side = Side::buy;
  Quantity quantity;
  Price price;
  Timestamp at;
  Quantity position;  ///< after it; signed
};

/// Keeps what really happened at the exchange, from its own events. The engine never sees any of it.
class Witness {
 public:
  Witness(sim::Exchange& exchange, const Timeline& timeline, std::string account)
      : exchange_(&exchange), timeline_(&timeline), account_(std::move(account)) {}

  /// Takes in what has happened at the exchange; gives the new fills.
  std::vector<TrueFill> absorb(const std::vector<sim::OrderEvent>& events);

  /// An entry that was sent, before absorb() has seen it.
  std::size_t add_lot(TrueLot lot);
  /// An entry of an earlier day, which no event told.
  std::size_t seeded(TrueLot lot, const sim::Order& entry);
  /// Upstream has written its row.
  void row_written(std::size_t lot, const Execution& row);
  void rescale(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);

  [[nodiscard]] const std::map<OrderId, TrueOrder>& orders() const { return orders_; }
  [[nodiscard]] const TrueOrder* by_client_id(const ClientOrderId& id) const;
  [[nodiscard]] const std::vector<TrueLot>& lots() const { return lots_; }
  [[nodiscard]] std::optional<std::size_t> lot_of(const LotUid& uid) const;
  /// Whether it names a lot that was adopted for a holding whose fills were out of reach.
  [[nodiscard]] bool is_named_after_holding(const LotUid& uid, const std::string& symbol) const;
  [[nodiscard]] const std::vector<TrueFill>& fills() const { return fills_; }
  [[nodiscard]] Quantity held(std::string_view symbol) const;
  /// As it was at that moment.
  [[nodiscard]] std::map<std::string, Quantity> held_at(Timestamp at) const;
  [[nodiscard]] const std::string& account() const { return account_; }

 private:
  void sort_out(TrueOrder& order);
  void know_uids(std::size_t lot, const std::string& execution_id);
  void know_holding(std::size_t lot, bool opened_it);
  void count_fill(const sim::OrderEvent& event, TrueOrder& order);

  sim::Exchange* exchange_;
  const Timeline* timeline_;
  std::string account_;
  std::map<OrderId, TrueOrder> orders_;
  std::map<ClientOrderId, OrderId> by_client_id_;
  std::vector<TrueLot> lots_;
  std::map<LotUid, std::size_t> uids_;
  std::map<OrderId, std::size_t> entries_;
  std::map<OrderId, std::size_t> children_;
  std::vector<TrueFill> fills_;
  std::map<std::string, std::vector<std::pair<Timestamp, Quantity>>, std::less<>> positions_;
};

/// The lot's uid in a client id of ours, whether of an exit or of a guard.
struct OurId {
  LotUid lot;
  bool is_guard = false;
};
std::optional<OurId> parse_our_id(const ClientOrderId& id);

}  // namespace belay::world
