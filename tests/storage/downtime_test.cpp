// The time in which the daemon was down is a gap of each camera, no longer than it was (I12 when time is in doubt).
#include "storage/recording/downtime.h"

#include "storage/recording/restamp.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");
const Instant kStopped = kStart + minutes(1);

class Downtime : public testing::Test {
 protected:
  void down_for(Duration length, std::optional<Instant> marked = kStopped) {
    practice.clock.advance(length);
    practice.restart();
    practice.recover();
    tell({"front", "waiting-room"}, marked);
  }
  void tell(const std::vector<std::string>& names, std::optional<Instant> marked) {
    std::vector<config::Camera> cameras;
    for (const auto& name : names) cameras.emplace_back().name = name;
    tell_downtime(practice.parts->catalogue, practice.clock, cameras, marked);
  }
  std::vector<Gap> gaps(const std::string& camera) {
    return practice.parts->catalogue.gaps(camera, {kStart - days(400), kStart + days(400)});
  }

  Practice practice{kStopped};
};

TEST_F(Downtime, IsAGapFromTheLastRecordingToTheStart) {
  practice.record("front", {kStart, kStopped});
  down_for(Seconds(53));
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped, kStopped + Seconds(53)}));
  EXPECT_EQ(gaps("front")[0].cause, kNotRunning);
}

TEST_F(Downtime, OfAFractionOfASecondIsAGapForNoPictureWasKeptThen) {
  practice.record("front", {kStart, kStopped});
  down_for(std::chrono::milliseconds(400));
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span.to - gaps("front")[0].span.from, std::chrono::milliseconds(400));
}

TEST_F(Downtime, WithinAFrameIsNone) {
  practice.record("front", {kStart, kStopped});
  down_for(std::chrono::milliseconds(60));
  EXPECT_TRUE(gaps("front").empty());
}

TEST_F(Downtime, BehindARestoreIsNotSaidToBeTimeWithoutTheDaemon) {
  practice.record("front", {kStart, kStopped});
  practice.clock.advance(Seconds(30));
  practice.parts->catalogue.append_ledger({0, practice.clock.now(), "tenured", "restore", "{}", ""});
  tell({"front"}, kStopped);
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].cause, kRestored);
  down_for(Seconds(20), practice.clock.now());
  ASSERT_EQ(gaps("front").size(), 2u);
  EXPECT_EQ(gaps("front")[1].cause, kNotRunning) << "that was before";
}

TEST_F(Downtime, BehindARestoreOnADoubtfulLineIsNotSaidToBeTimeWithoutTheDaemonEither) {
  practice.record("front", {kStart, kStopped});
  const auto line = kStart - days(300);
  practice.clock.set({line, line + days(365), line});
  practice.parts->catalogue.append_ledger({0, line, "tenured", "restore", "{}", ""});
  tell({"front"}, kStopped);
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].cause, kRestored);
}

TEST_F(Downtime, BeginsWhereASalvagedRecordingEnds) {
  practice.reserve("front", {kStart, kStopped - Seconds(10)});
  down_for(Seconds(14));
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped - Seconds(10), kStopped + Seconds(14)}));
}

TEST_F(Downtime, OfANewCameraIsNone) {
  practice.record("front", {kStart, kStopped});
  down_for(hours(1));
  EXPECT_TRUE(gaps("waiting-room").empty());
}

TEST_F(Downtime, OverSeveralStartsIsOneGap) {
  practice.record("front", {kStart, kStopped});
  down_for(Seconds(20));
  down_for(Seconds(30), kStopped + Seconds(20));
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped, kStopped + Seconds(50)}));
}

TEST_F(Downtime, ContinuesAnOutageOfTheCamera) {
  practice.parts->catalogue.add_gap({"front", {kStart, kStopped}, "the camera sent no pictures"});
  down_for(minutes(2));
  ASSERT_EQ(gaps("front").size(), 2u);
  EXPECT_EQ(gaps("front")[1].span, (Interval{kStopped, kStopped + minutes(2)}));
}

TEST_F(Downtime, IsNotToldForTheWeeksInWhichACameraWasOutOfTheSettings) {
  practice.record("waiting-room", {kStart - days(20), kStart - days(20) + minutes(1)});
  practice.record("front", {kStart, kStopped});
  down_for(Seconds(40), std::nullopt);
  ASSERT_EQ(gaps("waiting-room").size(), 1u);
  EXPECT_EQ(gaps("waiting-room")[0].span, (Interval{kStopped, kStopped + Seconds(40)}))
      << "the other camera tells until when it lived";
}

TEST_F(Downtime, IsBoundedByTheClocksMarkWhereNoOtherCameraTells) {
  practice.record("front", {kStart - days(20), kStart - days(20) + minutes(1)});
  down_for(Seconds(40), kStopped);
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped, kStopped + Seconds(40)}));
}

TEST_F(Downtime, IsNoneWhenTimeWentBack) {
  practice.record("front", {kStart + hours(2), kStart + hours(2) + minutes(1)});
  down_for(minutes(5));
  EXPECT_TRUE(gaps("front").empty());
}

// Stopped whole, then only recording in one start or more, then whole again.
class RecordedOnly : public Downtime {
 protected:
  // A start that could only record, `pause` after what came before; one minute is recorded then.
  void only_record(Duration pause, bool again = false) {
    const auto lived = practice.clock.now();
    practice.clock.advance(pause);
    note_bare_start(practice.folder.path, {practice.clock.trusted(), lived, again});
    const auto from = practice.clock.now();
    practice.reserve("front", {from, from + minutes(1)});
    practice.clock.advance(minutes(1));
  }
  void whole(Duration pause, bool again) {
    const auto lived = practice.clock.now();
    practice.clock.advance(pause);
    practice.restart();
    practice.recover();
    std::vector<config::Camera> cameras(1);
    cameras[0].name = "front";
    tell_downtime(practice.parts->catalogue, practice.clock, cameras, lived, bare_starts(practice.folder.path), again);
    forget_bare_starts(practice.folder.path);
  }
};

TEST_F(RecordedOnly, TheTimeBeforeItAndTheWholeStartAfterItAreGapsWithTheirCauses) {
  practice.record("front", {kStart, kStopped});
  only_record(Seconds(40));
  whole(Seconds(3), /*again=*/true);
  const auto told = gaps("front");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].span, (Interval{kStopped, kStopped + Seconds(40)}));
  EXPECT_EQ(told[0].cause, kNotRunning);
  EXPECT_EQ(told[1].span, (Interval{kStopped + Seconds(100), kStopped + Seconds(103)}));
  EXPECT_EQ(told[1].cause, kStartingAgain) << "it was running";
  EXPECT_TRUE(bare_starts(practice.folder.path).empty());
}

TEST_F(RecordedOnly, EachTryAndEachStopBetweenIsTold) {
  practice.record("front", {kStart, kStopped});
  only_record(Seconds(10));
  only_record(Seconds(2), /*again=*/true);
  only_record(Seconds(30));  // stopped and started by somebody
  whole(Seconds(20), /*again=*/false);
  const auto told = gaps("front");
  ASSERT_EQ(told.size(), 4u);
  std::vector<std::pair<std::int64_t, std::string>> lengths;
  for (const auto& gap : told)
    lengths.emplace_back(std::chrono::duration_cast<Seconds>(gap.span.to - gap.span.from).count(), gap.cause);
  EXPECT_EQ(lengths, (std::vector<std::pair<std::int64_t, std::string>>{
                         {10, kNotRunning}, {2, kStartingAgain}, {30, kNotRunning}, {20, kNotRunning}}));
}

TEST_F(RecordedOnly, ADamagedNoteStopsNoStart) {
  practice.record("front", {kStart, kStopped});
  write_durably(practice.folder.path / "recorded-only", as_view("torn"));
  down_for(Seconds(20));
  EXPECT_TRUE(bare_starts(practice.folder.path).empty());
  EXPECT_EQ(gaps("front").size(), 1u);
}

class I12Downtime : public Downtime {
 protected:
  static constexpr Duration kOff = hours(10);
  // The machine comes back without a clock: `lo` stands where the mark was, and all is stamped on a line.
  void back_in_doubt() {
    practice.record("front", {kStart, kStopped});
    practice.clock.set({kStopped, kStopped + days(365), kStopped});
    practice.restart();
    tell({"front"}, kStopped);
  }
  // As after a restore: what was recorded lies later than the clock.
  void back_long_before(Instant line) {
    practice.record("front", {kStart, kStopped});
    practice.clock.set({line, line + days(365), line});
    practice.restart();
    tell({"front"}, std::nullopt);
  }
  void record_in_doubt(Instant from) {
    auto& catalogue = practice.parts->catalogue;
    catalogue.add_gap({"front", {from, from + minutes(1)}, "the camera sent no pictures", kStopped});
  }
  void settle() {
    const auto time = practice.clock.trusted();
    const Settlement settlement{kStopped, kOff, {}, Settlement::By::witness};
    restamp(practice.parts->catalogue, {settlement, time, time.lo + kOff, {"tenured"}, "time-settle", ""});
    practice.clock.set({time.lo + kOff, time.lo + kOff});
  }
};

TEST_F(I12Downtime, InDoubtIsNoLongerThanWhatIsCertain) {
  back_in_doubt();
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_LT(gaps("front")[0].span.to - gaps("front")[0].span.from, Seconds(1));
}

TEST_F(I12Downtime, ReachesToTheFirstRecordingOnceTheTimeIsKnown) {
  back_in_doubt();
  record_in_doubt(kStopped + Seconds(5));
  settle();
  ASSERT_EQ(gaps("front").size(), 2u);
  EXPECT_EQ(gaps("front")[0].span.from, kStopped) << "it began when time was certain";
  EXPECT_NEAR(static_cast<double>((gaps("front")[0].span.to - (kStopped + kOff)).count()), 0, 1);
  EXPECT_EQ(gaps("front")[1].span.from, kStopped + kOff + Seconds(5));
}

// What is recorded at that moment keeps its old stamp until it is committed.
TEST_F(I12Downtime, ReachesBeyondTheStampOfWhatIsBeingRecorded) {
  back_in_doubt();
  SegmentRow open;
  open.id = SegmentId::make(kStopped + Seconds(40));
  open.source = "front";
  open.cls = "cctv";
  open.vault = "main";
  open.span = {kStopped + Seconds(40), kStopped + Seconds(40)};
  open.slot = practice.parts->keys.reserve(open.id).slot;
  open.line = kStopped;
  open.time_doubtful = true;
  practice.parts->catalogue.reserve_segment(open);
  settle();
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span.from, kStopped);
  EXPECT_NEAR(static_cast<double>((gaps("front")[0].span.to - (kStopped + kOff)).count()), 0, 1);
}

// As after a restore: nothing tells the time but that it is later than this programme.
TEST_F(I12Downtime, ReachesToTheStartThoughItsLineLayFarBeforeWhatWasRecorded) {
  const auto line = kStart - days(300), start = kStopped + hours(2);
  back_long_before(line);
  const auto time = practice.clock.trusted();
  const Settlement settlement{line, start - line, {}, Settlement::By::person};
  const auto report = restamp(practice.parts->catalogue, {settlement, time, start + minutes(5), {"manager"}, "time-confirm", ""});
  EXPECT_EQ(report.gaps, 1u);
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped, start}));
}

TEST_F(I12Downtime, BetweenTwoStartsIsToldThoughTheirLineLayFarBeforeWhatWasRecorded) {
  const auto line = kStart - days(300), start = kStopped + hours(2);
  back_long_before(line);
  practice.parts->catalogue.add_gap({"front", {line, line + minutes(1)}, "the camera sent no pictures", line});
  practice.clock.set({line + minutes(3), line + days(365), line});
  practice.restart();
  tell({"front"}, line + minutes(1));
  const auto time = practice.clock.trusted();
  const Settlement settlement{line, start - line, {}, Settlement::By::person};
  restamp(practice.parts->catalogue, {settlement, time, start + minutes(5), {"manager"}, "time-confirm", ""});
  const auto told = gaps("front");
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].span, (Interval{kStopped, start})) << "since it was last known, with the restore";
  EXPECT_EQ(told[1].span, (Interval{start, start + minutes(1)})) << "the camera's own";
  EXPECT_EQ(told[2].span, (Interval{start + minutes(1), start + minutes(3)})) << "between the two starts";
}

TEST_F(I12Downtime, BetweenTwoStartsOnOneLineMovesAsAWhole) {
  back_in_doubt();
  record_in_doubt(kStopped + Seconds(5));
  practice.clock.set({kStopped + minutes(3), kStopped + days(365), kStopped});
  tell({"front"}, kStopped + minutes(1));
  settle();
  ASSERT_EQ(gaps("front").size(), 3u);
  EXPECT_EQ(gaps("front")[2].span, (Interval{kStopped + kOff + Seconds(65), kStopped + kOff + minutes(3)}));
}

TEST_F(I12Downtime, ACameraThatRecordedNothingSinceHasItsGapToTheNewTime) {
  back_in_doubt();
  settle();
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].span.from, kStopped);
  EXPECT_NEAR(static_cast<double>((gaps("front")[0].span.to - (kStopped + kOff)).count()), 0, 1);
}

TEST_F(I12Downtime, EndsWhereTheNextIsTold) {
  back_in_doubt();
  practice.parts->catalogue.add_gap({"front", {kStopped + hours(1), kStopped + hours(2)}, "the camera sent no pictures"});
  practice.record("front", {kStopped + minutes(30), kStopped + minutes(31)});
  settle();
  ASSERT_EQ(gaps("front").size(), 2u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped, kStopped + minutes(30)})) << "the nearer of both";
}

TEST_F(I12Downtime, ThatWasNoneOnceTheTimeIsKnownGoes) {
  back_in_doubt();
  practice.parts->catalogue.add_gap({"front", {kStopped + Duration(100), kStopped + minutes(1)}, "the camera sent no pictures"});
  settle();
  ASSERT_EQ(gaps("front").size(), 1u);
  EXPECT_EQ(gaps("front")[0].cause, "the camera sent no pictures");
}

TEST_F(RecordedOnly, BeforeAStartOnALineThatWasSettledMeanwhileNothingIsTold) {
  practice.record("front", {kStart, kStopped});
  practice.clock.set({kStopped + Seconds(40), kStopped + days(365), kStopped});
  note_bare_start(practice.folder.path, {practice.clock.trusted(), kStopped, false});
  const auto told = [&] {
    std::vector<config::Camera> cameras(1);
    cameras[0].name = "front";
    tell_downtime(practice.parts->catalogue, practice.clock, cameras, kStopped, bare_starts(practice.folder.path), false);
    return gaps("front");
  };
  practice.clock.set({kStopped + hours(9), kStopped + hours(9)});
  ASSERT_EQ(told().size(), 1u) << "nobody knows where that start lies now";
  EXPECT_EQ(told()[0].span, (Interval{kStopped, kStopped + hours(9)}));
}

TEST_F(RecordedOnly, OnALineThatStillStandsIsTold) {
  practice.record("front", {kStart, kStopped});
  practice.clock.set({kStopped + Seconds(40), kStopped + days(365), kStopped});
  note_bare_start(practice.folder.path, {practice.clock.trusted(), kStopped, /*again=*/true});
  practice.clock.set({kStopped + Seconds(50), kStopped + days(365), kStopped});
  std::vector<config::Camera> cameras(1);
  cameras[0].name = "front";
  tell_downtime(practice.parts->catalogue, practice.clock, cameras, kStopped, bare_starts(practice.folder.path), false);
  ASSERT_EQ(gaps("front").size(), 2u);
  EXPECT_EQ(gaps("front")[0].span, (Interval{kStopped, kStopped + Seconds(40)}));
}

TEST_F(RecordedOnly, AMegabyteOfNotesIsEnough) {
  std::string text;
  while (text.size() < (1 << 20) - 20) text += "{\"lo\":0,\"hi\":0,\"line\":null,\"lived\":null,\"again\":false}\n";
  text.resize(text.rfind('\n', (1 << 20) - 20) + 1);
  write_durably(practice.folder.path / "recorded-only", as_view(text));
  note_bare_start(practice.folder.path, {practice.clock.trusted(), kStopped, false});
  EXPECT_EQ(as_text(read_whole(practice.folder.path / "recorded-only")), text);
}

TEST(DowntimeMark, TellsUntilWhenTheDaemonLived) {
  TemporaryFolder folder;
  const auto file = (folder.path / "clock-mark").string();
  EXPECT_FALSE(lived_until(file));
  ClockMark mark;
  mark.time = mark.latest = kStopped;
  mark.boot = "one";
  write_durably(file, as_view(to_text(mark)));
  EXPECT_EQ(lived_until(file), kStopped);
  write_durably(file, as_view("time flies"));
  EXPECT_FALSE(lived_until(file));
}

}  // namespace
}  // namespace tenure::storage
