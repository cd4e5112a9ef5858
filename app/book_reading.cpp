// SPDX-License-Identifier: Apache-2.0
#include "app/book_reading.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "app/console.hpp"

namespace belay::app {
namespace {

ExitCode tell(const StoreError& error) {
  complain("store: " + error.message);
  return exit_code(error);
}

}  // namespace

std::expected<std::vector<Lot>, ExitCode> read_lots(Store& store, const LotFilter& filter) {
  const auto version = store.schema_version();
  if (!version) return std::unexpected(tell(version.error()));
  if (*version == 0) return std::vector<Lot>{};
  auto lots = store.lots(filter);
  if (!lots) return std::unexpected(tell(lots.error()));
  return std::move(*lots);
}

std::expected<std::map<std::int64_t, Fields>, ExitCode> read_other_columns(Store& store, const LotFilter& filter) {
  const auto version = store.schema_version();
  if (!version) return std::unexpected(tell(version.error()));
  if (*version == 0) return std::map<std::int64_t, Fields>{};
  auto columns = store.other_columns(filter);
  if (!columns) return std::unexpected(tell(columns.error()));
  return std::move(*columns);
}

std::expected<std::vector<StoredEvent>, ExitCode> read_events(Store& store, const EventFilter& filter) {
  const auto version = store.schema_version();
  if (!version) return std::unexpected(tell(version.error()));
  if (*version == 0) return std::vector<StoredEvent>{};
  auto events = store.events(filter);
  if (!events) return std::unexpected(tell(events.error()));
  return std::move(*events);
}

std::expected<bool, ExitCode> is_waiting(Store& store, const std::string& account, std::int64_t command) {
  const auto waiting = store.waiting_commands(account);
  if (!waiting) {
    complain("store: " + waiting.error().message);
    return std::unexpected(exit_code(waiting.error()));
  }
  return std::ranges::find(*waiting, command, &OperatorCommand::id) != waiting->end();
}

LotFilter filter_for(const std::string& which) {
  LotFilter filter;
  const char* const last = which.data() + which.size();
  const auto [end, error] = std::from_chars(which.data(), last, filter.id);
  if (error == std::errc() && end == last && filter.id > 0) return filter;
  filter.id = 0;
  filter.symbol = which;
  for (char& c : filter.symbol) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return filter;
}

std::vector<Lot> of_account(std::vector<Lot> lots, const Config& account) {
  std::erase_if(lots, [&](const Lot& lot) { return !is_called(account.runtime, lot.account); });
  return lots;
}

std::expected<Lot, ExitCode> choose_one(Wired& wired, const std::string& which) {
  auto found = read_lots(*wired.store, filter_for(which));
  if (!found) return std::unexpected(found.error());
  const auto lots = of_account(std::move(*found), wired.config);
  if (lots.size() == 1) return lots.front();
  complain(lots.empty() ? "no open position " + which + ": see belay positions"
                        : which + " is held in " + std::to_string(lots.size()) + " positions: give an id");
  for (const Lot& lot : lots) complain("  position " + std::to_string(lot.id) + ": " + lot.quantity.text());
  return std::unexpected(kUsage);
}

std::expected<std::string, ExitCode> account_of(const std::string& which, const std::string& account) {
  if (!account.empty()) return account;
  const LoadedConfig loaded = load_config(process_environment());
  if (loaded.accounts.empty() || !are_served_with(loaded.problems)) return account;  // wire() says what is wrong
  const auto store = make_store(loaded.config);
  if (!store) return std::unexpected(tell(store.error()));
  const auto lots = read_lots(**store, filter_for(which));
  if (!lots) return std::unexpected(lots.error());
  std::vector<Config> owners;
  for (const AccountConfig& one : loaded.accounts) {
    const auto is_its = [&](const Lot& lot) { return is_called(one.config.runtime, lot.account); };
    if (std::ranges::any_of(*lots, is_its)) owners.push_back(one.config);
  }
  if (owners.size() == 1) return owners.front().runtime.account;
  complain(owners.empty()
               ? "no account has an open position " + which + ": see belay positions"
               : which + " is held in " + std::to_string(owners.size()) + " accounts: say " + choices(owners));
  return std::unexpected(kUsage);
}

namespace {

std::string find_operator_name() {
  const passwd* const user = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe)
  const std::string name = user != nullptr ? user->pw_name : "uid " + std::to_string(::getuid());
  std::array<char, 256> host{};
  const bool named = ::gethostname(host.data(), host.size() - 1) == 0;
  const std::string at = named && host[0] != '\0' ? "@" + std::string(host.data()) : "";
  const char* const before_sudo = std::getenv("SUDO_USER");  // NOLINT(concurrency-mt-unsafe)
  const bool through_sudo = before_sudo != nullptr && *before_sudo != '\0' && name != before_sudo;
  return through_sudo ? std::string(before_sudo).substr(0, 64) + at + " as " + name : name + at;
}

}  // namespace

std::string operator_name() {
  static const std::string name = find_operator_name();  // once: what it asks is not made for several threads
  return name;
}

}  // namespace belay::app
