# SPDX-License-Identifier: Apache-2.0
"""Those who are told: a real SMTP server (STARTTLS, authentication, a certificate of an authority made for the run) and
a receiver of webhooks, both on this machine, both with a switch."""

import base64
import dataclasses
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import pathlib
import ssl
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

import belay_e2e

USER, PASSWORD = "belay", "mail-s3cret"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()


class Authority:
    """A certificate authority, and a certificate of 127.0.0.1."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.file = self.directory / "ca.pem"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self._openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Mail test authority", "-keyout", "ca.key",
                      "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE")
        self._openssl("req", *curve, "-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
        (self.directory / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                      "-days", "2", "-extfile", "names", "-out", "server.pem")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.directory)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "server.pem", self.directory / "server.key")
        return context


@dataclasses.dataclass
class Mail:
    recipients: list
    tls: bool
    user: str
    message: email.message.EmailMessage
    content: bytes  # as it came

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def id(self):
        return str(self.message["Message-ID"])

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.message.get_body(("html",)).get_content()

    @property
    def pictures(self):
        """{Content-ID: bytes}"""
        return {str(part["Content-ID"]): part.get_content() for part in self.message.walk()
                if part.get_content_type() == "image/png"}


class MailServer:
    """On a port of its own, which it keeps while it is down. `refuses`: what it answers to every mail instead."""

    def __init__(self, authority, password=PASSWORD):
        self.authority = authority
        self.password = password
        self.port = belay_e2e.free_port()
        self.mails = []
        self.refuses = None
        self.controller = None
        self.start()

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, require_starttls=True,
                                     auth_required=True, tls_context=self.authority.context(),
                                     authenticator=self._check)
        self.controller.start()

    def stop(self):
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def _check(self, _server, session, _envelope, _mechanism, data):
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), self.password.encode())
        session.told_user = data.login.decode() if right else ""
        return AuthResult(success=right)

    async def handle_DATA(self, _server, session, envelope):
        if self.refuses:
            return self.refuses
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append(Mail(envelope.rcpt_tos, session.ssl is not None, session.told_user, parsed,
                               envelope.content))
        return "250 taken as 4711"

    def environment(self, **more):
        """What Belay needs to send here."""
        return {"BELAY_SMTP_URL": f"smtp://127.0.0.1:{self.port}", "BELAY_SMTP_USER": USER,
                "BELAY_SMTP_PASSWORD": self.password, "BELAY_ALERTS_FROM": "belay@example.com",
                "BELAY_ALERTS_TO": "ann@example.com, bob@example.com",
                "BELAY_ALERTS_CA_FILE": str(self.authority.file), **more}

    def about(self, word):
        return [mail for mail in self.mails if word in mail.subject]

    def wait_for(self, word, count=1, seconds=60):
        """So many mails with that word in their subject."""
        deadline = time.monotonic() + seconds
        while len(self.about(word)) < count:
            assert time.monotonic() < deadline, f"no mail about {word!r} in {[mail.subject for mail in self.mails]}"
            time.sleep(0.05)
        return self.about(word)


class WebhookReceiver:
    """Takes POSTs; `status` is what it answers. `pings` counts GETs."""

    def __init__(self, path="/hook/token"):
        receiver = self
        self.status = 200
        self.calls = []
        self.pings = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((dict(self.headers), body, receiver.status))
                self._answer()

            def do_GET(self):
                receiver.pings += 1
                self._answer()

            def _answer(self):
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{path}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def taken(self):
        """The bodies that were answered well."""
        return [json.loads(body) for _, body, status in self.calls if status == 200]


def is_signed(headers, body):
    """As the Standard Webhooks specification has it."""
    headers = {name.lower(): value for name, value in headers.items()}
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(headers["webhook-signature"], wanted)
