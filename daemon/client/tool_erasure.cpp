// Verbs that erase, keep keys, back up and restore.
#include <CLI/CLI.hpp>

#include "daemon/client/tool.h"

namespace tenure::client {

void Tool::add_erasure() {
  const auto named = [](Verb verb) {
    return verb.list("--source", "source", "a source; the --from and --to after it are its times")
        .list("--from", "from", kTimes)
        .list("--to", "to", kTimes)
        .list("--number", "numbers", "every call with this number")
        .list("--call", "calls", "one call, by its id");
  };
  auto erase = named(verb(&app_, "erase", "erases recordings before their time, by order, with a second person"))
                   .text("--reason", "reason", "whose right it is, and why")
                   .text("--approval", "approval", "the request that a second person approved");
  auto* group = erase.app();
  named(verb(group, "preview", "what would go, and what stands in its way", "erase preview"));
  verb(group, "list", "the erasures so far", "erase list");
  verb(group, "show", "one of them, with its certificate", "erase show").text("id,--id", "id", "its id", true);
  verb(group, "certificate", "its certificate as files: JSON, text and a page to print", "erase certificate")
      .text("id,--id", "id", "its id", true)
      .text("--out", "out", "the folder for the files; made when missing", true);
  auto* keys = this->group("keys", "the key that wraps all others");
  verb(keys, "show", "where it comes from, and how well this machine forgets an erased key", "keys show");
  verb(keys, "rotate", "wraps every key anew by another one; nothing is unreadable meanwhile", "keys rotate")
      .text("--reason", "reason", "why, for the ledger", true);
  auto* backup = this->group("backup", "copies of what is kept, and of the keys");
  verb(backup, "show", "the backups, and what qualifies the promise about them", "backup show");
  verb(backup, "recovery-key", "makes the key that opens backups of the keys; its private half is shown once", "backup recovery-key");
  verb(backup, "keys", "a backup of the keys, sealed to the recovery key; renewed daily from then on", "backup keys")
      .text("--to", "to", "a folder on another disk", true);
  verb(backup, "data", "a backup of the recordings, sealed as they are, and of the catalogue", "backup data")
      .text("--to", "to", "a folder on another disk", true);
  auto restore = verb(&app_, "restore", "brings everything back from backups, into an empty state directory, while tenured is stopped");
  restore.app()->add_option("--data", options_.restore_data, "the folder of the backup of the data")->required();
  restore.app()->add_option("--keys", options_.restore_keys, "the file of the backup of the keys")->required();
  restore.app()->add_option("--recovery-key", options_.recovery_file, "the file with the recovery key, as it was shown; - for standard input")->required();
  restore.app()->add_option("--checkpoint", options_.checkpoint_file, "the newest checkpoint of the ledger that anybody kept");
}

}  // namespace tenure::client
