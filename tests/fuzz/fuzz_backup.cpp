// What a restore reads from a disk that anybody may have written: the key backup's frame, its deletion list, the key
// from paper, the mark that a restore leaves, and the mount table; and what the attestation reads of a key backup, by
// its own code.
#include <sys/mman.h>

#include "base/error.h"
#include "storage/attestation/backup_look.h"
#include "storage/backup/deletion_list.h"
#include "storage/backup/recovery_key.h"
#include "storage/backup/restored_mark.h"
#include "storage/backup/sealed_box.h"
#include "storage/catalogue/schema.h"
#include "storage/keys/erasure_level.h"

using namespace tenure;

static storage::sqlite::Connection& catalogue() {
  static storage::sqlite::Connection db(":memory:", /*writes=*/true);
  static const bool made = (storage::migrate(db), true);
  static_cast<void>(made);
  return db;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const View bytes(data, size);
  static_cast<void>(storage::parse_recovery_text(as_text(bytes)));
  static_cast<void>(storage::facts_in_mountinfo(std::string(as_text(bytes)), "8:1"));
  File file(::memfd_create("box", 0), "box");
  file.write_at(0, bytes);
  static_cast<void>(storage::attestation::key_backup_made_at(file));
  try {
    storage::read_box(file, Key{1, 2, 3}, {[](const std::string&, std::uint64_t) {}, [](View) {}});
  } catch (const Error&) {
  }
  try {
    static_cast<void>(storage::parse_restored_mark(as_text(bytes)));
  } catch (const Error&) {
  }
  auto& db = catalogue();
  db.script("SAVEPOINT fuzz");
  try {
    static_cast<void>(storage::apply_deletion_list(db, bytes));
  } catch (const Error&) {
  }
  db.script("ROLLBACK TO fuzz; RELEASE fuzz");
  return 0;
}
