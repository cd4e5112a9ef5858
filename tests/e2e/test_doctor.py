# SPDX-License-Identifier: Apache-2.0
"""`doctor` names what is missing or wrong, and leaves with the code of the contract."""

import pytest

import belay_e2e
import trades


@pytest.fixture
def sim(new_sim):
    sim = new_sim(start=trades.MORNING)
    sim.price("SPY", 560, bid="559.99", ask="560.01")
    return sim


def doctor(sim, tmp_path, *, without=(), **environment):
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    belay = belay_e2e.Belay(sim, store, tmp_path, **environment)
    for name in without:
        belay.environment.pop(name)
    people, scripts = belay.run("doctor"), belay.run("doctor", "--json")
    assert people.exit_code == scripts.exit_code == scripts.json["exit_code"]
    for check in scripts.json["checks"]:
        assert check["text"] in people.stdout
    failed = [check["text"] for check in scripts.json["checks"] if check["state"] != "ok"]
    return scripts.exit_code, "\n".join(failed), {check["check"] for check in scripts.json["checks"]}


def test_all_well(sim, tmp_path):
    code, failed, checks = doctor(sim, tmp_path)
    # The paper exchange has a price of SPY, and options nobody has quoted.
    assert "SPY250" in failed or failed == "", failed
    assert code == (1 if failed else 0)
    assert {"settings", "store", "lock", "broker", "clock", "skew", "calendar"} <= checks


@pytest.mark.parametrize("without,environment,code,says", [
    (("ALPACA_API_KEY",), {}, 2, "ALPACA_API_KEY is not set"),
    (("ALPACA_API_SECRET",), {}, 2, "ALPACA_API_SECRET is not set"),
    ((), {"ALPACA_API_KEY": "PKWRONG", "ALPACA_API_SECRET": "wrong-secret"}, 4, "unauthorized"),
    ((), {"ALPACA_BASE_URL": "ftp://example.com"}, 2, "ALPACA_BASE_URL"),
    ((), {"ALPACA_BASE_URL": "http://paper-api.alpaca.markets"}, 2, "http"),
    ((), {"ALPACA_BASE_URL": "http://127.0.0.1:1"}, 4, "127.0.0.1:1"),
    ((), {"ALPACA_DATA_URL": "http://127.0.0.1:1"}, 4, "127.0.0.1:1"),
    ((), {"BELAY_STORE": "mysql://x"}, 2, "mysql"),
    ((), {"BELAY_STORE": "postgresql://belay@[::1/belay"}, 2, "BELAY_STORE: the store's URL is malformed"),
    ((), {"BELAY_STORE": ""}, 2, "BELAY_STORE is set, but empty"),
    ((), {"BELAY_STORE": "postgresql://belay@127.0.0.1:1/belay"}, 3, "127.0.0.1"),
    ((), {"BELAY_STORE": "sqlite:/proc/belay.db"}, 3, "/proc/belay.db"),
    (("BELAY_STORE",), {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_NAME": "x", "DB_USER": "x"}, 3, "127.0.0.1"),
    (("BELAY_STORE",), {"DB_HOST": "127.0.0.1", "DB_PORT": "many"}, 2, "DB_PORT"),
    ((), {"BELAY_CLOCK_URL": "http://example.com/now"}, 2, "this machine"),
    ((), {"BELAY_CLOCK_URL": "http://127.0.0.1:1/now"}, 2, "127.0.0.1:1"),
    ((), {"BELAY_SWEEP": "soon"}, 2, "BELAY_SWEEP"),
    ((), {"BELAY_SWEP": "30s"}, 1, "BELAY_SWEEP"),
    ((), {"BELAY_CONFIG": "/nowhere/belay.toml"}, 2, "/nowhere/belay.toml"),
])
def test_names_what_is_wrong(without, environment, code, says, sim, tmp_path):
    left_with, failed, _ = doctor(sim, tmp_path, without=without, **environment)
    assert says in failed
    assert left_with == code, failed


@pytest.mark.parametrize("text,says", [
    ("[policy]\nexit_dedline = \"60s\"\n", "exit_deadline"),
    ("[polisy]\nexit_deadline = \"60s\"\n", "policy"),
    ("[policy]\nexit_deadline = true\n", "exit_deadline"),
    ("[policy\n", "belay.toml"),
    ("[broker]\napi_secret = \"e2e-secret\"\n", "api_secret_file"),
])
def test_names_what_is_wrong_in_the_file(text, says, sim, tmp_path):
    file = tmp_path / "belay.toml"
    file.write_text(text)
    code, failed, _ = doctor(sim, tmp_path, BELAY_CONFIG=str(file))
    assert code == 2, failed
    assert says in failed and "belay.toml" in failed


def test_f71_a_wrong_setting_stops_every_command(sim, tmp_path):
    belay = belay_e2e.Belay(sim, belay_e2e.SqliteStore(tmp_path / "belay.db"), tmp_path, BELAY_SWEEP="soon")
    for command in (["cycle"], ["run"], ["positions"], ["status"], ["close", "AAPL", "--direct", "--yes"]):
        outcome = belay.run(*command)
        assert outcome.exit_code == 2 and "BELAY_SWEEP" in outcome.stderr, outcome


@pytest.mark.parametrize("arguments", [["cylce"], [], ["cycle", "--nonsense"], ["close"], ["cycle", "--wait", "long"]])
def test_usage(arguments, sim, tmp_path):
    belay = belay_e2e.Belay(sim, None, tmp_path)
    outcome = belay.run(*arguments)
    assert outcome.exit_code == 2 and outcome.stderr, outcome
    if arguments == ["cylce"]:
        assert "cycle" in outcome.stderr


def test_f50_keys_of_another_account_are_refused(new_sim, new_belay, store):
    """With another account's keys every position would look as if it had left."""
    first = new_sim(start=trades.MORNING, seed=1)
    belay = new_belay(first, store)
    first.price("AAPL", 100)
    first.position("AAPL", 10, 100)
    belay.cycle()
    store.execute("UPDATE belay_accounts SET account_number = 'PA000000000'")
    outcome = belay.run("cycle", "--json")
    assert outcome.exit_code == 2, outcome
    assert "PA000000000" in outcome.json["errors"][0]
