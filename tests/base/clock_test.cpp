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
  const std::string mark = "2099-01-01T00:00:00Z";
  write_durably(folder.path / "mark", as_view(mark));
  const SystemClock clock(folder.path / "mark");
  EXPECT_GE(clock.trusted().lo, *parse_rfc3339(mark)) << "a clock set back must not revive what expired";
}

TEST(I12, TheMarkIsKeptAcrossRuns) {
  const TemporaryFolder folder;
  Instant before;
  {
    SystemClock clock(folder.path / "mark");
    before = clock.trusted().lo;
    clock.save_mark();
  }
  const auto saved = parse_rfc3339(as_text(read_whole(folder.path / "mark")));
  ASSERT_TRUE(saved);
  EXPECT_GE(*saved, before);
}

TEST(I12, ADamagedMarkDoesNotStopTheRecorder) {
  const TemporaryFolder folder;
  write_durably(folder.path / "mark", as_view("not a time"));
  const auto time = SystemClock(folder.path / "mark").trusted();
  EXPECT_GT(time.lo, *parse_rfc3339("2020-01-01T00:00:00Z"));
  EXPECT_LE(time.lo, time.hi);
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
