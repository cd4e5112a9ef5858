# SPDX-License-Identifier: Apache-2.0
"""The database goes away, slows down, comes back, fills up, lies: exits go on from memory and the broker, what happened
is written when it can be, and it is said. The names carry the rows of docs/failures.md."""

import functools
import pathlib
import shutil
import signal
import subprocess
import tempfile
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

import belay_e2e
import fault_proxy
import trades
import trouble

PARTS = 200 if belay_e2e.LONG else 8  # places at which a file is torn
NOTHING_LEFT = 60 if belay_e2e.LONG else 120  # seconds until everything must have left, whatever the database does


@pytest.fixture
def own_postgres():
    cluster = belay_e2e.PostgresCluster(durable=True)
    yield cluster
    cluster.remove()


class Behind:
    """A scene whose database is behind a line that fails as told, and its service."""

    def __init__(self, store, home):
        self.store = store
        self.home = home
        port = urllib.parse.urlsplit(store.url).port
        self.wire = fault_proxy.TcpProxy("127.0.0.1", port)
        url = store.url.replace(f":{port}/", f":{self.wire.port}/")
        self.line = trouble.Line(home, self.store, BELAY_SWEEP="1s", BELAY_STORE=url)
        self.scene = self.line.scene
        self.service = trouble.Service(self.line.belay, home / "run.log")

    def __enter__(self):
        self.service.wait_for("pass")
        return self

    def __exit__(self, *_):
        self.service.kill()
        self.wire.stop()
        self.line.__exit__()

    def begins_anew(self):
        self.service.kill()
        self.service = trouble.Service(self.line.belay, self.home / "again.log")

    def leaves(self):
        trouble.until(lambda: self.line.sim.positions() == {trouble.KEPT: 8}, "flat", NOTHING_LEFT)

    def is_recorded(self):
        trouble.until(lambda: len(self.scene.open_rows()) == 1, lambda: f"the records: {self.service.tail()}")

    def ends_well(self):
        assert self.service.process.poll() is None, "the outage ended the service"
        assert self.service.stop() == 0
        self.scene.assert_right()
        assert set(self.line.sim.requests()["submissions"].values()) == {1}

    def was_told(self):
        return [line for line in self.service.lines() if line["level"] == "ERROR" and "store" in line["msg"]]


def outage(begin, store, home):
    with Behind(store, home) as behind:
        begin(behind.wire)
        behind.scene.break_stops()
        behind.leaves()
        assert len(behind.scene.open_rows()) == 7, "the scene's database was not away"
        trouble.until(behind.was_told, "an error about the store")
        behind.wire.passes()
        behind.is_recorded()
        behind.ends_well()
        assert behind.service.lines("the store is back; what had waited is written")


def unanswered_commit(store, home):
    with Behind(store, home) as behind:
        for number in range(3):
            behind.wire.cuts_after(b"COMMIT")
            if number == 1:
                behind.scene.break_stops()
            behind.line.sim.advance("60s")
            behind.scene.tick()
            trouble.until(lambda: behind.wire.has_cut, "a transaction's answer is lost")
        behind.leaves()
        behind.is_recorded()
        behind.ends_well()
        twice = store.rows("SELECT position_id, event_type FROM position_events WHERE event_type IN ('created', "
                           "'exit_triggered', 'order_submitted', 'closed') "
                           "GROUP BY 1, 2, event_data->>'client_order_id' HAVING count(*) > 1")
        assert twice == []


def slow(store, home):
    """Each piece of data is late."""
    with Behind(store, home) as behind:
        behind.wire.delays(0.3)
        behind.scene.break_stops()
        behind.leaves()
        behind.wire.passes()
        behind.is_recorded()
        behind.ends_well()


def locked_out(store, home):
    """Somebody's transaction holds every table: statements time out at the server, and exits go on."""
    with Behind(store, home) as behind:
        holder = subprocess.Popen(["psql", "-X", "-q", "-d", store.url], stdin=subprocess.PIPE, text=True,
                                  stdout=subprocess.PIPE)
        holder.stdin.write("BEGIN; LOCK active_positions, position_events; SELECT 'locked';\n")
        holder.stdin.flush()
        trouble.until(lambda: "locked" in holder.stdout.readline(), "the tables are locked")
        behind.scene.break_stops()
        behind.leaves()
        holder.communicate("ROLLBACK;\n", timeout=trouble.PATIENCE)
        behind.is_recorded()
        behind.ends_well()


def killed_in_an_outage(store, home):
    with Behind(store, home) as behind:
        behind.wire.refuses()
        behind.scene.break_stops()
        behind.leaves()
        behind.service.kill()
        behind.wire.passes()
        for _ in range(3):
            behind.line.sim.advance("20s")
            behind.scene.tick()
            behind.line.belay.run("cycle")
        behind.is_recorded()
        behind.scene.assert_right()
        assert set(behind.line.sim.requests()["submissions"].values()) == {1}


def set_read_only(store, on):
    name = store.url.rsplit("/", 1)[1]
    store.execute(f"SET default_transaction_read_only = off; ALTER DATABASE {name} SET default_transaction_read_only = "
                  f"{'on' if on else 'off'}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE application_name = 'belay' AND datname = current_database()")


def read_only(store, home):
    """As a standby server is."""
    with Behind(store, home) as behind:
        set_read_only(store, True)
        behind.scene.break_stops()
        behind.leaves()
        trouble.until(behind.was_told, "an error about the store")
        set_read_only(store, False)
        behind.is_recorded()
        behind.ends_well()


def begun_read_only(store, home):
    """A service that begins like that has its book all the same."""
    with Behind(store, home) as behind:
        behind.service.kill()
        set_read_only(store, True)
        behind.scene.break_stops()
        behind.begins_anew()
        behind.leaves()
        set_read_only(store, False)
        behind.is_recorded()
        behind.ends_well()


SCENARIOS = {
    "refuses": functools.partial(outage, lambda wire: wire.refuses()),
    "holds": functools.partial(outage, lambda wire: wire.holds()),
    "unanswered_commit": unanswered_commit,
    "slow": slow,
    "locked_out": locked_out,
    "killed_in_an_outage": killed_in_an_outage,
    "read_only": read_only,
    "begun_read_only": begun_read_only,
}


@pytest.fixture(scope="module")
def begun(postgres, tmp_path_factory):
    """All of them at once: they mostly wait for deadlines."""
    stores = {name: postgres.new_store() for name in SCENARIOS}
    with ThreadPoolExecutor(4) as pool:
        yield {name: pool.submit(scenario, stores[name], tmp_path_factory.mktemp(name))
               for name, scenario in SCENARIOS.items()}


@pytest.mark.parametrize("outage", ["refuses", "holds"])
def test_f25_stops_work_while_the_database_is_away(outage, begun):
    begun[outage].result()


def test_f25_an_answer_to_commit_is_lost(begun):
    """What it wrote is there, and it does not know: it is not written a second time."""
    begun["unanswered_commit"].result()


def test_f25_a_service_killed_in_an_outage_has_lost_only_records(begun):
    """What it did while the database was away it had no place to write; the next one finds it at the broker."""
    begun["killed_in_an_outage"].result()


def test_f25_a_database_that_can_only_be_read(begun):
    begun["read_only"].result()


def test_f25_a_service_that_begins_while_the_database_can_only_be_read(begun):
    begun["begun_read_only"].result()


def test_f26_a_slow_database_holds_nothing_up(begun):
    begun["slow"].result()


def test_f26_a_database_that_locks_us_out(begun):
    begun["locked_out"].result()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_f25_postgresql_is_stopped_in_mid_exit_and_comes_back(by, own_postgres, tmp_path):
    with Behind(own_postgres.new_store(), tmp_path) as behind:
        held = behind.line.proxy.fault("delay_reply", "POST", "/v2/orders", times=3, seconds=1.0)
        behind.scene.break_stops()
        trouble.until(lambda: held.hits > 0, "orders are on their way")
        own_postgres.stop(by)
        behind.leaves()
        own_postgres.start()
        behind.is_recorded()
        behind.ends_well()


@pytest.mark.parametrize("command", ["cycle", "run"])
def test_f25_without_its_database_nothing_begins(command, postgres, tmp_path):
    """Whose shares are whose is not known: nothing is sold on a guess, and the exit code says why."""
    store = postgres.new_store()
    with trouble.Line(tmp_path, store) as line:
        assert line.belay.run("cycle").exit_code == 0
        line.scene.break_stops()
        wire = fault_proxy.TcpProxy("127.0.0.1", postgres.port)
        wire.refuses()
        lost = line.belay.but(BELAY_STORE=store.url.replace(f":{postgres.port}/", f":{wire.port}/"))
        outcome = lost.run(command)
        wire.stop()
        assert outcome.exit_code == 3, outcome
        assert trades.exit_orders(line.sim) == {}
        line.scene.cycles_until_flat(most=2)
        line.scene.assert_right()


def test_f27_the_disk_of_postgresql_is_full(tmp_path):
    """Its tables can grow no more; what is in them can be read."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="belay-e2e-disk-"))  # where the server's user may read
    place.chmod(0o755)
    disk = shutil.copy(belay_e2e.FAILING_DISK, place)
    told = place / "disk"
    told.touch()
    cluster = belay_e2e.PostgresCluster(LD_PRELOAD=str(disk), BELAY_DISK=str(told), BELAY_DISK_OF="/base/")
    try:
        with Behind(cluster.new_store(), tmp_path) as behind:
            told.write_text("full")

            def pass_again():
                behind.line.sim.advance("60s")
                behind.scene.tick()
                behind.service.wait_for_passes()
                return behind.was_told()

            trouble.until(pass_again, "an error about the store")
            behind.scene.break_stops()
            behind.leaves()
            assert len(behind.scene.open_rows()) == 7
            told.write_text("")
            behind.is_recorded()
            behind.ends_well()
    finally:
        told.write_text("")
        cluster.remove()
        shutil.rmtree(place)


# ---- the disk under SQLite


@pytest.fixture
def disk(tmp_path):
    """A line whose store is on a disk that fails as told: disk.fails("full"), disk.fails("")."""
    class Disk:
        def __init__(self):
            self.told = tmp_path / "disk"
            self.line = trouble.Line(tmp_path, BELAY_SWEEP="1s", LD_PRELOAD=str(belay_e2e.FAILING_DISK),
                                     BELAY_DISK=str(self.told), BELAY_DISK_OF="belay.db")

        def fails(self, how):
            self.told.write_text(how)

    one = Disk()
    with one.line:
        yield one


TROUBLE = {"f27_full": "full", "f28_broken": "broken", "read_only": "read-only"}


@pytest.mark.parametrize("how", TROUBLE)
def test_f27_f28_stops_work_while_the_disk_fails(how, disk, tmp_path):
    line = disk.line
    service = trouble.Service(line.belay, tmp_path / "run.log")
    try:
        service.wait_for("pass")
        disk.fails(TROUBLE[how])
        line.scene.break_stops()
        trouble.until(lambda: line.sim.positions() == {trouble.KEPT: 8}, "flat", NOTHING_LEFT)
        trouble.until(lambda: [one for one in service.lines() if one["level"] == "ERROR" and "store" in one["msg"]],
                      lambda: f"an error about the store: {service.tail()}")
        assert len(line.scene.open_rows()) == 7, "written to a disk that fails"
        disk.fails("")
        trouble.until(lambda: len(line.scene.open_rows()) == 1, lambda: f"the records: {service.tail()}")
        assert service.process.poll() is None
        assert service.stop() == 0
    finally:
        service.kill()
    line.scene.assert_right()
    assert set(line.sim.requests()["submissions"].values()) == {1}


@pytest.mark.parametrize("how", TROUBLE)
def test_f27_f28_a_cycle_on_a_disk_that_fails(how, disk):
    """It leaves with code 3, whatever it could do; the next one, on a sound disk, puts everything right."""
    line = disk.line
    assert line.belay.run("cycle").exit_code == 0
    line.scene.break_stops()
    disk.fails(TROUBLE[how])
    outcome = line.belay.run("cycle", "--json")
    assert outcome.exit_code == 3 and outcome.json["errors"], outcome
    disk.fails("")
    line.sim.advance("20s")
    line.scene.tick()
    line.scene.cycles_until_flat(most=3)
    line.scene.assert_right()
    assert set(line.sim.requests()["submissions"].values()) == {1}


def dead_with_records_unwritten(home):
    """A scene in which everything has left and whose cycle died before its last statement: found by trying, as their
    number depends on how many answers are written together."""
    dies_at = 0  # never: the first one counts
    for attempt in range(20):
        place = home / str(attempt)
        place.mkdir(parents=True)
        line, log = trouble.Line(place), place / "steps"
        assert line.belay.run("cycle").exit_code == 0
        line.scene.break_stops()
        outcome = line.belay.but(program=belay_e2e.FAILING_BIN, BELAY_FAIL_LOG=log, BELAY_FAIL_STEP="statement done",
                                 BELAY_FAIL_AT=dies_at).run("cycle")
        assert outcome.exit_code in (0, -signal.SIGKILL), outcome
        if outcome.exit_code != 0 and line.sim.positions() == {trouble.KEPT: 8}:
            return line
        line.__exit__()
        done = log.read_text().splitlines().count("statement done")
        dies_at = done + 1 if outcome.exit_code != 0 else done - 1
    raise AssertionError("no cycle died between the last fill and the last statement")


def test_f29_a_torn_log_of_sqlite(tmp_path):
    """The process died after everything had left and before all of it was written, and the file of what was written
    last is cut off or spoilt anywhere: what is lost is found at the broker, and nothing is sold again."""
    with dead_with_records_unwritten(tmp_path / "died") as line:
        torn = line.home / "belay.db-wal"
        size = torn.stat().st_size
        assert size > 0
        cases = [(how, str(size * part // PARTS)) for part in range(PARTS) for how in ("cut", "spoilt")]

        def scenario(how, at, directory):
            shutil.copy(line.home / "belay.db", directory / "belay.db")
            content = bytearray(torn.read_bytes())
            if how == "cut":
                del content[int(at):]
            else:
                content[int(at):int(at) + 4] = bytes(255 - byte for byte in content[int(at):int(at) + 4])
            (directory / "belay.db-wal").write_bytes(content)
            store = belay_e2e.SqliteStore(directory / "belay.db")
            belay = line.belay.but(BELAY_STORE=store.url)
            for _ in range(3):
                outcome = belay.run("cycle", "--json")
                assert outcome.exit_code in (0, 1), outcome
            trades.assert_books_balance(line.scene.desk.on(store), belay, kept=[line.scene.kept])

        trouble.together(scenario, cases, tmp_path)
        assert set(line.sim.requests()["submissions"].values()) == {1}
