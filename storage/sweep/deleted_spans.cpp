#include "storage/sweep/deleted_spans.h"

#include <algorithm>

#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

static constexpr Duration kLargestJoint = Seconds(2);  // between segments that were one stretch

std::vector<DeletedSpan> deleted_spans(Catalogue& catalogue, const std::string& source, const Interval& span) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    std::vector<DeletedSpan> all;
    // Nothing that begins earlier than the longest segment before it reaches into the span.
    auto query = db.query(
        "SELECT start_at, end_at, cause, deleted_at FROM tombstone WHERE source = ?1 AND start_at < ?2 AND end_at > ?3"
        " AND start_at >= ?3 - coalesce((SELECT max(longest, 120000000) FROM source WHERE name = ?1), 120000000)"
        " ORDER BY start_at",
        source, span.to, span.from);
    while (query.step()) {
      const Interval one{query.instant(0), query.instant(1)};
      const auto cause = static_cast<Cause>(query.integer(2));
      const auto at = query.instant(3);
      if (all.empty() || all.back().cause != cause || one.from - all.back().span.to > kLargestJoint) {
        all.push_back({one, cause, at, at});
        continue;
      }
      auto& last = all.back();
      last.span.to = std::max(last.span.to, one.to);
      last.first_at = std::min(last.first_at, at);
      last.last_at = std::max(last.last_at, at);
    }
    return all;
  });
}

std::optional<Instant> known_since(Catalogue& catalogue, const std::string& source) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query(
        "SELECT min(start_at) FROM (SELECT min(start_at) AS start_at FROM segment WHERE source = ?1 UNION ALL"
        " SELECT min(start_at) FROM tombstone WHERE source = ?1 UNION ALL SELECT min(start_at) FROM gap WHERE source = ?1)",
        source);
    return query.step() ? query.maybe_instant(0) : std::nullopt;
  });
}

std::string to_string(Cause cause) {
  switch (cause) {
    case Cause::sweep: return "deleted at the end of its period";
    case Cause::erasure: return "erased by order";
    case Cause::pressure: return "deleted before its time to make room";
  }
  return "deleted";
}

}  // namespace tenure::storage
