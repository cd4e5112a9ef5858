// SPDX-License-Identifier: Apache-2.0
// One process has several connections to a file, one for each account; other processes come and go.
#include <gmock/gmock.h>

#include <cstdlib>

#include "shell/store/testing.hpp"

namespace belay::store::testing {
namespace {

/// What another process does with the file: the journal is its to remove when it goes, if it takes itself for the last.
void elsewhere(const std::string& file, const std::string& sql) {
  const std::string command = "python3 -c \"import sqlite3; c = sqlite3.connect('" + file + "'); c.execute(\\\"" + sql +
                              "\\\"); c.commit(); c.close()\"";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(cert-env33-c)
}

TEST(SqliteSharing, AnotherConnectionOfTheProcessTakesNoLocksAway) {
  Database database(Dialect::sqlite);
  const auto first = database.open();
  must(first->migrate());
  const auto second = database.open();
  const std::string file = database.spec().substr(7);
  const std::string command =
      "INSERT INTO belay_commands (account_name, lot_uid, who, why, command) VALUES ('main', "
      "'', 'ann', '', 'resume_loss_limit')";
  elsewhere(file, command);
  EXPECT_EQ(must(first->waiting_commands("main")).size(), 1U);
  must(first->save("main", {.account_number = "PA1"}));
  elsewhere(file, command);
  EXPECT_EQ(must(first->waiting_commands("main")).size(), 2U);
  EXPECT_EQ(must(second->load("main", {})).account_number, "PA1");
  EXPECT_EQ(must(database.open()->load("main", {})).account_number, "PA1");
}

}  // namespace
}  // namespace belay::store::testing
