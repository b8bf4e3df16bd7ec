// A tiny practice that is attested: how the order is made, and what to ask of the answer.
#pragma once
#include "storage/attestation/attestation.h"
#include "storage/backup/backups.h"
#include "tests/storage/practice.h"

namespace tenure::storage {

// The key-encryption key of every practice.
extern const Key kPracticeKek;

// What a practice is copied from: made once.
struct PreparedPractice {
  SegmentRow held, old, fresh;  // kept by the hold; deleted by the sweep; within its time
  SegmentId call;
  HoldId hold;
};

class AttestedPractice : public Practice, public PreparedPractice {
 public:
  // Two days of a camera, one hour of another, two calls, one hold on footage that is past its date; swept.
  AttestedPractice();
  AttestationOrder order() const;
  Attestation attest() const { return storage::attest(order()); }
  Path state() const { return folder.path; }
  Path vault() const { return folder.path / "vault"; }
  Path file_of(const SegmentRow& row) const { return parts->vaults.path_of(row); }
  // Straight into the catalogue, as somebody who tampers would.
  void sql(const std::string& statement) const;
  void sweep_after(std::chrono::days time);
  // Into both copies of its slot.
  void put_key(const SegmentRow& row, const Blob& bytes) const;
  void erase_key(const SegmentRow& row) const;
  Blob key_of(const SegmentRow& row) const;
  const TemporaryFolder elsewhere;  // for backups
};

// What makes backups, to the folder `disk`, which is not within the practice's.
struct PracticeBackups {
  explicit PracticeBackups(AttestedPractice& practice);
  Path keys();
  void data();
  AttestedPractice& practice;
  Path disk;
  Ledger ledger;
  KeyRotation rotation;
  Backups backups;
};

std::string hex(const SegmentId& id);  // as SQL has it
void write_file(const Path& file, std::string_view text);
void change_last_byte(File& file);
Blob slot_bytes(const Path& copy, std::uint64_t slot);
void put_slot(const Path& copy, std::uint64_t slot, const Blob& bytes);

// kind and count of each finding, in order: "past-date 1, orphan 2"; "" when there is none.
std::string found_in(const Attestation& report);

}  // namespace tenure::storage
