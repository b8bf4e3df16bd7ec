// What is wrong with one file, one row or one key, as things stand at this moment. Asked again after a pause about
// whatever looked wrong, so each answer depends on nothing but the disk, the catalogue and the time given. One thread.
#pragma once
#include <unordered_set>

#include "storage/attestation/belongs.h"
#include "storage/attestation/catalogue_look.h"
#include "storage/attestation/file_look.h"
#include "storage/attestation/findings.h"
#include "storage/attestation/key_look.h"

namespace tenure::storage::attestation {

struct Problem {
  Fault fault;
  Instance where;
};

class Judge {
 public:
  Judge(const AttestationOrder& order, CatalogueLook& catalogue, const KeyLook& keys);

  // A file of a vault, wherever in it; `row` gets what the catalogue knows of it.
  std::optional<Problem> file_in_vault(const VaultPlace& vault, const Path& file,
                                       std::optional<RowLook>* row = nullptr);
  // A file of the state folder that is none of those which belong there, or of `staging`.
  std::optional<Problem> stray(const Path& file, bool in_staging);
  // A file under the name of one that belongs there: a recording, or a copy of something, in its stead.
  std::optional<Problem> hidden(const Path& file, Own own);
  std::optional<Problem> row(const RowLook& row);
  // One that is noted to be damaged.
  std::optional<Problem> damaged(const RowLook& row);
  std::optional<Problem> key(std::uint64_t slot);

  // Where a row's own file lies below its vault's folder.
  static Path own_place(const RowLook& row);
  // A second look at the keys begins with the rows' slots read anew.
  void read_slots();
  // It need not be here any more; whether it still may be says is_past().
  bool is_over(const RowLook& row);
  bool is_past(const RowLook& row) const { return row.expires_at + kGrace < order_.time.lo; }
  const std::map<std::string, Promise>& promises() const { return promises_; }
  bool owns_alone(const RowLook& row) const { return owner_of(row.slot) == row.id && !shared_.contains(row.slot); }
  bool is_on_line(const std::string& vault) const { return on_line_.contains(vault); }
  void set_on_line(const std::string& vault) { on_line_.insert(vault); }
  std::uint64_t unknown_files = 0;

 private:
  // 65 s is what the promise allows between expiry and deletion (I5).
  static constexpr Duration kGrace = Seconds(65);
  std::optional<Problem> without_row(const SealedHeader& header, Instance where);
  std::optional<Problem> with_row(const SealedHeader& header, const RowLook& row, const FileLook& look, Instance where);
  // Its header cannot be had; `inside` its vault.
  Problem unread(const Path& inside, Instance where);
  Problem unread_with_row(const RowLook& row, Instance where);
  std::optional<Instant> end_by_name(const NameLook& name) const;
  std::optional<Problem> misplaced(const SealedHeader& header, Instance where);
  // Nothing where no disk says yes and one does not say.
  std::optional<bool> lies_in_its_place(const SealedHeader& header, const std::string& vault_name) const;
  Problem lone_key_backup(const Path& file, Instance where);
  std::optional<Instant> end_of(const std::string& cls, const Interval& span, std::optional<Instant> made_by) const;
  bool opens(const SealedHeader& header) const;  // its key lives and is nobody else's
  bool lives(std::uint64_t slot) const;
  SegmentId owner_of(std::uint64_t slot) const { return slot < owners_.size() ? owners_[slot] : SegmentId{}; }

  const AttestationOrder& order_;
  CatalogueLook& catalogue_;
  const KeyLook& keys_;
  const std::map<std::string, Promise> promises_;
  std::set<std::string> on_line_;
  std::vector<SegmentId> owners_;  // of the slots, by the rows; nil where there is none
  std::unordered_set<std::uint64_t> shared_;
  std::unordered_set<std::uint64_t> of_lost_;     // slots that only a row that is lost claims
  std::unordered_set<std::uint64_t> of_orphans_;  // slots that files without a row name
};

}  // namespace tenure::storage::attestation
