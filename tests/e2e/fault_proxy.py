# SPDX-License-Identifier: Apache-2.0
"""Lines that fail as told, between the program and what it talks to.

    FaultProxy   HTTP (or, with a certificate, HTTPS): cuts, delays, trickles, swallows, corrupts and answers by itself,
                 for the requests that a test names; WebSockets pass through, and can be frozen
    TcpProxy     any protocol: delays, holds, cuts, refuses

Each listens on a port of its own on 127.0.0.1, serves each connection on a thread, and ends with stop(). What happens
is decided by the order of requests, never by chance.
"""

import dataclasses
import json
import socket
import ssl
import struct
import threading
import time
import urllib.parse

_LARGEST_READ = 1 << 16


@dataclasses.dataclass
class Reply:
    """An answer of the exchange, to be sent on or changed. `length`: what Content-Length claims; None for the truth."""

    status: int
    headers: list
    body: bytes
    length: int = None

    def raw(self):
        headers = [(name, value) for name, value in self.headers
                   if name.lower() not in ("content-length", "connection", "transfer-encoding")]
        headers.append(("Content-Length", str(len(self.body) if self.length is None else self.length)))
        lines = [f"HTTP/1.1 {self.status} {_PHRASES.get(self.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body

    def json(self):
        return json.loads(self.body)

    def with_json(self, value):
        return dataclasses.replace(self, body=json.dumps(value).encode())


_PHRASES = {200: "OK", 204: "No Content", 207: "Multi-Status", 400: "Bad Request", 401: "Unauthorized",
            403: "Forbidden", 404: "Not Found", 422: "Unprocessable Entity", 429: "Too Many Requests",
            500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@dataclasses.dataclass
class Request:
    method: str
    target: str
    head: bytes
    body: bytes

    @property
    def path(self):
        return self.target.split("?", 1)[0]

    @property
    def is_upgrade(self):
        return b"upgrade: websocket" in self.head.lower()


@dataclasses.dataclass
class Fault:
    """What happens to the requests of that method ("" for any) whose path begins so: the first `skip` pass, the next
    `times` (None: all) are hit."""

    kind: str
    method: str
    path: str
    skip: int
    times: int
    how: dict
    hits: int = 0

    def takes(self, request):
        if self.method not in ("", request.method) or not request.path.startswith(self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            if self.times == 0:
                return False
            self.times -= 1
        self.hits += 1
        return True


class Closed(Exception):
    """The other side has gone."""


class _Line:
    """A socket from which whole messages are read."""

    def __init__(self, plain):
        self.socket = plain
        self.unread = b""

    def _more(self):
        data = self.socket.recv(_LARGEST_READ)
        if not data:
            raise Closed
        self.unread += data

    def head(self):
        while b"\r\n\r\n" not in self.unread:
            self._more()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return head

    def body(self, head):
        length = next((int(line.split(b":", 1)[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        while len(self.unread) < length:
            self._more()
        body, self.unread = self.unread[:length], self.unread[length:]
        return body


class _Door:
    """A listening port; every connection gets a thread that runs serve(socket)."""

    def __init__(self, tls=None):
        self._tls = tls
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def serve(self, plain):
        raise NotImplementedError

    def _accept(self):
        while not self._ending.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        self._keep(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._keep(connection)
            self.serve(connection)
        except (OSError, Closed, ValueError):
            pass  # the other side, or stop(), has ended it
        finally:
            self._close(connection)

    def _keep(self, connection):
        with self._lock:
            self._open.add(connection)

    def _close(self, connection):
        with self._lock:
            self._open.discard(connection)
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()

    def cut_all(self):
        """Ends every connection there is."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            self._close(connection)

    def stop(self):
        self._ending.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self.cut_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class FaultProxy(_Door):
    """Between the program and the exchange at `upstream` (http://host:port). `url` is what the program is told.

    Kinds of faults; "before": the exchange never sees the request, "after": it acts, and the answer is lost.

        cut_before, cut_after     the connection ends without a word
        cut_in_reply              … in the middle of the answer
        reset_before, reset_after … with a reset
        blackhole_before, blackhole_after   no answer, and the connection stays
        delay_request, delay_reply          seconds=
        trickle                   the answer byte by byte, pause= seconds between two
        answer                    status=, body= (bytes, text, or what becomes JSON), headers={}; acts=True: after
        change                    change=, a function of Reply that returns a Reply or raw bytes
    """

    def __init__(self, upstream, tls=None):
        address = urllib.parse.urlsplit(upstream)
        self._upstream = (address.hostname, address.port)
        self._faults = []
        self._frozen = threading.Event()
        self.log = []  # (method, target, what was done)
        super().__init__(tls)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"

    def fault(self, kind, method="", path="", *, skip=0, times=1, **how):
        one = Fault(kind, method, path, skip, times, how)
        with self._lock:
            self._faults.append(one)
        return one

    def clear(self):
        with self._lock:
            self._faults.clear()
        self._frozen.clear()

    def freeze_streams(self):
        """WebSockets stay open and carry nothing more: a half-open line."""
        self._frozen.set()

    def asked(self, method="", path=""):
        """Requests of that method and path so far."""
        return [(m, target, did) for m, target, did in list(self.log)
                if method in ("", m) and target.startswith(path)]

    # ---- one connection

    def serve(self, plain):
        client = _Line(plain)
        while True:
            head = client.head()
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            request = Request(method, target, head, client.body(head))
            with self._lock:
                fault = next((one for one in self._faults if one.takes(request)), None)
                self.log.append((method, target, "passed" if fault is None else fault.kind))
            if request.is_upgrade and (fault is None or fault.kind == "delay_request"):
                return self._splice(client, request)
            if fault is None:
                plain.sendall(self._forward(request).raw())
            else:
                getattr(self, "_" + fault.kind)(plain, request, **fault.how)

    def _forward(self, request):
        with socket.create_connection(self._upstream, timeout=60) as plain:
            lines = [line for line in request.head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            plain.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + request.body)
            line = _Line(plain)
            head = line.head()
            status, *headers = head.decode("latin-1").split("\r\n")
            body = line.body(head)
        return Reply(int(status.split(" ")[1]), [tuple(part.strip() for part in one.split(":", 1)) for one in headers],
                     body)

    def _splice(self, client, request):
        upstream = socket.create_connection(self._upstream, timeout=60)
        upstream.settimeout(None)
        self._keep(upstream)
        upstream.sendall(request.head + b"\r\n\r\n" + client.unread)
        back = threading.Thread(target=self._pump, args=(upstream, client.socket), daemon=True)
        back.start()
        self._pump(client.socket, upstream)

    def _pump(self, source, sink):
        try:
            while data := source.recv(_LARGEST_READ):
                if not self._frozen.is_set():
                    sink.sendall(data)
        except OSError:
            pass
        finally:
            self._close(source)
            self._close(sink)

    def _wait_for_end(self, plain):
        while plain.recv(_LARGEST_READ):
            pass
        raise Closed

    # ---- the faults

    def _cut_before(self, plain, request):
        raise Closed

    def _cut_after(self, plain, request):
        self._forward(request)
        raise Closed

    def _cut_in_reply(self, plain, request):
        raw = self._forward(request).raw()
        plain.sendall(raw[:len(raw) * 2 // 3])
        raise Closed

    def _reset_before(self, plain, request):
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self._lock:
            self._open.discard(plain)
        plain.close()
        raise Closed

    def _reset_after(self, plain, request):
        self._forward(request)
        self._reset_before(plain, request)

    def _blackhole_before(self, plain, request):
        self._wait_for_end(plain)

    def _blackhole_after(self, plain, request):
        self._forward(request)
        self._wait_for_end(plain)

    def _delay_request(self, plain, request, seconds):
        self._ending.wait(seconds)
        plain.sendall(self._forward(request).raw())

    def _delay_reply(self, plain, request, seconds):
        raw = self._forward(request).raw()
        self._ending.wait(seconds)
        plain.sendall(raw)

    def _trickle(self, plain, request, pause=0.0):
        for byte in self._forward(request).raw():
            plain.sendall(bytes([byte]))
            if pause:
                time.sleep(pause)

    def _answer(self, plain, request, status, body=b"", headers=None, acts=False):
        if acts:
            self._forward(request)
        if callable(body):
            body = body(request)
        kind = "text/html" if isinstance(body, str) and body.lstrip().startswith("<") else "application/json"
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        plain.sendall(Reply(status, [("Content-Type", kind), *(headers or {}).items()], body).raw())

    def _change(self, plain, request, change):
        changed = change(self._forward(request))
        plain.sendall(changed.raw() if isinstance(changed, Reply) else changed)
        if not isinstance(changed, Reply) or changed.length is not None:
            raise Closed


class TcpProxy(_Door):
    """Between the program and host:port, for any protocol. The mode holds for what is under way too."""

    def __init__(self, host, port):
        self._target = (host, port)
        self._changed = threading.Condition()
        self._mode = "pass"
        self._delay = 0.0
        self._cut_after = None
        super().__init__()

    def passes(self):
        """All is well again; what was held goes on its way."""
        self._set("pass", 0.0)

    def delays(self, seconds):
        """Each piece of data is that late."""
        self._set("pass", seconds)

    def holds(self):
        """Connections stay and are accepted; nothing gets through."""
        self._set("hold", 0.0)

    def refuses(self):
        """Connections end, also new ones."""
        self._set("refuse", 0.0)
        self.cut_all()

    def cuts_after(self, said):
        """The next time that the program says this, it is passed on, and the connection ends before the answer."""
        self._cut_after = said

    @property
    def has_cut(self):
        return self._cut_after is None

    def _set(self, mode, delay):
        with self._changed:
            self._mode, self._delay = mode, delay
            self._changed.notify_all()

    def _wait_for_leave(self):
        with self._changed:
            while self._mode == "hold" and not self._ending.is_set():
                self._changed.wait(0.5)
            if self._mode == "refuse":
                raise Closed
            return self._delay

    def serve(self, plain):
        self._wait_for_leave()
        upstream = socket.create_connection(self._target)
        self._keep(upstream)
        deaf = threading.Event()
        threading.Thread(target=self._pump, args=(upstream, plain, deaf), daemon=True).start()
        self._pump(plain, upstream, deaf, self._spoken)

    def _spoken(self, data, deaf):
        if self._cut_after is not None and self._cut_after in data:
            self._cut_after = None
            deaf.set()

    def _pump(self, source, sink, deaf, listen=None):
        """`deaf`: what was said is answered to nobody, and then the connection ends."""
        try:
            while data := source.recv(_LARGEST_READ):
                self._ending.wait(self._wait_for_leave())
                if listen is not None:
                    listen(data, deaf)
                elif deaf.is_set():
                    raise Closed
                sink.sendall(data)
        except (OSError, Closed):
            pass
        finally:
            self._close(source)
            self._close(sink)


# ---- changes of a reply


def flipped(reply):
    """Every seventh byte has its highest bit turned."""
    body = bytearray(reply.body)
    for i in range(3, len(body), 7):
        body[i] ^= 0x80
    return dataclasses.replace(reply, body=bytes(body))


def cut_short(reply):
    """Content-Length promises more than comes before the connection ends."""
    return dataclasses.replace(reply, body=reply.body[:len(reply.body) // 2], length=len(reply.body))


def short_length(reply):
    """Content-Length promises less than is there: what is read is half a text."""
    return dataclasses.replace(reply, length=len(reply.body) // 2)


def garbage(reply):
    return dataclasses.replace(reply, body=b'{"id": "half an answ')


def deep(reply):
    return dataclasses.replace(reply, body=b"[" * 200_000 + b"]" * 200_000)


def huge(reply):
    return dataclasses.replace(reply, body=b'{"message": "' + b"x" * (40 << 20) + b'"}')


def not_http(reply):
    return b"SSH-2.0-OpenSSH_9.2p1\r\n"


def empty(reply):
    return dataclasses.replace(reply, body=b"")


def html(status):
    """The page of a proxy on the way, as the answer."""
    page = f"<html><head><title>{status} trouble</title></head><body><h1>{status} trouble</h1></body></html>"
    return {"status": status, "body": page}


def each_object(value, change):
    """`value` with `change` applied to every JSON object within, innermost first."""
    if isinstance(value, list):
        return [each_object(one, change) for one in value]
    if isinstance(value, dict):
        return change({name: each_object(one, change) for name, one in value.items()})
    return value


def unknown_fields(reply):
    """Each object has a field that nobody knows, of every kind."""
    added = {"mood": {"colours": ["mauve", None, 1e300]}, "x_null": None, "x_deep": [[[[[[]]]]]]}
    return reply.with_json(each_object(reply.json(), lambda one: one | added))


def with_words(**words):
    """Each object's words of those names replaced, where they are texts."""
    def change(reply):
        return reply.with_json(each_object(reply.json(), lambda one: {
            name: words[name] if name in words and isinstance(value, str) else value for name, value in one.items()}))
    return change


def duplicate_keys(reply):
    """Each object says its first field twice, the second time with another value."""
    def text(value):
        if isinstance(value, list):
            return "[" + ",".join(map(text, value)) + "]"
        if not isinstance(value, dict):
            return json.dumps(value)
        members = [json.dumps(name) + ":" + text(one) for name, one in value.items()]
        if value:
            members.append(json.dumps(next(iter(value))) + ':"another"')
        return "{" + ",".join(members) + "}"
    return dataclasses.replace(reply, body=text(reply.json()).encode())
