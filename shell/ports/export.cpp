// SPDX-License-Identifier: Apache-2.0
#include "shell/ports/export.hpp"

#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<Exported, 3> kExported{{"history", "events", "positions"}};

}  // namespace

std::string_view to_text(Exported what) { return kExported.text_of(what); }

std::optional<Exported> parse_exported(std::string_view text) { return kExported.value_of(text); }

}  // namespace belay
