# SPDX-License-Identifier: Apache-2.0
"""Key, secret, database password, the mail server's password, the webhook's secret and its address appear in no output,
no log, no file, no table, no mail and no post: through every command that there is, for people and for scripts, with
settings that are right and settings that are wrong."""

import re
import signal
import subprocess
import urllib.request

import pytest

import belay_e2e
import mail_server
import trades
import trouble

KEY, SECRET, PASSWORD = "PKCANARY0000000000AB", "canary-secret-4711", "canary-password-0815"
MAIL_PASSWORD, HOOK_SECRET, HOOK_TOKEN = "canary-mail-0816", "canary-hook-0817", "canary-path-0818"
CANARIES = (KEY, SECRET, PASSWORD, MAIL_PASSWORD, HOOK_SECRET, HOOK_TOKEN)
URL = f"postgresql://belay:{PASSWORD}@127.0.0.1:1/belay"

# How a command is given something to do. One that is not named here is run as it is.
ARGUMENTS = {
    "alive": ["--wait", "1s"],
    "explain": ["AAPL"],
    "alert": ["--test"],
    "ack": ["--all", "--why", "looking"],
    "reconcile": ["--dry-run"],
    "config": ["show"],
    "close": ["AAPL", "--qty", "1", "--yes"],
    "flatten": ["--symbol", "MSFT", "--yes", "--why", "over"],
    "pause": ["AAPL", "--for", "1h", "--yes", "--why", "a call"],
    "resume": ["AAPL", "--why", "over"],
    "adopt": ["AAPL", "--stop", "90", "--yes"],
    "world": ["--sessions", "1"],
    "demo": ["--fast"],
}
ENDLESS = ("run", "sim")  # until told to stop


class Listener:
    def __init__(self, belay):
        self.belay = belay
        self.told = []

    def run(self, *arguments, **environment):
        outcome = self.belay.but(**environment).run(*arguments)
        self.told.append(f"{arguments} {environment.keys()}\n{outcome.stdout}{outcome.stderr}")
        return outcome

    def run_for_a_while(self, command, *arguments):
        process = self.belay.start(command, *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        self.told.append(line + process.communicate(timeout=60)[0])

    def assert_no_canary(self, canaries=CANARIES):
        assert len(self.told) > 3
        for canary in canaries:
            assert not [text for text in self.told if canary in text], canary


def commands(belay):
    """Every subcommand, from the program's own help."""
    names = re.findall(r"^  ([a-z]+) {2,}\S", belay.run("--help").stdout, re.MULTILINE)
    assert {"cycle", "run", "close", "doctor"} <= set(names), names
    return names


@pytest.fixture
def mail(authority):
    server = mail_server.MailServer(authority, password=MAIL_PASSWORD)
    yield server
    server.stop()


@pytest.fixture
def hook():
    receiver = mail_server.WebhookReceiver(path=f"/hook/{HOOK_TOKEN}")
    yield receiver
    receiver.stop()


@pytest.fixture
def life(store, new_sim, new_belay, mail, hook):
    sim = new_sim(start=trades.MORNING, cash=str(trades.START_CASH), key=KEY, secret=SECRET)
    belay = new_belay(sim, store, BELAY_LOG_LEVEL="debug", BELAY_WEBHOOK_URL=hook.url,
                      BELAY_WEBHOOK_SECRET=HOOK_SECRET, **mail.environment(BELAY_ALERTS_ESCALATION="mail+webhook"))
    desk = trades.Desk(sim, store)
    desk.trade("AAPL", 10, 100, stop=95)
    desk.trade("MSFT", 5, 200, stop=190)
    return desk, Listener(belay)


def told_by_channels(mail, hook):
    """Every mail and every post as it came, and in words where it came encoded."""
    told = [one.content.decode("latin-1") for one in mail.mails]
    told += [f"{one.message.items()} {one.text} {one.html}" for one in mail.mails]
    told += [f"{headers} {body.decode()}" for headers, body, _ in hook.calls]
    return told


def metrics_of(life_of, home):
    """/metrics of a service."""
    address = f"127.0.0.1:{belay_e2e.free_port()}"
    service = trouble.Service(life_of.belay.but(BELAY_METRICS_LISTEN=address, BELAY_SWEEP="1s"), home / "run.log")
    try:
        service.wait_for("pass")
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=60) as answer:
            text = answer.read().decode()
    finally:
        service.kill()
    life_of.told += [text, service.path.read_text()]
    return text


def test_no_secret_is_ever_told(life, store, mail, hook, tmp_path):
    desk, life_of = life
    life_of.run("cycle", "--json")
    for command in commands(life_of.belay):
        for how in ([], ["--json"]):
            if command in ENDLESS:
                life_of.run_for_a_while(command, *how)
            elif command not in ("world", "demo") or how:
                life_of.run(command, *ARGUMENTS.get(command, []), *how)
    for kind in ("error_500_before", "html_error", "drop_before", "rate_limit"):
        desk.sim.fault(kind, method="GET", path_prefix="/v2/account", times=5)
        life_of.run("cycle")
        desk.sim.clear_faults()
    desk.price("AAPL", 80)
    life_of.run("cycle")
    life_of.run("close", "AAPL", "--direct", "--yes", "--why", "the end")
    life_of.run("export", "--what", "events", "--format", "jsonl")
    life_of.run("events", "--limit", "100000")
    mail.stop()
    hook.status = 503  # what went wrong is on record, too
    desk.trade("KO", 8, 60, stop=50)
    life_of.run("cycle")
    desk.sim.advance("60s")
    desk.price("KO", 49)
    life_of.run("cycle")
    life_of.run("alert", "--test", "--json")
    life_of.run("alerts")
    assert "belay_" in metrics_of(life_of, tmp_path)

    life_of.assert_no_canary()
    told = told_by_channels(mail, hook)
    assert mail.about("AAPL") and hook.calls
    for canary in CANARIES:
        assert not [text for text in told if canary in text], canary
    tables = [row["name"] for row in store.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table'" if isinstance(store, belay_e2e.SqliteStore) else
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")]
    written = [str(store.rows(f"SELECT * FROM {table}")) for table in tables]
    everything = "".join(life_of.told)
    for done in ("250 taken as 4711", "HTTP 200", "HTTP 503", '"acknowledged"', '"differences"',
                 '"BELAY_WEBHOOK_SECRET"'):
        assert done in everything, done
    assert "AAPL" in everything and "AAPL" in "".join(written)
    assert store.rows("SELECT * FROM belay_messages"), "nothing was told"
    for canary in CANARIES:
        assert not [text for text in written if canary in text]


WRONG = {
    "keys that are refused": {"ALPACA_API_SECRET": SECRET + "x"},
    "a secret in a URL": {"ALPACA_BASE_URL": f"http://{SECRET}@127.0.0.1:1"},
    "a secret in a URL of prices": {"ALPACA_DATA_URL": f"https://user:{SECRET}@127.0.0.1:1/x"},
    "a secret in a clock's URL": {"BELAY_CLOCK_URL": f"http://user:{SECRET}@127.0.0.1:1"},
    "a secret in a stream's URL": {"ALPACA_STREAM_URL": f"wss://user:{SECRET}@127.0.0.1:1"},
    "a database that is away": {"BELAY_STORE": URL},
    "a database with nonsense": {"BELAY_STORE": URL + "?sslmode=nonsense"},
    "a database of an unknown kind": {"BELAY_STORE": f"mysql://belay:{PASSWORD}@127.0.0.1/belay"},
    "a database as a list of parameters": {"BELAY_STORE": f"host=127.0.0.1 dbname=belay password={PASSWORD}"},
    "a password of its own": {"BELAY_STORE": "", "DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_PASSWORD": PASSWORD},
    "a port that is none": {"BELAY_STORE": "", "DB_HOST": "127.0.0.1", "DB_PORT": PASSWORD, "DB_PASSWORD": PASSWORD},
    "a level that is none": {"BELAY_LOG_LEVEL": "loud"},
    "a secret among the variables of a name that is not known": {"ALPACA_API_SECRETS": SECRET},
    "a mail server that is away": {"BELAY_SMTP_URL": "smtp://127.0.0.1:1", "BELAY_SMTP_USER": "belay",
                                   "BELAY_SMTP_PASSWORD": MAIL_PASSWORD, "BELAY_ALERTS_FROM": "belay@example.com",
                                   "BELAY_ALERTS_TO": "ann@example.com"},
    "a password in a mail server's URL": {"BELAY_SMTP_URL": f"smtps://belay:{MAIL_PASSWORD}@127.0.0.1:1",
                                          "BELAY_ALERTS_FROM": "belay@example.com",
                                          "BELAY_ALERTS_TO": "ann@example.com"},
    "a mail server's password without its user": {"BELAY_SMTP_URL": "smtp://127.0.0.1:1",
                                                  "BELAY_SMTP_PASSWORD": MAIL_PASSWORD},
    "a webhook that is away": {"BELAY_WEBHOOK_URL": f"http://127.0.0.1:1/{HOOK_TOKEN}",
                               "BELAY_WEBHOOK_SECRET": HOOK_SECRET},
    "a webhook in the clear": {"BELAY_WEBHOOK_URL": f"http://example.com/{HOOK_TOKEN}",
                               "BELAY_WEBHOOK_SECRET": HOOK_SECRET},
    "a webhook that is no URL": {"BELAY_WEBHOOK_URL": f"{HOOK_TOKEN}:/x"},
    "a webhook's URL with a password": {"BELAY_WEBHOOK_URL": f"http://user:{HOOK_TOKEN}@127.0.0.1:1/x"},
    "a webhook's secret that is no base64": {"BELAY_WEBHOOK_URL": "http://127.0.0.1:1/x",
                                             "BELAY_WEBHOOK_SECRET": f"whsec_!{HOOK_SECRET}"},
    "a dead man's URL that is away": {"BELAY_DEAD_MAN_URL": f"http://127.0.0.1:1/{HOOK_TOKEN}"},
    "a dead man's URL that is none": {"BELAY_DEAD_MAN_URL": f"{HOOK_TOKEN}:/x"},
}


@pytest.mark.parametrize("what", WRONG)
def test_no_secret_is_told_of_what_is_wrong(what, new_sim, tmp_path):
    sim = new_sim(start=trades.MORNING, key=KEY, secret=SECRET)
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    life_of = Listener(belay_e2e.Belay(sim, store, tmp_path, BELAY_LOG_LEVEL="debug"))
    for arguments in (["doctor"], ["doctor", "--json"], ["cycle"], ["cycle", "--json"], ["status", "--json"],
                      ["positions"], ["close", "AAPL", "--direct", "--yes"],
                      ["flatten", "--direct", "--yes", "--why", "over"], ["pause", "AAPL", "--for", "1h", "--why", "x"],
                      ["config", "check"], ["config", "show"], ["config", "show", "--json"], ["alert", "--test"],
                      ["alert", "--test", "--json"], ["alerts"]):
        life_of.run(*arguments, **WRONG[what])
    life_of.assert_no_canary()


FILES = {
    "a secret in the settings": '[broker]\napi_secret = "{SECRET}"\n',
    "a secret where a number belongs": '[run]\nsenders = "{SECRET}"\n',
    "a secret in a broken line": '[broker\napi_secret = "{SECRET}"\n',
    "a password in the location": '[store]\nlocation = "{URL}"\n',
    "a password beside the host": '[store]\nhost = "127.0.0.1"\npassword = "{PASSWORD}"\n',
}


@pytest.mark.parametrize("what", FILES)
def test_no_secret_of_a_file_is_told(what, new_sim, tmp_path):
    sim = new_sim(start=trades.MORNING, key=KEY, secret=SECRET)
    settings = tmp_path / "belay.toml"
    settings.write_text(FILES[what].format(SECRET=SECRET, PASSWORD=PASSWORD, URL=URL))
    life_of = Listener(belay_e2e.Belay(sim, None, tmp_path, BELAY_CONFIG=str(settings), BELAY_LOG_LEVEL="debug"))
    for arguments in (["doctor"], ["doctor", "--json"], ["cycle"], ["positions", "--json"]):
        life_of.run(*arguments)
    life_of.assert_no_canary()


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_no_secret_that_a_file_holds_is_told(mode, new_sim, tmp_path):
    """Keys from files, also one that others may read, which is refused."""
    sim = new_sim(start=trades.MORNING, key=KEY, secret=SECRET)
    store = belay_e2e.SqliteStore(tmp_path / "belay.db")
    belay = belay_e2e.Belay(sim, store, tmp_path, BELAY_LOG_LEVEL="debug")
    for name in ("ALPACA_API_KEY", "ALPACA_API_SECRET"):
        file = tmp_path / name
        file.write_text(belay.environment.pop(name) + "\n")
        file.chmod(mode)
        belay.environment[name + "_FILE"] = str(file)
    life_of = Listener(belay)
    for arguments in (["doctor"], ["doctor", "--json"], ["cycle"], ["cycle", "--json"], ["status"]):
        outcome = life_of.run(*arguments)
        assert (outcome.exit_code == 2) == (mode == 0o644), outcome
    life_of.assert_no_canary()
