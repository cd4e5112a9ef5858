// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "sim/server/body_reader.hpp"
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

void read_flags(BodyReader& body, AccountSettings& settings) {
  const std::pair<std::string_view, bool AccountSettings::*> flags[] = {
      {"disable_overnight_trading", &AccountSettings::disable_overnight_trading},
      {"fractional_trading", &AccountSettings::fractional_trading},
      {"no_shorting", &AccountSettings::no_shorting},
      {"ptp_no_exception_entry", &AccountSettings::ptp_no_exception_entry},
      {"suspend_trade", &AccountSettings::suspend_trade}};
  for (const auto& [name, member] : flags) settings.*member = body.flag(name, settings.*member);
}

void read_limits(BodyReader& body, AccountSettings& settings) {
  // A text in the documents; some clients write a number.
  if (const auto multiplier = body.decimal<Ratio>("max_margin_multiplier")) {
    const bool is_known =
        *multiplier == Ratio::whole(1) || *multiplier == Ratio::whole(2) || *multiplier == Ratio::whole(4);
    if (!is_known) body.refuse("max_margin_multiplier", "must be one of 1, 2, 4");
    settings.max_margin_multiplier = static_cast<int>(multiplier->nanos() / fixed::kScale);
  }
  const auto level = body.count("max_options_trading_level", 0, 3);
  settings.max_options_trading_level = static_cast<int>(level.value_or(settings.max_options_trading_level));
  const std::string email = body.text("trade_confirm_email", settings.trade_confirm_email);
  if (email != "all" && email != "none") body.refuse("trade_confirm_email", "must be one of all, none");
  settings.trade_confirm_email = email;
}

Reply read(Exchange& exchange, const Call& call) { return {200, wire_settings(exchange.settings(call.account))}; }

/// What is absent or unknown stays as it is: old clients send dtbp_check and pdt_check still (alpaca.md 2, PDT).
Reply change(Exchange& exchange, const Call& call) {
  AccountSettings settings = exchange.settings(call.account);
  BodyReader body(call.body);
  read_flags(body, settings);
  read_limits(body, settings);
  if (body.error()) return refuse(invalid_request(*body.error()));
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
