#include "storage/recovery/damage.h"

#include <boost/filesystem/operations.hpp>

#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/orphans.h"

namespace tenure::storage {

bool note_damage(Catalogue& catalogue, const Clock& clock, const SegmentRow& row, const std::string& why) {
  const bool noted = catalogue.state().read([&](sqlite::Connection& db) {
    return db.query("SELECT 1 FROM damaged WHERE segment = ?", row.id).step();
  });
  if (noted == !why.empty()) return false;
  bool changed = false;
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto now = segment_by_id(db, row.id);
    if (!now || now->state != State::live) return;
    if (why.empty())
      db.run("DELETE FROM damaged WHERE segment = ?", row.id);
    else
      db.run("INSERT OR IGNORE INTO damaged(segment, found_at, why) VALUES(?, ?, ?)", row.id, clock.now(), why);
    changed = db.changes() > 0;
  });
  if (!changed) return false;
  note(catalogue, clock, why.empty() ? "damage-gone" : "damaged", row.id.text(), why.empty() ? "it reads well again" : why);
  if (!why.empty())
    log_error("event=damaged source={} segment={} cause=\"{}\" remedy=\"restore it from a backup\"", row.source,
              row.id.text(), log_safe(why));
  return true;
}

bool is_missing(const Path& path) {
  boost::system::error_code ignored;
  return boost::filesystem::status(path, ignored).type() == boost::filesystem::file_not_found;
}

}  // namespace tenure::storage
