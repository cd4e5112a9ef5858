#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What check_failures.py finds, and what it leaves alone."""
import os
import tempfile
import unittest

import check_failures

TESTS = {"Orders.F1AreAskedFor": {1}, "Orders.Plain": set(), "test_f2_f3_both": {2, 3}}


def page(**changed):
    """A sound page, with these rows' last cells changed."""
    cells = {number: "none: out of reach" for number in range(1, check_failures.ROWS + 1)}
    cells |= {1: "`Orders.F1AreAskedFor`", 2: "`test_f2_f3_both`", 3: "`test_f2_f3_both`, `Orders.Plain`"}
    cells |= {int(name[1:]): cell for name, cell in changed.items()}
    rows = [f"| {number} | fault | does | {cell} |" for number, cell in cells.items() if cell is not None]
    return "\n".join(["| # | fault | what | tests |", "|---|---|---|---|", *rows])


class CheckFailures(unittest.TestCase):
    def test_a_sound_page_has_nothing_wrong(self):
        self.assertEqual(check_failures.check(page(), TESTS), ([], []))

    def test_a_test_that_does_not_exist(self):
        wrong, _ = check_failures.check(page(_3="`Orders.Gone`"), TESTS)
        self.assertEqual(len(wrong), 1)
        self.assertIn("Orders.Gone", wrong[0])

    def test_a_row_that_is_missing_or_says_nothing(self):
        wrong, _ = check_failures.check(page(_7=None, _8="–"), TESTS)
        self.assertEqual(wrong, ["row 8 names no test and does not say why", "row 7 is missing"])

    def test_a_test_in_another_table_must_exist_too(self):
        wrong, _ = check_failures.check(page() + "\n| stop_loss | `Orders.Gone` |", TESTS)
        self.assertEqual(len(wrong), 1)

    def test_of_a_page_without_rows_the_named_tests_must_exist(self):
        wrong = check_failures.missing("| a | `Orders.*`, `Orders.Plain`, `main.py`, `Gone.*`, `test_gone` |", TESTS)
        self.assertEqual([line.split(":")[0] for line in wrong], ["Gone.*", "test_gone"])

    def test_a_beginning_stands_for_all_that_begin_so(self):
        self.assertEqual(check_failures.check(page() + "\n| stop_loss | `Orders.F1*` |", TESTS), ([], []))
        wrong, _ = check_failures.check(page() + "\n| stop_loss | `Orders.G*` |", TESTS)
        self.assertEqual(len(wrong), 1)

    def test_a_test_that_its_row_does_not_name_is_a_note(self):
        wrong, unnamed = check_failures.check(page(_2="`Orders.Plain`"), TESTS)
        self.assertEqual((wrong, unnamed), ([], ["row 2 does not name test_f2_f3_both"]))

    def test_rows_are_mended(self):
        before = page(_1="`Orders.Gone`, `Orders.F1AreAskedFor`", _2="none: not yet", _3="`Orders.Gone`")
        after = check_failures.mended(before, TESTS)
        self.assertEqual(check_failures.check(after, TESTS), ([], []))
        self.assertIn("| 1 | fault | does | `Orders.F1AreAskedFor` |", after)
        self.assertIn("| 2 | fault | does | `test_f2_f3_both` |", after)

    def test_names_are_read_from_the_sources(self):
        with tempfile.TemporaryDirectory() as root:
            with open(os.path.join(root, "x_test.cpp"), "w", encoding="utf-8") as file:
                file.write("TEST(Orders, F41F42CountOnce) {\nTEST_F(Other,\n       F260116C) {")
            with open(os.path.join(root, "test_x.py"), "w", encoding="utf-8") as file:
                file.write("def test_f20_f21_kill(a):\ndef helper():\n")
            self.assertEqual(check_failures.tests_in(root),
                             {"Orders.F41F42CountOnce": {41, 42}, "Other.F260116C": set(), "test_f20_f21_kill": {20, 21}})


if __name__ == "__main__":
    unittest.main()
