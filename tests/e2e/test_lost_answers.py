# SPDX-License-Identifier: Apache-2.0
"""What the network does to an order on its way: whatever it is, the position is sold once, closes properly, and its
books balance."""

from decimal import Decimal

import pytest

import trades

PLACED = ["error_504_after", "drop_after", "timeout_after"]
NOT_PLACED = ["error_500_before", "drop_before", "html_error"]


def cycles_until_flat(desk, belay, most=3):
    """Number of cycles that it took."""
    for number in range(1, most + 1):
        belay.cycle()
        if not belay.positions(all=False):
            return number
        desk.sim.advance("20s")
        for trade in desk.trades:
            desk.price(trade.symbol, desk.leaves_at[trade.symbol])
    raise AssertionError(f"not closed after {most} cycles: {belay.positions(all=False)}")


def desk_with_broken_stops(sim, store):
    """A stock, a short and an option whose stops are broken."""
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("GME", 5, 100, side="short", stop=105)
    desk.trade(trades.option_of("SPY"), 3, 5, stop=4)
    desk.leaves_at = {"AAPL": 94, "GME": 106, trades.option_of("SPY"): Decimal("3.9")}
    for symbol, price in desk.leaves_at.items():
        desk.price(symbol, price)
    return desk


@pytest.mark.parametrize("kind", PLACED)
def test_f1_an_order_that_was_placed_is_not_sent_twice(kind, store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = desk_with_broken_stops(sim, store)
    sim.fault(kind, method="POST", path_prefix="/v2/orders", times=3)
    assert cycles_until_flat(desk, belay) <= 2
    assert sim.requests()["submissions"] == {client_id: 1 for client_id in trades.exit_orders(sim)}
    assert len(trades.exit_orders(sim)) == 3
    trades.assert_books_balance(desk, belay)


@pytest.mark.parametrize("kind", NOT_PLACED)
def test_f2_an_order_that_was_not_placed_goes_again_under_its_id(kind, store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = desk_with_broken_stops(sim, store)
    sim.fault(kind, method="POST", path_prefix="/v2/orders", times=3)
    assert cycles_until_flat(desk, belay) <= 2
    orders = trades.exit_orders(sim)
    assert sorted(client_id.rsplit("-", 1)[1] for client_id in orders) == ["x1"] * 3
    trades.assert_books_balance(desk, belay)


def test_f3_reads_that_are_refused_for_their_rate_come_again(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = desk_with_broken_stops(sim, store)
    for path in ("/v2/account", "/v2/orders", "/v2/positions"):
        sim.fault("rate_limit", method="GET", path_prefix=path)
    assert cycles_until_flat(desk, belay) == 1
    trades.assert_books_balance(desk, belay)


def test_f3_an_order_that_is_refused_for_its_rate_goes_when_told(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = desk_with_broken_stops(sim, store)
    sim.fault("rate_limit", method="POST", path_prefix="/v2/orders", times=2)
    assert cycles_until_flat(desk, belay) == 1
    trades.assert_books_balance(desk, belay)


@pytest.mark.parametrize("path", ["/v2/account", "/v2/clock", "/v2/orders", "/v2/positions"])
def test_f35_a_broker_that_cannot_be_read_closes_nothing(path, store, new_sim, new_belay):
    """One failed answer changes nothing: not what is held, not what is known."""
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    sim.fault("error_500_before", method="GET", path_prefix=path, times=100)
    outcome = belay.run("cycle", "--json")
    assert outcome.exit_code == 4, outcome
    assert outcome.json["errors"] and outcome.json["unchecked"][0]["symbol"] == "AAPL"
    assert [row["status"] for row in belay.positions()] == ["open"]
    sim.clear_faults()
    cycle, code = belay.cycle()
    assert (code, cycle["checked"]) == (0, 1), cycle


def test_f51_a_data_api_that_is_away_leaves_the_time_rules(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, strategy="day_trade")
    desk.trade("MSFT", 10, 100, stop=95)
    belay.cycle()
    sim.set_clock("2025-03-12T19:55:00Z")
    desk.price("AAPL", 100)
    desk.price("MSFT", 94)
    sim.fault("error_500_before", method="GET", path_prefix="/v2/stocks", times=100)
    cycle, code = belay.cycle()
    assert code == 1
    assert [(line["symbol"], line["reason"], line["state"]) for line in cycle["exits"]] == [
        ("AAPL", "day_trade_close", "closed")]
    assert [one["symbol"] for one in cycle["unchecked"]] == ["MSFT"]
