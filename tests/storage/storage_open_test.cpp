// Opening what is kept: what is refused is said with its remedy, and what is missing is a loss and no deletion (I19).
#include "storage/storage.h"

#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = boost::filesystem;

class StorageOpen : public BackupTest {
 protected:
  SegmentRow row_of(const SegmentId& segment) {
    return storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = segment}).at(0);
  }
  std::string refusal(const SegmentId& segment) {
    return error_of([&] { sound(segment); });
  }
  // Footage whose row was reserved and never committed.
  SegmentRow reserve() {
    SegmentRow row;
    row.id = SegmentId::make(clock.now());
    row.source = "front";
    row.cls = "cctv";
    row.span = {clock.now(), clock.now()};
    row.vault = "main";
    const auto key = storage->keys().reserve(row.id);
    row.slot = key.slot;
    storage->catalogue().reserve_segment(row);
    SealedHeader header;
    header.id = row.id;
    header.slot = row.slot;
    header.source = row.source;
    header.cls = row.cls;
    header.start = row.span.from;
    SealedWriter writer(storage->vaults().create("main", "cctv", "front", row.span.from, row.id), header, key.key);
    Fragment fragment;
    fragment.span = {row.span.from, row.span.from + Seconds(10)};
    fragment.key = true;
    fragment.bytes = Blob(100, 7);
    fragment.leaves = {{0, 100, 0, true, 0, 1}};
    writer.append(fragment);
    writer.file().sync();
    storage->keys().sync();
    return row;
  }
  void with_camera() {
    config::Camera camera;
    camera.name = "front";
    camera.priority = "low";
    settings.cameras.push_back(camera);
    open();
  }
  const Path vault = folder.path / "vault";
};

TEST_F(StorageOpen, I19_AMissingFileIsToldAndNotedOnceAsALoss) {
  const auto id = import("07700 900123", "1", "kept");
  remove_file(storage->vaults().path_of(row_of(id)));
  EXPECT_THAT(refusal(id), AllOf(StartsWith("not_found"), HasSubstr("missing from vault main")));
  EXPECT_EQ(row_of(id).state, State::lost);
  EXPECT_EQ(storage->catalogue().ledger(1, 1000).back().act, "lost");
  EXPECT_THAT(refusal(id), HasSubstr("missing from the vault"));
  EXPECT_EQ(storage->catalogue().ledger(1, 1000).back().act, "lost");
}

TEST_F(StorageOpen, I19_AVaultThatIsOffLineIsToldAndNothingIsLost) {
  const auto id = import("07700 900123", "1", "kept");
  fs::rename(vault, folder.path / "elsewhere");
  EXPECT_THAT(refusal(id), AllOf(StartsWith("unavailable"), HasSubstr("is off line: its folder is missing. Bring it back and try again")));
  EXPECT_EQ(row_of(id).state, State::live);
  fs::rename(folder.path / "elsewhere", vault);
  EXPECT_EQ(sound(id), "kept");
}

TEST_F(StorageOpen, WithoutItsKeyARecordingIsDamagedAndSaysWhy) {
  const auto id = import("07700 900123", "1", "kept"), other = import("07700 900456", "2", "kept too");
  storage->keys().erase(row_of(id).slot);
  EXPECT_THAT(refusal(id), AllOf(StartsWith("corrupt"), HasSubstr("neither copy of its slot is sound")));
  EXPECT_EQ(row_of(id).state, State::live) << "no reader decides that";
  EXPECT_EQ(sound(other), "kept too");
}

TEST_F(StorageOpen, AFileThatCannotBeReadKeepsItsRow) {
  const auto id = import("07700 900123", "1", "kept");
  const auto path = storage->vaults().path_of(row_of(id));
  write_durably(path, as_view("not what was sealed"));
  EXPECT_THAT(refusal(id), StartsWith("corrupt"));
  EXPECT_EQ(row_of(id).state, State::live);
}

TEST_F(StorageOpen, I20_WithoutItsCatalogueNothingStartsAnewBesideItsKeys) {
  import("07700 900123", "1", "kept");
  storage.reset();
  fs::rename(folder.path / "state" / "catalogue", folder.path / "aside");
  EXPECT_THAT(error_of([&] { open(); }), AllOf(StartsWith("refused"), HasSubstr("--rebuild")));
  EXPECT_FALSE(fs::exists(folder.path / "state" / "catalogue"));
  fs::rename(folder.path / "aside", folder.path / "state" / "catalogue");
  open();
}

TEST_F(StorageOpen, WhatAnEarlierRunLeftUnfinishedInStagingGoesAtTheStart) {
  const auto staging = folder.path / "state" / "staging";
  storage.reset();
  write_durably(staging / "half", as_view("half a call"));
  make_directories(staging / "folder");
  open();
  EXPECT_TRUE(fs::is_empty(staging));
}

TEST_F(StorageOpen, I19_WhatWasBeingRecordedInAVaultThatWasOffLineIsSavedWhenItIsBack) {
  with_camera();
  const auto row = reserve();
  storage.reset();
  fs::rename(vault, folder.path / "elsewhere");
  open();
  storage->settle_failed();
  EXPECT_EQ(row_of(row.id).state, State::reserved) << "it waits";
  fs::rename(folder.path / "elsewhere", vault);
  storage->settle_failed();
  EXPECT_EQ(row_of(row.id).state, State::live);
  EXPECT_EQ(row_of(row.id).span.to, row.span.from + Seconds(10));
  storage->settle_failed();  // nothing is left
}

}  // namespace
}  // namespace tenure::storage
