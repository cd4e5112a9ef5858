// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/nearest.hpp"
#include "app/text_values.hpp"

namespace belay::app {
namespace {

constexpr const char* kAbout =
    "Belay guards the open positions of an account: each is left at its stop, at its target, before the bell, before\n"
    "expiry, after its holding time, or when a person says so.\n";

constexpr const char* kFooter =
    "First steps, with the keys of an Alpaca paper account:\n"
    "  export ALPACA_API_KEY=… ALPACA_API_SECRET=…\n"
    "  belay doctor       is everything right? what is missing?\n"
    "  belay cycle        one pass: look at every position, leave the ones that must be left\n"
    "  belay run          the service: a pass a minute, exits followed in between\n"
    "Without an account: belay demo, or belay sim in one terminal and the rest in another.\n"
    "\n"
    "Settings: ALPACA_BASE_URL (unset: paper), ALPACA_DATA_URL, BELAY_STORE (sqlite:FILE or postgresql://…) or "
    "DB_HOST,\n"
    "DB_PORT, DB_NAME, DB_USER, DB_PASSWORD (unset: a file under ~/.local/state/belay), BELAY_CONFIG (a TOML file).\n"
    "\n"
    "Exit codes: 0 all well; 1 done, but something needs attention; 2 usage or configuration; 3 store unavailable;\n"
    "4 broker unavailable or refusing the keys; 5 another instance holds the lock.\n"
    "\n"
    "belay COMMAND --help says more about each.";

/// What the command line has chosen to do.
using Chosen = std::function<int()>;

/// A subcommand whose options live as long as the command line.
template <class Options>
CLI::App* add(CLI::App& cli, Chosen& chosen, const char* name, const char* about, int (*command)(const Options&),
              std::shared_ptr<Options>& options) {
  options = std::make_shared<Options>();
  CLI::App* const sub = cli.add_subcommand(name, about);
  sub->callback([&chosen, command, options] { chosen = [command, options] { return command(*options); }; });
  return sub;
}

template <class Options>
void add_json(CLI::App* sub, const std::shared_ptr<Options>& options) {
  sub->add_flag("--json", options->json, "For scripts: JSON on standard output");
}

template <class Options>
void add_account(CLI::App* sub, const std::shared_ptr<Options>& options) {
  sub->add_option("--account", options->account, "Of several accounts, this one");
}

std::chrono::seconds seconds_of(const std::string& text) {
  const auto span = parse_duration(text);
  if (!span) throw CLI::ValidationError("--wait", span.error().message);
  return std::chrono::ceil<std::chrono::seconds>(*span);
}

void add_price(CLI::App* sub, const char* name, const char* what, std::optional<Price>& price) {
  sub->add_option_function<std::string>(
      name,
      [name, &price](const std::string& text) {
        const auto given = Price::parse(text);
        if (!given) throw CLI::ValidationError(name, given.error().message);
        if (!given->is_positive()) throw CLI::ValidationError(name, "must be greater than 0");
        price = *given;
      },
      what);
}

/// How long is waited for what the command brings about.
template <class Options>
void add_wait(CLI::App* sub, const std::shared_ptr<Options>& options, const std::string& about) {
  sub->add_option_function<std::string>(
      "--wait", [options](const std::string& text) { options->wait = seconds_of(text); }, about);
}

void add_cycle(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<CycleOptions> o;
  auto* sub = add(cli, chosen, "cycle", "One pass: sync, price, check, exit, wait for the outcome, record", cycle, o);
  add_json(sub, o);
  add_account(sub, o);
  sub->add_flag("--verbose", o->verbose, "On a terminal: the lines of the log as well, on standard error");
  sub->add_option_function<std::string>(
      "--wait", [o](const std::string& text) { o->wait = seconds_of(text); },
      "How long to stand by for exits, e.g. 20s; 0 does not wait [40s]");
  sub->footer(
      "On a terminal it prints a summary. Elsewhere (cron, EventBridge) it prints the log, one JSON object a line, on\n"
      "standard output. With --json it prints one object with the outcome, and the log goes to standard error.\n"
      "\n"
      "  belay cycle\n"
      "  belay cycle --json | jq '.exits[] | {symbol, reason, state}'\n"
      "  * 9-16 * * 1-5  belay cycle >> /var/log/belay.jsonl      # crontab; two never overlap");
}

void add_run(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<RunOptions> o;
  auto* sub =
      add(cli, chosen, "run", "The service: a pass every minute, exits and commands followed in between", run, o);
  add_json(sub, o);
  add_account(sub, o);
  o->version = BELAY_VERSION;
  sub->add_flag("--standby", o->standby, "While another instance has the account: wait, and take over when it is gone");
  sub->footer(
      "Prints its log, one JSON object a line, on standard output. SIGTERM or SIGINT end it after everything is\n"
      "recorded. An outage of the broker or the store does not end it.\n"
      "\n"
      "  belay run\n"
      "  BELAY_SWEEP=30s BELAY_LOG_LEVEL=warning belay run");
}

void add_alive(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<AliveOptions> o;
  auto* sub = add(cli, chosen, "alive", "Does the loop of the service beside this turn? For health checks", alive, o);
  add_json(sub, o);
  add_wait(sub, o, "How long to listen for a sign [50s]");
  sub->footer(
      "Listens at NOTIFY_SOCKET, which the service must have been given too. Exit code 0 when it gave a sign of life,\n"
      "1 when not. Not beside systemd, which listens there itself.\n"
      "\n"
      "  export NOTIFY_SOCKET=@belay\n"
      "  belay run & belay alive");
}

void add_looking(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<StatusOptions> s;
  auto* status_sub = add(cli, chosen, "status", "The account, the market and the book in a few lines", status, s);
  add_json(status_sub, s);
  add_account(status_sub, s);

  std::shared_ptr<PositionsOptions> p;
  auto* positions_sub = add(cli, chosen, "positions", "What is tracked, with prices, results and levels", positions, p);
  add_json(positions_sub, p);
  add_account(positions_sub, p);
  positions_sub->add_flag("--all", p->all, "Closed ones too");
  positions_sub->footer(
      "  belay positions\n  belay positions --all --json | jq '.[] | {symbol, close_reason, realised_result}'");

  std::shared_ptr<EventsOptions> e;
  auto* events_sub = add(cli, chosen, "events", "What has happened, oldest first", events, e);
  add_json(events_sub, e);
  add_account(events_sub, e);
  events_sub->add_option("--position", e->position, "Of the position with this id");
  events_sub->add_option("--symbol", e->symbol, "Of positions in this symbol");
  events_sub->add_option("--type", e->types, "Of this type, e.g. exit_triggered, closed, alert; may be repeated");
  events_sub->add_option("--since", e->since, "From then on: a time, a date, or a span back from now (2h)");
  events_sub->add_option("--until", e->until, "Up to then; a date includes its day");
  events_sub->add_option("--limit", e->limit, "The newest so many [100]")->check(CLI::Range(1, 1'000'000));
  events_sub->add_flag("--follow", e->follow, "Go on with what happens from now on, a line each, until interrupted");
  events_sub->footer(
      "  belay events --symbol AAPL --since 1d\n  belay events --type exit_triggered --type closed --json\n"
      "  belay events --follow");

  std::shared_ptr<ReportOptions> r;
  auto* report_sub =
      add(cli, chosen, "report", "What came of a day or of some days: results, exits, health", report, r);
  add_json(report_sub, r);
  report_sub->add_option("--account", r->account, "Of this account [every one of the store]");
  auto* day = report_sub->add_option("--day", r->day, "Of this day in New York [the latest day of trading]");
  auto* from = report_sub->add_option("--from", r->from, "From this day on")->excludes(day);
  auto* to = report_sub->add_option("--to", r->to, "To this day, included [the latest]")->excludes(day);
  auto* html = report_sub->add_option("--html", r->html, "Writes a page with charts into this file");
  report_sub->add_flag("--gap-risk", r->gap_risk, "What stays overnight, what expires, which guards end today")
      ->excludes(day)
      ->excludes(from)
      ->excludes(to)
      ->excludes(html);
  report_sub->footer(
      "  belay report\n  belay report --from 2026-01-01 --to 2026-01-31 --html january.html\n"
      "  belay report --json | jq '.reports[0].result'\n  belay report --gap-risk");

  std::shared_ptr<ExplainOptions> x;
  auto* explain_sub =
      add(cli, chosen, "explain", "Why a position is held or left: every rule, its inputs, what blocks it", explain, x);
  add_json(explain_sub, x);
  add_account(explain_sub, x);
  explain_sub->add_option("position", x->which, "Its id or symbol")->required();
  explain_sub->footer(
      "Looks at the broker and the prices of this moment; sends and records nothing.\n\n  belay explain AAPL\n"
      "  belay explain 17 --json");
}

void add_alerts(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<AlertsOptions> l;
  auto* list =
      add(cli, chosen, "alerts", "What people were told of, and what waits for an answer or to be sent", alerts, l);
  add_json(list, l);
  add_account(list, l);
  list->add_flag("--all", l->all, "Those that need nothing any more too");
  list->footer("Exit code 1 while a critical one waits for an answer.\n\n  belay alerts\n  belay alerts --all --json");

  std::shared_ptr<AckOptions> a;
  auto* acknowledge = add(cli, chosen, "ack", "Acknowledge alerts: reminders end, nobody further is told", ack, a);
  add_json(acknowledge, a);
  add_account(acknowledge, a);
  auto* numbers = acknowledge->add_option("alert", a->numbers, "Their numbers, as mails and belay alerts name them");
  acknowledge->add_flag("--all", a->all, "Every one that waits for an answer")->excludes(numbers);
  acknowledge->add_option("--why", a->why, "A word for the record");
  acknowledge->footer("  belay ack 17 --why 'looking at it'\n  belay ack --all");

  std::shared_ptr<AlertOptions> t;
  auto* test = add(cli, chosen, "alert", "Try the channels that alerts go by", alert, t);
  add_json(test, t);
  add_account(test, t);
  test->add_flag("--test", t->test, "Send a test message by each of them, and say what the servers answered");
  test->footer("  belay alert --test");
}

void add_resume(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<ResumeOptions> o;
  auto* sub = add(cli, chosen, "resume", "End a position's pause, or go on after the loss limit", resume, o);
  add_json(sub, o);
  sub->add_option("position", o->which, "Its id or symbol");
  add_account(sub, o);
  sub->add_flag("--loss-limit", o->loss_limit, "What is resumed: the loss limit, whose day counts from here on");
  sub->add_option("--why", o->why, "Goes on record")->required();
  add_wait(sub, o, "How long to wait for it to be taken up [20s]");
  sub->footer(
      "  belay resume AAPL --why 'the call is over'\n"
      "  belay resume --loss-limit --why 'looked at every position'");
}

void add_pause(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<PauseOptions> o;
  auto* sub = add(cli, chosen, "pause", "Suspend a position's automatic exits for a while", pause, o);
  add_json(sub, o);
  add_account(sub, o);
  sub->add_option("position", o->which, "Its id or symbol")->required();
  auto* span = sub->add_option("--for", o->span, "So long, e.g. 2h");
  sub->add_option("--until", o->until, "Until then: a time, or New York's, e.g. 15:30")->excludes(span);
  sub->add_option("--rules", o->rules,
                  "price: deadlines still act; all: nothing but a person's word and the account's\n"
                  "loss limit does [price]");
  sub->add_flag("--yes", o->yes, "Do it; without, only say what would be done");
  sub->add_option("--why", o->why, "Goes on record")->required();
  add_wait(sub, o, "How long to wait for it to be taken up [20s]");
  sub->footer(
      "What rests at the broker goes on resting. It ends by itself, at its second.\n"
      "\n"
      "  belay pause AAPL --for 30m --yes --why 'earnings call'\n"
      "  belay pause 17 --until 15:30 --rules all --yes --why 'rolling it by hand'");
}

void add_flatten(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<FlattenOptions> o;
  auto* sub = add(cli, chosen, "flatten", "Leave everything that the account holds", flatten, o);
  add_json(sub, o);
  auto* account = sub->add_option("--account", o->account, "Of this account [the configured one]");
  sub->add_flag("--all-accounts", o->all_accounts, "Of every account that is configured")->excludes(account);
  sub->add_option("--symbol", o->symbol, "Only this symbol, or all options on it");
  sub->add_flag("--everything", o->everything, "Also what `ignored_symbols` names");
  sub->add_flag("--direct", o->direct, "By the broker alone: no store, no rules; for when all else is down");
  sub->add_flag("--yes", o->yes, "Do it; without, only say what would be done");
  sub->add_option("--why", o->why, "Goes on record; needed with --yes");
  add_wait(sub, o, "How long to wait for the fills [60s]");
  sub->footer(
      "Watched positions and crypto too, and what no pass has seen yet. Exit code 0 when all of it has left.\n"
      "\n"
      "  belay flatten\n"
      "  belay flatten --yes --why 'going on holiday'\n"
      "  belay flatten --direct --yes --why 'the database is down'");
}

void add_export(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<ExportOptions> o;
  auto* sub =
      add(cli, chosen, "export", "History, events or positions, for spreadsheets and learning", export_records, o);
  add_json(sub, o);
  sub->add_option("--what", o->what, "history, events or positions [history]");
  sub->add_option("--from", o->from, "From then on: a time, a date, or a span back from now (30d)");
  sub->add_option("--to", o->to, "Up to then; a date includes its day");
  sub->add_option("--format", o->format, "csv, json (an array) or jsonl (an object a line) [csv]");
  sub->add_option("--output", o->output, "Into this file, which appears when it is whole [standard output]");
  sub->footer(
      "  belay export --from 2026-01-01 --output trades.csv\n"
      "  belay export --what events --from 1d --format jsonl | jq .event_type");
}

void add_close(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<CloseOptions> o;
  auto* sub = add(cli, chosen, "close", "Leave a position, wholly or partly", close, o);
  add_json(sub, o);
  add_account(sub, o);
  sub->add_option("position", o->which, "Its id or symbol (with --direct: its symbol)")->required();
  sub->add_option_function<std::string>(
      "--qty",
      [o](const std::string& text) {
        const auto quantity = Quantity::parse(text);
        if (!quantity) throw CLI::ValidationError("--qty", quantity.error().message);
        o->quantity = *quantity;
      },
      "So many shares or contracts [all]");
  sub->add_flag("--all-lots", o->all_lots, "Every position of the symbol");
  sub->add_flag("--direct", o->direct, "By the broker alone: no store, no rules; for when all else is down");
  sub->add_flag("--yes", o->yes, "Do it; without, only say what would be done");
  sub->add_option("--why", o->why, "A word for the record");
  add_wait(sub, o, "How long to wait for the fill [60s]");
  sub->footer(
      "Orders that hold the shares are cancelled first, and their end is awaited. If a service is running, it is told\n"
      "to do it. Exit code 0 when it has left, 1 when it has not in time; 2 without --yes.\n"
      "\n"
      "  belay close AAPL --yes --why 'earnings tonight'\n"
      "  belay close 17 --qty 50 --yes\n"
      "  belay close AAPL --direct --yes          # the database is down");
}

void add_ownership(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<ReconcileOptions> r;
  auto* reconcile_sub =
      add(cli, chosen, "reconcile", "Compare book and broker: what differs, and what is done about it", reconcile, r);
  add_json(reconcile_sub, r);
  add_account(reconcile_sub, r);
  reconcile_sub->add_flag("--dry-run", r->dry_run, "Only show it; nothing is sent or recorded");
  auto* dry_run = reconcile_sub->get_option("--dry-run");
  auto* write_off = reconcile_sub->add_option("--write-off", r->write_off,
                                              "Give up positions that the broker does not have: ids, symbols, or all");
  write_off->excludes(dry_run);
  reconcile_sub->add_flag("--yes", r->yes, "Do it")->needs(write_off);
  reconcile_sub->add_option("--why", r->why, "For the record")->needs(write_off);
  add_wait(reconcile_sub, r, "How long to wait for that to be taken up [30s]");
  reconcile_sub->footer(
      "Every pass does this too. Exit code 1 where something differs (--dry-run) or stays unexplained.\n\n"
      "  belay reconcile --dry-run\n  belay reconcile --dry-run --json | jq '.differences[] | {kind, symbol, what}'");

  std::shared_ptr<AdoptOptions> o;
  auto* sub = add(cli, chosen, "adopt", "Say how an adopted or frozen position is managed", adopt, o);
  add_json(sub, o);
  add_account(sub, o);
  sub->add_option("position", o->which, "Its id or symbol")->required();
  auto* protect = sub->add_flag("--protect", o->protect, "All rules; without levels, those of the adoption policy");
  sub->add_flag("--watch", o->watch, "Priced and shown, with time rules, but no price rule")->excludes(protect);
  add_price(sub, "--stop", "Its stop from now on", o->stop);
  add_price(sub, "--target", "Its target from now on", o->target);
  sub->add_flag("--unfreeze", o->unfreeze, "A person has looked: price rules act again");
  sub->add_flag("--yes", o->yes, "Do it; without, only say what would be done");
  sub->add_option("--why", o->why, "A word for the record");
  sub->footer(
      "If a service is running, it is told to do it. Symbols that are nobody's business go into `ignored_symbols`.\n"
      "\n"
      "  belay adopt TSLA --protect --stop 210 --target 260 --yes\n"
      "  belay adopt 17 --unfreeze --yes --why 'levels checked after the spin-off'");
}

void add_keeping(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<MigrateOptions> m;
  auto* migrate_sub =
      add(cli, chosen, "migrate", "Bring the store's tables up to date (run and cycle do it too)", migrate, m);
  add_json(migrate_sub, m);
  migrate_sub->footer("Takes over a database that already has active_positions. Running it again changes nothing.");

  std::shared_ptr<DoctorOptions> d;
  auto* doctor_sub = add(cli, chosen, "doctor", "Check settings, store, broker, clock, calendar and prices", doctor, d);
  add_json(doctor_sub, d);
  add_account(doctor_sub, d);
  doctor_sub->footer("Changes nothing. Leaves with the exit code of the worst finding.");
}

void add_configuration(CLI::App& cli, Chosen& chosen) {
  auto* sub = cli.add_subcommand("config", "The configuration: an example, what is wrong, what counts and from where");
  sub->require_subcommand(1);
  using Wish = ConfigOptions::Wish;
  const auto add_wish = [&](Wish wish, const char* name, const char* about) {
    std::shared_ptr<ConfigOptions> o;
    CLI::App* const one = add(*sub, chosen, name, about, configuration, o);
    o->wish = wish;
    add_json(one, o);
    return std::pair(one, o);
  };
  add_wish(Wish::example, "example", "A file to begin with: every key, commented");
  const auto [check, c] = add_wish(Wish::check, "check", "Everything that is wrong, at once");
  check->add_option("file", c->file, "The file [BELAY_CONFIG]");
  const auto [show, s] = add_wish(Wish::show, "show", "Every value that counts, with where it comes from; no secrets");
  show->add_option("file", s->file, "The file [BELAY_CONFIG]");
  add_account(show, s);
  sub->footer("  belay config example > belay.toml\n  belay config check belay.toml\n  belay config show");

  std::shared_ptr<ReloadOptions> r;
  auto* reload_sub =
      add(cli, chosen, "reload", "What would leave by the configuration as it is now; with --yes: take it", reload, r);
  add_json(reload_sub, r);
  add_account(reload_sub, r);
  reload_sub->add_flag("--yes", r->yes, "The running service takes it, whatever leaves by it");
  reload_sub->add_option("--why", r->why, "A word for the record");
  add_wait(reload_sub, r, "How long to wait for its answer [20s]");
  reload_sub->footer(
      "SIGHUP has the service read its file again too, but not take it when more positions would leave at once than\n"
      "reload_exits_limit allows.\n"
      "\n"
      "  belay reload\n"
      "  belay reload --yes --why 'tighter stops'");
}

void add_sim(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<SimCommandOptions> s;
  auto* sub = add(cli, chosen, "sim", "A paper exchange that speaks Alpaca's API, on this machine", sim, s);
  add_json(sub, s);
  sub->add_option("--port", s->port, "To listen on [any free one]");
  sub->add_option("--seed", s->seed, "Of all chance [1]");
  sub->add_option("--start", s->start, "Its time at the start, RFC 3339 [the first price of --replay, else now]");
  sub->add_option("--speed", s->speed, "Its seconds in one of ours; 0 stands still [1]");
  sub->add_option("--replay", s->replay, "Files of real prices, .csv or .csv.gz");
  sub->add_option("--symbols", s->symbols, "A synthetic market of these, e.g. AAPL=190.50 MSFT");
  sub->add_flag("--synthetic", s->synthetic, "A synthetic market of well-known symbols");
  sub->add_option("--key", s->key, "The API key it accepts [PKSIM000000000000001]");
  sub->add_option("--secret", s->secret, "The secret that goes with it [simulated-secret]");
  sub->add_option("--account-number", s->account_number, "Of its account [PA3SIM000001]");
  sub->add_option("--cash", s->cash, "Of the account at the start [100000]");
  sub->add_option("--plan", s->plan, "Of market data: basic (IEX, the last 15 minutes withheld) or plus [plus]");
  sub->add_option("--requests-per-minute", s->requests_per_minute,
                  "That the trading API allows, in real time; 0: any number [200]");
  sub->add_option("--arrange", s->arrange, "What POST /_sim/NAME takes, before anybody connects: 'NAME {…}'");
  sub->footer(
      "Prints {\"url\", \"now\"} when it listens, and serves until interrupted. POST /_sim/price, /_sim/position and\n"
      "/_sim/clock arrange its world; GET /_sim/clock is a clock for BELAY_CLOCK_URL.\n"
      "\n"
      "  belay sim --port 8800 --synthetic &\n"
      "  export ALPACA_BASE_URL=http://127.0.0.1:8800 BELAY_CLOCK_URL=http://127.0.0.1:8800/_sim/clock\n"
      "  export ALPACA_API_KEY=PKSIM000000000000001 ALPACA_API_SECRET=simulated-secret\n"
      "  curl -d '{\"symbol\":\"AAPL\",\"qty\":10,\"avg_price\":228}' $ALPACA_BASE_URL/_sim/position\n"
      "  belay cycle");
}

void add_world(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<WorldOptions> w;
  auto* sub = add(cli, chosen, "world", "Simulated sessions full of faults: does Belay keep its promises?", world, w);
  add_json(sub, w);
  sub->add_option("--seed,--from", w->seed, "Of the first session [1]");
  sub->add_option("--sessions", w->sessions, "So many, each with the next seed [1]");
  sub->add_option("--jobs", w->jobs, "So many at once [1]");
  auto* json = sub->get_option("--json");  // of the sums alone: stories are for people
  auto* shrink = sub->add_flag("--shrink", w->shrink, "Find the shortest list of events that breaks the same promise");
  shrink->excludes(json);
  sub->add_option("--save", w->save, "Write that list to this file")->needs(shrink);
  sub->add_option("--scenario", w->scenario, "Replay a file of events instead")->excludes(json);
  sub->add_flag("--print", w->print, "Only show what the seed has happen")->excludes(json);
  sub->add_flag("--verbose", w->verbose, "One session with every line of its log")->excludes(json);
  sub->footer(
      "Engine and runtime as they are, the paper exchange, virtual time, everything from one seed. Exit code 1 when a\n"
      "promise is broken.\n"
      "\n"
      "  belay world --seed 1 --sessions 200 --jobs 2\n"
      "  belay world --seed 17 --shrink --save seed17.txt\n"
      "  belay world --scenario seed17.txt --verbose");
}

void add_trial(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<TrialOptions> t;
  auto* sub =
      add(cli, chosen, "trial", "Shows on a paper account that positions of each kind are tracked and left", trial, t);
  add_json(sub, t);
  add_account(sub, t);
  sub->add_flag("--yes", t->yes, "Buy and sell: one share or contract of each");
  sub->add_option("--option", t->option, "A contract that expires in the next session [SPY, at the money]");
  sub->add_flag("--keep", t->keep, "Keep the trial's book, and say where it is");
  sub->add_flag("--verbose", t->verbose, "Every line of the log as well, on standard error");
  sub->footer(
      "Opens tiny positions, watches them for some minutes, brings their exits about and says whether each happened. "
      "Its\n"
      "book is its own. Real accounts are refused.");
}

void add_demo(CLI::App& cli, Chosen& chosen) {
  std::shared_ptr<DemoOptions> d;
  auto* sub = add(cli, chosen, "demo", "Exchange, market and service in one process: see it work", demo, d);
  add_json(sub, d);
  sub->add_option("--seed", d->seed, "Of all chance [1]");
  sub->add_option("--speed", d->speed, "Virtual seconds in one of ours");
  sub->add_flag("--plain", d->plain, "Lines instead of a live view");
  sub->add_flag("--fast", d->fast, "As fast as this machine can, for tests");
}

/// A mistyped command, said with the one that may have been meant; empty when the first word is a command or an option.
std::string unknown_command(const CLI::App& cli, int count, char** words) {
  if (count < 2 || words[1][0] == '-') return {};
  std::vector<std::string> names;
  for (const CLI::App* sub : cli.get_subcommands({})) names.push_back(sub->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  if (std::ranges::find(known, words[1]) != known.end()) return {};
  return "unknown command \"" + std::string(words[1]) + "\"" + did_you_mean(words[1], known) +
         " (belay --help lists them)";
}

int run_command_line(int count, char** words) {
  CLI::App cli(kAbout, "belay");
  cli.set_version_flag("--version", std::string("belay ") + BELAY_VERSION);
  cli.require_subcommand(1);
  cli.footer(kFooter);
  cli.get_formatter()->column_width(22);
  Chosen chosen;
  add_cycle(cli, chosen);
  add_run(cli, chosen);
  add_alive(cli, chosen);
  add_looking(cli, chosen);
  add_close(cli, chosen);
  add_flatten(cli, chosen);
  add_pause(cli, chosen);
  add_resume(cli, chosen);
  add_alerts(cli, chosen);
  add_ownership(cli, chosen);
  add_export(cli, chosen);
  add_keeping(cli, chosen);
  add_configuration(cli, chosen);
  add_sim(cli, chosen);
  add_world(cli, chosen);
  add_trial(cli, chosen);
  add_demo(cli, chosen);
  if (const std::string unknown = unknown_command(cli, count, words); !unknown.empty()) {
    complain(unknown);
    return kUsage;
  }
  if (count < 2) {
    std::cerr << cli.help();
    return kUsage;
  }
  try {
    cli.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? kAllWell : kUsage;
  }
  return chosen();
}

}  // namespace
}  // namespace belay::app

int main(int count, char** words) {
  // A reader who has gone (head, a closed terminal) must not end a service.
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return belay::app::run_command_line(count, words);
  } catch (const std::exception& error) {
    belay::app::complain(std::string("unexpected: ") + error.what());
    return belay::app::kAttention;
  }
}
