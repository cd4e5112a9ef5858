# SPDX-License-Identifier: Apache-2.0
"""`belay flatten`: everything that the account holds, by the book and beside it, with and without a service or a store."""

import subprocess

import pytest

import trades

WHY = ("--yes", "--why", "going on holiday")


@pytest.fixture
def desk(store, new_sim):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    return trades.Desk(sim, store)


@pytest.fixture
def held(desk, new_belay):
    """A long stock, a short one and an option, tracked; and a stock that no pass has seen yet."""
    belay = new_belay(desk.sim, desk.store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 5, 200, side="short", stop=220)
    desk.trade(trades.option_of("AAPL"), 2, 5, stop=3)
    belay.cycle()
    desk.price("TSLA", 300)
    desk.sim.position("TSLA", 7, 300)
    return desk, belay


def test_says_what_it_would_do(held):
    desk, belay = held
    before = desk.sim.positions()
    for arguments in ([], ["--direct"]):
        outcome = belay.run("flatten", *arguments)
        assert outcome.exit_code == 2, outcome
        assert "TSLA by the broker alone" in outcome.stdout and "--yes" in outcome.stderr
        for symbol in before:
            assert symbol in outcome.stdout
    assert desk.sim.positions() == before
    assert trades.exit_orders(desk.sim) == {}


def test_a_reason_has_to_be_given(held):
    desk, belay = held
    outcome = belay.run("flatten", "--yes")
    assert outcome.exit_code == 2 and "--why" in outcome.stderr, outcome
    assert len(desk.sim.positions()) == 4


def test_everything_leaves(held):
    desk, belay = held
    outcome = belay.run("flatten", *WHY, "--json")
    assert outcome.exit_code == 0, outcome
    told = outcome.json
    assert told["done"] and told["left_alone"] == []
    assert {row["close_reason"] for row in told["positions"]} == {"manual_close"}
    assert len(told["positions"]) == 3
    assert [row["symbol"] for row in told["direct"]] == ["TSLA"]
    assert desk.sim.positions() == {}
    belay.cycle()
    said = belay.events("--type", "operator")
    assert {row["event_data"]["why"] for row in said} == {"going on holiday"}
    assert all("@" in row["event_data"]["who"] for row in said)
    assert [row["event_data"]["command"] for row in said][-1].startswith("flatten: close --direct TSLA: 7 held before")


def test_beside_a_running_service(held, serve):
    desk, belay = held
    service = serve(belay)
    service.wait_for("pass")
    outcome = belay.run("flatten", *WHY, "--json")
    assert service.stop() == 0, service.tail()
    assert outcome.exit_code == 0, outcome
    assert desk.sim.positions() == {}
    assert set(desk.sim.requests()["submissions"].values()) == {1}


def test_a_symbol_with_the_options_on_it(held):
    desk, belay = held
    outcome = belay.run("flatten", "--symbol", "aapl", *WHY)
    assert outcome.exit_code == 0, outcome
    assert desk.sim.positions() == {"MSFT": -5, "TSLA": 7}


def test_what_is_nobodys_business_stays(held):
    desk, belay = held
    belay = belay.but(BELAY_IGNORED_SYMBOLS="TSLA")
    outcome = belay.run("flatten", *WHY, "--json")
    assert outcome.exit_code == 0 and outcome.json["left_alone"] == ["TSLA"], outcome
    assert desk.sim.positions() == {"TSLA": 7}
    outcome = belay.run("flatten", "--everything", *WHY)
    assert outcome.exit_code == 0, outcome
    assert desk.sim.positions() == {}


def test_by_the_broker_alone_while_the_store_is_down(held):
    desk, belay = held
    down = belay.but(BELAY_STORE="postgresql://nobody@127.0.0.1:1/none")
    outcome = down.run("flatten", *WHY)
    assert outcome.exit_code == 3 and "--direct" in outcome.stderr, outcome
    assert len(desk.sim.positions()) == 4
    outcome = down.run("flatten", "--direct", *WHY, "--json")
    assert outcome.exit_code == 0, outcome
    assert {row["symbol"] for row in outcome.json["direct"] if row["done"]} == {"AAPL", "MSFT", "TSLA",
                                                                               trades.option_of("AAPL")}
    assert outcome.json["direct"][0]["symbol"] == "MSFT", "short ones first"
    assert desk.sim.positions() == {}
    assert outcome.stderr.count("going on holiday") == 4, "not on record, so it is told"
    desk.sim.advance("60s")
    belay.cycle()
    assert {row["close_reason"] for row in belay.positions()} == {"external_close"}


def test_joins_an_exit_under_way(held):
    desk, belay = held
    desk.price("AAPL", 94)
    desk.sim.halt("AAPL")
    belay.cycle("--wait", "2s")
    outcome = belay.run("flatten", *WHY, "--wait", "2s", "--json")
    assert outcome.exit_code == 1 and not outcome.json["done"], outcome
    desk.sim.halt("AAPL", False)
    desk.price("AAPL", 94)
    belay.cycle()
    assert desk.sim.positions() == {}
    assert set(desk.sim.requests()["submissions"].values()) == {1}
    joined = [row["event_data"]["joins"] for row in belay.events("--type", "operator") if "joins" in row["event_data"]]
    assert "stop_loss" in joined


def test_one_that_is_halted_holds_no_other_back(held):
    desk, belay = held
    desk.sim.halt("MSFT")
    with belay.start("flatten", "--direct", *WHY, "--wait", "60s", stdout=subprocess.PIPE) as flattening:
        said = []
        while sum(line.startswith("closing") for line in said) < 4:
            said.append(flattening.stdout.readline())
            assert said[-1], said
        desk.sim.halt("MSFT", False)
        desk.price("MSFT", 200)
        flattening.communicate(timeout=60)
    assert flattening.returncode == 0, said
    assert desk.sim.positions() == {}


def test_nothing_is_held(desk, new_belay):
    belay = new_belay(desk.sim, desk.store)
    outcome = belay.run("flatten", *WHY, "--json")
    assert outcome.exit_code == 0 and outcome.json["positions"] == outcome.json["direct"] == [], outcome


def test_another_account_is_refused(held):
    _, belay = held
    outcome = belay.run("flatten", "--account", "other", *WHY)
    assert outcome.exit_code == 2 and "no account \"other\"" in outcome.stderr, outcome
