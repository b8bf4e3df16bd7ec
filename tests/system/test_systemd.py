#!/usr/bin/env python3
"""The installed daemon under a booted systemd: the steps of docs/guide/run.md as they stand there, then what the guide
promises of the service. Exit status 77, with the reason, where no systemd can be booted.
"""
import datetime
import json
import pathlib
import re
import sys
import time
import unittest

import booted
from practice import BIN, MEDIA, ROOT, SUPPORT, wait_for

GUIDE = (ROOT / "docs/guide/run.md").read_text()
PASSWORD = "correct-horse-7"
CAMERA = f"""
[[camera]]
name = "entrance"
url = "rtsp://127.0.0.1:8554/cam0"
area = "entrance"
username = "recorder"
password = "{PASSWORD}"
"""


def steps(heading):
    """The lines of the first code block below a heading of the guide."""
    block = re.search(rf"^## {re.escape(heading)}\n.*?^```\n(.*?)^```", GUIDE, re.S | re.M)
    assert block, f"docs/guide/run.md has no steps below {heading}"
    return block.group(1).strip().splitlines()


def why_not():
    """Why no systemd can be booted here; empty when one can."""
    why = booted.missing()
    if why:
        return why
    try:
        booted.Machine().close()
    except booted.CannotBoot as error:
        return str(error)
    return ""


class Installed:
    """The guide's steps, with the build under test in place of the guide's own."""

    def __init__(self, machine):
        self.machine = machine

    def install(self):
        lines = steps("Install")
        assert lines[0].startswith("cmake --preset release"), lines[0]
        for line in lines[1:]:
            line = line.replace("cmake --install build ", f"cmake --install {BIN.parent} ")
            if "--check-config" in line:
                self.name_the_camera()
            if line == "systemctl daemon-reload":
                self.allow_sanitizers()
            self.said = self.machine.run(line).stdout

    def name_the_camera(self):
        self.machine.run(f"cat >> /etc/tenure/tenure.toml <<'END'\n{CAMERA}\nEND")

    def allow_sanitizers(self):
        """The leak check wants ptrace, which the unit rightly forbids; a build without it is left as it is."""
        if b"__asan_init" not in (BIN / "tenured").read_bytes():
            return
        self.machine.run("""mkdir -p /etc/systemd/system/tenured.service.d
printf '[Service]\\nEnvironment=ASAN_OPTIONS=detect_leaks=0\\n' > /etc/systemd/system/tenured.service.d/test.conf
printf '#!/bin/sh\\nASAN_OPTIONS=detect_leaks=0 exec /usr/libexec/tenure/tenure-worker\\n' > /usr/libexec/tenure/test-worker
chmod 755 /usr/libexec/tenure/test-worker
printf '[daemon]\\nworker = "/usr/libexec/tenure/test-worker"\\n' >> /etc/tenure/tenure.toml""")

    def start_camera(self):
        self.machine.run(f"systemd-run --unit=camera sh -c 'sleep infinity | /usr/bin/python3 {SUPPORT}/cameras.py --port 8554"
                         f" --file {MEDIA}/small-h264.mp4 --user recorder --password {PASSWORD}'")

    def status(self):
        return json.loads(self.machine.run("tenure --json status").stdout)

    def camera(self):
        return self.status()["cameras"][0]

    def records(self, since=""):
        def newer():
            if self.machine.run("tenure --json status", check=False).returncode != 0:
                return False
            camera = self.camera()
            return camera["state"] == "recording" and (camera["last_frame"] or "") > since

        wait_for("the camera is recorded", newer, 60)

    def shown(self, prop):
        return self.machine.run(f"systemctl show -P {prop} tenured").stdout.strip()

    def journal(self):
        return self.machine.run("journalctl -u tenured --no-pager -o cat").stdout


def outcome(machine, script):
    result = machine.run(script, check=False)
    return result.returncode, result.stdout + result.stderr


class Systemd(unittest.TestCase):
    def setUp(self):
        self.machine = booted.Machine([ROOT])
        self.addCleanup(self.machine.close)
        self.service = Installed(self.machine)

    def tearDown(self):
        result = self._outcome.result
        if any(test is self for test, _ in result.failures + result.errors):
            print(self.machine.run("systemctl status --no-pager -n 0 tenured camera; journalctl --no-pager -n 80", check=False).stdout)

    def test_the_guides_steps_give_a_service_that_keeps_its_promises(self):
        self.machine.run("useradd reader; useradd outsider")
        self.service.start_camera()
        self.service.install()
        self.assertIn("entrance", self.service.said)
        self.assertEqual(self.machine.run("systemctl is-active tenured").stdout.strip(), "active")
        self.assertEqual(self.machine.run("systemctl is-enabled tenured").stdout.strip(), "enabled")
        self.service.records()
        self.assertIn("cameras", self.service.shown("StatusText"))
        self.check_users()
        self.check_exports()
        self.check_kill()
        self.check_reload()
        self.check_stop()
        self.check_journal()

    def check_users(self):
        self.machine.run("adduser --quiet reader tenure 2>/dev/null || usermod -a -G tenure reader")
        code, said = outcome(self.machine, "runuser -u reader -- tenure status")
        self.assertEqual(code, 0, said)
        code, said = outcome(self.machine, "runuser -u outsider -- tenure status")
        self.assertEqual(code, 1, said)
        self.assertIn("tenure", said)
        self.assertRegex(said, "(?i)permission|may not")
        for path in ("/var/lib/tenure", "/var/lib/tenure/secrets/kek", "/etc/tenure/tenure.toml"):
            self.assertNotEqual(outcome(self.machine, f"runuser -u outsider -- head -c1 {path}")[0], 0, path)
        for path in ("/var/lib/tenure/secrets/kek", "/etc/tenure/tenure.toml"):
            code, said = outcome(self.machine, f"runuser -u reader -- head -c1 {path}")
            self.assertNotEqual(code, 0, f"a member of the group reads {path}")

    def check_exports(self):
        """The worker runs inside the unit's sandbox; who owns the machine acts until there are people, the group does not."""
        begin = self.camera_time()
        wait_for("some footage", lambda: self.camera_time() > begin + 12, 40)
        plan = {"source": "entrance", "mode": "subject", "fill": "solid", "tracks": []}
        span = f"--source entrance --from {text_of(begin)} --to {text_of(begin + 4)}"
        self.machine.run(f"cat > /tmp/plan.json <<'END'\n{json.dumps(plan)}\nEND\nchmod 644 /tmp/plan.json")
        for verb in (f"export native {span} --out /tmp/native --reason x", "ledger show", "hold list"):
            code, said = outcome(self.machine, f"cd /tmp; runuser -u reader -- tenure {verb}")
            self.assertEqual(code, 1, said)
            self.assertIn("only root or the daemon's own user", said)
        code, said = outcome(self.machine, f"cd /tmp; tenure export native {span} --out /tmp/native --reason 'asked for'")
        self.assertEqual(code, 0, said)
        code, said = outcome(self.machine, "runuser -u tenure -- tenure hold list")
        self.assertEqual(code, 0, said)
        code, said = outcome(self.machine, f"cd /tmp; tenure export redacted {span} --plan /tmp/plan.json --out /tmp/redacted --reason 'asked for'")
        self.assertEqual(code, 0, said)
        found = self.machine.run("find /tmp/redacted -name '*.mp4' -size +1k -user root").stdout.split()
        self.assertTrue(found, "a redacted clip that belongs to who asked for it")
        self.assertIn("uid 0 (root)", self.machine.run("tenure --json ledger show").stdout)

    def camera_time(self):
        at = self.service.camera()["last_frame"]
        return datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()

    def check_kill(self):
        wait_for("a moment in the midst of a minute", self.in_midst, 80)
        before = self.service.shown("MainPID")
        recorded = self.service.camera()["last_frame"]
        self.machine.run(f"kill -9 {before}")
        wait_for("systemd starts it again", lambda: self.service.shown("ActiveState") == "active" and self.service.shown("MainPID") not in ("0", before))
        self.service.records(recorded)
        self.assertEqual(self.service.shown("NRestarts"), "1")
        self.assertGreaterEqual(self.service.status()["recovery"]["salvaged"], 1)

    def in_midst(self):
        """What is being recorded has whole fragments, and is not about to be sealed: a kill leaves something to salvage."""
        newest = max(json.loads(self.machine.run("tenure --json segments").stdout), key=lambda s: s["start"])
        began = datetime.datetime.fromisoformat(newest["start"].replace("Z", "+00:00")).timestamp()
        return newest["state"] == "recording" and 6 < self.camera_time() - began < 45

    def check_reload(self):
        before = self.service.shown("MainPID")
        self.machine.run("systemctl reload tenured")
        wait_for("the reload is logged", lambda: "event=reloaded" in self.service.journal())
        self.assertEqual(self.service.shown("MainPID"), before)

    def check_stop(self):
        self.machine.run("systemctl stop tenured")
        began, ended = (int(self.service.shown(name)) for name in ("ActiveExitTimestampMonotonic", "InactiveEnterTimestampMonotonic"))
        self.assertTrue(0 <= ended - began < 5_000_000, f"by systemd's own clock the stop took {ended - began} microseconds")
        self.assertEqual((self.service.shown("Result"), self.service.shown("ExecMainStatus")), ("success", "0"))

    def check_journal(self):
        lines = self.service.journal()
        self.assertIn("event=started", lines)
        for secret in (PASSWORD, "recorder:"):
            self.assertNotIn(secret, lines)
        self.assertNotRegex(lines, r"[0-9a-f]{64}", "a key or a digest")

    def test_the_key_comes_from_an_encrypted_credential(self):
        for line in steps("The key-encryption key"):
            self.machine.run(line)
        self.service.start_camera()
        self.service.install()
        self.service.records()
        self.assertNotEqual(outcome(self.machine, "test -e /var/lib/tenure/secrets/kek")[0], 0, "a key was made beside the credential")
        self.machine.run("systemctl restart tenured")
        self.service.records()
        code, said = outcome(self.machine, "tenure doctor")
        self.assertIn("credential", said)

    def test_a_daemon_that_hangs_is_started_again_by_the_watchdog(self):
        self.service.start_camera()
        self.machine.run("mkdir -p /etc/systemd/system/tenured.service.d; printf '[Service]\\nWatchdogSec=20\\n' > /etc/systemd/system/tenured.service.d/quick.conf")
        self.service.install()
        self.service.records()
        before = self.service.shown("MainPID")
        time.sleep(25)  # alive for longer than the watchdog waits
        self.assertEqual(self.service.shown("MainPID"), before)
        self.machine.run(f"kill -STOP {before}")
        wait_for("systemd ends and starts it again", lambda: self.service.shown("MainPID") not in ("0", before) and self.service.shown("ActiveState") == "active", 60)
        self.service.records()


def text_of(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"test_systemd: skipped, nothing was checked: no systemd can be booted here: {reason}")
        sys.exit(77)
    unittest.main(verbosity=2)
