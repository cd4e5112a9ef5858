# SPDX-License-Identifier: Apache-2.0
"""What an end-to-end test needs: the paper exchange, a store, and the program itself.

    Sim      the paper exchange (`belay sim`) on a port of its own, with its control face as methods
    Store    a database that Belay keeps its books in: SqliteStore, PostgresStore (in a PostgresCluster)
    Belay    runs the program against a Sim and a Store, and reads its JSON

conftest.py makes fixtures of them. Everything is driven from outside, over HTTP, SQL and the command line, as a user
would. Processes started here end with the process that started them, however that ends.

Environment: BELAY_BIN (the program; default build/release/belay), BELAY_MARKET_DATA (real prices; default
../shared/market-data), BELAY_LONG=1 (the long form of tests that have one). Relative paths count from the project's
root.
"""

import copy
import dataclasses
import datetime
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELAY_BIN = ROOT / os.environ.get("BELAY_BIN", "build/release/belay")
FAILING_BIN = BELAY_BIN.with_name("belay_failing")  # dies where it is told: tests/faults/fail_point.cpp
FAILING_CLOCK = BELAY_BIN.with_name("failing_clock.so")  # a clock that is set as told: tests/faults/clock.cpp
FAILING_DISK = BELAY_BIN.with_name("failing_disk.so")  # a disk that fails as told: tests/faults/disk.cpp
MARKET_DATA = ROOT / os.environ.get("BELAY_MARKET_DATA", "../shared/market-data")
TEN_O_CLOCK = "2026-03-02T15:00:00Z"  # in New York, on a Monday
LONG = os.environ.get("BELAY_LONG", "") == "1"


def utc(text):
    """An RFC 3339 time as a datetime in UTC."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)


def rfc3339(at):
    """A datetime, or a text that is one already, as RFC 3339 in UTC."""
    if isinstance(at, str):
        return at
    return at.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def read_json(text):
    """JSON with exact decimals."""
    return json.loads(text, parse_float=Decimal)


def dying_with_us(command, user=None, by="KILL"):
    """`command`, run as `user`, such that it ends by that signal when this process does."""
    wrapped = ["setpriv", "--pdeathsig", by]
    if user is not None:
        wrapped += ["--reuid", user, "--regid", user, "--init-groups"]
    return wrapped + [str(part) for part in command]


def running_sims():
    """The body of a fixture that starts exchanges (arguments of Sim) and stops them with the test."""
    running = []

    def start(**how):
        running.append(Sim(**how))
        return running[-1]

    yield start
    for sim in running:
        sim.stop()


class SimError(Exception):
    """The exchange refused something; `status` and `body` are its answer."""

    def __init__(self, method, path, status, body):
        super().__init__(f"{method} {path}: {status} {body}")
        self.status = status
        self.body = body


class Sim:
    """A paper exchange of its own. Its clock stands still (speed 0) unless told otherwise.

    replay: CSV files of prices (absolute, or names in MARKET_DATA); start: RFC 3339 or datetime, default the first
    price, or ten o'clock of a day of trading; symbols: of a synthetic market; requests_per_minute: the trading API's limit, 0 for none; arguments: further
    options of `belay sim`.
    """

    def __init__(self, *, replay=(), start=None, speed="0", cash="100000", seed=1, symbols=(),
                 requests_per_minute=0, arguments=(), key="PKE2E000000000000001",
                 secret="e2e-secret"):
        self.key = key
        self.secret = secret
        command = [BELAY_BIN, "sim", "--port", "0", "--speed", speed, "--cash", cash, "--seed", seed,
                   "--key", key, "--secret", secret, "--requests-per-minute", requests_per_minute]
        for name in replay:
            command += ["--replay", MARKET_DATA / name]
        if start is None and not replay:
            start = TEN_O_CLOCK
        if start is not None:
            command += ["--start", rfc3339(start)]
        for symbol in symbols:
            command += ["--symbols", symbol]
        self.process = subprocess.Popen(dying_with_us([*command, *arguments]), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if not ready:
            raise RuntimeError(f"the exchange did not start (exit code {self.process.wait()}): {command}")
        self.url = json.loads(ready)["url"]

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- talking to it

    def request(self, method, path, body=None):
        """Any request, with the keys: (status, JSON or None)."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        try:
            headers = {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}
            text = None
            if body is not None:
                text = json.dumps(body)
                headers["Content-Type"] = "application/json"
            connection.request(method, path, text, headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, read_json(content) if content else None
        finally:
            connection.close()

    def ask(self, method, path, body=None):
        """A request that must succeed: its JSON."""
        status, answer = self.request(method, path, body)
        if not 200 <= status < 300:
            raise SimError(method, path, status, answer)
        return answer

    def control(self, what, **body):
        """POST /_sim/<what>; arguments that are None are left out."""
        given = {name: str(value) if isinstance(value, Decimal) else value
                 for name, value in body.items() if value is not None}
        return self.ask("POST", "/_sim/" + what, given)

    # ---- its world

    def price(self, symbol, price=None, *, bid=None, ask=None):
        """A quote of bid and ask, then a trade at price; price alone: bid and ask are there too."""
        texts = {name: str(value) for name, value in {"price": price, "bid": bid, "ask": ask}.items()
                 if value is not None}
        self.control("price", symbol=symbol, **texts)

    def position(self, symbol, qty, avg_price, entered_at=None):
        """As if it had been bought (negative: sold short) then; moves no cash."""
        self.control("position", symbol=symbol, qty=str(qty), avg_price=str(avg_price),
                     entered_at=None if entered_at is None else rfc3339(entered_at))

    def deposit(self, amount):
        self.control("cash", amount=str(amount))

    def halt(self, symbol, halted=True):
        self.control("halt", symbol=symbol, halted=halted)

    def split(self, symbol, new_shares, old_shares=1):
        self.control("split", symbol=symbol, new_shares=new_shares, old_shares=old_shares)

    def announce_split(self, symbol, new_shares, old_shares, ex_date):
        self.control("announce", symbol=symbol, new_shares=new_shares, old_shares=old_shares, ex_date=ex_date)

    def rename(self, symbol, new_symbol):
        """The company goes by another symbol from now on; holdings follow."""
        self.control("rename", symbol=symbol, new_symbol=new_symbol)

    def fault(self, kind, **how):
        """What happens to the next fitting requests: see sim/server/wire_faults.hpp."""
        self.control("fault", kind=kind, **how)

    def clear_faults(self):
        self.ask("DELETE", "/_sim/fault")

    def behaviour(self, **how):
        self.control("behaviour", **how)

    # ---- its clock

    @property
    def clock_url(self):
        return self.url + "/_sim/clock"

    def now(self):
        return utc(self.ask("GET", "/_sim/clock")["now"])

    def set_clock(self, at):
        """Forward only; prices on the way happen in order."""
        self.control("clock", set=rfc3339(at))

    def advance(self, by):
        """By "90s", "5m", "2h", "1d", "250ms", or seconds."""
        self.control("clock", advance=by)

    def set_speed(self, speed):
        self.control("clock", speed=str(speed))

    # ---- what it says

    def state(self):
        """Everything: prices, and each account's figures, positions, orders, activities."""
        return self.ask("GET", "/_sim/state")

    def cash(self):
        return Decimal(self.state()["accounts"][0]["account"]["cash"])

    def positions(self):
        """{symbol: signed quantity}"""
        return {p["symbol"]: Decimal(p["qty"]) for p in self.state()["accounts"][0]["positions"]}

    def requests(self):
        """Who asked for what so far: see sim/server/request_log.hpp."""
        return self.ask("GET", "/_sim/requests")

    def forget_requests(self):
        self.ask("DELETE", "/_sim/requests")

    # ---- trading, as any client of Alpaca would

    def submit(self, symbol, side, qty, *, type="market", time_in_force="day", **more):
        """An order of somebody other than Belay; its JSON as accepted."""
        return self.ask("POST", "/v2/orders", {"symbol": symbol, "side": side, "qty": str(qty), "type": type,
                                               "time_in_force": time_in_force, **more})

    def order(self, order_id):
        return self.ask("GET", f"/v2/orders/{order_id}")

    def orders(self, status="all"):
        return self.ask("GET", f"/v2/orders?status={status}&limit=500&direction=asc&nested=true")


# ---- stores


def sql_text(value):
    """A value as SQL of both databases."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "'1'" if value else "'0'"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, datetime.datetime):
        value = rfc3339(value)
    return "'" + str(value).replace("'", "''") + "'"


class Store:
    """A database. `url` is what BELAY_STORE takes."""

    url = ""

    def execute(self, sql):
        raise NotImplementedError

    def rows(self, sql):
        """The rows of a SELECT, as dicts."""
        raise NotImplementedError

    def insert(self, table, **columns):
        names = ", ".join(columns)
        values = ", ".join(sql_text(value) for value in columns.values())
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({values})")

    def insert_execution(self, **columns):
        """A row of dispatch_executions in the shape that `belay migrate` creates; a filled long stock unless said
        otherwise. Required: ticker, quantity, entry_price, entry_time."""
        usual = {"instrument_type": "STOCK", "side": "long", "strategy_type": "swing_trade", "status": "FILLED"}
        self.insert("dispatch_executions", **(usual | columns))


class SqliteStore(Store):
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.url = f"sqlite:{self.path}"

    def _connect(self):
        connection = sqlite3.connect(self.path, timeout=10)
        connection.row_factory = sqlite3.Row
        return connection

    def execute(self, sql):
        connection = self._connect()
        try:
            connection.executescript(sql)
        finally:
            connection.close()

    def rows(self, sql):
        connection = self._connect()
        try:
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()


class PostgresStore(Store):
    def __init__(self, cluster, database):
        self.url = cluster.url(database)

    def _psql(self, sql):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-f", "-"],
                              input=sql, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"{done.stderr}\n{sql}")
        return done.stdout

    def execute(self, sql):
        self._psql(sql)

    def rows(self, sql):
        return read_json(self._psql(f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) found"))


class PostgresCluster:
    """A PostgreSQL server of its own in a directory of its own, gone with this process. Unlike `Sim` it takes a while
    to start: have one for many tests, and a database for each."""

    def __init__(self, durable=False, **environment):
        """`durable`: keeps through a crash what it has said to keep; slower."""
        self.durable = durable
        self.environment = os.environ | environment
        self.programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="belay-e2e-postgres-"))
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user is not None:
            shutil.chown(self.directory, self.user, self.user)
        data = self.directory / "data"
        subprocess.run(dying_with_us([self.programs / "initdb", "-D", data, "-U", "belay", "-A", "trust", "-E", "UTF8",
                                      "--locale=C", "-N", "--no-instructions"], self.user),
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.port = free_port()
        self.process = None
        self.databases = 0
        self.start()

    def start(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.directory,
                    **{name: "on" if self.durable else "off"
                       for name in ("fsync", "synchronous_commit", "full_page_writes")},
                    "shared_buffers": "16MB", "max_connections": "50", "autovacuum": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.log = open(self.directory / "log", "a")
        self.process = subprocess.Popen(dying_with_us([self.programs / "postgres", "-D", self.directory / "data",
                                                       *options], self.user, by="QUIT"),
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/",
                                        env=self.environment)
        deadline = time.monotonic() + 60
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self.directory / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self, by=signal.SIGINT):
        """Ends the server; start() brings it back with its databases."""
        self.process.send_signal(by)
        self.process.wait(120)
        self.log.close()

    def remove(self):
        self.stop(signal.SIGQUIT)  # at once, nothing written out
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, database):
        return f"postgresql://belay@127.0.0.1:{self.port}/{database}"

    def new_store(self):
        """A fresh, empty database."""
        self.databases += 1
        name = f"belay_{self.databases}"
        PostgresStore(self, "postgres").execute(f'CREATE DATABASE "{name}" STRATEGY file_copy')
        return PostgresStore(self, name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- the program


@dataclasses.dataclass
class Outcome:
    """How a command ended."""

    arguments: tuple
    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self):
        return read_json(self.stdout)

    def __str__(self):
        return f"belay {' '.join(self.arguments)}: exit code {self.exit_code}\n{self.stdout}\n{self.stderr}"


class Belay:
    """The program against one exchange and one store, with an environment of its own: nothing of the caller's gets in.
    Its time comes from the exchange's clock unless `own_clock` is set. `program`: another build of it."""

    def __init__(self, sim, store, home, *, own_clock=False, program=BELAY_BIN, **environment):
        self.program = program
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "ALPACA_API_KEY": sim.key,
            "ALPACA_API_SECRET": sim.secret,
            "ALPACA_BASE_URL": sim.url,
            "ALPACA_DATA_URL": sim.url,
        }
        if store is not None:
            self.environment["BELAY_STORE"] = store.url
        if not own_clock:
            self.environment["BELAY_CLOCK_URL"] = sim.clock_url
        self.environment.update(environment)

    def but(self, *, program=None, **environment):
        """The same, with another program or with these variables besides."""
        other = copy.copy(self)
        other.program = program or self.program
        other.environment = self.environment | {name: str(value) for name, value in environment.items()}
        return other

    def run(self, *arguments, timeout=120):
        """Any command, to its end."""
        arguments = tuple(str(argument) for argument in arguments)
        done = subprocess.run([self.program, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)
        return Outcome(arguments, done.returncode, done.stdout, done.stderr)

    def start(self, *arguments, **how):
        """Any command, left running: its Popen."""
        return subprocess.Popen(dying_with_us([self.program, *arguments]), env=self.environment, stdin=subprocess.DEVNULL,
                                text=True, **how)

    def _well(self, *arguments):
        outcome = self.run(*arguments)
        assert outcome.exit_code == 0, outcome
        return outcome

    def migrate(self):
        for _ in range(5):  # on a busy machine a database may answer late
            outcome = self.run("migrate", "--json")
            if outcome.exit_code != 3:
                break
        assert outcome.exit_code == 0, outcome

    def cycle(self, *arguments):
        """One pass: (its JSON, exit code)."""
        outcome = self.run("cycle", "--json", *arguments)
        assert outcome.exit_code in (0, 1), outcome
        return outcome.json, outcome.exit_code

    def positions(self, all=True):
        return self._well("positions", "--json", *(["--all"] if all else [])).json

    def events(self, *arguments):
        return self._well("events", "--json", *arguments).json
