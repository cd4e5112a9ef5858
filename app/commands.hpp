// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/money/money.hpp"

/// The subcommands, one file each. Each takes what the command line said and gives the process's exit code; main.cpp
/// alone knows how a command line is read.
namespace belay::app {

struct CycleOptions {
  bool json = false;
  bool verbose = false;                      ///< on a terminal: the log's lines as well, on standard error
  std::optional<std::chrono::seconds> wait;  ///< for exits; absent: as configured
};
int cycle(const CycleOptions& options);

struct RunOptions {
  bool json = false;     ///< for symmetry: the service always speaks JSON lines
  bool standby = false;  ///< wait for the account's lock and take over when it is free
};
int run(const RunOptions& options);

struct AliveOptions {
  bool json = false;
  std::chrono::seconds wait{50};
};
int alive(const AliveOptions& options);

struct StatusOptions {
  bool json = false;
};
int status(const StatusOptions& options);

struct PositionsOptions {
  bool json = false;
  bool all = false;
};
int positions(const PositionsOptions& options);

struct EventsOptions {
  bool json = false;
  std::int64_t position = 0;  ///< 0: all
  std::string symbol;
  std::vector<std::string> types;
  std::string since;  ///< RFC 3339, a date, or a span back from now ("2h")
  std::size_t limit = 100;
  bool follow = false;
};
int events(const EventsOptions& options);

struct ExplainOptions {
  bool json = false;
  std::string which;  ///< id or symbol
};
int explain(const ExplainOptions& options);

struct CloseOptions {
  bool json = false;
  std::string which;                 ///< id or symbol
  std::optional<Quantity> quantity;  ///< absent: all of it
  bool direct = false;               ///< the broker alone, no store
  bool all_lots = false;
  bool yes = false;
  std::string why;
  std::chrono::seconds wait{60};
};
int close(const CloseOptions& options);

struct ResumeOptions {
  bool json = false;
  bool loss_limit = false;
  std::string why;
  std::chrono::seconds wait{20};
};
int resume(const ResumeOptions& options);
struct ReconcileOptions {
  bool json = false;
  bool dry_run = false;
};
int reconcile(const ReconcileOptions& options);

struct AdoptOptions {
  bool json = false;
  std::string which;  ///< id or symbol
  bool protect = false;
  bool watch = false;
  std::optional<Price> stop;
  std::optional<Price> target;
  bool unfreeze = false;
  bool yes = false;
  std::string why;
  std::chrono::seconds wait{30};
};
int adopt(const AdoptOptions& options);

struct MigrateOptions {
  bool json = false;
};
int migrate(const MigrateOptions& options);

struct DoctorOptions {
  bool json = false;
};
int doctor(const DoctorOptions& options);

struct SimCommandOptions {
  bool json = true;  ///< what it prints is JSON in any case
  std::uint16_t port = 0;
  std::uint64_t seed = 1;
  std::string start;  ///< RFC 3339; empty: the first price of the files, else now
  std::string speed = "1";
  std::vector<std::string> replay;
  std::vector<std::string> symbols;  ///< "AAPL" or "AAPL=190.50": a synthetic market of these
  bool synthetic = false;            ///< a synthetic market of well-known symbols
  std::string key;
  std::string secret;
  std::string cash = "100000";
  std::int64_t requests_per_minute = 200;  ///< of the trading API, in real time; 0: no limit
};
int sim(const SimCommandOptions& options);

struct WorldOptions {
  bool json = false;
  std::uint64_t seed = 1;      ///< of the first session
  std::uint64_t sessions = 1;  ///< so many seeds, one after the other
  unsigned jobs = 1;           ///< sessions at once
  bool shrink = false;         ///< look for the shortest list of events that breaks the same promise
  std::string scenario;        ///< a file to replay instead
  std::string save;            ///< where a shrunk scenario goes
  bool print = false;          ///< only show what the seed would have happen
  bool verbose = false;        ///< with every line of the log
};
int world(const WorldOptions& options);

struct DemoOptions {
  std::uint64_t seed = 1;
  std::string speed;   ///< virtual seconds a second; empty: the demo's own
  bool plain = false;  ///< lines instead of a live view
  bool fast = false;   ///< as fast as the machine can, for tests
  bool json = false;   ///< one object at the end, instead of lines
};
int demo(const DemoOptions& options);

}  // namespace belay::app
