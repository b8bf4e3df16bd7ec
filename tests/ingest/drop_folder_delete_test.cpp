// source_policy = "delete": the telephone system's copy goes when ours lies where it was put, and not a moment earlier.
#include "tests/ingest/calls_folder.h"

namespace tenure::ingest::testing {
namespace {
using ::testing::HasSubstr;
namespace fs = boost::filesystem;

constexpr Duration kRetry = Seconds(30);

struct DeletingFolder : CallsFolder {
  DeletingFolder() {
    pbx.source_policy = "delete";
    open();
  }
  void arrives() {
    put("a.json", sidecar());
    put("a.wav", wav(32000));
  }
  // As when a disk goes and its empty mount point is left.
  void swap_vault() const {
    fs::rename(root / "vault", root / "elsewhere");
    fs::create_directories(root / "vault");
  }
  void swap_back() const {
    fs::remove(root / "vault");  // throws when something lies in it
    fs::rename(root / "elsewhere", root / "vault");
  }
  Path sealed_file() const {
    for (const auto& item : fs::recursive_directory_iterator(root / "vault"))
      if (item.path().extension() == ".seg") return item.path();
    return {};
  }
};

TEST_F(DeletingFolder, RemovesTheRecordingAndItsSidecarOnceOursLies) {
  arrives();
  pass();
  EXPECT_EQ(only_call().details.native_id, "call-1");
  EXPECT_FALSE(lies("a.wav") || lies("a.json"));
  EXPECT_EQ(sealed_files(), 1u);
}

TEST_F(DeletingFolder, I19_KeepsTheSourceWhileTheVaultIsSwappedForAnEmptyFolder) {
  arrives();
  drop->scan_now();
  swap_vault();
  pass();
  EXPECT_TRUE(lies("a.wav") && lies("a.json"));
  EXPECT_TRUE(calls().empty());
  EXPECT_THAT(problem("a.wav"), HasSubstr("tried again"));
  EXPECT_TRUE(fs::is_empty(root / "vault")) << "nothing is put where it would be hidden by the disk's return";
  swap_back();
  pass(kRetry);
  EXPECT_EQ(only_call().details.native_id, "call-1");
  EXPECT_FALSE(lies("a.wav") || lies("a.json"));
  EXPECT_EQ(sealed_files(), 1u);
}

TEST_F(DeletingFolder, I19_KeepsTheSourceOfACallWhoseVaultWasSwappedAfterItsImport) {
  settings.vaults = {{"first", root / "vault", {}}, {"second", root / "vault-2", {}}};
  fs::remove_all(root / "vault");
  restart();
  arrives();
  pass();
  ASSERT_EQ(sealed_files(), 1u) << "in the first vault";
  swap_vault();
  arrives();  // the telephone system sends it again
  pass();
  EXPECT_TRUE(lies("a.wav"));
  EXPECT_THAT(problem("a.wav"), HasSubstr("the vault first is off line"));
  EXPECT_EQ(calls().size(), 1u);
  swap_back();
  pass(kRetry);
  EXPECT_FALSE(lies("a.wav"));
  EXPECT_EQ(calls().size(), 1u);
}

TEST_F(DeletingFolder, I1_KeepsTheSourceOfACallWhoseSealedFileIsGoneOrCut) {
  arrives();
  pass();
  ASSERT_FALSE(lies("a.wav"));
  const Path file = sealed_file();
  fs::resize_file(file, fs::file_size(file) - 1);
  arrives();
  pass();
  EXPECT_TRUE(lies("a.wav"));
  EXPECT_THAT(problem("a.wav"), HasSubstr("has another size"));
  fs::remove(file);
  pass(kRetry);
  EXPECT_TRUE(lies("a.wav"));
  EXPECT_THAT(problem("a.wav"), HasSubstr("is not in the vault main"));
}

}  // namespace
}  // namespace tenure::ingest::testing
