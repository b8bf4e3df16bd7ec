#include "storage/recovery/lost.h"

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

std::vector<SegmentRow> lost_recordings(Catalogue& catalogue, std::size_t limit) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    std::vector<SegmentRow> rows;
    auto query =
        db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.state = 3 ORDER BY s.expires_at LIMIT ?",
                 std::uint64_t{limit});
    while (query.step()) rows.push_back(read_segment(query));
    return rows;
  });
}

}  // namespace tenure::storage
