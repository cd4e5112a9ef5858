// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/trading/absence.hpp"
#include "core/trading/loss_limit.hpp"

namespace belay::store {

/// What belay_accounts.loss_limit holds.
std::string loss_limit_text(const LossLimit& limit);
Result<LossLimit> parse_loss_limit(std::string_view text);

/// What belay_accounts.absences holds.
std::string absences_text(const Absences& absences);
Result<Absences> parse_absences(std::string_view text);

}  // namespace belay::store
