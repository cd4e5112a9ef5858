// SPDX-License-Identifier: Apache-2.0
#include "sim/market/csv_table.hpp"

#include <algorithm>

namespace belay::sim {
namespace {

std::unexpected<Error> error_at(std::string_view name, std::size_t line, std::string_view what) {
  return fail(std::string(name) + ":" + std::to_string(line) + ": " + std::string(what));
}

void split(std::string_view line, std::vector<std::string_view>& into) {
  while (true) {
    const std::size_t comma = line.find(',');
    into.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<CsvTable> CsvTable::read(std::string_view text, std::string_view name) {
  CsvTable table;
  table.name_ = name;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    if (table.header_.empty()) {
      split(line, table.header_);
      continue;
    }
    const std::size_t before = table.fields_.size();
    split(line, table.fields_);
    if (table.fields_.size() - before != table.header_.size()) {
      return error_at(name, number,
                      "has " + std::to_string(table.fields_.size() - before) + " fields, the header " +
                          std::to_string(table.header_.size()));
    }
    table.lines_.push_back(number);
  }
  if (table.header_.empty()) return error_at(name, 1, "the file is empty; expected a header");
  return table;
}

std::optional<std::size_t> CsvTable::column(std::string_view header) const {
  const auto found = std::ranges::find(header_, header);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

std::unexpected<Error> CsvTable::error(std::size_t row, std::string_view what) const {
  return error_at(name_, lines_[row], what);
}

}  // namespace belay::sim
