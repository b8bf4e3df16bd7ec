#include "storage/holds/hold_rows.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/calls/numbers.h"
#include "storage/holds/hold_file.h"

namespace tenure::storage {

namespace {
const std::string kHoldColumns =
    "SELECT id, reason, authority, review_at, placed_at, placed_by, numbers, released_at, counts_until, released_by,"
    " release_reason FROM hold ";

constexpr auto kReviewSoon = std::chrono::days(14);

std::string state_of(const std::optional<Instant>& counts_until, const TrustedTime& time) {
  if (!counts_until) return "active";
  return *counts_until > time.lo ? "releasing" : "released";
}

void load_parts(sqlite::Connection& db, Hold& hold) {
  auto spans = db.query("SELECT source, from_at, to_at FROM hold_span WHERE hold = ? ORDER BY from_at, source", hold.id);
  while (spans.step()) hold.what.spans.push_back({spans.text(0), {spans.instant(1), spans.instant(2)}});
  auto calls = db.query("SELECT segment FROM hold_call WHERE hold = ? ORDER BY segment", hold.id);
  while (calls.step()) hold.what.calls.push_back(calls.id<SegmentId>(0));
  auto missed = db.query("SELECT segment FROM hold_missed WHERE hold = ?", hold.id);
  while (missed.step()) hold.missed.push_back(missed.id<SegmentId>(0));
}

Hold read_hold(sqlite::Connection& db, const HoldKeys& keys, const sqlite::Statement& row, const TrustedTime& time) {
  Hold hold;
  hold.id = row.id<HoldId>(0);
  hold.what.reason = row.text(1);
  hold.what.authority = row.text(2);
  hold.what.review = row.instant(3);
  hold.placed_at = row.instant(4);
  hold.placed_by = row.text(5);
  hold.what.numbers = open_numbers(keys.file, row.blob(6));
  hold.released_at = row.maybe_instant(7);
  hold.counts_until = row.maybe_instant(8);
  hold.state = state_of(hold.counts_until, time);
  hold.released_by = row.text(9);
  hold.release_reason = row.text(10);
  hold.review_due = hold.state == "active" && row.instant(3) <= time.hi;
  hold.review_soon = hold.state == "active" && !hold.review_due && row.instant(3) <= time.hi + kReviewSoon;
  load_parts(db, hold);
  return hold;
}

// The sweep may not have come yet, but what had expired stays expired: a hold placed late does not bring it back (I4).
std::vector<SegmentId> missed_by(sqlite::Connection& db, const HoldId& id, const TrustedTime& time) {
  std::vector<SegmentId> expired;
  each_covered(db, id, [&](SegmentRow&& row) { if (row.state == State::live || row.state == State::lost) expired.push_back(row.id); }, time.lo);
  std::erase_if(expired, [&](const SegmentId& segment) {
    const auto others = hold_view(db, segment, time, id);
    return others.active || others.releasing;
  });
  return expired;
}

// Of what has its row: the sweep may have taken some since.
void insert_missed(sqlite::Connection& db, const Hold& hold) {
  for (const auto& segment : hold.missed)
    db.run("INSERT OR IGNORE INTO hold_missed(hold, segment) SELECT ?1, id FROM segment WHERE id = ?2", hold.id, segment);
}

// What it covered before its time was settled lies elsewhere now, and is covered by its id (I8).
void cover_restamped(sqlite::Connection& db, const HoldId& id) {
  db.run("INSERT OR IGNORE INTO hold_call(hold, segment) SELECT p.hold, s.id FROM hold_span p JOIN segment s ON s.source = p.source"
         " WHERE p.hold = ? AND s.filed_at IS NOT NULL AND p.from_at < s.filed_at + max(s.end_at - s.start_at, 1) AND p.to_at > s.filed_at", id);
}

void insert_rows(sqlite::Connection& db, const HoldKeys& keys, const Hold& hold) {
  db.run("INSERT INTO hold(id, reason, authority, review_at, placed_at, placed_by, numbers) VALUES(?, ?, ?, ?, ?, ?, ?)",
         hold.id, hold.what.reason, hold.what.authority, hold.what.review, hold.placed_at, hold.placed_by,
         seal_numbers(keys.file, hold.what.numbers));
  for (const auto& span : hold.what.spans)
    db.run("INSERT OR IGNORE INTO hold_span(hold, source, from_at, to_at) VALUES(?, ?, ?, ?)", hold.id, span.source,
           span.span.from, span.span.to);
  for (const auto& number : hold.what.numbers)
    if (const auto token = whole_number_token(keys.index, number))
      db.run("INSERT OR IGNORE INTO hold_number(hold, token) VALUES(?, ?)", hold.id, *token);
  for (const auto& call : hold.what.calls)
    db.run("INSERT OR IGNORE INTO hold_call(hold, segment, group_token)"
           " VALUES(?1, ?2, (SELECT group_token FROM call WHERE segment = ?2))", hold.id, call);
}

constexpr const char* kLookUpCalls = "`tenure calls find` shows the calls there are.";

[[noreturn]] void refuse_gone_call(sqlite::Connection& db, const SegmentId& id) {
  auto deleted = db.query("SELECT deleted_at FROM tombstone WHERE segment = ?", id);
  const auto what = "call: " + id.text();
  if (deleted.step())
    throw Error(ErrorKind::not_found, what + " was deleted at " + to_rfc3339(deleted.instant(0)) +
                                          " and cannot be held any more: leave it out. " + kLookUpCalls);
  throw Error(ErrorKind::not_found, what + " is no call that is kept here: there is none with that id, or it has been deleted. " + kLookUpCalls);
}

// A hold that names what is no call, or none any more, would keep nothing and look as if it did.
void check_call(sqlite::Connection& db, const SegmentId& id) {
  auto query = db.query("SELECT kind, source, state FROM segment WHERE id = ?", id);
  if (!query.step()) refuse_gone_call(db, id);
  if (query.integer(0) != static_cast<int>(Kind::calls))
    throw Error(ErrorKind::usage, "call: " + id.text() + " is footage of " + query.text(1) + " and no call: hold footage by its camera and times (--source " +
                                      query.text(1) + " --from TIME --to TIME).");
  if (query.integer(2) == static_cast<int>(State::condemned))
    throw Error(ErrorKind::refused, "call: " + id.text() + " is being deleted and cannot be held any more: leave it out.");
}
}  // namespace

HoldKeys hold_keys(const Key& root) { return {hkdf_sha256(root, {}, "tenure hold files"), number_index_key(root)}; }

void insert_hold(sqlite::Connection& db, const HoldKeys& keys, Hold& hold, const TrustedTime& time) {
  insert_rows(db, keys, hold);
  hold.missed = missed_by(db, hold.id, time);
  insert_missed(db, hold);
}

bool insert_found_hold(sqlite::Connection& db, const HoldKeys& keys, const Hold& hold, const TrustedTime& time) {
  if (state_of(hold.counts_until, time) == "released") return false;
  insert_rows(db, keys, hold);
  insert_missed(db, hold);
  cover_restamped(db, hold.id);
  if (hold.counts_until)
    db.run("UPDATE hold SET released_at = ?2, counts_until = ?3, released_by = ?4, release_reason = ?5 WHERE id = ?1", hold.id,
           hold.released_at, hold.counts_until, hold.released_by, hold.release_reason);
  return true;
}

void check_hold_names(Catalogue& catalogue, const HoldRequest& request) {
  catalogue.state().read([&](sqlite::Connection& db) {
    for (const auto& span : request.spans)
      if (!db.query("SELECT 1 FROM source WHERE name = ?", span.source).step())
        throw Error(ErrorKind::not_found, "source: there is no camera or call folder named " + log_safe(span.source) + ".");
    for (const auto& call : request.calls) check_call(db, call);
  });
}

std::string hold_subject(const Hold& hold) {
  return boost::json::serialize(boost::json::object{
      {"hold", hold.id.text()}, {"state", hold.state}, {"review", to_rfc3339(hold.what.review.value_or(Instant{}))}});
}

bool hold_exists(sqlite::Connection& db, const HoldId& id) { return db.query("SELECT 1 FROM hold WHERE id = ?", id).step(); }

std::optional<Hold> load_hold(sqlite::Connection& db, const HoldKeys& keys, const HoldId& id, const TrustedTime& time) {
  auto row = db.query(kHoldColumns + "WHERE id = ?", id);
  if (!row.step()) return std::nullopt;
  return read_hold(db, keys, row, time);
}

std::vector<Hold> load_holds(sqlite::Connection& db, const HoldKeys& keys, const TrustedTime& time) {
  std::vector<Hold> holds;
  auto row = db.query(kHoldColumns + "ORDER BY placed_at, id");
  while (row.step()) holds.push_back(read_hold(db, keys, row, time));
  return holds;
}

}  // namespace tenure::storage
