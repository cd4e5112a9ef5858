# SPDX-License-Identifier: Apache-2.0
# Folder = library = namespace. Sources are found by name: x.cpp belongs to the library, x_test.cpp to its tests.

function(belay_target_name out folder)
  string(REPLACE "/" "_" name "${folder}")
  set(${out} "belay_${name}" PARENT_SCOPE)
endfunction()

# belay_library(FOLDER [USES folder...] [LINK target...])
function(belay_library folder)
  cmake_parse_arguments(ARG "" "" "USES;LINK" ${ARGN})
  belay_target_name(target "${folder}")
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  set(links "")
  foreach(used IN LISTS ARG_USES)
    belay_target_name(used_target "${used}")
    list(APPEND links ${used_target})
  endforeach()

  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PUBLIC ${links} ${ARG_LINK})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} INTERFACE ${links} ${ARG_LINK})
  endif()

  set_property(GLOBAL APPEND PROPERTY BELAY_LIBRARIES ${target})
  if(tests)
    belay_gtest(${target}_test "${folder}" SOURCES ${tests} LINK ${target})
  endif()
endfunction()

# belay_gtest(TARGET FOLDER SOURCES file... LINK target...): one test program, each of its cases a ctest of its own.
# Tests of the pure folders carry the label "pure" (target belay_pure_tests): ./dev sanitize address runs those.
# The others carry "effects" (target belay_effects_tests): ./dev sanitize thread runs those.
function(belay_gtest target folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  set(label effects)
  if(folder MATCHES "^core/" OR folder MATCHES "^sim/(exchange|market|world)$")
    set(label pure)
  endif()
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest GTest::gtest_main absl::time)
  gtest_discover_tests(${target} TEST_PREFIX "${folder}: " DISCOVERY_TIMEOUT 60 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
                       PROPERTIES TIMEOUT 300 LABELS ${label})
  if(NOT TARGET belay_${label}_tests)
    add_custom_target(belay_${label}_tests)
  endif()
  add_dependencies(belay_${label}_tests ${target})
endfunction()

# belay_program(FOLDER): FOLDER/*.cpp becomes <build dir>/belay. All but main.cpp is a library too, so that
# FOLDER/x_test.cpp can test it.
function(belay_program folder)
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  get_property(libraries GLOBAL PROPERTY BELAY_LIBRARIES)
  set(parts ${libraries} CLI11::CLI11 fmt::fmt tomlplusplus::tomlplusplus)

  if(sources)
    add_library(belay_app STATIC ${sources})
    target_include_directories(belay_app PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(belay_app PUBLIC ${parts})
    set(parts belay_app)
  endif()
  if(EXISTS "${PROJECT_SOURCE_DIR}/${folder}/main.cpp")
    add_library(belay_main OBJECT "${folder}/main.cpp")
    target_link_libraries(belay_main PRIVATE ${parts})
    target_compile_definitions(belay_main PRIVATE BELAY_VERSION="${PROJECT_VERSION}")
    add_executable(belay $<TARGET_OBJECTS:belay_main>)
    target_link_libraries(belay PRIVATE ${parts})
    set_target_properties(belay PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  endif()
  if(tests)
    belay_gtest(belay_app_test "${folder}" SOURCES ${tests} LINK ${parts})
  endif()
endfunction()

# belay_faults(FOLDER): <build dir>/belay_failing, the program with FOLDER/fail_point.cpp in place of the library's own
# (nothing else is compiled anew); <build dir>/failing_disk.so and failing_clock.so for LD_PRELOAD. For tests only.
function(belay_faults folder)
  add_executable(belay_failing $<TARGET_OBJECTS:belay_main> "${folder}/fail_point.cpp")
  target_link_libraries(belay_failing PRIVATE belay_app)
  set_target_properties(belay_failing PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  foreach(name disk clock)
    add_library(failing_${name} MODULE "${folder}/${name}.cpp")
    target_link_libraries(failing_${name} PRIVATE ${CMAKE_DL_LIBS})
    set_target_properties(failing_${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  endforeach()
endfunction()

# belay_tests(FOLDER): what crosses folders. FOLDER/<name>/*.cpp becomes one test program that sees everything;
# FOLDER/support, a library of its own, is what tests share; FOLDER/faults is for belay_faults. The house rules are a test as well.
function(belay_tests folder)
  get_property(libraries GLOBAL PROPERTY BELAY_LIBRARIES)
  file(GLOB suites CONFIGURE_DEPENDS LIST_DIRECTORIES true "${folder}/*")
  foreach(suite IN LISTS suites)
    get_filename_component(name "${suite}" NAME)
    file(GLOB sources CONFIGURE_DEPENDS "${suite}/*.cpp")
    if(IS_DIRECTORY "${suite}" AND sources AND NOT name MATCHES "^(support|faults)$")
      belay_gtest(belay_${folder}_${name} "${folder}/${name}" SOURCES ${sources} LINK ${libraries})
      if(TARGET belay)
        add_dependencies(belay_${folder}_${name} belay)
      endif()
    endif()
  endforeach()

  find_program(BELAY_PYTHON NAMES /usr/bin/python3 python3 REQUIRED)
  add_test(NAME house COMMAND "${BELAY_PYTHON}" tools/check_house.py WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  add_test(NAME failures_check_itself COMMAND "${BELAY_PYTHON}" tools/check_failures_test.py
           WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  add_test(NAME house_check_itself COMMAND "${BELAY_PYTHON}" tools/check_house_test.py
           WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
endfunction()

# belay_planted(FOLDER folder...): the tests of FOLDER/planted_test.cpp, over these folders compiled once more with known
# mistakes in them (core/base/planted.hpp). What they do not name comes from the libraries, as LINK says.
function(belay_planted folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  belay_target_name(target "${folder}")
  set(sources "${folder}/planted_test.cpp")
  foreach(one IN LISTS folder ARG_UNPARSED_ARGUMENTS)
    file(GLOB found CONFIGURE_DEPENDS "${one}/*.cpp")
    list(FILTER found EXCLUDE REGEX "_test\\.cpp$")
    list(APPEND sources ${found})
  endforeach()
  belay_gtest(${target}_planted "${folder}" SOURCES ${sources} LINK ${ARG_LINK})
  target_compile_definitions(${target}_planted PRIVATE BELAY_PLANTED_BUGS)
  target_include_directories(${target}_planted PRIVATE "${PROJECT_SOURCE_DIR}")
endfunction()

# belay_bench(FOLDER): each FOLDER/x.cpp becomes <build dir>/bench/x, a Google Benchmark program.
function(belay_bench folder)
  get_property(libraries GLOBAL PROPERTY BELAY_LIBRARIES)
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(belay_bench_${name} "${source}")
    target_link_libraries(belay_bench_${name} PRIVATE ${libraries} benchmark::benchmark_main)
    set_target_properties(belay_bench_${name} PROPERTIES OUTPUT_NAME ${name}
                          RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  endforeach()
endfunction()

# belay_fuzz(FOLDER): each FOLDER/x.cpp becomes <build dir>/fuzz/x, a libFuzzer program (preset fuzz, ./dev fuzz).
# They see core/ and shell/, where foreign input is read.
function(belay_fuzz folder)
  if(NOT BELAY_FUZZ)
    return()
  endif()
  add_custom_target(belay_fuzz)
  get_property(libraries GLOBAL PROPERTY BELAY_LIBRARIES)
  list(FILTER libraries EXCLUDE REGEX "^belay_sim_")
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(belay_fuzz_${name} "${source}")
    target_link_libraries(belay_fuzz_${name} PRIVATE ${libraries})
    target_link_options(belay_fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(belay_fuzz_${name} PROPERTIES OUTPUT_NAME ${name}
                          RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
    add_dependencies(belay_fuzz belay_fuzz_${name})
  endforeach()
endfunction()
