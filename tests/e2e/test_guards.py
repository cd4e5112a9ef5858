# SPDX-License-Identifier: Apache-2.0
"""What rests at the broker for a position is what is held of it: restored, resized, re-armed, and only where that
fails given up for an exit."""

from decimal import Decimal

import pytest

import trades


class Guarded:
    """One position of 10 AAPL at 100 with its bracket, found by a first cycle."""

    def __init__(self, sim, store, belay, tif="gtc", quantity=10):
        self.desk = trades.Desk(sim, store)
        self.sim = sim
        self.belay = belay
        self.trade = self.desk.trade("AAPL", quantity, 100, stop=95, target=110, **trades.bracket(95, 110, tif))
        self.cycle()

    def cycle(self):
        outcome, _ = self.belay.cycle()
        return outcome

    def minute(self, price=100):
        self.sim.advance("60s")
        self.desk.price("AAPL", price)
        return self.cycle()

    def lose_bracket(self):
        for leg in self.sim.ask("GET", f"/v2/orders/{self.trade.order['id']}?nested=true")["legs"]:
            if leg["status"] not in ("canceled", "filled"):
                self.sim.request("DELETE", "/v2/orders/" + leg["id"])

    def guards(self):
        return {name: order for name, order in trades.exit_orders(self.sim).items() if "-g" in name}

    def exits(self):
        return {name: order for name, order in trades.exit_orders(self.sim).items() if "-x" in name}

    def row(self):
        [row] = self.belay.positions()
        return row

    def reserved(self):
        [position] = self.sim.ask("GET", "/v2/positions")
        return Decimal(position["qty"]) - Decimal(position["qty_available"])


@pytest.fixture
def make(store, new_sim, new_belay):
    def build(tif="gtc", quantity=10, **environment):
        sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
        return Guarded(sim, store, new_belay(sim, store, **environment), tif, quantity)
    return build


def test_f12_a_bracket_that_somebody_cancels_rests_again(make):
    g = make()
    g.lose_bracket()
    assert g.minute()["exits"] == []
    [oco] = g.guards().values()
    assert (oco["order_class"], oco["time_in_force"], oco["status"]) == ("oco", "gtc", "new")
    assert (Decimal(oco["qty"]), Decimal(oco["limit_price"])) == (10, 110)
    assert Decimal(oco["legs"][0]["stop_price"]) == 95
    row = g.row()
    assert (row["target_order_id"], row["stop_order_id"]) == (oco["id"], oco["legs"][0]["id"])
    assert row["bracket_order_accepted"] in (True, 1)
    assert len(g.belay.events("--type", "guards_restored")) == 1
    g.minute()
    assert len(g.guards()) == 1, "it rests: nothing more to do"
    assert g.reserved() == 10
    g.desk.price("AAPL", 94)  # it acts by itself
    g.sim.advance("15s")
    g.minute(94)
    assert g.row()["close_reason"] == "stop_loss"
    trades.assert_books_balance(g.desk, g.belay)


def test_f12_a_lost_reply_makes_no_second_guard(make):
    g = make()
    g.lose_bracket()
    g.sim.fault("error_504_after", method="POST", path_prefix="/v2/orders")
    g.minute()
    g.minute()
    assert len(g.guards()) == 1 and g.reserved() == 10
    assert set(g.sim.requests()["submissions"].values()) == {1}


def test_day_guards_of_a_position_that_stays_are_re_armed_before_the_close(make):
    g = make(tif="day")
    g.sim.set_clock("2025-03-12T19:50:00Z")
    g.minute()
    [oco] = g.guards().values()
    assert (oco["time_in_force"], oco["status"]) == ("gtc", "new")
    g.sim.set_clock("2025-03-13T14:30:00Z")
    assert g.reserved() == 10, "it lasted over the night"


def test_f13_a_partial_exit_resizes_the_guard_and_then_sells(make):
    g = make()
    assert g.belay.run("close", "AAPL", "--qty", "4", "--yes").exit_code == 0
    [oco] = g.guards().values()
    [sold] = g.exits().values()
    assert (Decimal(oco["qty"]), Decimal(sold["filled_qty"])) == (6, 4)
    assert oco["created_at"] <= sold["created_at"]
    assert (g.sim.positions(), g.reserved()) == ({"AAPL": 6}, 6)
    assert g.minute()["exits"] == []


def test_policy_close_leaves_at_once_when_the_bracket_is_proved_absent(make):
    g = make(BELAY_MISSING_BRACKETS="close")
    assert g.minute()["exits"] == []
    g.lose_bracket()
    cycle = g.minute()
    assert [(line["reason"], line["state"]) for line in cycle["exits"]] == [("missing_brackets", "closed")]
    assert g.guards() == {}
    trades.assert_books_balance(g.desk, g.belay)


def test_nothing_is_liquidated_for_lacking_what_it_never_had(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store, BELAY_MISSING_BRACKETS="close")
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95, target=110)
    for _ in range(3):
        sim.advance("60s")
        desk.price("AAPL", 100)
        cycle, code = belay.cycle()
        assert (code, cycle["exits"]) == (0, [])
    assert trades.exit_orders(sim) == {}


def test_seconds_unguarded_are_kept_and_shown(make):
    g = make()
    assert int(g.row()["seconds_unguarded"]) == 0
    g.minute()
    assert int(g.row()["seconds_unguarded"]) == 0
    [explained] = g.belay.run("explain", "AAPL", "--json").json
    assert explained["guards"]["protection"] == "resting_order"
    assert explained["guards"]["situation"] == "guards in order"
    assert g.belay.run("status", "--json").json["positions"]["unguarded"] == 0
