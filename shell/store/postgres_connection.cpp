// SPDX-License-Identifier: Apache-2.0
#include "shell/store/postgres_connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include "shell/failpoint/fail_point.hpp"

namespace belay::store {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Runs through suspension: whoever slept has not been heard of for that long.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now() {
    timespec at{};
    clock_gettime(CLOCK_BOOTTIME, &at);
    return time_point(seconds(at.tv_sec) + duration(at.tv_nsec));
  }
};

// The server ends a statement first, which keeps the connection and its locks; ours is for a server that hangs.
constexpr milliseconds kConnectTime = seconds(4);
constexpr milliseconds kServerTime = seconds(4);
constexpr milliseconds kReplyTime = seconds(6);
constexpr milliseconds kPatientServerTime = std::chrono::minutes(15);  // indexes over years of events
constexpr milliseconds kPatientReplyTime = kPatientServerTime + seconds(5);
constexpr milliseconds kProbeTime = seconds(2);
constexpr milliseconds kProbeAfter = seconds(5);  // silence after which a held lock is no longer taken for granted

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Handle = std::unique_ptr<PGconn, FinishConnection>;
using Reply = std::unique_ptr<PGresult, ClearResult>;

// Ends the session that holds an advisory lock, where the database waits for it and has not heard of it for ten
// seconds. What it ran to its end is done, what it left open is rolled back, and nothing comes after. state_change
// is null, and nothing is ended, where the session is another role's: what is not known is no silence.
constexpr const char* kEndSilentHolder =
    "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((CAST(l.classid AS bigint) << 32) | CAST(l.objid AS bigint)) = CAST($1 AS bigint)"
    " AND (a.state LIKE 'idle%' OR a.wait_event_type = 'Client')"
    " AND a.state_change < clock_timestamp() - interval '10 seconds'";

/// One number for one account, the same in every process: FNV-1a over "belay:" and the name.
std::string lock_key(const std::string& account) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : "belay:" + account) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return std::to_string(static_cast<std::int64_t>(hash));
}

std::string value_of(const PostgresParameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return "";
}

/// The parameter as libpq will have it: ours, else the environment's or its default.
std::string effective(const PostgresParameters& parameters, std::string_view name) {
  if (std::string given = value_of(parameters, name); !given.empty()) return given;
  const std::unique_ptr<PQconninfoOption, FreeOptions> defaults(PQconndefaults());
  for (const PQconninfoOption* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (name == option->keyword && option->val != nullptr) return option->val;
  }
  return "";
}

bool is_loopback(const std::string& host) {
  return host.empty() || host.starts_with("/") || host == "localhost" || host.starts_with("127.") || host == "::1";
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

bool wait_for(int socket, short events, SteadyClock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now()).count();
    pollfd descriptor{socket, events, 0};
    const int ready = poll(&descriptor, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

/// SQLSTATE classes that mean "not now" rather than "not this".
StoreError::Kind kind_of(std::string_view state) {
  // 08 connection, 53 resources (but a full disk is a refusal), 57 operator intervention and timeouts, 55P03 lock
  // timeout, 25006 read-only (a standby), 40 rollback (deadlock, serialization)
  if (state == "53100") return StoreError::Kind::refused;
  for (const std::string_view unavailable : {"08", "53", "57", "55P03", "25006", "40"}) {
    if (state.starts_with(unavailable)) return StoreError::Kind::unavailable;
  }
  return StoreError::Kind::refused;
}

class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(PostgresParameters parameters)
      : parameters_(std::move(parameters)), password_(effective(parameters_, "password")) {}

  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  /// Gives the locks back before it leaves: the server would notice only some time later.
  ~PostgresConnection() override {
    if (still_locked()) static_cast<void>(exchange("SELECT pg_advisory_unlock_all()", &kNoParameters, kProbeTime));
  }

  StoreResult<Rows> run(const std::string& sql, const std::vector<Cell>& parameters) override {
    if (in_transaction_) {
      // Never reconnect in here: a new connection would know nothing of the transaction.
      if (sql == "COMMIT" || sql == "ROLLBACK") in_transaction_ = false;
      if (broken()) return unavailable("the connection was lost in the middle of a transaction");
      return counted(sql, &parameters, reply_time());
    }
    if (const auto ready = ensure_connected(); !ready) return std::unexpected(ready.error());
    auto rows = counted(sql, &parameters, reply_time());
    in_transaction_ = sql == "BEGIN" && rows.has_value();
    return rows;
  }

  StoreResult<void> run_script(const std::string& sql) override {
    if (broken()) return unavailable("the connection was lost");
    const auto done = counted(sql, nullptr, reply_time());
    if (!done) return std::unexpected(done.error());
    return {};
  }

  void be_patient(bool patient) override {
    patient_ = patient;
    if (!broken()) static_cast<void>(counted("SET statement_timeout = " + server_time(), &kNoParameters, kReplyTime));
  }

  StoreResult<bool> try_lock(const std::string& account) override {
    if (const auto held = locks_.find(account); held != locks_.end() && held->second && !broken()) return true;
    const auto rows = run("SELECT pg_try_advisory_lock(CAST($1 AS bigint))", {lock_key(account)});
    if (!rows) return std::unexpected(rows.error());
    if (rows->rows.at(0).at(0) != "t") return false;
    locks_[account] = true;
    return true;
  }

  StoreResult<bool> take_over(const std::string& account) override {
    auto taken = try_lock(account);
    if (!taken || *taken) return taken;
    const auto ended = run(kEndSilentHolder, {lock_key(account)});
    if (!ended) return std::unexpected(ended.error());
    // A session that is being ended gives its lock back a moment later.
    for (int i = 0; !ended->rows.empty() && i < 20 && taken && !*taken; ++i) {
      std::this_thread::sleep_for(milliseconds(50));
      taken = try_lock(account);
    }
    return taken;
  }

  bool still_locked() override {
    if (broken() || locks_.empty()) return false;
    if (!std::ranges::all_of(locks_, [](const auto& lock) { return lock.second; })) return false;
    if (!listen()) return false;
    if (BootClock::now() - heard_ < kProbeAfter) return true;
    if (!exchange("SELECT 1", &kNoParameters, kProbeTime)) return false;
    return BootClock::now() - heard_ < kProbeAfter && listen();  // it may have stood still for the answer
  }

  [[nodiscard]] bool lost_lock(const std::string& account) const override {
    const auto lock = locks_.find(account);
    return lock != locks_.end() && !(lock->second && !broken());
  }

  [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
  [[nodiscard]] std::uint64_t statements() const override { return statements_; }
  [[nodiscard]] std::string description() const override { return describe(parameters_); }

 private:
  [[nodiscard]] bool broken() const { return !handle_ || PQstatus(handle_.get()) != CONNECTION_OK; }
  [[nodiscard]] milliseconds reply_time() const { return patient_ ? kPatientReplyTime : kReplyTime; }

  [[nodiscard]] std::string server_time() const {
    return std::to_string((patient_ ? kPatientServerTime : kServerTime).count());
  }

  /// Without a password, whoever wrote the message.
  [[nodiscard]] std::unexpected<StoreError> error(StoreError::Kind kind, std::string message) const {
    message = one_line(std::move(message));
    for (std::size_t at = 0; !password_.empty() && (at = message.find(password_, at)) != std::string::npos; at += 3) {
      message.replace(at, password_.size(), "***");
    }
    return std::unexpected(StoreError{kind, description() + ": " + message});
  }
  [[nodiscard]] std::unexpected<StoreError> unavailable(std::string message) const {
    return error(StoreError::Kind::unavailable, std::move(message));
  }

  void drop() {
    handle_.reset();
    for (auto& [account, held] : locks_) held = false;
  }

  /// Takes in what the server may have said unasked, above all that it is gone: of a session that it ends, first why,
  /// then the end.
  bool listen() {
    while (!broken()) {
      pollfd descriptor{PQsocket(handle_.get()), POLLIN, 0};
      if (poll(&descriptor, 1, 0) <= 0) return true;
      if (PQconsumeInput(handle_.get()) == 0) drop();
    }
    return false;
  }

  StoreResult<void> ensure_connected() {
    if (!broken() && listen()) return {};
    drop();
    if (const auto connected = connect(); !connected) {
      drop();
      return connected;
    }
    return {};
  }

  StoreResult<void> connect() {
    const auto deadline = SteadyClock::now() + kConnectTime;
    std::vector<const char*> keys;
    std::vector<const char*> values;
    const auto add = [&](const char* key, const char* value) {
      keys.push_back(key);
      values.push_back(value);
    };
    for (const auto& [key, value] : parameters_) add(key.c_str(), value.c_str());
    const bool encrypted_or_local = !value_of(parameters_, "sslmode").empty() ||
                                    std::getenv("PGSSLMODE") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    if (!encrypted_or_local) add("sslmode", is_loopback(effective(parameters_, "host")) ? "prefer" : "require");
    add("connect_timeout", "4");
    add("client_encoding", "UTF8");
    add("application_name", "belay");
    add("keepalives_idle", "10");
    add("keepalives_interval", "3");
    add("keepalives_count", "3");
    add("tcp_user_timeout", "10000");
    // Times in UTC and readable; a paused process must not hold row locks. The user's own options come first.
    const std::string options = effective(parameters_, "options") +
                                " -c TimeZone=UTC -c DateStyle=ISO -c idle_in_transaction_session_timeout=15000"
                                " -c client_min_messages=error -c statement_timeout=" +
                                server_time();
    add("options", options.c_str());
    keys.push_back(nullptr);
    values.push_back(nullptr);
    handle_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
    if (!handle_) return unavailable("out of memory");
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (PQstatus(handle_.get()) != CONNECTION_BAD && status != PGRES_POLLING_OK) {
      const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
      if (!wait_for(PQsocket(handle_.get()), events, deadline))
        return unavailable("no answer within 4 s of connecting");
      status = PQconnectPoll(handle_.get());
      if (status == PGRES_POLLING_FAILED) break;
    }
    if (PQstatus(handle_.get()) != CONNECTION_OK) {
      return unavailable(std::string("cannot connect: ") + PQerrorMessage(handle_.get()));
    }
    PQsetnonblocking(handle_.get(), 1);
    heard_ = BootClock::now();
    return {};
  }

  /// A statement that somebody asked for. What only shows whether the server is there is none of a pass's.
  StoreResult<Rows> counted(const std::string& sql, const std::vector<Cell>* parameters, milliseconds time) {
    ++statements_;
    return exchange(sql, parameters, time);
  }

  /// Sends one statement (a script without parameters: several) and awaits its end.
  StoreResult<Rows> exchange(const std::string& sql, const std::vector<Cell>* parameters, milliseconds time) {
    const auto deadline = SteadyClock::now() + time;
    const auto asked = BootClock::now();
    fail_point("statement");
    if (!send(sql, parameters)) return lost();
    for (int flushed = PQflush(handle_.get()); flushed != 0; flushed = PQflush(handle_.get())) {
      if (flushed < 0) return lost();
      if (!wait_for(PQsocket(handle_.get()), POLLIN | POLLOUT, deadline)) return late(time);
      if (PQconsumeInput(handle_.get()) == 0) return lost();
    }
    StoreResult<Rows> answer = Rows();
    for (;;) {
      while (PQisBusy(handle_.get()) != 0) {
        if (!wait_for(PQsocket(handle_.get()), POLLIN, deadline)) return late(time);
        if (PQconsumeInput(handle_.get()) == 0) return lost();
      }
      const Reply reply(PQgetResult(handle_.get()));
      if (!reply) break;
      if (answer) answer = rows_of(reply.get());
    }
    if (PQstatus(handle_.get()) != CONNECTION_OK) return lost();
    heard_ = asked;  // and no later: the reply may have lain here while this process stood still
    fail_point("statement done");
    return answer;
  }

  bool send(const std::string& sql, const std::vector<Cell>* parameters) {
    if (parameters == nullptr) return PQsendQuery(handle_.get(), sql.c_str()) == 1;
    std::vector<const char*> values;
    for (const Cell& cell : *parameters) values.push_back(cell ? cell->c_str() : nullptr);
    return PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                             nullptr, nullptr, 0) == 1;
  }

  std::unexpected<StoreError> lost() {
    auto failure = unavailable(std::string("the connection was lost: ") + PQerrorMessage(handle_.get()));
    drop();
    return failure;
  }

  std::unexpected<StoreError> late(milliseconds time) {
    auto failure = unavailable("no answer within " + std::to_string(time.count() / 1000) + " s");
    drop();
    return failure;
  }

  StoreResult<Rows> rows_of(PGresult* reply) const {
    const ExecStatusType status = PQresultStatus(reply);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
      const char* state = PQresultErrorField(reply, PG_DIAG_SQLSTATE);
      const char* detail = PQresultErrorField(reply, PG_DIAG_MESSAGE_PRIMARY);
      return error(kind_of(state != nullptr ? state : "08000"),
                   std::string(detail != nullptr ? detail : PQresultErrorMessage(reply)) +
                       (state != nullptr ? " (SQLSTATE " + std::string(state) + ")" : ""));
    }
    Rows out;
    const int width = PQnfields(reply);
    for (int column = 0; column < width; ++column) {
      out.columns.emplace(PQfname(reply, column), static_cast<std::size_t>(column));
    }
    const int count = PQntuples(reply);
    out.rows.reserve(static_cast<std::size_t>(count));
    for (int row = 0; row < count; ++row) {
      std::vector<Cell>& cells = out.rows.emplace_back();
      cells.reserve(static_cast<std::size_t>(width));
      for (int column = 0; column < width; ++column) {
        if (PQgetisnull(reply, row, column) != 0) {
          cells.emplace_back();
        } else {
          cells.emplace_back(std::in_place, PQgetvalue(reply, row, column),
                             static_cast<std::size_t>(PQgetlength(reply, row, column)));
        }
      }
    }
    const char* changed = PQcmdTuples(reply);
    std::from_chars(changed, changed + std::strlen(changed), out.changed);
    return out;
  }

  inline static const std::vector<Cell> kNoParameters;

  PostgresParameters parameters_;
  std::string password_;
  Handle handle_;
  bool patient_ = false;
  bool in_transaction_ = false;
  BootClock::time_point heard_;        // the server was there, and the locks with it, at this moment or later
  std::map<std::string, bool> locks_;  // by account: taken, and still held as far as is known
  std::uint64_t statements_ = 0;
};

}  // namespace

StoreResult<PostgresParameters> parse_postgres_url(std::string_view url) {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(std::string(url).c_str(), &complaint));
  PQfreemem(complaint);
  if (!options) {
    return std::unexpected(
        StoreError{StoreError::Kind::refused,
                   "the store's URL is malformed; it must read postgresql://USER:PASSWORD@HOST:PORT/NAME, "
                   "with reserved characters of the password percent-encoded"});
  }
  PostgresParameters out;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') out.emplace_back(option->keyword, option->val);
  }
  return out;
}

std::string describe(const PostgresParameters& parameters) {
  const std::string user = effective(parameters, "user");
  const std::string host = effective(parameters, "host");
  const std::string name = effective(parameters, "dbname");
  return "postgresql://" + (user.empty() ? "" : user + "@") + (host.empty() ? "localhost" : host) + ":" +
         effective(parameters, "port") + "/" + (name.empty() ? user : name);
}

StoreResult<std::unique_ptr<Connection>> connect_postgres(PostgresParameters parameters) {
  return std::make_unique<PostgresConnection>(std::move(parameters));
}

}  // namespace belay::store
