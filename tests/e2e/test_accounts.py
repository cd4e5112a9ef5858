# SPDX-License-Identifier: Apache-2.0
"""Several accounts in one process: each with its own keys, rules, rows and lock; what befalls one is no other's."""

import signal
from decimal import Decimal

import pytest

import belay_e2e
import test_report
import trades

NAMES = ("large", "tiny")


@pytest.fixture
def two(store, new_sim, tmp_path):
    """Two exchanges with an account each, and the program that serves both: (sims, desks, belay, file)."""
    sims = {name: new_sim(start=trades.MORNING, key=f"PK{name}", secret=f"secret-of-{name}",
                          arguments=("--account-number", f"PA-{name}")) for name in NAMES}
    file = tmp_path / "belay.toml"
    file.write_text(configuration(sims))
    belay = belay_e2e.Belay(sims["large"], store, tmp_path, BELAY_CONFIG=str(file))
    for name in ("ALPACA_API_KEY", "ALPACA_API_SECRET", "ALPACA_BASE_URL", "ALPACA_DATA_URL"):
        del belay.environment[name]
    for name, sim in sims.items():
        belay.environment[f"ALPACA_API_KEY__{name.upper()}"] = sim.key
        belay.environment[f"ALPACA_API_SECRET__{name.upper()}"] = sim.secret
    belay.migrate()
    return sims, {name: trades.Desk(sim, store) for name, sim in sims.items()}, belay, file


def configuration(sims, policy="", tiny_url=None):
    return f"""
[policy]
{policy}
[accounts.large]
base_url = "{sims["large"].url}"
aliases = ["large-100k"]
[accounts.tiny]
base_url = "{tiny_url or sims["tiny"].url}"
[accounts.tiny.policy]
stop_percent = "2"
"""


def trade(desk, key, account, symbol="AAPL", qty=10, **levels):
    """At 100, told by upstream under that name."""
    desk.price(symbol, 100)
    order = desk.sim.order(desk.sim.submit(symbol, "buy", qty)["id"])
    desk.store.insert_execution(id=key, account_name=account, ticker=symbol, quantity=qty,
                                entry_price=order["filled_avg_price"], entry_time=order["filled_at"],
                                broker_order_id=order["id"], **levels)


def open_positions(belay, *arguments):
    return {(row["account"], row["symbol"]): row for row in belay._well("positions", "--json", *arguments).json
            if row["status"] != "closed"}


def cycles(belay):
    outcome = belay.run("cycle", "--json")
    return {one["account"]: one for one in outcome.json["accounts"]}, outcome


def test_the_same_symbol_in_two_accounts_is_two_affairs(two):
    sims, desks, belay, _ = two
    trade(desks["large"], 1, "large-100k", stop_loss=90)
    trade(desks["tiny"], 2, "tiny", qty=3)
    told, outcome = cycles(belay)
    assert outcome.exit_code == 0, outcome
    assert {name: (one["positions"], one["exit_code"]) for name, one in told.items()} == {"large": (1, 0), "tiny": (1, 0)}
    held = open_positions(belay)
    assert {key: Decimal(row["quantity"]) for key, row in held.items()} == {("large", "AAPL"): 10, ("tiny", "AAPL"): 3}
    assert Decimal(held["tiny", "AAPL"]["stop_in_force"]) == Decimal("98.0098")  # the account's own two percent
    assert list(open_positions(belay, "--account", "tiny")) == [("tiny", "AAPL")]
    for name in NAMES:  # a fall that is beyond the one's stop and not the other's
        desks[name].price("AAPL", 97)
    told, outcome = cycles(belay)
    assert [line["symbol"] for line in told["tiny"]["exits"]] == ["AAPL"], outcome
    assert told["large"]["exits"] == []
    assert (sims["large"].positions(), sims["tiny"].positions()) == ({"AAPL": 10}, {})
    mine = belay._well("events", "--account", "tiny", "--type", "closed", "--json").json
    assert len(mine) == 1 and not belay._well("events", "--account", "large", "--type", "closed", "--json").json


def test_commands_want_to_know_which_account_where_both_hold_it(two):
    sims, desks, belay, _ = two
    trade(desks["large"], 1, "large")
    trade(desks["tiny"], 2, "tiny", stop_loss=50)
    trade(desks["tiny"], 3, "tiny", symbol="MSFT", stop_loss=50)
    cycles(belay)
    outcome = belay.run("close", "AAPL", "--yes")
    assert outcome.exit_code == 2 and "--account large or --account tiny" in outcome.stderr, outcome
    assert belay.run("close", "MSFT", "--yes").exit_code == 0, "only one has it"
    assert belay.run("close", "AAPL", "--yes", "--account", "tiny").exit_code == 0
    assert (sims["large"].positions(), sims["tiny"].positions()) == ({"AAPL": 10}, {})
    assert "AAPL" in belay._well("explain", "AAPL").stdout
    outcome = belay.run("reconcile", "--dry-run")
    assert outcome.exit_code == 2 and "--account large or --account tiny" in outcome.stderr
    assert belay.run("reconcile", "--dry-run", "--account", "large").exit_code == 0
    outcome = belay.run("positions", "--account", "larg")
    assert outcome.exit_code == 2 and 'no account "larg"' in outcome.stderr
    status = belay.run("status", "--json")
    assert [one["account"] for one in status.json] == ["large", "tiny"], status
    assert belay.run("status", "--json", "--account", "tiny").json["account"] == "tiny"
    checks = [check["check"] for check in belay.run("doctor", "--json").json["checks"]]
    assert {"large: broker", "tiny: broker"} <= set(checks)


def test_a_row_under_no_accounts_name_is_pointed_out_once_and_never_taken(two):
    sims, desks, belay, file = two
    trade(desks["large"], 1, "paper-7")
    desks["large"].store.insert_execution(id=2, ticker="AAPL", quantity=1, entry_price=100, entry_time=trades.MORNING)
    for _ in range(2):
        cycles(belay)
    told = [event["event_data"] for event in belay.events("--type", "alert")
            if event["event_data"]["cause"] == "unknown_account"]
    assert sorted(data["upstream_account"] for data in told) == ["", "paper-7"], told
    [row] = open_positions(belay).values()
    assert row["execution_key"] is None, "adopted from the broker, without upstream's word"
    file.write_text(file.read_text().replace('["large-100k"]', '["paper-7"]'))
    cycles(belay)
    [row] = open_positions(belay).values()
    assert row["execution_key"] == "1"


def test_what_befalls_one_account_is_no_others(two, serve):
    sims, desks, belay, file = two
    trade(desks["large"], 1, "large", stop_loss=95)
    file.write_text(configuration(sims, tiny_url="http://127.0.0.1:1"))
    told, outcome = cycles(belay)
    assert (outcome.exit_code, told["large"]["exit_code"], told["tiny"]["exit_code"]) == (4, 0, 4), outcome
    broken = belay.but(ALPACA_API_SECRET__TINY="wrong")
    file.write_text(configuration(sims))
    told, outcome = cycles(broken)
    assert (outcome.exit_code, told["large"]["exit_code"], told["tiny"]["exit_code"]) == (4, 0, 4), outcome
    missing = belay.but(ALPACA_API_SECRET__TINY="")
    told, outcome = cycles(missing)
    assert (outcome.exit_code, told["large"]["exit_code"], told["tiny"]["exit_code"]) == (2, 0, 2), outcome
    assert "tiny: ALPACA_API_SECRET__TINY is not set" in outcome.stderr
    service = serve(missing)
    service.wait_for("pass", account="large")
    service.wait_for("account not served", account="tiny")
    desks["large"].price("AAPL", 94)
    sims["large"].advance("60s")
    service.wait_for("closed", account="large")
    assert service.stop() == 2, service.tail()
    assert sims["large"].positions() == {}


def test_one_account_at_the_broker_is_not_served_under_two_names(two, new_sim):
    sims, desks, belay, file = two
    trade(desks["large"], 1, "large", stop_loss=95)
    both = belay.but(ALPACA_API_KEY__TINY=belay.environment["ALPACA_API_KEY__LARGE"])
    outcome = both.run("cycle", "--json")
    assert outcome.exit_code == 2 and "both have the same API key" in outcome.stderr, outcome
    twin = new_sim(start=trades.MORNING, key="PKtiny", secret="secret-of-tiny",
                   arguments=("--account-number", "PA-large"))  # other keys of the same account
    file.write_text(configuration(sims, tiny_url=twin.url))
    told, outcome = cycles(belay)
    refused = [one for one in told.values() if one["exit_code"] == 2]
    assert outcome.exit_code == 2 and len(refused) == 1, outcome
    assert "PA-large" in refused[0]["errors"][0] and "each account has keys of its own" in refused[0]["errors"][0]


def test_two_processes_on_the_same_accounts_do_no_harm(two, serve):
    sims, desks, belay, _ = two
    trade(desks["large"], 1, "large", stop_loss=95)
    service = serve(belay)
    for name in NAMES:
        service.wait_for("pass", account=name)
    told, outcome = cycles(belay)
    assert (outcome.exit_code, {one["exit_code"] for one in told.values()}) == (5, {5}), outcome
    other = serve(belay, "--standby")
    for name in NAMES:
        other.wait_for("standing by", account=name)
    desks["large"].price("AAPL", 94)
    sims["large"].advance("60s")
    service.wait_for("closed", account="large")
    assert service.stop() == 0, service.tail()
    for name in NAMES:
        other.wait_for("pass", account=name)
    assert other.stop() == 0, other.tail()
    assert list(sims["large"].requests()["submissions"].values()) == [1]


def reload(service, file, text, **fields):
    """What a service that is running says of that text as its file."""
    told = len(service.lines())
    file.write_text(text)
    service.process.send_signal(signal.SIGHUP)
    return service.wait_for("configuration", told, **fields)


def test_a_reload_is_taken_refused_and_confirmed(two, serve):
    sims, desks, belay, file = two
    for number, symbol in enumerate(("AAPL", "MSFT", "IBM"), start=1):
        trade(desks["large"], number, "large", symbol=symbol)
    service = serve(belay)
    for name in NAMES:
        service.wait_for("pass", account=name)

    def hang_up(text):
        return reload(service, file, text, account="large")

    def leaving(line):
        return sorted(text.split()[2].rstrip(":") for text in line.get("leaving", []))

    taken = hang_up(configuration(sims, 'stop_percent = "5"'))
    assert (taken["result"], taken["changed"], leaving(taken)) == ("taken", ["policy.stop_percent: not set -> 5"], [])
    wrong = hang_up(configuration(sims, 'stop_percent = "many"'))
    assert wrong["result"] == "refused" and "policy.stop_percent" in wrong["wrong"][0]
    for symbol in ("AAPL", "MSFT"):
        desks["large"].price(symbol, 97)
    sims["large"].advance("60s")
    service.wait_for_passes(2, "large")
    refused = hang_up(configuration(sims, 'stop_percent = "2"').replace("tiny.policy]", 'tiny.policy]\nadoption = "protect"'))
    assert refused["result"].startswith("awaits a person's word"), refused
    assert leaving(refused) == ["AAPL", "MSFT"]
    outcome = belay.run("reload", "--json", "--account", "large")
    [preview] = outcome.json
    assert (outcome.exit_code, preview["result"], leaving(preview)) == (0, "preview", ["AAPL", "MSFT"]), outcome
    sims["large"].advance("60s")
    service.wait_for_passes(2, "large")
    assert set(sims["large"].positions()) == {"AAPL", "MSFT", "IBM"}, "nothing has left yet"
    outcome = belay.run("reload", "--yes", "--why", "tighter", "--account", "large", "--json")
    assert (outcome.exit_code, outcome.json[0]["result"]) == (0, "taken"), outcome
    for symbol in ("AAPL", "MSFT"):
        service.wait_for("closed", symbol=symbol)
    assert service.stop() == 0, service.tail()
    assert set(sims["large"].positions()) == {"IBM"}
    results = [event["event_data"].get("result") for event in belay._well(
        "events", "--type", "operator", "--account", "large", "--json").json]
    assert [result for result in results if result] == ["taken", "refused", refused["result"], "preview", "taken"]
    outcome = belay.run("reload", "--account", "large")
    assert outcome.exit_code == 1 and "no service is running" in outcome.stderr, outcome


def test_a_single_account_takes_a_changed_file_too(new_sim, new_belay, store, serve, tmp_path):
    sim = new_sim(start=trades.MORNING)
    file = tmp_path / "belay.toml"
    file.write_text("")
    belay = new_belay(sim, store, BELAY_CONFIG=str(file))
    desk = trades.Desk(sim, store)
    for symbol in ("AAPL", "MSFT"):
        desk.trade(symbol, 10, 100)
        desk.price(symbol, 97)
    service = serve(belay)
    service.wait_for("pass")
    results = []
    for text in ('[policy]\nstop_percent = "2"\n', '[policy]\nstop_percent = "2"\n[run]\nreload_exits_limit = 2\n',
                 "[run]\nreload_exits_limit = 2\n", '[policy]\nstop_percent = "2"\n[run]\nreload_exits_limit = 2\n'):
        line = reload(service, file, text)
        assert "account" not in line, line
        results.append(line["result"].split()[0])
    assert results == ["awaits", "awaits", "taken", "taken"], "the limit in force counts, not the one in the file"
    for symbol in ("AAPL", "MSFT"):
        service.wait_for("closed", symbol=symbol)
    assert service.stop() == 0, service.tail()
    assert sim.positions() == {}


def test_accounts_of_which_none_is_rightly_configured_end_the_service(two):
    belay = two[2].but(ALPACA_API_KEY__TINY="", ALPACA_API_SECRET__LARGE="")
    outcome = belay.run("run")
    assert outcome.exit_code == 2, outcome
    assert "large: ALPACA_API_SECRET__LARGE is not set" in outcome.stderr and "tiny: ALPACA_API_KEY__TINY" in outcome.stderr


def test_what_needs_a_restart_is_named(two, serve):
    sims, desks, belay, file = two
    service = serve(belay)
    for name in NAMES:
        service.wait_for("pass", account=name)
    line = reload(service, file, configuration(sims, 'stop_percent = "5"') + '[log]\nlevel = "debug"\n', account="tiny")
    assert line["needs_restart"] == ["log.level: info -> debug"] and "changed" not in line, line
    assert service.stop() == 0, service.tail()


def test_each_account_has_its_own_report_and_all_of_them_one(two):
    sims, desks, belay, _ = two
    trade(desks["large"], 1, "large-100k", stop_loss=90)
    trade(desks["tiny"], 2, "tiny", qty=3)
    cycles(belay)
    for sim in sims.values():
        sim.advance("60s")
    for desk in desks.values():
        desk.price("AAPL", 89)
    cycles(belay)
    reports = {one["account"]: one for one in belay._well("report", "--json").json["reports"]}
    assert set(reports) == {None, "large", "tiny"}
    assert {name: one["closed"] for name, one in reports.items()} == {None: 2, "large": 1, "tiny": 1}
    assert Decimal(reports[None]["result"]) == sum(Decimal(reports[name]["result"]) for name in NAMES)
    assert reports[None]["health"]["passes"] == 4
    [alone] = belay._well("report", "--json", "--account", "tiny").json["reports"]
    assert alone == reports["tiny"]


def test_what_is_served_is_told_by_account(two, serve):
    _, desks, belay, _ = two
    trade(desks["large"], 1, "large-100k", stop_loss=90)
    port = belay_e2e.free_port()
    service = serve(belay.but(BELAY_METRICS_LISTEN=f"127.0.0.1:{port}", ALPACA_API_SECRET__TINY="wrong"))
    service.wait_for_passes(2, "large")  # what a pass found is served once it was logged
    ask = test_report.ask
    samples = test_report.samples(f"http://127.0.0.1:{port}")
    assert samples["belay_positions", (("account", "large"),)] == 1
    status, text = ask(f"http://127.0.0.1:{port}/readyz")
    assert status == 503 and "large: ok\n" in text and "tiny: " in text and "tiny: ok" not in text
    assert ask(f"http://127.0.0.1:{port}/healthz")[0] == 200, "what cannot be served is no reason for a restart"
