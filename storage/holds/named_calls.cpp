#include "storage/holds/named_calls.h"

#include <algorithm>

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

void leave_out_footage(Catalogue& catalogue, Hold& hold) {
  if (hold.what.calls.empty()) return;
  catalogue.state().read([&](sqlite::Connection& db) {
    std::erase_if(hold.what.calls, [&](const SegmentId& id) {
      return db
          .query(
              "SELECT 1 FROM segment WHERE id = ?1 AND kind = ?2 UNION ALL SELECT 1 FROM tombstone WHERE segment = ?1 "
              "AND kind = ?2",
              id, static_cast<int>(Kind::camera))
          .step();
    });
  });
}

}  // namespace tenure::storage
