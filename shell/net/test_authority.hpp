// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace belay::net {

/// A certificate authority made for these tests, and what it has signed, in a folder that goes with it.
class TestAuthority {
 public:
  TestAuthority() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-tls-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    openssl("-subj '/CN=Belay test authority' -keyout ca.key -out ca.pem");
  }
  ~TestAuthority() { std::filesystem::remove_all(folder_); }
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  /// Makes <name>.pem and <name>.key. `alternative`: e.g. DNS:localhost
  void sign(const std::string& name, const std::string& alternative) {
    openssl("-CA ca.pem -CAkey ca.key -subj '/CN=" + name + "' -addext subjectAltName=" + alternative +
            " -addext basicConstraints=critical,CA:FALSE -keyout " + name + ".key -out " + name + ".pem");
  }

  [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  void openssl(const std::string& arguments) {
    const std::string command = "cd " + folder_.string() +
                                " && openssl req -x509 -days 2 -nodes -newkey ec -pkeyopt "
                                "ec_paramgen_curve:prime256v1 " +
                                arguments + " 2>/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  std::filesystem::path folder_;
};

}  // namespace belay::net
