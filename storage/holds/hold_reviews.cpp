// A hold that was released and is kept after all, one that is only looked at, and reviews that are due.
#include "base/error.h"
#include "base/log.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_load.h"
#include "storage/holds/hold_request.h"
#include "storage/holds/hold_rows.h"

namespace tenure::storage {

namespace {
constexpr int kSoon = 1, kOverdue = 2;  // hold_reminder.step
constexpr std::size_t kLongestReason = 2'000;

struct Undone {};  // thrown so that a transaction leaves nothing

bool reminded(sqlite::Connection& db, const Hold& hold, int step) {
  return db.query("SELECT 1 FROM hold_reminder WHERE hold = ? AND review_at = ? AND step >= ?", hold.id, hold.what.review, step).step();
}
}  // namespace

Hold Holds::keep(const HoldId& id, const std::string& reason, const Actor& actor) {
  if (actor.name.empty()) throw Error(ErrorKind::usage, "actor: nobody is named as keeping the hold.");
  check_hold_text("reason", reason, kLongestReason);
  const std::scoped_lock lock(file_mutex_);
  Hold hold;
  std::optional<Hold> releasing;  // once its file says that it is in force
  bool committing = false;
  try {
    catalogue_.write([&](Catalogue::Transaction& transaction) {
      auto& db = transaction.db;
      const auto time = clock_.trusted();
      const auto found = load_hold(db, {file_key_, index_key_}, id, time);
      if (!found) throw Error(ErrorKind::not_found, "There is no hold with the id " + id.text() + ".");
      // By the earliest the time can be, as the sweep asks: what still counts for it can still be kept.
      if (found->state != "releasing")
        throw Error(ErrorKind::refused, "Hold " + id.text() + " is " + found->state + ", and only one that is being released can be kept" +
                                            (found->state == "released" ? ": place a new hold on what is still there." : "."));
      releasing = found;
      hold = *found;
      hold.released_at = hold.counts_until = {};
      write_hold_file(folder_, file_key_, hold);  // before the commit, as when it was placed
      db.run("UPDATE hold SET released_at = NULL, counts_until = NULL, released_by = NULL, release_reason = NULL, ended_at = NULL"
             " WHERE id = ?", id);
      hold = *load_hold(db, {file_key_, index_key_}, id, time);
      insert_ledger(db, ledger_entry(time.best(), actor, "hold-keep", hold_subject(hold), reason));
      committing = true;
    });
  } catch (...) {
    if (releasing && !committing) write_hold_file(folder_, file_key_, *releasing);  // else the row decides at the next start
    throw;
  }
  return hold;
}

HoldReceipt Holds::preview(const HoldRequest& request, const Actor& actor, HoldLoad& load) {
  const auto placed = clock_.trusted();
  check_hold_request(request, placed.hi);
  check_hold_names(catalogue_, request);
  HoldReceipt receipt;
  try {
    catalogue_.write([&](Catalogue::Transaction& transaction) {
      const auto time = clock_.trusted();
      Hold hold{HoldId::make(placed.best()), request, "active", placed.best(), actor.name, {}, {}, {}, false, false};
      insert_hold(transaction.db, {file_key_, index_key_}, hold, time);
      LoadSum sum(transaction.db, hold, time);
      receipt = make_receipt(transaction.db, hold, time, [&](const SegmentRow& row) { sum.add(row); });
      load = sum.finish();
      throw Undone{};
    });
  } catch (const Undone&) {
  }
  return receipt;
}

HoldLoad Holds::load(const HoldId& id) const {
  const auto time = clock_.trusted();
  return catalogue_.state().read([&](sqlite::Connection& db) {
    const auto hold = load_hold(db, {file_key_, index_key_}, id, time);
    if (!hold) return HoldLoad{};
    LoadSum sum(db, *hold, time);
    each_covered(db, id, [&](SegmentRow&& row) { sum.add(row); });
    return sum.finish();
  });
}

std::size_t Holds::remind() {
  const auto step_of = [](const Hold& hold) { return hold.review_due ? kOverdue : hold.review_soon ? kSoon : 0; };
  const auto time = clock_.trusted();
  const auto due = catalogue_.state().read([&](sqlite::Connection& db) {
    auto holds = load_holds(db, {file_key_, index_key_}, time);
    std::erase_if(holds, [&](const Hold& hold) { return step_of(hold) == 0 || reminded(db, hold, step_of(hold)); });
    return holds;
  });
  std::size_t count = 0;
  for (const auto& hold : due) {
    bool told = false;
    catalogue_.write([&](Catalogue::Transaction& transaction) {
      auto& db = transaction.db;
      const auto now = load_hold(db, {file_key_, index_key_}, hold.id, time);
      if (!now || step_of(*now) != step_of(hold) || reminded(db, *now, step_of(*now))) return;
      db.run("INSERT INTO hold_reminder(hold, review_at, step, at) VALUES(?, ?, ?, ?)", hold.id, now->what.review, step_of(*now), time.best());
      insert_ledger(db, ledger_entry(time.best(), {"tenured"}, step_of(*now) == kOverdue ? "hold-review-overdue" : "hold-review-due", hold_subject(*now)));
      told = true;
    });
    if (!told) continue;
    ++count;
    log_warning("event=hold-review hold={} review={} overdue={} effect=\"it stays until it is released\"", hold.id.text(),
                to_rfc3339(hold.what.review.value_or(Instant{})), hold.review_due);
  }
  return count;
}

}  // namespace tenure::storage
