// SPDX-License-Identifier: Apache-2.0
#include "app/book_reading.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

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

std::vector<Lot> of_account(std::vector<Lot> lots, const runtime::Settings& settings) {
  std::erase_if(lots, [&](const Lot& lot) {
    return !lot.account.empty() && lot.account != settings.account &&
           std::ranges::find(settings.aliases, lot.account) == settings.aliases.end();
  });
  return lots;
}

std::string operator_name() {
  const passwd* const user = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe)
  return user != nullptr ? user->pw_name : "uid " + std::to_string(::getuid());
}

}  // namespace belay::app
