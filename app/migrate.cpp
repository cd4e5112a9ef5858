// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/wiring.hpp"

namespace belay::app {
namespace {

json::Value report_json(const MigrationReport& report, const std::string& store) {
  json::Array applied;
  for (const std::string& name : report.applied) applied.emplace_back(name);
  return json::Object{{"store", store},
                      {"version_before", report.version_before},
                      {"version_after", report.version_after},
                      {"applied", std::move(applied)},
                      {"upstream", report.upstream}};
}

void show(const MigrationReport& report, const std::string& store) {
  print(store);
  if (report.applied.empty()) {
    print("schema " + std::to_string(report.version_after) + ", nothing to do");
  } else {
    print("schema " + std::to_string(report.version_before) + " -> " + std::to_string(report.version_after));
    for (const std::string& name : report.applied) print("  " + name);
  }
  print("dispatch_executions: " + report.upstream);
}

}  // namespace

int migrate(const MigrateOptions& options) {
  auto wired = wire({.broker = false, .store = true});
  if (!wired) return wired.error();
  const auto report = wired->store->migrate();
  if (!report) {
    complain("store: " + report.error().message);
    return exit_code(report.error());
  }
  if (options.json) {
    print_json(report_json(*report, wired->store->description()));
  } else {
    show(*report, wired->store->description());
  }
  return kAllWell;
}

}  // namespace belay::app
