// SPDX-License-Identifier: Apache-2.0
#include "app/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "app/text_values.hpp"

namespace belay::app {
namespace {

constexpr std::size_t kLongest = 4096;

/// What systemd hands over (LoadCredential=) lies in a directory for this service alone. The files' own modes may look
/// wider than they are: where the service's right is an access control list, its mask is shown as the group's.
bool is_credential(const std::string& path) {
  const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  return directory != nullptr && *directory == '/' && path.starts_with(std::string(directory) + '/') &&
         path.find("/..") == std::string::npos;
}

Result<std::string> read_all(int file, const std::string& path) {
  struct stat about{};
  if (::fstat(file, &about) != 0) return fail(path + ": " + std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return fail(path + " is no file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !is_credential(path)) {
    return fail(path + " holds a secret, but others than its owner may read it: chmod 600 " + path);
  }
  std::array<char, kLongest + 1> buffer{};
  const ssize_t got = ::read(file, buffer.data(), buffer.size());
  if (got < 0) return fail(path + ": " + std::strerror(errno));
  if (static_cast<std::size_t>(got) > kLongest) return fail(path + " is too long for a secret");
  std::string text(trimmed(std::string_view(buffer.data(), static_cast<std::size_t>(got))));
  if (text.empty()) return fail(path + " is empty");
  return text;
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail("cannot read " + path + ": " + std::strerror(errno));
  auto text = read_all(file, path);
  ::close(file);
  return text;
}

}  // namespace belay::app
