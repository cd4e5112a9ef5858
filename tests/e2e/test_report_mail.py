# SPDX-License-Identifier: Apache-2.0
"""The report after the close and the gap risk before it arrive by mail, once, whoever sends them."""

import os
import pathlib
from decimal import Decimal

import pytest

import belay_e2e
import trades
import trouble

BEFORE_CLOSE = "2025-03-12T19:52:00Z"  # 15:52 in New York
AFTER_CLOSE = "2025-03-12T20:16:00Z"


@pytest.fixture
def desk(store, new_sim):
    return trades.Desk(new_sim(start=trades.MORNING, cash=str(trades.START_CASH)), store)


def leave(desk, belay):
    """One lot leaves at its stop, one stays."""
    desk.trade("AAA", 10, 100, stop=95)
    desk.trade("CCC", 5, 10, stop=9)
    belay.cycle()
    desk.sim.advance("60s")
    desk.price("AAA", Decimal("94.50"))
    belay.cycle()


def keep_for_a_look(mail):
    """Where BELAY_CHARTS names a folder, the mail is left there as a page of its own."""
    if "BELAY_CHARTS" in os.environ:
        folder = pathlib.Path(os.environ["BELAY_CHARTS"])
        html = mail.html
        for identity, picture in mail.pictures.items():
            name = identity.strip("<>") + ".png"
            (folder / name).write_bytes(picture)
            html = html.replace(f"cid:{identity.strip('<>')}", name)
        (folder / f"{mail.subject.split()[1].strip('$-.')}.html").write_text(html)


def test_the_report_comes_once_after_the_close(desk, new_belay, mail):
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    leave(desk, belay)
    desk.sim.set_clock("2025-03-12T20:14:00Z")
    belay.cycle()
    assert mail.about("position closed (") == []
    for _ in range(3):
        desk.sim.advance("60s")
        belay.run("cycle", "--json")
    [told] = mail.wait_for("1 position closed (default)")
    keep_for_a_look(told)
    [day] = belay.run("report", "--json").json["reports"]
    assert Decimal(day["result"]) < 0
    assert f"{abs(Decimal(day['result'])):.2f}" in told.subject
    for what in (told.text, told.html):
        assert "AAA" in what and "stop loss" in what
    assert told.pictures, "with charts"
    for identity, picture in told.pictures.items():
        assert picture.startswith(b"\x89PNG") and f"cid:{identity.strip('<>')}" in told.html
    assert told.tls


def test_a_report_that_nobody_could_make_in_time_comes_later(desk, new_belay, mail):
    """No task started for an hour after the close, and those that do start come at odd minutes."""
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    leave(desk, belay)
    assert [event["event_data"]["what"] for event in belay.events("--type", "service")] == ["folded"]
    desk.sim.set_clock("2025-03-12T21:27:30Z")
    belay.run("cycle", "--json")
    mail.wait_for("1 position closed (default)")
    desk.sim.advance("10m")
    belay.run("cycle", "--json")
    assert len(mail.about("position closed (default)")) == 1
    done = [event["event_data"]["what"] for event in belay.events("--type", "service")]
    assert done == ["folded", "reported"], "each once a day"


def test_the_gap_risk_comes_once_before_the_close(desk, new_belay, mail):
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    leave(desk, belay)
    desk.sim.set_clock(BEFORE_CLOSE)
    for _ in range(3):
        desk.price("CCC", 10)
        belay.run("cycle", "--json")
        desk.sim.advance("60s")
    [told] = mail.wait_for("1 position stays overnight")
    keep_for_a_look(told)
    assert "CCC" in told.html and "no stop rests at the broker" in told.text


def test_the_service_sends_them_too_and_what_is_down_gets_them_later(tmp_path, desk, new_belay, mail):
    belay = new_belay(desk.sim, desk.store, BELAY_SWEEP="1s", **mail.environment())
    leave(desk, belay)
    mail.stop()
    desk.sim.set_clock(BEFORE_CLOSE)
    desk.price("CCC", 10)
    service = trouble.Service(belay, tmp_path / "log")
    try:
        service.wait_for_passes(2)
        desk.sim.set_clock(AFTER_CLOSE)
        service.wait_for_passes(2)
        mail.start()
        desk.sim.set_speed("10")  # the next attempt is due by that clock
        mail.wait_for("1 position stays overnight", seconds=60)
        mail.wait_for("1 position closed (default)", seconds=60)
        service.wait_for_passes(2)
        assert len(mail.about("position closed (default)")) == 1
    finally:
        service.kill()


def test_who_does_not_want_them_has_none(tmp_path, new_sim, new_belay, mail):
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    desk = trades.Desk(new_sim(start=trades.MORNING, cash=str(trades.START_CASH)), store)
    belay = new_belay(desk.sim, store, BELAY_REPORT_MAIL="false", **mail.environment())
    leave(desk, belay)
    for when in (BEFORE_CLOSE, AFTER_CLOSE):
        desk.sim.set_clock(when)
        belay.run("cycle", "--json")
    assert mail.about("overnight") == [] and mail.about("position closed (") == []
