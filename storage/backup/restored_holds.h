// The holds of a restore: those in the copy of the catalogue, and those placed since, which have a file beside it (I7,
// I8).
#pragma once
#include <boost/json/fwd.hpp>
#include <optional>

#include "base/file.h"
#include "base/time.h"

namespace tenure::storage {

class Catalogue;
struct FinishRestoreParts;
struct RestoredMark;
struct RestoreReport;

struct RestoredHolds {
  std::uint64_t in_backup = 0, from_copies = 0;  // in force: in the copy of the catalogue; by their files alone
  std::optional<Instant> known_until;  // the newest that is known: nothing here says what was placed or released later
};

// For a mark, a ledger entry; and for a person, with what it means as `text`.
boost::json::object to_json(const RestoredHolds& holds);
boost::json::object in_words(const RestoredHolds& holds);

// Brings the hold files of a backup's folder into `state`, where the keys are already. One that these do not open stays
// where it is, with a note.
void restore_holds(const Path& data, const Path& state, RestoreReport& report);
// At the start behind it, before files without a row are adopted: a release that was taken back since the backup is
// taken back again, and each hold in force has its file.
void mend_restored_holds(const FinishRestoreParts& parts, const RestoredMark& used);

// Of the restore whose loss of acts nobody has accepted yet.
std::optional<RestoredHolds> holds_of_last_restore(Catalogue& catalogue);

}  // namespace tenure::storage
