#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house that a compiler does not: who may include whom, and what has no place here.

The belay_library(FOLDER USES ...) lines of CMakeLists.txt are the one statement of what each folder may see; this
reads them and holds every #include against them. Usage: check_house.py [ROOT]. Exit code 0: clean, 1: findings.
"""
import os
import re
import sys
from dataclasses import dataclass, field

LINES_AIM = 400
LINES_LIMIT = 600

# Lower layers know nothing of higher ones: core none of the others, shell nothing of sim. Of sim, sim/server and
# sim/world borrow from the shell.
LAYERS_BELOW = {"core": {"core"}, "shell": {"core", "shell"}, "sim": {"core", "shell", "sim"},
                "tests": {"core", "shell", "sim", "tests"}}
PURE = re.compile(r"(core/.*|sim/(exchange|market|world))$")
# sim/world runs the production runtime and log on virtual time; its own code is held to the rules of pure code.
PURE_OVER_SHELL = "sim/world"
# These stand at the top and may see every library.
TOP = ("app", "tests", "bench", "fuzz")

SKIPPED_FOLDERS = {"build", ".git", "node_modules", "dist", ".cache", "__pycache__", ".pytest_cache"}
CPP = (".cpp", ".hpp")
SOURCE = CPP + (".py", ".cmake", ".sql", ".sh", ".js", ".mjs", ".ts", ".tsx")
SOURCE_NAMES = ("CMakeLists.txt", "dev", "run")

BANNED_NAMES = re.compile(r"(?:^|[_.\-])(utils?|helpers?|common|managers?)(?=$|[_.\-])")
# The bracketed letter keeps this file from finding itself.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E)\b|DISABLE[D]_|GTEST_SKI[P]|pytest\.(?:mark\.)?(?:skip|xfail)"
                        r"|\b(?:it|test|describe)\.ski[p]\(")

# Pure code computes; it neither looks at the world nor changes it, and counts money exactly.
BANNED_WORDS = [
    (re.compile(r"\b(double|float)\b"), "counts in binary fractions"),
    (re.compile(r"\bunordered_\w+"), "has no order to rely on: same input, same output, byte for byte"),
    (re.compile(r"\bstd::(cout|cerr|clog|cin)\b|\b(printf|fprintf|puts|fopen|fwrite)\b"), "does input or output"),
    (re.compile(r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday)\b"),
     "reads a clock: time arrives inside the event"),
    (re.compile(r"\bstd::(j?thread|mutex|shared_mutex|recursive_mutex|condition_variable\w*|async|atomic\w*)\b"),
     "is about threads"),
    (re.compile(r"\b(random_device|mt19937\w*|srand)\b|\bstd::rand\b"), "is not reproducible"),
    (re.compile(r"\b(getenv|setenv)\s*\(|\bstd::system\b"), "reaches out of the process"),
    (re.compile(r"\b(nlohmann|boost|spdlog|absl|simdjson|fmt)::"), "is not the standard library"),
]
BANNED_HEADERS = {"iostream", "ostream", "istream", "fstream", "cstdio", "filesystem", "thread", "mutex",
                  "shared_mutex", "condition_variable", "future", "atomic", "random", "ctime", "unordered_map",
                  "unordered_set", "csignal"}
# The one place in core/ that writes: a process that has found itself wrong says so and stops.
MAY_WRITE = "core/base/check.cpp"

# Tests, and the headers in which the tests of one folder set their scene.
FOR_TESTS = re.compile(r"(_test\.cpp|(^|[/_])(scene|testing)\.hpp)$")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
# Numbers come first so that the marks in 1'000'000 are not taken for characters.
TOKEN = re.compile(r"""(?P<number>\b\d[\w.']*)"""
                   r"""|(?P<raw>\bu?8?[LuU]?R"(?P<mark>[^()\\\s]*)\((?:.|\n)*?\)(?P=mark)")"""
                   r"""|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')"""
                   r"""|(?P<comment>//[^\n]*|/\*(?:.|\n)*?\*/)""")


@dataclass
class Findings:
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)

    def error(self, path, line, text):
        self.errors.append(f"{path}:{line}: {text}")


@dataclass
class House:
    """The folders in the order of CMakeLists.txt, each with the set of folders it may see."""
    uses: dict

    def folder_of(self, path):
        folder = os.path.dirname(path)
        while folder and folder not in self.uses:
            folder = os.path.dirname(folder)
        return folder

    def below(self, folder):
        order = list(self.uses)
        return {one for one in order[:order.index(folder)]
                if layer(one) in LAYERS_BELOW.get(layer(folder), set()) and (PURE.match(one) or not PURE.match(folder))}


def layer(path):
    return path.split("/", 1)[0]


def without_comments_and_text(source):
    """The code with comments and literals blanked; line numbers stay."""
    def blank(match):
        if match.group("number"):
            return match.group(0)
        return re.sub(r"[^\n]", " ", match.group(0))
    return TOKEN.sub(blank, source)


def without_comments(source):
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0)) if match.group("comment") else match.group(0)
    return TOKEN.sub(blank, source)


def line_of(source, position):
    return source.count("\n", 0, position) + 1


def read_house(cmake, found):
    """Reads the belay_library lines and checks that the list itself keeps the one-way rule."""
    cmake = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group(0)), cmake)
    house = House({})
    for match in re.finditer(r"\bbelay_library\(([^)]*)\)", cmake):
        words, part, named = match.group(1).split(), "FOLDER", {"FOLDER": [], "USES": [], "LINK": []}
        for word in words:
            if word in named:
                part = word
            else:
                named[part].append(word)
        line = line_of(cmake, match.start())
        folder = named["FOLDER"][0]
        for used in named["USES"]:
            if used not in house.uses:
                found.error("CMakeLists.txt", line, f"{folder} uses {used}, which is not declared before it")
            elif layer(used) not in LAYERS_BELOW.get(layer(folder), set()):
                found.error("CMakeLists.txt", line, f"{folder} uses {used}, which lies above it")
            elif PURE.match(folder) and not PURE.match(used) and folder != PURE_OVER_SHELL:
                found.error("CMakeLists.txt", line, f"{folder} is pure and uses {used}, which is not")
        if PURE.match(folder) and named["LINK"]:
            found.error("CMakeLists.txt", line, f"{folder} is pure and links {' '.join(named['LINK'])}")
        house.uses[folder] = set(named["USES"])
    return house


def check_includes(path, source, house, found):
    folder = house.folder_of(path)
    is_test = bool(FOR_TESTS.search(path))
    top = layer(path) in TOP
    if not top and not folder:
        found.error(path, 1, "no belay_library line of CMakeLists.txt names this folder")
        return
    for match in INCLUDE.finditer(without_comments(source)):
        style, name = match.groups()
        line = line_of(source, match.start())
        if style == "<":
            if layer(name) in LAYERS_BELOW or name.startswith("app/"):
                found.error(path, line, f"<{name}> is ours: include it with quotes")
            continue
        target = house.folder_of(name)
        if FOR_TESTS.search(name) and not is_test and layer(path) not in ("tests", "bench"):
            found.error(path, line, f"{name} is for tests")
        elif not target and layer(name) not in TOP:
            found.error(path, line, f'"{name}" is not a path from the root of the project')
        elif top:
            allowed = ({"app", layer(path)} if layer(path) in ("tests", "fuzz") else {layer(path)})
            if not target and layer(name) not in allowed:
                found.error(path, line, f"{layer(path)}/ may not see {name}")
        elif is_test and name.startswith("tests/support/"):
            pass
        elif target != folder and target not in house.uses[folder] and not (is_test and target in house.below(folder)):
            may = ", ".join(sorted(house.uses[folder])) or "nothing but itself"
            found.error(path, line, f"{folder} may not see {name}; it may see {may} (CMakeLists.txt)")


def check_purity(path, source, found):
    if path == MAY_WRITE:
        return
    for match in INCLUDE.finditer(without_comments(source)):
        style, name = match.groups()
        foreign = name in BANNED_HEADERS or "/" in name or name.endswith(".h")
        if style == "<" and foreign and layer(name) not in LAYERS_BELOW:
            found.error(path, line_of(source, match.start()), f"<{name}> has no place in pure code")
    code = INCLUDE.sub(lambda line: " " * len(line.group(0)), without_comments_and_text(source))
    for pattern, why in BANNED_WORDS:
        for match in pattern.finditer(code):
            word = match.group(0).strip(" (")
            found.error(path, line_of(code, match.start()), f"'{word}' has no place in pure code: it {why}")


def check_file(path, source, found):
    lines = source.split("\n")
    if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:2]):
        found.error(path, 1, "the licence line is missing: SPDX-License-Identifier: Apache-2.0")
    if path.endswith(".hpp") and not re.match(r"[^\n]*\n#pragma once\n", source):
        found.error(path, 2, "#pragma once belongs right after the licence line")
    count = source.count("\n")
    if count > LINES_LIMIT:
        found.error(path, count, f"{count} lines; the limit is {LINES_LIMIT}: split it by what it does")
    elif count > LINES_AIM:
        found.warnings.append(f"{path}: {count} lines; the aim is {LINES_AIM}")
    for match in UNFINISHED.finditer(source):
        found.error(path, line_of(source, match.start()), f"'{match.group(0)}': finish it or open an issue")


def check_name(path, found):
    for part in path.split("/"):
        banned = BANNED_NAMES.search(part)
        if banned:
            found.error(path, 1, f"'{banned.group(1)}' says nothing: name it after what it does")


def files_of(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(one for one in folders if one not in SKIPPED_FOLDERS)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def check(root):
    found = Findings()
    with open(os.path.join(root, "CMakeLists.txt"), encoding="utf-8") as file:
        house = read_house(file.read(), found)
    for path in files_of(root):
        check_name(path, found)
        name = os.path.basename(path)
        if not name.endswith(SOURCE) and name not in SOURCE_NAMES:
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            source = file.read()
        check_file(path, source, found)
        if not path.endswith(CPP):
            continue
        check_includes(path, source, house, found)
        if PURE.match(house.folder_of(path)) and not FOR_TESTS.search(path):
            check_purity(path, source, found)
    return found


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = check(root)
    for warning in found.warnings:
        print(f"warning: {warning}")
    for error in found.errors:
        print(f"error: {error}")
    print(f"house: {len(found.errors)} errors, {len(found.warnings)} warnings")
    return 1 if found.errors else 0


if __name__ == "__main__":
    sys.exit(main())
