// SPDX-License-Identifier: Apache-2.0
#include "app/demo_screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace belay::app::demonstration {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[2J";  // alternate screen, no cursor, clear
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
// Terminals that know them show everything in between at once; the others ignore them.
constexpr std::string_view kBegin = "\x1b[?2026h\x1b[H";
constexpr std::string_view kEnd = "\x1b[J\x1b[?2026l";

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the terminal is gone: nobody looks any more
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool says_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

TerminalFacts terminal_facts() {
  TerminalFacts facts;
  const std::string_view kind = environment("TERM");
  facts.is_live = ::isatty(STDOUT_FILENO) == 1 && !kind.empty() && kind != "dumb";
  facts.colour = facts.is_live && environment("NO_COLOR").empty();
  facts.unicode = says_utf8();
  return facts;
}

struct Screen::Saved {
  bool has_keys = false;
  termios before{};
};

Screen::Screen(TerminalFacts facts) : facts_(facts), saved_(std::make_unique<Saved>()) {
  if (::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &saved_->before) == 0) {
    termios raw = saved_->before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // single keys, unseen; Ctrl-C stays a signal
    saved_->has_keys = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  write_all(kEnter);
}

Screen::~Screen() {
  write_all(kLeave);
  if (saved_->has_keys) ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_->before);
}

DemoSize Screen::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

void Screen::show(const std::vector<Line>& lines) const {
  std::string out(kBegin);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += "\r\n";
    out += paint(lines[i], facts_.colour);
    out += "\x1b[K";
  }
  out += kEnd;
  write_all(out);
}

char Screen::key() {
  if (!saved_->has_keys) return 0;
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  char pressed = 0;
  if (::poll(&input, 1, 0) != 1 || ::read(STDIN_FILENO, &pressed, 1) != 1) return 0;
  return pressed;
}

}  // namespace belay::app::demonstration
