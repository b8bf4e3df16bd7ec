#include "storage/vault/vault.h"

#include <gtest/gtest.h>

#include <boost/filesystem/operations.hpp>

#include "base/error.h"

namespace tenure::storage {
namespace {

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() : folder(boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-%%%%-%%%%-%%%%")) {
    boost::filesystem::create_directories(folder);
  }
  ~VaultTest() override { boost::filesystem::remove_all(folder); }
  config::Vault vault(const std::string& name, std::vector<std::string> classes = {}) const { return {name, folder / name, std::move(classes)}; }

  Path folder;
  const Instant start = *parse_rfc3339("2026-03-02T23:59:59Z");
  const SegmentId id = SegmentId::make(start);
};

TEST_F(VaultTest, PutsASegmentInTheFolderOfItsUtcHour) {
  const Vaults vaults({vault("main")}, /*trial=*/false);
  const File file = vaults.create("main", "cctv", "front-door", start, id);
  const Path expected = folder / "main" / "cctv" / "front-door" / "2026" / "03" / "02" / "23" / (id.text() + ".seg");
  EXPECT_EQ(file.path(), expected);
  EXPECT_TRUE(boost::filesystem::exists(expected));
  EXPECT_THROW(vaults.create("main", "cctv", "front-door", start, id), Error) << "never over an existing file";
}

TEST_F(VaultTest, ChoosesAVaultThatTakesTheClass) {
  const Vaults vaults({vault("pictures", {"cctv"}), vault("voices", {"calls"})}, false);
  EXPECT_EQ(vaults.choose("cctv"), "pictures");
  EXPECT_EQ(vaults.choose("calls"), "voices");
  EXPECT_THROW(vaults.choose("other"), Error);
}

TEST_F(VaultTest, I19_AnotherVaultsFolderIsOffLineAndNothingIsPutThere) {
  { const Vaults first({vault("main")}, false); }
  config::Vault mistaken = vault("main");
  mistaken.id = "second";
  const Vaults vaults({mistaken}, false);
  EXPECT_FALSE(vaults.online("second"));
  EXPECT_THROW(vaults.choose("cctv"), Error);
  EXPECT_THROW(vaults.create("second", "cctv", "front-door", start, id), Error);
}

TEST_F(VaultTest, I19_AFolderWithFilesAndNoIdentityIsOffLine) {
  boost::filesystem::create_directories(folder / "main");
  File(folder / "main" / "something", File::Mode::create);
  const Vaults vaults({vault("main")}, false);
  EXPECT_FALSE(vaults.online("main"));
}

TEST_F(VaultTest, I17_AFirstStartThatWasCutOffIsTakenUpByTheNext) {
  boost::filesystem::create_directories(folder / "main");
  File(folder / "main" / "tenure-vault.new", File::Mode::create);
  const Vaults vaults({vault("main")}, false);
  EXPECT_TRUE(vaults.online("main"));
}

TEST_F(VaultTest, ADiskMadeForItHasItsFileSystemsLostAndFound) {
  boost::filesystem::create_directories(folder / "main" / "lost+found");
  EXPECT_TRUE(Vaults({vault("main")}, false).online("main"));
  boost::filesystem::create_directories(folder / "second" / "photos");
  EXPECT_FALSE(Vaults({vault("second")}, false).online("second")) << "anything else is somebody's";
}

TEST_F(VaultTest, I19_AVaultSeenBeforeAndMissingAtStartIsOffLineAndNotMadeAnew) {
  const auto known = Vaults({vault("main")}, false).ids();
  boost::filesystem::rename(folder / "main", folder / "unmounted");
  const Vaults missing({vault("main"), vault("second")}, false, known);
  EXPECT_EQ(missing.off_line("main"), "its folder is missing");
  EXPECT_EQ(missing.choose("cctv"), "second") << "the others go on";
  EXPECT_THROW(missing.create("main", "cctv", "front-door", start, id), Error);
  EXPECT_FALSE(boost::filesystem::exists(folder / "main"));
  boost::filesystem::create_directory(folder / "main");  // the mount point, without its disk
  const Vaults bare({vault("main")}, false, known);
  EXPECT_EQ(bare.off_line("main"), "its folder has no identity file");
  EXPECT_TRUE(boost::filesystem::is_empty(folder / "main"));
  boost::filesystem::remove(folder / "main");
  boost::filesystem::rename(folder / "unmounted", folder / "main");
  EXPECT_TRUE(bare.online("main")) << "it comes back by itself";
}

TEST_F(VaultTest, I19_AnotherVaultOfTheSameNameIsOffLine) {
  const auto known = Vaults({vault("main")}, false).ids();
  boost::filesystem::rename(folder / "main", folder / "first");
  const Vaults stranger({vault("main")}, false);  // knows nothing, so makes another
  ASSERT_TRUE(stranger.online("main"));
  EXPECT_FALSE(Vaults({vault("main")}, false, known).online("main"));
}

TEST_F(VaultTest, I19_AFolderExchangedWhileRunningIsOffLineAtOnceAndStaysEmpty) {
  const Vaults vaults({vault("main", {"cctv"}), vault("spare", {"cctv"})}, false);
  ASSERT_EQ(vaults.choose("cctv"), "main");
  boost::filesystem::rename(folder / "main", folder / "unmounted");
  boost::filesystem::create_directory(folder / "main");
  EXPECT_THROW(vaults.create("main", "cctv", "front-door", start, id), Error);
  EXPECT_TRUE(boost::filesystem::is_empty(folder / "main"));
  EXPECT_FALSE(vaults.online("main"));
  EXPECT_EQ(vaults.choose("cctv"), "spare");
  boost::filesystem::remove(folder / "main");
  boost::filesystem::rename(folder / "unmounted", folder / "main");
  EXPECT_EQ(vaults.choose("cctv"), "main");
  EXPECT_NO_THROW(vaults.create("main", "cctv", "front-door", start, id));
}

TEST_F(VaultTest, I10_TrialIsNeverSwitchedOnLater) {
  { const Vaults first({vault("main")}, false); }
  EXPECT_THROW(Vaults({vault("main")}, true), Error);
  { const Vaults second({vault("trial")}, true); }
  EXPECT_TRUE(Vaults({vault("trial")}, true).online("trial"));
}

TEST_F(VaultTest, ANameThatWouldLeaveTheVaultIsRefused) {
  const Vaults vaults({vault("main")}, false);
  for (const std::string name : {"..", "a/b", "", ".hidden", "a b"}) {
    EXPECT_THROW(static_cast<void>(vaults.path_of("main", "cctv", name, start, id)), Error) << name;
    EXPECT_THROW(static_cast<void>(vaults.path_of("main", name, "front-door", start, id)), Error) << name;
  }
}

}  // namespace
}  // namespace tenure::storage
