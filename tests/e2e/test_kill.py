# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at random moments, while positions are discovered and leave, then a restart: nothing is sold twice, no
exit is forgotten, and the books equal the exchange's cash. Ten cycles at once do the work of one.

BELAY_LONG=1 kills fifty times; otherwise twelve times. The seed is fixed.
"""

import random
import subprocess
import time

import belay_e2e
import trades
import trouble

KILLS = 50 if belay_e2e.LONG else 12
RUN = ("run", "--standby")  # a database may take a moment to see that the one before is dead, and has its lock until then


class World:
    """Each round somebody trades: a position whose stop is broken before Belay has seen it, positions (a stock, an
    option, a short, two lots of one symbol) whose stops break a round later, and a day trade that stays."""

    def __init__(self, sim, store, seed):
        self.sim = sim
        self.desk = trades.Desk(sim, store)
        self.random = random.Random(seed)
        self.breaking = []  # (symbol, price beyond its stop)
        self.quoted = {}  # {symbol: its price}

    def break_stops(self):
        self.quoted |= dict(self.breaking)
        self.breaking = []

    def round(self, number):
        self.sim.advance("20s")
        self.break_stops()
        for symbol, price in self.quoted.items():
            self.desk.price(symbol, price)
        name = trades.stock_names(26 * 26)[number]
        self.desk.trade(name + "A", 10, 100, stop=95)
        self.quoted[name + "A"] = 94
        self.desk.price(name + "A", 94)
        self.desk.trade(name + "B", 10, 100, stop=95, target=110)
        self.desk.trade(name + "C", 10, 100, side="short", stop=105)
        self.desk.trade(trades.option_of(name), 3, 5, stop=4)
        self.desk.trade(name + "D", 10, 100, stop=95)
        self.desk.trade(name + "D", 7, 100, stop=96)
        self.desk.trade(name + "E", 4, 100, strategy="day_trade")
        self.breaking = [(name + "B", 94), (name + "C", 106), (trades.option_of(name), 3.9), (name + "D", 94)]
        self.quoted |= {name + "B": 100, name + "C": 100, trades.option_of(name): 5, name + "D": 100, name + "E": 100}

    def slow_replies(self):
        """So that the blow falls between an order that the exchange has and our knowing it."""
        self.sim.clear_faults()
        self.sim.fault("delay_ms", method="POST", path_prefix="/v2/orders", times=self.random.randint(1, 4), ms=2000)


def finish(world, belay):
    """No more blows: everything leaves, the day trades five minutes before the close."""
    world.sim.clear_faults()
    world.sim.set_clock("2025-03-12T19:55:00Z")
    world.break_stops()
    for _ in range(4):
        for symbol, price in world.quoted.items():
            world.desk.price(symbol, price)
        trouble.until(lambda: belay.run("cycle").exit_code in (0, 1), "a cycle, once the last one's lock is free")
        if not world.sim.positions() and not belay.positions(all=False):
            break
        world.sim.advance("20s")
    trades.assert_books_balance(world.desk, belay)
    assert set(world.sim.requests()["submissions"].values()) == {1}


def test_f20_f21_kill_cycle(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    world = World(sim, store, seed=1)
    killed = 0
    for number in range(KILLS):
        world.round(number)
        if number % 2:
            world.slow_replies()
        process = belay.start("cycle", "--json", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(world.random.uniform(0.01, 0.35))
        process.kill()
        killed += process.wait() == -9
    assert killed > KILLS / 2, "the cycles were too quick to be killed"
    finish(world, belay)


def test_f20_f21_kill_run(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store, BELAY_SWEEP="1s")
    world = World(sim, store, seed=2)
    for number in range(KILLS):
        if number % 2:
            world.slow_replies()
        process = belay.start(*RUN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(world.random.uniform(0.02, 0.2))
        world.round(number)  # while it runs
        time.sleep(world.random.uniform(0.01, 1.2))
        process.kill()
        assert process.wait() == -9, "it ended by itself"
    finish(world, belay)


def test_f23_ten_cycles_at_once(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    world = World(sim, store, seed=3)
    world.round(0)
    belay.cycle()
    world.round(1)  # four stops are broken, and one more of a position not seen yet
    sim.fault("delay_ms", method="GET", path_prefix="/v2/", times=1000, ms=3000)  # so that they do overlap
    processes = [belay.start("cycle", "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(10)]
    trouble.until(lambda: sum(process.poll() is not None for process in processes) >= 9, "nine have ended")
    sim.clear_faults()
    outcomes = []
    for process in processes:
        output, _ = process.communicate(timeout=trouble.PATIENCE)
        outcomes.append((process.returncode, belay_e2e.read_json(output)))

    assert sorted(code for code, _ in outcomes) == [0] + [5] * 9
    for code, cycle in outcomes:
        assert code == 0 or "another instance" in cycle["errors"][0]
    assert len(trades.exit_orders(sim)) == 7
    assert set(sim.requests()["submissions"].values()) == {1}
    finish(world, belay)


def test_f34_a_service_that_dies_again_and_again_is_told_of(store, new_sim, new_belay, tmp_path):
    belay = new_belay(new_sim(start=trades.MORNING), store, BELAY_SWEEP="1s")

    def lives(word):
        return [one for one in belay.events("--type", "service") if one["event_data"]["what"] == word]

    def told():
        return [one["event_data"]["text"] for one in belay.events("--type", "alert")
                if one["event_data"]["cause"] == "crash_loop"]

    def begin(number):
        service = trouble.Service(belay, tmp_path / f"{number}.log", *RUN[1:])
        trouble.until(lambda: len(lives("started")) == number, service.tail)
        return service

    for number in (1, 2, 3):
        begin(number).kill()
    assert told() == []
    fourth = begin(4)
    assert ["started 4 times" in text for text in told()] == [True]
    assert fourth.stop() == 0
    assert len(lives("stopped")) == 1
    assert begin(5).stop() == 0
    assert len(told()) == 1, "who is stopped does not die"
