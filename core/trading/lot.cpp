// SPDX-License-Identifier: Apache-2.0
#include "core/trading/lot.hpp"

#include <charconv>

#include "core/base/check.hpp"
#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<Direction, 2> kDirections{{"long", "short"}};
constexpr Words<Strategy, 2> kStrategies{{"day_trade", "swing_trade"}};
constexpr Words<LotStatus, 3> kStatuses{{"open", "closing", "closed"}};
constexpr Words<PriceDomain, 2> kDomains{{"instrument", "underlying"}};
constexpr Words<Management, 2> kManagements{{"managed", "watch"}};
constexpr Words<ExitReason, 16> kReasons{{"manual_close", "account_loss_limit", "stop_loss", "take_profit",
                                          "trailing_stop", "missing_brackets", "scale_out", "day_trade_close",
                                          "expiration_risk", "max_hold_time", "external_close", "expired", "exercised",
                                          "assigned", "broker_liquidation", "corporate_action"}};
constexpr Words<Protection, 5> kProtections{{"none", "by_choice", "local_rule", "resting_order", "leaving"}};

constexpr Words<Pause::Rules, 2> kPausedRules{{"price", "all"}};

constexpr std::string_view kIdPrefix = "blx-";
constexpr std::string_view kExitMark = "-x";
constexpr std::string_view kGuardMark = "-g";

/// 64-bit FNV-1a.
constexpr std::uint64_t fnv1a(std::uint64_t hash, std::string_view bytes) {
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  return hash;
}

/// The finish of MurmurHash3: FNV leaves the differences of last bytes in the low bits, this spreads them. One to one.
constexpr std::uint64_t spread(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53;
  hash ^= hash >> 33;
  return hash;
}

std::string hexadecimal(std::uint64_t number) {
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number >>= 4) {
    *digit = "0123456789abcdef"[number & 15];
  }
  return text;
}

ClientOrderId own_client_id(const LotUid& uid, std::string_view mark, int attempt) {
  BELAY_CHECK(!uid.empty() && attempt >= 1);
  return ClientOrderId(std::string(kIdPrefix) + uid.text() + std::string(mark) + std::to_string(attempt));
}

std::optional<OwnIdParts> parse_own_id(const ClientOrderId& id, std::string_view mark) {
  std::string_view text = id.text();
  if (!text.starts_with(kIdPrefix)) return std::nullopt;
  text.remove_prefix(kIdPrefix.size());
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos || at == 0) return std::nullopt;

  OwnIdParts parts;
  parts.uid = LotUid(text.substr(0, at));
  const std::string_view digits = text.substr(at + mark.size());
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parts.attempt);
  if (read.ec != std::errc() || parts.attempt < 1) return std::nullopt;
  // Only the text that we would write ourselves: no sign, no leading zero, nothing behind it.
  if (std::to_string(parts.attempt) != digits) return std::nullopt;
  return parts;
}

}  // namespace

std::string_view to_text(Direction direction) { return kDirections.text_of(direction); }
std::string_view to_text(Strategy strategy) { return kStrategies.text_of(strategy); }
std::string_view to_text(LotStatus status) { return kStatuses.text_of(status); }
std::string_view to_text(PriceDomain domain) { return kDomains.text_of(domain); }
std::string_view to_text(Management management) { return kManagements.text_of(management); }
std::string_view to_text(ExitReason reason) { return kReasons.text_of(reason); }
std::string_view to_text(Pause::Rules rules) { return kPausedRules.text_of(rules); }
std::string_view to_text(Protection protection) { return kProtections.text_of(protection); }

std::optional<Direction> parse_direction(std::string_view text) { return kDirections.value_of(text); }
std::optional<Strategy> parse_strategy(std::string_view text) { return kStrategies.value_of(text); }
std::optional<LotStatus> parse_lot_status(std::string_view text) { return kStatuses.value_of(text); }
std::optional<PriceDomain> parse_price_domain(std::string_view text) { return kDomains.value_of(text); }
std::optional<Management> parse_management(std::string_view text) { return kManagements.value_of(text); }
std::optional<ExitReason> parse_exit_reason(std::string_view text) { return kReasons.value_of(text); }
std::optional<Pause::Rules> parse_paused_rules(std::string_view text) { return kPausedRules.value_of(text); }
std::optional<Protection> parse_protection(std::string_view text) { return kProtections.value_of(text); }

Quantity left_so_far(const Lot& lot) {
  Quantity sum;
  for (const ExitOrder& order : lot.exit_orders) sum += order.filled;
  for (const LeftElsewise& part : lot.left_elsewise) sum += part.quantity;
  return sum;
}

std::set<OrderId> orders_of(const Lot& lot) {
  std::set<OrderId> ids;
  for (const auto& id : {lot.entry_order_id, lot.stop_order_id, lot.target_order_id}) {
    if (id) ids.insert(*id);
  }
  for (const ExitOrder& order : lot.exit_orders) ids.insert(order.id);
  for (const GuardOrder& order : lot.guards.orders) ids.insert({order.id, order.leg_id});
  for (const LeftElsewise& part : lot.left_elsewise) ids.insert(part.order);
  ids.erase(OrderId{});
  return ids;
}

ClientOrderId exit_client_id(const LotUid& uid, int attempt) { return own_client_id(uid, kExitMark, attempt); }
ClientOrderId guard_client_id(const LotUid& uid, int attempt) { return own_client_id(uid, kGuardMark, attempt); }
std::optional<OwnIdParts> parse_exit_client_id(const ClientOrderId& id) { return parse_own_id(id, kExitMark); }
std::optional<OwnIdParts> parse_guard_client_id(const ClientOrderId& id) { return parse_own_id(id, kGuardMark); }

LotUid lot_uid(std::string_view account_number, std::string_view opening_fact) {
  // FNV-1a over the account number, a zero byte (which no database text can hold, so that "A1"+"2" is not "A"+"12")
  // and the fact, then spread. Changing this would lose every lot's identity: the tests pin it.
  constexpr std::uint64_t kStart = 0xcbf29ce484222325;
  constexpr std::string_view kSeparator("\0", 1);
  const std::uint64_t hash = fnv1a(fnv1a(fnv1a(kStart, account_number), kSeparator), opening_fact);
  return LotUid(hexadecimal(spread(hash)));
}

}  // namespace belay
