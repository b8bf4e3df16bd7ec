// Sources, vaults, gaps, and how holds and time stand to what is kept.
#include <algorithm>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/restamp.h"

namespace tenure::storage {

void Catalogue::ensure_source(const std::string& name, const std::string& cls, Kind kind) {
  write([&](Transaction& transaction) {
    transaction.db.run("INSERT INTO source(name, class, kind) VALUES(?1, ?2, ?3)"
                       " ON CONFLICT(name) DO UPDATE SET class = ?2, kind = ?3",
                       name, cls, static_cast<int>(kind));
  });
}

std::vector<SourceRow> Catalogue::sources() const {
  return state_->read([](sqlite::Connection& db) {
    std::vector<SourceRow> rows;
    // The newest end lies within the longest recording of the newest start.
    auto query = db.query(
        "SELECT name, class, kind, coalesce(segments, 0), coalesce(bytes, 0),"
        " (SELECT min(start_at) FROM segment WHERE source = name AND state = 1),"
        " (SELECT max(end_at) FROM segment WHERE source = name AND state = 1 AND start_at >="
        "   (SELECT max(start_at) FROM segment WHERE source = name AND state = 1) - max(longest, 120000000))"
        " FROM source LEFT JOIN (SELECT source AS of, sum(segments) AS segments, sum(bytes) AS bytes FROM segment_sum"
        "   WHERE state = 1 GROUP BY source) ON of = name ORDER BY name");
    while (query.step())
      rows.push_back({query.text(0), query.text(1), static_cast<Kind>(query.integer(2)), query.natural(3),
                      query.natural(4), query.maybe_instant(5), query.maybe_instant(6)});
    return rows;
  });
}

std::map<std::string, std::string> Catalogue::known_vaults() const {
  return state_->read([](sqlite::Connection& db) {
    std::map<std::string, std::string> ids;
    auto query = db.query("SELECT name, id FROM vault");
    while (query.step()) ids.emplace(query.text(0), query.text(1));
    return ids;
  });
}

void Catalogue::remember_vaults(const std::map<std::string, std::string>& ids) {
  if (ids == known_vaults()) return;
  write([&](Transaction& transaction) {
    for (const auto& [name, id] : ids)
      transaction.db.run("INSERT INTO vault(name, id) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET id = ?2 WHERE id = ''", name, id);
  });
}

namespace {
// A gap together with the one it continues: a source that fails anew every second has one gap, not a row a second.
Gap joined(sqlite::Connection& db, Gap gap) {
  auto query = db.query("SELECT start_at, end_at, cause, line FROM gap WHERE source = ? AND start_at < ? ORDER BY start_at DESC LIMIT 1",
                        gap.source, gap.span.from);
  const bool continues = query.step() && query.instant(1) >= gap.span.from && query.text(2) == gap.cause &&
                         query.maybe_instant(3) == gap.line;
  if (continues) gap.span = {query.instant(0), std::max(query.instant(1), gap.span.to)};
  return gap;
}
}  // namespace

void Catalogue::add_gap(const Gap& told) {
  if (told.span.empty()) return;
  write([&](Transaction& transaction) {
    const auto gap = joined(transaction.db, told);
    // A gap that goes on is told again with the same beginning: the longer one replaces the shorter.
    transaction.db.run("DELETE FROM gap WHERE source = ? AND start_at = ? AND end_at <= ?", gap.source, gap.span.from, gap.span.to);
    transaction.db.run("INSERT OR IGNORE INTO gap(source, start_at, end_at, cause, line) VALUES(?, ?, ?, ?, ?)", gap.source,
                       gap.span.from, gap.span.to, gap.cause, gap.line);
    if (gap.line) restamp_gaps_if_settled(transaction.db, *gap.line);
  });
}

std::vector<Gap> Catalogue::gaps(const std::optional<std::string>& source, const Interval& span) const {
  return state_->read([&](sqlite::Connection& db) {
    std::vector<Gap> rows;
    auto query = db.query("SELECT source, start_at, end_at, cause FROM gap WHERE (?1 IS NULL OR source = ?1)"
                          " AND start_at < ?3 AND end_at > ?2 ORDER BY start_at, source",
                          source, span.from, span.to);
    while (query.step()) rows.push_back({query.text(0), {query.instant(1), query.instant(2)}, query.text(3)});
    return rows;
  });
}

namespace {
// What only released holds still keep goes when the last of them stops counting, or at its expiry if that is later.
// Looked for before `next` only: what expires from then on cannot go sooner.
std::optional<Instant> next_after_release(sqlite::Connection& db, State state, std::optional<Instant> next) {
  auto query = db.query("SELECT s.expires_at, (SELECT max(h.counts_until) FROM hold h WHERE h.ended_at IS NULL AND " + kCovers +
                        ") AS until FROM segment s WHERE s.state = ?1 AND (?2 IS NULL OR s.expires_at < ?2)"
                        " AND EXISTS(SELECT 1 FROM hold h WHERE h.ended_at IS NULL AND h.released_at IS NOT NULL AND " + kCovers +
                        ") AND NOT EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NULL AND " + kCovers + ") ORDER BY s.expires_at",
                        static_cast<int>(state), next);
  while (query.step()) {
    const auto expires = query.instant(0);
    if (next && expires >= *next) break;
    const auto due = std::max(expires, query.instant(1));
    next = next ? std::min(*next, due) : due;
  }
  return next;
}
}  // namespace

std::optional<Instant> Catalogue::next_expiry() const {
  return state_->read([](sqlite::Connection& db) {
    std::optional<Instant> next;
    for (const auto state : {State::live, State::lost}) {
      auto query = db.query("SELECT s.expires_at FROM segment s WHERE s.state = ? AND NOT EXISTS(SELECT 1 FROM hold h"
                            " WHERE h.ended_at IS NULL AND " + kCovers + ") ORDER BY s.expires_at LIMIT 1",
                            static_cast<int>(state));
      if (query.step()) next = next ? std::min(*next, query.instant(0)) : query.instant(0);
    }
    if (!db.query("SELECT 1 FROM hold WHERE ended_at IS NULL AND released_at IS NOT NULL").step()) return next;
    for (const auto state : {State::live, State::lost}) next = next_after_release(db, state, next);
    return next;
  });
}

HoldView hold_view(sqlite::Connection& db, const SegmentId& id, const TrustedTime& time, const std::optional<HoldId>& except) {
  auto query = db.query("SELECT coalesce(max(h.released_at IS NULL), 0),"
                        " coalesce(max(h.released_at IS NOT NULL AND h.counts_until > ?2), 0)"
                        " FROM segment s JOIN hold h ON (h.released_at IS NULL OR h.counts_until > ?2) AND " + kCovers +
                        " WHERE s.id = ?1 AND (?3 IS NULL OR h.id <> ?3)",
                        id, time.lo, except);
  query.step();
  return {query.truth(0), query.truth(1)};
}

}  // namespace tenure::storage
