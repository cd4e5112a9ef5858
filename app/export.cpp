// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/export_text.hpp"
#include "app/moments.hpp"
#include "app/wiring.hpp"
#include "shell/store/schema.hpp"

namespace belay::app {
namespace {

Result<ExportQuery> query_of(const ExportOptions& options, Timestamp now) {
  ExportQuery query;
  const auto what = parse_exported(options.what);
  if (!what) return fail("--what " + options.what + ": history, events or positions");
  query.what = *what;
  if (!options.from.empty()) {
    const auto from = parse_since("--from", options.from, now);
    if (!from) return std::unexpected(from.error());
    query.from = *from;
  }
  if (!options.to.empty()) {
    const auto to = parse_until("--to", options.to, now);
    if (!to) return std::unexpected(to.error());
    query.to = *to;
  }
  return query;
}

/// Where the export goes. A file appears under its name only when it is whole.
class Target {
 public:
  explicit Target(const std::string& path) : path_(path), part_(path + ".part") {
    if (!path.empty()) file_.reset(std::fopen(part_.c_str(), "wb"));
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    if (path_.empty() || finished_) return;
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }
  [[nodiscard]] bool is_open() const { return path_.empty() || file_; }
  bool write(const std::string& text) {
    std::FILE* const out = path_.empty() ? stdout : file_.get();
    return std::fwrite(text.data(), 1, text.size(), out) == text.size();
  }
  bool finish() {
    if (path_.empty()) return std::fflush(stdout) == 0;
    const bool whole = std::fflush(file_.get()) == 0;
    file_.reset();
    std::error_code failed;
    if (whole) std::filesystem::rename(part_, path_, failed);
    finished_ = whole && !failed;
    return finished_;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::string part_;
  std::unique_ptr<std::FILE, Close> file_;
  bool finished_ = false;
};

int cannot_write(const ExportOptions& options) {
  complain("cannot write " + (options.output.empty() ? std::string("standard output") : options.output) + ": " +
           std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
  return kAttention;
}

/// A page at a time: whatever the number of rows, as little is kept in memory.
int copy(Store& store, ExportQuery query, ExportFormat format, const ExportOptions& options) {
  Target target(options.output);
  if (!target.is_open()) return cannot_write(options);
  ExportWriter writer(format);
  while (true) {
    const auto page = store.page(query);
    if (!page) {
      complain("store: " + page.error().message);
      return exit_code(page.error());
    }
    if (!target.write(writer.rows(*page))) return cannot_write(options);
    if (page->rows.size() < query.limit) break;
    query.after_id = page->last_id;
  }
  return target.write(writer.end()) && target.finish() ? kAllWell : cannot_write(options);
}

}  // namespace

int export_records(const ExportOptions& options) {
  const auto format = parse_export_format(options.json ? "json" : options.format);
  if (!format) {
    complain("--format " + options.format + ": csv, json or jsonl");
    return kUsage;
  }
  auto wired = wire({.broker = false, .store = true});
  if (!wired) return wired.error();
  const auto now = wired->clock->now();
  const auto query = now ? query_of(options, now->wall) : fail(now.error().message);
  if (!query) {
    complain(query.error().message);
    return kUsage;
  }
  const auto version = wired->store->schema_version();
  if (!version || *version == 0) {
    complain(version ? "there is nothing to export yet: run belay cycle first" : "store: " + version.error().message);
    return version ? kUsage : exit_code(version.error());
  }
  if (*version < store::known_version()) {
    complain("the store's tables are older than this Belay: run belay migrate");
    return kStore;
  }
  return copy(*wired->store, *query, *format, options);
}

}  // namespace belay::app
