// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control_request.hpp"

#include <algorithm>
#include <utility>

namespace belay::sim {

Reply cannot(std::string message) { return {422, json::Object{{"message", std::move(message)}}}; }

Reply done(const Control& control) { return {200, json::Object{{"now", to_text(control.world.exchange.now())}}}; }

std::string account_in(BodyReader& body, const World& world) {
  const auto numbers = world.exchange.accounts();
  std::string wanted = body.text("account");
  if (wanted.empty() && !numbers.empty()) return numbers.front();
  if (std::ranges::find(numbers, wanted) != numbers.end()) return wanted;
  body.refuse("account", "'" + wanted + "' is not there");
  return {};
}

std::string symbol_in(BodyReader& body, std::string_view name) {
  std::string symbol = body.text(name);
  if (symbol.empty()) body.refuse(name, "is missing");
  return symbol;
}

std::optional<TradingStatus> status_in(BodyReader& body) {
  TradingStatus status{body.text("status"), body.text("status_message"), body.text("reason"),
                       body.text("reason_message")};
  if (!status.code.empty()) return status;
  const bool is_explained = !status.message.empty() || !status.reason_code.empty() || !status.reason_message.empty();
  if (is_explained) body.refuse("status", "is missing beside status_message, reason or reason_message");
  return std::nullopt;
}

void make_known(Exchange& exchange, const std::string& symbol) {
  if (exchange.asset(symbol) == nullptr) exchange.add_asset(usual_asset(symbol));
}

}  // namespace belay::sim
