# SPDX-License-Identifier: Apache-2.0
"""One position's trouble is its own: beside positions without levels, without a price, with absurd numbers, the others
are checked and leave as ever; and the odd ones are named."""

from decimal import Decimal

import trades


def odd_positions(sim, store, desk):
    """{symbol: whether its rules could not be checked}"""
    desk.trade("NOSTOP", 10, 100, target=120)
    desk.trade("NOTGT", 10, 100, stop=95)
    desk.trade("NOHOLD", 10, 100, stop=95, target=120)
    desk.trade("BARE", 10, 100)
    desk.trade("ODDLVL", 10, 100, stop=120, target=110)
    desk.trade("EQLVL", 10, 100, stop=100, target=100)
    desk.trade("NEGLVL", 10, 100, stop=-5, target=0, hold=-3)
    desk.trade("HUGE", 10, 100, stop=Decimal("99999999"), hold=2_000_000_000)
    desk.trade("ZERO", 10, 100, stop=95)
    sim.price("ZERO", bid=0, ask=0)
    sim.position("NOPRC", 10, 100)
    sim.position("ABSURD", 10, 100)
    sim.price("ABSURD", Decimal("20000000"))
    sim.position(trades.option_of("ODD"), 1, 5)
    base = {"entry_price": 100, "entry_time": trades.MORNING, "quantity": 10}
    store.insert_execution(id=101, ticker="NOPRC", stop_loss=95, **base)
    store.insert_execution(id=102, ticker="ABSURD", stop_loss=95, **base)
    store.insert_execution(id=103, ticker="ODD", option_symbol=trades.option_of("ODD"), instrument_type="CALL",
                           strike_price=100, expiration_date=trades.EXPIRY, quantity=1, entry_price=5,
                           entry_time=trades.MORNING, stop_loss=4)
    return {"NOPRC": True, "ABSURD": True, trades.option_of("ODD"): True}


def test_f55_odd_positions_never_stop_the_others(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    sound = [desk.trade(symbol, 10, 100, stop=95, target=110) for symbol in ("AAA", "MMM", "ZZZ")]
    unchecked = odd_positions(sim, store, desk)
    an_hour_ago = {"quantity": 10, "entry_price": 100, "entry_time": "2025-03-12T13:30:00Z"}
    store.insert_execution(id=201, ticker="NOSUCH", **an_hour_ago)
    store.insert_execution(id=202, ticker="AAPL", instrument_type="SPOON", **an_hour_ago)

    cycle, code = belay.cycle()
    assert code == 1
    assert not cycle["errors"], cycle["errors"]
    assert set(unchecked) <= {one["symbol"] for one in cycle["unchecked"]}
    assert {trade.symbol for trade in sound}.isdisjoint(one["symbol"] for one in cycle["unchecked"])

    sim.advance("60s")
    for trade, price in zip(sound, (94, 100, 111)):
        desk.price(trade.symbol, price)
    cycle, code = belay.cycle()
    assert {line["symbol"]: (line["reason"], line["state"]) for line in cycle["exits"]
            if line["symbol"] in ("AAA", "MMM", "ZZZ")} == {"AAA": ("stop_loss", "closed"),
                                                            "ZZZ": ("take_profit", "closed")}
    rows = {row["symbol"]: row for row in belay.positions()}
    for symbol in unchecked:
        assert rows[symbol]["concern"], symbol
    assert "unprotected by choice" in rows["BARE"]["concern"]
    for symbol in ("ODDLVL", "EQLVL"):
        assert "stop" in rows[symbol]["concern"] and "target" in rows[symbol]["concern"], rows[symbol]["concern"]
        assert rows[symbol]["status"] == "open"
    # Rows that cannot be understood are set aside, rows of which nothing is held are history, and both are said.
    aside = [event for event in belay.events("--type", "monitor_error") if "cannot be understood" in str(event)]
    negative = str([trade for trade in desk.trades if trade.symbol == "NEGLVL"][0].key)
    assert {event["event_data"]["execution_key"] for event in aside} == {negative, "202"}
    history = [event["event_data"] for event in belay.events("--type", "reconciled")]
    assert "201" in [data.get("execution_key") for data in history if "imported as history" in str(data)]
