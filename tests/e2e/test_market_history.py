# SPDX-License-Identifier: Apache-2.0
"""The paper exchange's market data of the past: what a replayed file says, as a client of the broker reads it."""

import datetime
from decimal import Decimal

import pytest

from belay_e2e import Sim

FRIDAY = datetime.datetime(2026, 1, 23, 14, 30, tzinfo=datetime.timezone.utc)  # 09:30 in New York
MONDAY = datetime.datetime(2026, 1, 26, 14, 30, tzinfo=datetime.timezone.utc)
MINUTES = 30


def bars_of(day, first_close):
    """Half an hour of minutes that rise by a dime each: (time, open, high, low, close, volume)."""
    rows = []
    for i in range(MINUTES):
        close = first_close + Decimal("0.1") * i
        at = (day + datetime.timedelta(minutes=i)).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append((at, close - Decimal("0.05"), close + Decimal("0.2"), close - Decimal("0.3"), close, 1000 + 4 * i))
    return rows


@pytest.fixture(name="rows")
def fixture_rows():
    return bars_of(FRIDAY, Decimal("200")) + bars_of(MONDAY, Decimal("210"))


@pytest.fixture(name="replayed")
def fixture_replayed(tmp_path, rows):
    """An exchange on Monday, 09:45, whose file began on Friday."""
    file = tmp_path / "days_1m.csv"
    lines = ["ts_utc,symbol,open,high,low,close,volume"]
    lines += [",".join([at, "AAPL", *(str(number) for number in numbers)]) for at, *numbers in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Sim(replay=[file], start="2026-01-26T14:45:00Z") as sim:
        yield sim


def read(sim, path):
    status, body = sim.request("GET", path)
    assert status == 200, body
    return body


def test_minutes_come_back_as_the_file_has_them(replayed, rows):
    found = []
    token = ""
    while token is not None:
        page = read(replayed, "/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=2026-01-23&limit=7"
                    + (f"&page_token={token}" if token else ""))
        found += page["bars"]["AAPL"]
        token = page["next_page_token"]
    over = [row for row in rows if row[0] < "2026-01-26T14:45:00Z"]
    assert [(bar["t"], bar["o"], bar["h"], bar["l"], bar["c"], bar["v"]) for bar in found] == over


def test_days_follow_from_the_minutes(replayed, rows):
    days = read(replayed, "/v2/stocks/AAPL/bars?timeframe=1Day&start=2026-01-23")["bars"]
    friday, monday = days
    of_friday = rows[:MINUTES]
    assert friday["t"] == "2026-01-23T05:00:00Z"
    assert (friday["o"], friday["c"]) == (of_friday[0][1], of_friday[-1][4])
    assert friday["h"] == max(row[2] for row in of_friday)
    assert friday["l"] == min(row[3] for row in of_friday)
    assert friday["v"] == sum(row[5] for row in of_friday)
    snapshot = read(replayed, "/v2/stocks/snapshots?symbols=AAPL")["AAPL"]
    assert snapshot["prevDailyBar"] == friday
    assert snapshot["dailyBar"] == monday
    assert snapshot["minuteBar"]["t"] == "2026-01-26T14:44:00Z"


def test_the_basic_plan_is_a_choice_at_the_start():
    with Sim(start="2026-01-26T15:00:00Z", arguments=["--plan", "basic"]) as sim:
        status, body = sim.request("GET", "/v2/stocks/AAPL/quotes/latest?feed=sip")
        assert (status, body["message"]) == (403, "subscription does not permit querying recent SIP data")
