// SPDX-License-Identifier: Apache-2.0
// A disk that fails as told, for LD_PRELOAD. The file that BELAY_DISK names says how, as of now: "full" (nothing more
// can be written), "broken" (what was written does not reach the disk), "read-only"; absent or empty: all is well.
// Only files whose path contains BELAY_DISK_OF are on it.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string setting(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets one
  return value == nullptr ? "" : value;
}

bool is_on_it(int descriptor) {
  static const std::string part = setting("BELAY_DISK_OF");
  char path[4096];
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  return size > 0 && std::string_view(path, static_cast<std::size_t>(size)).find(part) != std::string_view::npos;
}

std::string trouble(int descriptor) {
  static const std::string file = setting("BELAY_DISK");
  const int saved = errno;
  std::string word;
  if (const int told = ::open(file.c_str(), O_RDONLY | O_CLOEXEC); told >= 0) {
    char text[32];
    const ssize_t size = ::read(told, text, sizeof text);
    ::close(told);
    if (size > 0) word.assign(text, static_cast<std::size_t>(size));
  }
  errno = saved;
  return word.empty() || !is_on_it(descriptor) ? "" : word;
}

bool cannot_write(int descriptor) {
  const std::string word = trouble(descriptor);
  if (word != "full" && word != "read-only") return false;
  errno = word == "full" ? ENOSPC : EROFS;
  return true;
}

int sync(const char* name, int descriptor) {
  if (trouble(descriptor) == "broken") {
    errno = EIO;
    return -1;
  }
  return next<int(int)>(name)(descriptor);
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
  if (cannot_write(descriptor)) return -1;
  return next<ssize_t(int, const void*, size_t)>("write")(descriptor, data, size);
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t at) {
  if (cannot_write(descriptor)) return -1;
  return next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(descriptor, data, size, at);
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t at) {
  if (cannot_write(descriptor)) return -1;
  return next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(descriptor, data, size, at);
}

int ftruncate64(int descriptor, off64_t size) {
  if (cannot_write(descriptor)) return -1;
  return next<int(int, off64_t)>("ftruncate64")(descriptor, size);
}

int posix_fallocate64(int descriptor, off64_t at, off64_t size) {
  if (cannot_write(descriptor)) return ENOSPC;
  return next<int(int, off64_t, off64_t)>("posix_fallocate64")(descriptor, at, size);
}

int fsync(int descriptor) { return sync("fsync", descriptor); }
int fdatasync(int descriptor) { return sync("fdatasync", descriptor); }

}  // extern "C"
