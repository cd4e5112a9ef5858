# SPDX-License-Identifier: Apache-2.0
"""`belay pause` and `resume`: a position whose rules a person suspends for a while, also beside a running service."""

import pytest

import trades

WHY = ("--yes", "--why", "earnings call")


@pytest.fixture
def held(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    return desk, belay


def sweep(desk, belay, price, after="60s"):
    desk.sim.advance(after)
    desk.price("AAPL", price)
    return belay.cycle()[0]


def test_a_stop_waits_for_the_end_of_the_pause(held):
    desk, belay = held
    outcome = belay.run("pause", "AAPL", "--for", "10m", *WHY, "--json")
    assert outcome.exit_code == 0, outcome
    pause = outcome.json["pause_state"]
    assert (pause["rules"], pause["why"]) == ("price", "earnings call") and "@" in pause["who"]
    sweep(desk, belay, 94)
    assert desk.sim.positions() == {"AAPL": 10}

    [explained] = belay.run("explain", "AAPL", "--json").json
    [stop] = [rule for rule in explained["rules"] if rule["rule"] == "stop_loss"]
    assert stop["state"] == "blocked"
    assert "paused until" in stop["message"] and "Stop loss hit" in stop["message"]
    assert "earnings call" in belay.run("positions").stdout
    assert belay.run("status", "--json").json["positions"]["paused"] == 1
    causes = [row["event_data"]["cause"] for row in belay.events("--type", "alert")]
    assert causes.count("paused") == causes.count("paused_rule_holds") == 1

    sweep(desk, belay, 94, "10m")
    assert desk.sim.positions() == {}
    assert belay.positions()[0]["close_reason"] == "stop_loss"
    assert "pause_over" in [row["event_data"]["cause"] for row in belay.events("--type", "alert")]


def test_resumed_before_its_time(held):
    desk, belay = held
    belay.run("pause", "AAPL", "--for", "2h", *WHY)
    sweep(desk, belay, 94)
    outcome = belay.run("resume", "AAPL", "--why", "it is over")
    assert outcome.exit_code == 0, outcome
    assert desk.sim.positions() == {}
    commands = [row["event_data"]["command"] for row in belay.events("--type", "operator")]
    assert commands == ["pause", "resume"]


def test_a_persons_close_acts_during_a_pause(held):
    desk, belay = held
    belay.run("pause", "AAPL", "--for", "2h", "--rules", "all", *WHY)
    assert belay.run("close", "AAPL", "--yes").exit_code == 0
    assert desk.sim.positions() == {}


def test_beside_a_running_service(held, serve):
    desk, belay = held
    service = serve(belay)
    service.wait_for("pass")
    outcome = belay.run("pause", "AAPL", "--until", "15:30", *WHY, "--json")
    again = belay.run("resume", "AAPL", "--why", "a mistake", "--json")
    assert service.stop() == 0, service.tail()
    assert outcome.exit_code == 0, outcome
    assert outcome.json["pause_state"]["until"] == "2025-03-12T19:30:00Z"
    assert again.exit_code == 0 and again.json["pause_state"] is None, again


@pytest.mark.parametrize("arguments,says", [
    (("AAPL", *WHY), "--for 2h"),
    (("AAPL", "--for", "2h", "--until", "15:30", *WHY), "--for"),
    (("AAPL", "--for", "soon", *WHY), "--for"),
    (("AAPL", "--until", "2025-03-12T14:00:00Z", *WHY), "is past"),
    (("AAPL", "--for", "2h", "--rules", "some", *WHY), "price or all"),
    (("AAPL", "--for", "2h", "--yes"), "--why"),
    (("MSFT", "--for", "2h", *WHY), "no open position MSFT"),
    (("AAPL", "--for", "2h", "--why", "x"), "say --yes"),
])
def test_what_cannot_be_meant_is_refused(held, arguments, says):
    _, belay = held
    outcome = belay.run("pause", *arguments)
    assert outcome.exit_code == 2, outcome
    assert says in outcome.stdout + outcome.stderr
    assert belay.positions()[0]["pause_state"] is None


def test_a_position_that_is_leaving_is_not_paused(held):
    desk, belay = held
    desk.price("AAPL", 94)
    desk.sim.halt("AAPL")
    belay.cycle("--wait", "2s")
    outcome = belay.run("pause", "AAPL", "--for", "2h", *WHY)
    assert outcome.exit_code == 1, outcome
    [said] = belay.events("--type", "operator")
    assert said["event_data"]["result"] == "refused: it is leaving already (stop_loss)"
