#include "storage/recovery/lost.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recording/restamp.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
// Made when first used: kCovers is another file's.
const std::string& held() {
  static const std::string sql = " EXISTS(SELECT 1 FROM hold h WHERE h.ended_at IS NULL AND " + kCovers + ")";
  return sql;
}

// ?1: it is at least this late; ?2: at most; ?3: the line that is not settled, on which an age is counted exactly.
const std::string& still_wanted() {
  static const std::string sql =
      "FROM segment s WHERE s.state = 3 AND (s.expires_at > iif(s.line IS ?3, ?1, ?2) OR" + held() + ")";
  return sql;
}

Instant latest(const TrustedTime& time) { return time.line ? time.hi : time.lo; }
}  // namespace

std::uint64_t count_lost(sqlite::Connection& db, const TrustedTime& time) {
  auto query = db.query("SELECT count(*) " + still_wanted(), time.lo, latest(time), time.line);
  return query.step() ? query.natural(0) : 0;
}

std::vector<SegmentRow> lost_recordings(Catalogue& catalogue, const TrustedTime& time, std::size_t limit) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    std::vector<SegmentRow> rows;
    auto query = db.query("SELECT" + kSegmentColumns + still_wanted() + " ORDER BY s.expires_at LIMIT ?4", time.lo,
                          latest(time), time.line, std::uint64_t{limit});
    while (query.step()) rows.push_back(read_segment(query));
    return rows;
  });
}

std::uint64_t count_not_judged(Catalogue& catalogue, const TrustedTime& time) {
  static const std::string sql =
      "SELECT count(*) FROM segment s WHERE s.state = 3 AND s.expires_at > ?1 AND s.expires_at <= ?2 AND s.line IS NOT ?3"
      " AND NOT" + held();
  return catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query(sql, time.lo, latest(time), time.line);
    return query.step() ? query.natural(0) : 0;
  });
}

std::string loss_subject(const SegmentRow& row, bool keyless) {
  json::object subject{{"segment", row.id.text()}, {"source", row.source}};
  if (keyless) subject["keyless"] = true;
  if (row.kind == Kind::calls) return json::serialize(subject);
  subject["class"] = row.cls;
  subject["start"] = to_rfc3339(row.span.from);
  subject["end"] = to_rfc3339(row.span.to);
  if (row.filed_at) subject["filed_at"] = to_rfc3339(*row.filed_at);
  subject["vault"] = row.vault;
  subject["slot"] = row.slot;
  subject["bytes"] = row.bytes;
  subject["plain_bytes"] = row.plain_bytes;
  subject["digest"] = to_hex(row.digest);
  subject["run"] = row.run;
  return json::serialize(subject);
}

namespace {
using Losses = std::map<SegmentId, json::object>;

std::string text_in(const json::object& subject, const char* name) {
  const auto* value = subject.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::uint64_t> number_in(const json::object& subject, const char* name) {
  const auto* value = subject.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code failed;
  const auto number = value->to_number<std::uint64_t>(failed);
  return failed ? std::nullopt : std::optional(number);
}

// By the last that the ledger says of each.
Losses losses_in(sqlite::Connection& db) {
  Losses all;
  auto query = db.query("SELECT act, subject FROM ledger WHERE act IN ('lost', 'found') ORDER BY number");
  while (query.step()) {
    boost::system::error_code failed;
    const auto subject = json::parse(query.text(1), failed);
    if (failed || !subject.is_object()) continue;
    const auto id = SegmentId::parse(text_in(subject.get_object(), "segment"));
    if (!id) continue;
    if (query.text(0) == "found")
      all.erase(*id);
    else
      all[*id] = subject.get_object();
  }
  return all;
}

bool is_keyless(const json::object& subject) {
  const auto* value = subject.if_contains("keyless");
  return value != nullptr && value->is_bool() && value->get_bool();
}

// As it was stamped when it was recorded: it is moved like the files that are there. Nothing when too little is known.
std::optional<SegmentRow> row_of(const SegmentId& id, const json::object& subject) {
  SegmentRow row;
  row.id = id;
  row.source = text_in(subject, "source");
  row.cls = text_in(subject, "class");
  row.vault = text_in(subject, "vault");
  const auto start = parse_rfc3339(text_in(subject, "start")), end = parse_rfc3339(text_in(subject, "end"));
  const auto slot = number_in(subject, "slot"), bytes = number_in(subject, "bytes");
  const auto plain = number_in(subject, "plain_bytes"), run = number_in(subject, "run");
  const auto digest = from_hex(text_in(subject, "digest"));
  if (row.cls.empty() || !start || !end || *end < *start || !slot || !bytes || !plain || !run) return std::nullopt;
  if (!digest || digest->size() != row.digest.size()) return std::nullopt;
  const auto filed = parse_rfc3339(text_in(subject, "filed_at")).value_or(*start);
  row.span = {filed, filed + (*end - *start)};
  row.slot = *slot;
  row.bytes = *bytes;
  row.plain_bytes = *plain;
  row.run = static_cast<std::uint32_t>(*run);
  std::ranges::copy(*digest, row.digest.begin());
  return row;
}

bool is_over(sqlite::Connection& db, const SegmentId& id) {
  return db.query("SELECT 1 FROM segment WHERE id = ?1 UNION ALL SELECT 1 FROM tombstone WHERE segment = ?1 UNION ALL"
                  " SELECT 1 FROM erasure_item i JOIN erasure e ON e.id = i.erasure"
                  " WHERE i.segment = ?1 AND e.certified_at IS NOT NULL", id).step();
}

// Of a call that is all that says so, beside the catalogue.
std::set<SegmentId> with_tokens_of_deleted(sqlite::Connection& db) {
  std::set<SegmentId> all;
  auto query = db.query("SELECT DISTINCT segment FROM tombstone_token");
  while (query.step()) all.insert(query.id<SegmentId>(0));
  return all;
}

// As of a file: the mark of erasure tells of a deletion.
bool was_deleted(KeySlots& keys, const SegmentRow& row) {
  return !keys.read(row.slot, row.id) && keys.is_erased(row.slot);
}

bool has_its_place(sqlite::Connection& db, const Vaults& vaults, const SegmentRow& row) {
  if (!db.query("SELECT 1 FROM policy WHERE class = ?", row.cls).step()) return false;
  const auto names = vaults.names();
  if (std::ranges::find(names, row.vault) == names.end()) return false;
  try {
    return !vaults.path_of(row).empty();
  } catch (const Error&) {  // a name that is none
    return false;
  }
}
}  // namespace

std::set<SegmentId> keyless_losses(sqlite::Connection& db) {
  std::set<SegmentId> all;
  for (const auto& [id, subject] : losses_in(db))
    if (is_keyless(subject)) all.insert(id);
  return all;
}

TakenLosses take_losses(sqlite::Connection& db, const LossParts& parts) {
  TakenLosses taken;
  const auto deleted = with_tokens_of_deleted(db);
  for (const auto& [id, subject] : losses_in(db)) {
    if (deleted.contains(id) || is_over(db, id)) continue;
    auto row = row_of(id, subject);
    if (!row || !has_its_place(db, parts.vaults, *row)) {
      ++taken.others;
      continue;
    }
    if (!is_keyless(subject) && was_deleted(parts.keys, *row)) continue;
    row->line = parts.line_of(row->span.from);
    row->time_doubtful = row->line.has_value();
    insert_segment(db, *row, State::lost, expiry_in(db, row->cls, row->span));
    restamp_if_settled(db, *row);
    ++taken.footage;
  }
  return taken;
}

// By a hold that was placed before its time was over. One placed later has only what an earlier one kept until then.
static bool was_held_in_time(sqlite::Connection& db, const SegmentId& id) {
  static const std::string sql =
      "SELECT 1 FROM segment s JOIN hold h ON h.placed_at <= s.expires_at AND " + kCovers + " WHERE s.id = ?";
  return db.query(sql, id).step();
}

std::uint64_t drop_ended_losses(sqlite::Connection& db, KeySlots& keys, const TrustedTime& time) {
  std::vector<SegmentRow> ended;
  std::uint64_t dropped = 0;
  {
    auto query =
        db.query("SELECT" + kSegmentColumns + "FROM segment s WHERE s.state = 3 AND s.expires_at <= ?", time.lo);
    while (query.step()) ended.push_back(read_segment(query));
  }
  for (const auto& row : ended) {
    const bool held = !may_delete(row, hold_view(db, row.id, time), Cause::sweep, time);
    if (held && (keys.read(row.slot, row.id) || was_held_in_time(db, row.id))) continue;
    db.run("DELETE FROM segment WHERE id = ?", row.id);
    ++dropped;
  }
  return dropped;
}

}  // namespace tenure::storage
