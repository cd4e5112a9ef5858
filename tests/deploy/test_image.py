# SPDX-License-Identifier: Apache-2.0
"""The image: small, nobody's root, nothing to write, and it works."""

import json
import os
import re

import belay_e2e
import trades
import trouble
from conftest import ROOT

TASK = json.loads((ROOT / "deploy/aws/task-definition.json").read_text())["containerDefinitions"][0]
MOST_BYTES = 45_000_000


def files(root):
    for folder, _, names in os.walk(root):
        for name in names:
            yield os.path.join(folder, name)


def test_it_is_small_and_has_no_shell(unpacked, say):
    names = {os.path.relpath(name, unpacked.root) for name in files(unpacked.root)}
    size = sum(os.lstat(unpacked.root / name).st_size for name in names)
    say(f"image: {size / 1e6:.1f} MB of at most {MOST_BYTES / 1e6:.0f}")
    assert size < MOST_BYTES
    assert [name for name in names if name.startswith(("usr/bin/", "bin/", "usr/sbin/"))] == ["usr/bin/belay"]
    assert not [name for name in names if os.lstat(unpacked.root / name).st_mode & 0o6000]  # setuid, setgid


def test_it_trusts_the_authorities_that_debian_trusts(unpacked):
    variables = dict(one.split("=", 1) for one in unpacked.config["Env"])
    bundle = unpacked.root / variables["SSL_CERT_FILE"].lstrip("/")
    assert bundle.read_text().count("BEGIN CERTIFICATE") > 100


def test_a_scanner_sees_its_packages_and_a_reader_their_licences(unpacked):
    listed = {one.name for one in (unpacked.root / "var/lib/dpkg/status.d").iterdir()}
    assert {"belay", "libc6", "libpq5", "ca-certificates"} <= listed
    for name in listed:
        assert (unpacked.root / "usr/share/doc" / name / "copyright").exists(), name


def test_it_shows_its_version(new_container):
    code, out, _ = new_container("--version").run()
    assert (code, out.split()[0]) == (0, "belay")


def test_the_demonstration_runs_without_network_on_a_root_that_cannot_be_written(new_container):
    code, out, err = new_container("demo", "--fast", "--json", "--seed", "7", tmp=True).run()
    assert code == 0, out + err
    day = json.loads(out)
    assert day["books_agree"] and day["finished"] and day["late_day_trades"] == 0


def test_without_a_database_it_says_that_it_cannot_keep_its_book(new_container, new_sim):
    sim = new_sim(start=trades.MORNING)
    keys = {"ALPACA_API_KEY": sim.key, "ALPACA_API_SECRET": sim.secret, "ALPACA_BASE_URL": sim.url}
    code, out, err = new_container("cycle", environment=keys, network="host").run()
    assert code == 3, out + err
    assert "cannot open /var/lib/belay/belay.db: Read-only file system" in err


def task_environment(sim, store):
    """What the task definition gives the program, by its own names, here."""
    address = re.match(r"postgresql://(?P<user>\w+)@(?P<host>[\d.]+):(?P<port>\d+)/(?P<name>\w+)", store.url)
    here = {"ALPACA_API_KEY": sim.key, "ALPACA_API_SECRET": sim.secret, "ALPACA_BASE_URL": sim.url,
            "DB_HOST": address["host"], "DB_PORT": address["port"], "DB_NAME": address["name"],
            "BELAY_ACCOUNT": "default", "DB_USER": address["user"], "DB_PASSWORD": "any", "DB_SSL_MODE": "disable"}
    named = {one["name"] for one in TASK["environment"] + TASK["secrets"]}
    assert named == set(here)
    return here | {"BELAY_CLOCK_URL": sim.clock_url}


def test_a_cycle_of_the_task_definition_leaves_at_the_stop(new_container, new_sim, postgres):
    sim, store = new_sim(start=trades.MORNING, cash=str(trades.START_CASH)), postgres.new_store()
    environment = task_environment(sim, store)
    code, out, err = new_container("migrate", environment=environment, network="host").run()
    assert code == 0, out + err
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95, target=110)
    assert new_container(*TASK["command"], environment=environment, network="host").run()[0] == 0
    sim.advance("60s")
    desk.price("AAPL", 94)
    code, out, err = new_container(*TASK["command"], environment=environment, network="host").run()
    assert code == 0, out + err
    assert sim.positions() == {}
    figures = belay_e2e.read_json(out.splitlines()[-1])
    assert (figures["msg"], figures["level"], figures["exits"], figures["unguarded"]) == ("cycle", "INFO", 1, 0)


def test_the_health_check_knows_a_loop_that_turns_from_one_that_stands(new_container, new_sim, postgres, unpacked):
    sim, store = new_sim(start=trades.MORNING), postgres.new_store()
    service = new_container(environment=task_environment(sim, store), network="host")
    service.start()
    trouble.until(lambda: '"msg":"pass"' in service.output, "a first pass")
    check = unpacked.config["Healthcheck"]["Test"][1:]
    assert service.execute(*check) == (0, "alive\n")
    pid = json.loads(service._runc("state", service.name).stdout)["pid"]
    os.kill(pid, 19)  # SIGSTOP, from outside: a loop that stands
    assert service.execute(*check, "--wait", "3s") == (1, "no sign of life\n")
    os.kill(pid, 18)
    assert service.execute(*check) == (0, "alive\n")
    service.signal("TERM")
    trouble.until(lambda: service.state() in ("stopped", "gone"), "the container's end")
    assert '"msg":"stopped"' in service.output
