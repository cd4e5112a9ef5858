// SPDX-License-Identifier: Apache-2.0
#include "app/export_text.hpp"

#include "core/trading/words.hpp"
#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"

namespace belay::app {
namespace {

using Cell = std::optional<std::string>;

constexpr Words<ExportFormat, 3> kFormats{{"csv", "json", "jsonl"}};
constexpr std::string_view kLineEnd = "\r\n";

void add_csv(std::string& out, const Cell& cell) {
  if (!cell) return;
  if (!cell->empty() && cell->find_first_of(",\"\r\n") == std::string::npos) {
    out += *cell;
    return;
  }
  out += '"';
  for (const char c : *cell) out += c == '"' ? "\"\"" : std::string(1, c);
  out += '"';
}

void add_json(std::string& out, const Cell& cell, ExportColumn::Kind kind) {
  using Kind = ExportColumn::Kind;
  if (!cell) {
    out += "null";
    return;
  }
  const bool bare = kind == Kind::boolean || (kind == Kind::integer && json::is_number_text(*cell));
  if (bare) {
    out += *cell;
  } else if (const auto parsed = kind == Kind::json ? json::parse(*cell) : fail("a text"); parsed) {
    json::write_to(out, *parsed);
  } else {
    json::write_string_to(out, *cell);
  }
}

std::string csv_row(const std::vector<Cell>& row) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    add_csv(out, row[i]);
  }
  return out + std::string(kLineEnd);
}

std::string json_row(const ExportPage& page, const std::vector<Cell>& row) {
  std::string out = "{";
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += ',';
    json::write_string_to(out, page.columns[i].name);
    out += ':';
    add_json(out, row[i], page.columns[i].kind);
  }
  return out + "}";
}

}  // namespace

std::optional<ExportFormat> parse_export_format(std::string_view text) { return kFormats.value_of(text); }

std::string ExportWriter::rows(const ExportPage& page) {
  std::string out;
  if (!begun_ && format_ == ExportFormat::csv) {
    std::vector<Cell> header;
    for (const ExportColumn& column : page.columns) header.emplace_back(column.name);
    out += csv_row(header);
  }
  if (!begun_ && format_ == ExportFormat::json) out += '[';
  begun_ = true;
  for (const std::vector<Cell>& row : page.rows) {
    if (format_ == ExportFormat::csv) {
      out += csv_row(row);
      continue;
    }
    if (format_ == ExportFormat::json && any_row_) out += ',';
    any_row_ = true;
    out += json_row(page, row);
    if (format_ == ExportFormat::jsonl) out += '\n';
  }
  return out;
}

std::string ExportWriter::end() const { return format_ == ExportFormat::json ? "]\n" : ""; }

}  // namespace belay::app
