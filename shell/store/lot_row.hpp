// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/trading/lot.hpp"
#include "shell/store/connection.hpp"

namespace belay::store {

/// A row of active_positions, read. `lot` holds whatever could be read even where `why` says what could not.
struct LotRow {
  Lot lot;
  bool ours = true;                ///< false: another service wrote it, it has no uid yet
  std::optional<std::string> why;  ///< what is not understood; absent when all is well
};

/// Rows of another service may lack anything that Belay added, hold the sides "call" and "put", and be `closing`
/// without an exit: such a one is read as open, with a concern, since no exit of ours is under way.
LotRow read_lot(const Rows& rows, std::size_t row);

inline constexpr const char* kTakenOver =
    "taken over from another service; held against the broker before anything acts";

}  // namespace belay::store
