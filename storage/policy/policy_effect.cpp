// A version of the policy comes into force: at once for all that is recorded, then, in batches that a crash may interrupt
// anywhere, every expiry that it brings forward.
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_rows.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kBatch = 1'000;  // rows in one transaction: commits of recordings wait no longer than that

struct Dating {
  SegmentId id;
  Interval span;
  Ends before, after;
};

PolicyVersion read_version(const sqlite::Statement& row) {
  PolicyVersion version;
  version.number = row.natural(0);
  const auto period = parse_period(row.text(2));
  if (!period) throw Error(ErrorKind::corrupt, "The catalogue holds a period that is none for class " + row.text(1) + ".");
  version.promise = {row.text(1), *period, row.truth(3) ? config::Anchor::capture_start : config::Anchor::capture_end};
  version.asked_at = row.instant(4);
  version.asked_by = row.text(5);
  version.reason = row.text(6);
  version.approval = row.text(7);
  version.preview = row.text(8);
  version.as_of = row.instant(9);
  version.effective_at = row.instant(10);
  version.in_force_at = row.maybe_instant(11);
  version.dated = row.natural(12);
  version.all_dated = !row.is_null(13);
  version.cancelled_at = row.maybe_instant(14);
  version.cancelled_by = row.text(15);
  version.cancel_reason = row.text(16);
  if (version.cancelled_at) version.state = VersionState::cancelled;
  else if (version.in_force_at) version.state = row.truth(17) ? VersionState::in_force : VersionState::past;
  return version;
}

void bring_into_force(Catalogue& catalogue, const Clock& clock, const PolicyVersion& version) {
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto now = clock.now();
    db.run("UPDATE policy_version SET in_force_at = ?2 WHERE number = ?1 AND in_force_at IS NULL AND cancelled_at IS NULL",
           version.number, now);
    if (db.changes() == 0) return;  // cancelled meanwhile
    db.run("UPDATE policy SET period = ?2, anchor = ?3, adopted_at = ?4 WHERE class = ?1", version.promise.cls,
           to_string(version.promise.period), version.promise.anchor == config::Anchor::capture_start, now);
    auto subject = version_subject(version);
    subject["in_force_at"] = to_rfc3339(now);
    insert_ledger(db, ledger_entry(now, {"tenured"}, "policy-in-force", boost::json::serialize(subject), version.reason));
  });
}

// Of the next rows after `id`, those that end earlier by it; moves `id` on, and says whether there were any rows. What is
// due anyway stays as it is: brought forward it would look as if a sweep had passed it by (I11).
bool next_to_date(sqlite::Connection& db, const PolicyVersion& version, Instant lo, SegmentId& id, std::vector<Dating>& found) {
  const Promise promise{version.promise.period, version.promise.anchor};
  bool any = false;
  auto query = db.query("SELECT id, start_at, end_at, expires_at, readable_until FROM segment WHERE id > ? AND class = ?"
                        " AND state IN (1, 3) ORDER BY id LIMIT ?", id, version.promise.cls, std::uint64_t{kBatch});
  while (query.step()) {
    any = true;
    id = query.id<SegmentId>(0);
    const Interval span{query.instant(1), query.instant(2)};
    const Ends before{query.instant(3), query.maybe_instant(4)};
    const auto after = brought_forward(before, span, promise);
    if (before.expires_at > lo && after != before) found.push_back({id, span, before, after});
  }
  return any;
}

void date(sqlite::Connection& db, const PolicyVersion& version, const std::vector<Dating>& rows, Instant lo) {
  std::uint64_t dated = 0;
  for (const auto& row : rows) {
    // What was moved or condemned since it was read has the new policy's expiry already, or needs none.
    db.run("UPDATE segment SET expires_at = ?2, readable_until = ?3 WHERE id = ?1 AND state IN (1, 3) AND expires_at = ?4", row.id,
           row.after.expires_at, row.after.readable_until, row.before.expires_at);
    if (db.changes() == 0) continue;
    ++dated;
    // Recorded since the preview, and so in the knowledge that this period was to come.
    if (row.span.to > version.as_of && row.after.expires_at <= lo)
      db.run("INSERT OR REPLACE INTO policy_due(segment, version) VALUES(?, ?)", row.id, version.number);
  }
  db.run("UPDATE policy_version SET dated = dated + ?2 WHERE number = ?1", version.number, dated);
}

void date_recordings(Catalogue& catalogue, const Clock& clock, const PolicyVersion& version) {
  SegmentId id{};
  for (bool more = true; more;) {
    std::vector<Dating> rows;
    more = catalogue.state().read([&](sqlite::Connection& db) { return next_to_date(db, version, clock.trusted().lo, id, rows); });
    if (!rows.empty())
      catalogue.write([&](Catalogue::Transaction& transaction) { date(transaction.db, version, rows, clock.trusted().lo); });
  }
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    db.run("UPDATE policy_version SET dated_at = ?2 WHERE number = ?1", version.number, clock.now());
    auto subject = version_subject(version);
    auto counted = db.query("SELECT dated, (SELECT count(*) FROM policy_due WHERE version = ?1) FROM policy_version WHERE number = ?1",
                            version.number);
    counted.step();
    subject["brought_forward"] = counted.natural(0);
    subject["approved_to_fall_due"] = counted.natural(1);
    counted.run();
    insert_ledger(db, ledger_entry(clock.now(), {"tenured"}, "policy-dated", boost::json::serialize(subject), version.reason));
  });
}
}  // namespace

std::vector<PolicyVersion> read_versions(sqlite::Connection& db, const std::string& cls) {
  std::vector<PolicyVersion> all;
  auto query = db.query(
      "SELECT number, class, period, anchor, asked_at, asked_by, reason, approval, preview, as_of, effective_at, in_force_at, dated,"
      " dated_at, cancelled_at, cancelled_by, cancel_reason, number = (SELECT max(n.number) FROM policy_version n"
      " WHERE n.class = v.class AND n.in_force_at IS NOT NULL) FROM policy_version v WHERE ?1 = '' OR class = ?1 ORDER BY number", cls);
  while (query.step()) all.push_back(read_version(query));
  return all;
}

std::vector<Promise> promises_of(sqlite::Connection& db, const std::string& cls) {
  std::vector<Promise> all;
  auto query = db.query("SELECT period, anchor, in_force_at FROM policy_version WHERE class = ? AND in_force_at IS NOT NULL"
                        " ORDER BY number", cls);
  while (query.step()) {
    const auto period = parse_period(query.text(0));
    if (!period) throw Error(ErrorKind::corrupt, "The catalogue holds a period that is none for class " + cls + ".");
    all.push_back({*period, query.truth(1) ? config::Anchor::capture_start : config::Anchor::capture_end, query.instant(2)});
  }
  return all;
}

boost::json::object version_subject(const PolicyVersion& version) {
  return {{"version", version.number}, {"class", version.promise.cls}, {"period", to_string(version.promise.period)},
          {"anchor", version.promise.anchor == config::Anchor::capture_start ? "capture_start" : "capture_end"},
          {"effective_at", to_rfc3339(version.effective_at)}};
}

void apply_due_policies(Catalogue& catalogue, const Clock& clock) {
  const auto all = catalogue.state().read([](sqlite::Connection& db) { return read_versions(db); });
  for (const auto& version : all) {
    const bool due = version.state == VersionState::waiting && version.effective_at <= clock.trusted().lo;
    if (due) bring_into_force(catalogue, clock, version);
    if (due || (version.in_force_at && !version.all_dated)) date_recordings(catalogue, clock, version);
  }
}

}  // namespace tenure::storage
