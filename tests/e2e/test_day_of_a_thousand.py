# SPDX-License-Identifier: Apache-2.0
"""A thousand positions, a pass a minute: what a pass costs does not grow with the day.

Short form: forty minutes on PostgreSQL. BELAY_LONG=1: the whole session, on both databases.
"""

import sys

import pytest

import belay_e2e
import trades

POSITIONS = 1000
OPEN = "2025-03-12T13:30:00Z"
MINUTES = 390 if belay_e2e.LONG else 40
QUOTES_LAST = 10  # minutes


def refresh(sim, held):
    for number, (symbol, stop) in enumerate(held):
        price = stop / 95 * 100
        sim.price(symbol, price, bid=price - trades.Decimal("0.01"), ask=price + trades.Decimal("0.01"))


def rows_in(store):
    tables = ("active_positions", "position_events", "position_history")
    return {table: store.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in tables}


@pytest.fixture(params=["postgresql", "sqlite"] if belay_e2e.LONG else ["postgresql"])
def day_store(request, tmp_path):
    if request.param == "sqlite":
        return belay_e2e.SqliteStore(tmp_path / "belay.db")
    return request.getfixturevalue("postgres").new_store()


def test_a_pass_costs_the_same_all_day(day_store, new_sim, new_belay, capsys):
    sim = new_sim(start=OPEN)
    belay = new_belay(sim, day_store)
    held = trades.hold_many(sim, day_store, POSITIONS, at=OPEN)
    belay.cycle()  # discovers them
    passes = []
    before = rows_in(day_store)
    for minute in range(MINUTES):
        sim.advance("60s")
        if minute % QUOTES_LAST == QUOTES_LAST - 1:
            refresh(sim, held)
        cycle, code = belay.cycle()
        assert (code, cycle["checked"]) == (0, POSITIONS), (minute, cycle["errors"], cycle["unchecked"][:3])
        passes.append(cycle)
    after = rows_in(day_store)
    written = {table: after[table] - before[table] for table in after}
    calls = {sum(cycle["broker_calls"].values()) for cycle in passes}
    statements = {cycle["store_statements"] for cycle in passes}
    third = MINUTES // 3
    first, last = (min(cycle["duration_ms"] for cycle in some) for some in (passes[:third], passes[-third:]))
    with capsys.disabled():
        print(f"\n{POSITIONS} positions, {MINUTES} passes on {type(day_store).__name__}: rows written {written}; the "
              f"quickest pass of the first third took {first:.0f} ms, of the last {last:.0f} ms; broker calls {sorted(calls)}, "
              f"statements {sorted(statements)}", file=sys.stderr)
    assert len(calls) == 1 and len(statements) == 1
    assert written["active_positions"] == 0
    assert written["position_events"] <= POSITIONS * MINUTES * 1.01
    if belay_e2e.LONG:  # beside the other tests the machine's speed is their business as well; what is counted is not
        assert last < first * 2, "the quickest are compared, as other work shares the machine"
