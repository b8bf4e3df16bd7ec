#include "storage/sweep/sweeper.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_change.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kBatch = 200;  // rows condemned in one transaction; a hold waits for no more than that
constexpr std::size_t kMostLooked = 2'000;  // rows looked at in one transaction, held ones among them
constexpr std::size_t kMostShown = 10'000;
constexpr Duration kMarkEvery = std::chrono::minutes(5);  // an idle sweep need not write each time

using Where = std::pair<std::string, std::string>;
using Candidates = std::vector<std::pair<SegmentRow, HoldView>>;

// Made when first used: kCovers is another file's, and may be made after what stands outside functions here.
const std::string& active() {
  static const std::string sql = "EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NULL AND " + kCovers + ")";
  return sql;
}
// A change of policy that is in force was approved to make it fall due (I11).
const std::string kApproved = "EXISTS(SELECT 1 FROM policy_due d JOIN policy_version v ON v.number = d.version WHERE d.segment = s.id"
                              " AND v.in_force_at IS NOT NULL)";
const std::string& releasing() {
  static const std::string sql =
      "EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NOT NULL AND h.counts_until > ?2 AND " + kCovers + ")";
  return sql;
}

// The last row that was looked at.
struct Place {
  Instant expires_at{};
  SegmentId id{};
};

// Of what has expired of one class in one vault: what may go, oldest expiry first, and how much holds keep.
struct Expired {
  Candidates free;
  std::uint64_t held = 0;
  bool more = false;  // it stopped for its bounds
};

// Behind `place`, which moves on, until `most` rows may go or `looked` were looked at, so that what holds keep does not
// keep others waiting. Without `until`: only what a change of policy was approved to make fall due.
Expired expired(sqlite::Connection& db, const Where& where, State state, Place& place, std::optional<Instant> until,
                const TrustedTime& time, std::size_t most, std::size_t looked) {
  static const std::string sql = "SELECT" + kSegmentColumns + ", " + active() + ", " + releasing() +
                                 " FROM segment s WHERE s.state = ?1 AND s.expires_at <= ?3 AND (s.expires_at, s.id) > (?4, ?5)"
                                 " AND s.class = ?6 AND s.vault = ?7 AND (?8 OR " + kApproved + ") ORDER BY s.expires_at, s.id";
  Expired found;
  auto query = db.query(sql, static_cast<int>(state), time.lo, std::min(until.value_or(time.lo), time.lo), place.expires_at, place.id,
                        where.second, where.first, until.has_value());
  for (std::size_t rows = 0; query.step(); ++rows) {
    found.more = rows == looked || found.free.size() == most;
    if (found.more) break;
    auto row = read_segment(query);
    place = {row.expires_at, row.id};
    const HoldView holds{query.truth(kSegmentColumnCount), query.truth(kSegmentColumnCount + 1)};
    found.held += holds.active || holds.releasing;
    if (may_delete(row, holds, Cause::sweep, time)) found.free.emplace_back(std::move(row), holds);
  }
  return found;
}

// What is due, by vault and class: counted row by row, each asked about once. A GROUP BY would sort them all first and ask
// about each several times.
std::map<Where, DueView> due_views(sqlite::Connection& db, const TrustedTime& time) {
  enum { kKept, kWasApproved, kDue, kLeftOver };
  static const std::string sql =
      "SELECT s.vault, s.class, m.lo, CASE WHEN " + active() + " OR " + releasing() + " THEN 0 WHEN " + kApproved + " THEN 1"
      " WHEN s.expires_at <= m.lo AND NOT EXISTS(SELECT 1 FROM sweep_late l WHERE l.segment = s.id)"
      " AND NOT EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NOT NULL AND h.counts_until > m.lo AND " + kCovers + ") THEN 3 ELSE 2 END"
      " FROM segment s LEFT JOIN sweep_mark m ON m.vault = s.vault AND m.class = s.class"
      " WHERE s.state IN (1, 3) AND s.expires_at <= ?2";
  std::map<Where, DueView> views;
  auto query = db.query(sql, std::optional<int>(), time.lo);  // ?1 is not used
  while (query.step()) {
    auto& view = views[{query.text(0), query.text(1)}];
    view.mark = query.maybe_instant(2);
    const auto is = query.integer(3);
    view.held += is == kKept;
    view.due += is == kDue || is == kLeftOver;
    view.left_over += is == kLeftOver;
  }
  for (auto& [where, view] : views) {
    if (view.due <= kFewest) continue;
    auto live = db.query("SELECT count(*) FROM segment WHERE vault = ? AND class = ? AND state IN (1, 3)", where.first, where.second);
    live.step();
    view.live = live.natural(0);
  }
  return views;
}

std::vector<SweepQuestion> all_questions(sqlite::Connection& db) {
  std::vector<SweepQuestion> all;
  auto query = db.query("SELECT vault, class, asked_at, due_until, segments, live, why, approved_at IS NOT NULL FROM sweep_question");
  while (query.step())
    all.push_back({query.text(0), query.text(1), query.instant(2), query.instant(3), query.natural(4), query.natural(5),
                   query.text(6), query.truth(7)});
  return all;
}

std::string question_subject(const SweepQuestion& question) {
  return boost::json::serialize(boost::json::object{{"vault", question.vault}, {"class", question.cls},
                                                    {"segments", question.segments}, {"of", question.of},
                                                    {"due_until", to_rfc3339(question.due_until)}});
}

// Those about a class that nobody has answered yet.
std::vector<SweepQuestion> open_questions(sqlite::Connection& db, const std::string& cls) {
  auto all = all_questions(db);
  std::erase_if(all, [&](const SweepQuestion& question) { return question.approved || question.cls != cls; });
  if (all.empty()) throw Error(ErrorKind::not_found, "class: no sweep of \"" + cls + "\" waits for an answer; see them with: tenure status");
  return all;
}

std::string approved_subject(const std::string& cls, const std::vector<SweepQuestion>& questions) {
  std::string text;
  for (const auto& one : questions)
    text += (text.empty() ? "" : "; ") + std::to_string(one.segments) + " in vault " + one.vault + ", due by " + to_rfc3339(one.due_until);
  return approval_subject({{"class", cls}, {"recordings", text}});
}
}  // namespace

Sweeper::Sweeper(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, Eraser& eraser)
    : catalogue_(catalogue), clock_(clock), vaults_(vaults), eraser_(eraser) {}

// Up to when each class of each vault may be swept now; what is not in it waits. Off-line vaults are not touched (I19).
std::map<Where, Instant> Sweeper::limits(const TrustedTime& time, SweepReport& report) {
  std::map<Where, DueView> views;
  std::map<Where, SweepQuestion> asked;
  catalogue_.state().read([&](sqlite::Connection& db) {
    views = due_views(db, time);
    for (auto& question : all_questions(db)) asked.emplace(Where{question.vault, question.cls}, question);
    return 0;
  });
  std::map<Where, Instant> until;
  for (const auto& vault : vaults_.names())
    if (vaults_.online(vault))
      for (const auto& policy : catalogue_.policy()) {
        const Where where{vault, policy.cls};
        const auto view = views[where];
        report.held_back += view.held;
        if (const auto question = asked.find(where); question != asked.end()) {
          if (question->second.approved) until.emplace(where, question->second.due_until);
          continue;
        }
        const auto last = completed_.find(where);
        const auto ran = last == completed_.end() ? std::nullopt : std::optional(clock_.monotonic() - last->second.monotonic);
        const auto why = objection(view, policy.period, time.lo, ran);
        if (why.empty()) until.emplace(where, time.lo);
        else ask(where, view, why, time);
      }
  return until;
}

void Sweeper::ask(const Where& where, const DueView& view, const std::string& why, const TrustedTime& time) {
  const SweepQuestion question{where.first, where.second, time.lo, time.lo, view.due, view.live, why, false};
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("INSERT OR IGNORE INTO sweep_question VALUES(?, ?, ?, ?, ?, ?, ?, NULL)", question.vault, question.cls,
                       question.asked_at, question.due_until, question.segments, question.of, question.why);
    insert_ledger(transaction.db, ledger_entry(clock_.now(), {"tenured"}, "sweep-question", question_subject(question), why));
  });
  log_error("event=sweep-stopped vault={} class={} segments={} cause=\"{}\" remedy=\"tenure sweep approve {}\"", where.first,
            where.second, view.due, why, where.second);
}

void Sweeper::complete(const std::map<Where, Instant>& limits, Instant lo) {
  std::vector<std::pair<Where, Instant>> moved;
  for (const auto& [where, until] : limits) {
    auto& done = completed_[where];
    done.monotonic = clock_.monotonic();
    if (until - done.mark >= kMarkEvery || until != lo) moved.emplace_back(where, until);
  }
  if (moved.empty()) return;
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    for (const auto& [where, until] : moved) {
      transaction.db.run("INSERT INTO sweep_mark(vault, class, lo) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET lo = max(lo, ?3)",
                         where.first, where.second, until);
      transaction.db.run("DELETE FROM sweep_question WHERE vault = ? AND class = ? AND approved_at IS NOT NULL", where.first, where.second);
    }
  });
  for (const auto& [where, until] : moved) completed_[where].mark = until;
}

// Without `until` a question stands: then only what a change of policy was approved to make fall due.
void Sweeper::sweep_class(const Where& where, const std::optional<Instant>& until, SweepReport& report) {
  for (const auto state : {State::live, State::lost}) {
    Place place;
    for (bool more = true; more;) {
      const auto gone = eraser_.erase(Cause::sweep, [&](Catalogue::Transaction& transaction, const TrustedTime& now) {
        const auto found = expired(transaction.db, where, state, place, until, now, kBatch, kMostLooked);
        more = found.more;
        return plan_erasure(found.free, now, kBatch);
      });
      report.deleted += gone.size();
      report.bytes += bytes_of(gone);
    }
  }
}

SweepReport Sweeper::sweep() {
  SweepReport report;
  apply_due_policies(catalogue_, clock_);
  report.deleted = eraser_.finish_condemned().size();  // a sweep that failed half-way goes on where it stopped
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE hold SET ended_at = ?1 WHERE ended_at IS NULL AND counts_until <= ?1", clock_.trusted().lo);
  });
  const auto time = clock_.trusted();
  const auto until = limits(time, report);
  std::map<Where, Instant> swept;  // a vault may have gone since: what lies in it is still to be swept
  for (const auto& vault : vaults_.names())
    for (const auto& policy : catalogue_.policy()) {
      const Where where{vault, policy.cls};
      if (!vaults_.online(vault)) continue;
      const auto limit = until.find(where);
      sweep_class(where, limit == until.end() ? std::nullopt : std::optional(limit->second), report);
      if (limit != until.end()) swept.insert(*limit);
    }
  complete(swept, time.lo);
  report.questions = questions();
  report.next = catalogue_.next_expiry();
  report.problem = eraser_.stuck();
  return report;
}

SweepReport Sweeper::dry_run() const {
  SweepReport report;
  const auto time = clock_.trusted();
  report.questions = questions();
  for (const auto& vault : vaults_.names())
    if (vaults_.online(vault))
      for (const auto& policy : catalogue_.policy())
        for (const auto state : {State::live, State::lost}) {
          Expired found;
          Place place;
          do {
            found = catalogue_.state().read([&](sqlite::Connection& db) {
              return expired(db, {vault, policy.cls}, state, place, time.lo, time, kMostShown, kMostShown);
            });
            for (auto& row : plan_erasure(found.free, time, kMostShown)) report.due.push_back(std::move(row));
            report.held_back += found.held;
          } while (found.more && report.due.size() < kMostShown);
        }
  std::stable_sort(report.due.begin(), report.due.end(), [](const auto& a, const auto& b) { return a.expires_at < b.expires_at; });
  report.bytes = bytes_of(report.due);
  report.next = catalogue_.next_expiry();
  return report;
}

std::vector<SweepQuestion> Sweeper::questions() const {
  auto all = catalogue_.state().read([](sqlite::Connection& db) { return all_questions(db); });
  std::erase_if(all, [](const SweepQuestion& question) { return question.approved; });
  return all;
}

std::string Sweeper::subject_of(const std::string& cls) const {
  return catalogue_.state().read([&](sqlite::Connection& db) { return approved_subject(cls, open_questions(db, cls)); });
}

void Sweeper::approve(const std::string& cls, const std::string& reason, const Actor& actor, const std::optional<ApprovalId>& approval) {
  if (reason.empty()) throw Error(ErrorKind::usage, "reason: is required; say what makes you sure that these must go");
  catalogue_.write([&](Catalogue::Transaction& transaction) {
    const auto questions = open_questions(transaction.db, cls);
    if (approval)
      use_approval(transaction, {*approval, "sweep approve", approved_subject(cls, questions), reason}, actor, clock_.trusted());
    for (const auto& question : questions) {
      transaction.db.run("UPDATE sweep_question SET approved_at = ? WHERE vault = ? AND class = ?", clock_.now(), question.vault, cls);
      insert_ledger(transaction.db, ledger_entry(clock_.now(), actor, "sweep-approve", question_subject(question), reason));
    }
  });
}

}  // namespace tenure::storage
