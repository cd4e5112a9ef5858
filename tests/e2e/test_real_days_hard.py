# SPDX-License-Identifier: Apache-2.0
"""The real days of real_days.md once more, made hard: with brackets resting at the exchange, and with requests that go
wrong. The table still holds.

Where a resting guard fills, that was the exit: the exchange sees every print, Belay looks once a minute, so a guard may
be earlier than the table, and then its reason and its price are what the books must show. All else leaves as the table
says. (The days of the split are left out where guards rest: the exchange does not adjust them, alpaca.md 3.3, and
nothing announced that split; the end-to-end tests of ownership cover the announced one.)
"""

from decimal import Decimal

import pytest

import belay_e2e
import real_days
import trades
from real_days_play import CASH, QUICK, Play, shown

GUARD = {"stop": "stop_loss", "stop_limit": "stop_loss", "limit": "take_profit"}
SECTIONS = {days.name: days for days in real_days.read()}


class GuardedPlay(Play):
    """Upstream places a bracket with every stock entry that has both levels."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self.by_guard = {}  # lot's name -> (reason, price) of the guard that took it

    def order_terms(self, lot):
        if lot.is_option or lot.stop is None or lot.target is None:
            return {}
        return trades.bracket(lot.stop, lot.target)

    def look(self, at):
        for name, order in self.orders.items():
            if name in self.left or name in self.by_guard:
                continue
            for leg in self.sim.ask("GET", f"/v2/orders/{order}?nested=true").get("legs") or []:
                while leg["status"] == "replaced":
                    leg = self.sim.order(leg["replaced_by"])
                if leg["status"] == "filled":
                    self.by_guard[name] = (GUARD[leg["type"]], Decimal(leg["filled_avg_price"]))
        super().look(at)


class TroubledPlay(GuardedPlay):
    """As well, at every look one request goes wrong, each time another one."""

    TROUBLES = [
        ("drop_after", {"method": "POST", "path_prefix": "/v2/orders"}),
        ("html_error", {"method": "GET", "path_prefix": "/v2/positions"}),
        ("error_504_after", {"method": "POST", "path_prefix": "/v2/orders"}),
        ("drop_before", {"method": "GET", "path_prefix": "/v2/orders"}),
        ("drop_after", {"method": "DELETE", "path_prefix": "/v2/orders"}),
        ("error_500_before", {"method": "GET", "path_prefix": "/v2/stocks"}),
        ("drop_before", {"method": "POST", "path_prefix": "/v2/orders"}),
        ("html_error", {"method": "POST", "path_prefix": "/v2/orders"}),
        ("drop_after", {"method": "GET", "path_prefix": "/v2/account"}),
    ]

    def __init__(self, *parts):
        super().__init__(*parts)
        self.looks = 0

    def cycle(self):
        kind, where = self.TROUBLES[self.looks % len(self.TROUBLES)]
        self.looks += 1
        self.sim.fault(kind, **where)
        cycle = super().cycle()
        self.sim.clear_faults()
        return cycle


# BELAY_LONG=1 plays every section both ways.
GUARDED = ["goog_half_day", "spy_flash_crash_short", "gme_squeeze_long"]
TROUBLED = ["goog_half_day_short", "spy_flash_crash", "gme_squeeze_short"]
PLAYS = [(name, play_of) for play_of, names in ((GuardedPlay, GUARDED), (TroubledPlay, TROUBLED))
         for name in (GUARDED + TROUBLED if belay_e2e.LONG else names)]


@pytest.mark.parametrize("name,play_of", PLAYS)
def test_real_day_made_hard(name, play_of, tmp_path, new_sim, new_belay):
    days = SECTIONS[name]
    sim = new_sim(replay=days.replay, start=days.begin, cash=str(CASH))
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    play = play_of(days, sim, store, new_belay(sim, store, **QUICK))
    play.run()

    for lot in days.lots:
        if lot.name in play.by_guard:
            reason, price = play.by_guard[lot.name]
            assert play.left[lot.name][1:] == (reason, price), lot.name
            if lot.leaves:
                assert play.left[lot.name][0] <= shown(lot.leaves), f"{lot.name} left later than by the table"
        elif lot.leaves:
            assert play.left[lot.name] == (shown(lot.leaves), lot.reason, lot.exit_price), lot.name
        else:
            assert lot.name not in play.left
    assert play.by_guard, "no guard had anything to do: the section shows nothing"
    assert play.wrong == []
    assert sim.state()["broken_invariants"] == []
