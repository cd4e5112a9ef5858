# SPDX-License-Identifier: Apache-2.0
"""Plays the real days of real_days.md, with both stores: exactly the exits of the table, at their minute, for their
reason, at their price; and after each day the books equal the exchange's cash to the cent.

BELAY_LONG=1 looks every minute. Otherwise it looks every minute around whatever the table names, and every ten
minutes elsewhere (which is often enough to see every price of an hourly file).
"""

import pytest

import real_days
from real_days_play import AROUND, CASH, EVERY, QUICK, Play, shown

@pytest.mark.parametrize("days", real_days.read(), ids=lambda days: days.name)
def test_real_day(days, store, new_sim, new_belay):
    sim = new_sim(replay=days.replay, start=days.begin, cash=str(CASH))
    play = Play(days, sim, store, new_belay(sim, store, **QUICK))
    play.run()

    expected = {lot.name: (shown(lot.leaves), lot.reason, lot.exit_price) for lot in days.lots if lot.leaves}
    assert play.left == expected
    assert play.wrong == []
    assert sim.state()["broken_invariants"] == []


def test_the_table_says_what_it_means():
    """Sections and rows are read, and each lot's moments are watched."""
    table = real_days.read()
    assert len(table) >= 9
    for days in table:
        looks = set(days.looks(EVERY, AROUND))
        assert len({lot.name for lot in days.lots}) == len(days.lots)
        for lot in days.lots:
            assert lot.enters >= days.begin
            assert lot.leaves is None or lot.leaves in looks, f"{days.name}: {lot.name}"
            assert set(lot.tempting) <= looks, f"{days.name}: {lot.name}"
            for moment in lot.tempting:
                assert lot.enters <= moment, f"{days.name}: {lot.name}"
                assert lot.leaves is None or moment < lot.leaves, f"{days.name}: {lot.name}"
