# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests.

    store       an empty database, in turn SQLite and PostgreSQL: a test that takes it runs on both
    new_sim     starts paper exchanges that end with the test; takes the arguments of belay_e2e.Sim
    new_proxy   new_proxy(sim): a line to it that fails as told (fault_proxy.FaultProxy)
    new_belay   new_belay(sim, store): the program against them, its tables already made
    serve       serve(belay): its service (trouble.Service), which ends with the test
    mail        those who are told by mail (mail_server.MailServer); `authority` made its certificate
    hook        those who are told by webhook (mail_server.WebhookReceiver)
"""

import pytest

pytest.register_assert_rewrite("trades", "trouble")

import belay_e2e  # noqa: E402
import fault_proxy  # noqa: E402
import mail_server  # noqa: E402
import trouble  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def program():
    if not belay_e2e.BELAY_BIN.exists():
        pytest.exit(f"{belay_e2e.BELAY_BIN} is missing: run ./dev build, or name the program in BELAY_BIN", 2)
    return belay_e2e.BELAY_BIN


@pytest.fixture(scope="session")
def postgres():
    cluster = belay_e2e.PostgresCluster()
    yield cluster
    cluster.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path):
    if request.param == "sqlite":
        return belay_e2e.SqliteStore(tmp_path / "belay.db")
    return request.getfixturevalue("postgres").new_store()


@pytest.fixture
def new_sim():
    yield from belay_e2e.running_sims()


@pytest.fixture
def new_proxy():
    running = []

    def start(sim, **how):
        running.append(fault_proxy.FaultProxy(sim.url, **how))
        return running[-1]

    yield start
    for proxy in running:
        proxy.stop()


@pytest.fixture
def new_belay(tmp_path):
    def make(sim, store, **environment):
        belay = belay_e2e.Belay(sim, store, tmp_path, **environment)
        belay.migrate()
        return belay

    return make


@pytest.fixture
def serve(tmp_path):
    """serve(belay, *arguments): `belay run`. It looks every second of the machine's time as well: the exchange's clock
    may be moved before the service has read it for its next sweep."""
    running = []

    def start(belay, *arguments):
        log = tmp_path / f"service{len(running)}.log"
        running.append(trouble.Service(belay.but(BELAY_SWEEP="1s"), log, *arguments))
        return running[-1]

    yield start
    for service in running:
        service.kill()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return mail_server.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def mail(authority):
    server = mail_server.MailServer(authority)
    yield server
    server.stop()


@pytest.fixture
def hook():
    receiver = mail_server.WebhookReceiver()
    yield receiver
    receiver.stop()
