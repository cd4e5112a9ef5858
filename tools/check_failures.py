#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds docs/failures.md and docs/original-plan.md against the tests: every test that their tables name exists. In the
first, each row of the catalogue is there once, and a row without a test says why. Tests whose name carries a row's number
and which that row does not name are listed, for whoever writes the page; they are no error.

A row is "| number | fault | what Belay does | tests |", tests in backquotes with commas between; where there is none,
the cell begins with "none: ". A C++ test is `Suite.Name`, a Python one `test_name`. `F36` in a C++ name and `f36_` in a
Python one are the row's number. In the tables of rules, exits and guards the last column is the tests too; a name that
ends in * stands for all that begin so.
Usage: check_failures.py [--write] [ROOT]. Exit code 0: clean, 1: findings. --write adds the tests that rows do not name
and takes out those that are gone; whether what the row says still holds is for a person to see.
"""
import os
import re
import sys

ROWS = 80
PAGE = "docs/failures.md"
PLAN = "docs/original-plan.md"
SKIPPED = {"build", ".git", "node_modules", "__pycache__"}
GTEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)\s*\)", re.M)
PYTEST = re.compile(r"^\s*def (test_\w+)\(", re.M)
NAMED = re.compile(r"`([A-Z]\w*\.(?:\w+\*?|\*)|test_\w+\*?)`")
ROW = re.compile(r"^\|\s*(\d+)\s*\|(.*)\|\s*$")
NUMBER = re.compile(r"F(\d+)(?=[A-Z])")
PYTHON_NUMBER = re.compile(r"(?<=_)f(\d+)(?=_)")


def tests_in(root):
    """{name: rows it names}"""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED]
        for name in files:
            if not (name.endswith(".cpp") or re.fullmatch(r"test_\w+\.py", name)):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                source = file.read()
            for suite, case in GTEST.findall(source) if name.endswith(".cpp") else []:
                found[f"{suite}.{case}"] = {int(number) for number in NUMBER.findall(case) if 0 < int(number) <= ROWS}
            for case in PYTEST.findall(source) if name.endswith(".py") else []:
                found[case] = {int(number) for number in PYTHON_NUMBER.findall(case)}
    return found


def exists(name, tests):
    return name in tests or (name.endswith("*") and any(test.startswith(name[:-1]) for test in tests))


def missing(page, tests):
    """The tests that its tables name and that do not exist, a line each."""
    return [f"{name}: no such test: {line[:60]}…" for line in page.splitlines() if line.startswith("|")
            for name in NAMED.findall(line) if not exists(name, tests)]


def check(page, tests):
    """What is wrong, a line each; and what might be added."""
    wrong = missing(page, tests)
    unnamed = []
    rows = {}
    for line in page.splitlines():
        if not line.startswith("|") or set(line) <= set("|-: "):
            continue
        row = ROW.match(line)
        if not row:
            continue
        number = int(row.group(1))
        if number in rows:
            wrong.append(f"row {number} is there twice")
        cell = row.group(2).rsplit("|", 1)[-1].strip()
        rows[number] = set(NAMED.findall(cell))
        if not rows[number] and not re.search(r"\bnone: \S", cell):
            wrong.append(f"row {number} names no test and does not say why")
    wrong += [f"row {number} is missing" for number in range(1, ROWS + 1) if number not in rows]
    for name, numbers in sorted(tests.items()):
        unnamed += [f"row {number} does not name {name}" for number in sorted(numbers) if name not in rows.get(number, ())]
    return wrong, unnamed


def mended(page, tests):
    """The page with each row naming the tests that carry its number, and none that are gone."""
    lines = []
    for line in page.splitlines():
        for name in NAMED.findall(line) if line.startswith("|") else []:
            if not exists(name, tests):
                line = re.sub(rf"`{re.escape(name)}`(, )?", "", line)
        row = ROW.match(line)
        if row:
            begin, cell = row.group(2).rsplit("|", 1)
            new = [f"`{name}`" for name, rows in sorted(tests.items())
                   if int(row.group(1)) in rows and f"`{name}`" not in cell]
            if new and "none: " in cell:
                cell = ""
            cell = ", ".join([part for part in [cell.strip().strip(","), *new] if part])
            line = f"| {row.group(1)} |{begin}| {cell} |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    root = arguments[0] if arguments else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    place = os.path.join(root, PAGE)
    tests = tests_in(root)
    with open(place, encoding="utf-8") as file:
        page = file.read()
    if "--write" in sys.argv:
        page = mended(page, tests)
        with open(place, "w", encoding="utf-8") as file:
            file.write(page)
    wrong, unnamed = check(page, tests)
    with open(os.path.join(root, PLAN), encoding="utf-8") as file:
        wrong_of_plan = missing(file.read(), tests)
    for line in unnamed:
        print(f"{PAGE}: note: {line}")
    for line in wrong:
        print(f"{PAGE}: {line}")
    for line in wrong_of_plan:
        print(f"{PLAN}: {line}")
    wrong += wrong_of_plan
    print(f"failures: {len(wrong)} errors, {len(unnamed)} notes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
