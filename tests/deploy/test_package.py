# SPDX-License-Identifier: Apache-2.0
"""The Debian package on a clean system: it installs with what it needs, runs, and goes again."""

import json
import pathlib
import subprocess

import pytest

import belay_e2e
from conftest import ROOT


@pytest.fixture(scope="module")
def system(buildah, debian, package):
    """A clean Debian with the package on it: system("belay", "--version") runs there."""
    name = buildah("from", debian)
    buildah("copy", "--quiet", name, package, "/root/belay.deb")

    def run(*command):
        return buildah("run", "--isolation", "chroot", name, "--", *command)

    run("sh", "-c", "apt-get update -qq && DEBIAN_FRONTEND=noninteractive "
                    "apt-get install -qq -y --no-install-recommends /root/belay.deb >/dev/null 2>&1")
    run.root = buildah("mount", name)
    return run


def test_it_installs_and_runs(system):
    assert system("belay", "--version").startswith("belay ")
    day = json.loads(system("belay", "demo", "--fast", "--json"))
    assert day["books_agree"] and day["finished"]


def test_it_has_a_user_of_its_own(system):
    user = system("getent", "passwd", "belay").split(":")
    assert int(user[2]) < 1000 and user[6].endswith("nologin")


def test_its_configuration_is_the_administrators(system):
    assert system("dpkg-query", "-f", "${Conffiles}", "-W", "belay").split()[0] == "/etc/belay/belay.toml"
    said = system("sh", "-c", "BELAY_CONFIG=/etc/belay/belay.toml belay doctor --json 2>&1 || true")
    assert "unknown" not in said and "/etc/belay/alpaca_api_key" in said, said


def test_its_unit_is_sound_and_tight(system, tmp_path):
    unit = "/usr/lib/systemd/system/belay.service"
    here = tmp_path / "belay.service"  # beside this machine's units, with this machine's program
    here.write_text(pathlib.Path(f"{system.root}{unit}").read_text().replace("/usr/bin/belay", str(belay_e2e.BELAY_BIN)))
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True, text=True)
    assert "belay" not in checked.stderr, checked.stderr
    scored = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15",
                             f"{system.root}{unit}"], capture_output=True, text=True)
    assert scored.returncode == 0, scored.stdout  # an exposure of at most 1.5 of 10


def test_what_it_says_of_itself_holds(package):
    fields = dict(line.split(": ", 1) for line in subprocess.run(
        ["dpkg-deb", "--field", package], check=True, capture_output=True, text=True).stdout.splitlines()
        if ": " in line)
    project = next(line for line in (ROOT / "CMakeLists.txt").read_text().splitlines() if line.startswith("project("))
    assert f"VERSION {fields['Version']} " in project
    assert "libpq5" in fields["Depends"] and "ca-certificates" in fields["Depends"]


def test_it_goes_again_and_leaves_the_book(system):
    system("sh", "-c", "mkdir -p /var/lib/belay && touch /var/lib/belay/belay.db /etc/belay/alpaca_api_key")
    system("dpkg", "--purge", "belay")
    assert system("sh", "-c", "ls /usr/bin/belay /etc/belay/belay.toml 2>/dev/null || true") == ""
    assert system("ls", "/var/lib/belay/belay.db", "/etc/belay/alpaca_api_key")
