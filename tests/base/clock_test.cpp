#include "base/clock.h"

#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>

#include "base/error.h"

namespace tenure {
namespace {

struct TemporaryFolder {
  Path path = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-%%%%%%%%");
  TemporaryFolder() { boost::filesystem::create_directories(path); }
  ~TemporaryFolder() { boost::filesystem::remove_all(path); }
};

TEST(I12, TimeNeverGoesBelowTheSavedMark) {
  const TemporaryFolder folder;
  ClockMark mark;
  mark.time = mark.latest = *parse_rfc3339("2099-01-01T00:00:00Z");
  write_durably(folder.path / "mark", as_view(to_text(mark)));
  const SystemClock clock(folder.path / "mark");
  EXPECT_GE(clock.trusted().lo, mark.time) << "a clock set back must not revive what expired";
}

TEST(I12, TheMarkIsKeptAcrossRuns) {
  const TemporaryFolder folder;
  Instant before;
  {
    SystemClock clock(folder.path / "mark");
    before = clock.trusted().lo;
    clock.save_mark();
  }
  const Blob bytes = read_whole(folder.path / "mark");
  const auto saved = parse_clock_mark(as_text(bytes));
  ASSERT_TRUE(saved);
  EXPECT_GE(saved->time, before);
}

TEST(I12, ADamagedMarkDoesNotStopTheRecorder) {
  const TemporaryFolder folder;
  write_durably(folder.path / "mark", as_view("not a time"));
  const auto time = SystemClock(folder.path / "mark").trusted();
  EXPECT_EQ(to_rfc3339(time.lo).substr(0, 16), to_rfc3339(kEarliest).substr(0, 16)) << "what was known is lost: nothing may be deleted";
  EXPECT_GT(time.hi, *parse_rfc3339("2026-06-01T00:00:00Z")) << "and nothing that may have expired may be read";
  EXPECT_TRUE(time.line) << "what is recorded meanwhile is flagged";
}

TEST(I12, AMissingMarkIsALossWhereSomethingWasKept) {
  const TemporaryFolder folder;
  EXPECT_EQ(to_rfc3339(SystemClock(folder.path / "mark", /*kept=*/true).trusted().lo).substr(0, 4), "2026");
  EXPECT_LT(SystemClock(folder.path / "mark", /*kept=*/true).trusted().lo, SystemClock(folder.path / "mark").trusted().lo);
}

TEST(I12, AFlippedBitInTheMarkIsALossAndNotAnotherTime) {
  ClockMark mark;
  mark.time = *parse_rfc3339("2026-11-02T09:00:00.25Z");
  mark.latest = mark.time + Seconds(90);
  mark.boot = "66ff7384-950d-4289-a608-174473a76584";
  mark.boottime = Seconds(7);
  mark.line = mark.time;
  const auto whole = to_text(mark);
  EXPECT_EQ(parse_clock_mark(whole), mark);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    EXPECT_FALSE(parse_clock_mark(whole.substr(0, at))) << "cut at " << at;
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      EXPECT_FALSE(parse_clock_mark(flipped)) << "byte " << at << " bit " << bit;
    }
  }
}

TEST(I12, TheReadingsOfThisMachineArePlausible) {
  const auto first = read_machine_clocks(/*with_battery_clock=*/true), second = read_machine_clocks(/*with_battery_clock=*/true);
  EXPECT_EQ(first.boot.size(), 36u) << "the kernel names the boot";
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_GE(second.boottime, first.boottime);
  EXPECT_GT(first.boottime, Seconds(1));
}

TEST(I12, TheIntervalIsNeverInsideOut) {
  const TemporaryFolder folder;
  const SystemClock clock(folder.path / "mark");
  TrustedTime last = clock.trusted();
  for (int i = 0; i < 1000; ++i) {
    const auto time = clock.trusted();
    EXPECT_LE(time.lo, time.hi);
    EXPECT_GE(time.lo, last.lo) << "the early end does not go back by itself";
    last = time;
  }
}

TEST(Files, DurableReplacementLeavesTheWholeOldOrTheWholeNew) {
  const TemporaryFolder folder;
  write_durably(folder.path / "f", as_view("old"));
  write_durably(folder.path / "f", as_view("new content"));
  EXPECT_EQ(as_text(read_whole(folder.path / "f")), "new content");
  EXPECT_FALSE(boost::filesystem::exists(folder.path / "f.new"));
}

TEST(Files, AnErrorNamesThePathAndTheCause) {
  try {
    File(Path("/nonexistent/file"), File::Mode::read);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("/nonexistent/file"), std::string::npos);
    EXPECT_FALSE(error.cause().empty());
  }
}

TEST(Files, ASymbolicLinkIsNotFollowed) {
  const TemporaryFolder folder;
  write_durably(folder.path / "target", as_view("secret"));
  boost::filesystem::create_symlink(folder.path / "target", folder.path / "link");
  EXPECT_THROW(File(folder.path / "link", File::Mode::read), Error);
}

}  // namespace
}  // namespace tenure
