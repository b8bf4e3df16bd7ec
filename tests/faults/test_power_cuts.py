#!/usr/bin/env python3
"""I1, I2, I3, I7, I13, I15, I17 on an ext4 disk as it stands when the power goes at a random moment: what reached the
device and nothing else (tests/support/power_cut.sh)."""
import os
import random
import signal
import subprocess
import sys
import time

from faults import LONG, PRACTICE, ROOT, Room, Tally, conclude, environment, keep_mounts_to_oneself, seed

CUTS = 5000 if LONG else 300
SCRIPT = str(ROOT / "tests/support/power_cut.sh")


class Run:
    """One life of the practice on the disk, and what it has promised so far."""

    def __init__(self, folder):
        folder.mkdir()
        parent = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(parent)  # what is above the practice's own folder is not its to sync
        os.close(parent)
        self.process = subprocess.Popen([str(PRACTICE), "run", "life", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env=environment(shim=False))
        os.set_blocking(self.process.stdout.fileno(), False)
        self.said = b""

    def over(self):
        return self.process.poll() is not None

    def stop(self):
        """Returns when it stands still: what it did between the signal and its halt would be on the disk, and the promises
        would not speak of it."""
        self.process.send_signal(signal.SIGSTOP)
        if not self.over():
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def promises(self):
        """What was promised before now; the process stands still."""
        while block := self.process.stdout.read():
            self.said += block
        return self.said[:self.said.rfind(b"\n") + 1]

    def end(self):
        self.process.kill()
        self.process.wait()


def main():
    started, rng, tally = time.monotonic(), random.Random(seed()), Tally()
    keep_mounts_to_oneself()
    with Room(gigabytes=4) as room:  # the image of power_cut.sh grows to three
        if subprocess.run([SCRIPT, "setup", str(room)]).returncode == 77:
            print("SKIPPED: power cuts need root, loop devices and xfsprogs")
            return 77
        run, number = None, 0
        try:
            while tally.points < CUTS:
                if run is None or run.over():
                    number += 1
                    subprocess.run(["rm", "-rf", *map(str, (room / "disk").glob("run*"))], check=True)
                    run = Run(room / "disk" / f"run{number}")
                time.sleep(rng.uniform(0.001, 0.06))  # the moment of the cut
                run.stop()
                promises = run.promises()
                subprocess.run([SCRIPT, "cut", str(room)], check=True)
                tally.points += 1
                found = room / "after" / f"run{number}"
                (room / "promises").write_bytes(promises)
                if found.exists() or promises:
                    result = subprocess.run([str(PRACTICE), "check", str(found), str(room / "promises")], capture_output=True, text=True,
                                            env=environment(shim=False), timeout=120)
                    if result.returncode != 0:
                        tally.violations += 1
                        tally.words += [f"VIOLATION at cut {tally.points} after {len(promises.splitlines())} promises",
                                        result.stdout + result.stderr[-500:]]
                run.process.send_signal(signal.SIGCONT)
        finally:
            if run:
                run.end()
            subprocess.run([SCRIPT, "clean", str(room)])
    return conclude("power cut (ext4)", tally, started, CUTS)


if __name__ == "__main__":
    sys.exit(main())
