# SPDX-License-Identifier: Apache-2.0
"""Brackets that upstream has placed: the resting orders hold the shares, and are cancelled, and their end awaited,
before anything is sold; where a guard fills by itself, that was the exit."""

from decimal import Decimal

import pytest

import trades


@pytest.fixture
def desk_and_belay(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    return trades.Desk(sim, store), new_belay(sim, store)


def legs_of(desk, trade):
    return desk.sim.ask("GET", f"/v2/orders/{trade.order['id']}?nested=true")["legs"]


def test_the_children_are_found_and_remembered(desk_and_belay):
    desk, belay = desk_and_belay
    trade = desk.trade("AAPL", 10, 100, stop=95, target=110, **trades.bracket(90, 115))
    cycle, code = belay.cycle()
    assert code == 0, cycle
    [row] = belay.positions()
    legs = {leg["type"]: leg["id"] for leg in legs_of(desk, trade)}
    assert (row["stop_order_id"], row["target_order_id"]) == (legs["stop"], legs["limit"])
    assert row["bracket_order_accepted"] in (True, 1)


@pytest.mark.parametrize("how", ["stop_loss", "take_profit", "day_trade_close", "manual_close"])
def test_f11_a_local_exit_clears_the_group_and_sells_once(how, desk_and_belay):
    desk, belay = desk_and_belay
    strategy = "day_trade" if how == "day_trade_close" else "swing_trade"
    trade = desk.trade("AAPL", 10, 100, stop=95, target=110, strategy=strategy, **trades.bracket(90, 115))
    belay.cycle()
    if how == "manual_close":
        assert belay.run("close", "AAPL", "--yes").exit_code == 0
    else:
        desk.sim.set_clock("2025-03-12T19:55:00Z")
        desk.price("AAPL", {"stop_loss": 94, "take_profit": 111, "day_trade_close": 101}[how])
        cycle, code = belay.cycle()
        assert (code, [line["state"] for line in cycle["exits"]]) == (0, ["closed"]), cycle
    [row] = belay.positions()
    assert row["close_reason"] == how
    assert {leg["status"] for leg in legs_of(desk, trade)} == {"canceled"}
    [order] = trades.exit_orders(desk.sim).values()
    assert (order["side"], Decimal(order["filled_qty"])) == ("sell", 10)
    assert list(desk.sim.requests()["submissions"].values()) == [1]
    trades.assert_books_balance(desk, belay)


def test_f11_a_slow_cancel_is_awaited(desk_and_belay):
    """The answer to the cancel is lost: nothing is sold before the group's end is known."""
    desk, belay = desk_and_belay
    desk.trade("AAPL", 10, 100, stop=95, target=110, **trades.bracket(90, 115))
    belay.cycle()
    desk.price("AAPL", 94)
    desk.sim.fault("drop_after", method="DELETE", path_prefix="/v2/orders", times=2)
    cycle, code = belay.cycle()
    assert (code, cycle["exits"][0]["state"]) == (0, "closed"), cycle
    assert list(desk.sim.requests()["submissions"].values()) == [1]
    trades.assert_books_balance(desk, belay)


@pytest.mark.parametrize("price,reason,leg", [(89, "stop_loss", "stop"), (116, "take_profit", "limit")])
def test_a_guard_that_fills_by_itself_was_the_exit(price, reason, leg, desk_and_belay):
    desk, belay = desk_and_belay
    trade = desk.trade("AAPL", 10, 100, stop=90, target=115, **trades.bracket(90, 115))
    belay.cycle()
    desk.price("AAPL", price)  # nobody is looking: the exchange acts
    assert desk.sim.positions() == {}
    desk.sim.advance("60s")
    desk.price("AAPL", price)
    belay.cycle()
    [row] = belay.positions()
    assert (row["status"], row["close_reason"]) == ("closed", reason)
    filled = [guard for guard in legs_of(desk, trade) if guard["status"] == "filled"]
    assert Decimal(row["exit_price"]) == Decimal(filled[0]["filled_avg_price"])
    assert trades.exit_orders(desk.sim) == {}
    trades.assert_books_balance(desk, belay)


def test_f12_a_bracket_that_is_gone_alerts_and_liquidates_nothing(desk_and_belay):
    """It comes back at the position's own levels."""
    desk, belay = desk_and_belay
    trade = desk.trade("AAPL", 10, 100, stop=95, target=110, **trades.bracket(90, 115))
    belay.cycle()
    for leg in legs_of(desk, trade):
        if leg["status"] not in ("canceled", "filled"):
            desk.sim.request("DELETE", "/v2/orders/" + leg["id"])
    for _ in range(3):
        desk.sim.advance("60s")
        desk.price("AAPL", 100)
        cycle, _ = belay.cycle()
        assert cycle["exits"] == []
    assert desk.sim.positions() == {"AAPL": 10}
    [row] = belay.positions()
    assert (row["status"], row["concern"]) == ("open", "")
    assert row["bracket_order_accepted"] in (True, 1)
    alerts = [event for event in belay.events("--type", "alert") if "bracket" in event["event_data"]["text"]]
    assert len(alerts) == 1, "told once"
    desk.price("AAPL", 94)
    desk.sim.advance("15s")
    desk.price("AAPL", 94)
    belay.cycle()
    [row] = belay.positions()
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    trades.assert_books_balance(desk, belay)
