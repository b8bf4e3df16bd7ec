// What a watched folder does with good recordings: sidecars before and after, copies, growth, restarts, erasure.
#include <unistd.h>
#include <utime.h>

#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {
using ::testing::HasSubstr;
using std::chrono::hours;
using std::chrono::minutes;

using Folder = CallsFolder;

struct FreepbxFolder : CallsFolder {
  FreepbxFolder() : CallsFolder("freepbx") {}
};

constexpr const char* kFreepbx = "2026/03/02/in-201-07700900123-20260302-091201-1772442721.8942.wav";
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

TEST_F(FreepbxFolder, TheSameFileUnderAnotherNameIsOneCall) {
  put("a.wav", wav(32000));
  pass();
  put("copy.wav", wav(32000));
  ASSERT_EQ(::link((folder / "a.wav").c_str(), (folder / "linked.wav").c_str()), 0);
  pass();
  boost::filesystem::rename(folder / "copy.wav", folder / "renamed.wav");
  pass();
  EXPECT_EQ(calls().size(), 1u);
  EXPECT_EQ(sealed_files(), 1u);
  EXPECT_EQ(status().imported, 1u);
  EXPECT_EQ(status().known, 3u);
  EXPECT_TRUE(status().problems.empty());
}

TEST_F(FreepbxFolder, WaitsUntilAFileHasStoodStillForTheSettleTime) {
  put("a.wav", wav(32000));
  pass(Seconds(9));
  put("a.wav", wav(64000));  // closed, reopened, appended
  pass(Seconds(9));
  EXPECT_EQ(status().imported, 0u);
  EXPECT_EQ(status().waiting, 1u);
  pass(Seconds(1));
  EXPECT_EQ(only_call().segment.plain_bytes, 64044u);
}

TEST_F(FreepbxFolder, ARecordingThatGrowsAfterTheImportIsKeptAsItWasAndListed) {
  put(kFreepbx, wav(32000));
  pass();
  put(kFreepbx, wav(64000));
  pass();
  EXPECT_EQ(only_call().segment.digest, sha256(wav(32000)));
  EXPECT_EQ(sealed_files(), 1u);
  ASSERT_EQ(status().problems.size(), 1u);
  EXPECT_THAT(status().problems[0].why, HasSubstr("has changed since it was imported"));
  put(kFreepbx, wav(32000));
  pass();
  EXPECT_TRUE(status().problems.empty()) << "it is the same again";
}

TEST_F(FreepbxFolder, I15NothingComesBackAfterARestart) {
  put(kFreepbx, wav(32000));
  put("b.wav", wav(32000, 2));
  pass();
  ASSERT_EQ(calls().size(), 2u);
  for (int round = 0; round < 3; ++round) {
    restart();
    pass();
    EXPECT_EQ(calls().size(), 2u);
    EXPECT_EQ(status().imported, 0u);
    EXPECT_EQ(status().known, 2u);
    EXPECT_EQ(status().waiting, 0u);
    EXPECT_TRUE(status().problems.empty());
  }
}

TEST_F(Folder, I15ErasedCallsDoNotComeBackHoweverTheirFilesLieThere) {
  put("a.wav", wav(32000));
  put("a.json", sidecar());
  pass();
  clock.advance(hours(24 * 1200));
  ASSERT_EQ(practice->sweeper().sweep().deleted, 1u);
  const utimbuf touched{1772442721, 1772442721};
  ASSERT_EQ(::utime((folder / "a.wav").c_str(), &touched), 0);
  pass();
  put("other-name.wav", wav(32000));
  put("other-name.json", sidecar("", "other-id"));
  put("same-id.wav", wav(64000));
  put("same-id.json", sidecar());
  pass();
  EXPECT_EQ(status().imported, 1u) << "only before the erasure";
  for (int round = 0; round < 2; ++round) {
    restart();
    pass();
    EXPECT_EQ(status().imported, 0u);
    EXPECT_EQ(sealed_files(), 0u);
    EXPECT_TRUE(calls().empty());
    EXPECT_TRUE(status().problems.empty());
  }
}

TEST_F(Folder, DeletesTheSourceOnlyAfterOursIsCommitted) {
  pbx.source_policy = "delete";
  open();
  put("a.wav", wav(32000));
  put("a.json", sidecar());
  boost::filesystem::rename(root / "vault", root / "away");
  File(root / "vault", File::Mode::create);  // nothing can be kept in there
  pass();
  EXPECT_TRUE(lies("a.wav") && lies("a.json"));
  EXPECT_THAT(problem("a.wav"), HasSubstr("tried again"));
  boost::filesystem::remove(root / "vault");
  boost::filesystem::rename(root / "away", root / "vault");
  pass(Seconds(31));
  EXPECT_EQ(only_call().segment.digest, sha256(wav(32000)));
  EXPECT_FALSE(lies("a.wav") || lies("a.json"));
  EXPECT_TRUE(status().problems.empty());
}

TEST_F(Folder, DeletesACopyOfWhatItHasAlready) {
  put("a.wav", wav(32000));
  put("a.json", sidecar());
  pass();
  pbx.source_policy = "delete";
  restart();
  put("copy.wav", wav(32000));
  put("copy.json", sidecar());
  pass();
  EXPECT_FALSE(lies("a.wav") || lies("copy.wav") || lies("copy.json"));
  EXPECT_EQ(calls().size(), 1u);
}

TEST_F(FreepbxFolder, NeverDeletesARecordingThatChangedAfterTheImport) {
  put(kFreepbx, wav(32000));
  pass();
  pbx.source_policy = "delete";
  put(kFreepbx, wav(64000));
  restart();
  pass();
  EXPECT_TRUE(lies(kFreepbx)) << "we do not have these bytes";
  EXPECT_EQ(only_call().segment.digest, sha256(wav(32000)));
  EXPECT_EQ(status().problems.size(), 1u);
}

TEST_F(FreepbxFolder, GoesOfflineWithItsFolderAndComesBack) {
  put("a.wav", wav(32000));
  pass();
  boost::filesystem::rename(folder, root / "away");
  pass();
  EXPECT_EQ(status().state, "offline");
  EXPECT_THAT(status().why, HasSubstr("cannot be read"));
  EXPECT_EQ(calls().size(), 1u);
  boost::filesystem::rename(root / "away", folder);
  put("b.wav", wav(32000, 2));
  pass();
  EXPECT_EQ(status().state, "watching");
  EXPECT_EQ(status().why, "");
  EXPECT_EQ(calls().size(), 2u);
  EXPECT_EQ(status().imported, 2u);
}

}  // namespace
}  // namespace tenure::ingest::testing
