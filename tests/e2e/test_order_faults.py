# SPDX-License-Identifier: Apache-2.0
"""Orders that behave as the broker's were reported to: cancels that take their time or stick, positions that are behind,
guards that somebody replaced."""

from decimal import Decimal

import pytest

import trades


@pytest.fixture
def desk_and_belay(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    return trades.Desk(sim, store), new_belay(sim, store)


def guarded_position(desk, belay):
    trade = desk.trade("AAPL", 10, 100, stop=95, target=110, **trades.bracket(90, 115))
    belay.cycle()
    return trade


def legs_of(desk, trade):
    return desk.sim.ask("GET", f"/v2/orders/{trade.order['id']}?nested=true")["legs"]


def assert_left_once(desk, belay):
    [row] = belay.positions()
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    [order] = trades.exit_orders(desk.sim).values()
    assert (order["side"], Decimal(order["filled_qty"])) == ("sell", 10)
    assert desk.sim.state()["accounts"][0]["positions"] == []
    trades.assert_books_balance(desk, belay)


@pytest.mark.parametrize("trouble", ["slow", "late", "stuck", "rejected", "reserved"])
def test_an_exit_waits_for_its_guards_to_be_gone_and_sells_once(trouble, desk_and_belay):
    desk, belay = desk_and_belay
    guarded_position(desk, belay)
    desk.sim.advance("60s")  # the entry itself is long over
    if trouble == "slow":
        desk.sim.behaviour(cancel_delay_ms=1500)
    elif trouble == "late":
        desk.sim.behaviour(positions_lag_ms=3000)
    else:
        kind = {"stuck": "cancel_stuck", "rejected": "cancel_rejected", "reserved": "reservation_stays"}[trouble]
        desk.sim.control("order_fault", kind=kind, symbol="AAPL", ms=2000)
    desk.sim.set_speed(1)
    desk.price("AAPL", 94)
    for _ in range(4):  # what sticks may outlast a pass
        cycle, code = belay.cycle()
        if belay.positions()[0]["status"] == "closed":
            break
    assert code == 0, cycle
    assert_left_once(desk, belay)


def test_a_guard_that_somebody_replaced_is_still_the_positions_guard(desk_and_belay):
    desk, belay = desk_and_belay
    trade = guarded_position(desk, belay)
    [stop] = [leg for leg in legs_of(desk, trade) if leg["type"] == "stop"]
    moved = desk.sim.ask("PATCH", "/v2/orders/" + stop["id"], {"stop_price": "92"})
    assert moved["replaces"] == stop["id"]
    desk.sim.advance("60s")
    desk.price("AAPL", 100)
    belay.cycle()
    [row] = belay.positions()
    assert row["stop_order_id"] == moved["id"]
    desk.price("AAPL", 91)  # nobody is looking: the exchange acts
    desk.sim.advance("60s")
    desk.price("AAPL", 91)
    belay.cycle()
    [row] = belay.positions()
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    assert trades.exit_orders(desk.sim) == {}
    trades.assert_books_balance(desk, belay)
