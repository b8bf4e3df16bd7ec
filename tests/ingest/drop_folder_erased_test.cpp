// I15: a call that was erased does not come back from the folder it arrived in.
#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {

struct KeepingFolder : CallsFolder {
  void erase(const SegmentId& id) { practice->erasures().order({{}, {}, {id}}, "a person's right", manager, {}); }
};

TEST_F(KeepingFolder, I15_AnErasedCallWhoseFileStillLiesThereDoesNotComeBack) {
  put("a.json", sidecar());
  put("a.wav", wav(32000));
  pass();
  erase(only_call().segment.id);
  EXPECT_EQ(sealed_files(), 0u);
  pass();
  EXPECT_TRUE(calls().empty());
  open();
  pass();
  pass(std::chrono::minutes(20));
  EXPECT_TRUE(calls().empty());
  restart();
  pass();
  pass(std::chrono::minutes(20));
  EXPECT_TRUE(calls().empty());
  EXPECT_EQ(sealed_files(), 0u);
  EXPECT_TRUE(lies("a.wav")) << "source_policy keep: the folder is not ours";
}

TEST_F(KeepingFolder, I15_NorUnderAnotherNameOrSentAgain) {
  put("a.json", sidecar());
  put("a.wav", wav(32000));
  pass();
  erase(only_call().segment.id);
  put("b.json", sidecar("", "call-9"));
  put("b.wav", wav(32000));  // the same sound
  put("c.json", sidecar());  // the same id
  put("c.wav", wav(16000, 5));
  pass();
  restart();
  pass();
  EXPECT_TRUE(calls().empty());
  EXPECT_EQ(sealed_files(), 0u);
}

TEST_F(FreepbxFolder, I15_NorByTheNameThatATelephoneSystemGaveIt) {
  put(kFreepbx, wav(32000));
  pass();
  practice->erasures().order({{}, {"07700 900123"}, {}}, "a person's right", manager, {});
  restart();
  pass();
  EXPECT_TRUE(calls().empty());
  EXPECT_TRUE(lies(kFreepbx));
}

}  // namespace
}  // namespace tenure::ingest::testing
