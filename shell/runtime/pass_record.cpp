// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/pass_record.hpp"

#include <algorithm>

#include "core/lifecycle/exit_table.hpp"

namespace belay::runtime {
namespace {

namespace action = engine::action;

constexpr std::size_t kMostWaiting = 200'000;  // events kept while the store is away

log::Level level_of(EventType type) {
  switch (type) {
    case EventType::price_update:
      return log::Level::debug;
    case EventType::exit_triggered:
    case EventType::amber:
    case EventType::frozen:
    case EventType::alert:
      return log::Level::warning;
    case EventType::order_failed:
    case EventType::monitor_error:
      return log::Level::error;
    default:
      return log::Level::info;
  }
}

}  // namespace

void PassRecord::begin_pass() {
  closed_.clear();
  adopted_.clear();
}

void PassRecord::forget() {
  const std::uint64_t taken = events_taken_;
  *this = PassRecord{};
  events_taken_ = taken;
}

void PassRecord::take(engine::Action wanted, const engine::State& state, log::Log& log) {
  if (auto* kept = std::get_if<action::KeepLot>(&wanted)) {
    Lot& lot = kept->lot;
    count_unguarded(lot);
    if (lot.status == LotStatus::closed) closed_.push_back(lot);
    const auto place = lot_places_.find(lot.uid);
    if (place != lot_places_.end() && place->second < batch_.lots.size() && batch_.lots[place->second].uid == lot.uid) {
      batch_.lots[place->second] = std::move(lot);
    } else {
      lot_places_[lot.uid] = batch_.lots.size();
      batch_.lots.push_back(std::move(lot));
    }
  } else if (auto* limit = std::get_if<action::KeepLossLimit>(&wanted)) {
    batch_.loss_limit = std::move(limit->limit);
  } else if (auto* missing = std::get_if<action::KeepAbsences>(&wanted)) {
    batch_.absences = std::move(missing->absences);
  } else if (auto* recorded = std::get_if<action::RecordEvent>(&wanted)) {
    take_event(std::move(recorded->record), state, log);
  } else if (const auto* settled = std::get_if<action::SettleExecution>(&wanted)) {
    batch_.imported.push_back({settled->key, settled->account_name, settled->outcome});
  } else if (const auto* finished = std::get_if<action::FinishCommand>(&wanted)) {
    batch_.finished_commands.push_back(finished->id);
  }
  // RaiseAlert: its record of type alert is stored and logged; further channels hang on here.
}

void PassRecord::count_unguarded(const Lot& lot) {
  Duration& known = unguarded_[lot.uid];
  unguarded_anew_ += std::max(lot.guards.unguarded - known, Duration{});
  known = lot.guards.unguarded;
  if (lot.status == LotStatus::closed) unguarded_.erase(lot.uid);
}

std::string PassRecord::symbol_of(const LotUid& uid, const engine::State& state) const {
  const auto open = state.lots.find(uid);
  if (open != state.lots.end()) return open->second.instrument.symbol;
  const auto kept = std::ranges::find(batch_.lots, uid, &Lot::uid);
  return kept == batch_.lots.end() ? "" : kept->instrument.symbol;
}

void PassRecord::take_event(EventRecord record, const engine::State& state, log::Log& log) {
  if (record.type == EventType::adopted) adopted_.push_back(record.lot);
  const log::Level level = level_of(record.type);
  if (log.wants(level)) {
    Fields fields;
    if (!record.lot.empty()) {
      fields.emplace_back("position", record.lot.text());
      const std::string symbol = symbol_of(record.lot, state);
      if (!symbol.empty()) fields.emplace_back("symbol", symbol);
    }
    fields.insert(fields.end(), record.data.begin(), record.data.end());
    log.write(level, record.at, to_text(record.type), fields);
  }
  // A database may hold several accounts: what is no lot's says whose it is.
  if (record.lot.empty()) record.data.emplace_back("account", state.account);
  record.number = ++events_taken_;
  batch_.events.push_back(std::move(record));
}

void PassRecord::saved(const std::vector<NewRow>& new_rows) {
  batch_ = Batch{};
  for (const NewRow& row : new_rows) {
    const auto lot = std::ranges::find(closed_, row.uid, &Lot::uid);
    if (lot != closed_.end()) lot->id = row.id;
  }
}

void PassRecord::limit_waiting(log::Log& log, Timestamp at) {
  if (batch_.events.size() <= kMostWaiting) return;
  const std::size_t before = batch_.events.size();
  std::erase_if(batch_.events, [](const EventRecord& e) { return e.type == EventType::price_update; });
  log_error(log, at, "dropped " + std::to_string(before - batch_.events.size()) + " waiting price updates");
}

bool PassRecord::is_awaited() const {
  return !batch_.finished_commands.empty() ||
         std::ranges::any_of(batch_.lots, [](const Lot& lot) { return lot.status == LotStatus::closed; });
}

ExitLine PassRecord::exit_line(const Lot& lot, const engine::State& state) const {
  ExitLine line;
  line.position_id = lot.id;
  line.uid = lot.uid;
  line.symbol = lot.instrument.symbol;
  line.side = lot.exit_side();
  line.reason = lot.exit->reason;
  line.reasons = lot.exit->reasons;
  line.requested = lot.exit->wanted;
  try {
    line.filled = left_so_far(lot) - lot.exit->left_before;
  } catch (const Overflow&) {  // of a row that anybody may have edited: the line is told all the same
    line.why = "its numbers are absurd";
  }
  line.fill_price = lot.exit_price;
  line.realised_result = lot.realised_result;
  if (!lot.exit_orders.empty()) {
    line.client_order_id = lot.exit_orders.back().client_id;
    line.order_id = lot.exit_orders.back().id;
    if (!line.fill_price) line.fill_price = lot.exit_orders.back().filled_average;
  }
  if (lot.status == LotStatus::closed) {
    line.state = "closed";
    return line;
  }
  switch (engine::exit_standing(state, lot.uid)) {
    case engine::ExitStanding::working:
      line.state = "working";
      break;
    case engine::ExitStanding::waiting:
      line.state = "waiting";
      break;
    case engine::ExitStanding::failed:
      line.state = "failed";
      break;
  }
  const auto decision = state.decisions.find(lot.uid);
  if (decision != state.decisions.end() && line.why.empty()) line.why = decision->second.why;
  return line;
}

void PassRecord::report(const engine::State& state, PassReport& report) const {
  for (const Lot& lot : closed_) report.exits.push_back(exit_line(lot, state));
  report.positions = state.lots.size() + closed_.size();
  report.checked = closed_.size();
  for (const auto& [uid, lot] : state.lots) {
    if (lot.exit) report.exits.push_back(exit_line(lot, state));
    if (lot.guards.protection == Protection::none) ++report.unguarded;
    const auto check = state.checks.find(uid);
    if (!state.broker.unread_why.empty()) {
      report.unchecked.push_back(
          {lot.id, lot.instrument.symbol, "not reached in this pass: " + state.broker.unread_why});
    } else if (check != state.checks.end() && check->second.checked) {
      ++report.checked;
    } else {
      const std::string why = check == state.checks.end() ? "not reached in this pass" : check->second.why_not;
      report.unchecked.push_back({lot.id, lot.instrument.symbol, why});
    }
  }
  for (const LotUid& uid : adopted_) {
    const auto lot = state.lots.find(uid);
    if (lot == state.lots.end()) continue;
    report.adopted.push_back({lot->second.instrument.symbol, lot->second.signed_quantity(),
                              lot->second.management == Management::watch ? "watch" : "protect"});
  }
}

void PassRecord::log_error(log::Log& log, Timestamp at, const std::string& what) {
  log.write(log::Level::error, at, what);
}

void PassRecord::log_warning(log::Log& log, Timestamp at, const std::string& what) {
  log.write(log::Level::warning, at, what);
}

void PassRecord::log_info(log::Log& log, Timestamp at, const std::string& what) {
  log.write(log::Level::info, at, what);
}

}  // namespace belay::runtime
