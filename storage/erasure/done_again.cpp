#include "storage/erasure/done_again.h"

#include <boost/json.hpp>

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

namespace {
constexpr auto kReason =
    "a restore brought this back from a backup of before its erasure, and erased it again; who had ordered that, when"
    " and why, is not known here: see the first certificate, if there was one";
const std::string kOfNoOrder =
    " FROM segment s WHERE s.state = 2 AND s.cause = 1"
    " AND NOT EXISTS(SELECT 1 FROM erasure_item i WHERE i.segment = s.id)";
}  // namespace

std::uint64_t note_erased_again(sqlite::Connection& db, Instant now) {
  std::uint64_t recordings = 0;
  {
    auto query = db.query("SELECT count(*)" + kOfNoOrder);
    if (query.step()) recordings = query.natural(0);
  }
  if (recordings == 0) return 0;
  const auto id = ErasureId::make(now);
  const boost::json::object subject{{"erasure", id.text()}, {"recordings", recordings}};
  const auto entry =
      insert_ledger(db, ledger_entry(now, {"tenured"}, "erasure-again", boost::json::serialize(subject), kReason));
  db.run("INSERT INTO erasure(id, ordered_at, ordered_by, approved_by, reason, entry) VALUES(?, ?, '', '', ?, ?)", id,
         now, std::string(kReason), entry);
  db.run("INSERT INTO erasure_item SELECT ?, id, source, class, kind, start_at, end_at, bytes, digest" + kOfNoOrder,
         id);
  return recordings;
}

}  // namespace tenure::storage
