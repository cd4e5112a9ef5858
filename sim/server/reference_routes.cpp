// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/option_filter.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

constexpr std::int64_t kLargestPage = 10'000;

Date today(const Exchange& exchange) { return calendar::to_new_york(exchange.now()).date; }

Reply read_clock(Exchange& exchange, const Call&) { return {200, wire_clock(exchange.now(), exchange.calendar())}; }

Reply read_calendar(Exchange& exchange, const Call& call) {
  const auto start = call.query.date("start");
  const auto end = call.query.date("end");
  if (!start || !end) return {400, wire_error((start ? end : start).error())};
  const std::string date_type = call.query.text("date_type");
  if (!date_type.empty() && date_type != "TRADING" && date_type != "SETTLEMENT") {
    return {400, wire_error(invalid_request("invalid date_type '" + date_type + "': use TRADING or SETTLEMENT"))};
  }
  const bool by_settlement = date_type == "SETTLEMENT";
  const Date first = start->value_or(today(exchange));
  const Date last = end->value_or(first + std::chrono::years(1));
  if (!first.ok() || std::chrono::sys_days(last) - std::chrono::sys_days(first) > std::chrono::days(20'000)) {
    return {400, wire_error(invalid_request("start and end are too far apart"))};
  }
  const auto& calendar = exchange.calendar();
  json::Array days;
  // What settles on a day was traded on the one before.
  auto session = by_settlement ? calendar.session_before(first) : calendar.first_session_on_or_after(first);
  for (; session.date <= last; session = calendar.session_after(session.date)) {
    if (by_settlement && calendar.session_after(session.date).date > last) break;
    days.push_back(wire_calendar_day(session, calendar));
  }
  return {200, std::move(days)};
}

/// Which assets somebody asks for: of one class, us_equity unless another is named; with any of the attributes.
struct AssetFilter {
  std::string status;
  std::string wanted_class;
  std::string market;
  std::vector<std::string> attributes;

  [[nodiscard]] bool accepts(const Asset& asset) const {
    if (asset.instrument.is_option() || wanted_class != asset_class_text(asset.instrument.kind)) return false;
    if (!status.empty() && status != (asset.active ? "active" : "inactive")) return false;
    if (!market.empty() && market != asset.exchange) return false;
    if (attributes.empty()) return true;
    return std::ranges::any_of(attributes_of(asset), [&](const std::string& one) {
      return std::ranges::find(attributes, one) != attributes.end();
    });
  }
};

Reply list_assets(Exchange& exchange, const Call& call) {
  AssetFilter filter{.status = call.query.text("status"),
                     .wanted_class = call.query.text("asset_class"),
                     .market = call.query.text("exchange"),
                     .attributes = call.query.list("attributes")};
  if (filter.wanted_class.empty()) filter.wanted_class = "us_equity";
  std::vector<Asset> found = exchange.assets();
  std::erase_if(found, [&](const Asset& asset) { return !filter.accepts(asset); });
  std::ranges::stable_sort(found, {}, &Asset::exchange);
  json::Array listed;
  for (const Asset& asset : found) listed.push_back(wire_asset(asset));
  return {200, std::move(listed)};
}

Reply read_asset(Exchange& exchange, const Call& call) {
  const Asset* asset = exchange.asset(call.path_parts.at(0));
  if (asset == nullptr || asset->instrument.is_option()) {
    return refuse(not_found("asset not found for " + call.path_parts.at(0)));
  }
  return {200, wire_asset(*asset)};
}

json::Value wire_contract(Exchange& exchange, const Asset& contract, bool with_deliverables) {
  const std::string underlying = underlying_of(*contract.instrument.option);
  // A contract may be quoted before its underlying ever was.
  if (exchange.asset(underlying) == nullptr) exchange.add_asset(usual_asset(underlying));
  const Asset& stock = *exchange.asset(underlying);
  const Date day = today(exchange);
  json::Value wire = wire_option_contract(contract, stock, day, exchange.previous_close(contract.symbol()),
                                          exchange.calendar().session_before(day).date);
  if (with_deliverables) wire.set("deliverables", wire_deliverables(contract, stock));
  return wire;
}

/// Which contracts somebody asks for.
struct ContractFilter {
  std::vector<std::string> underlyings;  // empty: all
  OptionFilter terms;
  std::string style;
  std::string status;
  Date today{};
  std::optional<bool> in_pennies;  // ppind

  [[nodiscard]] bool accepts(const Asset& contract) const {
    const OptionTerms& own = *contract.instrument.option;
    if (!underlyings.empty() && std::ranges::find(underlyings, underlying_of(own)) == underlyings.end()) return false;
    if (!style.empty() && style != (is_cash_settled(own) ? "european" : "american")) return false;
    if ((status == "inactive") != (own.expiration < today || !contract.active)) return false;
    if (in_pennies && !*in_pennies) return false;  // the exchange's contracts all trade in pennies
    return terms.accepts(own);
  }
};

/// Without any expiration asked for, the list ends at the coming weekend (alpaca.md 2).
Date coming_weekend(Date from) {
  const std::chrono::sys_days day(from);
  return Date(day + (std::chrono::Sunday - std::chrono::weekday(day)));
}

/// Words that the documents list; others are refused.
std::optional<ApiError> refuse_words(const ContractFilter& filter) {
  const auto odd = [](const std::string& word, std::string_view one, std::string_view other) {
    return !word.empty() && word != one && word != other;
  };
  if (odd(filter.style, "american", "european")) return unprocessable("invalid style '" + filter.style + "'");
  if (odd(filter.status, "active", "inactive")) return unprocessable("invalid status '" + filter.status + "'");
  return std::nullopt;
}

Answer<ContractFilter> read_filter(const Query& query, Date today) {
  ContractFilter filter;
  filter.today = today;
  filter.underlyings = query.list("underlying_symbols");
  filter.style = query.text("style");
  filter.status = query.text("status");
  if (const auto refusal = refuse_words(filter)) return std::unexpected(*refusal);
  if (query.find("ppind") != nullptr) {
    const auto in_pennies = query.flag("ppind");
    if (!in_pennies) return std::unexpected(in_pennies.error());
    filter.in_pennies = *in_pennies;
  }
  const auto terms = read_option_filter(query);
  if (!terms) return std::unexpected(terms.error());
  filter.terms = *terms;
  const bool has_dates = terms->first || terms->last;
  if (!has_dates && filter.status != "inactive") filter.terms.last = coming_weekend(today);
  return filter;
}

Reply list_contracts(Exchange& exchange, const Call& call) {
  const auto filter = read_filter(call.query, today(exchange));
  if (!filter) return refuse(filter.error());
  const auto limit = call.query.count("limit", 100);
  if (!limit) return refuse(limit.error());
  const auto page_size = static_cast<std::size_t>(std::min(*limit, kLargestPage));
  const auto deliverables = call.query.flag("show_deliverables");
  if (!deliverables) return refuse(deliverables.error());
  const std::string after = call.query.text("page_token");
  json::Array page;
  json::Value next;
  std::string last_listed;
  for (const Asset& asset : exchange.assets()) {
    if (!asset.instrument.is_option() || asset.symbol() <= after || !filter->accepts(asset)) continue;
    if (page.size() == page_size) {
      next = last_listed;
      break;
    }
    page.push_back(wire_contract(exchange, asset, *deliverables));
    last_listed = asset.symbol();
  }
  return {200, json::Object{{"option_contracts", std::move(page)}, {"next_page_token", std::move(next)}}};
}

Reply read_contract(Exchange& exchange, const Call& call) {
  const Asset* asset = exchange.asset(call.path_parts.at(0));
  if (asset == nullptr || !asset->instrument.is_option()) {
    return refuse(not_found("option contract " + call.path_parts.at(0) + " not found"));
  }
  const Asset contract = *asset;
  return {200, wire_contract(exchange, contract, true)};
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/clock", read_clock},
    Route{"GET", "/v2/calendar", read_calendar},
    Route{"GET", "/v2/assets", list_assets},
    Route{"GET", "/v2/assets/{symbol_or_asset_id}", read_asset},
    Route{"GET", "/v2/options/contracts", list_contracts},
    Route{"GET", "/v2/options/contracts/{symbol_or_id}", read_contract},
};

}  // namespace

std::span<const Route> reference_routes() { return kRoutes; }

}  // namespace belay::sim
