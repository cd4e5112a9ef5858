// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/wiring.hpp"
#include "app/write_off.hpp"

namespace belay::app {
namespace {

using runtime::Failure;

std::int64_t position_of(const engine::State& state, const LotUid& uid) {
  const auto lot = state.lots.find(uid);
  return lot == state.lots.end() ? 0 : lot->second.id;
}

json::Value id_or_null(std::int64_t id) { return id == 0 ? json::Value() : json::Value(id); }
json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Value to_json(const engine::State& state, const engine::Finding& finding) {
  return json::Object{{"kind", finding.kind},
                      {"symbol", finding.symbol},
                      {"position_id", id_or_null(position_of(state, finding.lot))},
                      {"uid", text_or_null(finding.lot.text())},
                      {"execution_key", text_or_null(finding.execution_key)},
                      {"quantity", finding.quantity.text()},
                      {"what", finding.what}};
}

json::Value to_json(const engine::State& state, const runtime::PassReport& report, bool dry_run) {
  json::Array differences;
  for (const engine::Finding& finding : state.findings) differences.push_back(to_json(state, finding));
  json::Array concerns;
  for (const auto& [symbol, why] : state.ownership_concerns) {
    concerns.emplace_back(json::Object{{"symbol", symbol}, {"why", why}});
  }
  json::Array errors;
  for (const std::string& error : report.errors) errors.emplace_back(error);
  return json::Object{{"dry_run", dry_run},
                      {"differences", std::move(differences)},
                      {"concerns", std::move(concerns)},
                      {"errors", std::move(errors)}};
}

void show(const engine::State& state, bool dry_run) {
  if (state.findings.empty() && state.ownership_concerns.empty()) {
    print("book and broker agree");
    return;
  }
  Table table({{"KIND"},
               {"SYMBOL"},
               {"POSITION", Table::Align::right},
               {"QUANTITY", Table::Align::right},
               {dry_run ? "WHAT WOULD BE DONE" : "WHAT WAS DONE"}});
  for (const engine::Finding& finding : state.findings) {
    const std::int64_t id = position_of(state, finding.lot);
    table.add(
        {finding.kind, finding.symbol, id == 0 ? "-" : std::to_string(id), finding.quantity.text(), finding.what});
  }
  if (!table.empty()) table.show();
  for (const auto& [symbol, why] : state.ownership_concerns) print(symbol + ": " + why);
}

int tell(const runtime::Conductor& conductor, const runtime::PassReport& report, const ReconcileOptions& options) {
  const engine::State& state = conductor.state();
  for (const std::string& error : report.errors) complain(error);
  if (report.failure != Failure::none) return exit_code(report.failure);
  if (options.json) {
    print_json(to_json(state, report, options.dry_run));
  } else {
    show(state, options.dry_run);
  }
  const bool differs = options.dry_run ? !state.findings.empty() : false;
  return differs || !state.ownership_concerns.empty() ? kAttention : kAllWell;
}

}  // namespace

int reconcile(const ReconcileOptions& options) {
  if (!options.write_off.empty()) return write_off(options);
  auto wired = wire({.broker = true, .store = true}, options.account, log::to_descriptor(STDERR_FILENO));
  if (!wired) return wired.error();
  wired->log = std::make_unique<log::Log>(log::to_descriptor(STDERR_FILENO), log::Level::error);
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  if (options.dry_run) {
    const auto version = wired->store->schema_version();
    if (!version || *version == 0) {
      complain(version ? "there is no book yet: run belay migrate first" : "store: " + version.error().message);
      return version ? kUsage : exit_code(version.error());
    }
    return tell(conductor, conductor.look(), options);
  }
  const Failure opened = conductor.open();
  if (opened != Failure::none) {
    for (const std::string& error : conductor.errors()) complain(error);
    if (opened == Failure::locked)
      complain("whoever holds the lock compares in every pass; --dry-run shows what differs");
    return exit_code(opened);
  }
  return tell(conductor, conductor.reconcile(), options);
}

}  // namespace belay::app
