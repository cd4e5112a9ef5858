# SPDX-License-Identifier: Apache-2.0
"""The broker's stream of order updates: with it an exit is known at once; cut, silent, lossy or refused it changes
nothing about what is sold."""

import sys
import time

import pytest

import belay_e2e
import trades
import trouble


ASKED_AFTER = 5  # seconds in which the stream has said nothing of an order


@pytest.fixture
def stage(tmp_path, new_sim, new_belay, serve):
    """stage(**environment): (sim, belay, desk, start), a lot of ten AAA with a stop at 95; start() gives the service."""

    def arrange(**environment):
        sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH), speed="1")
        store = belay_e2e.SqliteStore(tmp_path / "belay.db")
        belay = new_belay(sim, store, BELAY_SWEEP="1s", **environment)
        desk = trades.Desk(sim, store)
        desk.trade("AAA", 10, 100, stop=95)

        def start():
            service = serve(belay)
            service.wait_for("created")
            return service

        return sim, belay, desk, start

    return arrange


def is_heard(sim):
    return any(one["listens"] for one in sim.ask("GET", "/_sim/stream")["connections"])


def until_heard(sim):
    trouble.until(lambda: is_heard(sim), "the stream is up")


def wait_for_words(service, words):
    trouble.until(lambda: words in service.path.read_text(), lambda: f"{words}: {service.tail()}")


def questions(sim):
    return sum(one["count"] for one in sim.requests()["counts"] if "by_client_order_id" in one["path"])


def begin_exit(sim, desk, service):
    """The stop is met, and the exit's order waits in a halt that nobody announces."""
    sim.halt("AAA")
    desk.price("AAA", 94)
    service.wait_for("order_submitted")
    trouble.until(lambda: any(order["side"] == "sell" for order in sim.orders()), "the order is there")


def let_it_fill(sim, desk):
    sim.halt("AAA", False)
    desk.price("AAA", 93)


def seconds_until_closed(service, within):
    """From now on. A pass costs a fraction of a second, and a busy machine some more."""
    begun = time.monotonic()
    service.wait_for("closed")
    took = time.monotonic() - begun
    print(f"{took:.2f} s from the fill to the proof, of at most {within}", file=sys.stderr)
    assert took < within


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
    until_heard(sim)
    begun = time.monotonic()
    begin_exit(sim, desk, service)
    let_it_fill(sim, desk)
    seconds_until_closed(service, within=12)
    assert questions(sim) <= (time.monotonic() - begun) // ASKED_AFTER
    assert service.stop() == 0
    expect_sold_once(sim, belay)


def test_without_the_stream_the_same_is_found_by_asking(stage):
    sim, belay, desk, start = stage(ALPACA_STREAM="false")
    service = start()
    begin_exit(sim, desk, service)
    trouble.until(lambda: questions(sim) > 0, "it asks")
    before = questions(sim)
    let_it_fill(sim, desk)
    service.wait_for("closed")
    assert questions(sim) > before
    assert sim.ask("GET", "/_sim/stream")["connections"] == []
    assert service.stop() == 0
    expect_sold_once(sim, belay)


def test_f44_a_fill_in_the_gap_is_found_and_the_stream_comes_back(stage):
    sim, belay, desk, start = stage()
    service = start()
    until_heard(sim)
    begin_exit(sim, desk, service)
    sim.control("stream", fault={"kind": "refuse", "status": 503})
    sim.control("stream", cut=True)
    let_it_fill(sim, desk)
    seconds_until_closed(service, within=20)
    until_heard(sim)
    wait_for_words(service, "the trading stream is up")
    assert service.stop() == 0
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
    until_heard(sim)
    begin_exit(sim, desk, service)
    let_it_fill(sim, desk)
    seconds_until_closed(service, within=40)
    sim.advance("5s")  # what is late comes after the end
    service.wait_for_passes(2)
    assert service.stop() == 0
    expect_sold_once(sim, belay)


def test_f45_a_silent_line_is_noticed(stage):
    sim, belay, desk, start = stage()
    service = start()
    until_heard(sim)
    begin_exit(sim, desk, service)
    sim.control("stream", silence=True)
    let_it_fill(sim, desk)
    seconds_until_closed(service, within=40)  # asked for when the stream says nothing
    wait_for_words(service, "nothing was heard")
    until_heard(sim)
    assert service.stop() == 0
    expect_sold_once(sim, belay)


def test_f49_a_stream_that_refuses_the_keys_is_paged_and_the_sweep_goes_on(stage):
    sim, belay, desk, start = stage()
    sim.control("stream", fault={"kind": "refuse", "status": 403, "times": 1000})
    service = start()
    wait_for_words(service, "stream_down")
    begin_exit(sim, desk, service)
    let_it_fill(sim, desk)
    service.wait_for("closed")
    assert service.stop() == 0
    expect_sold_once(sim, belay)


def stream_of(belay):
    return belay.run("status", "--json").json["stream"] or {}


def test_status_shows_the_stream(stage):
    sim, belay, _, start = stage()
    assert belay.run("status", "--json").json["stream"] is None
    service = start()
    trouble.until(lambda: stream_of(belay).get("state") == "up", "it is up")
    sim.control("stream", fault={"kind": "refuse", "status": 503, "times": 1000})
    sim.control("stream", cut=True)
    trouble.until(lambda: stream_of(belay).get("state") == "down", "it is down")
    assert "stream" in belay.run("status").stdout
    assert service.stop() == 0


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
    until_heard(sim)
    begun = time.monotonic()
    begin_exit(sim, desk, service)
    let_it_fill(sim, desk)
    service.wait_for("closed")
    assert questions(sim) <= (time.monotonic() - begun) // ASKED_AFTER
    assert service.stop() == 0
    expect_sold_once(sim, belay)
