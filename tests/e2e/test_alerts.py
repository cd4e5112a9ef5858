# SPDX-License-Identifier: Apache-2.0
"""People are told: by mail over TLS and by webhook, of each thing that they must know, once, and again while nobody
answers; and nothing waits for it."""

import datetime
import socket
import sys
import time

import pytest

import belay_e2e
import mail_server
import trades
import trouble

OPTION = trades.option_of("SPY")
DAY_BEFORE_EXPIRY = "2025-06-17T20:00:05Z"  # of OPTION, which leaves on the 18th: the 19th is a holiday


@pytest.fixture
def desk(store, new_sim):
    return trades.Desk(new_sim(start=trades.MORNING, cash="100000"), store)


@pytest.fixture
def file_desk(tmp_path, new_sim):
    """Where the database makes no difference."""
    return trades.Desk(new_sim(start=trades.MORNING, cash="100000"), belay_e2e.SqliteStore(tmp_path / "belay.db"))


def minute(desk, belay, prices=None, by="60s"):
    desk.sim.advance(by)
    for symbol, price in (prices or {}).items():
        desk.price(symbol, price)
    return belay.run("cycle", "--json")


def subjects(mail):
    return [one.subject for one in mail.mails]


def test_an_exit_is_told_with_what_a_person_needs(desk, new_belay, mail):
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    desk.trade("AAPL", 10, 100, stop=95, target=110)
    belay.cycle()
    for price in ("101", "99", "97"):
        minute(desk, belay, {"AAPL": price})
    assert mail.mails == []
    minute(desk, belay, {"AAPL": "94"})
    [told] = mail.about("AAPL leaves (stop_loss)")
    [closed] = mail.about("AAPL is closed (stop_loss)")
    assert told.tls and told.user == mail_server.USER
    assert told.recipients == ["ann@example.com", "bob@example.com"]
    assert told.message["From"] == "Belay <belay@example.com>"
    assert told.message["Auto-Submitted"] == "auto-generated"
    for what in (told.text, told.html):
        for fact in ("AAPL, long 10", "100.", "95.00", "110.00", "stop_loss", "Belay cancels what holds the shares"):
            assert fact in what, (fact, what)
    assert "-60.20" in closed.text, closed.text
    [(identity, picture)] = told.pictures.items()
    assert picture.startswith(b"\x89PNG") and f"cid:{identity.strip('<>')}" in told.html
    minute(desk, belay)
    assert len(mail.mails) == 2, "each is told once"


def test_each_rung_of_a_ladder_is_told(file_desk, new_belay, mail):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, BELAY_SCALE_OUT_LADDER="5:50, 10:25", **mail.environment())
    desk.trade("AAPL", 100, 100, stop=90)
    belay.cycle()
    minute(desk, belay, {"AAPL": "105.5"})
    minute(desk, belay, {"AAPL": "110.5"})
    assert len(mail.about("AAPL leaves (scale_out)")) == 2, subjects(mail)


def test_a_mail_server_that_is_down_loses_nothing_and_keeps_nobody_waiting(desk, new_belay, mail):
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 10, 100, stop=95)
    belay.cycle()
    mail.stop()
    begun = time.monotonic()
    outcome = minute(desk, belay, {"AAPL": "94"})
    assert outcome.exit_code == 0 and outcome.json["exits"][0]["state"] == "closed", outcome
    assert time.monotonic() - begun < 45
    waiting = belay.run("alerts", "--json").json["waiting"]
    assert len(waiting) == 2 and all(one["attempts"] <= 1 for one in waiting), waiting
    for _ in range(9):
        minute(desk, belay)
    assert mail.mails == []
    mail.start()
    minute(desk, belay, {"MSFT": "94"}, by="10m")
    minute(desk, belay, by="10m")
    assert len(mail.about("AAPL leaves")) == len(mail.about("AAPL is closed")) == 1, subjects(mail)
    assert len(mail.about("MSFT leaves")) == len(mail.about("MSFT is closed")) == 1, subjects(mail)
    assert len({one.id for one in mail.mails}) == 4
    assert belay.run("alerts", "--json").json["waiting"] == []
    trades.assert_books_balance(desk, belay)


def test_a_service_leaves_as_fast_while_its_mail_server_hangs(file_desk, new_belay, mail, serve):
    """The port takes connections and never says a word: the worst that a mail server can do."""
    mail.stop()
    with socket.create_server(("127.0.0.1", mail.port)) as silent:
        silent.listen(50)
        desk = file_desk
        belay = new_belay(desk.sim, desk.store, **mail.environment(BELAY_SWEEP="1s"))
        symbols = ["AAPL", "MSFT", "NVDA"]
        for symbol in symbols:
            desk.trade(symbol, 10, 100, stop=95)
        service = serve(belay)
        service.wait_for("pass")
        desk.sim.set_speed("1")
        took = []
        for symbol in symbols:  # one that is quick will do: each would wait ten seconds for the mail server
            begun = time.monotonic()
            desk.price(symbol, "94")
            trouble.until(lambda: symbol not in desk.sim.positions(), f"{symbol} has left")
            took.append(time.monotonic() - begun)
        begun = time.monotonic()
        assert service.stop() == 0, service.tail()
        ended = time.monotonic() - begun
        print(f"flat after {took} s, ended after {ended} s", file=sys.stderr)
        assert min(took) < 9
        assert ended < 20, "what is not told waits in the store: six mails would take a minute"


def test_a_critical_alert_goes_on_until_somebody_answers(file_desk, new_belay, mail, hook):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, BELAY_WEBHOOK_URL=hook.url, BELAY_WEBHOOK_SECRET=mail_server.SECRET,
                      **mail.environment(BELAY_ALERTS_SECOND_TO="boss@example.com"))
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    desk.store.insert("position_events", position_id=belay.positions()[0]["id"], event_type="alert",
                      event_data='{"cause":"order_failed","severity":"critical","text":"AAPL cannot leave: test."}',
                      created_at=desk.sim.now())
    minute(desk, belay, {"AAPL": "100"})
    [first] = mail.about("CRITICAL: AAPL cannot leave")
    assert first.message["Importance"] == "high"
    assert "belay close AAPL --direct --yes" in first.text and "belay ack 1 " in first.text
    assert hook.calls == []
    minute(desk, belay, {"AAPL": "100"}, by="5m")
    [reminder] = mail.about("Reminder 1")
    assert reminder.message["In-Reply-To"] == first.id
    [(headers, body, _)] = hook.calls
    assert mail_server.is_signed(headers, body)
    assert hook.taken[0]["severity"] == "critical" and hook.taken[0]["id"] == headers["webhook-id"]
    assert not mail_server.is_signed(headers, body + b" ")
    minute(desk, belay, {"AAPL": "100"}, by="10m")
    assert [one.recipients for one in mail.about("Reminder 2")] == [["ann@example.com", "bob@example.com"],
                                                                     ["boss@example.com"]]
    listed = belay.run("alerts", "--json")
    assert listed.exit_code == 1
    assert [(one["number"], one["cause"], one["reminders"]) for one in listed.json["alerts"]] == [(1, "order_failed", 2)]
    assert belay.run("ack").exit_code == 2
    assert belay.run("ack", "99").exit_code == 1
    outcome = belay.run("ack", "1", "--why", "looking", "--json")
    assert outcome.exit_code == 0 and outcome.json == {"acknowledged": 1}, outcome
    told = len(mail.mails), len(hook.calls)
    for _ in range(4):
        minute(desk, belay, {"AAPL": "100"}, by="30m")
    assert (len(mail.mails), len(hook.calls)) == told
    assert belay.run("alerts").exit_code == 0


def test_a_webhook_is_tried_again_under_its_id(file_desk, new_belay, hook):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, BELAY_WEBHOOK_URL=hook.url, BELAY_WEBHOOK_SECRET=mail_server.SECRET)
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    hook.status = 503
    minute(desk, belay, {"AAPL": "94"})
    assert hook.taken == []
    hook.status = 200
    minute(desk, belay)
    assert sorted(one["alerts"][0]["cause"] for one in hook.taken) == ["closed", "exit_triggered"]
    ids = [headers["webhook-id"] for headers, _, _ in hook.calls]
    assert len(ids) == 3 and len(set(ids)) == 2
    assert all(mail_server.is_signed(headers, body) for headers, body, _ in hook.calls)


def test_a_bracket_that_somebody_cancels_is_told_and_rests_again(desk, new_belay, mail):
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    trade = desk.trade("AAPL", 10, 100, stop=95, target=110, **trades.bracket(90, 115))
    belay.cycle()
    for leg in desk.sim.ask("GET", f"/v2/orders/{trade.order['id']}?nested=true")["legs"]:
        desk.sim.request("DELETE", "/v2/orders/" + leg["id"])
    for _ in range(3):
        minute(desk, belay, {"AAPL": "100"})
    [told] = mail.about("AAPL: its bracket does not rest at the broker")
    assert mail.mails == [told], subjects(mail)
    assert told.tls and told.recipients == ["ann@example.com", "bob@example.com"]
    for fact in ("AAPL, long 10", "95.00", "110.00", "Belay restores it"):
        assert fact in told.text, (fact, told.text)
    assert desk.sim.positions() == {"AAPL": 10}
    [oco] = trades.exit_orders(desk.sim).values()
    assert (oco["order_class"], oco["status"], oco["qty"], oco["limit_price"]) == ("oco", "new", "10", "110")
    assert [leg["stop_price"] for leg in oco["legs"]] == ["95"]


def test_an_order_that_is_refused_again_and_again_is_told_until_it_goes(file_desk, new_belay, new_proxy, mail):
    desk, proxy = file_desk, new_proxy(file_desk.sim)
    belay = new_belay(desk.sim, desk.store, ALPACA_BASE_URL=proxy.url, ALPACA_DATA_URL=proxy.url, **mail.environment())
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    refused = proxy.fault("answer", "POST", "/v2/orders", times=None, status=422,
                          body={"code": 42210000, "message": "something new"})
    assert minute(desk, belay, {"AAPL": "94"}).exit_code == 1
    assert refused.hits >= 3 and desk.sim.positions() == {"AAPL": 10}
    [told] = mail.about("CRITICAL: AAPL could not be closed: the broker refuses: something new")
    assert told.message["Importance"] == "high"
    for fact in ("AAPL, long 10", "Stop loss hit: 94 <= 95", "belay close AAPL --direct --yes", "belay ack 2 "):
        assert fact in told.text, (fact, told.text)
    minute(desk, belay, {"AAPL": "94"}, by="5m")
    [reminder] = mail.about("Reminder 1, CRITICAL: AAPL is not flat by its deadline")
    assert reminder.message["In-Reply-To"] == told.id
    proxy.clear()
    minute(desk, belay, {"AAPL": "94"})
    assert desk.sim.positions() == {} and mail.about("AAPL is closed (stop_loss)"), subjects(mail)
    before = len(mail.mails)
    minute(desk, belay, by="30m")
    assert len(mail.mails) == before, "what is closed needs nobody any more"
    trades.assert_books_balance(desk, belay)


def somebody_buys(desk, _proxy):
    desk.price("MSFT", 200)
    desk.sim.submit("MSFT", "buy", 5)


def gone_without_a_trace(_desk, proxy):
    """Neither held nor sold, as far as the broker's lists say."""
    proxy.fault("answer", "GET", "/v2/positions", times=None, status=200, body=[])


def nobody_trades_it(desk, _proxy):
    desk.sim.advance("15m")


def brokers_clock_is_late(_desk, proxy):
    def late(reply):
        at = belay_e2e.utc(reply.json()["timestamp"]) - datetime.timedelta(seconds=5)
        return reply.with_json(reply.json() | {"timestamp": belay_e2e.rfc3339(at)})
    proxy.fault("change", "GET", "/v2/clock", times=None, change=late)


def somebodys_order_holds_it(desk, _proxy):
    desk.sim.submit("AAPL", "sell", 10, type="limit", limit_price="120", time_in_force="gtc")


# To 10 AAPL with a stop at 95. cause: (what happens, prices in the minutes after it, how the subject begins, what the
# mail says to type)
HAPPENS = {
    "orphan": (somebody_buys, {"AAPL": "100", "MSFT": "200"}, "Adopted 5 MSFT (long)", "belay adopt MSFT --protect"),
    "phantom": (gone_without_a_trace, {"AAPL": "100"}, "CRITICAL: AAPL: the broker holds 0, 10 fewer",
                "belay reconcile --dry-run"),
    "stale_price": (nobody_trades_it, {}, "CRITICAL: AAPL: ", "belay explain AAPL"),
    "clock": (brokers_clock_is_late, {"AAPL": "100"}, "CRITICAL: this clock and the broker's differ by 5 s",
              "belay doctor"),
    "loss_limit": (lambda _desk, _proxy: None, {"AAPL": "40"}, "CRITICAL: The account's loss limit is reached",
                   "belay resume --loss-limit"),
    "foreign_order": (somebodys_order_holds_it, {"AAPL": "94"}, "CRITICAL: AAPL cannot leave: orders that are not",
                      "belay close AAPL --direct --yes"),
}


@pytest.mark.parametrize("cause", HAPPENS)
def test_what_befalls_a_position_is_told_once(cause, file_desk, new_belay, new_proxy, mail):
    happens, prices, subject, command = HAPPENS[cause]
    desk, proxy = file_desk, new_proxy(file_desk.sim)
    belay = new_belay(desk.sim, desk.store, ALPACA_BASE_URL=proxy.url, ALPACA_DATA_URL=proxy.url,
                      BELAY_ACCOUNT_LOSS_LIMIT="500", **mail.environment())
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    assert mail.mails == []
    happens(desk, proxy)
    for _ in range(4):
        minute(desk, belay, prices)
    told = [one for one in mail.mails if one.subject.startswith(subject)]
    assert len(told) == 1, subjects(mail)
    assert command in told[0].text, told[0].text
    is_critical = subject.startswith("CRITICAL")
    assert (told[0].message["Importance"] == "high", "belay ack " in told[0].text) == (is_critical, is_critical)
    causes = [event["event_data"]["cause"] for event in belay.events("--type", "alert")]
    assert cause in causes, causes
    assert ("AAPL" in desk.sim.positions()) == (cause != "loss_limit")


def test_a_flood_is_told_together(file_desk, new_belay, mail):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    symbols = trades.stock_names(12)
    for symbol in symbols:
        desk.trade(symbol, 1, 100, stop=95)
    belay.cycle()
    minute(desk, belay, {symbol: "94" for symbol in symbols})
    minute(desk, belay)
    minute(desk, belay)
    assert len(mail.mails) <= 6, subjects(mail)
    everything = "\n".join(one.text for one in mail.mails)
    for symbol in symbols:
        assert f"{symbol} leaves (stop_loss)" in everything and f"{symbol} is closed" in everything, symbol


def test_an_option_is_told_of_before_it_leaves_for_its_expiry(file_desk, new_belay, mail):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    desk.trade(OPTION, 2, 5)
    belay.cycle()
    desk.sim.set_clock("2025-06-16T19:00:00Z")
    desk.price(OPTION, 5)
    belay.cycle()
    assert mail.about("leaves at") == [] and mail.about(OPTION + " expires") == []
    desk.sim.set_clock(DAY_BEFORE_EXPIRY)
    belay.run("cycle")
    [warned] = mail.about(OPTION + " expires 2025-06-20, leaves at 2025-06-18 09:30")
    assert f"belay close {OPTION} --yes" in warned.text
    minute(desk, belay)
    assert len(mail.about("expires")) == 1
    desk.sim.set_clock("2025-06-18T13:30:30Z")
    desk.price(OPTION, 5)
    belay.run("cycle")
    assert len(mail.about("leaves (expiration_risk)")) == 1, "and again when it acts"


def test_all_is_clear_after_the_close(file_desk, new_belay, mail):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("KO", 8, 60, stop=50)
    belay.cycle()
    minute(desk, belay, {"AAPL": "94"})
    desk.sim.set_clock("2025-03-12T20:14:00Z")
    belay.run("cycle")
    assert mail.about("All clear") == []
    desk.sim.set_clock("2025-03-12T20:15:30Z")
    belay.run("cycle")
    [clear] = mail.about("All clear, 2025-03-12: 1 closed -60.")
    assert "holds 8 KO" in clear.text and "left 10 AAPL" in clear.text
    minute(desk, belay, by="30m")
    assert len(mail.about("All clear")) == 1


def test_the_dead_man_is_pinged_while_all_is_well(file_desk, new_belay, hook):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, BELAY_DEAD_MAN_URL=hook.url)
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    assert hook.pings == 1
    minute(desk, belay, {"AAPL": "100"})
    assert hook.pings == 2
    desk.sim.fault("error_500_before", path_prefix="/v2/positions", times=50)
    assert minute(desk, belay).exit_code == 4
    assert hook.pings == 2


def test_a_service_whose_store_is_away_still_pages(new_sim, new_belay, mail, serve):
    cluster = belay_e2e.PostgresCluster()
    try:
        desk = trades.Desk(new_sim(start=trades.MORNING, cash="100000", speed="1"), cluster.new_store())
        belay = new_belay(desk.sim, desk.store, **mail.environment(BELAY_SWEEP="1s"))
        desk.trade("AAPL", 10, 100, stop=95)
        service = serve(belay)
        service.wait_for("pass")
        cluster.stop()
        [page] = mail.wait_for("The store does not take what is recorded")
        assert page.subject.startswith("CRITICAL")
        cluster.start()

        def is_taken_up():
            listed = belay.run("alerts", "--all", "--json").json
            return "store_down" in [one["cause"] for one in listed["alerts"]] and listed["waiting"] == []

        trouble.until(is_taken_up, "the record, as an alert that has been told")
        service.wait_for_passes(2)
        assert {one.id for one in mail.about("The store does not")} == {page.id}
        assert len(mail.about("The store does not")) == 1, "told past the store, it is not told again"
    finally:
        cluster.remove()


def test_a_cycle_without_its_store_pages_what_is_unguarded(file_desk, new_belay, mail):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, **mail.environment())
    desk.trade("AAPL", 10, 100, stop=95)
    belay.cycle()
    away = belay.but(BELAY_STORE="postgresql://belay@127.0.0.1:1/none")
    assert away.run("cycle").exit_code == 3
    [page] = mail.mails
    assert "NOT guarded by a resting stop at the broker: AAPL" in page.text
    assert away.run("cycle").exit_code == 3
    assert {one.id for one in mail.mails} == {page.id}, "the same page, as anybody can see"


def test_the_channels_can_be_tried(file_desk, new_belay, mail, hook):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store, BELAY_WEBHOOK_URL=hook.url, **mail.environment())
    outcome = belay.run("alert", "--test")
    assert outcome.exit_code == 0 and "250 taken as 4711" in outcome.stdout and "HTTP 200" in outcome.stdout, outcome
    assert "token" not in outcome.stdout + outcome.stderr
    assert mail.about("Test: Belay can reach you") and hook.taken[0]["kind"] == "test"
    wrong = belay.but(BELAY_SMTP_PASSWORD="wr0ng").run("alert", "--test", "--json")
    assert wrong.exit_code == 1 and wrong.json["channels"][0]["sent"] is False, wrong
    assert "wr0ng" not in wrong.stdout + wrong.stderr
    untrusted = belay.but(BELAY_ALERTS_CA_FILE="").run("alert", "--test", "--json")
    assert untrusted.json["channels"][0]["sent"] is False and "certificate" in untrusted.json["channels"][0]["answer"]
    mail.refuses = "554 no thanks"
    refused = belay.run("alert", "--test", "--json").json["channels"][0]
    assert refused["sent"] is False and "554" in refused["answer"], refused


def test_what_is_wrong_with_the_channels_is_said_and_stops_no_guarding(file_desk, new_belay, mail):
    desk = file_desk
    belay = new_belay(desk.sim, desk.store)
    desk.trade("AAPL", 10, 100, stop=95)
    for wrong, says in (({"BELAY_ALERTS_TO": ""}, "nobody is named"), ({"BELAY_SMTP_TLS": "perhaps"}, "neither required"),
                        ({"BELAY_SMTP_URL": "smtp://mail.example.com", "BELAY_SMTP_TLS": "none"}, "only to this machine"),
                        ({"BELAY_WEBHOOK_URL": "http://example.com/x"}, "plain http is only for this machine"),
                        ({"BELAY_ALERTS_ESCALATION": "pigeon"}, "pigeon")):
        bad = belay.but(**mail.environment(**wrong))
        outcome = bad.run("cycle", "--json")
        assert outcome.exit_code == 0 and "guarded all the same" in outcome.stderr, outcome
        assert says in outcome.stderr, outcome
        assert bad.run("alert", "--test").exit_code == 2
        assert bad.run("doctor").exit_code == 2
