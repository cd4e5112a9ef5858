// SPDX-License-Identifier: Apache-2.0
#include "core/trading/execution.hpp"

#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<OperatorCommand::Kind, 9> kKinds{
    {"close", "adopt", "resume_loss_limit", "pause", "resume", "reload", "preview_reload", "write_off", "note"}};

}  // namespace

std::string_view to_text(OperatorCommand::Kind kind) { return kKinds.text_of(kind); }

std::optional<OperatorCommand::Kind> parse_command_kind(std::string_view text) { return kKinds.value_of(text); }

}  // namespace belay
