// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell/json/value.hpp"

namespace belay::app {

/// A line on standard output, flushed.
void print(std::string_view line);
/// One line of JSON on standard output.
void print_json(const json::Value& value);
/// "belay: …" on standard error.
void complain(std::string_view message);
[[nodiscard]] bool out_is_terminal();

/// Columns of text under their titles, for people.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Lines without line ends; no blanks at their ends.
  [[nodiscard]] std::vector<std::string> lines() const;
  void show() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace belay::app
