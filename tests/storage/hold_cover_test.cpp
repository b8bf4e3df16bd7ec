// What lists say of holds, held against the question that asks each hold for each segment, over many made-up ones.
#include <array>
#include <random>
#include <utility>

#include "storage/recording/hold_cover.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::hours;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr int kSegments = 150, kHolds = 25, kTokens = 8, kGroups = 4;

Digest token(int number) { return sha256(as_view("token " + std::to_string(number))); }

// A small practice of its own for each seed. Times lie on few moments, so that they touch, meet and miss by one
// microsecond.
class MadeUp {
 public:
  explicit MadeUp(unsigned seed) : practice(kStart), random_(seed) {
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      for (int i = 0; i < kSegments; ++i) add_segment(transaction.db);
      for (int i = 0; i < kHolds; ++i) add_hold(transaction.db);
    });
  }
  Practice practice;
  std::vector<SegmentId> ids;

 private:
  int up_to(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }
  bool one_in(int many) { return up_to(many - 1) == 0; }
  Instant moment() { return kStart + Seconds(40 * up_to(20)) + Duration(up_to(2) - 1); }
  Duration length() {
    static const std::array<Duration, 5> all{Duration(0), Duration(1), Seconds(40), Seconds(80), Seconds(400)};
    return all[static_cast<std::size_t>(up_to(4))];
  }
  std::optional<Digest> group() { return one_in(2) ? std::nullopt : std::optional(token(100 + up_to(kGroups))); }

  void add_segment(sqlite::Connection& db) {
    const auto id = SegmentId::make(kStart);
    const bool is_call = one_in(2);
    const auto from = moment();
    const auto* source = is_call ? "pbx" : one_in(2) ? "front" : "waiting-room";
    const auto number = static_cast<int>(ids.size());
    db.run(
        "INSERT INTO segment(id, source, class, kind, state, start_at, end_at, expires_at, bytes, plain_bytes, digest, "
        "slot,"
        " vault, run, time_doubtful) VALUES(?, ?, ?, ?, ?, ?, ?, ?, 0, 0, zeroblob(32), ?, 'main', 0, 0)",
        id, source, is_call ? "calls" : "cctv", is_call, up_to(3), from, from + length(), from + hours(1),
        1000 + number);
    ids.push_back(id);
    if (!is_call || one_in(10)) return;  // some calls have no details yet
    db.run(
        "INSERT INTO call(segment, direction, duration, details, content_token, native_token, group_token, "
        "needs_details)"
        " VALUES(?1, 0, 0, x'', ?2, ?2, ?3, 0)",
        id, token(1000 + number), group());
    for (int i = up_to(2); i >= 0; --i)
      db.run("INSERT OR IGNORE INTO call_token(token, segment) VALUES(?, ?)", token(up_to(kTokens)), id);
  }

  const SegmentId& any_segment() { return ids[static_cast<std::size_t>(up_to(kSegments - 1))]; }

  // In force, released and counting, released and over, seen to be over, and counting again since time was set back.
  void add_hold(sqlite::Connection& db) {
    const auto id = HoldId::make(kStart);
    const int kind = up_to(5);
    const auto maybe = [](bool has, Instant what) { return has ? std::optional(what) : std::nullopt; };
    const bool counts = kind == 1 || kind == 4;
    db.run(
        "INSERT INTO hold(id, reason, authority, review_at, placed_at, placed_by, numbers, released_at, counts_until, "
        "ended_at)"
        " VALUES(?, 'r', 'a', 0, 0, 'manager', x'', ?, ?, ?)",
        id, maybe(kind >= 1 && kind <= 4, kStart),
        maybe(kind >= 1 && kind <= 4, counts ? kStart + Duration(1) : kStart), maybe(kind == 3 || kind == 4, kStart));
    for (int i = up_to(2); i > 0; --i) {
      const auto from = moment();
      const auto* source = one_in(3) ? "pbx" : one_in(2) ? "front" : one_in(4) ? "gone" : "waiting-room";
      db.run("INSERT OR IGNORE INTO hold_span(hold, source, from_at, to_at) VALUES(?, ?, ?, ?)", id, source, from,
             one_in(6) ? kOpenEnd : from + std::max(length(), Duration(1)));
    }
    if (one_in(3)) db.run("INSERT INTO hold_number(hold, token) VALUES(?, ?)", id, token(up_to(2 * kTokens)));
    for (int i = up_to(2); i > 0; --i)
      db.run("INSERT OR IGNORE INTO hold_call(hold, segment, group_token) VALUES(?, ?, ?)", id,
             one_in(5) ? SegmentId::make(kStart) : any_segment(), group());
    for (int i = up_to(12); i > 0; --i)
      db.run("INSERT OR IGNORE INTO hold_missed(hold, segment) VALUES(?, ?)", id, any_segment());
  }

  std::mt19937 random_;
};

struct Seen {
  int held = 0, active = 0, releasing = 0, all = 0;
};

void hold_to_the_question(MadeUp& made, Seen& seen) {
  const TrustedTime time{kStart, kStart + hours(1)};
  made.practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
    HoldCover cover(db, time), timeless(db);
    for (const auto& id : made.ids) {
      const auto row = *segment_by_id(db, id);
      const auto asked = hold_view(db, id, time), said = cover.view(row);
      EXPECT_EQ(cover.held(row), row.held) << id.text();
      EXPECT_EQ(timeless.held(row), row.held) << id.text();
      EXPECT_EQ(said.active, asked.active) << id.text();
      EXPECT_EQ(said.releasing, asked.releasing) << id.text();
      seen.held += row.held;
      seen.active += asked.active;
      seen.releasing += asked.releasing;
      ++seen.all;
    }
    return 0;
  });
}

TEST(HoldCovers, AnswersAsTheQuestionThatAsksEachHoldForEachSegment) {
  Seen seen;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    MadeUp made(seed);
    hold_to_the_question(made, seen);
    if (testing::Test::HasFailure()) return;
  }
  for (const int some : {seen.held, seen.active, seen.releasing}) {
    EXPECT_GT(some, seen.all / 20);
    EXPECT_LT(some, seen.all - seen.all / 20);
  }
}

TEST(HoldCovers, ListsSayOfEachRowWhatIsSaidOfItAlone) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(seed);
    MadeUp made(seed);
    const auto& catalogue = made.practice.parts->catalogue;
    std::map<SegmentId, bool> alone;
    made.practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      for (const auto& id : made.ids) alone[id] = segment_by_id(db, id)->held;
      return 0;
    });
    std::size_t rows = 0;
    const auto same = [&](const SegmentRow& row) {
      EXPECT_EQ(row.held, alone.at(row.id)) << row.id.text();
      ++rows;
    };
    for (const auto& row : catalogue.segments({})) same(row);
    const auto all = std::exchange(rows, 0);
    for (const auto* source : {"front", "waiting-room", "pbx"})
      for (const auto& row : catalogue.segments({.source = source, .cls = {}, .span = {}, .id = {}})) same(row);
    EXPECT_EQ(rows, all);
    rows = 0;
    for (const auto& call : catalogue.calls_between({kStart - hours(1), kStart + hours(9)})) same(call.segment);
    EXPECT_GT(rows, 10u);
    for (int number = 0; number <= kTokens; ++number)
      for (const auto& call : catalogue.calls_by_token(token(number))) same(call.segment);
    EXPECT_GT(rows, 30u);
  }
}

// More than are looked at together; a released hold is told from one in force, and both from none (I4, I9).
TEST(HoldCovers, AreAskedForEachOfManyCallsThatAreFound) {
  Practice practice(kStart);
  constexpr int kCalls = 104;
  const Actor partner{"ben", "02", {"partner"}}, chief{"anna", "01", {kPracticeManager}};
  std::vector<SegmentId> ids;
  for (int i = 0; i < kCalls; ++i)
    ids.push_back(
        practice.import(call_at(kStart + Seconds(i), "07700 900123", std::to_string(i)), "call " + std::to_string(i))
            .id);
  auto request = practice.request({});
  request.review = kStart + hours(24 * 5000);
  request.calls = {ids[0], ids[1], ids[102]};
  practice.parts->holds.add(request, chief);
  request.calls = {ids[2], ids[103]};
  const auto released = practice.parts->holds.add(request, chief).hold.id;
  practice.clock.advance(hours(24 * 1200));
  practice.parts->holds.release(released, "settled", chief);
  CallQuery query;
  query.span = Interval{kStart, kStart + hours(1)};
  const auto found = [&](const Actor& actor) {
    std::vector<SegmentId> all;
    for (const auto& call : practice.parts->calls.find(query, actor)) all.push_back(call.segment.id);
    return all;
  };
  EXPECT_EQ(found(partner), (std::vector<SegmentId>{ids[102], ids[1], ids[0]})) << "newest first";
  EXPECT_EQ(found(chief), (std::vector<SegmentId>{ids[103], ids[102], ids[2], ids[1], ids[0]}));
  query.limit = 4;
  EXPECT_EQ(found(chief).size(), 4u);
}

}  // namespace
}  // namespace tenure::storage
