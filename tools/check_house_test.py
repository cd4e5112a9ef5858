#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of check_house.py is shown to bite on a planted sample, and to leave the innocent alone."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_house  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HOUSE = """# SPDX-License-Identifier: Apache-2.0
belay_library(core/base)
belay_library(core/money   USES core/base)
belay_library(core/rules   USES core/base core/money) # belay_library(core/ghost)
belay_library(core/ledger  USES core/base core/money)
belay_library(shell/json   USES core/base LINK simdjson::simdjson)
belay_library(sim/exchange USES core/base core/money)
belay_library(sim/server   USES core/base sim/exchange
                                shell/json)
"""


class HouseTest(unittest.TestCase):
    def check(self, files, cmake=HOUSE):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {"CMakeLists.txt": cmake, **files}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return check_house.check(root)

    def clean(self, path, text, cmake=HOUSE):
        self.assertEqual(self.check({path: SPDX + text}, cmake).errors, [])

    def bites(self, path, text, *expected):
        """One error, and every expected piece of text is in it."""
        errors = self.check({path: SPDX + text}).errors
        self.assertEqual(len(errors), 1, errors)
        for piece in expected:
            self.assertIn(piece, errors[0])


class OneWay(HouseTest):
    def test_a_folder_sees_itself_and_what_it_names(self):
        self.clean("core/rules/stop.cpp", '#include "core/rules/stop.hpp"\n#include "core/money/price.hpp"\n')

    def test_a_sibling_is_out_of_sight(self):
        self.bites("core/rules/stop.cpp", '\n#include "core/ledger/book.hpp"\n', "core/rules/stop.cpp:3", "core/ledger")

    def test_nothing_points_upwards(self):
        self.bites("core/base/check.hpp", '#pragma once\n#include "core/money/price.hpp"\n', "may see nothing but itself")
        self.bites("core/money/price.cpp", '#include "shell/json/parse.hpp"\n', "core/money may not see shell/json")

    def test_the_application_is_seen_by_nobody_below(self):
        self.bites("shell/json/parse.cpp", '#include "app/config.hpp"\n', "shell/json may not see app/config.hpp")
        self.clean("app/main.cpp", '#include "app/config.hpp"\n#include "shell/json/parse.hpp"\n')

    def test_tests_of_a_folder_may_look_down_but_not_up_or_at_the_shell(self):
        self.clean("core/rules/stop_test.cpp", '#include "tests/support/prices.hpp"\n')
        self.clean("core/ledger/book_test.cpp", '#include "core/rules/stop.hpp"\n')
        self.bites("core/rules/stop_test.cpp", '#include "core/ledger/book.hpp"\n', "core/ledger")
        self.bites("sim/exchange/match_test.cpp", '#include "shell/json/parse.hpp"\n', "shell/json")

    def test_a_scene_is_free_like_a_test_and_only_tests_see_it(self):
        self.clean("core/rules/stop_scene.hpp", "#pragma once\n#include <gtest/gtest.h>\n#include <iostream>\n")
        self.clean("core/rules/stop_test.cpp", '#include "core/rules/stop_scene.hpp"\n')
        self.bites("core/rules/stop.cpp", '#include "core/rules/stop_scene.hpp"\n', "is for tests")
        self.bites("core/rules/stop.cpp", '#include "core/rules/testing.hpp"\n', "is for tests")

    def test_programs_do_not_lean_on_tests(self):
        self.bites("app/main.cpp", '#include "tests/support/prices.hpp"\n', "app/ may not see tests/")

    def test_includes_start_at_the_root_and_are_quoted(self):
        self.bites("core/rules/stop.cpp", '#include "stop.hpp"\n', "not a path from the root")
        self.bites("core/rules/stop.cpp", "#include <core/money/price.hpp>\n", "with quotes")

    def test_a_commented_include_does_not_count(self):
        self.clean("core/rules/stop.cpp", '/*\n#include "core/ledger/book.hpp"\n*/\n')

    def test_every_folder_is_declared(self):
        self.bites("core/ghost/boo.cpp", "", "no belay_library line")

    def test_the_list_itself_keeps_the_rule(self):
        for line, expected in [
            ("belay_library(core/late USES core/later)", "not declared before it"),
            ("belay_library(core/late USES shell/json)", "lies above it"),
            ("belay_library(shell/late USES sim/exchange)", "lies above it"),
            ("belay_library(sim/market USES shell/json)", "is pure and uses shell/json"),
            ("belay_library(core/late LINK fmt::fmt)", "is pure and links fmt::fmt"),
        ]:
            with self.subTest(line):
                errors = self.check({}, HOUSE + line + "\n").errors
                self.assertEqual(len(errors), 1, errors)
                self.assertIn(expected, errors[0])
                self.assertIn("CMakeLists.txt:10:", errors[0])


class Purity(HouseTest):
    BANNED = ["double d;", "float f;", "std::unordered_map<int, int> m;", "std::cout << 1;", 'printf("x");',
              "auto t = std::chrono::system_clock::now();", "using C = std::chrono::steady_clock;", "std::thread t;",
              "std::mutex m;", "std::random_device r;", "std::mt19937_64 g;", 'auto* e = getenv("X");',
              "nlohmann::json j;", "boost::asio::io_context c;"]
    HEADERS = ["iostream", "fstream", "cstdio", "thread", "mutex", "random", "unordered_set", "boost/asio.hpp",
               "unistd.h", "fmt/core.h"]

    def test_banned_words_bite_in_pure_folders_only(self):
        for code in self.BANNED:
            with self.subTest(code):
                self.bites("core/money/price.cpp", code + "\n", "core/money/price.cpp:2", "no place in pure code")
                self.bites("sim/exchange/match.cpp", code + "\n", "no place in pure code")
                self.clean("shell/json/parse.cpp", code + "\n")
                self.clean("core/money/price_test.cpp", code + "\n")

    def test_banned_headers_bite_in_pure_folders_only(self):
        for header in self.HEADERS:
            with self.subTest(header):
                self.bites("core/money/price.cpp", f"#include <{header}>\n", f"<{header}>")
                self.clean("sim/server/listen.cpp", f"#include <{header}>\n")

    def test_words_in_comments_and_text_are_free(self):
        self.clean("core/money/price.cpp", "// a double top\n/* float\n std::thread */ const char* s = \"double \\\" float\";\n"
                                           "const char* r = R\"x(double \" )\" float)x\"; char c = '\"'; // double\n")

    def test_code_after_a_grouped_number_is_still_read(self):
        self.bites("core/money/price.cpp", "int n = 1'000'000; double d = 1'0;\n", "'double'")

    def test_words_that_only_contain_a_banned_one_are_free(self):
        self.clean("core/money/price.cpp", "int doubled; int floating_quantity; int redouble;\n")

    def test_the_broken_expectation_may_be_written(self):
        self.clean("core/base/check.cpp", "#include <cstdio>\nvoid f() { std::fprintf(stderr, \"x\"); }\n")


class Form(HouseTest):
    def test_the_licence_line_is_there(self):
        for path in ["core/money/price.cpp", "tools/sweep.py", "shell/store/migrations/001.sql", "dev", ".ci/run"]:
            with self.subTest(path):
                errors = self.check({path: "\n"}, HOUSE + "belay_library(shell/store)\n").errors
                self.assertEqual(errors, [f"{path}:1: the licence line is missing: SPDX-License-Identifier: Apache-2.0"])

    def test_it_may_follow_the_interpreter_line(self):
        self.assertEqual(self.check({"dev": "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n"}).errors, [])

    def test_a_header_is_included_once(self):
        self.bites("core/money/price.hpp", "struct Price {};\n", "#pragma once")

    def test_long_files_warn_and_longer_ones_fail(self):
        self.clean("core/money/price.cpp", "\n" * 399)
        found = self.check({"core/money/price.cpp": SPDX + "\n" * 400})
        self.assertEqual((found.errors, len(found.warnings)), ([], 1))
        self.assertEqual(self.check({"core/money/price.cpp": SPDX + "\n" * 599}).errors, [])
        self.bites("core/money/price.cpp", "\n" * 600, "601 lines; the limit is 600")

    def test_empty_names_are_refused(self):
        for path in ["core/money/utils.cpp", "core/money/price_helpers.cpp", "app/common/x.cpp", "app/order_manager.cpp"]:
            with self.subTest(path):
                self.bites(path, "", "says nothing")
        self.clean("app/commonwealth.cpp", "")

    def test_unfinished_and_switched_off_work_is_refused(self):
        for text in ["// TO" "DO: later", "// FIX" "ME", "TEST(A, DISABLE" "D_B) {}", "GTEST_SKI" "P();"]:
            with self.subTest(text):
                self.bites("core/money/price_test.cpp", text + "\n", "finish it")

    def test_what_is_built_or_fetched_is_not_looked_at(self):
        self.assertEqual(self.check({"build/x.cpp": "", "tests/openapi/node_modules/a/utils.js": ""}).errors, [])


if __name__ == "__main__":
    unittest.main()
