#!/usr/bin/env python3
"""seed_defect.py NAME OUT: writes a source file of storage/ with a defect planted in it, for a program of the harnesses
alone: a harness that does not notice proves nothing. seed_defect.py --list gives NAME and source file of each. Fails when
the text to change is no longer there, so that no defect is lost in silence."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFECTS = {
    "no-segment-sync": ("storage/recording/recording.cpp", [("    recording.writer->file().sync_data();\n", "")]),
    "no-key-sync": ("storage/keys/key_slots.cpp", [("    for (File& file : state_->files) file.sync_data();\n", "")]),
    "synchronous-normal": ("storage/catalogue/catalogue.cpp", [("PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL")]),
    "unlink-before-condemn": ("storage/sweep/eraser.cpp", [
        ("    doomed = choose(transaction, clock_.trusted());\n",
         "    doomed = choose(transaction, clock_.trusted());\n    Stuck none;\n    static_cast<void>(unlink_files(vaults_, doomed, none));\n")]),
    "row-first": ("storage/recording/recording.cpp", [
        ("    recording.writer->file().sync_data();\n",
         "    if (recording.finished) {\n      commits_.commit(recording.row);\n      commits_.flush();\n    }\n"
         "    recording.writer->file().sync_data();\n"),
        ("  if (!recording.finished) return;\n  commits_.commit(recording.row);\n", "  if (!recording.finished) return;\n")]),
    "no-hold-check": ("storage/retention.cpp", [("  if (holds.active || holds.releasing) return false;\n", "  static_cast<void>(holds);\n")]),
    "one-key-copy": ("storage/keys/key_slots.cpp", [("  state_->write_slot(1, made.slot, bytes);\n", "")]),
    "tombstone-early": ("storage/sweep/eraser.cpp", [
        ("  on_step_(2);\n  erase_keys(keys_, rows, stuck);\n", "  bury(cause, rows);\n  on_step_(2);\n  erase_keys(keys_, rows, stuck);\n"),
        ("  if (!rows.empty()) bury(cause, rows);\n", "")]),
}


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(f"{name} {source}" for name, (source, _) in DEFECTS.items()))
        return 0
    source, changes = DEFECTS[sys.argv[1]]
    text = (ROOT / source).read_text()
    for old, new in changes:
        if text.count(old) != 1:
            sys.exit(f"The defect {sys.argv[1]} no longer finds its place in {source}: change tests/faults/seed_defect.py to what is there now.")
        text = text.replace(old, new)
    pathlib.Path(sys.argv[2]).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
