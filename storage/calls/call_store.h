// Call recordings: taken in one pass (copied, hashed, sealed), synced, committed; found again by any form of a number.
// Any thread; blocks on the disk.
#pragma once
#include <utility>

#include "base/synchronized.h"
#include "storage/catalogue/catalogue.h"
#include "storage/keys/key_slots.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

struct ImportOutcome {
  enum class What { imported, known, erased_before, revised } what = What::imported;
  SegmentId id;               // of the new or the known recording
};

struct CallQuery {
  std::optional<std::string> number;       // any form
  std::optional<std::string> last_digits;  // 4 to 15 digits
  std::optional<std::string> extension;
  std::optional<Interval> span;            // start of call within
  std::size_t limit = 1000;
};

class CallStore {
 public:
  CallStore(Catalogue& catalogue, const Clock& clock, Vaults& vaults, KeySlots& keys, const Key& key_encryption_key);
  // Reads `audio` (size bytes) once. The same content twice is one call; the same native id with other content is
  // refused with Error{refused} (revisions come in part 3). `expected_sha256` from a sidecar is enforced: Error{corrupt}.
  ImportOutcome import(const CallDetails& details, const std::string& cls, const File& audio, std::uint64_t size,
                       const std::optional<Digest>& expected_sha256);
  // A whole sealed call without its row (I2): `row` as its header and footer tell. known or erased_before: it is another
  // copy, which was never acknowledged. Throws Error{refused} when its id is taken by another content.
  ImportOutcome adopt(SegmentRow row, View metadata, const Key& recording_key);
  // Empty when the source's own copy may go: our sealed copy is committed and lies, whole, in the vault it was written
  // to, or the call was deleted here before. Otherwise why not, and what to do.
  std::string why_source_must_stay(const ImportOutcome& outcome) const;
  // Whether a rescan has seen this file name before, live or erased.
  bool knows_file(const std::string& source, const std::string& file_name) const;
  // What an import gave up half-way since this was asked last: see Recorder::take_failed().
  std::vector<SegmentRow> take_failed() { return std::exchange(*failed_.lock(), {}); }
  // Newest first. Only what may_read() allows now. Throws Error{usage} naming the field and the value.
  std::vector<CallRow> find(const CallQuery& query, const Actor& actor) const;
  std::optional<CallRow> get(const SegmentId& id, const Actor& actor) const;

 private:
  Catalogue& catalogue_;
  const Clock& clock_;
  Vaults& vaults_;
  KeySlots& slots_;
  Key index_key_;
  Synchronized<std::vector<SegmentRow>> failed_;
};

// +44 by default; empty when the text holds no number.
std::string to_e164(const std::string& raw);
std::vector<Digest> number_tokens(const Key& index_key, const std::vector<Party>& parties);

}  // namespace tenure::storage
