#!/usr/bin/env python3
"""Erasure, keys, backup and restore with the real programs: a hold blocks with its ground shown, an erased call does not come
back from its folder or from a backup, keys are wrapped anew under a running daemon, a burnt machine comes back."""
import json
import shutil
import subprocess
import unittest

import calls_for_tests as calls
from practice import BIN, Practice, now_text, wait_for


class Erasure(unittest.TestCase):
    def setUp(self):
        self.practice = Practice(calls={"name": "phones", "folder": "calls", "format": "sidecar", "settle": 1, "rescan": 2}).start()
        self.incoming = self.practice.folder / "calls"

    def tearDown(self):
        self.practice.close()

    def arrived(self, digits):
        return wait_for(f"the call of {digits} is in", lambda: self.practice.ask("calls", "find", "--last-digits", digits))[0]["id"]

    def kept(self, digits):
        return [call["id"] for call in self.practice.ask("calls", "find", "--last-digits", digits)]

    def two_calls(self):
        start = now_text(-3600)[:19] + "Z"
        calls.drop(self.incoming, number="07700 900123", start=start)
        calls.drop(self.incoming, number="07700 900456", start=start)
        return self.arrived("900123"), self.arrived("900456")

    def test_a_hold_blocks_and_an_erased_call_stays_away(self):
        practice = self.practice
        mine, other = self.two_calls()
        hold = practice.ask("hold", "add", "--call", mine, "--reason", "claim of the insurer", "--authority", "manager", "--review", "2099-01-01")
        preview = practice.ask("erase", "preview", "--call", mine, "--call", other)
        self.assertFalse(preview["allowed"])
        self.assertEqual([h["id"] for h in preview["holds"]], [hold["id"]])
        self.assertEqual(preview["rest"]["calls"], [other])
        said = practice.refused("erase", "--call", mine, "--call", other, "--reason", "a right")
        for part in (hold["id"], "claim of the insurer", "manager", "2099-01-01", f"--call {other}"):
            self.assertIn(part, said)
        self.assertEqual((self.kept("900123"), self.kept("900456")), ([mine], [other]))
        practice.ask("export", "call", other, "--out", practice.folder / "given", "--reason", "asked for")
        done = practice.ask("erase", "--number", "07700 900456", "--reason", "Article 17")
        self.assertEqual(done["recordings"], 1)
        self.assertEqual(self.kept("900456"), [])
        out = practice.folder / "paper"
        practice.ask("erase", "certificate", done["id"], "--out", out)
        paper = json.loads((out / f"erasure-{done['id']}.json").read_text())
        self.assertEqual(paper["items"][0]["id"], other)
        self.assertIn("source_policy", json.dumps(paper["out_of_reach"]))
        self.assertEqual(len([c for c in paper["out_of_reach"] if c["why"].startswith("it was handed to")]), 1, "it was finished")
        self.assertIn("Certificate of erasure", (out / f"erasure-{done['id']}.html").read_text())
        self.assertTrue(practice.ask("ledger", "verify")["sound"])
        # I15: its file still lies there.
        self.assertEqual(len(list(self.incoming.glob("*.wav"))), 2)
        calls.drop(self.incoming, number="07700 900789", start=now_text(-60)[:19] + "Z")
        self.arrived("900789")  # the folder was looked at again
        self.assertEqual(self.kept("900456"), [])
        practice.stop()
        practice.start()
        wait_for("the folder was looked at after the restart", lambda: practice.ask("status")["calls"])
        calls.drop(self.incoming, number="07700 900234", start=now_text(-30)[:19] + "Z")
        self.arrived("900234")
        self.assertEqual(self.kept("900456"), [])

    def test_keys_are_wrapped_anew_and_a_burnt_machine_comes_back_without_what_was_erased(self):
        practice = self.practice
        mine, other = self.two_calls()
        before = (practice.folder / "state/secrets/kek").read_bytes()
        self.assertEqual(practice.ask("keys", "rotate", "--reason", "yearly")["generation"], 2)
        self.assertNotEqual((practice.folder / "state/secrets/kek").read_bytes(), before)
        audio = practice.folder / "audio"
        practice.ask("export", "call", mine, "--out", audio, "--reason", "still there")
        disk = practice.folder / "disk"
        disk.mkdir()
        self.assertIn("recovery-key", practice.refused("backup", "keys", "--to", disk))
        paper = practice.ask("backup", "recovery-key")["recovery_key"]
        self.assertTrue(paper.startswith("TENURE-RECOVERY "))
        self.assertEqual(practice.ask("backup", "data", "--to", disk)["copied"], 2)
        practice.ask("backup", "keys", "--to", disk)
        practice.ask("erase", "--call", other, "--reason", "Article 17")
        generations = list(disk.glob("*.tenure-keys"))
        self.assertEqual(len(generations), 1, "the older generation went with the erasure")
        shown = practice.ask("backup", "show")
        self.assertEqual(shown["alarms"], [])
        practice.stop()
        shutil.rmtree(practice.folder / "state")
        # The paper, typed by hand.
        restored = subprocess.run([str(BIN / "tenure"), "--json", "--config", str(practice.config), "restore", "--data", str(disk), "--keys",
                                   str(generations[0]), "--recovery-key", "-"], input=paper.replace("-", " ").replace("TENURE RECOVERY", "") + "\n",
                                  capture_output=True, text=True, timeout=300)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.assertEqual(json.loads(restored.stdout)["holds"]["in_backup"], 0)
        practice.start()
        # The keys' backup carries a checkpoint that signs more than the data's: somebody must say that this is so.
        said = practice.refused("calls", "find", "--last-digits", "900123")
        self.assertIn("accept-rollback", said)
        accepted = practice.ask("ledger", "accept-rollback", "--reason", "restored after a fire")
        self.assertIn("ask who places holds", accepted["holds"]["text"])
        self.assertEqual(self.kept("900123"), [mine])
        practice.ask("export", "call", mine, "--out", practice.folder / "again", "--reason", "compare")
        first, second = (next(folder.glob("*.wav")).read_bytes() for folder in (audio, practice.folder / "again"))
        self.assertEqual(first, second)
        # The restored machine knows no time it had: a new call waits, with what to do, until somebody confirms it.
        calls.drop(self.incoming, number="07700 900234", start=now_text(-30)[:19] + "Z")
        wait_for("the call waits for the time", lambda: "time show" in str(practice.ask("status")["calls"]))
        practice.ask("time", "confirm", now_text(), "--reason", "my telephone says so")
        self.arrived("900234")
        self.assertEqual(self.kept("900456"), [], "nor from the folder it came from")


if __name__ == "__main__":
    unittest.main()
