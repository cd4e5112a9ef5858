# SPDX-License-Identifier: Apache-2.0
"""What systemd hears of the service with Type=notify and a watchdog: the protocol, from systemd's end of the socket."""

import os
import signal
import socket
import subprocess
import time

import pytest

import belay_e2e
import trouble


class Supervisor:
    def __init__(self, folder, sim, *arguments, **more):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "NOTIFY_SOCKET": str(folder / "notify"),
                       "ALPACA_API_KEY": sim.key, "ALPACA_API_SECRET": sim.secret, "ALPACA_BASE_URL": sim.url,
                       **more}
        self.process = subprocess.Popen(belay_e2e.dying_with_us([belay_e2e.BELAY_BIN, "run", *arguments]),
                                        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def hears(self, line, seconds=trouble.PATIENCE):
        """The first datagram with that line, within the time; None when there was none."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                lines = self.socket.recv(4096).decode().split("\n")
            except TimeoutError:
                return None
            if line in lines:
                return lines
        return None

    def end(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()


@pytest.fixture
def supervised(tmp_path, new_sim):
    started = []

    def start(*arguments, sim=None, name="service", **more):
        (tmp_path / name).mkdir()
        started.append(Supervisor(tmp_path / name, sim or new_sim(), *arguments, **more))
        return started[-1]

    yield start
    for one in started:
        one.end()


def test_ready_after_the_first_pass_then_signs_of_life_then_stopping(supervised):
    service = supervised()
    assert service.hears("READY=1")[1].startswith("STATUS=0 positions, 0 checked")
    for _ in range(3):
        assert service.hears("WATCHDOG=1", 20)
    service.process.send_signal(signal.SIGTERM)
    assert service.hears("STOPPING=1")
    assert service.process.wait(trouble.PATIENCE) == 0


def test_a_loop_that_waits_gives_no_sign_of_life(supervised, new_sim):
    sim = new_sim()
    service = supervised(sim=sim, BELAY_SWEEP="1s")
    assert service.hears("WATCHDOG=1")
    sim.process.send_signal(signal.SIGSTOP)  # a broker that does not answer: the next pass waits for it
    try:
        trouble.until(lambda: service.hears("WATCHDOG=1", 3) is None, "silence")
    finally:
        sim.process.send_signal(signal.SIGCONT)
    assert service.hears("WATCHDOG=1")


def test_who_stands_by_is_ready_and_alive(supervised, new_sim, tmp_path):
    sim = new_sim()
    book = f"sqlite:{tmp_path}/book.db"
    first = supervised(sim=sim, BELAY_STORE=book)
    assert first.hears("READY=1")
    second = supervised("--standby", sim=sim, name="second", BELAY_STORE=book)
    assert second.hears("READY=1") == ["READY=1", "STATUS=standing by"]
    assert second.hears("WATCHDOG=1")
    first.process.send_signal(signal.SIGTERM)
    assert "checked" in second.hears("READY=1")[1]
