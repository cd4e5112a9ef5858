// SPDX-License-Identifier: Apache-2.0
#include "shell/log/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include "core/trading/words.hpp"
#include "shell/json/write.hpp"

namespace belay::log {
namespace {

constexpr Words<Level, 4> kLevels{{"DEBUG", "INFO", "WARNING", "ERROR"}};

/// How long a reader who has stopped reading is waited for before a line is dropped: no log stands before an exit.
constexpr int kPatienceMs = 1000;

bool is_reserved(std::string_view name) { return name == "ts" || name == "level" || name == "msg"; }

void write_value_to(std::string& out, const FieldValue& value) {
  struct Writer {
    std::string& out;
    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool flag) const { out += flag ? "true" : "false"; }
    void operator()(std::int64_t number) const { out += std::to_string(number); }
    void operator()(const Decimal& decimal) const { out += decimal.text.empty() ? "null" : decimal.text; }
    void operator()(const std::string& text) const { json::write_string_to(out, text); }
    void operator()(const std::vector<std::string>& texts) const {
      out += '[';
      for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) out += ',';
        json::write_string_to(out, texts[i]);
      }
      out += ']';
    }
  };
  std::visit(Writer{out}, value);
}

/// A descriptor that is given whole lines, and what became of the last one.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}

  void write_line(std::string_view line) {
    std::string whole;
    whole.reserve(line.size() + 2);
    if (torn_) whole += '\n';
    whole += line;
    whole += '\n';
    std::string_view rest = whole;
    while (!rest.empty() && write_some(rest)) {
    }
    if (rest.size() < whole.size()) torn_ = !rest.empty();
  }

 private:
  /// At most PIPE_BUF bytes: a pipe that is ready takes those without blocking. False when the reader does not read.
  bool write_some(std::string_view& rest) const {
    pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const int polled = ::poll(&ready, 1, kPatienceMs);
    if (polled < 0 && errno == EINTR) return true;
    if (polled <= 0) return false;
    const ssize_t written = ::write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (written < 0) return errno == EINTR || errno == EAGAIN;
    rest.remove_prefix(static_cast<std::size_t>(written));
    return true;
  }

  int descriptor_;
  bool torn_ = false;  ///< the last line was cut off: the next one begins with a line end
};

}  // namespace

std::string_view to_text(Level level) { return kLevels.text_of(level); }

bool parse_level(std::string_view text, Level& level) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const auto found = kLevels.value_of(upper);
  if (found) level = *found;
  return found.has_value();
}

Log::Log(Sink sink, Level least)
    : sink_([mutex = std::make_shared<std::mutex>(), sink = std::move(sink)](std::string_view line) {
        const std::lock_guard lock(*mutex);
        sink(line);
      }),
      least_(least) {}

Log::Log(const Log& other, Fields always) : sink_(other.sink_), least_(other.least_), always_(std::move(always)) {}

void Log::write(Level level, Timestamp at, std::string_view message, const Fields& fields) {
  if (!wants(level)) return;
  std::string line = R"({"ts":")" + belay::to_text(at) + R"(","level":")";
  line += to_text(level);
  line += R"(","msg":)";
  json::write_string_to(line, message);
  const auto say = [&](const std::string& name, const FieldValue& value) {
    line += ',';
    json::write_string_to(line, is_reserved(name) ? name + '_' : name);
    line += ':';
    write_value_to(line, value);
  };
  for (const auto& [name, value] : fields) say(name, value);
  for (const auto& [name, value] : always_) {
    if (std::ranges::find(fields, name, &Fields::value_type::first) == fields.end()) say(name, value);
  }
  line += '}';
  sink_(line);
}

Log::Sink to_descriptor(int descriptor) {
  return [out = std::make_shared<Descriptor>(descriptor)](std::string_view line) { out->write_line(line); };
}

Log::Sink nowhere() {
  return [](std::string_view) {};
}

}  // namespace belay::log
