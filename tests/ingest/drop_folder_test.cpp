// What a watched folder learns of good recordings: from sidecars before and after, from names, never from file times.
#include <utime.h>

#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {
using ::testing::HasSubstr;
using std::chrono::minutes;

using Folder = CallsFolder;

const Instant kStart = *parse_rfc3339("2026-03-02T09:12:01Z");

TEST_F(Folder, TakesARecordingWhoseSidecarCameBefore) {
  put("a.json", sidecar());
  pass();
  EXPECT_EQ(status().waiting, 0u);
  put("a.wav", wav(32000));
  pass();
  EXPECT_EQ(status().imported, 1u);
  EXPECT_EQ(status().needs_details, 0u);
  EXPECT_TRUE(status().problems.empty());
  const auto call = only_call();
  EXPECT_EQ(call.details.native_id, "call-1");
  EXPECT_EQ(call.details.direction, storage::Direction::in);
  EXPECT_EQ(call.details.start, kStart);
  EXPECT_EQ(call.details.time_quality, "exact");
  EXPECT_EQ(call.details.duration, Seconds(2));
  EXPECT_EQ(call.details.parties.at(0).e164, "+447700900123");
  EXPECT_EQ(call.details.sidecar, sidecar());
  EXPECT_EQ(call.segment.digest, sha256(wav(32000)));
  EXPECT_TRUE(lies("a.wav") && lies("a.json")) << "keep is the default";
}

TEST_F(Folder, TakesARecordingWhoseSidecarComesAfter) {
  put("a.wav", wav(32000));
  pass();
  EXPECT_EQ(status().imported, 0u);
  EXPECT_EQ(status().waiting, 1u);
  pass(minutes(14));
  EXPECT_EQ(status().imported, 0u);
  put("a.json", sidecar());
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
  EXPECT_EQ(status().waiting, 0u);
}

TEST_F(Folder, AlsoReadsASidecarNamedAfterTheWholeName) {
  put("a.wav.json", sidecar());
  put("a.wav", wav(32000));
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
}

TEST_F(Folder, TwoRecordingsOfOneBaseNameEachFindTheirOwnSidecar) {
  put("a.wav", wav(32000));
  put("a.mp3", mp3(50, 50));
  put("a.json", sidecar(R"(,"file":{"name":"a.mp3"})", "of-mp3"));
  put("a.wav.json", sidecar("", "of-wav"));
  pass();
  ASSERT_EQ(calls().size(), 2u);
  for (const auto& call : calls()) EXPECT_EQ(call.details.native_id, "of-" + call.details.container);
}

TEST_F(Folder, ImportsWithoutASidecarAfterAQuarterOfAnHourAndSaysSo) {
  put("07700900123.wav", wav(32000));
  pass(minutes(15));
  const auto call = only_call();
  EXPECT_TRUE(call.details.needs_details);
  EXPECT_EQ(call.details.time_quality, "import");
  EXPECT_EQ(call.details.start, clock.now()) << "an early guess would delete early";
  EXPECT_TRUE(call.segment.time_doubtful);
  EXPECT_EQ(status().needs_details, 1u);
}

TEST_F(Folder, ListsASidecarThatComesAfterTheImportAndLeavesIt) {
  pbx.source_policy = "delete";
  open();
  put("a.wav", wav(32000));
  pass(minutes(15));
  ASSERT_EQ(status().imported, 1u);
  put("a.json", sidecar());
  pass();
  EXPECT_THAT(problem("a.json"), HasSubstr("came after its recording had been imported"));
  EXPECT_TRUE(lies("a.json"));
  EXPECT_TRUE(only_call().details.needs_details);
}

TEST_F(Folder, ListsASidecarWhoseRecordingNeverComesUntilItDoes) {
  put("a.json", sidecar());
  pass(minutes(14));
  EXPECT_EQ(problem("a.json"), "");
  pass(minutes(1));
  EXPECT_THAT(problem("a.json"), HasSubstr("has not come"));
  put("a.wav", wav(32000));
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
  EXPECT_TRUE(status().problems.empty());
}

TEST_F(FreepbxFolder, TakesTheDetailsFromTheName) {
  put(kFreepbx, wav(32000));
  pass();
  const auto call = only_call();
  EXPECT_FALSE(call.details.needs_details);
  EXPECT_EQ(call.details.direction, storage::Direction::in);
  EXPECT_EQ(call.details.start, kStart);
  EXPECT_EQ(call.details.native_id, "1772442721.8942");
  storage::CallQuery query;
  for (const char* number : {"07700 900123", "+447700900123", "900123"}) {
    query.number = number;
    EXPECT_EQ(practice->calls().find(query, manager).size(), 1u) << number;
  }
}

TEST_F(FreepbxFolder, FlagsTheHourThatOccursTwice) {
  put("in-201-07700900123-20251026-013000-0000000000.1.wav", wav(32000));
  pass();
  EXPECT_EQ(only_call().details.time_quality, "ambiguous");
  EXPECT_TRUE(only_call().segment.time_doubtful);
  EXPECT_EQ(only_call().details.start, *parse_rfc3339("2025-10-26T01:30:00Z"));
}

TEST_F(FreepbxFolder, ANameFromTheFutureDoesNotKeepACallForCenturies) {
  put("in-201-07700900123-20261399-250000-99999999999.1.wav", wav(32000));
  put("in-201-07700900124-21250101-000000-4891363200.1.wav", wav(32000, 2));
  pass();
  ASSERT_EQ(calls().size(), 2u);
  for (const auto& call : calls()) {
    EXPECT_EQ(call.details.start, clock.now());
    EXPECT_EQ(call.details.time_quality, "import");
  }
}

// Else it would be kept as much longer, and the report would take the machine's clock to be behind.
TEST_F(Folder, ASidecarFromTheNextHoursIsTakenWithTheTimeOfTheImport) {
  std::string ahead = sidecar();
  ahead.replace(ahead.find("2026-03-02T09:12:01"), 19, "2026-03-03T08:00:00");
  put("a.wav", wav(32000));
  put("a.json", ahead);
  pass();
  const auto call = only_call();
  EXPECT_EQ(call.details.native_id, "call-1") << "the rest of it is believed";
  EXPECT_EQ(call.details.start, clock.now());
  EXPECT_EQ(call.details.time_quality, "import");
  EXPECT_TRUE(call.segment.time_doubtful);
  EXPECT_EQ(call.segment.expires_at, add(clock.now(), *parse_period("P3Y")));
  EXPECT_TRUE(status().problems.empty());
}

TEST_F(Folder, AStartWithinWhatClocksDifferIsBelieved) {
  std::string ahead = sidecar();
  ahead.replace(ahead.find("2026-03-02T09:12:01"), 19, "2026-03-02T12:05:00");
  put("a.wav", wav(32000));
  put("a.json", ahead);
  pass();
  EXPECT_EQ(only_call().details.start, *parse_rfc3339("2026-03-02T12:05:00Z"));
  EXPECT_EQ(only_call().details.time_quality, "exact");
}

// What is known of the time is then behind it.
TEST_F(Folder, WhileTimeIsInDoubtAStartThatMayBePastIsBelieved) {
  clock.set({kNow - std::chrono::hours(6), kNow + std::chrono::hours(6), kNow});
  put("a.wav", wav(32000));
  put("a.json", sidecar());
  pass();
  EXPECT_EQ(only_call().details.start, kStart);
  EXPECT_EQ(only_call().details.time_quality, "exact");
}

TEST_F(FreepbxFolder, ANameFromTheNextHoursIsNotBelieved) {
  put("in-201-07700900123-20260303-080000-1772524800.1.wav", wav(32000));
  pass();
  EXPECT_EQ(only_call().details.start, clock.now());
  EXPECT_EQ(only_call().details.time_quality, "import");
}

TEST_F(FreepbxFolder, ASidecarIsPreferredToTheName) {
  put(kFreepbx, wav(32000));
  put(std::string(kFreepbx) + ".json", sidecar(R"(,"group_id":"g")"));
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
  EXPECT_EQ(only_call().details.group_id, "g");
}

TEST_F(FreepbxFolder, TheFilesOwnTimeNeverSetsTheExpiry) {
  put(kFreepbx, wav(32000));
  put("no-details.wav", wav(32000, 2));
  const utimbuf ancient{315532800, 315532800}, future{4102444800, 4102444800};
  ASSERT_EQ(::utime((folder / kFreepbx).c_str(), &ancient), 0);
  ASSERT_EQ(::utime((folder / "no-details.wav").c_str(), &future), 0);
  pass();
  const Instant imported = clock.now();
  ASSERT_EQ(calls().size(), 2u);
  for (const auto& call : calls()) {
    const Instant start = call.details.needs_details ? imported : kStart;
    EXPECT_EQ(call.segment.expires_at, add(start, *parse_period("P3Y")));
  }
}

}  // namespace
}  // namespace tenure::ingest::testing
