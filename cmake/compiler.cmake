# SPDX-License-Identifier: Apache-2.0
# Language level, warnings, hardening and sanitizers: one place for all targets.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON) # gnu++23: __int128 in <type_traits>
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(BELAY_WERROR "Treat warnings as errors" ON)
set(BELAY_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, e.g. address,undefined or thread")
option(BELAY_FUZZ "Build the fuzz targets (clang only)" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(BELAY_CCACHE ccache)
if(BELAY_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${BELAY_CCACHE}")
endif()
find_program(BELAY_MOLD mold)
if(BELAY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
                    -Wconversion -Wno-sign-conversion -Wnull-dereference -Wimplicit-fallthrough)
# gnu++23 is chosen for __int128; -Wpedantic would otherwise object to the very thing.
add_compile_options(-Wno-pedantic)
# Designated initialisers leave out what keeps its default: that is their use.
add_compile_options(-Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wduplicated-cond -Wlogical-op)
  # GCC 12 reports these inside libstdc++ and Boost at -O2 for code that is right; clang-tidy covers the ground.
  add_compile_options(-Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(BELAY_WERROR)
  add_compile_options(-Werror)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection
                      -fcf-protection)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_link_options(-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
  # Assertions are part of the product: never NDEBUG.
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g0")
endif()

if(BELAY_SANITIZE)
  add_compile_options(-fsanitize=${BELAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${BELAY_SANITIZE})
  if(BELAY_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan) # Asio uses fences that TSan cannot model; the warning is about those
  endif()
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(simdjson REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(absl REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(GTest REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(benchmark REQUIRED)
include(GoogleTest)

# Cairo has no package file for CMake.
find_package(Freetype REQUIRED)
find_path(BELAY_CAIRO_HEADERS cairo-ft.h PATH_SUFFIXES cairo REQUIRED)
find_library(BELAY_CAIRO cairo REQUIRED)
add_library(Belay::cairo INTERFACE IMPORTED)
target_include_directories(Belay::cairo INTERFACE "${BELAY_CAIRO_HEADERS}")
target_link_libraries(Belay::cairo INTERFACE "${BELAY_CAIRO}" Freetype::Freetype)
