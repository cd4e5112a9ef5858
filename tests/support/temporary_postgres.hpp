// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace belay::testing {

/// A PostgreSQL server of one's own on a free loopback port, for tests against the real thing: the Debian package's
/// programs, a cluster in a temporary directory (as user "postgres" where the tests run as root), durability off. Gone
/// at destruction, and also when the test's process dies. Throws std::runtime_error, saying what is missing, where it
/// cannot be had.
class TemporaryPostgres {
 public:
  TemporaryPostgres();
  TemporaryPostgres(const TemporaryPostgres&) = delete;
  TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;
  ~TemporaryPostgres();

  /// "postgresql://belay@127.0.0.1:PORT/DATABASE"
  [[nodiscard]] std::string url(std::string_view database = "postgres") const;
  /// Creates a database that is not there yet and gives its URL.
  std::string create_database(const std::string& name);
  /// As an outage: immediately, connections are cut. The data stays.
  void stop();
  /// Again, on the same port. Returns when connections are accepted.
  void start();
  /// The processes of the server stand still, connections stay open and nothing answers; and go on.
  void freeze();
  void thaw();

 private:
  [[nodiscard]] int postmaster() const;
  void run(const std::string& program, const std::string& arguments) const;
  void signal_all(int signal) const;

  std::filesystem::path programs_;
  std::filesystem::path directory_;
  int port_ = 0;
  int watchdog_ = -1;  // writing end of a pipe: when it closes …
  int guard_ = 0;      // … this process ends the server and removes the directory
};

}  // namespace belay::testing
