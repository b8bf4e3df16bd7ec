// What the attestation asks of the ledger's entries. Their dates may go back: a restored machine does not know the time
// until somebody confirms it. So no question ends at the first entry that looks old.
#include "storage/attestation/catalogue_look.h"

namespace tenure::storage::attestation {

namespace {
constexpr int kPage = 5'000;
// The first heartbeat dated since ?1: what comes after it was done since, whatever its own date.
const std::string kFirstSince = "(SELECT min(number) FROM ledger WHERE act = 'heartbeat' AND at >= ?1)";
}  // namespace

// From the last heartbeat before those of the time asked for, so that not all entries of the years are read.
std::map<std::string, std::uint64_t> CatalogueLook::acts(Instant since) {
  std::map<std::string, std::uint64_t> all;
  auto query = db_.query(
      "SELECT act, count(*) FROM ledger WHERE number >= coalesce((SELECT max(number) FROM ledger WHERE act ="
      " 'heartbeat' AND number < coalesce(" + kFirstSince + ", 9223372036854775807)), 0) AND at >= ?1 GROUP BY +act",
      since);
  while (query.step()) all[query.text(0)] = query.natural(1);
  return all;
}

std::vector<ErasureReport> CatalogueLook::erasures(Instant since) {
  std::vector<ErasureReport> all;
  std::map<std::string, std::size_t> by_id;
  auto query = db_.query(
      "SELECT number, at, act, json_extract(subject, '$.erasure'), CAST(json_extract(subject, '$.recordings') AS"
      " INTEGER) FROM ledger WHERE act IN ('erasure-order', 'erasure-again', 'erasure-certificate')"
      " AND (act = 'erasure-certificate' OR at >= ?1 OR number > " + kFirstSince + ") ORDER BY number",
      since);
  while (query.step()) {
    const auto id = query.text(3);
    if (query.text(2) != "erasure-certificate") {
      by_id[id] = all.size();
      all.push_back({query.natural(0), query.instant(1), query.natural(4), false, query.text(2) == "erasure-again"});
    } else if (const auto found = by_id.find(id); found != by_id.end()) {
      all[found->second].certified = true;
    }
  }
  // Of an order that is in no ledger here: it is known by its deletion only.
  auto alone = db_.query(
      "SELECT l.number, l.at, count(*) FROM ledger l CROSS JOIN tombstone t ON t.ledger_sweep = l.number"
      " WHERE l.act = 'erase' AND (l.at >= ?1 OR l.number > " + kFirstSince + ")"
      " AND NOT EXISTS(SELECT 1 FROM erasure_item i WHERE i.segment = t.segment) GROUP BY l.number ORDER BY l.number",
      since);
  while (alone.step()) all.push_back({alone.natural(0), alone.instant(1), alone.natural(2), false, true});
  return all;
}

// Accepted behind a restore, mostly, while the time is in doubt: dated by what it was settled to.
std::vector<RollbackReport> CatalogueLook::rollbacks(Instant since, const std::optional<Instant>& line) {
  std::vector<RollbackReport> all;
  auto query = db_.query(
      "SELECT l.number, l.at, CAST(coalesce(json_extract(l.subject, '$.lost_acts'), 0) AS INTEGER),"
      " (SELECT t.offset FROM ledger s JOIN time_line t ON t.settled_at = s.at WHERE s.number > l.number"
      "   AND s.act IN ('time-settle', 'time-confirm', 'time-lower')"
      "   AND l.at BETWEEN t.line AND t.settled_at - t.offset ORDER BY s.number LIMIT 1)"
      " FROM ledger l WHERE l.act = 'ledger-rollback-accepted' AND (l.at >= ?1 OR l.number > " + kFirstSince + ")"
      " ORDER BY l.number",
      since);
  while (query.step()) {
    RollbackReport one{query.natural(0), query.instant(1), query.natural(2)};
    if (!query.is_null(3))
      one.accepted_at = query.instant(1) + Duration(query.integer(3));
    else if (line && query.instant(1) >= *line)
      one.accepted_at.reset();
    all.push_back(one);
  }
  return all;
}

std::uint64_t CatalogueLook::short_batches() {
  std::uint64_t missing = 0;
  std::int64_t after = 0;
  for (int got = kPage; got == kPage;) {
    got = 0;
    auto batches = db_.query(
        "SELECT number, max(0, json_extract(subject, '$.segments')"
        " - (SELECT count(*) FROM segment WHERE ledger_batch = number)"
        " - (SELECT count(*) FROM tombstone WHERE ledger_batch = number))"
        // Those before a rebuild lost their members' numbers with the old catalogue; the ledger says so.
        " FROM ledger WHERE act = 'capture' AND number > max(?,"
        " (SELECT coalesce(max(json_extract(subject, '$.entries')), 0) FROM ledger WHERE act = 'rebuild'))"
        " ORDER BY number LIMIT ?",
        after, kPage);
    for (; batches.step(); ++got) {
      after = batches.integer(0);
      missing += batches.natural(1);
    }
  }
  return missing;
}

}  // namespace tenure::storage::attestation
