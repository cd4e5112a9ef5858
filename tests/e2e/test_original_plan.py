# SPDX-License-Identifier: Apache-2.0
"""The three integration tests of the original plan: one pass a minute, as its scheduler makes them, and what another
service would read in the plan's own tables."""

import datetime
import json
from decimal import Decimal

import pytest

import belay_e2e
import trades

WEDNESDAY = "2025-03-12"
OPTION = "SPY250313C00560000"  # expires on Thursday
LIFE = ["created", "exit_triggered", "order_submitted", "closed"]


@pytest.fixture
def at(store, new_sim, new_belay):
    """at(time): a desk and the program, as of then."""

    def begin(time):
        sim = new_sim(start=time, cash=str(trades.START_CASH))
        return trades.Desk(sim, store), new_belay(sim, store)

    return begin


def minutes(desk, belay, prices):
    """A pass a minute, each at its price; {symbol: [price, …]}. What the passes said."""
    outcomes = []
    for step in zip(*prices.values(), strict=True):
        desk.sim.advance("60s")
        for symbol, price in zip(prices, step, strict=True):
            desk.price(symbol, price)
        outcomes.append(belay.cycle())
    return outcomes


def row_of(store):
    """The only row of active_positions, with the plan's columns."""
    rows = store.rows("SELECT id, execution_id, ticker, instrument_type, strategy_type, side, quantity, entry_price, "
                      "current_price, current_pnl_dollars, current_pnl_percent, check_count, status, close_reason, "
                      "closed_at, last_checked_at FROM active_positions")
    assert len(rows) == 1, rows
    return rows[0]


def numbers(row, *names):
    return [Decimal(str(row[name])) for name in names]


def checks_of(outcome):
    """The lines of the log about a position that was looked at."""
    assert outcome.exit_code == 0, outcome
    lines = [json.loads(line) for line in outcome.stderr.splitlines() if line.startswith("{")]
    return [line for line in lines if (line["level"], line["msg"]) == ("INFO", "check")]


def events_of(store, kind):
    return store.rows(f"SELECT event_data, created_at FROM position_events WHERE event_type = '{kind}' ORDER BY id")


def test_a_trade_is_tracked_priced_each_minute_and_stopped_out(at, store):
    desk, belay = at(f"{WEDNESDAY}T14:30:00Z")
    desk.trade("AAPL", 10, 100, stop=95, target=110)
    assert store.rows("SELECT id FROM active_positions") == []

    desk.sim.advance("60s")
    desk.price("AAPL", 100)
    _, code = belay.cycle()
    row = row_of(store)
    assert (code, row["execution_id"], row["ticker"], row["side"], row["status"]) == (0, 1, "AAPL", "long", "open")
    assert numbers(row, "quantity", "check_count") == [10, 1]
    entry, = numbers(row, "entry_price")

    for count, price in enumerate((Decimal(101), Decimal("98.5"), Decimal(96)), start=2):
        desk.sim.advance("60s")
        desk.price("AAPL", price)
        checks = checks_of(belay.run("cycle", "--json"))
        assert [(check["symbol"], check["checked"], Decimal(check["price"])) for check in checks] == [
            ("AAPL", True, price)]
        row = row_of(store)
        assert numbers(row, "current_price", "current_pnl_dollars", "check_count") == [price, (price - entry) * 10, count]
        assert abs(numbers(row, "current_pnl_percent")[0] - (price / entry - 1) * 100) < Decimal("0.0001")
        seen = store.rows("SELECT current_price, check_count FROM v_open_positions_summary")
        assert numbers(seen[0], "current_price", "check_count") == [price, count]
    assert len(events_of(store, "price_update")) == 4

    (cycle, code), = minutes(desk, belay, {"AAPL": [94]})
    assert code == 0 and [(one["reason"], one["state"]) for one in cycle["exits"]] == [("stop_loss", "closed")], cycle
    row = row_of(store)
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    assert row["closed_at"] is not None
    assert store.rows("SELECT id FROM v_open_positions_summary") == []
    assert [event["event_type"] for event in belay.events("--limit", "1000") if event["event_type"] in LIFE] == LIFE
    trades.assert_books_balance(desk, belay)
    cycle, code = belay.cycle()
    assert (code, cycle["positions"], cycle["exits"]) == (0, 0, [])


def test_a_day_trade_of_ten_to_four_leaves_at_five_to(at, store):
    desk, belay = at(f"{WEDNESDAY}T19:50:00Z")  # 15:50 in New York
    desk.trade("AAPL", 10, 100, strategy="day_trade")
    outcomes = minutes(desk, belay, {"AAPL": [100] * 4})
    assert [code for _, code in outcomes] == [0] * 4
    assert row_of(store)["status"] == "open"

    desk.sim.set_speed("1")  # how long it takes is to be seen
    (cycle, code), = minutes(desk, belay, {"AAPL": [100]})
    assert code == 0 and [one["reason"] for one in cycle["exits"]] == ["day_trade_close"], cycle
    assert desk.sim.positions() == {}
    assert row_of(store)["close_reason"] == "day_trade_close"
    [order] = trades.exit_orders(desk.sim).values()
    [triggered], [closed] = belay.events("--type", "exit_triggered"), belay.events("--type", "closed")
    due = belay_e2e.utc(f"{WEDNESDAY}T19:55:00Z")
    moments = [belay_e2e.utc(at) for at in (triggered["created_at"], order["filled_at"], closed["created_at"])]
    assert due <= moments[0] <= moments[1] <= moments[2] < due + datetime.timedelta(minutes=1), moments
    trades.assert_books_balance(desk, belay)


def test_an_option_that_expires_tomorrow_leaves_today(at, store):
    """Bought on the Tuesday; it expires on Thursday, so Wednesday's session is the last one to leave in."""
    desk, belay = at("2025-03-11T19:00:00Z")
    desk.trade(OPTION, 2, 5)
    (_, code), = minutes(desk, belay, {OPTION: [5]})
    assert code == 0 and row_of(store)["status"] == "open"

    desk.sim.set_clock(f"{WEDNESDAY}T13:29:00Z")  # a minute before the open
    desk.price(OPTION, 5)
    belay.cycle()
    assert desk.sim.positions() == {OPTION: 2}
    (cycle, code), = minutes(desk, belay, {OPTION: [5]})
    assert code == 0 and [one["reason"] for one in cycle["exits"]] == ["expiration_risk"], cycle
    assert desk.sim.positions() == {}
    assert row_of(store)["close_reason"] == "expiration_risk"
    trades.assert_books_balance(desk, belay)
