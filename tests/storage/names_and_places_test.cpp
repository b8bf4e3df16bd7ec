// Names that become paths, the identity that a vault's folder says, the slots of keys that are not there, and the words
// by which states are called.
#include <gmock/gmock.h>

#include <boost/filesystem/operations.hpp>

#include "storage/keys/key_encryption_key.h"
#include "storage/keys/key_slots.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Instant kStart = at("2026-03-02T10:00:00Z");

class VaultNames : public testing::Test {
 protected:
  static void write(const Path& file, std::string_view text) {
    remove_file(file);
    File(file, File::Mode::create).write_at(0, as_view(text));
  }
  config::Vault main() const { return {"main", folder.path / "main", {}}; }
  TemporaryFolder folder;
};

TEST_F(VaultNames, OfSourcesAndClassesThatCouldLeadElsewhereAreRefused) {
  const Vaults vaults({main()}, /*trial=*/false);
  const auto id = SegmentId::make(kStart);
  for (const auto& name : {std::string(), std::string(65, 'a'), std::string("."), std::string(".."),
                           std::string(".hidden"), std::string("a/b"), std::string("a b"), std::string("a\0b", 3)}) {
    EXPECT_THAT(error_of([&] { vaults.create("main", "cctv", name, kStart, id); }),
                HasSubstr("cannot name a source or class"));
    EXPECT_THAT(error_of([&] { vaults.create("main", name, "front", kStart, id); }),
                HasSubstr("cannot name a source or class"));
  }
  EXPECT_EQ(error_of([&] { vaults.create("main", "cctv", "Front_door-2.a", kStart, id); }), "no error");
}

TEST_F(VaultNames, AreUsedOnceAndOnlyThoseOfTheSettingsAreKnown) {
  EXPECT_THAT(error_of([&] { Vaults({main(), main()}, false); }), HasSubstr("Two vaults are named main"));
  const Vaults vaults({main()}, false);
  EXPECT_THAT(error_of([&] { static_cast<void>(vaults.root("attic")); }),
              StartsWith("not_found: There is no vault named attic"));
  EXPECT_EQ(vaults.off_line("attic"), "the settings name no such vault");
  EXPECT_FALSE(vaults.online("attic"));
}

TEST_F(VaultNames, I19_AFolderWhoseIdentityCannotBeUnderstoodIsOffLine) {
  std::string id;
  {
    id = Vaults({main()}, false).ids().at("main");
  }
  const auto identity = folder.path / "main" / "tenure-vault";
  const auto why = [&](const std::string& text) {
    write(identity, text);
    const Vaults vaults({main()}, false);
    return vaults.off_line("main");
  };
  EXPECT_EQ(why("vault main\nid " + id + "\ntrial no\n"), "");
  EXPECT_EQ(why("vault main\nid " + id + "\ntrial no"), "") << "without its last line's end";
  for (const auto& text : {std::string(), std::string("vault\n"), "id " + id + "\ntrial no\n",
                           std::string("vault main\ntrial no\n"), std::string("vault main\nid 5\ntrial no\n"),
                           "vault main\nid " + id + "\n", "vault main\nid " + id + "\ntrial perhaps\n"}) {
    EXPECT_EQ(why(text), "its identity file cannot be understood") << text;
    const Vaults vaults({main()}, false);
    EXPECT_FALSE(vaults.ids().contains("main") && vaults.ids().at("main") != id) << "none is made up";
  }
}

TEST_F(VaultNames, I19_FreeRoomOfAFolderThatIsGoneIsNone) {
  const Vaults vaults({main()}, false);
  EXPECT_GT(vaults.free_bytes("main"), 0u);
  boost::filesystem::remove_all(folder.path / "main");
  EXPECT_EQ(vaults.free_bytes("main"), 0u);
}

TEST(KeySlotsThatAreNotThere, AreNeitherTakenNorErasedAndErasingOneIsAFault) {
  const TemporaryFolder folder;
  KeySlots slots(folder.path / "keys", Key{1});
  const auto id = SegmentId::make(kStart);
  const auto key = slots.reserve(id);
  EXPECT_TRUE(slots.is_taken(key.slot));
  EXPECT_FALSE(slots.is_erased(key.slot));
  constexpr std::uint64_t kFar = 1'000'000'000;
  EXPECT_FALSE(slots.is_taken(kFar));
  EXPECT_FALSE(slots.is_erased(kFar));
  EXPECT_THAT(error_of([&] { slots.erase(kFar); }), StartsWith("internal: There is no key slot"));
  EXPECT_EQ(error_of([&] { slots.erase(kFar, id); }), "no error") << "nobody's key is there";
  slots.erase(key.slot, id);
  EXPECT_TRUE(slots.is_erased(key.slot));
  EXPECT_TRUE(slots.is_taken(key.slot)) << "it held one";
}

TEST(KeySlotsThatAreNotThere, WithoutARotationNothingIsFinished) {
  const TemporaryFolder folder;
  KeySlots slots(folder.path / "keys", Key{1});
  const auto generation = slots.generation();
  slots.finish_rotation();
  EXPECT_EQ(slots.generation(), generation);
  EXPECT_FALSE(slots.is_rotating());
}

TEST(KeyFiles, MustHoldExactlyOneKeyAndArePutBackWhenTheyAreMissing) {
  const TemporaryFolder folder;
  const auto given = given_key_encryption_keys(folder.path).at(0);
  EXPECT_EQ(given.place, KeyPlace::file);
  const auto file = folder.path / "secrets" / "kek";
  EXPECT_EQ(read_whole(file), Blob(given.key.begin(), given.key.end()));
  remove_file(file);
  settle_key_files(folder.path, given);
  EXPECT_EQ(read_whole(file), Blob(given.key.begin(), given.key.end()));
  write_durably(file, Blob(31));
  EXPECT_THAT(error_of([&] { static_cast<void>(given_key_encryption_keys(folder.path)); }),
              HasSubstr("must be exactly 32 random bytes"));
  settle_key_files(folder.path / "elsewhere", {given.key, KeyPlace::credential});
  EXPECT_FALSE(boost::filesystem::exists(folder.path / "elsewhere")) << "a credential needs no file";
}

TEST(Words, EachStateAndDirectionHasItsOwnAndIsReadBack) {
  EXPECT_EQ(to_string(State::reserved), "recording");
  EXPECT_EQ(to_string(State::live), "live");
  EXPECT_EQ(to_string(State::condemned), "condemned");
  EXPECT_EQ(to_string(State::lost), "lost");
  for (const auto direction : {Direction::unknown, Direction::in, Direction::out, Direction::internal})
    EXPECT_EQ(parse_direction(to_string(direction)), direction);
  EXPECT_FALSE(parse_direction("sideways"));
}

}  // namespace
}  // namespace tenure::storage
