# SPDX-License-Identifier: Apache-2.0
# Puts the .sql files of shell/store/migrations into the library, as texts by dialect and name: the binary needs no files
# beside it. Runs again whenever one of them changes.
file(GLOB sql_files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/migrations/*/*.sql")
list(SORT sql_files)
set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sql_files})
set(generated "// Generated from shell/store/migrations by shell/store/migrations.cmake.\n")
string(APPEND generated "#include \"shell/store/migrations.hpp\"\n\nnamespace belay::store {\n\n")
string(APPEND generated "std::span<const SqlFile> sql_files() {\n  static constexpr SqlFile kFiles[] = {\n")
foreach(sql_file IN LISTS sql_files)
  cmake_path(GET sql_file STEM name)
  cmake_path(GET sql_file PARENT_PATH folder)
  cmake_path(GET folder FILENAME dialect)
  file(READ "${sql_file}" text)
  string(APPEND generated "      {Dialect::${dialect}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
string(APPEND generated "  };\n  return kFiles;\n}\n\n}  // namespace belay::store\n")
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/store_migrations.cpp" CONTENT "${generated}" @ONLY)
target_sources(belay_shell_store PRIVATE "${PROJECT_BINARY_DIR}/generated/store_migrations.cpp")
