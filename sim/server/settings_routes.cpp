// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/server/call.hpp"

namespace belay::sim {
namespace {

json::Value wire_settings(const AccountSettings& settings) {
  return json::Object{{"disable_overnight_trading", settings.disable_overnight_trading},
                      {"fractional_trading", settings.fractional_trading},
                      {"max_margin_multiplier", std::to_string(settings.max_margin_multiplier)},
                      {"max_options_trading_level", settings.max_options_trading_level},
                      {"no_shorting", settings.no_shorting},
                      {"ptp_no_exception_entry", settings.ptp_no_exception_entry},
                      {"suspend_trade", settings.suspend_trade},
                      {"trade_confirm_email", settings.trade_confirm_email}};
}

ApiError invalid(std::string_view name) { return invalid_request("invalid value for " + std::string(name)); }

Answer<void> read_flags(const json::Value& body, AccountSettings& settings) {
  const std::pair<std::string_view, bool AccountSettings::*> flags[] = {
      {"disable_overnight_trading", &AccountSettings::disable_overnight_trading},
      {"fractional_trading", &AccountSettings::fractional_trading},
      {"no_shorting", &AccountSettings::no_shorting},
      {"ptp_no_exception_entry", &AccountSettings::ptp_no_exception_entry},
      {"suspend_trade", &AccountSettings::suspend_trade}};
  for (const auto& [name, member] : flags) {
    const json::Value* given = body.find(name);
    if (given == nullptr || given->is_null()) continue;
    if (!given->is_bool()) return std::unexpected(invalid(name));
    settings.*member = *given->as_bool();
  }
  return {};
}

Answer<void> read_limits(const json::Value& body, AccountSettings& settings) {
  if (const json::Value* given = body.find("max_margin_multiplier"); given != nullptr && !given->is_null()) {
    const std::string* text = given->decimal_text();
    if (text == nullptr || (*text != "1" && *text != "2" && *text != "4")) {
      return std::unexpected(invalid("max_margin_multiplier"));
    }
    settings.max_margin_multiplier = text->front() - '0';
  }
  if (const json::Value* given = body.find("max_options_trading_level"); given != nullptr && !given->is_null()) {
    const auto level = given->as_int64();
    if (!level || *level < 0 || *level > 3) return std::unexpected(invalid("max_options_trading_level"));
    settings.max_options_trading_level = static_cast<int>(*level);
  }
  if (const json::Value* given = body.find("trade_confirm_email"); given != nullptr && !given->is_null()) {
    const std::string* text = given->as_string();
    if (text == nullptr || (*text != "all" && *text != "none")) return std::unexpected(invalid("trade_confirm_email"));
    settings.trade_confirm_email = *text;
  }
  return {};
}

Reply read(Exchange& exchange, const Call& call) { return {200, wire_settings(exchange.settings(call.account))}; }

/// What is absent or unknown stays as it is: old clients send dtbp_check and pdt_check still (alpaca.md 2, PDT).
Reply change(Exchange& exchange, const Call& call) {
  AccountSettings settings = exchange.settings(call.account);
  if (const auto flags = read_flags(call.body, settings); !flags) return refuse(flags.error());
  if (const auto limits = read_limits(call.body, settings); !limits) return refuse(limits.error());
  exchange.set_settings(call.account, std::move(settings));
  return read(exchange, call);
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/account/configurations", read},
    Route{"PATCH", "/v2/account/configurations", change},
};

}  // namespace

std::span<const Route> settings_routes() { return kRoutes; }

}  // namespace belay::sim
