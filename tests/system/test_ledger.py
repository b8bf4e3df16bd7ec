#!/usr/bin/env python3
"""The ledger with the real programs: files within a second, both verifiers of one mind, proofs for outsiders, tampering and
a rolled-back catalogue noticed."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import unittest

import calls_for_tests as calls
from practice import Practice, checked, contents, now_text, wait_for

VERIFIER = pathlib.Path(__file__).resolve().parents[2] / "share" / "verify-ledger.py"


def stand_alone(*arguments):
    result = subprocess.run([sys.executable, "-B", str(VERIFIER), *map(str, arguments)], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def hold(practice, number):
    return practice.ask("hold", "add", "--number", "07700 900123", "--reason", f"incident {number}", "--authority", "test", "--review", "2099-01-01")


class Ledger(unittest.TestCase):
    def setUp(self):
        self.practice = Practice(calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1},
                                 extra='[ledger]\ncopies = ["/proc/none"]\n').start()
        self.folder = self.practice.folder / "state" / "ledger"

    def tearDown(self):
        self.practice.close()

    def test_the_daemon_the_client_and_the_stand_alone_program_are_of_one_mind(self):
        practice = self.practice
        receipt = hold(practice, 1)
        self.assertIn("tenure-ledger-", receipt["ledger_checkpoint"])
        wait_for("the entry is in the files", self.practice.published, 1.5, 0.05)
        calls.drop(practice.folder / "calls", start=now_text(-3600)[:19] + "Z")
        call = wait_for("the call is in", lambda: practice.ask("calls", "find", "--last-digits", "900123"))[0]
        practice.ask("export", "call", call["id"], "--out", practice.folder / "out", "--reason", "request")
        self.assertEqual(checked(practice.folder / "out").returncode, 0)
        self.assertIn("\u2014 tenure-ledger-", (practice.folder / "out" / "ledger-checkpoint.txt").read_text())
        note = practice.ask("ledger", "checkpoint")
        report = practice.ask("ledger", "verify")
        self.assertTrue(report["sound"], report)
        from_files = practice.ask("ledger", "verify", "--from-files", self.folder, "--key", note["key"])
        self.assertTrue(from_files["sound"], from_files)
        code, text = stand_alone(self.folder, "--key", note["key"], "--json")
        self.assertEqual(code, 0, text)
        for other in (from_files, json.loads(text)):
            self.assertEqual([other["entries"], other["root"], other["signed_through"]], [report["entries"], report["root"], report["entries"]])
        proof = practice.ask("ledger", "prove", "--entry", receipt["ledger_number"])
        (practice.folder / "proof.json").write_text(json.dumps(proof))
        code, text = stand_alone("--proof", practice.folder / "proof.json", "--key", note["key"])
        self.assertEqual(code, 0, text)
        (practice.folder / "proof.json").write_text(json.dumps(proof | {"entry": proof["entry"].replace("hold-add", "hold-del")}))
        self.assertEqual(stand_alone("--proof", practice.folder / "proof.json", "--key", note["key"])[0], 1)
        self.check_growth(receipt["ledger_checkpoint"], note["key"])
        self.assertIn("/proc/none", practice.ask("status")["ledger"]["copies"][0]["problem"])
        self.assertNotIn("incident 1", "".join(data.decode(errors="replace") for _, data in contents(self.folder)))

    def check_growth(self, earlier, key):
        practice = self.practice
        size = int(earlier.split("\n")[1])
        note = practice.ask("ledger", "checkpoint")
        self.assertGreater(note["size"], size)
        (practice.folder / "earlier").write_text(earlier)
        (practice.folder / "later").write_text(note["note"])
        proof, file = practice.ask("ledger", "prove", "--from", size, "--to", note["size"]), practice.folder / "growth.json"
        file.write_text(json.dumps(proof))
        kept = ("--checkpoint", practice.folder / "earlier", "--checkpoint", practice.folder / "later")
        code, text = stand_alone("--proof", file, "--key", key, *kept)
        self.assertEqual((code, text), (0, f"the ledger of {note['size']} entries only added to that of {size}\n"))
        code, text = stand_alone("--proof", file, "--key", key)
        self.assertIn("hold the roots", text)
        for lie in ({"to_root": proof["from_root"]}, {"consistency": proof["consistency"][:-1]}, {"from": size + 1}, {"to": "all"}, {"from_root": 7}):
            file.write_text(json.dumps(proof | lie))
            code, text = stand_alone("--proof", file, "--key", key, *kept)
            self.assertEqual((code, "Traceback" in text), (1, False), f"{lie}: {text}")
        for arguments in (("--proof", "/nope", "--key", key), ("--proof", file, "--key", "junk")):
            code, text = stand_alone(*arguments)
            self.assertEqual((code, "Traceback" in text, "Errno" in text, "No such file" in text), (2, False, False, True), text)

    def check_of_one_mind(self, key):
        """What lies about in the folder, and whether it speaks against the ledger: both programs say the same."""
        good = (self.folder / "checkpoint").read_bytes()
        dash = "\u2014 ".encode()
        for name, content, sound in (("checkpoints/2026-01-01.new", b"", True), ("tile/0/x005", b"half written", True), ("tile/0/odd", bytes(32), True),
                                     ("checkpoints/odd", b"x" * 5000, False), ("checkpoints/short", good + dash + b"other AAAA\n", False),
                                     ("checkpoints/foreign", good + dash + "t\u00e9moin".encode() + b" AAAAAAAA\n", True),
                                     ("checkpoints/bytes", good + dash + b"\xff\xfe AAAAAAAA\n", True),
                                     ("checkpoints/many", good + (dash + b"other AAAAAAAA\n") * 16, False),
                                     ("checkpoints/origin", b"o" * 101 + good[good.index(b"\n"):], False)):
            file = self.folder / name
            file.write_bytes(content)
            code, text = stand_alone(self.folder, "--key", key, "--json")
            self.assertEqual((code, json.loads(text)["sound"]), (0 if sound else 1, sound), f"{name}: {text}")
            result = self.practice.run("ledger", "verify", "--from-files", self.folder, "--key", key)
            self.assertEqual((result.returncode, json.loads(result.stdout)["sound"]), (0 if sound else 1, sound), f"{name}: {result}")
            file.unlink()

    def test_tampering_with_files_or_catalogue_is_named_by_all(self):
        practice = self.practice
        for number in range(4):
            hold(practice, number)
        key = practice.ask("ledger", "checkpoint")["key"]
        practice.stop()
        bundle = self.folder / "tile" / "entries" / "000"
        kept = bundle.read_bytes()
        at = kept.index(b'"act":"hold-add"')
        entry = kept[:at].count(b'{"number":')
        bundle.write_bytes(kept[:at] + b'"act":"hold-odd"' + kept[at + 16:])
        code, text = stand_alone(self.folder, "--key", key, "--json")
        self.assertEqual((code, json.loads(text)["problems"][0]["entry"]), (1, entry), text)
        result = practice.run("ledger", "verify", "--from-files", self.folder, "--key", key)
        self.assertEqual((result.returncode, json.loads(result.stdout)["problems"][0]["entry"]), (1, entry), result)
        bundle.write_bytes(kept)
        self.check_of_one_mind(key)
        db = sqlite3.connect(practice.folder / "state" / "catalogue" / "catalogue.db")
        db.execute("DROP TRIGGER ledger_is_append_only_1")
        db.execute("UPDATE ledger SET act = 'hold-odd' WHERE number = ?", (entry,))
        db.commit()
        db.close()
        practice.start()
        result = practice.run("ledger", "verify")
        self.assertEqual((result.returncode, json.loads(result.stdout)["problems"][0]["entry"]), (1, entry), result)

    def test_i15_a_catalogue_put_back_closes_content_until_somebody_answers_for_it(self):
        practice = self.practice
        hold(practice, 1)
        practice.stop()
        catalogue = practice.folder / "state" / "catalogue"
        shutil.copytree(catalogue, practice.folder / "earlier")
        practice.start()
        hold(practice, 2)
        wait_for("the entry is in the files", self.practice.published, 1.5, 0.05)
        practice.stop()
        shutil.rmtree(catalogue)
        shutil.copytree(practice.folder / "earlier", catalogue)
        practice.start()
        self.assertIn("entries", practice.ask("status")["ledger"]["rolled_back"])
        self.assertIn("older than the ledger", practice.refused("calls", "find", "--last-digits", "900123"))
        hold(practice, 3)  # a hold is never refused for this
        self.assertEqual(practice.run("ledger", "verify").returncode, 1)
        key = practice.ask("ledger", "accept-rollback", "--reason", "disk exchanged")["key"]
        code, text = stand_alone(self.folder, "--key", key)  # at once: the checkpoint is there
        self.assertEqual(code, 0, text)
        self.assertTrue(practice.ask("ledger", "verify", "--from-files", self.folder, "--key", key)["sound"])
        self.assertEqual(practice.ask("calls", "find", "--last-digits", "900123"), [])
        self.assertTrue(practice.ask("ledger", "verify")["sound"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
