# SPDX-License-Identifier: Apache-2.0
"""The process dies, or stands still, at every step that it takes: before and after each request to the broker and each
statement to the store (shell/failpoint). Then it is started again, and everything must come out right: sold once,
nothing forgotten, books that balance.

Short form: every third step of `cycle` on SQLite, a few on PostgreSQL. BELAY_LONG=1: every step, everywhere.
"""

import signal
import subprocess
import time

import pytest

import belay_e2e
import trades
import trouble


def failing(belay, **how):
    """`belay`, as the program that dies at a step: at=, step=, by=, log=."""
    return belay.but(program=belay_e2e.FAILING_BIN, **{f"BELAY_FAIL_{name.upper()}": value for name, value in how.items()})


def steps_of(line):
    """The steps that a cycle takes here."""
    log = line.home / "steps"
    assert failing(line.belay, log=log).run("cycle").exit_code == 0
    return log.read_text().splitlines()


def at_the_moment(phase, home, store=None):
    """A scene whose next cycle takes everything over, or has everything leave."""
    line = trouble.Line(home, store)
    if phase == "leave":
        assert line.belay.run("cycle").exit_code == 0
        line.scene.break_stops()
    return line


def assert_killed_once_is_harmless(line, step):
    """Dies at that step of a cycle; another one puts everything right."""
    outcome = failing(line.belay, at=step).run("cycle", "--json")
    assert outcome.exit_code in (-signal.SIGKILL, 0), outcome
    if not line.scene.broken:
        line.scene.break_stops()
    line.scene.cycles_until_flat(most=3)
    line.scene.assert_right()
    assert set(line.sim.requests()["submissions"].values()) == {1}
    return outcome.exit_code != 0


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    found = {}
    for phase in ("discover", "leave"):
        with at_the_moment(phase, tmp_path_factory.mktemp(phase)) as line:
            found[phase] = steps_of(line)
    return found


def test_the_steps_are_the_ones_that_matter(steps):
    for phase in ("discover", "leave"):
        assert {"request", "reply", "statement", "statement done"} <= set(steps[phase])
    assert steps["leave"].count("order") == 6
    assert steps["discover"].count("order") == 0


@pytest.mark.parametrize("phase", ["discover", "leave"])
def test_f20_f21_killed_at_each_step(phase, steps, tmp_path):
    killed = []

    def scenario(number, home):
        with at_the_moment(phase, home) as line:
            killed.append(assert_killed_once_is_harmless(line, int(number)))

    chosen = range(1, len(steps[phase]) + 1, 1 if belay_e2e.LONG else 3)
    trouble.together(scenario, [(str(number),) for number in chosen], tmp_path)
    assert sum(killed) >= len(killed) - 3, "it was not killed where it should have been"


@pytest.mark.parametrize("phase", ["discover", "leave"])
def test_f20_f21_killed_at_steps_on_postgresql(phase, tmp_path, postgres):
    with at_the_moment(phase, tmp_path, postgres.new_store()) as line:
        count = len(steps_of(line))
    chosen = range(2, count + 1, 1 if belay_e2e.LONG else 12)
    stores = {str(number): postgres.new_store() for number in chosen}

    def scenario(number, home):
        with at_the_moment(phase, home, stores[number]) as line:
            assert_killed_once_is_harmless(line, int(number))

    trouble.together(scenario, [(number,) for number in stores], tmp_path)


def test_f34_a_process_that_dies_again_and_again_still_gets_there(tmp_path):
    """One world; the process dies at its first step, then at its second, and so on until it comes through."""
    with at_the_moment("leave", tmp_path) as line:
        deaths = 0
        while failing(line.belay, at=deaths + 1).run("cycle").exit_code == -signal.SIGKILL:
            deaths += 1
            assert deaths < 500, line.belay.positions(all=False)
        assert deaths > 20
        line.scene.cycles_until_flat(most=3)
        line.scene.assert_right()
        assert set(line.sim.requests()["submissions"].values()) == {1}


def test_f20_f21_the_service_killed_at_steps_and_started_again(tmp_path):
    def scenario(number, home):
        with trouble.Line(home, BELAY_SWEEP="1s") as line:
            assert line.belay.run("cycle").exit_code == 0
            line.scene.break_stops()
            first = trouble.Service(failing(line.belay, at=number), home / "first.log")
            assert first.process.wait(60) == -signal.SIGKILL
            first.kill()
            second = trouble.Service(line.belay, home / "second.log")
            try:
                trouble.until(line.scene.is_over, "flat and recorded")
                assert second.stop() == 0
            finally:
                second.kill()
            line.scene.assert_right()
            assert set(line.sim.requests()["submissions"].values()) == {1}

    trouble.together(scenario, [(str(number),) for number in range(1, 70, 2 if belay_e2e.LONG else 9)], tmp_path)


# ---- standing still


def one_broken_stop(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    assert belay.run("cycle").exit_code == 0
    desk.price("AAPL", 94)
    return sim, belay, desk


DECISION_AGE = 5.0  # seconds: exits.md 5, "Before each send"


def stopped_before_its_order(belay):
    process = failing(belay, step="order", at=1, by="STOP").start(
        "cycle", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    trouble.until(lambda: trouble.is_stopped(process), "it stands still")
    return process


def continued(process):
    process.send_signal(signal.SIGCONT)
    stdout, stderr = process.communicate(timeout=90)
    return belay_e2e.Outcome(("cycle",), process.returncode, stdout, stderr)


def test_f24_a_process_that_stood_still_acts_on_the_present(tmp_path, new_sim, new_belay):
    """Between its decision and its order it stands still; meanwhile somebody sells the shares by hand. Sending the order
    now would sell what is not there: a short position."""
    sim, belay, desk = one_broken_stop(belay_e2e.SqliteStore(tmp_path / "belay.db"), new_sim, new_belay)
    process = stopped_before_its_order(belay)
    assert sim.positions() == {"AAPL": 10}
    sim.submit("AAPL", "sell", 10)
    assert sim.positions() == {}
    time.sleep(DECISION_AGE + 0.5)
    outcome = continued(process)
    assert sim.positions() == {}, outcome
    assert trades.exit_orders(sim) == {}
    for _ in range(3):
        sim.advance("20s")
        desk.price("AAPL", 94)
        belay.cycle()
    assert sim.positions() == {} and trades.exit_orders(sim) == {}
    assert [row["status"] for row in belay.positions()] == ["closed"]


def test_f24_a_process_that_stood_still_still_leaves(postgres, new_sim, new_belay):
    """Nothing else happened meanwhile: it decides anew, and the position leaves."""
    sim, belay, desk = one_broken_stop(postgres.new_store(), new_sim, new_belay)
    process = stopped_before_its_order(belay)
    time.sleep(DECISION_AGE + 0.5)
    outcome = continued(process)
    if sim.positions():
        sim.advance("20s")
        desk.price("AAPL", 94)
    belay.cycle()  # where it had sold, this one may be the first to see that it filled
    trades.assert_books_balance(desk, belay)
    assert set(sim.requests()["submissions"].values()) == {1}, outcome


def test_f23_a_holder_that_stood_still_and_lost_its_lock(postgres, new_sim, new_belay):
    """Its connection to the database ends while it stands still, another instance takes over and the position leaves;
    then it goes on, and has no say any more."""
    store = postgres.new_store()
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 10, 100, stop=95)
    assert belay.run("cycle").exit_code == 0
    desk.price("AAPL", 94)
    process = stopped_before_its_order(belay)
    assert belay.run("cycle").exit_code == 5, "two hold the lock"
    store.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE application_name = 'belay' AND datname = current_database()")
    cycle, code = belay.cycle()
    assert (code, sim.positions()) == (0, {"MSFT": 10}), cycle
    outcome = continued(process)
    assert outcome.exit_code != 0, outcome
    assert sim.positions() == {"MSFT": 10}
    sim.advance("20s")
    desk.price("MSFT", 94)
    belay.cycle()
    trades.assert_books_balance(desk, belay)
    assert set(sim.requests()["submissions"].values()) <= {1, 2}  # the same order under the same id is refused


def test_f23_a_cycle_takes_over_from_one_that_stands_still(postgres, new_sim, new_belay):
    """It has the lock and says nothing: for ten seconds the next ones leave it alone."""
    sim, belay, desk = one_broken_stop(postgres.new_store(), new_sim, new_belay)
    process = stopped_before_its_order(belay)
    assert belay.run("cycle").exit_code == 5
    trouble.until(lambda: belay.run("cycle").exit_code == 0, "a cycle takes over")
    assert sim.positions() == {}
    outcome = continued(process)
    assert outcome.exit_code != 0, outcome
    trades.assert_books_balance(desk, belay)
    assert set(sim.requests()["submissions"].values()) == {1}


# ---- a second instance that waits


@pytest.fixture
def pair(store, tmp_path):
    """A line whose service is running, and a second one that waits for its lock."""
    with trouble.Line(tmp_path, store, BELAY_SWEEP="1s") as line:
        first = trouble.Service(line.belay, tmp_path / "first.log")
        first.wait_for("pass")
        second = trouble.Service(line.belay, tmp_path / "second.log", "--standby")
        trouble.until(lambda: second.lines("standing by"), "the second waits")
        yield line, first, second
        first.kill()
        second.kill()


def test_f23_two_instances_and_one_of_them_acts(pair):
    line, first, second = pair
    line.scene.break_stops()
    trouble.until(line.scene.is_over, "flat and recorded")
    assert second.lines("pass") == []
    assert first.stop() == 0
    trouble.until(lambda: second.lines("pass"), "the second takes over")
    assert second.stop() == 0
    line.scene.assert_right()
    assert set(line.sim.requests()["submissions"].values()) == {1}


def test_a_second_instance_that_does_not_wait_leaves(pair):
    line, _, _ = pair
    outcome = line.belay.run("run")
    assert outcome.exit_code == 5 and "another instance" in outcome.stderr, outcome


def test_one_that_waits_can_be_told_to_stop(pair):
    _, _, second = pair
    assert second.stop() == 0
