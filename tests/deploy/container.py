# SPDX-License-Identifier: Apache-2.0
"""An image run by runc as ECS would: its own user, a root that cannot be written, no capability, no new privilege."""

import json
import subprocess
import uuid


class Container:
    """`network`: the host's ("host") or one of its own with nothing but a loopback ("none"). `tmp`: a writable /tmp."""

    def __init__(self, image, command, bundle, *, environment=(), network="none", tmp=False):
        bundle.mkdir()
        self.name = f"belay-test-{uuid.uuid4().hex[:12]}"
        self.bundle = bundle
        self.user = [int(number) for number in image.config["User"].split(":")]
        self.environment = image.config["Env"] + [f"{name}={value}" for name, value in dict(environment).items()]
        arguments = [*image.config["Entrypoint"], *(command or image.config["Cmd"])]
        (bundle / "config.json").write_text(json.dumps(self._spec(image.root, arguments, network, tmp)))

    def _spec(self, root, arguments, network, tmp):
        mounts = [{"destination": "/proc", "type": "proc", "source": "proc"},
                  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}]
        if tmp:
            mounts.append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev"]})
        spaces = ["pid", "ipc", "uts", "mount"] + ([] if network == "host" else ["network"])
        return {"ociVersion": "1.0.2",
                "process": {"user": {"uid": self.user[0], "gid": self.user[1]}, "args": arguments, "cwd": "/",
                            "env": self.environment, "capabilities": {}, "noNewPrivileges": True},
                "root": {"path": str(root), "readonly": True},
                "mounts": mounts,
                "linux": {"namespaces": [{"type": space} for space in spaces]}}

    def _runc(self, *arguments, **how):
        return subprocess.run(["runc", *arguments], stdin=subprocess.DEVNULL, text=True, capture_output=True, **how)

    def run(self, timeout=120):
        """Until it ends: (exit code, standard output, standard error)."""
        done = self._runc("run", "--bundle", str(self.bundle), self.name, timeout=timeout)
        return done.returncode, done.stdout, done.stderr

    def start(self):
        """In the background; its output goes to a file of the bundle."""
        with open(self.bundle / "output", "w") as output:
            subprocess.run(["runc", "run", "--detach", "--bundle", str(self.bundle), self.name], check=True,
                           stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    @property
    def output(self):
        return (self.bundle / "output").read_text()

    def execute(self, *command, timeout=120):
        """A further process in it: (exit code, standard output)."""
        environment = [part for one in self.environment for part in ("--env", one)]
        done = self._runc("exec", "--user", ":".join(map(str, self.user)), *environment, self.name, *command,
                          timeout=timeout)
        return done.returncode, done.stdout

    def signal(self, name):
        assert self._runc("kill", self.name, name).returncode == 0

    def state(self):
        done = self._runc("state", self.name)
        return json.loads(done.stdout)["status"] if done.returncode == 0 else "gone"

    def remove(self):
        self._runc("delete", "--force", self.name)
