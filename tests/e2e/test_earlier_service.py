# SPDX-License-Identifier: Apache-2.0
"""Belay takes over from another service that worked on the same tables: nothing of what it left is lost or misread."""

import pathlib
import uuid
from decimal import Decimal

import pytest

import belay_e2e
import trades

TABLES = pathlib.Path(__file__).with_name("earlier_service.sql")
CALL = "NVDA250620C00150000"
PUT = "SPY250620P00560000"
STUCK = 3000  # rows of 28 trades, made anew each minute, in `closing` ever since
TRADES = 28


class Earlier:
    """An exchange with an account's holdings, and the database of the service that looked after them."""

    def __init__(self, sim, store):
        self.sim, self.store = sim, store
        self.desk = trades.Desk(sim, store)
        store.execute(TABLES.read_text())
        self.keys = {}

    def buy(self, symbol, qty, price):
        """At the exchange; the order's id."""
        self.desk.price(symbol, price)
        order = self.sim.submit(symbol, "buy", qty)
        return self.sim.order(order["id"])

    def execution(self, name, ticker, qty, price, *, order=None, mode="ALPACA_PAPER", account="large-100k",
                  at=trades.MORNING, **more):
        """A row as the trader writes it: no side, no status, the order's id in sim_json."""
        self.keys[name] = str(uuid.uuid4())
        sim_json = "{}" if order is None else f'{{"order_id": "{order["id"]}"}}'
        self.store.insert("dispatch_executions", execution_id=self.keys[name], recommendation_id=len(self.keys),
                          ticker=ticker, action="BUY", decision_ts=at, simulated_ts=at,
                          entry_price=price, qty=qty, notional=Decimal(qty) * Decimal(price), execution_mode=mode,
                          account_name=account, sim_json=sim_json, **more)

    def stuck_rows(self):
        self.store.execute(
            "INSERT INTO active_positions (ticker, instrument_type, strategy_type, side, quantity, entry_price, "
            "entry_time, status, account_name) SELECT 'T' || chr(65 + n % "
            f"{TRADES} % 26) || chr(65 + n % {TRADES} / 26), 'STOCK', 'swing_trade', 'long', 10, 50, "
            f"timestamp '2025-03-03 15:00' + n * interval '1 minute', 'closing', 'large' "
            f"FROM generate_series(1, {STUCK}) n")


@pytest.fixture
def earlier(postgres, new_sim):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    earlier = Earlier(sim, postgres.new_store())
    # A stock of no strategy; options with their underlyings' levels, the put's stop above its entry.
    earlier.execution("stock", "AAPL", 10, 100, order=earlier.buy("AAPL", 10, 100), stop_loss_price=95,
                      take_profit_price=110)
    earlier.desk.price("NVDA", 150)
    earlier.desk.price("SPY", 560)
    earlier.execution("call", "NVDA", 2, 5, order=earlier.buy(CALL, 2, 5), instrument_type="CALL", strike_price=150,
                      expiration_date="2025-06-20", option_symbol=CALL, strategy_type="day_trade", stop_loss_price=145,
                      take_profit_price=170)
    earlier.execution("put", "SPY", 1, 8, order=earlier.buy(PUT, 1, 8), instrument_type="PUT", strike_price=560,
                      expiration_date="2025-06-20", option_symbol=PUT, strategy_type="conservative",
                      stop_loss_price=570, take_profit_price=540)
    # Said to be simulated: its answer came too late, the order had been taken. And one that never was a trade.
    earlier.execution("taken", "TSLA", 5, 200, order=earlier.buy("TSLA", 5, 200), mode="SIMULATED_FALLBACK",
                      stop_loss_price=190)
    earlier.execution("never", "META", 3, 500, mode="SIMULATED", stop_loss_price=480)
    # Another account's, of the same symbol; and one whose shares left long ago.
    earlier.execution("other", "AAPL", 7, 100, account="tiny-1k", stop_loss_price=99)
    earlier.execution("gone", "KO", 4, 60, at="2025-03-05T15:00:00Z", stop_loss_price=55)
    # What the other service kept: the stock, open; its own names of accounts; and what was stuck.
    earlier.store.insert("active_positions", ticker="AAPL", instrument_type="STOCK", strategy_type="swing_trade",
                         side="long", quantity=10, entry_price=100, entry_time="2025-03-12 14:30:00", stop_loss=95,
                         take_profit=110, account_name="large", execution_uuid=earlier.keys["stock"],
                         execution_id=earlier.keys["stock"])
    earlier.stuck_rows()
    return earlier


@pytest.fixture
def belay(earlier, tmp_path):
    return belay_e2e.Belay(earlier.sim, earlier.store, tmp_path, BELAY_ACCOUNT="large",
                           BELAY_ACCOUNT_ALIASES="large,large-100k,large-default")


def pass_after(earlier, belay, time="20s"):
    earlier.sim.advance(time)
    for symbol, price in (("AAPL", 100), ("TSLA", 200), (CALL, 5), (PUT, 8), ("NVDA", 150), ("SPY", 560)):
        earlier.desk.price(symbol, price)
    return belay.run("cycle", "--json")


def test_what_another_service_left_is_taken_over(earlier, belay):
    store = earlier.store
    before = store.rows("SELECT id, ticker, quantity, entry_price FROM active_positions ORDER BY id")
    report = belay.run("migrate", "--json").json
    assert report["upstream"] == "uuid execution_id", report
    assert store.rows("SELECT id, ticker, quantity, entry_price FROM active_positions ORDER BY id") == before
    assert store.rows("SELECT entry_time AT TIME ZONE 'UTC' AS t FROM active_positions ORDER BY id LIMIT 1") == [
        {"t": "2025-03-12T14:30:00"}]

    first = belay.run("cycle", "--json")
    assert first.json["positions"] == len(before) + 3, first
    for _ in range(3):
        outcome = pass_after(earlier, belay)
    assert outcome.exit_code == 1, "what is stuck needs attention"
    assert outcome.json["exits"] == [] and outcome.json["checked"] == 4

    assert belay.run("events", "--type", "order_submitted", "--json").json == []
    assert earlier.sim.positions() == {"AAPL": 10, "TSLA": 5, CALL: 2, PUT: 1}
    rows = {row["symbol"]: row for row in belay.positions() if row["execution_key"]}
    known = {symbol: (row["execution_key"], Decimal(row["quantity"]), Decimal(row["stop_loss"]), row["price_domain"],
                      row["strategy_type"]) for symbol, row in rows.items()}
    assert known == {
        "AAPL": (earlier.keys["stock"], 10, 95, "instrument", "swing_trade"),
        CALL: (earlier.keys["call"], 2, 145, "underlying", "day_trade"),
        PUT: (earlier.keys["put"], 1, 570, "underlying", "swing_trade"),
        "TSLA": (earlier.keys["taken"], 5, 190, "instrument", "swing_trade"),
    }
    assert {row["account_name"] for row in rows.values()} == {"large"}
    assert [row["id"] for row in rows.values() if row["symbol"] == "AAPL"] == [before[0]["id"]], "its row is the old one"

    # What was stuck is neither closed on a guess nor forgotten; and what was never a trade here opened nothing.
    stuck = store.rows("SELECT status, close_reason, count(*) AS n FROM active_positions WHERE ticker LIKE 'T_A' "
                       "OR ticker LIKE 'T_B' GROUP BY 1, 2")
    assert stuck == [{"status": "open", "close_reason": None, "n": STUCK}]
    outcomes = {row["execution_key"]: row["outcome"] for row in store.rows("SELECT execution_key, outcome FROM belay_imports")}
    assert outcomes[earlier.keys["gone"]] == "history"
    assert earlier.keys["never"] not in outcomes and earlier.keys["other"] not in outcomes


def test_taken_over_positions_leave_by_their_levels(earlier, belay):
    """The call by its underlying's stop, the put by its underlying's, which is above; the stock by its own."""
    for _ in range(2):
        pass_after(earlier, belay)
    earlier.sim.advance("60s")
    for symbol, price in (("AAPL", 94), ("TSLA", 200), (CALL, 4), (PUT, 7), ("NVDA", 144), ("SPY", 571)):
        earlier.desk.price(symbol, price)
    outcome = belay.run("cycle", "--json")
    left = {one["symbol"]: (one["reason"], one["state"]) for one in outcome.json["exits"]}
    assert left == {symbol: ("stop_loss", "closed") for symbol in ("AAPL", CALL, PUT)}, outcome
    assert earlier.sim.positions() == {"TSLA": 5}
    history = earlier.store.rows("SELECT ticker, exit_reason FROM position_history ORDER BY id")
    assert {(row["ticker"], row["exit_reason"]) for row in history} == {
        ("AAPL", "stop_loss"), ("NVDA", "stop_loss"), ("SPY", "stop_loss")}


def test_what_was_stuck_is_written_off_by_a_persons_word(earlier, belay):
    for _ in range(2):
        pass_after(earlier, belay)
    said = belay.run("reconcile", "--write-off", "all", "--why", "never traded")
    assert said.exit_code == 2 and f"{STUCK} positions" in said.stdout and "--yes" in said.stderr, said
    held = belay.run("reconcile", "--write-off", "AAPL", "--yes", "--why", "never traded")
    assert held.exit_code == 2 and "the broker holds AAPL" in held.stderr, held

    done = belay.run("reconcile", "--write-off", "all", "--yes", "--why", "never traded", "--json")
    assert (done.exit_code, done.json) == (0, {"written_off": STUCK, "open": []}), done
    closed = earlier.store.rows("SELECT close_reason, realised_result, count(*) AS n FROM active_positions "
                                "WHERE status = 'closed' GROUP BY 1, 2")
    assert closed == [{"close_reason": "external_close", "realised_result": None, "n": STUCK}]
    assert earlier.sim.positions() == {"AAPL": 10, "TSLA": 5, CALL: 2, PUT: 1}
    assert trades.exit_orders(earlier.sim) == {}
    assert pass_after(earlier, belay).exit_code == 0, "nothing needs attention any more"
