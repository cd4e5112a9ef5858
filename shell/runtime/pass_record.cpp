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

/// Why the pass could not judge it; empty where it could.
std::string why_unchecked(const engine::State& state, const LotUid& uid) {
  if (!state.broker.unread_why.empty()) return "not reached in this pass: " + state.broker.unread_why;
  const auto check = state.checks.find(uid);
  if (check == state.checks.end()) return "not reached in this pass";
  if (check->second.checked) return "";
  return check->second.why_not.empty() ? "not judged" : check->second.why_not;
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

void PassRecord::count_event(const EventRecord& record) {
  const auto said = [&](std::string_view name) {
    const auto field = std::ranges::find(record.data, name, &Fields::value_type::first);
    return field == record.data.end() ? nullptr : &field->second;
  };
  // A further reason joins an exit that was triggered before; what becomes of guards is counted by what rests.
  if (record.type == EventType::exit_triggered && !record.lot.empty() && said("joined") == nullptr) ++exits_triggered_;
  if (record.type != EventType::order_failed) return;
  const FieldValue* reason = said("reason");
  if (reason == nullptr || *reason != FieldValue(std::string("guard"))) ++failed_closes_;
}

void PassRecord::take_event(EventRecord record, const engine::State& state, log::Log& log) {
  if (record.type == EventType::adopted) adopted_.push_back(record.lot);
  count_event(record);
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
  constexpr std::size_t kMostPasses = 2'000;
  auto& passes = batch_.passes;
  if (passes.size() > kMostPasses) passes.erase(passes.begin(), passes.end() - kMostPasses);
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

void PassRecord::count(const engine::State& state, PassFigures& figures) {
  const auto closed = static_cast<std::int64_t>(closed_.size());
  figures.positions = static_cast<std::int64_t>(state.lots.size()) + closed;
  figures.checked = figures.priced = closed;
  figures.unguarded = figures.guards_expected = figures.guards_verified = 0;
  for (const auto& [uid, lot] : state.lots) {
    if (lot.guards.protection == Protection::none) ++figures.unguarded;
    if (lot.bracket_expected && lot.status == LotStatus::open) {
      ++figures.guards_expected;
      if (lot.guards.protection == Protection::resting_order) ++figures.guards_verified;
    }
    const auto check = state.checks.find(uid);
    if (!state.broker.unread_why.empty() || check == state.checks.end()) continue;
    if (check->second.checked) ++figures.checked;
    if (check->second.price.standing != pricing::Judgement::Standing::doubtful) ++figures.priced;
  }
  figures.exits_triggered += std::exchange(exits_triggered_, 0);
  figures.failed_closes += std::exchange(failed_closes_, 0);
  figures.unguarded_ms +=
      std::chrono::duration_cast<std::chrono::milliseconds>(std::exchange(unguarded_anew_, Duration{})).count();
}

void PassRecord::report(const engine::State& state, PassReport& report) const {
  for (const Lot& lot : closed_) report.exits.push_back(exit_line(lot, state));
  report.positions = state.lots.size() + closed_.size();
  report.checked = closed_.size();
  for (const auto& [uid, lot] : state.lots) {
    if (lot.exit) report.exits.push_back(exit_line(lot, state));
    if (lot.guards.protection == Protection::none) ++report.unguarded;
    std::string why_not = why_unchecked(state, uid);
    if (why_not.empty()) {
      ++report.checked;
    } else {
      report.unchecked.push_back({lot.id, lot.instrument.symbol, std::move(why_not)});
    }
  }
  for (const LotUid& uid : adopted_) {
    const auto lot = state.lots.find(uid);
    if (lot == state.lots.end()) continue;
    report.adopted.push_back({lot->second.instrument.symbol, lot->second.signed_quantity(),
                              lot->second.management == Management::watch ? "watch" : "protect"});
  }
}

void PassRecord::log_checks(const engine::State& state, log::Log& log, Timestamp since) {
  if (!log.wants(log::Level::info)) return;
  for (const auto& [uid, lot] : state.lots) {
    const auto check = state.checks.find(uid);
    if (check == state.checks.end() || !lot.last_checked_at || *lot.last_checked_at < since) continue;
    log.write(log::Level::info, *lot.last_checked_at, to_text(EventType::check),
              {{"position", uid.text()},
               {"symbol", lot.instrument.symbol},
               {"checked", check->second.checked},
               {"why_not", check->second.checked ? FieldValue() : FieldValue(check->second.why_not)},
               {"price", or_null(lot.current_price)},
               {"pnl", or_null(lot.result)},
               {"status", std::string(to_text(lot.status))}});
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
