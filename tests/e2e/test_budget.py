# SPDX-License-Identifier: Apache-2.0
"""A cycle stays within its budget of broker calls and SQL statements however many positions there are, and its own
count agrees with the exchange's. Many positions leaving at once all leave.

BELAY_LONG=1 also lets a hundred leave under the exchange's usual limit of 200 requests a minute, which takes minutes.
"""

import time
from decimal import Decimal

import pytest

import belay_e2e
import trades


def counted_cycle(sim, belay):
    """A cycle whose count of calls is the exchange's own."""
    sim.forget_requests()
    cycle, code = belay.cycle()
    seen = sim.requests()
    assert (cycle["broker_calls"]["trading"], cycle["broker_calls"]["data"]) == (seen["trading"], seen["data"])
    return cycle, code


@pytest.mark.parametrize("positions,calls,statements", [(100, 8, 11), (1000, 25, 11)])
def test_budget(positions, calls, statements, store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING)
    belay = new_belay(sim, store)
    trades.hold_many(sim, store, positions)

    for what in ("the first cycle, which discovers them all", "the second", "the third"):
        cycle, code = counted_cycle(sim, belay)
        assert (code, cycle["positions"], cycle["checked"]) == (0, positions, positions), (what, cycle)
        assert sum(cycle["broker_calls"].values()) <= calls, what
        assert cycle["store_statements"] <= statements, what
        sim.advance("60s")


def test_budget_of_a_thousand_bracketed_lots(tmp_path, new_sim, new_belay):
    """Every bracket is found and verified: by the list of orders, which goes further back while many are unseen."""
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    for name in trades.stock_names(1000):
        desk.trade(name, 2, 100, stop=95, target=110, **trades.bracket(95, 110))
        sim.advance("20ms")  # pages of orders go by their time
    for _ in range(4):
        cycle, code = counted_cycle(sim, belay)
        assert (code, cycle["positions"], cycle["checked"]) == (0, 1000, 1000), cycle
        assert sum(cycle["broker_calls"].values()) <= 25
        assert cycle["store_statements"] <= 11
        sim.advance("60s")
    rows = belay.positions()
    assert {bool(row["bracket_order_accepted"]) for row in rows} == {True}
    assert all(row["stop_order_id"] and row["target_order_id"] for row in rows)


def test_budget_of_an_account_with_a_long_past(store, new_sim, new_belay):
    """Entries are among the exchange's orders, further back than its longest page."""
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    for i, name in enumerate(trades.stock_names(100)):
        desk.trade(trades.option_of(name) if i % 2 else name, 2, 5 if i % 2 else 100, stop=4 if i % 2 else 95)
    for _ in range(510):
        sim.ask("DELETE", "/v2/orders/" + sim.submit("AAA", "buy", 1, type="limit", limit_price="1")["id"])
        sim.advance("20ms")  # pages of orders go by their time
    for most in (9, 8):  # the first of a day asks for corporate actions as well
        cycle, code = counted_cycle(sim, belay)
        assert (code, cycle["checked"]) == (0, 100), cycle
        assert sum(cycle["broker_calls"].values()) <= most
        assert cycle["store_statements"] <= 11
        sim.advance("60s")


def leave_at_once(sim, store, belay, held, leaving):
    for symbol, stop in held[:leaving]:
        price = stop - Decimal("0.05")
        sim.price(symbol, price, bid=price - Decimal("0.01"), ask=price + Decimal("0.01"))
    cycles = 0
    left = {}
    deadline = time.monotonic() + 300
    while len(left) < leaving and time.monotonic() < deadline:
        outcome = belay.run("cycle", "--json", "--wait", "60s")
        if outcome.exit_code == 4:  # the minute's requests are used up
            time.sleep(10)
            continue
        cycle = outcome.json
        left |= {line["symbol"]: line for line in cycle["exits"] if line["state"] == "closed"}
        cycles += 1
    assert sorted(left) == sorted(symbol for symbol, _ in held[:leaving])
    assert {line["reason"] for line in left.values()} == {"stop_loss"}
    assert sorted(sim.positions()) == sorted(symbol for symbol, _ in held[leaving:])
    submissions = sim.requests()["submissions"]
    assert len(submissions) == leaving
    assert set(submissions.values()) == {1}
    assert sim.state()["broken_invariants"] == []
    closed = [row for row in belay.positions() if row["status"] == "closed"]
    assert {row["close_reason"] for row in closed} == {"stop_loss"}
    assert len(closed) == leaving
    return cycles


def test_a_hundred_of_a_thousand_leave_at_once(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING)
    belay = new_belay(sim, store)
    held = trades.hold_many(sim, store, 1000)
    belay.cycle()
    cycles = leave_at_once(sim, store, belay, held, 100)
    assert cycles == 1


if belay_e2e.LONG:

    def test_a_hundred_leave_within_the_usual_rate_limit(store, new_sim, new_belay):
        sim = new_sim(start=trades.MORNING, requests_per_minute=200)
        belay = new_belay(sim, store)
        held = trades.hold_many(sim, store, 200)
        belay.cycle()
        leave_at_once(sim, store, belay, held, 100)
