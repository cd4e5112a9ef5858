// SPDX-License-Identifier: Apache-2.0
#include "shell/store/sqlite_connection.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <utility>

#include "shell/failpoint/fail_point.hpp"

namespace belay::store {
namespace {

constexpr int kBusyMilliseconds = 3000;
constexpr int kPatientMilliseconds = 30'000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

StoreError::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return StoreError::Kind::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreError::Kind::foreign;
    default:
      return StoreError::Kind::refused;
  }
}

/// A file whose flock stands for one account. Dies with the process.
class LockFile {
 public:
  LockFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  LockFile(LockFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  /// The name still leads to the file that we hold: nobody removed it, so nobody else can hold "it".
  [[nodiscard]] bool ours() const {
    struct stat held{};
    struct stat named{};
    return fstat(descriptor_, &held) == 0 && stat(path_.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
  }

 private:
  int descriptor_;
  std::string path_;
};

std::string file_name_part(std::string_view account) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : account) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(Database database, std::filesystem::path path)
      : database_(std::move(database)), path_(std::move(path)) {}

  StoreResult<Rows> run(const std::string& sql, const std::vector<Cell>& parameters) override {
    ++statements_;
    fail_point("statement");
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK) {
      return failure();
    }
    const Statement statement(raw);
    if (const auto bound = bind(raw, parameters); !bound) return std::unexpected(bound.error());
    auto rows = rows_of(raw);
    fail_point("statement done");
    return rows;
  }

  /// "ALTER TABLE t ADD COLUMN IF NOT EXISTS c …" is understood here, as PostgreSQL has it and SQLite has not.
  StoreResult<void> run_script(const std::string& sql) override {
    std::string statement;
    std::size_t at = 0;
    while (at < sql.size()) {
      const std::size_t end = sql.find('\n', at);
      const std::string line = sql.substr(at, end == std::string::npos ? std::string::npos : end - at);
      at = end == std::string::npos ? sql.size() : end + 1;
      if (line.starts_with("--")) continue;
      statement += line + "\n";
      if (line.find_first_not_of(" \t") == std::string::npos || sqlite3_complete(statement.c_str()) == 0) continue;
      if (const auto done = run_one(statement); !done) return done;
      statement.clear();
    }
    return {};
  }

  void be_patient(bool patient) override {
    sqlite3_busy_timeout(database_.get(), patient ? kPatientMilliseconds : kBusyMilliseconds);
  }

  StoreResult<bool> try_lock(const std::string& account) override {
    if (const auto held = locks_.find(account); held != locks_.end()) {
      if (held->second.ours()) return true;
      locks_.erase(held);
    }
    const std::string path = path_.string() + ".lock-" + file_name_part(account);
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return std::unexpected(
          StoreError{StoreError::Kind::unavailable, "cannot open the lock file " + path + ": " + std::strerror(errno)});
    }
    LockFile file(descriptor, path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 || !file.ours()) return false;
    locks_.emplace(account, std::move(file));
    return true;
  }

  bool still_locked() override {
    for (const auto& [account, file] : locks_) {
      if (!file.ours()) return false;
    }
    return !locks_.empty();
  }

  [[nodiscard]] bool lost_lock(const std::string& account) const override {
    const auto held = locks_.find(account);
    return held != locks_.end() && !held->second.ours();
  }

  [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
  [[nodiscard]] std::uint64_t statements() const override { return statements_; }
  [[nodiscard]] std::string description() const override { return "sqlite:" + path_.string(); }

  [[nodiscard]] std::unexpected<StoreError> failure() const {
    return std::unexpected(StoreError{kind_of(sqlite3_extended_errcode(database_.get())),
                                      path_.string() + ": " + sqlite3_errmsg(database_.get())});
  }

 private:
  StoreResult<void> bind(sqlite3_stmt* statement, const std::vector<Cell>& parameters) const {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const int index = sqlite3_bind_parameter_index(statement, ("$" + std::to_string(i + 1)).c_str());
      if (index == 0) continue;  // this dialect's text does not need it
      const Cell& cell = parameters[i];
      const int code =
          cell ? sqlite3_bind_text64(statement, index, cell->data(), cell->size(), SQLITE_STATIC, SQLITE_UTF8)
               : sqlite3_bind_null(statement, index);
      if (code != SQLITE_OK) return failure();
    }
    return {};
  }

  StoreResult<Rows> rows_of(sqlite3_stmt* statement) const {
    Rows out;
    const int width = sqlite3_column_count(statement);
    for (int i = 0; i < width; ++i) out.columns.emplace(sqlite3_column_name(statement, i), static_cast<std::size_t>(i));
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) break;
      if (code != SQLITE_ROW) return failure();
      std::vector<Cell>& row = out.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(width));
      for (int i = 0; i < width; ++i) row.push_back(cell(statement, i));
    }
    out.changed = sqlite3_changes64(database_.get());
    return out;
  }

  static Cell cell(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_NULL) return std::nullopt;
    // Text before bytes: the count belongs to the text.
    const auto* characters = sqlite3_column_text(statement, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return std::string(reinterpret_cast<const char*>(characters), size);
  }

  StoreResult<void> run_one(std::string statement) {
    static constexpr std::string_view kClause = " ADD COLUMN IF NOT EXISTS ";
    if (const std::size_t clause = statement.find(kClause); clause != std::string::npos) {
      const std::size_t start = statement.find("ALTER TABLE ") + std::strlen("ALTER TABLE ");
      const std::string table = statement.substr(start, clause - start);
      const std::size_t name = clause + kClause.size();
      const std::string column = statement.substr(name, statement.find_first_of(" ;\n", name) - name);
      const auto there = run("SELECT 1 FROM pragma_table_info($1) WHERE name = $2", {table, column});
      if (!there) return std::unexpected(there.error());
      if (!there->rows.empty()) return {};
      statement.replace(clause, kClause.size(), " ADD COLUMN ");
    }
    const auto done = run(statement, {});
    if (!done) return std::unexpected(done.error());
    return {};
  }

  Database database_;
  std::filesystem::path path_;
  std::map<std::string, LockFile> locks_;
  std::uint64_t statements_ = 0;
};

std::unexpected<StoreError> cannot_open(const std::filesystem::path& path, const std::string& why) {
  return std::unexpected(StoreError{StoreError::Kind::unavailable, "cannot open " + path.string() + ": " + why});
}

/// Creates what is missing before SQLite does, with rights for the owner alone. A file that is there is not opened:
/// closing it again would drop the locks of every other connection that this process has to it, and another process
/// would take the journal for nobody's and remove it.
StoreResult<void> prepare_file(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path parent = path.parent_path();
  if (!parent.empty() && !std::filesystem::exists(parent, failed)) {
    std::filesystem::create_directories(parent, failed);
    if (failed) return cannot_open(path, failed.message());
    std::filesystem::permissions(parent, std::filesystem::perms::owner_all, failed);
  }
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    close(descriptor);
  } else if (errno != EEXIST || access(path.c_str(), R_OK | W_OK) != 0) {
    return cannot_open(path, std::strerror(errno));
  }
  return {};
}

}  // namespace

StoreResult<std::unique_ptr<Connection>> connect_sqlite(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  if (failed) return cannot_open(path, failed.message());
  static std::mutex creating;  // by one thread, and nobody opens it meanwhile: see prepare_file
  const std::lock_guard lock(creating);
  if (const auto ready = prepare_file(absolute); !ready) return std::unexpected(ready.error());

  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(absolute.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return cannot_open(absolute, raw != nullptr ? sqlite3_errmsg(raw) : "out of memory");
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  auto connection = std::make_unique<SqliteConnection>(std::move(database), absolute);
  for (const char* pragma : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
    if (sqlite3_exec(raw, pragma, nullptr, nullptr, nullptr) != SQLITE_OK) return connection->failure();
  }
  return connection;
}

}  // namespace belay::store
