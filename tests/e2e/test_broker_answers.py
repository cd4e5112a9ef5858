# SPDX-License-Identifier: Apache-2.0
"""What the broker, or something that speaks in its place, may say: refusals of every class, limits, empty lists, keys
refused, an account restricted, words and fields that nobody knows. The names carry the rows of docs/failures.md."""

import subprocess

import pytest

import belay_e2e
import fault_proxy
import trades
import trouble

# alpaca.md 3.7, and 3.6 for the wash trade
REFUSALS = {
    "held_for_orders": (403, {"code": 40310000, "message": "insufficient qty available for order (requested: 10, "
                              "available: 0)", "available": "0", "existing_qty": "10", "held_for_orders": "10",
                              "related_orders": ["1b0a6f8e-0000-4000-8000-000000000001"], "symbol": "AAPL"}),
    "wash_trade": (403, {"code": 40310000, "existing_order_id": "1b0a6f8e-0000-4000-8000-000000000002",
                         "message": "potential wash trade detected. use complex orders",
                         "reject_reason": "opposite side market/stop order exists"}),
    "day_trading": (403, {"code": 40310100, "message": "trade denied due to pattern day trading protection"}),
    "buying_power": (403, {"code": 40310000, "message": "insufficient buying power", "buying_power": "0"}),
    "not_tradable": (422, {"code": 42210000, "message": 'asset "AAPL" is not tradable'}),
    "sub_penny": (422, {"code": 42210000, "message": "invalid limit_price 3.905. sub-penny increment does not fulfill "
                        "minimum pricing criteria"}),
    "order_type": (422, {"code": 40010001, "message": "invalid order type"}),
    "market_hours": (422, {"code": 42210000, "message": "options market orders are only allowed during market hours"}),
    "intent": (422, {"code": 42210000, "message": "position intent mismatch, inferred: sell_to_open, specified: "
                     "sell_to_close"}),
    "no_position": (404, {"code": 40410000, "message": "position does not exist"}),
    "without_code": (422, {"message": "something new"}),
    "no_text": (400, b""),
    "html_403": (403, "<html><body>Forbidden by a proxy</body></html>"),
    "rate_with_times": (429, {"code": 42910000, "message": "rate limit exceeded"}),
}


@pytest.fixture
def line(tmp_path):
    with trouble.Line(tmp_path) as one:
        yield one


def events(belay, kind):
    return [event["event_data"] for event in belay.events("--type", kind, "--limit", "1000")]


def refused_once(name, home):
    """The first order of each position is refused, so the pass, or a later one, finds another way."""
    status, body = REFUSALS[name]
    with trouble.Line(home) as line:
        assert line.belay.run("cycle").exit_code == 0
        line.scene.break_stops()
        struck = line.proxy.fault("answer", "POST", "/v2/orders", times=6, status=status, body=body)
        line.scene.cycles_until_flat(most=12)
        assert struck.hits == 6
        line.scene.assert_right()


def refused_for_long(name, home):
    """Nothing is sold, the lots stay on the books as closing, and somebody is told; when it ends they leave."""
    status, body = REFUSALS[name]
    with trouble.Line(home) as line:
        assert line.belay.run("cycle").exit_code == 0
        held = line.sim.positions()
        line.scene.break_stops()
        line.proxy.fault("answer", "POST", "/v2/orders", times=None, status=status, body=body)
        for _ in range(4):
            outcome = line.belay.run("cycle", "--json", "--wait", "0s")
            assert outcome.exit_code == 1, outcome
            line.sim.advance("30s")
            line.scene.tick()
        assert line.sim.positions() == held
        assert {row["status"] for row in line.belay.positions() if row["symbol"] != trouble.KEPT} == {"closing"}
        assert events(line.belay, "alert"), "nobody was told"
        line.proxy.clear()
        line.scene.cycles_until_flat(most=12)
        line.scene.assert_right()


@pytest.mark.parametrize("scenario", [refused_once, refused_for_long])
def test_f4_a_refused_exit_finds_a_way_or_is_told(scenario, tmp_path):
    names = [name for name in REFUSALS if name != "rate_with_times" or scenario is refused_once]  # a storm: see f3
    trouble.together(scenario, [(name,) for name in names], tmp_path)


# ---- reads


def read_fault(line, path, **how):
    return line.proxy.fault(method="GET", path=path, times=None, **how)


NO_LIST = {
    "not_found": dict(kind="answer", status=404, body={"code": 40410000, "message": "not found"}),
    "html_404": dict(kind="answer", **fault_proxy.html(404)),
    "failed": dict(kind="answer", status=500, body={"message": "internal server error occurred"}),
    "null": dict(kind="answer", status=200, body=b"null"),
    "object": dict(kind="answer", status=200, body={}),
    "text": dict(kind="answer", status=200, body=b'"[]"'),
    "nothing": dict(kind="answer", status=200, body=b""),
    "page": dict(kind="answer", **fault_proxy.html(200)),
    "no_content": dict(kind="answer", status=204, body=b""),
    "half_a_position": dict(kind="answer", status=200, body=[{"symbol": "AAPL"}]),
    "nobody_there": dict(kind="cut_before"),
}


def unread(what, path, home):
    with trouble.Line(home) as line:
        assert line.belay.run("cycle").exit_code == 0
        before = {row["uid"]: (row["status"], row["quantity"]) for row in line.belay.positions()}
        line.scene.break_stops()
        read_fault(line, path.replace("_", "/"), **NO_LIST[what])
        for _ in range(2):
            outcome = line.belay.run("cycle", "--json")
            assert outcome.exit_code == 4, outcome
            assert outcome.json["errors"] and len(outcome.json["unchecked"]) == 7, outcome
            line.sim.advance("20s")
            line.scene.tick()
        assert {row["uid"]: (row["status"], row["quantity"]) for row in line.belay.positions()} == before
        assert trades.exit_orders(line.sim) == {}
        line.proxy.clear()
        line.scene.cycles_until_flat(most=3)
        line.scene.assert_right()


def test_f35_a_list_that_cannot_be_read_is_not_an_empty_one(tmp_path):
    cases = [(what, path) for path in ("_v2_positions", "_v2_orders") for what in NO_LIST]
    chosen = cases if belay_e2e.LONG else cases[::2]
    trouble.together(unread, chosen, tmp_path)


def test_f36_an_empty_list_closes_nothing(line):
    """A good answer, twice and more, after the settling window too: no fill explains it, so it is not believed, and the
    positions leave as soon as they are seen again."""
    assert line.belay.run("cycle").exit_code == 0
    line.scene.break_stops()
    read_fault(line, "/v2/positions", kind="answer", status=200, body=[])
    for _ in range(3):
        outcome = line.belay.run("cycle", "--json", "--wait", "1s")
        assert outcome.exit_code == 1, outcome
        line.sim.advance("20s")
        line.scene.tick()
    assert [row for row in line.belay.positions() if row["status"] == "closed"] == []
    assert events(line.belay, "alert"), "nobody was told"
    line.proxy.clear()
    line.scene.cycles_until_flat(most=4)
    line.scene.assert_right()


def test_f36_empty_lists_of_everything_close_nothing(line):
    assert line.belay.run("cycle").exit_code == 0
    read_fault(line, "/v2/positions", kind="answer", status=200, body=[])
    read_fault(line, "/v2/orders", kind="answer", status=200, body=[])
    read_fault(line, "/v2/account/activities", kind="answer", status=200, body=[])
    for _ in range(3):
        line.sim.advance("20s")
        line.scene.tick()
        line.belay.run("cycle", "--json", "--wait", "1s")
    assert {row["status"] for row in line.belay.positions()} <= {"open", "closing"}
    line.proxy.clear()
    line.scene.break_stops()
    line.scene.cycles_until_flat(most=4)
    line.scene.assert_right()


# ---- limits, keys, restrictions


@pytest.mark.parametrize("told", [True, False])
def test_f3_a_storm_of_429_lets_exits_through_first(told, line):
    """Reads are refused for their rate until the exits are out: then the storm ends."""
    assert line.belay.run("cycle").exit_code == 0
    line.scene.break_stops()
    headers = {"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"} if told else {}
    limit = dict(status=429, body={"code": 42910000, "message": "rate limit exceeded"}, headers=headers)
    for path in ("/v2/account", "/v2/orders", "/v2/positions"):
        line.proxy.fault("answer", "GET", path, times=1, **limit)
    line.proxy.fault("answer", "POST", "/v2/orders", times=2, **limit)
    line.scene.cycles_until_flat(most=4)
    line.scene.assert_right()
    refused = [did for _, _, did in line.proxy.asked() if did == "answer"]
    assert len(refused) == 5, "it hammers while it is told to wait"


KEYS_REFUSED = {
    "html_401": fault_proxy.html(401),
    "json_401": {"status": 401, "body": {"message": "unauthorized."}},
    "old_403": {"status": 403, "body": {"code": 40110000, "message": "access key verification failed : access key not "
                                        "found (Code = 40110000)"}},
}


@pytest.mark.parametrize("how", KEYS_REFUSED)
def test_f49_keys_that_are_refused_end_a_cycle_and_not_the_service(how, line):
    assert line.belay.run("cycle").exit_code == 0
    line.scene.break_stops()
    line.proxy.fault("answer", times=None, **KEYS_REFUSED[how])
    outcome = line.belay.run("cycle", "--json")
    assert outcome.exit_code == 4 and outcome.json["errors"], outcome
    assert line.sim.secret not in outcome.stdout + outcome.stderr
    running = trouble.Service(line.belay.but(BELAY_SWEEP="5s"), line.home / "run.log")
    try:
        running.wait_for("pass")
        assert running.process.poll() is None
        line.proxy.clear()
        line.sim.advance("60s")  # the next sweep
        line.scene.tick()
        trouble.until(line.scene.is_over, "flat")
        assert running.stop() == 0
    finally:
        running.kill()
    assert len(line.proxy.asked()) < 200, "it hammers while its keys are refused"
    line.scene.assert_right()


@pytest.mark.parametrize("field", ["trading_blocked", "account_blocked", "trade_suspended_by_user"])
def test_f48_a_restricted_account_is_told_and_read_on(field, line):
    assert line.belay.run("cycle").exit_code == 0
    line.scene.break_stops()
    restricted = lambda reply: reply.with_json(reply.json() | {field: True})
    line.proxy.fault("change", "GET", "/v2/account", times=None, change=restricted)
    outcome = line.belay.run("cycle", "--json", "--wait", "1s")
    assert outcome.exit_code == 1, outcome
    assert all(line["state"] != "closed" for line in outcome.json["exits"])
    assert trades.exit_orders(line.sim) == {}
    alerts = [data["text"] for data in events(line.belay, "alert")]
    assert any("account" in text or "suspended" in text for text in alerts), alerts
    line.proxy.clear()
    line.sim.advance("60s")
    line.scene.tick()
    line.scene.cycles_until_flat(most=6)
    line.scene.assert_right()


ODD_WORDS = {
    "fields": fault_proxy.unknown_fields,
    "duplicates": fault_proxy.duplicate_keys,
    "statuses": fault_proxy.with_words(status="levitating"),
    "kinds": fault_proxy.with_words(order_type="whim", type="whim", order_class="braid", time_in_force="ever"),
    "sides": fault_proxy.with_words(side="sideways", position_intent="lose"),
    "numbers": fault_proxy.with_words(qty="NaN", filled_qty="-1e9", avg_entry_price="Infinity", qty_available="ten"),
}


def odd_words(name, path, home):
    """While they last, whatever can be understood is acted on, and nothing is sold twice or too much; afterwards all is
    right."""
    with trouble.Line(home) as line:
        assert line.belay.run("cycle").exit_code == 0
        line.scene.break_stops()
        read_fault(line, path.replace("_", "/"), kind="change", change=ODD_WORDS[name])
        if path == "_v2_orders":
            line.proxy.fault("change", "POST", "/v2/orders", times=None, change=ODD_WORDS[name])
        for _ in range(2):
            outcome = line.belay.run("cycle", "--json", "--wait", "1s")
            assert outcome.exit_code in (0, 1, 4), outcome
            line.sim.advance("20s")
            line.scene.tick()
        line.proxy.clear()
        line.scene.cycles_until_flat(most=6)
        line.scene.assert_right()


def test_f75_words_and_fields_that_nobody_knows(tmp_path):
    cases = [(name, path) for name in ODD_WORDS for path in ("_v2_orders", "_v2_positions", "_v2_account", "_v2_clock")]
    trouble.together(odd_words, cases if belay_e2e.LONG else cases[::2] + cases[5::8], tmp_path)


# ---- the way to the broker


def authority(directory):
    """A certificate authority: (its file, a maker of server certificates)."""
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=directory)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj",
            "/CN=a test's authority", "-keyout", "ca.key", "-out", "ca.pem")

    def server(name, alternative, *dates):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-addext", f"subjectAltName={alternative}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-copy_extensions", "copy", *(dates or ("-days", 1)), "-out", f"{name}.pem")
        context = fault_proxy.ssl.SSLContext(fault_proxy.ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / f"{name}.pem", directory / f"{name}.key")
        return context

    return directory / "ca.pem", server


@pytest.mark.parametrize("certificate", ["good", "unknown_authority", "wrong_host", "expired"])
def test_f78_a_certificate_is_believed_only_if_it_is_right(certificate, tmp_path, new_sim, new_proxy):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    ca, server = authority(tmp_path)
    host = "DNS:broker.example" if certificate == "wrong_host" else "IP:127.0.0.1"
    proxy = new_proxy(sim, tls=server("server", host, *(("-days", "-1") if certificate == "expired" else ())))
    trusted = {} if certificate == "unknown_authority" else {"ALPACA_CA_FILE": str(ca)}
    belay = trouble.behind(proxy, sim, store, tmp_path, **trusted)
    belay.migrate()
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.price("AAPL", 94)
    outcome = belay.run("cycle", "--json")
    if certificate == "good":
        assert outcome.exit_code == 0, outcome
        trades.assert_books_balance(desk, belay)
    else:
        assert outcome.exit_code == 4, outcome
        assert "certificate" in str(outcome.json["errors"]), outcome
        assert proxy.asked() == [], "keys were sent to somebody who could not prove who he is"
        assert sim.positions() == {"AAPL": 10}


def test_f78_a_name_that_does_not_resolve(tmp_path, new_sim):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH))
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    belay = belay_e2e.Belay(sim, store, tmp_path)
    belay.migrate()
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    assert belay.run("cycle").exit_code == 0
    desk.price("AAPL", 94)
    lost = belay_e2e.Belay(sim, store, tmp_path, ALPACA_BASE_URL="https://broker.invalid")
    outcome = lost.run("cycle", "--json")
    assert outcome.exit_code == 4 and "broker.invalid" in str(outcome.json["errors"]), outcome
    assert [row["status"] for row in belay.positions()] == ["open"]
    belay.cycle()
    trades.assert_books_balance(desk, belay)


def test_f46_a_guard_at_the_broker_stands_while_the_line_is_cut(line):
    """Nothing reaches the broker: the service says so and goes on, the resting stop fills by itself, and what it did is
    found when the line is back."""
    running = trouble.Service(line.belay.but(BELAY_SWEEP="1s"), line.home / "run.log")
    try:
        running.wait_for("pass")
        line.proxy.fault("cut_before", times=None)
        line.sim.advance("60s")
        line.scene.desk.price("AAPL", 89)  # beyond the resting stop
        assert "AAPL" not in line.sim.positions()
        trouble.until(lambda: running.lines("pass")[-1]["errors"], "somebody is told")
        line.proxy.clear()
        line.sim.advance("60s")
        trouble.until(lambda: {row["ticker"] for row in line.scene.open_rows()} == {"GME", "SPY", "MSFT", "NVDA", "KO"},
                      "the guard's fill is found")
        assert running.stop() == 0
    finally:
        running.kill()
    [row] = [row for row in line.belay.positions() if row["symbol"] == "AAPL"]
    assert (row["status"], row["close_reason"]) == ("closed", "stop_loss")
    assert trades.exit_orders(line.sim) == {}
