#include "storage/holds/holds.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_load.h"
#include "storage/holds/hold_request.h"
#include "storage/holds/hold_rows.h"

namespace tenure::storage {

namespace {
constexpr auto kGrace = std::chrono::hours(24);  // a released hold still counts for so long (I9)

// Counts and times only: no number, no name.
std::string subject_of(const Hold& hold, const HoldReceipt& receipt) {
  boost::json::array sources;
  for (const auto& span : hold.what.spans)
    sources.push_back({{"source", span.source}, {"from", to_rfc3339(span.span.from)}, {"to", is_open(span) ? "open" : to_rfc3339(span.span.to)}});
  return boost::json::serialize(boost::json::object{
      {"hold", hold.id.text()}, {"spans", std::move(sources)}, {"numbers", hold.what.numbers.size()},
      {"calls", hold.what.calls.size()}, {"segments", receipt.recordings}, {"bytes", receipt.bytes},
      {"gone", receipt.gone.size()}, {"authority", hold.what.authority},
      {"review", to_rfc3339(hold.what.review.value_or(Instant{}))}});
}

void check_actor(const Actor& actor) {
  if (actor.name.empty()) throw Error(ErrorKind::usage, "actor: nobody is named as placing or changing the hold.");
}

Hold must_load(sqlite::Connection& db, const HoldKeys& keys, const HoldId& id, const TrustedTime& time) {
  auto hold = load_hold(db, keys, id, time);
  if (!hold) throw Error(ErrorKind::not_found, "There is no hold with the id " + id.text() + ".");
  return *hold;
}

void must_be_active(const Hold& hold, const std::string& doing) {
  if (hold.state != "active")
    throw Error(ErrorKind::refused, "Hold " + hold.id.text() + " is already " + hold.state + " and cannot be " + doing +
                                        ": place a new hold on what is still there.");
}
}  // namespace

Holds::Holds(Catalogue& catalogue, const Clock& clock, Path folder, const Key& root)
    : catalogue_(catalogue), clock_(clock), folder_(std::move(folder)), file_key_(hold_keys(root).file),
      index_key_(hold_keys(root).index) {
  make_directories(folder_);
}

HoldReceipt Holds::add(const HoldRequest& request, const Actor& actor) {
  check_actor(actor);
  const auto placed = clock_.trusted();
  check_hold_request(request, placed.hi);
  check_hold_names(catalogue_, request);

  Hold hold{HoldId::make(placed.best()), request, "active", placed.best(), actor.name, {}, {}, {}, false, false};
  HoldReceipt receipt;
  bool committing = false;
  try {
    catalogue_.write([&](Catalogue::Transaction& transaction) {
      const auto time = clock_.trusted();
      insert_hold(transaction.db, {file_key_, index_key_}, hold, time);
      write_hold_file(folder_, file_key_, hold);  // before the commit: it must outlive a lost catalogue
      receipt = make_receipt(transaction.db, hold, time);
      receipt.ledger_number = insert_ledger(
          transaction.db, ledger_entry(time.best(), actor, "hold-add", subject_of(hold, receipt), request.reason));
      committing = true;
    });
  } catch (...) {
    // A commit that failed may still have happened: then the file stays, and counts as a hold at the next start.
    if (!committing) remove_hold_file(folder_, hold.id);
    throw;
  }
  return receipt;
}

std::vector<Hold> Holds::list() const {
  const auto time = clock_.trusted();
  return catalogue_.state().read(
      [&](sqlite::Connection& db) { return load_holds(db, {file_key_, index_key_}, time); });
}

Hold Holds::get(const HoldId& id) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) { return must_load(db, {file_key_, index_key_}, id, time); });
}

HoldReceipt Holds::show(const HoldId& id) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) {
    auto receipt = make_receipt(db, must_load(db, {file_key_, index_key_}, id, time), time);
    auto entry = db.query("SELECT min(number) FROM ledger WHERE act IN ('hold-add', 'hold-adopt')"
                          " AND json_extract(subject, '$.hold') = ?", id.text());
    if (entry.step()) receipt.ledger_number = entry.natural(0);
    return receipt;
  });
}

Hold Holds::release(const HoldId& id, const std::string& reason, const Actor& actor, const std::optional<ApprovalId>& approval) {
  check_actor(actor);
  check_hold_text("reason", reason, 2'000);
  const std::scoped_lock lock(file_mutex_);
  Hold hold;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock_.trusted();
    must_be_active(must_load(db, {file_key_, index_key_}, id, time), "released");
    if (approval)
      use_approval(transaction, {*approval, "hold release", approval_subject({{"id", id.text()}}), reason}, actor, time);
    // From the latest the time can be, to the earliest: never less than 24 h.
    db.run("UPDATE hold SET released_at = ?2, counts_until = ?3, released_by = ?4, release_reason = ?5 WHERE id = ?1", id,
           time.hi, time.hi + kGrace, actor.name, reason);
    hold = must_load(db, {file_key_, index_key_}, id, time);
    insert_ledger(db, ledger_entry(time.best(), actor, "hold-release", hold_subject(hold), reason));
  });
  try {
    write_hold_file(folder_, file_key_, hold);  // the 24 hours too outlive a lost catalogue
  } catch (const Error& error) {
    log_warning("event=hold-file-not-written hold={} cause=\"{}\" effect=\"a rebuild brings it back in force\"", id.text(), error.what());
  }
  return hold;
}

Hold Holds::extend(const HoldId& id, Instant review, const std::string& reason, const Actor& actor) {
  check_actor(actor);
  check_hold_text("reason", reason, 2'000);
  check_hold_review(review, clock_.trusted().hi);
  Hold hold;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    const auto time = clock_.trusted();
    hold = must_load(db, {file_key_, index_key_}, id, time);
    must_be_active(hold, "extended");
    if (hold.what.review && review <= *hold.what.review)
      throw Error(ErrorKind::refused, "review: " + to_rfc3339(review) + " is not later than " + to_rfc3339(*hold.what.review) +
                                          ", the review that hold " + hold.id.text() + " has: extending sets a later one.");
    hold.what.review = review;
    write_hold_file(folder_, file_key_, hold);
    db.run("UPDATE hold SET review_at = ?2 WHERE id = ?1", id, review);
    hold = must_load(db, {file_key_, index_key_}, id, time);  // whether it is due, by the new date
    insert_ledger(db, ledger_entry(time.best(), actor, "hold-extend", hold_subject(hold), reason));
  });
  return hold;
}

}  // namespace tenure::storage
