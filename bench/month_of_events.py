#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long it takes to read the events of a month of 1,000 positions, one price update a minute of every session, before
and after the old ones are folded into price paths: on SQLite, and on a PostgreSQL server of its own.

    bench/month_of_events.py [--positions 1000] [--days 21] [--only sqlite|postgresql] [--folder DIR]

Writes about eight million rows (one to two gigabytes) into the folder and takes some minutes. Not part of any test.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
import belay_e2e  # noqa: E402

NOW = "2026-01-30T21:00:00Z"
KEPT_DAYS = 3

QUESTIONS = {
    "the newest 100": [],
    "of one position": ["--position", "500"],
    "of one symbol, exits": ["--symbol", "S0500", "--type", "exit_triggered", "--type", "closed"],
    "all exits": ["--type", "exit_triggered", "--limit", "10000"],
    "of the last 2 h, alerts": ["--since", "2h", "--type", "alert"],
    "up to three weeks ago": ["--until", "2026-01-09"],
    "a position on a day": ["--position", "500", "--since", "2026-01-12", "--until", "2026-01-12", "--limit", "1000"],
}

POSITIONS = """INSERT INTO active_positions (id, uid, account_name, ticker, instrument_type, strategy_type, side, quantity,
    original_quantity, entry_price, entry_time, status)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {positions})
  SELECT i, 'uid' || i, 'default', 'S' || {padded}, 'STOCK', 'swing_trade', 'long', 10, 10, 100,
    '2026-01-01T15:00:00Z', 'closed' FROM n"""

EVENTS = {
    "sqlite": """INSERT INTO position_events (position_id, event_type, event_data, created_at)
  WITH RECURSIVE d(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM d WHERE day < {days} - 1),
    m(minute) AS (SELECT 0 UNION ALL SELECT minute + 1 FROM m WHERE minute < 389),
    p(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM p WHERE i < {positions})
  SELECT i, 'price_update', json_object('price', 100 + (i * 7 + minute) % 100 / 100.0, 'pnl', (minute % 50) - 25,
      'pnl_pct', 0.25),
    strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-10T14:30:00Z', '+' || (day - {days} + 21) || ' days',
      '+' || minute || ' minutes')
  FROM d, m, p ORDER BY day, minute, i""",
    "postgresql": """INSERT INTO position_events (position_id, event_type, event_data, created_at)
  SELECT i, 'price_update', jsonb_build_object('price', 100 + (i * 7 + minute) % 100 / 100.0, 'pnl', (minute % 50) - 25,
      'pnl_pct', 0.25),
    timestamptz '2026-01-10T14:30:00Z' + (day - {days} + 21) * interval '1 day' + minute * interval '1 minute'
  FROM generate_series(0, {days} - 1) day, generate_series(0, 389) minute, generate_series(1, {positions}) i
  ORDER BY day, minute, i""",
}

RARE = """INSERT INTO position_events (position_id, event_type, event_data, created_at)
  SELECT position_id, {kind}, {data}, created_at FROM position_events
  WHERE event_type = 'price_update' AND id % 2003 = {remainder}"""


class Month:
    def __init__(self, kind, store, home):
        self.kind = kind
        self.store = store
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "BELAY_STORE": store.url}

    def belay(self, *arguments):
        started = time.monotonic()
        done = subprocess.run([belay_e2e.BELAY_BIN, *arguments], env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return time.monotonic() - started, done.stdout

    def fill(self, positions, days):
        self.belay("migrate")
        padded = "printf('%04d', i)" if self.kind == "sqlite" else "lpad(CAST(i AS text), 4, '0')"
        sql = POSITIONS.format(positions=positions, padded=padded)
        if self.kind == "postgresql":
            sql = sql.replace("'2026-01-01T15:00:00Z'", "timestamptz '2026-01-01T15:00:00Z'")
        self.store.execute(sql)
        indexes = self.drop_indexes()
        self.execute_patiently(EVENTS[self.kind].format(positions=positions, days=days))
        for index in indexes:
            self.execute_patiently(index)
        json_of = "'{}'" if self.kind == "sqlite" else "CAST('{}' AS jsonb)"
        for remainder, kind in enumerate(("exit_triggered", "closed", "alert")):
            self.execute_patiently(RARE.format(kind=f"'{kind}'", data=json_of, remainder=remainder))
        self.settle()

    def drop_indexes(self):
        """Millions of rows are written faster without; gives the statements that make them again."""
        found = self.store.rows(
            "SELECT name, sql AS definition FROM sqlite_master WHERE type = 'index' AND tbl_name = 'position_events' AND "
            "sql IS NOT NULL" if self.kind == "sqlite" else
            "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = 'position_events' AND "
            "indexname NOT LIKE '%pkey'")
        for index in found:
            self.store.execute(f"DROP INDEX {index['name']}")
        return [index["definition"] for index in found]

    def execute_patiently(self, sql):
        if self.kind == "sqlite":
            self.store.execute(sql)
            return
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.store.url, "-c", sql], check=True)

    def settle(self):
        if self.kind == "postgresql":
            self.execute_patiently("VACUUM ANALYZE position_events")

    def read(self):
        times = {}
        for name, arguments in QUESTIONS.items():
            if "2h" in arguments:
                arguments = ["2026-01-30T19:00:00Z" if a == "2h" else a for a in arguments]
            try:
                times[name] = statistics.median(self.belay("events", "--json", *arguments)[0] for _ in range(3))
            except AssertionError as error:  # the store's own time limit
                print(f"{name}: {error}", flush=True)
                times[name] = float("nan")
        return times

    def count(self):
        return self.store.rows("SELECT count(*) AS n FROM position_events")[0]["n"]

    def fold_some(self, sim, passes=5):
        """What the program itself takes for a day of a position: cycles that have nothing else to do, with and without."""
        own = dict(self.environment)
        self.environment |= {"ALPACA_API_KEY": sim.key, "ALPACA_API_SECRET": sim.secret, "ALPACA_BASE_URL": sim.url,
                             "ALPACA_DATA_URL": sim.url, "BELAY_CLOCK_URL": sim.clock_url}
        self.environment["BELAY_KEEP_NOISY_EVENTS"] = "0"
        without = statistics.median(self.belay("cycle", "--wait", "0s")[0] for _ in range(passes))
        del self.environment["BELAY_KEEP_NOISY_EVENTS"]
        rows = self.count()
        each = [self.belay("cycle", "--wait", "0s")[0] for _ in range(passes)]
        self.environment = own
        days = (rows - self.count()) / 390
        return max(0.0, sum(each) - passes * without) / days, days

    def fold(self):
        """All that is old at once, as the program does it bit by bit: the rows are the same."""
        before = f"2026-01-{30 - KEPT_DAYS}"
        if self.kind == "sqlite":
            day, sample = "substr(created_at, 1, 10)", "json_group_array(json_array(strftime('%s', created_at) / 60 * 60, " \
                "json(event_data -> '$.price')))"
        else:
            day = "CAST(created_at AT TIME ZONE 'UTC' AS date)"
            sample = "jsonb_agg(jsonb_build_array(floor(extract(epoch FROM created_at) / 60) * 60, event_data -> 'price') " \
                "ORDER BY created_at)"
        self.execute_patiently(
            f"INSERT INTO belay_price_paths (position_id, day, samples) SELECT position_id, {day}, {sample} FROM "
            f"position_events WHERE event_type = 'price_update' AND created_at < '{before}' AND NOT EXISTS (SELECT 1 "
            f"FROM belay_price_paths w WHERE w.position_id = position_events.position_id AND w.day = {day}) "
            f"GROUP BY position_id, {day}")
        self.execute_patiently(f"DELETE FROM position_events WHERE event_type = 'price_update' AND created_at < '{before}'")
        self.settle()


def measure(kind, store, home, arguments):
    month = Month(kind, store, home)
    started = time.monotonic()
    if not arguments.filled:
        month.fill(arguments.positions, arguments.days)
    print(f"{kind}: {month.count():,} events written in {time.monotonic() - started:.0f} s", flush=True)
    before = month.read()
    print({name: round(seconds * 1000) for name, seconds in before.items()}, flush=True)
    with belay_e2e.Sim(start=NOW) as sim:
        seconds, days = month.fold_some(sim)
    print(f"{kind}: folding a day of a position (390 events) takes {seconds * 1000:.0f} ms ({days:.0f} of them)", flush=True)
    month.fold()
    after = month.read()
    print(f"{kind}: {month.count():,} events after folding")
    print(f"| {kind}: belay events … | before | after |\n|---|---:|---:|")
    for name in QUESTIONS:
        print(f"| {name} | {before[name] * 1000:.0f} ms | {after[name] * 1000:.0f} ms |", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--positions", type=int, default=1000)
    options.add_argument("--days", type=int, default=21)
    options.add_argument("--only", choices=("sqlite", "postgresql"))
    options.add_argument("--folder", default=None)
    options.add_argument("--filled", default=None, help="a SQLite file that an earlier run has filled")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        home = pathlib.Path(folder)
        if arguments.only != "postgresql":
            measure("sqlite", belay_e2e.SqliteStore(arguments.filled or home / "belay.db"), home, arguments)
        if arguments.only != "sqlite":
            cluster = belay_e2e.PostgresCluster()
            try:
                measure("postgresql", cluster.new_store(), home, arguments)
            finally:
                cluster.remove()


if __name__ == "__main__":
    main()
