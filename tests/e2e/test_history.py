# SPDX-License-Identifier: Apache-2.0
"""What stays of a position: its row of history with the path of its price, `export`, and how noisy events make room."""

import csv
import io
import subprocess
from decimal import Decimal

import pytest

import belay_e2e
import trades
import trouble


@pytest.fixture
def lived(store, new_sim, new_belay):
    """AAPL, priced in five minutes, stopped out; MSFT, still open."""
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 1, 200, stop=150)
    for price in (100, 104, 101.5, 97, 94):
        desk.price("AAPL", price)
        desk.price("MSFT", 200)
        assert belay.cycle()[1] == 0
        sim.advance("60s")
    return desk, belay


def test_history_tells_the_whole_of_it(lived):
    _, belay = lived
    outcome = belay.run("export", "--json")
    assert outcome.exit_code == 0, outcome
    [row] = outcome.json
    assert (row["symbol"], row["exit_reason"], row["exit_reasons"]) == ("AAPL", "stop_loss", ["stop_loss"])
    assert (row["trigger_price"], row["stop_in_force"], row["quantity"]) == ("94", "95", "10")
    assert Decimal(row["slippage"]) == Decimal(row["trigger_price"]) - Decimal(row["exit_price"])
    assert Decimal(row["best_excursion"]) == 10 * (104 - Decimal(row["entry_price"]))
    assert Decimal(row["worst_excursion"]) <= 10 * (94 - Decimal(row["entry_price"]))
    assert [price for _, price in row["price_path"]] in ([100, 104, 101.5, 97, 94], ["100", "104", "101.5", "97", "94"])
    minutes = [at for at, _ in row["price_path"]]
    assert all(after - before == 60 for before, after in zip(minutes, minutes[1:]))
    for stamp in ("triggered_at", "requested_at", "acknowledged_at", "filled_at", "exit_time"):
        assert row[stamp], stamp
    assert row["exit_orders"] == 1 and row["fees"] is None and row["bracket_expected"] is False


def test_the_formats_say_the_same(lived, tmp_path):
    _, belay = lived
    for what in ("history", "events", "positions"):
        array = belay.run("export", "--what", what, "--format", "json").json
        lines = [belay_e2e.read_json(line) for line in belay.run("export", "--what", what, "--format", "jsonl").stdout.splitlines()]
        assert array == lines and array, what
        file = tmp_path / f"{what}.csv"
        assert belay.run("export", "--what", what, "--output", file).exit_code == 0
        text = file.read_bytes().decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == len(array) and list(rows[0]) == list(array[0])
        assert text.count("\r\n") >= len(rows) + 1
        assert [row["id"] for row in rows] == [str(row["id"]) for row in array]
        assert not list(tmp_path.glob("*.part"))


def test_a_range_of_time(lived):
    _, belay = lived
    assert belay.run("export", "--from", "2025-03-13", "--json").json == []
    assert len(belay.run("export", "--from", "2025-03-12", "--to", "2025-03-12", "--json").json) == 1
    assert belay.run("export", "--to", "2025-03-11", "--json").json == []
    outcome = belay.run("export", "--from", "whenever")
    assert outcome.exit_code == 2 and "--from whenever" in outcome.stderr, outcome


def test_what_cannot_be_written_is_said(lived, tmp_path):
    _, belay = lived
    outcome = belay.run("export", "--output", tmp_path / "nowhere" / "x.csv")
    assert outcome.exit_code == 1 and "cannot write" in outcome.stderr, outcome


def test_old_prices_are_folded_and_the_path_stays_whole(lived):
    desk, belay = lived
    before = belay.events("--type", "price_update", "--symbol", "MSFT", "--limit", "1000")
    assert len(before) >= 5
    desk.sim.set_clock("2025-03-18T14:30:00Z")
    desk.price("MSFT", 201)

    def days_of_updates():  # a cycle folds what half a second allows
        belay.cycle()
        return {row["created_at"][:10] for row in belay.events("--type", "price_update", "--limit", "1000")}

    trouble.until(lambda: days_of_updates() == {"2025-03-18"}, "the old prices make room")
    assert belay.events("--type", "exit_triggered"), "what is not noise stays"
    belay.run("close", "MSFT", "--yes")
    msft = [row for row in belay.run("export", "--json").json if row["symbol"] == "MSFT"][0]
    assert [Decimal(str(price)) for _, price in msft["price_path"]][:6] == [200, 200, 200, 200, 200, 201]


def test_events_up_to_a_time(lived):
    _, belay = lived
    every = belay.events("--limit", "1000")
    until = every[len(every) // 2]["created_at"]
    assert [row["id"] for row in belay.events("--until", until, "--limit", "1000")] == [
        row["id"] for row in every if row["created_at"] < until]
    assert belay.events("--until", "2025-03-11") == []
    assert len(belay.events("--until", "2025-03-12", "--limit", "1000")) == len(every)


def test_events_are_followed_live(lived, tmp_path):
    _, belay = lived
    told = tmp_path / "events"
    with open(told, "w") as out, belay.start("events", "--follow", "--json", "--symbol", "MSFT", "--type", "closed",
                                             stdout=out) as follower:
        assert belay.run("close", "MSFT", "--yes").exit_code == 0
        trouble.until(lambda: told.read_text().endswith("\n"), "an event is told")
        follower.terminate()
    [told] = [belay_e2e.read_json(line) for line in told.read_text().splitlines()]
    assert told["event_type"] == "closed" and told["event_data"]["reason"] == "manual_close"


def write_updates(desk, count):
    """As many at once as no poll of a follower comes between."""
    [row] = desk.store.rows("SELECT id FROM active_positions WHERE ticker = 'MSFT'")
    values = [f"({row['id']}, 'price_update', '{{\"n\":{n}}}', '{desk.sim.now().isoformat()}')" for n in range(count)]
    desk.store.execute("INSERT INTO position_events (position_id, event_type, event_data, created_at) VALUES "
                       + ",\n".join(values))


def test_who_follows_misses_nothing_however_much_comes_at_once(lived):
    desk, belay = lived
    with belay.start("events", "--follow", "--json", "--type", "price_update", "--limit", "1",
                     stdout=subprocess.PIPE) as follower:
        follower.stdout.readline()  # what was there
        write_updates(desk, 2500)
        told = [belay_e2e.read_json(follower.stdout.readline())["event_data"]["n"] for _ in range(2500)]
        follower.terminate()
    assert told == list(range(2500))


def test_who_follows_from_a_time_on_is_not_told_of_what_was_before(lived):
    desk, belay = lived
    desk.sim.advance("1h")
    with belay.start("events", "--follow", "--json", "--type", "price_update", "--since", "10s",
                     stdout=subprocess.PIPE) as follower:
        belay.positions()  # it has had time to look
        belay.positions()
        write_updates(desk, 1)
        told = belay_e2e.read_json(follower.stdout.readline())
        follower.terminate()
    assert told["event_data"] == {"n": 0}
