// Random histories of policies, holds, releases, sweeps and doubtful time: the real decisions, and the real catalogue,
// against tests/storage/retention_oracle.h. 20,000 histories, fewer under sanitizers, 1 M with TENURE_LONG;
// TENURE_ORACLE_SEED repeats one.
#include "tests/storage/retention_oracle.h"

#include <cstdlib>
#include <iostream>
#include <random>

#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_change.h"
#include "storage/policy/promise.h"
#include "tests/storage/practice.h"
#include "tests/support/counts.h"
#include "tests/support/figures.h"

namespace tenure::storage {
namespace {

using oracle::Hour, oracle::Item, oracle::Keep, oracle::Term;
using std::chrono::hours;

const Hour kBegin = std::chrono::duration_cast<hours>(at("2026-01-20T00:00:00Z").time_since_epoch()).count();
const char* const kClasses[] = {"cctv", "calls"};
const char* const kSources[] = {"front", "waiting-room", "pbx"};
const Term kTerms[] = {{0, 1, false}, {0, 2, false}, {0, 3, true}, {0, 7, false}, {0, 28, false}, {0, 30, true},
                       {1, 0, false}, {1, 0, true}, {3, 0, true}, {12, 0, false}, {0, 365, false}, {36, 0, true}};

Instant instant(Hour hour) { return Instant(hours(hour)); }
Instant end_of(const Keep& keep) { return keep.to == oracle::kNever ? kOpenEnd : instant(keep.to); }
TrustedTime time_of(Hour lo, Hour hi) { return {instant(lo), instant(hi)}; }
Promise promise(const Term& term, Hour since) {
  return {Period{0, term.months, term.days, {}}, term.from_start ? config::Anchor::capture_start : config::Anchor::capture_end, instant(since)};
}
Actor reader(bool manager) { return {"anna", "01", {manager ? kPracticeManager : "partner"}}; }

// What is asked of both that are tried.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual void time(Hour lo, Hour hi) = 0;
  virtual void record(const Item& item) = 0;
  virtual void hold(const Keep& keep) = 0;
  virtual void release(std::size_t hold) = 0;
  virtual void keep(std::size_t hold) = 0;
  virtual void propose(int cls, const Term& term, Hour effective) = 0;
  virtual void cancel(int cls) = 0;
  virtual void sweep() = 0;
  virtual bool there(std::size_t item) = 0;
  virtual bool readable(std::size_t item, bool manager) = 0;
};

// The pure decisions, and as little around them as will do. Each can be replaced by a wrong one.
struct Decisions {
  std::function<bool(const SegmentRow&, const HoldView&, const TrustedTime&)> go = [](const auto& row, const auto& holds, const auto& time) {
    return !plan_erasure({{row, holds}}, time, 1).empty();
  };
  std::function<bool(const SegmentRow&, const HoldView&, bool, const TrustedTime&)> read = [](const auto& row, const auto& holds, bool manager, const auto& time) {
    return may_read(row, holds, reader(manager), Purpose::view, time).allowed;
  };
  std::function<Instant(const std::vector<Promise>&, const Interval&)> promised = promised_until;
  std::function<Ends(const Ends&, const Interval&, const Promise&)> forward = brought_forward;
};

class Pure : public Subject {
 public:
  explicit Pure(Decisions decisions) : decide_(std::move(decisions)) {
    versions_[0] = {promise({0, 28, false}, kBegin)};
    versions_[1] = {promise({36, 0, true}, kBegin)};
  }
  void time(Hour lo, Hour hi) override { now_ = time_of(lo, hi); }
  void record(const Item& item) override {
    SegmentRow row;
    row.source = kSources[item.source];
    row.cls = kClasses[item.cls];
    row.span = {instant(item.from), instant(item.to)};
    row.expires_at = decide_.promised(versions_[item.cls], row.span);
    rows_.push_back(row);
    class_.push_back(item.cls);
  }
  void hold(const Keep& keep) override {
    Held held{kSources[keep.source], {instant(keep.from), end_of(keep)}, {}, {}};
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (const auto view = view_of(i); rows_[i].expires_at <= now_.lo && !view.active && !view.releasing) held.missed.insert(i);
    holds_.push_back(held);
  }
  void release(std::size_t hold) override { holds_[hold].until = now_.hi + hours(24); }
  void keep(std::size_t hold) override { holds_[hold].until.reset(); }
  void propose(int cls, const Term& term, Hour effective) override { waiting_[cls] = promise(term, effective); }
  void cancel(int cls) override { waiting_.erase(cls); }
  void sweep() override {
    for (int cls = 0; cls < 2; ++cls)
      if (const auto waits = waiting_.find(cls); waits != waiting_.end() && waits->second.since <= now_.lo) come_into_force(cls);
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (rows_[i].state == State::live && decide_.go(rows_[i], view_of(i), now_)) rows_[i].state = State::condemned;
  }
  bool there(std::size_t item) override { return rows_[item].state == State::live; }
  bool readable(std::size_t item, bool manager) override { return decide_.read(rows_[item], view_of(item), manager, now_); }

 private:
  struct Held {
    std::string source;
    Interval span;
    std::optional<Instant> until;
    std::set<std::size_t> missed;
  };
  void come_into_force(int cls) {
    auto next = waiting_.extract(cls).mapped();
    next.since = now_.lo;
    versions_[cls].push_back(next);
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (class_[i] == cls) rows_[i].expires_at = decide_.forward({rows_[i].expires_at, {}}, rows_[i].span, next).expires_at;
  }
  HoldView view_of(std::size_t item) const {
    HoldView view;
    for (const auto& held : holds_) {
      if (held.source != rows_[item].source || !held.span.overlaps(rows_[item].span) || held.missed.contains(item)) continue;
      view.active |= !held.until;
      view.releasing |= held.until && *held.until > now_.lo;
    }
    return view;
  }
  Decisions decide_;
  TrustedTime now_;
  std::vector<SegmentRow> rows_;
  std::vector<int> class_;
  std::vector<Held> holds_;
  std::map<int, std::vector<Promise>> versions_;
  std::map<int, Promise> waiting_;
};

// The catalogue, the holds, the changes of policy and the sweep as the daemon has them.
class Real : public Subject {
 public:
  Real() : approvals_(practice_.parts->catalogue, practice_.clock), policy_(practice_.parts->catalogue, practice_.clock, false) {}
  void time(Hour lo, Hour hi) override { practice_.clock.set(time_of(lo, hi)); }
  void record(const Item& item) override {
    SegmentRow row;
    row.id = SegmentId::make(instant(item.from));
    row.source = kSources[item.source];
    row.cls = kClasses[item.cls];
    row.kind = item.cls == 1 ? Kind::calls : Kind::camera;
    row.span = {instant(item.from), instant(item.to)};
    row.vault = "main";
    row.slot = practice_.parts->keys.reserve(row.id).slot;
    practice_.parts->catalogue.commit_segment(row);
    ids_.push_back(row.id);
  }
  void hold(const Keep& keep) override {
    holds_.push_back(practice_.parts->holds.add(practice_.request({{kSources[keep.source], {instant(keep.from), end_of(keep)}}}), practice_.manager).hold.id);
  }
  void release(std::size_t hold) override { practice_.parts->holds.release(holds_[hold], "over", practice_.manager); }
  void keep(std::size_t hold) override { practice_.parts->holds.keep(holds_[hold], "not over", practice_.manager); }
  void propose(int cls, const Term& term, Hour effective) override {
    const auto wanted = promise(term, effective);
    const auto preview = policy_.preview({kClasses[cls], wanted.period, wanted.anchor}, instant(effective));
    const auto asked = approvals_.ask(PolicyChanges::kAct, approval_subject(preview), "x", {"anna"});
    policy_.change(preview.wish, preview.token, "x", {"anna"}, approvals_.approve(asked.id, {"ben"}).id);
  }
  void cancel(int cls) override { policy_.cancel(kClasses[cls], "x", {"anna"}); }
  void sweep() override {
    practice_.parts->sweeper.sweep();
    // A call that came late may fall due by a change that was approved without it: that is asked about, and answered here.
    for (const auto& question : practice_.parts->sweeper.questions()) {
      practice_.parts->sweeper.approve(question.cls, "came late", practice_.manager);
      practice_.parts->sweeper.sweep();
    }
  }
  bool there(std::size_t item) override { return practice_.exists(ids_[item]); }
  bool readable(std::size_t item, bool manager) override {
    const auto now = practice_.clock.trusted();
    return practice_.parts->catalogue.state().read([&](sqlite::Connection& db) {
      const auto row = segment_by_id(db, ids_[item]);
      return row && may_read(*row, hold_view(db, row->id, now), reader(manager), Purpose::view, now).allowed;
    });
  }

 private:
  Practice practice_{instant(kBegin)};
  Approvals approvals_;
  PolicyChanges policy_;
  std::vector<SegmentId> ids_;
  std::vector<HoldId> holds_;
};

// One history; the first difference in words, or nothing.
class History {
 public:
  History(std::uint64_t seed, Subject& subject) : random_(seed), subject_(subject) {
    model_.rules[0] = {{{0, 28, false}, kBegin}};
    model_.rules[1] = {{{36, 0, true}, kBegin}};
  }
  std::string run(int events) {
    for (int i = 0; i < events; ++i) {
      step();
      if (const auto difference = compare(); !difference.empty()) return "event " + std::to_string(i) + ": " + difference;
    }
    return {};
  }
  std::size_t gone() const {
    return static_cast<std::size_t>(std::count_if(model_.items.begin(), model_.items.end(), [](const Item& item) { return item.gone; }));
  }

 private:
  Hour pick(Hour below) { return static_cast<Hour>(random_() % static_cast<std::uint64_t>(below)); }
  void step() {
    lo_ += pick(4) == 0 ? pick(40 * oracle::kDay) : pick(60);
    hi_ = lo_ + (pick(3) == 0 ? pick(72) : 0);
    subject_.time(lo_, hi_);
    switch (pick(12)) {
      case 0: case 1: case 2: return record();
      case 3: case 4: return hold();
      case 5: return release();
      case 6: return keep();
      case 7: case 8: return propose();
      case 9: return cancel();
      default: model_.sweep(lo_), subject_.sweep();
    }
  }
  void record() {
    const int source = static_cast<int>(pick(3));
    const Hour to = lo_ - (source == 2 ? pick(2000) : pick(3));  // calls may come late
    model_.items.push_back({source == 2, source, to - 1 - pick(3), to});
    subject_.record(model_.items.back());
  }
  void hold() {
    const Hour from = lo_ - pick(60 * oracle::kDay);
    const Keep keep{static_cast<int>(pick(3)), from, pick(4) == 0 ? oracle::kNever : from + 1 + pick(30 * oracle::kDay)};
    model_.place(keep, lo_);
    subject_.hold(keep);
  }
  void release() {
    if (model_.keeps.empty()) return;
    const auto which = static_cast<std::size_t>(pick(static_cast<Hour>(model_.keeps.size())));
    if (model_.keeps[which].until != oracle::kNever) return;
    model_.keeps[which].until = hi_ + 24;
    subject_.release(which);
  }
  void keep() {
    for (std::size_t i = 0; i < model_.keeps.size(); ++i) {
      if (model_.keeps[i].until == oracle::kNever || model_.keeps[i].until <= lo_) continue;
      model_.keeps[i].until = oracle::kNever;
      return subject_.keep(i);
    }
  }
  void propose() {
    const int cls = static_cast<int>(pick(2));
    const Term term = kTerms[pick(std::size(kTerms))];
    const auto& now = model_.rules[cls].back().term;
    const bool same = now.months == term.months && now.days == term.days && now.from_start == term.from_start;
    if (same || !model_.waiting[cls].empty()) return;
    const Hour effective = hi_ + 24 + pick(10 * oracle::kDay);
    model_.waiting[cls] = {{term, effective}};
    subject_.propose(cls, term, effective);
  }
  void cancel() {
    const int cls = static_cast<int>(pick(2));
    if (model_.waiting[cls].empty()) return;
    model_.waiting[cls].clear();
    subject_.cancel(cls);
  }
  std::string compare() {
    for (std::size_t i = 0; i < model_.items.size(); ++i) {
      const auto name = "recording " + std::to_string(i) + " of " + kSources[model_.items[i].source] + " due " + to_rfc3339(instant(model_.due(model_.items[i])));
      if (subject_.there(i) == model_.items[i].gone) return name + (model_.items[i].gone ? " should be gone" : " should be there");
      for (const bool manager : {false, true})
        if (subject_.readable(i, manager) != model_.readable(i, manager, lo_, hi_)) return name + " is read otherwise by " + (manager ? "a manager" : "a partner");
    }
    return {};
  }
  std::mt19937_64 random_;
  Subject& subject_;
  oracle::Model model_;
  Hour lo_ = kBegin, hi_ = kBegin;
};

bool is_long() { return std::getenv("TENURE_LONG") != nullptr; }
std::uint64_t first_seed() {
  const char* text = std::getenv("TENURE_ORACLE_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}
std::uint64_t histories(std::uint64_t usual, std::uint64_t with_long) {
  if (std::getenv("TENURE_ORACLE_SEED") != nullptr) return 1;
  return is_long() ? with_long : usual;
}
constexpr int kEvents = 40;

// The seed of the first history that differs; nothing when none of `count` does.
std::optional<std::uint64_t> first_difference(const Decisions& decisions, std::uint64_t count) {
  for (auto seed = first_seed(); seed < first_seed() + count; ++seed) {
    Pure pure(decisions);
    if (!History(seed, pure).run(kEvents).empty()) return seed;
  }
  return std::nullopt;
}

TEST(RetentionOracle, I6_I10_TheDecisionsAgreeWithAnIndependentModelOverRandomHistories) {
  const tests::Figure figure("policy histories against an oracle");
  const auto count = histories(tests::kFullCounts ? 20'000 : 500, tests::kFullCounts ? 1'000'000 : 5'000);
  std::size_t gone = 0;
  for (auto seed = first_seed(); seed < first_seed() + count; ++seed) {
    Pure pure({});
    History history(seed, pure);
    const auto difference = history.run(kEvents);
    ASSERT_EQ(difference, "") << "repeat it with TENURE_ORACLE_SEED=" << seed;
    gone += history.gone();
  }
  if (tests::kFullCounts) figure.write(count, 0, "seeds from " + std::to_string(first_seed()) + ", " + std::to_string(gone) + " deletions");
  EXPECT_GT(gone, count) << "hardly anything was deleted: it tests nothing";
}

TEST(RetentionOracle, I6_I7_I8_I9_I10_TheRealCatalogueAgreesWithItToo) {
  const tests::Figure figure("policy histories in a real catalogue");
  const auto count = histories(tests::kFullCounts ? 200 : 20, 3'000);
  std::size_t gone = 0;
  for (auto seed = first_seed(); seed < first_seed() + count; ++seed) {
    Real real;
    History history(seed, real);
    const auto difference = history.run(kEvents);
    ASSERT_EQ(difference, "") << "repeat it with TENURE_ORACLE_SEED=" << seed;
    gone += history.gone();
  }
  if (tests::kFullCounts) figure.write(count, 0, "seeds from " + std::to_string(first_seed()) + ", " + std::to_string(gone) + " deletions");
}

// It must be able to fail: each of these is a mistake that somebody could make.
TEST(RetentionOracle, TellsEveryWrongDecisionApart) {
  std::map<std::string, Decisions> wrong;
  wrong["deletes by the latest time"].go = [](const auto& row, const auto& holds, const auto& time) {
    return !plan_erasure({{row, holds}}, {time.hi, time.hi}, 1).empty();
  };
  wrong["deletes what is releasing"].go = [](const auto& row, const HoldView& holds, const auto& time) {
    return !plan_erasure({{row, HoldView{holds.active, false}}}, time, 1).empty();
  };
  wrong["deletes what is held"].go = [](const auto& row, const HoldView&, const auto& time) { return !plan_erasure({{row, {}}}, time, 1).empty(); };
  wrong["keeps an hour too long"].go = [](auto row, const auto& holds, const auto& time) {
    row.expires_at += hours(1);
    return !plan_erasure({{row, holds}}, time, 1).empty();
  };
  wrong["reads by the earliest time"].read = [](const auto& row, const auto& holds, bool manager, const auto& time) {
    return may_read(row, holds, reader(manager), Purpose::view, {time.lo, time.lo}).allowed;
  };
  wrong["lets everybody read what is releasing"].read = [](const auto& row, const auto& holds, bool, const auto& time) {
    return may_read(row, holds, reader(true), Purpose::view, time).allowed;
  };
  wrong["promises by the newest version"].promised = [](const auto& versions, const auto& span) {
    return expiry_of(versions.back().period, versions.back().anchor, span);
  };
  wrong["promises by the version when it began"].promised = [](const std::vector<Promise>& versions, const Interval& span) {
    auto found = versions.front();
    for (const auto& version : versions)
      if (version.since <= span.from) found = version;
    return expiry_of(found.period, found.anchor, span);
  };
  wrong["counts from the other end"].promised = [](auto versions, const auto& span) {
    for (auto& version : versions) version.anchor = config::Anchor::capture_end;
    return promised_until(versions, span);
  };
  wrong["takes a month for 30 days"].promised = [](auto versions, const auto& span) {
    for (auto& version : versions) version.period = {0, 0, version.period.days + 30 * version.period.months, {}};
    return promised_until(versions, span);
  };
  wrong["lengthens what is there"].forward = [](const Ends&, const Interval& span, const Promise& promise) {
    return Ends{expiry_of(promise.period, promise.anchor, span), {}};
  };
  wrong["shortens nothing that is there"].forward = [](const Ends& ends, const Interval&, const Promise&) { return ends; };
  for (const auto& [mistake, decisions] : wrong) {
    const auto seed = first_difference(decisions, 5'000);
    EXPECT_TRUE(seed) << mistake << " was not noticed";
    if (seed) std::cout << mistake << ": seen in history " << *seed << "\n";
  }
}

}  // namespace
}  // namespace tenure::storage
