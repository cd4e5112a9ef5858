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
  std::string account = {};                  ///< of several; empty: all
  bool verbose = false;                      ///< on a terminal: the log's lines as well, on standard error
  std::optional<std::chrono::seconds> wait;  ///< for exits; absent: as configured
};
int cycle(const CycleOptions& options);

struct RunOptions {
  bool json = false;         ///< for symmetry: the service always speaks JSON lines
  std::string account = {};  ///< of several; empty: all
  bool standby = false;      ///< wait for the account's lock and take over when it is free
  std::string version;       ///< of this program
};
int run(const RunOptions& options);

struct AliveOptions {
  bool json = false;
  std::chrono::seconds wait{50};
};
int alive(const AliveOptions& options);

struct StatusOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: all
};
int status(const StatusOptions& options);

struct PositionsOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: all
  bool all = false;
};
int positions(const PositionsOptions& options);

struct EventsOptions {
  bool json = false;
  std::string account = {};   ///< of several; empty: all
  std::int64_t position = 0;  ///< 0: all
  std::string symbol;
  std::vector<std::string> types;
  std::string since;  ///< RFC 3339, a date, or a span back from now ("2h")
  std::string until;  ///< likewise; a date includes its day
  std::size_t limit = 100;
  bool follow = false;
};
int events(const EventsOptions& options);

struct ReportOptions {
  bool json = false;
  std::string account;  ///< empty: every account of the store
  std::string day;      ///< a date in New York; empty: the latest day of trading
  std::string from;
  std::string to;
  std::string html;       ///< a file to write
  bool gap_risk = false;  ///< what the close will find, instead
};
int report(const ReportOptions& options);

struct ExplainOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: whichever holds it
  std::string which;         ///< id or symbol
};
int explain(const ExplainOptions& options);

struct CloseOptions {
  bool json = false;
  std::string account = {};          ///< of several; empty: whichever holds it
  std::string which;                 ///< id or symbol
  std::optional<Quantity> quantity;  ///< absent: all of it
  bool direct = false;               ///< the broker alone, no store
  bool all_lots = false;
  bool yes = false;
  std::string why;
  std::chrono::seconds wait{60};
};
int close(const CloseOptions& options);

struct FlattenOptions {
  bool json = false;
  std::string account;        ///< empty: the one that is configured
  bool all_accounts = false;  ///< every one that is configured
  std::string symbol;         ///< empty: all
  bool everything = false;    ///< also what `ignored_symbols` names
  bool direct = false;        ///< the broker alone, no store
  bool yes = false;
  std::string why;
  std::chrono::seconds wait{60};
};
int flatten(const FlattenOptions& options);

struct PauseOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: the one that has such a position
  std::string which;         ///< id or symbol
  std::string span;          ///< "2h"; or
  std::string until;         ///< RFC 3339, or New York's time of day
  std::string rules = "price";
  bool yes = false;
  std::string why;
  std::chrono::seconds wait{20};
};
int pause(const PauseOptions& options);

struct ResumeOptions {
  bool json = false;
  std::string which;         ///< id or symbol; empty where it is the loss limit
  std::string account = {};  ///< of several; empty: the only one
  bool loss_limit = false;
  std::string why;
  std::chrono::seconds wait{20};
};
int resume(const ResumeOptions& options);
int resume_position(const ResumeOptions& options);  ///< the part of it that is about a position

struct AckOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: the only one, or with `all` all of them
  std::vector<std::int64_t> numbers;
  bool all = false;
  std::string why;
};
int ack(const AckOptions& options);

struct AlertsOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: all of them
  bool all = false;          ///< those that need nothing any more too
};
int alerts(const AlertsOptions& options);

struct AlertOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: all of them
  bool test = false;         ///< send one through each channel
};
int alert(const AlertOptions& options);

struct ReconcileOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: the only one
  bool dry_run = false;
  std::vector<std::string> write_off;  ///< ids, symbols, or "all": positions that the broker does not have
  bool yes = false;
  std::string why;
  std::chrono::seconds wait{30};
};
int reconcile(const ReconcileOptions& options);

struct AdoptOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: whichever holds it
  std::string which;         ///< id or symbol
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

struct ExportOptions {
  bool json = false;  ///< as --format json
  std::string what = "history";
  std::string from;  ///< RFC 3339, a date, or a span back from now
  std::string to;    ///< likewise; a date includes its day
  std::string format = "csv";
  std::string output;  ///< a file; empty: standard output
};
int export_records(const ExportOptions& options);

struct MigrateOptions {
  bool json = false;
};
int migrate(const MigrateOptions& options);

struct DoctorOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: all
};
int doctor(const DoctorOptions& options);

struct ConfigOptions {
  enum class Wish : std::uint8_t { example, check, show };
  bool json = false;
  Wish wish = Wish::show;
  std::string file = {};     ///< in place of BELAY_CONFIG; empty: that
  std::string account = {};  ///< of several; empty: all
};
int configuration(const ConfigOptions& options);

struct ReloadOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: all
  bool yes = false;
  std::string why = {};
  std::chrono::seconds wait{20};
};
int reload(const ReloadOptions& options);

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
  std::string account_number = {};  ///< empty: the exchange's own
  std::string cash = "100000";
  std::string plan = "plus";               ///< of market data: "basic" or "plus"
  std::int64_t requests_per_minute = 200;  ///< of the trading API, in real time; 0: no limit
  std::vector<std::string> arrange = {};   ///< what the control face takes, e.g. "split {…}"
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

struct TrialOptions {
  bool json = false;
  std::string account = {};  ///< of several; empty: the only one
  bool verbose = false;      ///< with every line of the log, on standard error
  bool yes = false;
  bool keep = false;   ///< the book of the trial stays where it is
  std::string option;  ///< the OCC symbol of one that expires in the next session; empty: SPY at the money
};
int trial(const TrialOptions& options);

struct DemoOptions {
  std::uint64_t seed = 1;
  std::string speed;   ///< virtual seconds a second; empty: the demo's own
  bool plain = false;  ///< lines instead of a live view
  bool fast = false;   ///< as fast as the machine can, for tests
  bool json = false;   ///< one object at the end, instead of lines
};
int demo(const DemoOptions& options);

}  // namespace belay::app
