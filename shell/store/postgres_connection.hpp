// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/store/connection.hpp"

namespace belay::store {

/// Connection parameters by libpq's names ("host", "sslmode", …).
using PostgresParameters = std::vector<std::pair<std::string, std::string>>;

/// Takes a URL apart; the error never repeats it, since it may hold a password.
StoreResult<PostgresParameters> parse_postgres_url(std::string_view url);
/// "postgresql://user@host:5432/name"
std::string describe(const PostgresParameters& parameters);
/// A connection that is made at the first statement, and again after it was lost. Every statement has a deadline, kept
/// by the server (statement_timeout) and, should that not answer at all, by us.
StoreResult<std::unique_ptr<Connection>> connect_postgres(PostgresParameters parameters);

}  // namespace belay::store
