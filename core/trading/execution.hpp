// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/trading/lot.hpp"

namespace belay {

/// A row of the view belay_executions: an entry that upstream says it made. Only the broker's holdings make it a lot.
struct Execution {
  std::string key;           ///< execution_key: an integer or a UUID, as text
  std::string account_name;  ///< as upstream names it; empty where upstream has none
  Instrument instrument;
  Direction direction = Direction::long_;
  Quantity quantity;
  Price entry_price;
  Timestamp entry_time;
  std::optional<OrderId> broker_order_id;
  std::optional<Price> stop_loss;
  std::optional<Price> take_profit;
  PriceDomain price_domain = PriceDomain::instrument;
  std::optional<std::int64_t> max_hold_minutes;
  Terms terms;
  std::optional<Price> entry_underlying_price;  ///< of an option's underlying, where upstream kept it
  Strategy strategy = Strategy::swing_trade;
  std::string strategy_said;      ///< upstream's word where it was none of ours ("", "conservative"), else equal
  bool bracket_expected = false;  ///< upstream said that a bracket was accepted, or named its orders
  bool is_trade = true;           ///< false: upstream itself calls it simulated

  bool operator==(const Execution&) const = default;
};

/// A row that could not be understood: reported once, never guessed at.
struct QuarantinedExecution {
  std::string key;
  std::string account_name;
  std::string why;

  bool operator==(const QuarantinedExecution&) const = default;
};

/// How a person wants a lot managed; what is absent stays as it is.
struct ManagementTerms {
  std::optional<Management> management = std::nullopt;
  std::optional<Price> stop_loss = std::nullopt;
  std::optional<Price> take_profit = std::nullopt;
  bool unfreeze = false;

  bool operator==(const ManagementTerms&) const = default;
};

/// A person's word about a lot or the account, queued in the store while a service holds the lock.
struct OperatorCommand {
  enum class Kind : std::uint8_t {
    close,              ///< leave the lot
    adopt,              ///< change how the lot is managed
    resume_loss_limit,  ///< the account's loss limit was reached and looked at: go on
    pause,              ///< suspend the lot's automatic exits until a moment
    resume,             ///< end that before its time
    reload,             ///< take the configuration as it is now, also where positions leave by it at once
    preview_reload,     ///< tell what would leave by it
    write_off,          ///< the broker does not have the lot, and nothing explains it: it is given up
    note,               ///< something was done beside the book, at the broker itself: to be recorded
  };
  std::int64_t id = 0;
  LotUid lot;
  std::optional<Quantity> quantity;  ///< of `close`; absent: all of it
  std::string who;
  std::string why;
  Kind kind = Kind::close;
  ManagementTerms terms = {};  ///< of `adopt`
  Pause pause = {};            ///< of `pause`: which rules, until when
  std::string what = {};       ///< of `note`: what was done

  bool operator==(const OperatorCommand&) const = default;
};

std::string_view to_text(OperatorCommand::Kind kind);  ///< "close", "adopt", "resume_loss_limit", …
std::optional<OperatorCommand::Kind> parse_command_kind(std::string_view text);

}  // namespace belay
