# SPDX-License-Identifier: Apache-2.0
"""The store: migrating twice changes nothing, a newer schema is refused, and while the database is away open positions
can be closed and go on being protected."""

import subprocess

import pytest

import belay_e2e
import trades
import trouble


def dump(store):
    """Schema and data, as texts."""
    if isinstance(store, belay_e2e.SqliteStore):
        connection = store._connect()
        try:
            return list(connection.iterdump())
        finally:
            connection.close()
    done = subprocess.run(["pg_dump", "--no-owner", "--restrict-key=e2e", "-d", store.url], capture_output=True,
                          text=True)
    if done.returncode != 0:  # an older one knows no such option, and prints no key
        done = subprocess.run(["pg_dump", "--no-owner", "-d", store.url], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_migrating_twice_changes_nothing(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 10, 100, stop=95)
    belay.cycle()
    desk.price("AAPL", 94)
    belay.cycle()
    before = dump(store)
    outcome = belay.run("migrate", "--json")
    assert outcome.exit_code == 0, outcome
    assert outcome.json["applied"] == []
    assert outcome.json["version_before"] == outcome.json["version_after"] > 0
    assert dump(store) == before


def test_f30_a_newer_schema_is_refused(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING)
    belay = new_belay(sim, store)
    sim.position("AAPL", 10, 100)
    store.insert("belay_schema", version=9999, name="9999_from_the_future")
    before = dump(store)
    for command in ("migrate", "cycle", "run", "doctor"):
        outcome = belay.run(command)
        assert outcome.exit_code == 3, outcome
        assert "9999" in outcome.stdout + outcome.stderr and "newer" in outcome.stdout + outcome.stderr, outcome
    assert dump(store) == before
    assert trades.exit_orders(sim) == {}


def away(kind, tmp_path):
    """Stores that cannot be had."""
    if kind == "postgresql":
        return f"postgresql://belay@127.0.0.1:{belay_e2e.free_port()}/belay"
    (tmp_path / "a_file").write_text("")
    return f"sqlite:{tmp_path}/a_file/belay.db"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_f25_a_store_that_is_away(kind, tmp_path, new_sim):
    sim = new_sim(start=trades.MORNING)
    belay = belay_e2e.Belay(sim, None, tmp_path, BELAY_STORE=away(kind, tmp_path))
    sim.price("AAPL", 100)
    sim.position("AAPL", 10, 100)
    for command in ("migrate", "positions", "events", "status", "doctor", "cycle"):
        outcome = belay.run(command)
        assert outcome.exit_code == 3, outcome
        assert "store" in outcome.stderr + outcome.stdout, outcome
        assert "unexpected" not in outcome.stderr
    cycle = belay.run("cycle", "--json")
    assert cycle.exit_code == 3 and cycle.json["errors"], cycle
    [one] = cycle.json["unchecked"]
    assert one["symbol"] == "AAPL" and "0 of 10" in one["why"]
    assert sim.positions() == {"AAPL": 10}

    told = belay.run("close", "AAPL", "--yes")
    assert told.exit_code == 3 and "--direct" in told.stderr, told
    closed = belay.run("close", "AAPL", "--direct", "--yes")
    assert closed.exit_code == 0, closed
    assert sim.positions() == {}


@pytest.fixture
def own_postgres():
    cluster = belay_e2e.PostgresCluster()
    yield cluster
    cluster.remove()


def test_f25_protection_goes_on_while_postgresql_is_away(own_postgres, new_sim, new_belay, serve):
    """The stop is hit while the database is down: it leaves all the same, and what happened is written when the
    database returns."""
    store = own_postgres.new_store()
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store, BELAY_SWEEP="1s")
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 10, 100, stop=95)
    service = serve(belay)
    service.wait_for("pass", checked=2)

    own_postgres.stop()
    desk.price("AAPL", 94)
    trouble.until(lambda: sim.positions() == {"MSFT": 10}, "the stop that is hit while the database is down")
    assert service.process.poll() is None, "an outage of the store ended the service"
    own_postgres.start()
    trouble.until(lambda: len(store.rows("SELECT id FROM active_positions WHERE status = 'closed'")) == 1, "the record")

    desk.price("MSFT", 94)
    trouble.until(lambda: len(store.rows("SELECT id FROM active_positions WHERE status = 'closed'")) == 2, "the next exit")
    assert service.stop() == 0
    assert set(sim.requests()["submissions"].values()) == {1}
    trades.assert_books_balance(desk, belay)
    assert "the store is back" in service.path.read_text()
