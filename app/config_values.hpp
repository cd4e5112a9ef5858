// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/config_keys.hpp"

/// Every value that counts, with where it comes from. Of a secret only that it is set, and from where.
namespace belay::app {

/// What is common; `only` says that it is also the only account's.
std::vector<EffectiveValue> effective_values(const Draft& draft, const Environment& environment, bool only);
/// What one of several accounts has, its own or by what is common.
std::vector<EffectiveValue> account_values(const std::string& account, const Draft& own, const Draft& common,
                                           const Environment& environment);

/// A file to begin with: every key, commented out, with what it is about and what counts without it.
std::string example_config();

}  // namespace belay::app
