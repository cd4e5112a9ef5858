# SPDX-License-Identifier: Apache-2.0
"""Whose shares are whose, from outside: contracts that end, sales by others, rows that lie, what `belay reconcile`
shows and what `belay adopt` changes."""

from decimal import Decimal

import pytest

import trades

CALL = "AAA250314C00100000"  # expires on Friday, 2025-03-14
PUT = "AAA250314P00100000"
AFTER_EXPIRY = "2025-03-15T12:00:00Z"


@pytest.fixture
def desk_and_belay(store, new_sim, new_belay):
    def make(**environment):
        sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
        belay = new_belay(sim, store, **environment)
        return trades.Desk(sim, store), belay

    return make


def row_of(belay, symbol):
    [row] = [row for row in belay.positions() if row["symbol"] == symbol]
    return row


def causes(belay):
    return [event["event_data"]["cause"] for event in belay.events("--type", "alert", "--limit", "1000")]


def at_expiry(desk, belay, price):
    """Nobody looks between Wednesday and the Saturday after the expiry."""
    desk.price("AAA", price)
    desk.sim.set_clock("2025-03-14T20:05:00Z")
    desk.sim.set_clock(AFTER_EXPIRY)
    belay.cycle()
    return belay.cycle()


def test_f69_a_contract_expires_worthless(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.price("AAA", 95)
    desk.trade(CALL, 2, 5)
    belay.cycle()
    at_expiry(desk, belay, 95)
    row = row_of(belay, CALL)
    assert (row["status"], row["close_reason"], Decimal(row["exit_price"])) == ("closed", "expired", 0)
    assert Decimal(row["realised_result"]) == -desk.trades[0].entry_value
    assert row["closed_at"].startswith("2025-03-14T20:00:00"), "when it ended, not when that was seen"
    [told] = [e["event_data"] for e in belay.events("--type", "reconciled") if e["event_data"]["result"] == "expired"]
    assert told["at"].startswith("2025-03-14T20:00:00")
    trades.assert_books_balance(desk, belay)


def test_f69_exercised_stock_is_taken_over_at_the_strike(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.price("AAA", 105)
    desk.trade(CALL, 1, 6)
    belay.cycle()
    at_expiry(desk, belay, 110)
    option, stock = row_of(belay, CALL), row_of(belay, "AAA")
    assert (option["status"], option["close_reason"]) == ("closed", "exercised")
    assert (Decimal(stock["quantity"]), Decimal(stock["entry_price"]), stock["management"]) == (100, 100, "watch")
    assert "assignment" in causes(belay)
    # Cash and results agree once the stock is sold.
    desk.sim.set_clock("2025-03-17T14:00:00Z")
    desk.price("AAA", 111)
    belay.cycle()
    assert belay.run("close", "AAA", "--yes").exit_code == 0
    realised = sum(Decimal(row["realised_result"]) for row in belay.positions())
    assert realised == desk.sim.cash() - desk.start_cash


def test_f69_assigned_stock_leaves_its_position_at_the_strike(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.trade("AAA", 100, 95)
    desk.sim.position(CALL, -1, "2")  # the paper exchange sells no covered calls yet
    belay.cycle()
    at_expiry(desk, belay, 110)
    option, stock = row_of(belay, CALL), row_of(belay, "AAA")
    assert (option["status"], option["close_reason"]) == ("closed", "assigned")
    assert (stock["status"], stock["close_reason"], Decimal(stock["exit_price"])) == ("closed", "assigned", 100)
    assert "assignment" in causes(belay)
    realised = sum(Decimal(row["realised_result"]) for row in belay.positions())
    assert realised == desk.sim.cash() - desk.start_cash


def test_f69_an_exercise_that_is_told_the_next_day_is_open_until_then_and_sends_nothing(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.sim.behaviour(activities_next_day=True)
    desk.price("AAA", 105)
    desk.trade(CALL, 1, 6)
    belay.cycle()
    desk.price("AAA", 110)
    for at in ("2025-03-14T20:05:00Z", "2025-03-15T07:59:00Z"):
        desk.sim.set_clock(at)
        cycle, code = belay.cycle()
        assert (code, [one["symbol"] for one in cycle["unchecked"]]) == (1, [CALL]), cycle
        assert row_of(belay, CALL)["status"] != "closed"
    desk.sim.set_clock("2025-03-15T08:01:00Z")  # four in the morning in New York, and a minute
    cycle, code = belay.cycle()
    assert (code, cycle["unchecked"], cycle["adopted"]) == (0, [], [])
    option, stock = row_of(belay, CALL), row_of(belay, "AAA")
    assert (option["status"], Decimal(option["exit_price"])) == ("closed", 0)
    assert (Decimal(stock["quantity"]), Decimal(stock["entry_price"]), stock["management"]) == (100, 100, "watch")
    assert trades.exit_orders(desk.sim) == {}
    desk.sim.set_clock("2025-03-17T14:00:00Z")
    desk.price("AAA", 111)
    belay.cycle()
    assert belay.run("close", "AAA", "--yes").exit_code == 0
    realised = sum(Decimal(row["realised_result"]) for row in belay.positions())
    assert realised == desk.sim.cash() - desk.start_cash


@pytest.mark.parametrize("leaving", [False, True])
def test_f69_what_the_broker_sells_on_the_last_afternoon_is_sold_once(leaving, desk_and_belay):
    desk, belay = desk_and_belay(BELAY_WAIT="2s")
    desk.sim.behaviour(expiry_liquidation=True)
    desk.price("AAA", 95)
    desk.trade(PUT, 1, 6)  # nobody has the shares that it would sell
    belay.cycle()
    desk.sim.set_clock("2025-03-14T19:29:00Z")
    desk.price("AAA", 90)
    desk.price(PUT, 10)
    if leaving:  # Belay is on its way out already, and its order hangs
        desk.sim.control("order_fault", kind="cancel_stuck", symbol=PUT)
        belay.cycle()
        assert row_of(belay, PUT)["status"] == "closing"
    desk.sim.set_clock("2025-03-14T19:30:00Z")
    assert desk.sim.positions() == {}, "sold by the broker"
    desk.sim.set_clock("2025-03-14T19:32:00Z")
    cycle, code = belay.cycle()
    row = row_of(belay, PUT)
    assert (code, row["status"], Decimal(row["exit_price"])) == (0, "closed", Decimal("9.99")), cycle
    assert row["close_reason"] == ("expiration_risk" if leaving else "broker_liquidation")
    assert [order["filled_qty"] for order in trades.exit_orders(desk.sim).values()] == (["0"] if leaving else [])
    trades.assert_books_balance(desk, belay)


def test_f38_sold_by_hand(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.trade("AAA", 10, 100, stop=95)
    belay.cycle()
    desk.price("AAA", 103)
    desk.sim.submit("AAA", "sell", 4)
    desk.sim.advance("60s")
    shown = belay.run("reconcile", "--dry-run", "--json")
    assert shown.exit_code == 1, shown
    [difference] = shown.json["differences"]
    assert (difference["kind"], Decimal(difference["quantity"])) == ("external_close", 4)
    assert Decimal(row_of(belay, "AAA")["quantity"]) == 10, "looking changes nothing"
    done = belay.run("reconcile", "--json")
    assert done.exit_code == 0, done
    assert Decimal(row_of(belay, "AAA")["quantity"]) == 6
    assert belay.run("reconcile", "--dry-run").exit_code == 0
    desk.sim.submit("AAA", "sell", 6)
    desk.sim.advance("60s")
    belay.cycle()
    row = row_of(belay, "AAA")
    assert (row["status"], row["close_reason"], Decimal(row["exit_price"])) == ("closed", "external_close", Decimal("102.99"))


def test_f39_another_program_trades_the_same_symbol(desk_and_belay):
    desk, belay = desk_and_belay(BELAY_IGNORED_SYMBOLS="AAA")
    desk.trade("AAA", 10, 100, stop=95)
    belay.cycle()
    desk.sim.submit("AAA", "buy", 50)
    desk.sim.advance("60s")
    belay.cycle()
    desk.sim.submit("AAA", "sell", 50)
    desk.sim.advance("60s")
    cycle, code = belay.cycle()
    assert (code, Decimal(row_of(belay, "AAA")["quantity"])) == (0, 10)
    assert cycle["adopted"] == []


def test_f40_an_orphan_is_the_row_that_claims_to_be_simulated(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.store.execute("ALTER TABLE dispatch_executions ADD COLUMN execution_mode TEXT")
    belay.migrate()
    desk.trade("AAA", 10, 100, stop=95, target=110)
    desk.store.execute("UPDATE dispatch_executions SET execution_mode = 'SIMULATED_FALLBACK'")
    belay.cycle()
    row = row_of(belay, "AAA")
    if row["execution_key"] is None:
        pytest.fail(f"adopted as nobody's: {row}")
    assert (row["execution_key"], Decimal(row["stop_loss"]), row["management"]) == ("1", 95, "managed")
    assert "orphan" not in causes(belay)


def test_f36_an_empty_list_is_not_flat(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.trade("AAA", 10, 100, stop=95)
    belay.cycle()
    desk.sim.fault("empty_list", path_prefix="/v2/positions", times=3)
    for _ in range(3):
        cycle, code = belay.cycle()
        assert code == 1
        assert row_of(belay, "AAA")["status"] == "open"
    assert causes(belay).count("phantom") == 1
    desk.sim.clear_faults()
    cycle, code = belay.cycle()
    assert (code, Decimal(row_of(belay, "AAA")["quantity"])) == (0, 10)


def test_an_orphan_is_adopted_with_levels_by_a_persons_word(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.price("AAA", 100)
    desk.sim.submit("AAA", "buy", 10)
    desk.sim.advance("60s")
    cycle, _ = belay.cycle()
    assert cycle["adopted"] == [{"symbol": "AAA", "quantity": "10", "policy": "watch"}]
    asked = belay.run("adopt", "AAA", "--protect", "--stop", "95")
    assert asked.exit_code == 2 and "would change" in asked.stdout, asked
    done = belay.run("adopt", "AAA", "--protect", "--stop", "95", "--target", "120", "--yes", "--json", "--why", "mine")
    assert done.exit_code == 0, done
    assert (done.json["management"], Decimal(done.json["stop_loss"])) == ("managed", 95)
    refused = belay.run("adopt", "AAA", "--stop", "130", "--yes")
    assert refused.exit_code == 1, refused
    desk.price("AAA", 94)
    belay.cycle()
    assert row_of(belay, "AAA")["close_reason"] == "stop_loss"


def test_adopt_beside_a_running_service(desk_and_belay, serve):
    desk, belay = desk_and_belay()
    desk.price("AAA", 100)
    desk.sim.submit("AAA", "buy", 10)
    desk.sim.advance("60s")
    belay.cycle()
    service = serve(belay)
    service.wait_for("pass")
    done = belay.run("adopt", "AAA", "--protect", "--stop", "95", "--yes", "--json")
    locked = belay.run("reconcile")
    assert service.stop() == 0, service.tail()
    assert done.exit_code == 0, done
    assert (done.json["management"], Decimal(done.json["stop_loss"])) == ("managed", 95)
    assert locked.exit_code == 5 and "--dry-run" in locked.stderr, locked


@pytest.mark.parametrize("new_shares, old_shares, price", [(4, 1, 25), (1, 2, 200)])
def test_f66_a_split_over_night_rescales(desk_and_belay, new_shares, old_shares, price):
    desk, belay = desk_and_belay()
    desk.trade("AAA", 10, 100, stop=95, target=110)
    belay.cycle()
    desk.sim.announce_split("AAA", new_shares, old_shares, "2025-03-13")
    desk.sim.set_clock("2025-03-12T19:59:00Z")
    desk.sim.set_clock("2025-03-13T12:00:00Z")
    desk.sim.split("AAA", new_shares, old_shares)
    desk.sim.set_clock("2025-03-13T13:31:00Z")
    desk.price("AAA", price)
    cycle, code = belay.cycle()
    assert (code, cycle["exits"]) == (0, [])
    row = row_of(belay, "AAA")
    assert Decimal(row["quantity"]) == 10 * new_shares / Decimal(old_shares)
    assert Decimal(row["stop_loss"]) == Decimal(95) * old_shares / new_shares
    assert row["frozen"] == ""
    desk.price("AAA", price * Decimal("0.94"))
    belay.cycle()
    row = row_of(belay, "AAA")
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    assert Decimal(row["realised_result"]) == desk.sim.cash() - desk.start_cash
    assert (desk.sim.positions(), desk.sim.state()["broken_invariants"]) == ({}, [])


def test_f66_a_split_that_nobody_announced_freezes_until_a_person_has_looked(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.trade("AAA", 10, 100, stop=95)
    belay.cycle()
    desk.sim.set_clock("2025-03-13T12:00:00Z")
    desk.sim.split("AAA", 10, 1)
    desk.sim.set_clock("2025-03-13T13:31:00Z")
    desk.price("AAA", 10)
    cycle, code = belay.cycle()
    assert (code, cycle["exits"]) == (1, [])
    assert row_of(belay, "AAA")["frozen"] != ""
    assert "frozen" in causes(belay)


def test_f67_a_renamed_company_is_followed(desk_and_belay):
    desk, belay = desk_and_belay()
    desk.trade("AAA", 10, 100, stop=95)
    belay.cycle()
    desk.sim.rename("AAA", "BBB")
    desk.price("BBB", 100)
    cycle, _ = belay.cycle()
    assert cycle["adopted"] == []
    row = row_of(belay, "BBB")
    assert (row["execution_key"], Decimal(row["quantity"])) == ("1", 10)
    desk.price("BBB", 94)
    belay.cycle()
    assert row_of(belay, "BBB")["close_reason"] == "stop_loss"
