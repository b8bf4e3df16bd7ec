// What a watched folder does over time: copies, growth, restarts, erasure, deleting the source, a folder that goes away.
#include <unistd.h>
#include <utime.h>

#include "ingest/telephony/folder.h"
#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {
using ::testing::HasSubstr;
using std::chrono::hours;

using Folder = CallsFolder;

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

TEST_F(FreepbxFolder, RemovesANameOnlyWhileItStandsForTheSameBytes) {
  const ingest::Folder source(folder);
  put("a.wav", wav(32000));
  const auto imported = source.stamp("a.wav");
  ASSERT_TRUE(imported);
  put("a.wav", wav(32002));  // between the commit and the acknowledgement
  EXPECT_FALSE(source.remove("a.wav", *imported));
  EXPECT_TRUE(lies("a.wav"));
  EXPECT_TRUE(source.remove("a.wav", *source.stamp("a.wav")));
  EXPECT_FALSE(lies("a.wav"));
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
