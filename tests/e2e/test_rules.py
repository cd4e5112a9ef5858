# SPDX-License-Identifier: Apache-2.0
"""The rules that go by the gain, the loss limit and where parameters come from, with the real program: each `cycle` is a
process of its own, so that every minute is a restart."""

from decimal import Decimal

import pytest

import trades


@pytest.fixture
def desk(store, new_sim):
    return trades.Desk(new_sim(start=trades.MORNING, cash="100000"), store)


def start(desk, new_belay, **environment):
    return new_belay(desk.sim, desk.store, **environment)


def minute(desk, belay, symbol, price):
    """A minute later, at that price: what the cycle says."""
    desk.sim.advance("60s")
    desk.price(symbol, price)
    return belay.cycle()[0]


def set_columns(desk, symbol, **columns):
    from belay_e2e import sql_text
    values = ", ".join(f"{name} = {sql_text(value)}" for name, value in columns.items())
    desk.store.execute(f"UPDATE active_positions SET {values} WHERE ticker = '{symbol}'")


def rule(belay, symbol, name):
    [found] = belay.run("explain", symbol, "--json").json
    return next(one for one in found["rules"] if one["rule"] == name)


def test_a_trailing_stop_follows_the_price_minute_by_minute(desk, new_belay):
    belay = start(desk, new_belay)
    desk.store.execute("ALTER TABLE dispatch_executions ADD COLUMN trail_amount NUMERIC")
    belay.migrate()  # the view takes up the new column
    desk.trade("AAPL", 10, 100)
    desk.store.execute("UPDATE dispatch_executions SET trail_amount = 2")
    belay.cycle()
    for price in ("101", "104", "102.5", "105", "103.5"):
        assert minute(desk, belay, "AAPL", price)["exits"] == []
    assert "trailing stop 103" in rule(belay, "AAPL", "trailing_stop")["message"]
    [row] = belay.positions()
    assert Decimal(row["peak_price"]) == 105
    [left] = minute(desk, belay, "AAPL", "103")["exits"]
    assert (left["reason"], left["state"]) == ("trailing_stop", "closed")
    trades.assert_books_balance(desk, belay)


def test_a_trail_set_in_the_table_acts_at_once(desk, new_belay):
    belay = start(desk, new_belay)
    desk.trade("AAPL", 10, 100, stop=90)
    belay.cycle()
    set_columns(desk, "AAPL", trail_percent="2", breakeven_at_percent="3")
    minute(desk, belay, "AAPL", "104")
    [left] = minute(desk, belay, "AAPL", "101.9")["exits"]
    assert (left["reason"], left["state"]) == ("trailing_stop", "closed")


def test_rungs_leave_one_by_one_and_the_stop_takes_the_rest(desk, new_belay):
    belay = start(desk, new_belay)
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    set_columns(desk, "AAPL", scale_out_ladder='[{"at": 2, "close": 30}, {"at": 4, "close": 5}, {"at": 6, "close": 20}]')
    minute(desk, belay, "AAPL", "102.1")
    assert desk.sim.positions() == {"AAPL": 7}
    minute(desk, belay, "AAPL", "103")
    assert desk.sim.positions() == {"AAPL": 7}, "each rung once, also for a process that began a minute later"
    minute(desk, belay, "AAPL", "104.5")
    assert desk.sim.positions() == {"AAPL": 7}, "five percent of ten is less than a share"
    minute(desk, belay, "AAPL", "106.1")
    assert desk.sim.positions() == {"AAPL": 5}
    [left] = minute(desk, belay, "AAPL", "94.9")["exits"]
    assert (left["reason"], left["state"]) == ("stop_loss", "closed")
    assert any("skipped_rung" in event["event_data"] for event in belay.events("--type", "check"))
    trades.assert_books_balance(desk, belay)


def test_f71_parameters_come_from_the_position_then_the_strategy_then_the_account(desk, new_belay, tmp_path):
    config = tmp_path / "belay.toml"
    config.write_text('[policy]\nstop_percent = "10"\n[strategy.day_trade]\nstop_percent = "3"\n')
    belay = start(desk, new_belay, BELAY_CONFIG=str(config))
    desk.trade("AAA", 1, 100)
    desk.trade("BBB", 1, 100, strategy="day_trade")
    desk.trade("CCC", 1, 100, strategy="day_trade", stop=99)
    belay.cycle()
    assert "stop 90.009 (account)" in rule(belay, "AAA", "stop_loss")["message"]
    assert "stop 97.0097 (strategy)" in rule(belay, "BBB", "stop_loss")["message"]
    assert "stop 99 by" in rule(belay, "CCC", "stop_loss")["message"]
    for symbol in ("AAA", "BBB", "CCC"):
        desk.price(symbol, "96")
    left = minute(desk, belay, "AAA", "96")["exits"]
    assert {one["symbol"] for one in left} == {"BBB", "CCC"}
    belay.environment["BELAY_STOP_PERCENT"] = "3"
    [left] = minute(desk, belay, "AAA", "96")["exits"]
    assert left["symbol"] == "AAA"


def test_an_unknown_key_of_a_strategy_is_answered_with_the_nearest(desk, new_belay, tmp_path):
    config = tmp_path / "belay.toml"
    config.write_text("")
    belay = start(desk, new_belay, BELAY_CONFIG=str(config))
    for text, says in (('[strategy.day_trade]\ntrail_percnt = "3"\n', 'did you mean "trail_percent"'),
                       ('[strategy.day_trad]\ntrail_percent = "3"\n', 'did you mean "strategy.day_trade"'),
                       ('[strategy.day_trade]\ntrail_percent = "300"\n', "less than 100")):
        config.write_text(text)
        outcome = belay.run("cycle")
        assert outcome.exit_code == 2 and says in outcome.stderr, outcome


def test_the_loss_limit_latches_across_restarts_until_somebody_resumes(desk, new_belay):
    belay = start(desk, new_belay, BELAY_ACCOUNT_LOSS_LIMIT="500")
    desk.trade("AAPL", 100, 100)
    desk.trade("MSFT", 10, 200)
    belay.cycle()
    assert minute(desk, belay, "AAPL", "96")["exits"] == []
    assert "limit -500" in rule(belay, "AAPL", "account_loss_limit")["message"]
    left = minute(desk, belay, "AAPL", "94")["exits"]
    assert {(one["symbol"], one["reason"], one["state"]) for one in left} == {
        ("AAPL", "account_loss_limit", "closed"), ("MSFT", "account_loss_limit", "closed")}
    assert desk.sim.positions() == {}

    desk.trade("NVDA", 5, 50)
    [left] = minute(desk, belay, "NVDA", "51")["exits"]
    assert (left["symbol"], left["reason"]) == ("NVDA", "account_loss_limit"), "new positions leave too"

    assert belay.run("resume", "--loss-limit").exit_code == 2, "without a why nothing is resumed"
    outcome = belay.run("resume", "--loss-limit", "--why", "looked at it", "--json")
    assert outcome.exit_code == 0 and outcome.json == {"done": True}, outcome
    assert any(event["event_data"].get("why") == "looked at it" for event in belay.events("--type", "operator"))
    desk.trade("NVDA", 5, 50)
    assert minute(desk, belay, "NVDA", "51")["exits"] == []
    assert desk.sim.positions() == {"NVDA": 5}
    assert minute(desk, belay, "NVDA", "48")["exits"] == [], "the day counts from the resumption on"


def test_a_loss_that_only_one_measure_sees_sells_nothing(desk, new_belay):
    belay = start(desk, new_belay, BELAY_ACCOUNT_LOSS_LIMIT="500")
    desk.trade("AAPL", 100, 100)
    belay.cycle()
    desk.sim.deposit("-600")  # a withdrawal looks like a loss by the equity alone
    for _ in range(2):
        assert minute(desk, belay, "AAPL", "100")["exits"] == []
    assert desk.sim.positions() == {"AAPL": 100}
    told = [event for event in belay.events("--type", "alert") if event["event_data"]["cause"] == "loss_limit"]
    assert len(told) == 1
