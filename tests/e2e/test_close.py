# SPDX-License-Identifier: Apache-2.0
"""`belay close`: by id, by symbol, a part, by the broker alone, beside a running service, onto an exit under way."""

import os
import pwd
import socket
from decimal import Decimal

import pytest

import trades


@pytest.fixture
def held(store, new_sim, new_belay):
    """Ten shares of AAPL, tracked."""
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    return desk, belay


def test_by_symbol(held):
    desk, belay = held
    outcome = belay.run("close", "AAPL", "--yes", "--json", "--why", "earnings tonight")
    assert outcome.exit_code == 0, outcome
    [closed] = outcome.json
    assert (closed["status"], closed["close_reason"], closed["done"]) == ("closed", "manual_close", True)
    trades.assert_books_balance(desk, belay)
    [said] = belay.events("--type", "operator")
    assert said["event_data"]["why"] == "earnings tonight"


def this_user():
    """The process's own, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def test_who_said_it_is_on_record_also_through_sudo(held):
    desk, belay = held
    assert belay.run("close", "AAPL", "--qty", "1", "--yes").exit_code == 0
    desk.sim.advance("60s")
    assert belay.but(SUDO_USER="ann").run("close", "AAPL", "--qty", "1", "--yes").exit_code == 0
    user = this_user()
    assert [row["event_data"]["who"] for row in belay.events("--type", "operator")] == [
        f"{user}@{socket.gethostname()}", f"ann@{socket.gethostname()} as {user}"]


def test_direct_goes_on_record_once_the_store_can_be_reached(held):
    _, belay = held
    assert belay.run("close", "AAPL", "--direct", "--yes", "--why", "it hangs").exit_code == 0
    belay.cycle()
    [said] = belay.events("--type", "operator")
    assert said["event_data"]["command"] == "close --direct AAPL: 10 held before, 0 after"
    assert said["event_data"]["why"] == "it hangs"


def test_by_id(held):
    desk, belay = held
    outcome = belay.run("close", belay.positions()[0]["id"], "--yes")
    assert outcome.exit_code == 0, outcome
    trades.assert_books_balance(desk, belay)


def test_nothing_happens_without_yes(held):
    desk, belay = held
    for direct in ([], ["--direct"]):
        outcome = belay.run("close", "AAPL", *direct)
        assert outcome.exit_code == 2, outcome
        assert "would close" in outcome.stdout and "--yes" in outcome.stderr
    belay.cycle()
    assert desk.sim.positions() == {"AAPL": 10}
    assert trades.exit_orders(desk.sim) == {}
    assert [row["status"] for row in belay.positions()] == ["open"]


def test_a_part_leaves_and_the_rest_stays_guarded(held):
    desk, belay = held
    outcome = belay.run("close", "AAPL", "--qty", "4", "--yes")
    assert outcome.exit_code == 0, outcome
    assert desk.sim.positions() == {"AAPL": 6}
    [row] = belay.positions()
    assert (row["status"], Decimal(row["quantity"])) == ("open", 6)
    desk.sim.advance("60s")
    desk.price("AAPL", 100)
    assert belay.cycle()[1] == 0
    desk.price("AAPL", 94)
    cycle, code = belay.cycle()
    assert (code, Decimal(cycle["exits"][0]["filled_qty"])) == (0, 6)
    trades.assert_books_balance(desk, belay)
    [row] = belay.positions()
    assert row["close_reason"] == "stop_loss"


@pytest.mark.parametrize("arguments,says", [
    (("MSFT",), "no open position MSFT"),
    (("17",), "no open position 17"),
    (("AAPL", "--qty", "11"), "has 10, not 11"),
    (("AAPL", "--qty", "0"), "--qty must be greater than 0"),
    (("AAPL", "--qty", "many"), "--qty"),
])
def test_what_cannot_be_meant_is_refused(held, arguments, says):
    desk, belay = held
    outcome = belay.run("close", *arguments, "--yes")
    assert outcome.exit_code == 2, outcome
    assert says in outcome.stderr
    assert desk.sim.positions() == {"AAPL": 10}


def test_two_positions_of_a_symbol_need_a_word_more(held):
    desk, belay = held
    desk.trade("AAPL", 5, 100, stop=95)
    belay.cycle()
    outcome = belay.run("close", "AAPL", "--yes")
    assert outcome.exit_code == 2 and "--all-lots" in outcome.stderr, outcome
    second = [row["id"] for row in belay.positions() if Decimal(row["quantity"]) == 5]
    assert belay.run("close", *second, "--yes").exit_code == 0
    assert desk.sim.positions() == {"AAPL": 10}
    assert belay.run("close", "AAPL", "--all-lots", "--yes").exit_code == 0
    trades.assert_books_balance(desk, belay)


def test_f76_beside_a_running_service(held, serve):
    desk, belay = held
    service = serve(belay)
    service.wait_for("pass")
    outcome = belay.run("close", "AAPL", "--yes", "--json")
    assert service.stop() == 0, service.tail()
    assert outcome.exit_code == 0, outcome
    assert outcome.json[0]["status"] == "closed"
    trades.assert_books_balance(desk, belay)
    assert list(desk.sim.requests()["submissions"].values()) == [1]


def test_f76_joins_an_exit_under_way(held):
    """The stop is hit while the symbol is halted: its order rests; a person's word makes no second one."""
    desk, belay = held
    desk.price("AAPL", 94)
    desk.sim.halt("AAPL")
    cycle, code = belay.cycle("--wait", "6s")  # so that the order certainly rests by then
    assert (code, cycle["exits"][0]["state"]) == (1, "working")
    outcome = belay.run("close", "AAPL", "--yes", "--wait", "2s")
    assert outcome.exit_code == 1, outcome
    assert len(trades.exit_orders(desk.sim)) == 1
    desk.sim.halt("AAPL", False)
    desk.price("AAPL", 94)
    belay.cycle()
    [row] = belay.positions()
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")  # what began it
    assert "manual_close" in [event["event_data"]["reason"] for event in belay.events("--type", "exit_triggered")]
    assert set(desk.sim.requests()["submissions"].values()) == {1}
    trades.assert_books_balance(desk, belay)


def test_by_the_broker_alone(held):
    """Without a store, past a resting order that holds the shares; the next cycle finds out."""
    desk, belay = held
    desk.sim.submit("AAPL", "sell", 10, type="stop", stop_price="80", time_in_force="gtc")
    environment = belay.environment.pop("BELAY_STORE")
    belay.environment["BELAY_STORE"] = "postgresql://nobody@127.0.0.1:1/none"
    outcome = belay.run("close", "AAPL", "--direct", "--yes", "--json")
    assert outcome.exit_code == 0, outcome
    assert outcome.json["done"] and len(outcome.json["cancelled"]) == 1
    assert desk.sim.positions() == {}
    belay.environment["BELAY_STORE"] = environment
    desk.sim.advance("60s")
    belay.cycle()
    [row] = belay.positions()
    assert (row["status"], row["close_reason"]) == ("closed", "external_close")
    trades.assert_books_balance(desk, belay)


def test_a_part_by_the_broker_alone_is_sold_once_however_late_positions_are(held):
    desk, belay = held
    desk.sim.advance("60s")  # the entry itself is long over
    desk.sim.behaviour(positions_lag_ms=4000)
    desk.sim.set_speed(1)
    outcome = belay.run("close", "AAPL", "--direct", "--qty", "4", "--yes", "--json")
    assert outcome.exit_code == 0, outcome
    assert (len(outcome.json["orders"]), Decimal(outcome.json["quantity_left"])) == (1, 6)
    assert desk.sim.positions() == {"AAPL": 6}


def test_by_the_broker_alone_past_the_legs_of_a_bracket(held):
    """Once its entry has filled, a list of open orders that is asked for nested shows nothing of it."""
    desk, belay = held
    desk.trade("TSLA", 3, 300, stop=270, **trades.bracket(270, 330))
    outcome = belay.run("close", "TSLA", "--direct", "--yes", "--json")
    assert outcome.exit_code == 0, outcome
    assert outcome.json["cancelled"] and desk.sim.positions() == {"AAPL": 10}
