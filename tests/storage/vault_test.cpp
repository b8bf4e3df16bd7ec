#include "storage/vault.h"

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
