# SPDX-License-Identifier: Apache-2.0
"""The configuration as a person meets it: the example, what is wrong, what counts and from where."""

import json
import re

import pytest

import belay_e2e
import trades

SECRET = "e2e-secret"


@pytest.fixture
def belay(new_sim, tmp_path):
    """Without tables: the store is not asked."""
    sim = new_sim(start=trades.MORNING)
    return belay_e2e.Belay(sim, belay_e2e.SqliteStore(tmp_path / "belay.db"), tmp_path)


def values_of(belay, *arguments):
    outcome = belay.run("config", "show", "--json", *arguments)
    return {value["variable"]: value for value in outcome.json["values"]}, outcome


def test_the_example_is_a_file_to_begin_with(belay, tmp_path):
    file = tmp_path / "belay.toml"
    file.write_text(belay.run("config", "example").stdout)
    outcome = belay.run("config", "check", file)
    assert (outcome.exit_code, outcome.stderr) == (0, ""), outcome
    file.write_text(re.sub("(?m)^#(sweep = ).*", r'\1"30s"', file.read_text()))
    values, outcome = values_of(belay, file)
    line = file.read_text().splitlines().index('sweep = "30s"') + 1
    assert outcome.exit_code == 0, outcome
    assert (values["BELAY_SWEEP"]["value"], values["BELAY_SWEEP"]["origin"]) == ("30s", f"{file}, line {line}")


def test_everything_that_is_wrong_is_said_at_once(belay, tmp_path):
    file = tmp_path / "belay.toml"
    file.write_text('[run]\nsweeep = "30s"\nsenders = 400\n[policy]\nstop_percent = "lots"\n[accounts.large]\nx = 1\n')
    outcome = belay.run("config", "check", file)
    assert outcome.exit_code == 2
    for said in (f"{file}, line 2: unknown key sweeep in [run], did you mean \"sweep\"?", "line 3: run.senders: ",
                 "line 5: policy.stop_percent: ", "large: ", "line 7: unknown key x in [accounts.large]",
                 "ALPACA_API_KEY__LARGE is not set"):
        assert said in outcome.stderr, (said, outcome.stderr)
    outcome = belay.run("config", "check", file, "--json")
    assert (outcome.exit_code, outcome.json["exit_code"], len(outcome.json["problems"])) == (2, 2, 6), outcome
    assert {problem["account"] for problem in outcome.json["problems"]} == {None, "large"}


def test_what_counts_is_shown_with_where_it_comes_from_and_without_secrets(belay, tmp_path):
    belay = belay.but(BELAY_SWEEP="20s", DB_PASSWORD="pw-" + SECRET)
    values, outcome = values_of(belay)
    assert outcome.exit_code == 0, outcome
    assert (values["BELAY_SWEEP"]["value"], values["BELAY_SWEEP"]["origin"]) == ("20s", "BELAY_SWEEP")
    assert (values["BELAY_WAIT"]["value"], values["BELAY_WAIT"]["origin"]) == ("40s", "default")
    secret = values["ALPACA_API_SECRET"]
    assert (secret["set"], secret["value"], secret["origin"]) == (True, None, "ALPACA_API_SECRET")
    shown = outcome.stdout + outcome.stderr + belay.run("config", "show").stdout
    assert SECRET not in shown and belay.environment["ALPACA_API_KEY"] not in shown


def test_the_contract_has_every_key_with_its_variable_and_default(belay):
    values, _ = values_of(belay)
    contract = (belay_e2e.ROOT / "docs/operating/contract.md").read_text()
    rows = [line for line in contract.splitlines() if line.startswith("|")]
    for variable, value in values.items():
        if value["section"].startswith("strategy.") or value["secret"]:
            continue
        mentioned = [row for row in rows if f"`{value['key']}`" in row]
        assert mentioned, f"{value['section']}.{value['key']} is missing"
        if value["section"] == "policy" and value["origin"] == "default" and value["value"] is not None:
            assert any(f"`{variable}`" in row for row in mentioned), variable
            texts = (f'"{value["value"]}"', value["value"])
            assert any(text in row for row in mentioned for text in texts), (variable, value["value"], mentioned)


def test_a_command_names_the_problems_of_the_file(belay, tmp_path):
    file = tmp_path / "belay.toml"
    file.write_text("[policy]\nadoption = \"maybe\"\n")
    outcome = belay.but(BELAY_CONFIG=file).run("cycle", "--json")
    assert outcome.exit_code == 2 and "line 2: policy.adoption: " in outcome.stderr, outcome
    assert json.loads(outcome.stdout)["errors"]
