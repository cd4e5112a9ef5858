# SPDX-License-Identifier: Apache-2.0
"""The broker's stream of order updates: with it an exit is known at once; cut, silent, lossy or refused it changes
nothing about what is sold."""

import json
import signal
import subprocess
import sys
import threading
import time

import pytest

import belay_e2e
import trades


class Service:
    """`belay run` at work; its log, line by line, with the time at which each came."""

    def __init__(self, belay):
        self.process = belay.start("run", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.lines = []
        self.came = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for text in self.process.stdout:
            with self.came:
                self.lines.append((time.monotonic(), json.loads(text)))
                self.came.notify_all()

    def wait_for(self, what, seconds=20):
        """When the first line came of which `what` is true."""
        found = []

        def is_there():
            found[:] = [at for at, line in self.lines if what(line)]
            return bool(found)

        with self.came:
            assert self.came.wait_for(is_there, seconds), [line for _, line in self.lines[-20:]]
        return found[0]

    def wait_for_event(self, event, seconds=20):
        return self.wait_for(lambda line: line["msg"] == event, seconds)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0
        self.reader.join(5)
        self.process.stdout.close()


@pytest.fixture
def stage(tmp_path, new_sim, new_belay):
    """stage(**environment): (sim, belay, desk, start), a lot of ten AAA with a stop at 95; start() gives the service."""
    running = []

    def arrange(**environment):
        sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH), speed="1")
        store = belay_e2e.SqliteStore(tmp_path / "belay.db")
        belay = new_belay(sim, store, BELAY_SWEEP="1s", **environment)
        desk = trades.Desk(sim, store)
        desk.trade("AAA", 10, 100, stop=95)

        def start():
            running.append(Service(belay))
            running[-1].wait_for_event("created")
            return running[-1]

        return sim, belay, desk, start

    yield arrange
    for service in running:
        if service.process.poll() is None:
            service.stop()


def wait_until(what, seconds=20):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def is_heard(sim):
    return any(one["listens"] for one in sim.ask("GET", "/_sim/stream")["connections"])


def questions(sim):
    return sum(one["count"] for one in sim.requests()["counts"] if "by_client_order_id" in one["path"])


def begin_exit(sim, desk, service):
    """The stop is met, and the exit's order waits in a halt that nobody announces."""
    sim.halt("AAA")
    desk.price("AAA", 94)
    service.wait_for_event("order_submitted")
    wait_until(lambda: any(order["side"] == "sell" for order in sim.orders()))


def let_it_fill(sim, desk):
    sim.halt("AAA", False)
    desk.price("AAA", 93)
    return time.monotonic()


def expect_sold_once(sim, belay):
    assert sim.positions() == {}
    assert set(sim.requests()["submissions"].values()) <= {1}, sim.requests()["submissions"]
    sells = [order for order in sim.orders() if order["side"] == "sell"]
    assert [order["filled_qty"] for order in sells] == ["10"], sells
    [row] = [row for row in belay.positions() if row["symbol"] == "AAA"]
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    assert sim.state()["broken_invariants"] == []


def test_f43_a_fill_is_known_at_once_and_without_asking(stage):
    sim, belay, desk, start = stage()
    service = start()
    wait_until(lambda: is_heard(sim))
    begin_exit(sim, desk, service)
    time.sleep(0.5)
    before = questions(sim)
    filled = let_it_fill(sim, desk)
    closed = service.wait_for_event("closed")
    print(f"with the stream: {1000 * (closed - filled):.0f} ms from the fill to the proof, "
          f"{questions(sim) - before} questions", file=sys.stderr)
    assert questions(sim) == before
    assert closed - filled < 3
    service.stop()
    expect_sold_once(sim, belay)


def test_without_the_stream_the_same_is_found_by_asking(stage):
    sim, belay, desk, start = stage(ALPACA_STREAM="false")
    service = start()
    begin_exit(sim, desk, service)
    time.sleep(0.5)
    before = questions(sim)
    filled = let_it_fill(sim, desk)
    closed = service.wait_for_event("closed")
    print(f"without the stream: {1000 * (closed - filled):.0f} ms from the fill to the proof, "
          f"{questions(sim) - before} questions", file=sys.stderr)
    assert questions(sim) > before
    assert sim.ask("GET", "/_sim/stream")["connections"] == []
    service.stop()
    expect_sold_once(sim, belay)


def test_f44_a_fill_in_the_gap_is_found_and_the_stream_comes_back(stage):
    sim, belay, desk, start = stage()
    service = start()
    wait_until(lambda: is_heard(sim))
    begin_exit(sim, desk, service)
    sim.control("stream", fault={"kind": "refuse", "status": 503})
    sim.control("stream", cut=True)
    filled = let_it_fill(sim, desk)
    assert service.wait_for_event("closed") - filled < 5
    wait_until(lambda: is_heard(sim))
    service.wait_for(lambda line: "the trading stream is up" in json.dumps(line))
    service.stop()
    expect_sold_once(sim, belay)


@pytest.mark.parametrize("fault", [
    pytest.param({"kind": "drop", "times": 100}, id="f43_lost"),
    pytest.param({"kind": "duplicate", "times": 100}, id="f41_twice"),
    pytest.param({"kind": "reorder", "times": 2}, id="f42_reordered"),
    pytest.param({"kind": "delay", "ms": 1500, "times": 100}, id="f42_late"),
])
def test_updates_that_go_astray_change_nothing(stage, fault):
    sim, belay, desk, start = stage()
    sim.control("stream", fault=fault)
    service = start()
    wait_until(lambda: is_heard(sim))
    begin_exit(sim, desk, service)
    filled = let_it_fill(sim, desk)
    assert service.wait_for_event("closed") - filled < 10
    time.sleep(2)  # what is late comes after the end
    service.stop()
    expect_sold_once(sim, belay)


def test_f45_a_silent_line_is_noticed(stage):
    sim, belay, desk, start = stage()
    service = start()
    wait_until(lambda: is_heard(sim))
    begin_exit(sim, desk, service)
    sim.control("stream", silence=True)
    silent = time.monotonic()
    let_it_fill(sim, desk)
    assert service.wait_for_event("closed") - silent < 10, "asked for when the stream says nothing"
    noticed = service.wait_for(lambda line: "nothing was heard" in json.dumps(line), 30)
    assert noticed - silent < 20
    wait_until(lambda: is_heard(sim))
    service.stop()
    expect_sold_once(sim, belay)


def test_f49_a_stream_that_refuses_the_keys_is_paged_and_the_sweep_goes_on(stage):
    sim, belay, desk, start = stage()
    sim.control("stream", fault={"kind": "refuse", "status": 403, "times": 1000})
    service = start()
    service.wait_for(lambda line: "stream_down" in json.dumps(line))
    begin_exit(sim, desk, service)
    let_it_fill(sim, desk)
    service.wait_for_event("closed")
    service.stop()
    expect_sold_once(sim, belay)


def test_status_shows_the_stream(stage):
    sim, belay, _, start = stage()
    assert belay.run("status", "--json").json["stream"] is None
    service = start()
    wait_until(lambda: (belay.run("status", "--json").json["stream"] or {}).get("state") == "up")
    sim.control("stream", fault={"kind": "refuse", "status": 503, "times": 1000})
    sim.control("stream", cut=True)
    wait_until(lambda: belay.run("status", "--json").json["stream"]["state"] == "down")
    assert "stream" in belay.run("status").stdout
    service.stop()


def test_a_single_pass_does_without_the_stream(stage):
    sim, belay, desk, _ = stage()
    desk.price("AAA", 94)
    cycle, _ = belay.cycle()
    assert [line["state"] for line in cycle["exits"]] == ["closed"]
    assert not [one for one in sim.requests()["counts"] if one["face"] == "stream"]


def test_text_frames_are_heard_as_well(stage):
    sim, belay, desk, start = stage()
    sim.control("stream", frame="text")
    service = start()
    wait_until(lambda: is_heard(sim))
    begin_exit(sim, desk, service)
    before = questions(sim)
    let_it_fill(sim, desk)
    service.wait_for_event("closed")
    assert questions(sim) == before
    service.stop()
    expect_sold_once(sim, belay)
