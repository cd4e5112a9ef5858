# SPDX-License-Identifier: Apache-2.0
"""docs/simulator.md does what it says: its shell blocks are run in order, as a reader would type them into one shell,
and what each prints is held against the block of text below it.

In expected output `…` stands for anything within a line, and a line of nothing else for any lines. The page's port is
replaced by a free one.
"""

import os
import pathlib
import re
import signal
import subprocess
import threading

import pytest

import belay_e2e
import trouble

PAGE = belay_e2e.ROOT / "docs" / "simulator.md"
PORT = "8800"
DONE = "-- block done --"


def blocks_of(page):
    """The page's fenced blocks as (line, language, text)."""
    blocks, language, begun, lines = [], None, 0, []
    for number, line in enumerate(page.splitlines(), 1):
        if language is None and line.startswith("```"):
            language, begun, lines = line[3:].strip(), number, []
        elif language is not None and line.startswith("```"):
            blocks.append((begun, language, "\n".join(lines)))
            language = None
        elif language is not None:
            lines.append(line)
    return blocks


def steps_of(page):
    """(line, commands, expected output or None) of each shell block; its output is the `text` block that follows."""
    blocks = blocks_of(page)
    steps = []
    for at, (line, language, text) in enumerate(blocks):
        if language != "sh":
            continue
        follows = blocks[at + 1] if at + 1 < len(blocks) else (0, "", "")
        steps.append((line, text, follows[2] if follows[1] == "text" else None))
    return steps


def pattern_of(expected):
    """A regular expression that matches what the page shows."""
    lines = []
    for line in expected.splitlines():
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(".*?".join(re.escape(part) for part in line.split("…")) + r"\n")
    return "".join(lines)


class Shell:
    """One bash that stops at the first command that fails."""

    def __init__(self, folder):
        (folder / "belay").symlink_to(belay_e2e.BELAY_BIN)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            belay_e2e.dying_with_us(["bash", "--norc"]), cwd=folder, env=environment, text=True, encoding="utf-8",
            start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.run("set -euo pipefail; trap 'kill $(jobs -p) 2>/dev/null || true' EXIT")

    def run(self, commands):
        """What the commands print; fails when one of them does, or never ends: the page's loops wait as long as it takes."""
        patience = threading.Timer(trouble.PATIENCE, os.killpg, (self.process.pid, signal.SIGKILL))
        patience.start()
        try:
            return self._run(commands)
        finally:
            patience.cancel()

    def _run(self, commands):
        self.process.stdin.write(f"{commands}\necho '{DONE}'\n")
        self.process.stdin.flush()
        printed = []
        for line in self.process.stdout:
            if line.rstrip("\n").endswith(DONE):
                printed.append(line.rstrip("\n")[:-len(DONE)])
                break
            printed.append(line)
        else:
            pytest.fail(f"the shell ended with {self.process.wait()} in:\n{commands}\nafter:\n{''.join(printed)}")
        output = "".join(printed)
        return output if output == "" or output.endswith("\n") else output + "\n"

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(trouble.PATIENCE)


@pytest.fixture
def shell(tmp_path: pathlib.Path):
    opened = Shell(tmp_path)
    yield opened
    opened.close()


def test_page_does_what_it_says(shell):
    port = str(belay_e2e.free_port())
    page = PAGE.read_text(encoding="utf-8").replace(PORT, port)
    steps = steps_of(page)
    assert len(steps) > 10
    for line, commands, expected in steps:
        output = shell.run(commands)
        if expected is not None:
            assert re.fullmatch(pattern_of(expected), output), (
                f"docs/simulator.md:{line}\n{commands}\n--- expected\n{expected}\n--- printed\n{output}")


def test_what_the_page_shows_is_compared_line_by_line():
    shown = '{"id":"…","qty":"10"}\n…\nlast'
    assert re.fullmatch(pattern_of(shown), '{"id":"a1","qty":"10"}\nsome\nmore\nlast\n')
    assert re.fullmatch(pattern_of(shown), '{"id":"a1","qty":"10"}\nlast\n')
    assert not re.fullmatch(pattern_of(shown), '{"id":"a1","qty":"11"}\nlast\n')
    assert not re.fullmatch(pattern_of(shown), '{"id":"a1","qty":"10"}\nlast\nmore\n')


def test_every_command_line_option_and_control_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    help_text = subprocess.run([str(belay_e2e.BELAY_BIN), "sim", "--help"], capture_output=True, text=True,
                               check=True).stdout
    options = set(re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", help_text, re.MULTILINE)) - {"--help", "--json"}
    assert len(options) > 8
    assert [option for option in sorted(options) if f"`{option}" not in page] == []
    routes = set()
    for file in (belay_e2e.ROOT / "sim/server").glob("*control*.cpp"):
        if not file.name.endswith("_test.cpp"):
            routes |= set(re.findall(r'"(/_sim/[a-z_-]+)"', file.read_text(encoding="utf-8")))
    assert len(routes) > 10
    assert [route for route in sorted(routes) if not re.search(f"`[A-Z]+ {route}`", page)] == []
