// What a file is, by its own first bytes. Reads hostile bytes: bounded, never throws for what it finds. Any thread.
#pragma once
#include <optional>

#include "base/file.h"
#include "storage/attestation/slot_look.h"
#include "storage/sealed/sealed_format.h"

namespace tenure::storage::attestation {

enum class FileKind { sealed, key_slots, key_backup, catalogue, recording, empty, other, unreadable };

struct FileLook {
  FileKind kind = FileKind::other;
  std::optional<SealedHeader> header;  // of a sealed file
  std::uint64_t bytes = 0;
  Instant changed;  // by the machine's clock
};
// `thorough`: also looks for key slots and plain recordings, which sealed files need not be asked.
FileLook look_at(const Path& file, bool thorough, Among among = Among::other);

// The write-ahead log of a database: pages of it, in which anything may look like anything.
bool is_log_of_database(const Path& file);

// Where a sealed file with this header lies below its vault's folder.
Path place_of(const SealedHeader& header);

// What the name of a sealed file says where its header cannot be read.
struct NameLook {
  SegmentId id;
  std::string cls, source;  // by the folders it lies in, when they are such as place_of() gives
  Instant begun;            // by them at the latest, else by its id
};
// `inside` its vault. Nothing when it is not named as a sealed file is.
std::optional<NameLook> look_at_name(const Path& inside);

}  // namespace tenure::storage::attestation
