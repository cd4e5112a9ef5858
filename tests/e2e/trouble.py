# SPDX-License-Identifier: Apache-2.0
"""Positions of every kind at their moment of exit, and what must be true once the trouble is over."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import belay_e2e
import fault_proxy
import trades

PATIENCE = 60  # seconds for what a service does at once: a slow machine that others use as well stands still for a while
DAY_TRADES_LEAVE = "2025-03-12T19:55:00Z"
OPTION = trades.option_of("SPY")
# symbol: the price at which it leaves
BROKEN = {"AAPL": Decimal(94), "GME": Decimal(106), OPTION: Decimal("3.9"), "MSFT": Decimal(94), "NVDA": Decimal(100)}
KEPT = "KO"


class Scene:
    """A stock in a resting bracket, a short, an option, two lots of one symbol, a day trade; and one that no rule asks
    to leave. They are on the books when the scene begins; break_stops() is the moment of exit for all but the last."""

    def __init__(self, sim, store, belay):
        self.sim, self.store, self.belay = sim, store, belay
        self.desk = trades.Desk(sim, store)
        self.bracketed = self.desk.trade(
            "AAPL", 10, 100, stop=95, target=110, order_class="bracket", stop_loss={"stop_price": "90"},
            take_profit={"limit_price": "115"})
        self.desk.trade("GME", 5, 100, side="short", stop=105)
        self.desk.trade(OPTION, 3, 5, stop=4)
        self.desk.trade("MSFT", 10, 100, stop=95)
        self.desk.trade("MSFT", 7, 100, stop=96)
        self.desk.trade("NVDA", 4, 100, strategy="day_trade")
        self.kept = self.desk.trade(KEPT, 8, 60, stop=50)
        self.broken = False

    def break_stops(self):
        self.sim.set_clock(DAY_TRADES_LEAVE)
        self.broken = True
        self.tick()

    def tick(self):
        """Prices as of now."""
        usual = {trade.symbol: Decimal(trade.order["filled_avg_price"]) for trade in self.desk.trades}
        for symbol, price in (usual | (BROKEN if self.broken else {})).items():
            self.desk.price(symbol, price)

    def cycles_until_flat(self, most):
        """Runs cycles, 20 seconds apart, until only the kept one is left; their outcomes."""
        outcomes = []
        for _ in range(most):
            outcomes.append(self.belay.run("cycle", "--json"))
            if self.is_over():
                return outcomes
            self.sim.advance("20s")
            self.tick()
        told = "\n".join(str(outcome) for outcome in outcomes)
        raise AssertionError(f"after {most} cycles still {self.sim.positions()}: {told}")

    def is_over(self):
        return self.sim.positions() == {KEPT: 8} and len(self.open_rows()) == 1

    def open_rows(self):
        return self.store.rows("SELECT ticker FROM active_positions WHERE status <> 'closed'")

    def assert_right(self):
        """All left but one, each once, and every cent is accounted for."""
        trades.assert_books_balance(self.desk, self.belay, kept=[self.kept])
        taken = {client_id: order for client_id, order in trades.exit_orders(self.sim).items()
                 if Decimal(order["filled_qty"]) > 0}
        sold = {}
        for order in taken.values():
            sold[order["symbol"]] = sold.get(order["symbol"], 0) + Decimal(order["filled_qty"])
        assert sold == {"AAPL": 10, "GME": 5, OPTION: 3, "MSFT": 17, "NVDA": 4}
        reasons = {(row["symbol"], row["close_reason"]) for row in self.belay.positions() if row["status"] == "closed"}
        assert reasons == {("AAPL", "stop_loss"), ("GME", "stop_loss"), (OPTION, "stop_loss"), ("MSFT", "stop_loss"),
                           ("NVDA", "day_trade_close")}


class Service:
    """`belay run`, its log in a file."""

    def __init__(self, belay, path, *arguments):
        self.path = path
        self.out = open(path, "w")
        self.process = belay.start("run", *arguments, stdout=self.out, stderr=subprocess.STDOUT)

    def lines(self, message=None):
        """What it logged, as JSON; of that `msg` only."""
        text = self.path.read_text()
        found = []
        for line in text[:text.rfind("\n") + 1].splitlines():  # what is being written is no line yet
            if line.startswith("{") and line.endswith("}"):
                found.append(json.loads(line))
        return [line for line in found if message is None or line["msg"] == message]

    def tail(self):
        return "\n".join(self.path.read_text().splitlines()[-12:])

    def wait_for(self, message, after=0, seconds=PATIENCE, **fields):
        """The first line with that `msg` and those fields, of those behind the first `after`."""
        def found():
            return next((line for line in self.lines()[after:] if {"msg": message, **fields}.items() <= line.items()), None)

        return until(found, lambda: f"a line {message} {fields}: {self.tail()}", seconds)

    def wait_for_passes(self, count=1, account=None, seconds=PATIENCE):
        """That many more passes have ended, of that account where there are several. A pass that was under way may have
        read its prices before: what must have been seen, was seen after two."""
        def ended():
            return len([line for line in self.lines("pass") if account in (None, line.get("account"))])

        before = ended()
        until(lambda: ended() >= before + count, lambda: f"{count} passes: {self.tail()}", seconds)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.out.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.out.close()


# Scenarios at once: they mostly wait.
AT_ONCE = 6


def together(scenario, cases, home):
    """Runs scenario(case, a directory of its own) for each of the cases; all failures are told."""
    def run(case):
        directory = home / "-".join(case)
        directory.mkdir()
        try:
            scenario(*case, directory)
        except AssertionError as failure:
            return f"{' at '.join(case)}: {failure}"
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        failures = [failure for failure in pool.map(run, cases) if failure is not None]
    assert not failures, "\n\n".join(failures)


class Line:
    """A scene with a proxy between the program and the exchange, on a store of its own."""

    def __init__(self, home, store=None, **environment):
        self.home = home
        self.sim = belay_e2e.Sim(start=trades.MORNING, cash=str(trades.START_CASH))
        self.proxy = fault_proxy.FaultProxy(self.sim.url)
        store = store or belay_e2e.SqliteStore(home / "belay.db")
        self.belay = behind(self.proxy, self.sim, store, home, **environment)
        self.belay.migrate()
        self.scene = Scene(self.sim, store, self.belay)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proxy.stop()
        self.sim.stop()

    def assert_sent_once(self):
        """Each order reached the exchange under one client id, and each client id became an order or was refused; what
        was sent again had not been answered."""
        submissions = self.sim.requests()["submissions"]
        refused = {event["event_data"].get("client_order_id")
                   for event in self.belay.events("--type", "order_failed", "--limit", "1000")}
        assert set(submissions) - set(trades.exit_orders(self.sim)) <= refused, submissions


def is_stopped(process):
    """Stands still, as after SIGSTOP, which takes a moment."""
    with open(f"/proc/{process.pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def until(true, what, seconds=PATIENCE):
    """Waits for something that can be seen from outside."""
    deadline = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.02)
    return answer


def behind(proxy, sim, store, home, **environment):
    """The program with `proxy` between it and the exchange; its clock is not behind it."""
    return belay_e2e.Belay(sim, store, home, ALPACA_BASE_URL=proxy.url, ALPACA_DATA_URL=proxy.url, **environment)
