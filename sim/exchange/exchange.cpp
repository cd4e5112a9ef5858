// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/exchange.hpp"

#include <algorithm>
#include <utility>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

std::string_view to_text(OrderEventType type) {
  switch (type) {
    case OrderEventType::accepted:
      return "accepted";
    case OrderEventType::pending_new:
      return "pending_new";
    case OrderEventType::fresh:
      return "new";
    case OrderEventType::held:
      return "held";
    case OrderEventType::fill:
      return "fill";
    case OrderEventType::partial_fill:
      return "partial_fill";
    case OrderEventType::canceled:
      return "canceled";
    case OrderEventType::expired:
      return "expired";
    case OrderEventType::replaced:
      return "replaced";
    case OrderEventType::pending_cancel:
      return "pending_cancel";
    case OrderEventType::pending_replace:
      return "pending_replace";
    case OrderEventType::order_cancel_rejected:
      return "order_cancel_rejected";
    case OrderEventType::order_replace_rejected:
      return "order_replace_rejected";
    case OrderEventType::suspended:
      return "suspended";
    case OrderEventType::done_for_day:
      return "done_for_day";
    case OrderEventType::trade_bust:
      return "trade_bust";
    case OrderEventType::trade_correct:
      return "trade_correct";
    case OrderEventType::rejected:
      break;
  }
  return "rejected";
}

ExchangeCore::ExchangeCore(ExchangeConfig config)
    : now_(config.start),
      calendar_(std::move(config.calendar)),
      faults_(config.faults),
      ids_(config.seed),
      dice_(config.seed),
      market_(ids_) {
  next_boundary_ = boundary_after(now_);
  for (AccountConfig& account : config.accounts) add_account(std::move(account));
}

Exchange::Exchange(ExchangeConfig config) : core_(std::make_unique<ExchangeCore>(std::move(config))) {}
Exchange::Exchange(Exchange&&) noexcept = default;
Exchange& Exchange::operator=(Exchange&&) noexcept = default;
Exchange::~Exchange() = default;

Timestamp Exchange::now() const { return core_->now(); }
void Exchange::advance_to(Timestamp at) { core_->advance_to(at); }
const calendar::UsEquities& Exchange::calendar() const { return core_->calendar(); }

void Exchange::on_trade(std::string_view symbol, Price price, Quantity size, Timestamp at) {
  core_->on_trade(symbol, price, size, at);
}
void Exchange::on_quote(std::string_view symbol, const Quote& quote) { core_->on_quote(symbol, quote); }
void Exchange::halt(std::string_view symbol) { core_->set_halted(symbol, true); }
void Exchange::resume(std::string_view symbol) { core_->set_halted(symbol, false); }
bool Exchange::is_halted(std::string_view symbol) const {
  const Listing* listing = core_->market().find(symbol);
  return listing != nullptr && listing->halted;
}
void Exchange::split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares) {
  core_->split(symbol, new_shares, old_shares);
}

void Exchange::rename(std::string_view symbol, std::string_view new_symbol) { core_->rename(symbol, new_symbol); }

void Exchange::adjust_contracts(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares) {
  core_->adjust_contracts(symbol, new_shares, old_shares);
}
void Exchange::spin_off(std::string_view symbol, std::string_view new_symbol, std::int64_t new_shares,
                        std::int64_t old_shares) {
  core_->spin_off(symbol, new_symbol, new_shares, old_shares);
}
void Exchange::pay_dividend(std::string_view symbol, Money per_share) { core_->pay_dividend(symbol, per_share); }
void Exchange::merge(std::string_view symbol, Money cash_per_share, std::string_view new_symbol,
                     std::int64_t new_shares, std::int64_t old_shares) {
  core_->merge(symbol, cash_per_share, new_symbol, new_shares, old_shares);
}
void Exchange::delist(std::string_view symbol, bool worthless) { core_->delist(symbol, worthless); }

void Exchange::announce(Announcement announcement) { core_->announce(std::move(announcement)); }
const std::vector<Announcement>& Exchange::announcements() const { return core_->announcements(); }

std::vector<CorporateAction> Exchange::corporate_actions() const {
  std::vector<CorporateAction> actions;
  for (const Announcement& announcement : announcements()) {
    if (auto action = action_of(announcement)) actions.push_back(std::move(*action));
  }
  return actions;
}
const std::vector<ExecutedAction>& Exchange::executed_actions() const { return core_->executed_actions(); }
std::optional<Trade> Exchange::last_trade(std::string_view symbol) const {
  const Listing* listing = core_->market().find(symbol);
  return listing == nullptr ? std::nullopt : listing->trade;
}
std::optional<Quote> Exchange::last_quote(std::string_view symbol) const {
  const Listing* listing = core_->market().find(symbol);
  return listing == nullptr ? std::nullopt : listing->quote;
}
std::optional<Price> Exchange::previous_close(std::string_view symbol) const {
  const Listing* listing = core_->market().find(symbol);
  return listing == nullptr ? std::nullopt : listing->previous_close;
}

void Exchange::add_asset(Asset asset) { core_->market().add(std::move(asset)); }
const Asset* Exchange::asset(std::string_view symbol_or_id) const {
  const Listing* listing = std::as_const(*core_).market().find_by_symbol_or_id(symbol_or_id);
  return listing == nullptr ? nullptr : &listing->asset;
}
std::vector<Asset> Exchange::assets() const {
  std::vector<Asset> all;
  for (const auto& [symbol, listing] : std::as_const(*core_).market().all()) all.push_back(listing.asset);
  return all;
}

void Exchange::add_account(AccountConfig account) { core_->add_account(std::move(account)); }
std::optional<std::string> Exchange::authenticate(std::string_view key_id, std::string_view secret) const {
  for (const auto& [number, ledger] : core_->ledgers()) {
    if (ledger.config().key_id == key_id && ledger.config().secret == secret) return number;
  }
  return std::nullopt;
}
bool Exchange::has_key(std::string_view key_id) const {
  return std::ranges::any_of(core_->ledgers(), [&](const auto& one) { return one.second.config().key_id == key_id; });
}
std::vector<std::string> Exchange::accounts() const {
  std::vector<std::string> numbers;
  for (const auto& [number, ledger] : core_->ledgers()) numbers.push_back(number);
  return numbers;
}
AccountView Exchange::account(std::string_view account) const { return core_->view(core_->ledger(account)); }
Money Exchange::equity(std::string_view account) const { return core_->equity(core_->ledger(account)); }
const AccountSettings& Exchange::settings(std::string_view account) const {
  return std::as_const(*core_).ledger(account).settings();
}
void Exchange::set_settings(std::string_view account, AccountSettings settings) {
  core_->ledger(account).set(std::move(settings));
}
std::vector<Position> Exchange::positions(std::string_view account) const {
  const Ledger& ledger = core_->ledger(account);
  std::vector<Position> all;
  for (const auto& [symbol, holding] : ledger.holdings()) all.push_back(core_->view(ledger, symbol));
  return all;
}
Answer<Position> Exchange::position(std::string_view account, std::string_view symbol_or_id) const {
  const Ledger& ledger = core_->ledger(account);
  const Asset* found = asset(symbol_or_id);
  if (found == nullptr) return std::unexpected(not_found("symbol not found: " + std::string(symbol_or_id)));
  if (ledger.quantity(found->symbol()).is_zero()) return std::unexpected(not_found("position does not exist"));
  return core_->view(ledger, found->symbol());
}
std::vector<Position> Exchange::shown_positions(std::string_view account) const {
  return core_->shown_positions(core_->ledger(account));
}
Answer<Position> Exchange::shown_position(std::string_view account, std::string_view symbol_or_id) const {
  const Asset* found = asset(symbol_or_id);
  if (found == nullptr) return std::unexpected(not_found("symbol not found: " + std::string(symbol_or_id)));
  for (Position& position : shown_positions(account)) {
    if (position.symbol == found->symbol()) return std::move(position);
  }
  return std::unexpected(not_found("position does not exist"));
}
std::span<const Activity> Exchange::activities(std::string_view account) const {
  const std::vector<Activity>& all = core_->ledger(account).activities();
  auto known = all.size();
  while (known > 0 && all[known - 1].at > core_->now()) --known;
  return {all.data(), known};
}
Order Exchange::seed_position(std::string_view account, std::string_view symbol, Quantity quantity, Price average,
                              Timestamp entry_time) {
  return core_->seed_position(core_->ledger(account), symbol, quantity, average, entry_time);
}
void Exchange::deposit(std::string_view account, Money amount) { core_->deposit(core_->ledger(account), amount); }

void Exchange::set_options_level(std::string_view account, int level) {
  core_->ledger(account).set_options_level(level);
}

Answer<void> Exchange::exercise(std::string_view account, std::string_view symbol_or_id) {
  return core_->exercise(core_->ledger(account), symbol_or_id);
}
Answer<void> Exchange::do_not_exercise(std::string_view account, std::string_view symbol_or_id) {
  return core_->do_not_exercise(core_->ledger(account), symbol_or_id);
}
Quantity Exchange::assign(std::string_view account, std::string_view symbol, std::optional<Quantity> contracts) {
  return core_->assign(core_->ledger(account), symbol, contracts);
}

Answer<Order> Exchange::submit(std::string_view account, const SubmitRequest& request) {
  return core_->submit(core_->ledger(account), request);
}
Answer<Order> Exchange::replace(std::string_view account, const OrderId& id, const ReplaceRequest& request) {
  return core_->replace(core_->ledger(account), id, request);
}
Answer<void> Exchange::cancel(std::string_view account, const OrderId& id) {
  return core_->cancel(core_->ledger(account), id);
}
std::vector<Exchange::CancelOutcome> Exchange::cancel_all(std::string_view account) {
  return core_->cancel_all(core_->ledger(account));
}
Answer<Order> Exchange::close_position(std::string_view account, std::string_view symbol_or_id, ClosePart part) {
  return core_->close_position(core_->ledger(account), symbol_or_id, part);
}
std::vector<Exchange::CloseOutcome> Exchange::close_all_positions(std::string_view account, bool cancel_orders) {
  return core_->close_all(core_->ledger(account), cancel_orders);
}
Answer<Order> Exchange::order(std::string_view account, const OrderId& id) const {
  const OrderRecord* record = core_->store().find(core_->ledger(account).config().number, id);
  if (record == nullptr) return std::unexpected(not_found("order not found for " + id.text()));
  return core_->store().snapshot(*record);
}
Answer<Order> Exchange::order_by_client_id(std::string_view account, std::string_view client_id) const {
  const OrderRecord* record = core_->store().find_by_client_id(core_->ledger(account).config().number, client_id);
  if (record == nullptr) return std::unexpected(not_found("order not found for " + std::string(client_id)));
  return core_->store().snapshot(*record);
}
std::vector<Order> Exchange::orders(std::string_view account, const OrderQuery& query) const {
  return core_->orders(core_->ledger(account), query);
}
std::vector<OrderEvent> Exchange::take_events() { return core_->take_events(); }

const Faults& Exchange::faults() const { return std::as_const(*core_).faults(); }
void Exchange::set_faults(const Faults& faults) { core_->faults() = faults; }
const std::vector<Trouble>& Exchange::troubles() const { return std::as_const(*core_).troubles().waiting(); }
void Exchange::add_trouble(Trouble trouble) { core_->troubles().add(std::move(trouble)); }
void Exchange::clear_troubles() { core_->troubles().clear(); }
void Exchange::release_troubles() { core_->release_troubles(); }
void Exchange::reserve(std::string_view account, std::string_view symbol, Quantity quantity) {
  core_->reserve(core_->ledger(account), std::string(symbol), quantity);
}
Answer<Order> Exchange::correct(std::string_view account, const Correction& correction) {
  return core_->correct(core_->ledger(account), correction);
}
std::vector<std::string> Exchange::broken_invariants() const { return core_->broken_invariants(); }

}  // namespace belay::sim
