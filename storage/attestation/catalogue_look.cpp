#include "storage/attestation/catalogue_look.h"

#include <algorithm>

#include "base/error.h"

namespace tenure::storage::attestation {

namespace {
constexpr int kPage = 5'000;
const std::string kColumns =
    "SELECT id, source, class, vault, kind, state, start_at, end_at, expires_at, bytes, slot, filed_at FROM segment ";

RowLook read_row(const sqlite::Statement& row) {
  return {row.id<SegmentId>(0),
          row.text(1),
          row.text(2),
          row.text(3),
          static_cast<Kind>(row.integer(4)),
          static_cast<State>(row.integer(5)),
          row.instant(6),
          row.instant(7),
          row.instant(8),
          row.natural(9),
          row.natural(10),
          row.maybe_instant(11)};
}

// What hold ?1 keeps, by the three ways a hold names recordings; a call's whole group with it.
const std::string kKept = R"sql(
  SELECT s.id FROM hold_span p JOIN source o ON o.name = p.source JOIN segment s ON s.source = p.source
    WHERE p.hold = ?1 AND s.start_at < p.to_at AND s.start_at >= p.from_at - o.longest - 1 AND max(s.end_at, s.start_at + 1) > p.from_at
  UNION SELECT segment FROM hold_call WHERE hold = ?1
  UNION SELECT k.segment FROM hold_call c JOIN call k ON k.group_token = c.group_token WHERE c.hold = ?1
  UNION SELECT t.segment FROM hold_number n JOIN call_token t ON t.token = n.token WHERE n.hold = ?1
  UNION SELECT g.segment FROM hold_number n JOIN call_token t ON t.token = n.token JOIN call k ON k.segment = t.segment
    JOIN call g ON g.group_token = k.group_token WHERE n.hold = ?1)sql";
}  // namespace

CatalogueLook::CatalogueLook(const Path& file) : db_(file, /*writes=*/false) {}

std::map<std::string, Promise> CatalogueLook::promises() {
  const auto parsed = [](const std::string& text) {
    const auto period = parse_period(text);
    if (!period)
      throw Error(ErrorKind::corrupt, "The policy in the catalogue has a period that is none: \"" + text + "\".");
    return *period;
  };
  std::map<std::string, Promise> all;
  auto query = db_.query("SELECT class, period, anchor FROM policy");
  while (query.step()) all[query.text(0)] = {parsed(query.text(1)), query.integer(2) == 0, {}};
  auto versions = db_.query(
      "SELECT class, period, in_force_at FROM policy_version WHERE in_force_at IS NOT NULL ORDER BY in_force_at, "
      "number");
  while (versions.step())
    if (const auto found = all.find(versions.text(0)); found != all.end())
      found->second.versions.emplace_back(versions.instant(2), parsed(versions.text(1)));
  return all;
}

std::map<std::string, std::string> CatalogueLook::vault_ids() {
  std::map<std::string, std::string> all;
  auto query = db_.query("SELECT name, id FROM vault");
  while (query.step()) all[query.text(0)] = query.text(1);
  return all;
}

std::optional<RowLook> CatalogueLook::row(const SegmentId& id) {
  auto query = db_.query(kColumns + "WHERE id = ?", id);
  if (!query.step()) return std::nullopt;
  return read_row(query);
}

bool CatalogueLook::was_deleted(const SegmentId& id) {
  return db_.query("SELECT 1 FROM tombstone WHERE segment = ?", id).step();
}

void CatalogueLook::each_row(const std::function<void(const RowLook&)>& look) {
  each_of("WHERE id > ?1 ORDER BY id LIMIT ?2", look);
}

void CatalogueLook::each_damaged(const std::function<void(const RowLook&)>& look) {
  each_of("WHERE id IN (SELECT segment FROM damaged WHERE segment > ?1 ORDER BY segment LIMIT ?2) ORDER BY id", look);
}

void CatalogueLook::each_of(const std::string& where, const std::function<void(const RowLook&)>& look) {
  SegmentId after;
  std::vector<RowLook> page;
  do {
    page.clear();
    {
      auto query = db_.query(kColumns + where, after, kPage);
      while (query.step()) page.push_back(read_row(query));
    }
    for (const auto& row : page) look(row);
    if (!page.empty()) after = page.back().id;
  } while (page.size() == static_cast<std::size_t>(kPage));
}

bool CatalogueLook::is_held(const RowLook& row, Instant lo) {
  auto query = db_.query(R"sql(
    SELECT 1 FROM hold h WHERE (h.released_at IS NULL OR h.counts_until > ?1)
      AND NOT EXISTS(SELECT 1 FROM hold_missed m WHERE m.hold = h.id AND m.segment = ?2)
      AND (EXISTS(SELECT 1 FROM hold_span p WHERE p.hold = h.id AND p.source = ?3 AND p.from_at < max(?5, ?4 + 1) AND p.to_at > ?4)
        OR h.id IN (SELECT hold FROM hold_call WHERE segment = ?2)
        OR h.id IN (SELECT c.hold FROM call k JOIN hold_call c ON c.group_token = k.group_token WHERE k.segment = ?2)
        OR h.id IN (SELECT n.hold FROM call_token t JOIN hold_number n ON n.token = t.token WHERE t.segment = ?2)
        OR h.id IN (SELECT n.hold FROM call k JOIN call g ON g.group_token = k.group_token JOIN call_token t ON t.segment = g.segment
                    JOIN hold_number n ON n.token = t.token WHERE k.segment = ?2))
    LIMIT 1)sql",
                         lo, row.id, row.source, row.start, row.end);
  return query.step();
}

bool CatalogueLook::may_be_held(const std::string& source, Instant begun, Instant lo) {
  const std::chrono::hours around(2);  // the hour of its folder, and the longest recording
  return db_
      .query(
          "SELECT 1 FROM hold h WHERE (h.released_at IS NULL OR h.counts_until > ?1) AND (?2 = ''"
          " OR EXISTS(SELECT 1 FROM hold_span p WHERE p.hold = h.id AND p.source = ?2 AND p.from_at < ?4 AND p.to_at > ?3)"
          " OR EXISTS(SELECT 1 FROM hold_call c WHERE c.hold = h.id)"
          " OR EXISTS(SELECT 1 FROM hold_number n WHERE n.hold = h.id)) LIMIT 1",
          lo, source, begun - around, begun + around)
      .step();
}

// The plus keeps SQLite from going through everything that lives, once for each hold, instead of what the hold names.
void CatalogueLook::count_kept(HoldReport& hold, const RawId& id, Instant lo) {
  auto query = db_.query(
      "SELECT s.source, count(*), sum(s.bytes), sum(s.expires_at <= ?2) FROM segment s WHERE s.id IN (" + kKept +
          ") AND +s.state IN (1, 3) AND NOT EXISTS(SELECT 1 FROM hold_missed m WHERE m.hold = ?1 AND m.segment = s.id)"
          " GROUP BY s.source",
      id, lo);
  while (query.step()) {
    hold.sources.push_back(query.text(0));
    hold.keeps += query.natural(1);
    hold.bytes += query.natural(2);
    hold.past_end += query.natural(3);
  }
}

// What each keeps is counted when the list is closed: a read for all of them at once could be a long one.
std::vector<HoldReport> CatalogueLook::holds(Instant lo, Instant hi) {
  std::vector<HoldReport> all;
  std::vector<RawId> ids;
  {
    auto query = db_.query(
        "SELECT id, reason, authority, placed_by, placed_at, review_at, counts_until,"
        " (SELECT display FROM person WHERE name = placed_by) FROM hold"
        " WHERE released_at IS NULL OR counts_until > ? ORDER BY placed_at, id",
        lo);
    while (query.step()) {
      HoldReport hold;
      ids.push_back(query.bytes<16>(0));
      hold.id = HoldId{ids.back()}.text();
      hold.reason = query.text(1);
      hold.authority = query.text(2);
      hold.placed_by = query.text(3);
      hold.placed_at = query.instant(4);
      hold.review_at = query.instant(5);
      hold.counts_until = query.maybe_instant(6);
      const auto display = query.is_null(7) ? std::string() : query.text(7);
      hold.placed_by_name = display.empty() || display == hold.placed_by ? hold.placed_by : display + " (" + hold.placed_by + ")";
      hold.state = hold.counts_until ? "releasing" : "active";
      hold.review_due = !hold.counts_until && hold.review_at <= hi;
      all.push_back(std::move(hold));
    }
  }
  for (std::size_t at = 0; at < all.size(); ++at) count_kept(all[at], ids[at], lo);
  return all;
}

bool CatalogueLook::knows_hold(const std::string& id) {
  const auto parsed = HoldId::parse(id);
  return parsed && db_.query("SELECT 1 FROM hold WHERE id = ?", *parsed).step();
}

std::vector<GapReport> CatalogueLook::gaps(Instant since) {
  std::map<std::string, GapReport> all;
  auto query = db_.query(
      "SELECT source, cause, count(*), sum(end_at - max(start_at, ?1)) AS missing FROM gap WHERE end_at > ?1"
      " GROUP BY 1, 2 ORDER BY 1, 4 DESC",
      since);
  while (query.step()) {
    auto& gap = all[query.text(0)];
    if (gap.source.empty()) gap.cause = query.text(1);  // the longest comes first
    gap.source = query.text(0);
    gap.gaps += query.natural(2);
    gap.missing += Duration(query.integer(3));
  }
  std::vector<GapReport> out;
  out.reserve(all.size());
  for (auto& [source, gap] : all) out.push_back(std::move(gap));
  std::ranges::sort(out, [](const auto& a, const auto& b) { return a.missing > b.missing; });
  return out;
}

std::uint64_t CatalogueLook::deleted_early(Instant since) {
  auto query = db_.query("SELECT coalesce(sum(segments), 0) FROM broken_promise WHERE at >= ?", since);
  return query.step() ? query.natural(0) : 0;
}

std::uint64_t CatalogueLook::waiting_deletions() {
  auto query = db_.query("SELECT coalesce(sum(segments), 0) FROM sweep_question WHERE approved_at IS NULL");
  return query.step() ? query.natural(0) : 0;
}

std::vector<BackupLook> CatalogueLook::backups() {
  std::vector<BackupLook> all;
  auto query = db_.query(
      "SELECT kind, folder, name, made_at, verified_at IS NOT NULL, gone_at IS NOT NULL, bytes, sha256 FROM backup"
      " ORDER BY made_at");
  while (query.step()) {
    const Path folder = query.text(1);
    all.push_back({query.integer(0) == 1, folder, folder / query.text(2), query.instant(3), query.truth(4),
                   query.truth(5), query.natural(6), query.bytes<32>(7)});
  }
  return all;
}

// By the date of the deletion: what was deleted over the years is not read for the last week.
void CatalogueLook::each_deleted_since(Instant since, const std::function<void(Instant, Instant)>& look) {
  auto query =
      db_.query("SELECT start_at, deleted_at FROM tombstone WHERE kind IN (0, 1) AND deleted_at > ?1", since);
  while (query.step()) look(query.instant(0), query.instant(1));
}

bool CatalogueLook::is_stray_key(std::uint64_t slot, Instant found_since) {
  return db_.query("SELECT 1 FROM stray_key WHERE slot = ? AND found_at >= ?", slot, found_since).step();
}

std::uint64_t CatalogueLook::erased_since(Instant made_at) {
  auto query = db_.query(
      "SELECT count(*) FROM erasure e JOIN erasure_item i ON i.erasure = e.id"
      " JOIN tombstone t ON t.segment = i.segment WHERE t.deleted_at > ?1 AND t.start_at < ?1"
      " AND e.ordered_by <> ''",  // done again by a restore, whose own backup of the keys knew of it
      made_at);
  return query.step() ? query.natural(0) : 0;
}

bool CatalogueLook::is_backup_unfinished(Instant since) {
  return db_
      .query(
          "SELECT 1 FROM ledger WHERE act = 'backup-data' AND at >= ? AND json_extract(subject, '$.backup') NOT IN"
          " (SELECT lower(hex(id)) FROM backup) LIMIT 1",
          since)
      .step();
}

bool CatalogueLook::has_index() {
  for (const char* table : {"call_token", "hold_number", "session"})
    if (db_.query(std::string("SELECT 1 FROM ") + table + " LIMIT 1").step()) return true;
  return false;
}

std::optional<Instant> CatalogueLook::newest() {
  auto query = db_.query(
      "SELECT max(coalesce((SELECT at FROM ledger ORDER BY number DESC LIMIT 1), 0),"
      " coalesce((SELECT max(start_at) FROM segment WHERE kind = 0), 0), coalesce((SELECT max(start_at) FROM segment "
      "WHERE kind = 1), 0))");
  if (!query.step() || query.integer(0) == 0) return std::nullopt;
  return query.instant(0);
}

}  // namespace tenure::storage::attestation
