# SPDX-License-Identifier: Apache-2.0
"""A line to the broker that fails in every way at every moment: whatever it does, each position leaves exactly once,
the one that no rule asked to leave stays, and the books equal the exchange's cash.

Each fault is tried at each moment, with `cycle` and with `run`; BELAY_LONG=1 tries all pairs with both and on both
databases, otherwise a part of them. The names of tests carry the rows of docs/failures.md.
"""

import pytest

import belay_e2e
import fault_proxy
import trouble

# The requests at which the fault strikes: (method, path, how many of them pass before).
MOMENTS = {
    "account": ("GET", "/v2/account", 0),
    "clock": ("GET", "/v2/clock", 0),
    "orders": ("GET", "/v2/orders", 0),
    "later_orders": ("GET", "/v2/orders", 2),
    "positions": ("GET", "/v2/positions", 0),
    "stock_prices": ("GET", "/v2/stocks", 0),
    "option_prices": ("GET", "/v1beta1/options", 0),
    "cancel": ("DELETE", "/v2/orders/", 0),
    "first_order": ("POST", "/v2/orders", 0),
    "third_order": ("POST", "/v2/orders", 2),
}
SENDS = ("cancel", "first_order", "third_order")

LOST_ANSWERS = {
    "cut_after": dict(kind="cut_after"),
    "reset_after": dict(kind="reset_after"),
    "cut_in_reply": dict(kind="cut_in_reply"),
    "blackhole_before": dict(kind="blackhole_before"),
    "blackhole_after": dict(kind="blackhole_after"),
}
SERVER_ERRORS = {
    "html_502": dict(kind="answer", **fault_proxy.html(502)),
    "html_504_acts": dict(kind="answer", acts=True, **fault_proxy.html(504)),
    "json_500": dict(kind="answer", status=500, body={"code": 50010000, "message": "internal server error occurred"}),
    "json_500_acts": dict(kind="answer", status=500, acts=True, body={"code": 50010000, "message": "internal"}),
    "empty_503_acts": dict(kind="answer", status=503, acts=True),
}
BROKEN_LINES = {
    "cut_before": dict(kind="cut_before"),
    "reset_before": dict(kind="reset_before"),
    "late_request": dict(kind="delay_request", seconds=1.0),
    "late_reply": dict(kind="delay_reply", seconds=1.0),
    "trickle": dict(kind="trickle", times=None),
}
ODD_BYTES = {
    "flipped": dict(kind="change", change=fault_proxy.flipped),
    "cut_short": dict(kind="change", change=fault_proxy.cut_short),
    "short_length": dict(kind="change", change=fault_proxy.short_length),
    "garbage": dict(kind="change", change=fault_proxy.garbage),
    "deep": dict(kind="change", change=fault_proxy.deep),
    "huge": dict(kind="change", change=fault_proxy.huge),
    "not_http": dict(kind="change", change=fault_proxy.not_http),
    "empty": dict(kind="change", change=fault_proxy.empty),
}
FAULTS = LOST_ANSWERS | SERVER_ERRORS | BROKEN_LINES | ODD_BYTES

def set_fault(line, fault, moment):
    method, path, skip = MOMENTS[moment]
    return line.proxy.fault(method=method, path=path, skip=skip, **FAULTS[fault])


def cycles(fault, moment, home, store=None):
    with trouble.Line(home, store) as line:
        assert line.belay.run("cycle").exit_code == 0
        line.scene.break_stops()
        struck = set_fault(line, fault, moment)
        outcomes = line.scene.cycles_until_flat(most=4)
        assert struck.hits >= 1, "the fault never struck"
        line.scene.assert_right()
        line.assert_sent_once()
        # What could not be read or done is told, in words and by the exit code.
        for outcome in outcomes:
            told = outcome.json
            attention = told["errors"] or told["unchecked"] or any(e["state"] != "closed" for e in told["exits"])
            assert bool(attention) == (outcome.exit_code != 0), outcome
            assert outcome.exit_code in (0, 1, 4), outcome


def service(fault, moment, home, store=None):
    with trouble.Line(home, store, BELAY_SWEEP="1s") as line:
        running = trouble.Service(line.belay, home / "run.log")
        try:
            running.wait_for("pass")
            assert running.lines("pass")[-1]["checked"] == 7, running.lines("pass")[-1]
            struck = set_fault(line, fault, moment)
            line.scene.break_stops()
            trouble.until(lambda: line.sim.positions() == {trouble.KEPT: 8}, lambda: f"flat: {running.tail()}")
            trouble.until(lambda: len(line.scene.open_rows()) == 1, "the records")
            assert running.process.poll() is None, "the fault ended the service"
            assert running.stop() == 0
        finally:
            running.kill()
        assert struck.hits >= 1, "the fault never struck"
        line.scene.assert_right()
        line.assert_sent_once()


def some_moments(fault, count):
    """All of them; in the short form `count`, sends before reads, others for each fault."""
    if belay_e2e.LONG:
        return list(MOMENTS)
    reads = [name for name in MOMENTS if name not in SENDS]
    turn = list(FAULTS).index(fault)
    turned = [*SENDS[turn % 3:], *SENDS[:turn % 3]][:(count + 1) // 2]
    return turned + [reads[(turn + i) % len(reads)] for i in range(count - len(turned))]


def strike(command, fault, home):
    if command == "cycle":
        trouble.together(cycles, [(fault, moment) for moment in some_moments(fault, 6)], home)
    else:
        trouble.together(service, [(fault, moment) for moment in some_moments(fault, 2)], home)


both = pytest.mark.parametrize("command", ["cycle", "run"])


@both
@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_f1_an_answer_is_lost(fault, command, tmp_path):
    strike(command, fault, tmp_path)


@both
@pytest.mark.parametrize("fault", SERVER_ERRORS)
def test_f2_the_server_fails(fault, command, tmp_path):
    strike(command, fault, tmp_path)


@both
@pytest.mark.parametrize("fault", BROKEN_LINES)
def test_f46_the_line_breaks_or_is_slow(fault, command, tmp_path):
    strike(command, fault, tmp_path)


@both
@pytest.mark.parametrize("fault", ODD_BYTES)
def test_f74_the_bytes_are_odd(fault, command, tmp_path):
    strike(command, fault, tmp_path)


@pytest.mark.parametrize("fault", list(FAULTS) if belay_e2e.LONG else ["cut_after", "html_504_acts", "cut_before"])
def test_f1_f2_f46_on_postgresql(fault, tmp_path, postgres):
    moments = list(MOMENTS) if belay_e2e.LONG else SENDS
    stores = {moment: postgres.new_store() for moment in moments}
    trouble.together(lambda fault, moment, home: cycles(fault, moment, home, stores[moment]),
             [(fault, moment) for moment in moments], tmp_path)
