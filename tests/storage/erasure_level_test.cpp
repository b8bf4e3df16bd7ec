#include "storage/keys/erasure_level.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kMounts =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n"
    "30 22 8:2 / /var/lib/tenure rw,relatime shared:5 master:2 - ext4 /dev/sda2 rw,data=journal\n"
    "31 22 0:41 / /srv/nas rw - nfs4 nas:/share rw\n"
    "nonsense\n"
    "32 22 0:42 /sub /srv/b rw - btrfs /dev/sdb rw,subvol=/sub\n";

MachineFacts on(const std::string& file_system, const std::string& options = "rw") {
  MachineFacts facts;
  facts.file_system = file_system;
  facts.options = options;
  return facts;
}

TEST(ErasureLevel, TheMountOfADeviceIsFoundWithTheFileSystemsOwnOptions) {
  EXPECT_EQ(facts_in_mountinfo(kMounts, "8:1").file_system, "ext4");
  EXPECT_THAT(facts_in_mountinfo(kMounts, "8:2").options, HasSubstr("data=journal"));
  EXPECT_EQ(facts_in_mountinfo(kMounts, "0:42").file_system, "btrfs");
  EXPECT_EQ(facts_in_mountinfo(kMounts, "9:9").file_system, "");
}

TEST(ErasureLevel, OrderedFileSystemsForgetInPlaceAndOthersAreToldHonestly) {
  for (const auto* good : {"ext4", "xfs"}) EXPECT_EQ(judge_erasure(on(good), false, false).level, 1) << good;
  for (const auto* copying : {"btrfs", "zfs"}) {
    const auto judged = judge_erasure(on(copying), true, true);
    EXPECT_EQ(judged.level, 0) << copying;
    EXPECT_EQ(judged.verdict, "warning");
    EXPECT_THAT(judged.text, HasSubstr("never writes in place"));
  }
  EXPECT_THAT(judge_erasure(on("ext4", "rw,data=journal"), false, false).text, HasSubstr("data=ordered"));
  EXPECT_THAT(judge_erasure(on("overlay"), false, false).text, HasSubstr("container"));
}

TEST(ErasureLevel, EncryptionTpmAndRotationEachRaiseIt) {
  auto facts = on("xfs");
  EXPECT_THAT(judge_erasure(facts, true, true).warnings, testing::Contains(HasSubstr("not seen to be encrypted")));
  facts.encrypted = true;
  EXPECT_EQ(judge_erasure(facts, true, true).level, 2);
  EXPECT_THAT(judge_erasure(facts, true, true).warnings, IsEmpty());
  facts.tpm = true;
  EXPECT_EQ(judge_erasure(facts, true, false).level, 2);
  EXPECT_EQ(judge_erasure(facts, false, true).level, 2);
  EXPECT_EQ(judge_erasure(facts, true, true).level, 3);
}

TEST(ErasureLevel, AVirtualMachinesImagesAreWarnedOf) {
  auto facts = on("ext4");
  facts.virtual_machine = "kvm";
  EXPECT_THAT(judge_erasure(facts, true, true).warnings, testing::Contains(HasSubstr("snapshots")));
}

TEST(ErasureLevel, ANetworkFileSystemIsRefused) {
  for (const auto* name : {"nfs4", "cifs"}) EXPECT_THROW(refuse_hopeless(on(name), "/srv/x"), Error) << name;
  for (const auto* name : {"ext4", "btrfs", "overlay", "tmpfs", ""}) EXPECT_NO_THROW(refuse_hopeless(on(name), "/srv/x")) << name;
}

TEST(ErasureLevel, ThisMachinesOwnFactsAreFound) { EXPECT_NE(machine_facts("/").file_system, ""); }

}  // namespace
}  // namespace tenure::storage
