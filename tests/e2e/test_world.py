# SPDX-License-Identifier: Apache-2.0
"""belay world: what it leaves with, what it prints, and that a list of events plays again as it played."""

import json
import re
import subprocess

import belay_e2e

SUMS = {"sessions", "broken", "milliseconds", "times_life", "lots", "closed", "exits", "broker_calls", "starts", "alerts",
        "faults"}


def world(*arguments):
    return subprocess.run([belay_e2e.BELAY_BIN, "world", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)


def trace(done):
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return re.search(r"trace [0-9a-f]+, .*", done.stdout)[0]


def test_sessions_are_summed_up_and_a_broken_promise_tells():
    done = world("--seed", 3, "--sessions", 4, "--jobs", 2, "--json")
    sums = json.loads(done.stdout)
    assert set(sums) == SUMS
    assert sums["sessions"] == 4
    assert done.returncode == (1 if sums["broken"] else 0), done.stderr


def test_a_printed_list_plays_as_its_seed(tmp_path):
    listed = world("--seed", 17, "--print")
    assert listed.returncode == 0
    file = tmp_path / "seed17.txt"
    file.write_text(listed.stdout)
    assert trace(world("--scenario", file, "--verbose")) == trace(world("--seed", 17, "--verbose"))


def test_what_is_no_list_of_events_is_refused(tmp_path):
    file = tmp_path / "odd.txt"
    for text in ("", "date 2026-03-09\n10:00:00.000 enter -\n", "date 2026-03-09\n10:00:00.000 jump AAPL 1e9\n",
                 "seed 1\n10:00:00.000 calm -\n", "date 2026-03-09\n10:00:00.000 halt AAPL 99999999999\n"):
        file.write_text(text)
        done = world("--scenario", file)
        assert (done.returncode, done.stdout) == (2, ""), text
        assert str(file) in done.stderr
    assert world("--scenario", tmp_path / "absent.txt").returncode == 2


def test_options_that_do_not_go_together_are_refused():
    for odd in (["--json", "--print"], ["--json", "--verbose"], ["--json", "--shrink"], ["--save", "list.txt"]):
        assert world(*odd).returncode == 2, odd
