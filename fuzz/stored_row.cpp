// SPDX-License-Identifier: Apache-2.0
// A row that anybody may have written, as lines "column=value": it is read or complained of, and a lot that was
// understood survives the way to the database and back.
#include <utility>

#include "core/base/check.hpp"
#include "shell/json/write.hpp"
#include "shell/store/execution_row.hpp"
#include "shell/store/lot_columns.hpp"
#include "shell/store/lot_row.hpp"

namespace {

using belay::store::Cell;
using belay::store::Rows;

Rows row_of(std::string_view text) {
  Rows rows;
  rows.rows.emplace_back();
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto [place, is_new] = rows.columns.try_emplace(std::string(line.substr(0, equals)), rows.rows[0].size());
    if (is_new) rows.rows[0].emplace_back(std::string(line.substr(equals + 1)));
  }
  return rows;
}

Cell cell_of(const belay::json::Value& value) {
  if (value.is_null()) return std::nullopt;
  if (const std::string* text = value.as_string()) return *text;
  return belay::json::write(value);
}

Rows stored(const belay::store::Columns& columns) {
  Rows rows;
  rows.rows.emplace_back();
  for (const auto& [name, value] : columns) {
    rows.columns.emplace(name, rows.rows[0].size());
    rows.rows[0].push_back(cell_of(value));
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const Rows rows = row_of({reinterpret_cast<const char*>(data), size});
  const auto execution = belay::store::read_execution(rows, 0);
  if (execution) BELAY_CHECK(execution->quantity.is_positive() && !execution->key.empty());

  const auto first = belay::store::read_lot(rows, 0);
  if (first.why || !first.ours) return 0;
  const Rows once = stored(belay::store::lot_columns(first.lot));
  const auto second = belay::store::read_lot(once, 0);
  BELAY_CHECK(!second.why);
  BELAY_CHECK(stored(belay::store::lot_columns(second.lot)).rows == once.rows);
  return 0;
}
