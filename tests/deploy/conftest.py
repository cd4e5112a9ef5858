# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the deployment tests: a clean Debian, the package, the image, and containers of it.

A Docker daemon is not needed: buildah builds, with chroot for isolation, which works where nothing else does, and runc
runs. Both need root; a test that cannot have what it needs fails and says what.

    package     build/belay_*.deb, as ./dev package made it
    buildah     buildah("run", …): its standard output; storage below build/deploy
    debian      a bare Debian of this machine's release as an image's name, made by mmdebstrap
    image       the name of the image that the Dockerfile makes around the package
"""

import collections
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import belay_e2e  # noqa: E402
import container  # noqa: E402

WORK = ROOT / "build/deploy"
FIGURES = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def say(pytestconfig):
    """A figure that the run ends with."""
    return pytestconfig.stash[FIGURES].append


def need(*programs):
    missing = [name for name in programs if shutil.which(name) is None]
    assert not missing, f"missing: {', '.join(missing)}; ./dev test installs them"


@pytest.fixture(scope="session")
def package():
    found = list((ROOT / "build").glob("belay_*.deb"))
    assert len(found) == 1, "there must be one build/belay_*.deb: ./dev package"
    return found[0]


@pytest.fixture(scope="session")
def buildah():
    need("buildah")
    assert os.getuid() == 0, "images are mounted and run by root"
    WORK.mkdir(parents=True, exist_ok=True)

    def call(*arguments, driver=storage_driver()):
        command = ["buildah", "--storage-driver", driver, "--root", WORK / f"storage-{driver}",
                   "--runroot", WORK / f"run-{driver}", *arguments]
        done = subprocess.run([str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True)
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout.strip()

    call("rm", "--all")
    yield call
    call("rm", "--all")
    call("rmi", "--prune")


def storage_driver():
    """overlay, or where the kernel or the file system has none, plain copies."""
    lower, upper, work, merged = (WORK / "overlay-probe" / name for name in ("lower", "upper", "work", "merged"))
    for folder in (lower, upper, work, merged):
        folder.mkdir(parents=True, exist_ok=True)
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    if subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, merged], capture_output=True).returncode:
        return "vfs"
    subprocess.run(["umount", merged], check=True)
    return "overlay"


def this_system(what):
    lines = pathlib.Path("/etc/os-release").read_text().splitlines()
    return next(line.split("=", 1)[1].strip('"') for line in lines if line.startswith(what + "="))


@pytest.fixture(scope="session")
def debian(buildah):
    need("mmdebstrap")
    release = this_system("VERSION_CODENAME")
    components = "main,universe" if this_system("ID") == "ubuntu" else "main"
    name, tar = f"localhost/belay-test-{release}", WORK / f"{release}.tar"
    if not tar.exists():
        part = tar.with_suffix(".part.tar")
        made = subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates",
                               f"--components={components}", release, part], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        assert made.returncode == 0, made.stderr[-4000:]
        part.rename(tar)
    base = buildah("from", "scratch")
    buildah("add", "--quiet", base, tar, "/")
    buildah("commit", "--quiet", base, name)
    buildah("rm", base)
    return name


def build(buildah, debian, name, *more):
    buildah("build", "--format", "docker", "--isolation", "chroot", "--layers=false", "--build-arg",
            f"DEBIAN={debian}", "--tag", name, *more, ".")
    return name


@pytest.fixture(scope="session")
def image(buildah, debian, package, tmp_path_factory, say):
    """Made around the package that this machine built; BELAY_LONG=1: from the source, as a user's would be."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copy(package, folder / "belay.deb")
    more = () if belay_e2e.LONG else ("--build-context", f"package={folder}")
    name = build(buildah, debian, "localhost/belay-test", *more)
    say(f"package: {package.stat().st_size / 1e6:.1f} MB")
    return name


Image = collections.namedtuple("Image", "config root")


@pytest.fixture(scope="session")
def unpacked(buildah, image):
    """The image's configuration and its mounted root."""
    working = buildah("from", image)
    return Image(belay_e2e.read_json(buildah("inspect", "--type", "image", image))["Docker"]["config"],
                 pathlib.Path(buildah("mount", working)))


@pytest.fixture
def new_container(unpacked, tmp_path):
    need("runc")
    running = []

    def make(*command, **how):
        running.append(container.Container(unpacked, command, tmp_path / f"bundle{len(running)}", **how))
        return running[-1]

    yield make
    for one in running:
        one.remove()


@pytest.fixture(scope="session")
def postgres():
    cluster = belay_e2e.PostgresCluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def new_sim():
    yield from belay_e2e.running_sims()
