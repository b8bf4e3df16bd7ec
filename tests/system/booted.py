"""A real systemd, booted in a throw-away overlay of this machine's own root: nothing done inside remains. Needs root,
systemd-nspawn (package systemd-container) and an init (systemd-sysv).
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

BOOT_SECONDS = 240
LIFE_SECONDS = 2400  # the machine is ended after this in any case


class CannotBoot(Exception):
    """Why this machine cannot boot a systemd."""


def missing():
    """Why no boot can be tried here; empty when it can."""
    if os.geteuid() != 0:
        return "not root"
    for program, package in (("systemd-nspawn", "systemd-container"), ("nsenter", "util-linux"), ("unshare", "util-linux")):
        if not shutil.which(program):
            return f"{program} is not installed (package {package})"
    if not os.access("/usr/lib/systemd/systemd", os.X_OK) or not os.path.exists("/sbin/init"):
        return "no systemd to boot is installed (package systemd-sysv)"
    return ""


def children(pid):
    """Of all its threads."""
    found = []
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        pass
    return found


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def init_below(pid):
    """The booted machine's process 1: the child of the nspawn that is a systemd."""
    for child in children(pid):
        if name_of(child) == "systemd":
            return child
        found = init_below(child)
        if found:
            return found
    return None


class Machine:
    """`folders` of this machine are seen at the same paths inside; what is written there is thrown away with the rest."""

    def __init__(self, folders=()):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="tenure-boot-"))
        # A bind of / alone is a root without the host's other mounts. All mounts end with their mount namespace.
        script, binds = [f"mount --bind / {self._make('root')}"], ""
        for number, folder in enumerate(folders):
            layer, upper, rest = self._make(f"layer{number}"), self._make(f"upper{number}"), self._make(f"rest{number}")
            script.append(f"mount -t overlay -o lowerdir={folder},upperdir={upper},workdir={rest} tenure {layer}")
            binds += f" --bind={layer}:{folder}"
        # tmpfiles would empty /tmp, where `folders` may lie.
        script.append("exec systemd-nspawn --quiet --register=no --keep-unit --volatile=overlay --private-network"
                      f"{binds} -D {self.work}/root --boot --console=pipe -M tenure-{os.getpid()}"
                      " systemd.unit=basic.target systemd.mask=systemd-tmpfiles-setup.service")
        script = " && ".join(script)
        self.console = open(self.work / "console", "wb")
        self.process = subprocess.Popen(["timeout", "-k", "5", str(LIFE_SECONDS), "unshare", "-m", "sh", "-c", script],
                                        stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console)
        self.init = None
        try:
            self._await_boot()
        except BaseException:
            self.close()
            raise

    def _make(self, name):
        (self.work / name).mkdir()
        return self.work / name

    def _await_boot(self):
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                said = (self.work / "console").read_text(errors="replace").strip().splitlines()[-3:]
                raise CannotBoot("systemd-nspawn ended: " + " / ".join(said))
            self.init = init_below(self.process.pid)
            if self.init and self.run("systemctl is-system-running", check=False).stdout.strip() in ("running", "degraded"):
                return
            time.sleep(0.1)
        raise CannotBoot(f"systemd did not come up within {BOOT_SECONDS} s")

    def run(self, script, check=True, seconds=300):
        """Runs lines of shell inside, as root."""
        result = subprocess.run(["nsenter", "-t", str(self.init), "-a", "bash", "-euc", script], cwd="/", capture_output=True,
                                text=True, timeout=seconds, stdin=subprocess.DEVNULL)
        if check and result.returncode != 0:
            raise AssertionError(f"in the booted machine: {script}\ngave {result.returncode}:\n{result.stdout}{result.stderr}")
        return result

    def close(self):
        if self.init and self.process.poll() is None:
            try:
                subprocess.run(["nsenter", "-t", str(self.init), "-a", "systemctl", "poweroff"], capture_output=True, timeout=30)
            except subprocess.TimeoutExpired:
                pass
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.terminate()  # `timeout` passes it on
            self.process.wait(120)
        self.console.close()
        shutil.rmtree(self.work)  # the mounts were in the other namespace
