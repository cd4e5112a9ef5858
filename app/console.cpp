// SPDX-License-Identifier: Apache-2.0
#include "app/console.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/base/check.hpp"
#include "shell/json/write.hpp"

namespace belay::app {
namespace {

/// Characters, not bytes: what the terminal shows of UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, Table::Align align) {
  const std::string blanks(to - std::min(to, width(text)), ' ');
  return align == Table::Align::right ? blanks + text : text + blanks;
}

}  // namespace

void print(std::string_view line) {
  const std::string whole = std::string(line) + "\n";  // lines of several threads do not mix
  std::fwrite(whole.data(), 1, whole.size(), stdout);
  std::fflush(stdout);
}

void print_json(const json::Value& value) { print(json::write(value)); }

void complain(std::string_view message) {
  const std::string line = "belay: " + std::string(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool out_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

void Table::add(std::vector<std::string> cells) {
  BELAY_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::string> Table::lines() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t widest = width(columns_[c].title);
    for (const auto& row : rows_) widest = std::max(widest, width(row[c]));
    widths.push_back(widest);
  }
  std::vector<std::string> lines;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (c > 0) line += "  ";
      line += padded(cell_of(c), widths[c], columns_[c].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  };
  add_line([&](std::size_t c) { return columns_[c].title; });
  for (const auto& row : rows_) {
    add_line([&](std::size_t c) { return row[c]; });
  }
  return lines;
}

void Table::show() const {
  for (const std::string& line : lines()) print(line);
}

}  // namespace belay::app
