# SPDX-License-Identifier: Apache-2.0
"""`belay trial` on the paper exchange: each act is shown, and nothing is left behind."""

import pytest

import belay_e2e
import trades

OPTION = "SPY250313C00590000"  # expires on the Thursday after MORNING
ACTS = {"stop loss": "stop_loss", "take profit": "take_profit", "short": "stop_loss", "day trade": "day_trade_close",
        "holding time": "max_hold_time", "trailing stop": "trailing_stop", "bracket, person": "manual_close",
        "expiring option": "expiration_risk"}
ENDED_BY_TIME = ("day trade", "holding time", "expiring option")  # however many passes there were until then
SPEED = "5"  # a machine that stands still for ten seconds misses no deadline of a minute


@pytest.fixture
def sim(new_sim):
    sim = new_sim(start=trades.MORNING, cash="100000", arguments=["--synthetic"], speed=SPEED)
    sim.price(OPTION, bid="4.98", ask="5.02")
    return sim


@pytest.fixture
def belay(sim, tmp_path):
    return belay_e2e.Belay(sim, belay_e2e.SqliteStore(tmp_path / "not-used.db"), tmp_path)


def test_every_act_is_shown_and_nothing_stays(sim, belay, tmp_path):
    outcome = belay.run("trial", "--yes", "--json", "--option", OPTION, timeout=300)
    assert outcome.exit_code == 0, outcome
    shown = {act["name"]: act for act in outcome.json["acts"]}
    assert {name: act["close_reason"] for name, act in shown.items()} == ACTS
    assert outcome.json["shown"] and all(act["shown"] for act in shown.values())
    assert all(act["priced"] >= 2 for name, act in shown.items() if name not in ENDED_BY_TIME), shown
    assert sim.positions() == {}
    assert [order for order in sim.orders("open")] == []
    assert not (tmp_path / "not-used.db").exists(), "its book is its own"


def test_without_yes_nothing_is_bought(sim, belay):
    outcome = belay.run("trial", "--option", OPTION)
    assert outcome.exit_code == 2 and "--yes" in outcome.stderr, outcome
    assert all(act in outcome.stdout for act in ACTS), outcome
    assert sim.orders() == []


def test_a_symbol_that_is_held_is_left_alone(sim, belay):
    sim.position("MSFT", 3, 400)
    outcome = belay.run("trial", "--yes", "--option", OPTION)
    assert outcome.exit_code == 1 and "MSFT" in outcome.stderr, outcome
    assert sim.positions() == {"MSFT": 3}
    assert [order for order in sim.orders() if order["client_order_id"].startswith("trial-")] == []


def test_real_money_is_refused(sim, belay):
    belay.environment["ALPACA_BASE_URL"] = "https://api.alpaca.markets"
    outcome = belay.run("trial", "--yes")
    assert outcome.exit_code == 2 and "for real" in outcome.stderr, outcome


def test_a_closed_market_is_said(new_sim, tmp_path):
    sim = new_sim(start="2025-03-12T02:00:00Z", cash="100000", arguments=["--synthetic"])
    belay = belay_e2e.Belay(sim, belay_e2e.SqliteStore(tmp_path / "not-used.db"), tmp_path)
    outcome = belay.run("trial", "--yes")
    assert outcome.exit_code == 1 and "next session opens" in outcome.stderr, outcome


def test_what_was_bought_without_an_answer_is_closed_too(sim, belay):
    sim.fault("error_504_after", method="POST", path_prefix="/v2/orders", times=len(ACTS))
    outcome = belay.run("trial", "--yes", "--json", "--option", OPTION, timeout=180)
    assert outcome.exit_code == 1, outcome
    assert all("could not be opened" in act["trouble"] for act in outcome.json["acts"]), outcome
    entries = [order for order in sim.orders() if order["client_order_id"].startswith("trial-")]
    assert len(entries) == len(ACTS)
    assert sim.positions() == {} and sim.orders("open") == [], outcome
