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

  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} GTest::gmock GTest::gtest GTest::gtest_main absl::time)
    gtest_discover_tests(${target}_test TEST_PREFIX "${folder}: " DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300
                         WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_property(GLOBAL APPEND PROPERTY BELAY_TEST_TARGETS ${target}_test)
  endif()
endfunction()
