# SPDX-License-Identifier: Apache-2.0
"""Two services on one account, one of them waiting. The one that works ends, or stands still, while its
exits are on their way; the other takes over, and everything leaves once.

Short form: each end once in PostgreSQL. BELAY_LONG=1: twenty in a row there.
"""

import signal
import sys
import time

import pytest

import belay_e2e
import trouble

ENDS = ("kill", "stand still", "terminate")
ROUNDS = 20 if belay_e2e.LONG else len(ENDS)
# Seconds. docs/operating/contract.md says 15, of which a silence takes ten; beside other tests a process may have to wait
# for its turn.
TAKEN_OVER_WITHIN = 15.0 if belay_e2e.LONG else trouble.PATIENCE


def bring_about(end, process):
    process.send_signal({"kill": signal.SIGKILL, "stand still": signal.SIGSTOP, "terminate": signal.SIGTERM}[end])


def seconds_until_taken_over(end, home, store=None):
    """Of one failover in mid-exit; everything about it must be right."""
    with trouble.Line(home, store, BELAY_SWEEP="1s") as line:
        first = trouble.Service(line.belay, home / "first.log")
        first.wait_for("pass")
        second = trouble.Service(line.belay, home / "second.log", "--standby")
        try:
            trouble.until(lambda: second.lines("standing by"), "the second waits")
            held = line.proxy.fault("delay_reply", "POST", "/v2/orders", times=3, seconds=1.0)
            line.scene.break_stops()
            trouble.until(lambda: held.hits > 0, "orders are on their way")
            bring_about(end, first.process)
            begun = time.monotonic()
            trouble.until(lambda: second.lines("taking over"), second.tail)
            took = time.monotonic() - begun
            trouble.until(line.scene.is_over, lambda: f"flat and recorded: {second.tail()}")
            if end == "stand still":
                first.process.send_signal(signal.SIGCONT)
                assert first.process.wait(trouble.PATIENCE) == 5, first.tail()
                assert "another instance has taken over" in first.path.read_text()
            assert second.stop() == 0
            line.scene.assert_right()
            assert set(line.sim.requests()["submissions"].values()) == {1}
        finally:
            first.kill()
            second.kill()
    return took


def test_f23_f24_f77_failover_in_mid_exit(postgres, tmp_path, capsys):
    took = []
    for number in range(ROUNDS):
        end = ENDS[number % len(ENDS)]
        home = tmp_path / str(number)
        home.mkdir()
        took.append((seconds_until_taken_over(end, home, postgres.new_store()), end))
    with capsys.disabled():
        print(f"\n{len(took)} failovers in mid-exit, none sent twice; longest until taken over:",
              ", ".join(f"{max(time for time, of in took if of == end):.1f} s ({end})" for end in ENDS), file=sys.stderr)
    assert max(took)[0] < TAKEN_OVER_WITHIN


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_f77_the_holder_ends_in_mid_exit(end, tmp_path):
    """With SQLite, where who stands still keeps the file's lock."""
    seconds_until_taken_over(end, tmp_path)


def test_a_holder_whose_broker_is_slow_keeps_its_lock(postgres, tmp_path):
    """Each answer takes so long that its pass says nothing to the store for longer than a silence may last."""
    with trouble.Line(tmp_path, postgres.new_store(), BELAY_SWEEP="1s") as line:
        first = trouble.Service(line.belay, tmp_path / "first.log")
        first.wait_for("pass")
        second = trouble.Service(line.belay, tmp_path / "second.log", "--standby")
        try:
            trouble.until(lambda: second.lines("standing by"), "the second waits")
            line.proxy.fault("delay_reply", "GET", "/v2/", times=3, seconds=6.0)
            first.wait_for_passes(2, seconds=120)
            assert second.lines("taking over") == [], second.tail()
            assert max(entry["duration_ms"] for entry in first.lines("pass")) > 10_000, "the broker was not slow"
            assert first.stop() == 0
        finally:
            first.kill()
            second.kill()
