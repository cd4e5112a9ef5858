# SPDX-License-Identifier: Apache-2.0
"""The demonstration keeps its promises: every way of leaving is seen, and its summary adds up when added up again."""

import json
import os
import re
import subprocess
from decimal import Decimal

import pytest

import belay_e2e

ROW = re.compile(
    r"^ (?P<name>\S+(?: \d\d[A-Z][a-z]{2} [\d.]+[CP])?) +(?P<side>long|short) +(?P<plan>day|swing) +(?P<qty>[\d.]+) +"
    r"(?P<entry>[\d.]+) +(?P<price>[\d.]+) (?P<standing>.+?) +(?P<result>[+-]?[\d,]+\.\d+)\s*$"
)


def number(text):
    return Decimal(text.replace(",", ""))


def run(*arguments, **environment):
    return subprocess.run(
        [belay_e2e.BELAY_BIN, "demo", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def demo():
    done = run("--fast", "--plain", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def rows(demo):
    """Rows of the summary by name: closed ones have a time and a reason in "standing"."""
    found = {}
    for line in demo.split("the day in sum", 1)[1].splitlines():
        row = ROW.match(line)
        if row:
            assert row["name"] not in found
            found[row["name"]] = row.groupdict()
    return found


def amount(demo, label):
    return number(re.search(rf"^ {re.escape(label)} +([+-]?[\d,.]+)\s*$", demo, re.MULTILINE)[1])


def is_closed(row):
    return re.match(r"\d\d:\d\d ", row["standing"]) is not None


@pytest.mark.parametrize(
    "name, reason",
    [
        ("AAPL", "stop_loss"),
        ("TSLA", "stop_loss"),
        ("NVDA", "take_profit"),
        ("AAPL 20Feb 250P", "take_profit"),
        ("MSFT", "take_profit"),
        ("GOOG", "max_hold_time"),
        ("QQQ 27Jan 623P", "expiration_risk"),
        ("DIS", "manual_close"),
        ("KO", "day_trade_close"),
        ("F", "day_trade_close"),
        ("AMD 06Feb 210C", "day_trade_close"),
    ],
)
def test_each_is_left_for_its_reason(rows, name, reason):
    assert rows[name]["standing"].split(" ", 1)[1] == reason


def test_day_trades_are_flat_before_the_bell(rows):
    day_trades = [row for row in rows.values() if row["plan"] == "day"]
    assert len(day_trades) == 3
    for row in day_trades:
        assert "15:55" <= row["standing"][:5] < "16:00"


def test_the_others_stay(rows):
    still_open = {name for name, row in rows.items() if not is_closed(row)}
    assert still_open == {"JPM", "WMT"}
    assert rows["JPM"]["standing"] == "unprotected by choice"


def test_positions_of_every_kind(rows):
    assert len(rows) == 13
    assert {row["side"] for row in rows.values()} == {"long", "short"}
    assert any(name.endswith("C") and " " in name for name in rows) and any(name.endswith("P") for name in rows)
    assert any("." in row["qty"] for row in rows.values())


@pytest.mark.parametrize(
    "words",
    [
        r"DIS +somebody bought 75 at [\d.]+ by hand; nobody tells Belay",
        r"DIS +adopted: long 75 at [\d.]+, unknown to upstream",
        r"MSFT +left \(take_profit\): its target, resting at the broker, filled",
        r"AAPL +leaves \(stop_loss\): Stop loss hit: 24\d\.\d+ <= 245",
        r"TSLA +leaves \(stop_loss\): Stop loss hit: 43\d\.\d+ >= 430",
        r"DIS +leaves \(manual_close\): Closed by a person: not part of the plan",
        r"JPM +unprotected by choice",
    ],
)
def test_the_story_is_told(demo, words):
    assert re.search(rf"^\d\d:\d\d  {words}", demo, re.MULTILINE), demo


def test_the_summary_adds_up(demo, rows):
    realised = unrealised = Decimal(0)
    for name, row in rows.items():
        gain = (number(row["price"]) - number(row["entry"])) * (1 if row["side"] == "long" else -1)
        multiplier = 100 if " " in name else 1
        if is_closed(row):
            assert gain * number(row["qty"]) * multiplier == number(row["result"]), name
            realised += number(row["result"])
        else:
            unrealised += number(row["result"])
    assert realised == amount(demo, "Realised") == amount(demo, "Realised, by Belay's book")
    assert unrealised == amount(demo, "Unrealised")


def test_the_exchange_says_the_same(demo):
    now, start, cost = map(
        number, re.search(r"cash ([\d,.-]+) now, ([\d,.-]+) at the start; open positions cost ([\d,.-]+)", demo).groups()
    )
    assert now - start + cost == amount(demo, "Cash moved, at the exchange") == amount(demo, "Realised")
    assert "The books agree." in demo


def test_counts(demo, rows):
    closed = [row for row in rows.values() if is_closed(row)]
    won = [row for row in closed if number(row["result"]) > 0]
    assert f"Opened {len(rows)}, closed {len(closed)}, won {len(won)} of {len(closed)}" in demo


def test_lines_without_colours_where_nobody_looks(demo):
    assert "\x1b" not in demo


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_story_holds_for_other_seeds(seed):
    done = run("--fast", "--plain", "--seed", seed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Opened 13, closed 11" in done.stdout
    assert "The books agree." in done.stdout


def test_a_speed_that_is_none_is_refused():
    done = run("--speed", "fast")
    assert done.returncode == 2
    assert "--speed takes a whole number" in done.stderr


def test_the_database_goes_with_the_demonstration(demo, tmp_path):
    done = run("--fast", "--plain", "--seed", "1", TMPDIR=str(tmp_path))
    assert str(tmp_path) in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_scripts_get_one_object():
    done = run("--fast", "--json", "--seed", "7")
    assert done.returncode == 0, done.stderr
    day = json.loads(done.stdout)
    assert day["books_agree"] is True and day["finished"] is True and day["late_day_trades"] == 0
    closed = [Decimal(p["realised_result"]) for p in day["positions"] if p["status"] == "closed"]
    assert sum(closed) == Decimal(day["realised"]) == Decimal(day["cash_moved"])
