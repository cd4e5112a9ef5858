// SPDX-License-Identifier: Apache-2.0
// A machine whose clock is set as told, for LD_PRELOAD: the file that BELAY_TIME_OFF names says by how many
// milliseconds the time of day is off, as of now. The time that runs since the machine started is left alone.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

std::int64_t milliseconds_off() {
  const char* file = std::getenv("BELAY_TIME_OFF");  // NOLINT(concurrency-mt-unsafe): nobody sets one
  if (file == nullptr) return 0;
  const int saved = errno;
  std::int64_t off = 0;
  if (const int told = ::open(file, O_RDONLY | O_CLOEXEC); told >= 0) {
    char text[32] = {};
    if (::read(told, text, sizeof text - 1) > 0) off = std::strtoll(text, nullptr, 10);
    ::close(told);
  }
  errno = saved;
  return off;
}

}  // namespace

extern "C" int clock_gettime(clockid_t id, timespec* at) noexcept {
  static auto* const real = reinterpret_cast<int (*)(clockid_t, timespec*)>(dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(id, at);
  if (result != 0 || id != CLOCK_REALTIME) return result;
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t nanos = at->tv_sec * kSecond + at->tv_nsec + milliseconds_off() * 1'000'000;
  at->tv_sec = nanos / kSecond;
  at->tv_nsec = nanos % kSecond;
  return 0;
}
