# SPDX-License-Identifier: Apache-2.0
"""What came of a day: `belay report`, and what `belay run` tells of itself on loopback."""

import json
import signal
import time
import urllib.error
import urllib.request
from decimal import Decimal

import pytest
from prometheus_client.parser import text_string_to_metric_families

import belay_e2e
import trades
import trouble

DAY = "2025-03-12"


def a_day(sim, store, belay):
    """One leaves at its stop, one short at its target, one stays; by three cycles, a minute apart."""
    desk = trades.Desk(sim, store)
    desk.trade("AAA", 10, 100, stop=95, target=120)
    desk.trade("BBB", 20, 50, side="short", stop=55, target=45)
    desk.trade("CCC", 5, 10, stop=9)
    belay.cycle()
    sim.advance("60s")
    desk.price("AAA", Decimal("94.50"))
    desk.price("BBB", Decimal("44.90"))
    belay.cycle()
    sim.advance("60s")
    belay.cycle()
    return desk


def figures_of(rows):
    """The report's figures, counted anew from the rows of the book."""
    closed = [row for row in rows if row["status"] == "closed"]
    results = [Decimal(row["realised_result"]) for row in closed]
    return {"opened": len(rows), "closed": len(closed), "result": sum(results),
            "wins": sum(1 for result in results if result > 0)}


def test_the_report_of_a_day_agrees_with_the_book(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    cash = sim.cash()
    a_day(sim, store, belay)
    outcome = belay.run("report", "--json")
    assert outcome.exit_code == 0, outcome
    [day] = outcome.json["reports"]
    counted = figures_of(belay.positions())
    assert {name: day[name] for name in ("opened", "closed", "wins")} == {name: counted[name] for name in ("opened", "closed", "wins")}
    assert Decimal(day["result"]) == counted["result"]
    assert (day["closed"], day["wins"], day["win_rate"], day["open_now"]) == (2, 1, "0.5", 1)
    assert {line["reason"]: line["closed"] for line in day["by_reason"]} == {"stop_loss": 1, "take_profit": 1}
    assert day["take_profit_rate"] == "0.5"
    assert day["average_hold_seconds"] == 60
    assert day["by_day"] == [{"day": DAY, "closed": 2, "result": day["result"]}]
    # Cash tells the same: what the two brought, less what the third one cost.
    assert sim.cash() - cash + 5 * 10 == Decimal(day["result"]) - Decimal("0.05"), "bought at the ask, one cent above"
    assert len(day["departures"]) == 2
    assert all(Decimal(one["slippage_cost"]) == Decimal(one["slippage"]) * Decimal(one["quantity"]) for one in day["departures"])
    health = day["health"]
    assert (health["passes"], health["check_rate"], health["price_rate"]) == (3, "1", "1")
    assert health["sums"]["exits_triggered"] == 2
    assert health["sums"]["failed_closes"] == 0
    assert health["sums"]["trading_calls"] > 0
    assert health["sums"]["rows_written"] > 6


def test_a_pass_tells_of_itself_what_it_told_its_caller(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    trades.Desk(sim, store).trade("AAA", 10, 100, stop=95)
    cycle, _ = belay.cycle()
    [day] = belay.run("report", "--json").json["reports"]
    sums = day["health"]["sums"]
    assert sums["store_statements"] == cycle["store_statements"], "also those that recorded it"
    assert (sums["trading_calls"], sums["data_calls"]) == (cycle["broker_calls"]["trading"], cycle["broker_calls"]["data"])
    assert (sums["positions"], sums["checked"]) == (1, 1)


def test_reports_are_text_and_a_page_as_well(store, new_sim, new_belay, tmp_path):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    a_day(sim, store, belay)
    text = belay.run("report", "--day", DAY)
    assert text.exit_code == 0, text
    assert text.stdout.startswith("Wednesday, March 12, 2025, account default\n")
    assert "1 of 2 (50.0%)" in text.stdout and "stop loss" in text.stdout
    page = tmp_path / "day.html"
    assert belay.run("report", "--from", "2025-03-10", "--to", DAY, "--html", page).exit_code == 0
    html = page.read_text()
    assert html.count("<svg") == 5, "by day, by reason, equity, holding times, slippage"
    assert "src=" not in html and "href=" not in html and "<script" not in html, "nothing is fetched"
    empty = belay.run("report", "--day", "2025-03-07", "--json").json["reports"][0]
    assert (empty["closed"], empty["win_rate"], empty["health"]["passes"]) == (0, None, 0)


@pytest.mark.parametrize("arguments", [["--day", "yesterday"], ["--from", "2025-03-12", "--to", "2025-03-11"],
                                       ["--day", DAY, "--to", DAY], ["--html", "/nowhere/day.html"]])
def test_what_makes_no_sense_is_said(arguments, tmp_path, new_sim, new_belay):
    belay = new_belay(new_sim(start=trades.MORNING), belay_e2e.SqliteStore(tmp_path / "belay.db"))
    outcome = belay.run("report", *arguments)
    assert outcome.exit_code == 2, outcome
    assert arguments[0] in outcome.stderr


def test_gap_risk_names_what_stays_and_what_its_guards_are(store, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    belay = new_belay(sim, store)
    desk = trades.Desk(sim, store)
    desk.trade("AAA", 10, 100, stop=95, target=120, **trades.bracket(95, 120))
    desk.trade("BBB", 10, 100, stop=95, target=120, **trades.bracket(95, 120, tif="day"))
    desk.trade("CCC", 30, 10, stop=9)
    desk.trade("DDD", 1, 10, stop=9, strategy="day_trade")
    desk.trade(trades.option_of("EEE"), 2, 5, stop=4)
    belay.cycle()
    outcome = belay.run("report", "--gap-risk", "--json")
    risk = outcome.json
    by_symbol = {one["symbol"]: one for one in risk["positions"]}
    assert (risk["stay"], risk["bare"], outcome.exit_code) == (4, 3, 1)
    assert Decimal(risk["value"]) == sum(Decimal(one["value"]) for one in risk["positions"] if one["stays"])
    assert (by_symbol["AAA"]["stops_gtc"], by_symbol["AAA"]["warnings"]) == ("10", [])
    assert by_symbol["BBB"]["stops_day"] == "10"
    assert "DAY order" in by_symbol["BBB"]["warnings"][0]
    assert "no stop rests" in by_symbol["CCC"]["warnings"][0]
    assert (by_symbol["DDD"]["stays"], by_symbol["DDD"]["leaves_at"]) == (False, "2025-03-12T19:55:00Z")
    assert by_symbol[trades.option_of("EEE")]["expires"] == trades.EXPIRY
    assert "4 positions stay overnight" in belay.run("report", "--gap-risk").stdout


# ---- what the service tells of itself


def ask(url, patience=30):
    """(status, text)"""
    try:
        with urllib.request.urlopen(url, timeout=patience) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def samples(url):
    """The page as the format's own parser reads it: {(name, labels): value}."""
    status, text = ask(url + "/metrics")
    assert status == 200
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples}


@pytest.fixture
def service(new_sim, new_belay, serve):
    """service(store, **environment): (sim, desk, the log, the address where it tells)"""

    def start(store, **environment):
        sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH), speed="1")
        port = belay_e2e.free_port()
        belay = new_belay(sim, store, BELAY_SWEEP="1s", BELAY_METRICS_LISTEN=f"127.0.0.1:{port}", **environment)
        desk = trades.Desk(sim, store)
        desk.trade("AAA", 10, 100, stop=95)
        log = serve(belay)
        log.wait_for_passes(2)
        return sim, desk, log, f"http://127.0.0.1:{port}"

    return start


def test_metrics_follow_the_service(store, service):
    sim, desk, log, url = service(store)
    account = (("account", "default"),)
    trouble.until(lambda: ("belay_day_opened", account) in samples(url), "the day's figures")
    first = samples(url)
    assert first["belay_positions", account] == 1
    assert first["belay_positions_checked", account] == 1
    assert first["belay_lock_held", account] == 1
    assert first["belay_store_reachable", account] == 1
    assert first["belay_loop_beat_age_seconds", account] < 20
    assert first["belay_day_opened", account] == 1
    desk.price("AAA", Decimal("94.50"))
    stop = ("belay_day_closed", (("account", "default"), ("reason", "stop_loss")))
    trouble.until(lambda: samples(url).get(stop) == 1, "the exit among the day's figures")
    last = samples(url)
    assert last["belay_exits_triggered_total", account] == 1
    assert last["belay_passes_total", account] > first["belay_passes_total", account]
    assert last["belay_day_result_dollars", account] < 0
    assert ask(url + "/healthz") == (200, "default: ok\n")
    assert ask(url + "/readyz") == (200, "default: ok\n")


def test_health_is_no_answer_while_the_process_stands_still(tmp_path, service):
    _, _, log, url = service(belay_e2e.SqliteStore(tmp_path / "belay.db"))
    log.process.send_signal(signal.SIGSTOP)
    trouble.until(lambda: trouble.is_stopped(log.process), "it stands still")
    with pytest.raises(OSError):
        ask(url + "/healthz", patience=3)
    log.process.send_signal(signal.SIGCONT)
    trouble.until(lambda: ask(url + "/healthz")[0] == 200, "life again")


def test_not_ready_while_the_store_is_away(postgres, service):
    cluster = belay_e2e.PostgresCluster()
    try:
        store = cluster.new_store()
        _, _, log, url = service(store)
        trouble.until(lambda: ask(url + "/readyz")[0] == 200, "readiness")
        cluster.stop()
        trouble.until(lambda: ask(url + "/readyz")[0] == 503, "the outage")
        assert "the store is away" in ask(url + "/readyz")[1]
        assert ask(url + "/healthz")[0] == 200, "a restart would not mend it"
        cluster.start()
        trouble.until(lambda: ask(url + "/readyz")[0] == 200, "the store's return")
    finally:
        cluster.remove()


def test_a_port_that_is_taken_keeps_nobody_from_guarding(tmp_path, service, new_sim, new_belay, serve):
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    sim, desk, log, url = service(store)
    second = belay_e2e.SqliteStore(tmp_path / "second.db")
    belay = new_belay(sim, second, BELAY_SWEEP="1s", BELAY_METRICS_LISTEN=url.removeprefix("http://"))
    other = serve(belay)
    other.wait_for("pass")
    assert other.lines("metrics are not served")


@pytest.mark.parametrize("listen", ["0.0.0.0:9464", "192.168.0.1:9464", "9464", "127.0.0.1:99999"])
def test_only_this_machine_may_ask(listen, tmp_path, new_sim, new_belay):
    belay = new_belay(new_sim(), belay_e2e.SqliteStore(tmp_path / "belay.db"))
    outcome = belay.but(BELAY_METRICS_LISTEN=listen).run("run")
    assert outcome.exit_code == 2, outcome
    assert "BELAY_METRICS_LISTEN" in outcome.stderr and "127.0.0.1:9464" in outcome.stderr


def test_each_pass_is_a_line_for_cloudwatch_where_that_is_wanted(tmp_path, new_sim, new_belay):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    belay = new_belay(sim, store, BELAY_METRICS_EMF="true")
    trades.Desk(sim, store).trade("AAA", 10, 100, stop=95)
    outcome = belay.run("cycle")
    lines = [json.loads(line) for line in outcome.stdout.splitlines()]
    [emf] = [line for line in lines if "_aws" in line]
    assert emf["account"] == "default"
    assert (emf["Positions"], emf["Checked"], emf["Errors"]) == (1, 1, 0)
    named = {metric["Name"] for metric in emf["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert named == emf.keys() - {"_aws", "account"}
    silent = belay.but(BELAY_METRICS_EMF="false").run("cycle")
    assert "_aws" not in silent.stdout
