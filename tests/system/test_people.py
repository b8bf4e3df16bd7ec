#!/usr/bin/env python3
"""People with the real programs: the first person, logins over the socket, roles, a second person, and what leaks nowhere."""
import base64
import hashlib
import hmac
import json
import os
import pty
import stat
import struct
import subprocess
import time
import unittest

import calls_for_tests as calls
from practice import BIN, Practice, contents, now_text, once_open, wait_for

PASSWORD = "correct horse battery"


def totp(secret, step=0):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06}"


class Desk:
    """One person's terminal: their own place for the login."""

    def __init__(self, practice, name):
        self.practice = practice
        self.name = name
        self.runtime = practice.folder / f"runtime-{name}"
        self.runtime.mkdir(mode=0o700)
        self.made = None

    def run(self, *args, typed="", json_out=True):
        command = [str(BIN / "tenure"), "--config", str(self.practice.config)] + (["--json"] if json_out else []) + [str(a) for a in args]
        return once_open(lambda: subprocess.run(command, input=typed, capture_output=True, text=True, timeout=300, cwd=self.practice.folder,
                                                env=os.environ | {"XDG_RUNTIME_DIR": str(self.runtime)}))

    def ask(self, *args, typed=""):
        result = self.run(*args, typed=typed)
        assert result.returncode == 0, f"{self.name}: {' '.join(map(str, args))}: {result.stderr}"
        return json.loads(result.stdout)

    def refused(self, *args, typed="", code=1):
        result = self.run(*args, typed=typed)
        assert result.returncode == code, f"{self.name}: {' '.join(map(str, args))} gave {result.returncode}: {result.stdout}{result.stderr}"
        return result.stderr

    def login(self, *more):
        code = self.made["recovery_codes"].pop()
        return self.ask("login", self.name, "--stdin", *more, typed=f"{PASSWORD}\n{code}\n")


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # A code stays fresh for longer than a busy machine takes for all this.
        cls.practice = Practice(calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1}, extra='[access]\nfresh = "PT1H"\n')
        cls.practice.start()
        cls.anna, cls.ian, cls.ben = (Desk(cls.practice, name) for name in ("anna", "ian", "ben"))

    @classmethod
    def tearDownClass(cls):
        cls.practice.close()

    def test_a_practice_from_its_first_person_to_a_released_hold(self):
        practice, anna, ian, ben = self.practice, self.anna, self.ian, self.ben
        # Before there are people, whoever owns the daemon acts.
        calls.drop(practice.folder / "calls", start=now_text()[:19] + "Z")
        call = wait_for("the call is in", lambda: anna.ask("calls", "find", "--last-digits", "900123"))[0]
        self.assertIn("first person", anna.refused("user", "add", "anna", "--display", "Anna", "--role", "partner", "--stdin", typed=PASSWORD + "\n", code=2))
        self.assertIn("12 characters", anna.refused("user", "add", "anna", "--display", "Anna", "--role", "practice-manager", "--stdin", typed="short\n", code=2))
        anna.made = anna.ask("user", "add", "anna", "--display", "Anna", "--role", "practice-manager", "--stdin", typed=PASSWORD + "\n")
        self.assertEqual(len(anna.made["recovery_codes"]), 10)

        # From now on content needs a person, health does not.
        for verb in (["segments"], ["calls", "find", "--last-digits", "900123"], ["hold", "list"], ["ledger", "show"], ["user", "list"],
                     ["export", "call", call["id"], "--out", str(practice.folder / "out")]):
            self.assertIn("log in: tenure login NAME", anna.refused(*verb), verb)
        for verb in (["status"], ["doctor"], ["version"], ["whoami"]):
            anna.ask(*verb)

        # A wrong password, a wrong code, the right ones; the code counts once.
        self.assertIn("is wrong", anna.refused("login", "anna", "--stdin", typed="wrong horse battery\n000000\n"))
        code = totp(anna.made["totp_secret"])
        answer = anna.ask("login", "anna", "--stdin", typed=f"{PASSWORD}\n{code}\n")
        self.assertNotIn("session", answer)
        self.assertIn("is wrong", anna.refused("login", "anna", "--stdin", typed=f"{PASSWORD}\n{code}\n"))
        kept = list((anna.runtime / "tenure").iterdir())
        self.assertEqual([stat.S_IMODE(f.stat().st_mode) for f in kept], [0o600])
        self.assertEqual(anna.ask("whoami")["roles"], ["practice-manager"])

        # The practice manager's copy of a call, with a reason that is remembered.
        out = practice.folder / "out"
        self.assertIn("reason", anna.refused("export", "call", call["id"], "--out", str(out), code=2))
        anna.ask("export", "call", call["id"], "--out", str(out), "--reason", "a complaint")
        anna.ask("export", "call", call["id"], "--out", str(practice.folder / "again"))
        exports = [e for e in anna.ask("ledger", "show", "--limit", 1000) if e["act"] == "export"]
        self.assertEqual([(e["actor"], e["reason"]) for e in exports], [("anna", "a complaint")] * 2)

        # The IT administrator runs the machine and cannot look.
        ian.made = anna.ask("user", "add", "ian", "--display", "Ian", "--role", "it-administrator", "--stdin", typed=PASSWORD + "\n")
        ian.login()
        for verb in (["segments"], ["calls", "find", "--last-digits", "900123"], ["hold", "list"], ["ledger", "show"],
                     ["export", "call", call["id"], "--out", str(practice.folder / "no"), "--reason", "x"]):
            self.assertIn("ian may not do this", ian.refused(*verb), verb)
        self.assertIn("may not grant", ian.refused("user", "add", "eve", "--display", "Eve", "--role", "partner", "--stdin", typed=PASSWORD + "\n"))
        self.assertIn("may not change anna", ian.refused("user", "totp", "anna"))
        ian.ask("user", "list")
        self.assertFalse(list((practice.folder / "no").glob("*")))

        # A hold's release: nobody else could approve, so a day stands in; then there is somebody.
        hold = anna.ask("hold", "add", "--number", "07700 900123", "--reason", "claim", "--authority", "manager", "--review", "2099-01-01")["id"]
        alone = anna.run("hold", "release", hold, "--reason", "settled")
        self.assertEqual(alone.returncode, 1)
        self.assertTrue(json.loads(alone.stdout)["approval"]["alone_from"])
        ben.made = anna.ask("user", "add", "ben", "--display", "Ben", "--role", "partner", "--stdin", typed=PASSWORD + "\n")
        ben.login()
        asked = anna.run("hold", "release", hold, "--reason", "settled", json_out=False)
        self.assertEqual(asked.returncode, 1)
        self.assertIn("--approval", asked.stderr)
        request = anna.ask("approvals", "list")[0]["id"]
        self.assertIn("somebody else", anna.refused("approvals", "approve", request))
        self.assertIn("your roles", ian.refused("approvals", "approve", request))
        ben.ask("approvals", "approve", request)
        self.assertEqual(anna.ask("hold", "release", hold, "--reason", "settled", "--approval", request)["state"], "releasing")
        self.assertIn("the last practice manager", anna.refused("user", "disable", "anna", "--reason", "x").lower())

        # Leaving ends it at once; a restart does not.
        practice.stop()
        practice.start()
        self.assertEqual(ben.ask("whoami")["name"], "ben")
        anna.ask("user", "disable", "ben", "--reason", "has left")
        self.assertIn("your login has ended", ben.refused("hold", "list"))
        anna.ask("logout")
        self.assertIn("log in", anna.refused("hold", "list"))
        self.assertFalse(list((anna.runtime / "tenure").iterdir()))

        # Nothing that proves who somebody is lies anywhere in plain.
        secrets = [PASSWORD.encode(), anna.made["totp_secret"].encode(), base64.b32decode(anna.made["totp_secret"]),
                   anna.made["recovery_codes"][0].encode(), anna.made["recovery_codes"][0].replace("-", "").encode()]
        for path, data in [(practice.log, practice.log.read_bytes()), *contents(practice.folder / "state")]:
            for secret in secrets:
                self.assertNotIn(secret, data, path)

    def test_a_password_is_asked_for_at_the_terminal_without_echo(self):
        practice = Practice()
        try:
            practice.start()
            desk = Desk(practice, "carol")
            made = desk.ask("user", "add", "carol", "--display", "Carol", "--role", "practice-manager", "--stdin", typed=PASSWORD + "\n")
            code = totp(made["totp_secret"])
            child, terminal = pty.fork()
            if child == 0:
                os.environ["XDG_RUNTIME_DIR"] = str(desk.runtime)
                os.execv(str(BIN / "tenure"), ["tenure", "--config", str(practice.config), "login", "carol"])
            seen = b""
            for prompt, answer in ((b"Password: ", PASSWORD), (b"recovery code): ", code)):
                while prompt not in seen:
                    seen += os.read(terminal, 1024)
                wait_for("the echo is off", lambda: self._echo_is_off(terminal), 10, 0.01)
                os.write(terminal, answer.encode() + b"\n")
            while True:
                try:
                    piece = os.read(terminal, 1024)
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
            self.assertEqual(os.waitpid(child, 0)[1], 0, seen)
            self.assertNotIn(PASSWORD.encode(), seen)
            self.assertNotIn(code.encode(), seen)
            self.assertEqual(desk.ask("whoami")["name"], "carol")
        finally:
            practice.close()

    @staticmethod
    def _echo_is_off(terminal):
        import termios

        return not termios.tcgetattr(terminal)[3] & termios.ECHO


if __name__ == "__main__":
    unittest.main(verbosity=2)
