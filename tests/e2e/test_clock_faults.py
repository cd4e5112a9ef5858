# SPDX-License-Identifier: Apache-2.0
"""The machine's own clock leaps, or stands wrong, while the broker's is right: no time rule holds because of it, none is
missed, and it is told. The names carry the rows of docs/failures.md."""

import time

import pytest

import belay_e2e
import trades
import trouble


class Machine:
    """An exchange whose time runs, and the program on a machine whose clock agrees with it until set() puts it off."""

    def __init__(self, start, home, new_sim):
        self.sim = new_sim(start=start, speed="1", cash=str(trades.START_CASH))
        self.told = home / "time_off"
        self.set()
        self.store = belay_e2e.SqliteStore(home / "belay.db")
        self.belay = belay_e2e.Belay(self.sim, self.store, home, own_clock=True, LD_PRELOAD=belay_e2e.FAILING_CLOCK,
                                     BELAY_TIME_OFF=str(self.told), BELAY_SWEEP="1s").but()
        self.belay.migrate()
        self.desk = trades.Desk(self.sim, self.store)

    def set(self, off=0.0):
        """That many seconds ahead of the broker's."""
        self.told.write_text(str(round((self.sim.now().timestamp() - time.time() + off) * 1000)))

    def alerts(self):
        return [event["event_data"]["text"] for event in self.belay.events("--type", "alert")]


@pytest.fixture
def machine(tmp_path, new_sim):
    return Machine(trades.MORNING, tmp_path, new_sim)


def test_f62_a_clock_that_is_a_little_off_is_told(machine):
    machine.desk.trade("AAPL", 10, 100, stop=95)
    machine.set(off=5)
    for _ in range(2):
        cycle, code = machine.belay.cycle()
        assert (code, cycle["checked"]) == (0, 1), cycle
    assert [text for text in machine.alerts() if "differ by" in text]


@pytest.mark.parametrize("off", [5.5 * 3600, -7 * 3600], ids=["ahead", "behind"])
def test_f61_a_cycle_under_a_wrong_clock_acts_by_the_brokers(off, machine):
    machine.desk.trade("AAPL", 10, 100, strategy="day_trade", stop=95)
    machine.desk.trade("MSFT", 10, 100, hold=240)
    machine.belay.cycle()
    machine.set(off=off)
    cycle, code = machine.belay.cycle()
    assert (code, cycle["exits"]) == (1, []), cycle
    assert any("clock" in error for error in cycle["errors"]), cycle
    assert any("clock" in text for text in machine.alerts())
    machine.desk.price("AAPL", 94)  # and a stop is a stop
    machine.desk.price("MSFT", 100)
    cycle, code = machine.belay.cycle()
    assert [(line["symbol"], line["state"]) for line in cycle["exits"]] == [("AAPL", "closed")], cycle
    assert machine.sim.positions() == {"MSFT": 10}


def test_f61_a_service_whose_clock_leaps_sells_nothing(machine, tmp_path):
    machine.desk.trade("AAPL", 10, 100, strategy="day_trade", stop=95)
    machine.desk.trade("MSFT", 10, 100, hold=240)
    running = trouble.Service(machine.belay, tmp_path / "run.log")
    try:
        running.wait_for("pass")
        machine.set(off=5.5 * 3600)
        running.wait_for_passes(3)
        machine.set()
        running.wait_for_passes(2)
        assert running.stop() == 0
    finally:
        running.kill()
    assert trades.exit_orders(machine.sim) == {}
    assert any("clock" in text for text in machine.alerts())


def test_f61_under_a_wrong_clock_a_day_trade_leaves_when_it_must(tmp_path, new_sim):
    machine = Machine("2025-03-12T19:54:30Z", tmp_path, new_sim)
    machine.desk.trade("AAPL", 10, 100, strategy="day_trade")
    machine.set(off=-7 * 3600)
    running = trouble.Service(machine.belay, tmp_path / "run.log")
    try:
        running.wait_for("pass")
        assert machine.sim.positions() == {"AAPL": 10}
        trouble.until(lambda: machine.sim.positions() == {}, "it leaves at 15:55 New York", 90)
        assert machine.sim.now() >= belay_e2e.utc("2025-03-12T19:55:00Z")
        assert running.stop() == 0
    finally:
        running.kill()
    trades.assert_books_balance(machine.desk, machine.belay)


def test_f59_f60_day_trades_leave_before_the_bell_of_their_day(tmp_path, new_sim, new_belay):
    """The day after the clocks go forward, and the half day after Thanksgiving."""
    for number, (morning, before, due) in enumerate([
            ("2025-03-10T14:30:00Z", "2025-03-10T19:54:59Z", "2025-03-10T19:55:00Z"),
            ("2025-03-07T15:30:00Z", "2025-03-07T20:54:59Z", "2025-03-07T20:55:00Z"),
            ("2025-11-28T15:30:00Z", "2025-11-28T17:54:59Z", "2025-11-28T17:55:00Z")]):
        sim = new_sim(start=morning, cash=str(trades.START_CASH))
        store = belay_e2e.SqliteStore(tmp_path / f"{number}.db")
        belay = new_belay(sim, store)
        desk = trades.Desk(sim, store)
        desk.trade("AAPL", 10, 100, strategy="day_trade")
        for at, state in ((morning, []), (before, []), (due, ["closed"])):
            if at != morning:
                sim.set_clock(at)
            desk.price("AAPL", 100)
            cycle, code = belay.cycle()
            assert [line["state"] for line in cycle["exits"]] == state, (at, cycle)
        trades.assert_books_balance(desk, belay)
