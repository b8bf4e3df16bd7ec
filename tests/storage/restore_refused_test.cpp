// What a restore refuses before it makes anything, what it does with vaults that are there, and how it is finished.
#include <boost/json.hpp>

#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = boost::filesystem;
namespace json = boost::json;
using std::chrono::days;

class RestoreRefused : public BackupTest {
 protected:
  RestoreRefused() : id(import("07700 900123", "1", "kept")) {
    data();
    clock.advance(Seconds(1));
    file = keys();
  }
  void burn() {
    storage.reset();
    fs::remove_all(state);
    fs::remove_all(folder.path / "vault");
  }
  RestoreReport bring_back() { return restore(settings, {folder.path / "disk", file, secret, {}}); }
  std::string refusal() {
    return error_of([&] { bring_back(); });
  }
  void change_manifest(const std::function<void(json::object&)>& change) {
    auto manifest = json::parse(as_text(read_whole(folder.path / "disk" / "tenure-backup.json"))).as_object();
    change(manifest);
    write_durably(folder.path / "disk" / "tenure-backup.json", as_view(json::serialize(manifest)));
  }
  std::string state_of(const SegmentId& segment) {
    return to_string(storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = segment}).at(0).state);
  }
  const Path state = folder.path / "state";
  const SegmentId id;
  Path file;
};

TEST_F(RestoreRefused, AManifestThatIsNoneMakesNothing) {
  burn();
  for (const auto* none : {"[]", "{", ""}) {
    write_durably(folder.path / "disk" / "tenure-backup.json", as_view(none));
    EXPECT_THAT(refusal(), AllOf(StartsWith("corrupt"), HasSubstr("tenure-backup.json"))) << none;
  }
  EXPECT_FALSE(fs::exists(state) || fs::exists(folder.path / "vault"));
}

TEST_F(RestoreRefused, I15_KeysOfOneInstallationAndDataOfAnotherAreNotMixed) {
  burn();
  for (const json::value& ledger : {json::value("another+key"), json::value(5), json::value(nullptr)}) {
    change_manifest([&](json::object& manifest) {
      if (ledger.is_null())
        manifest.erase("ledger");
      else
        manifest["ledger"] = ledger;
    });
    EXPECT_THAT(refusal(), AllOf(StartsWith("refused"), HasSubstr("different installations")));
  }
  EXPECT_FALSE(fs::exists(state) || fs::exists(folder.path / "vault"));
}

TEST_F(RestoreRefused, ACopyOfTheCatalogueThatWasChangedIsNotTaken) {
  burn();
  auto bytes = read_whole(folder.path / "disk" / "catalogue.db", 64 << 20);
  bytes.resize(bytes.size() - 4096);
  write_durably(folder.path / "disk" / "catalogue.db", bytes);
  EXPECT_THAT(refusal(), AllOf(StartsWith("corrupt"), HasSubstr("changed or cut off")));
  EXPECT_FALSE(fs::exists(state) || fs::exists(folder.path / "vault"));
}

TEST_F(RestoreRefused, I19_AFolderThatHoldsSomethingElseIsNotFilledAsAVault) {
  burn();
  make_directories(folder.path / "vault");
  write_durably(folder.path / "vault" / "accounts.ods", as_view("somebody's"));
  EXPECT_THAT(refusal(), HasSubstr("holds something else"));
  write_durably(folder.path / "vault" / "tenure-vault", as_view("another vault's"));
  EXPECT_THAT(refusal(), HasSubstr("holds something else"));
  EXPECT_FALSE(fs::exists(state)) << "nothing was made";
  EXPECT_TRUE(fs::exists(folder.path / "vault" / "accounts.ods"));
}

TEST_F(RestoreRefused, AnEmptyFolderIsFilledAndAVaultThatSurvivedIsLeftAndAnUnknownOneTold) {
  burn();
  make_directories(folder.path / "vault" / "lost+found");  // a disk made for it
  settings.vaults.push_back({"second", folder.path / "second", {}});
  EXPECT_THAT(bring_back().notes, ElementsAre("the backup has nothing of the vault second"));
  open();
  EXPECT_EQ(sound(id), "kept");
  storage.reset();
  fs::remove_all(state);
  EXPECT_THAT(bring_back().notes,
              ElementsAre(HasSubstr("main is still there"), HasSubstr("nothing of the vault second")));
  open();
  EXPECT_EQ(sound(id), "kept");
}

TEST_F(RestoreRefused, AMarkThatCannotBeUnderstoodStopsTheStartAndIsPutRight) {
  burn();
  bring_back();
  const auto mark = state / "restored";
  const auto good = read_whole(mark);
  for (const auto* member : {"keys_id", "keys_made_at", "keys_sha256"}) {
    auto bad = json::parse(as_text(good)).as_object();
    bad[member] = "none";
    write_durably(mark, as_view(json::serialize(bad)));
    EXPECT_THAT(error_of([&] { open(); }), AllOf(StartsWith("refused"), HasSubstr("restore again"))) << member;
  }
  write_durably(mark, good);
  open();
  EXPECT_EQ(sound(id), "kept");
}

// Cut off, emptied, or with a member that is another thing: the start says which file, what to do, and has done nothing.
TEST_F(RestoreRefused, I15_AMarkThatLacksAnythingStopsTheStartWithARemedyAndIsPutRight) {
  burn();
  bring_back();
  const auto mark = state / "restored";
  const auto good = read_whole(mark);
  const auto whole = json::parse(as_text(good)).as_object();
  const auto must_stop = [&](const std::string& text) {
    write_durably(mark, as_view(text));
    EXPECT_THAT(error_of([&] { open(); }),
                AllOf(StartsWith("refused: The restore cannot be finished"), HasSubstr(mark.string()),
                      HasSubstr("run tenure restore again"))) << text;
    EXPECT_TRUE(fs::exists(mark) && fs::exists(state / "restored.deletions")) << text;
  };
  for (std::size_t length = 0; length < good.size(); length += 41)
    must_stop(std::string(as_text(good).substr(0, length)));
  for (const auto* none : {"[]", "null", "5", "{}", "\"restored\"", "\n"}) must_stop(none);
  ASSERT_EQ(whole.size(), 9u);
  for (const auto& member : whole) {
    auto without = whole;
    without.erase(member.key());
    must_stop(json::serialize(without));
    for (const json::value& other : {json::value(nullptr), json::value(-1), json::value(json::array{})}) {
      auto wrong = whole;
      wrong[member.key()] = other;
      must_stop(json::serialize(wrong));
    }
  }
  write_durably(mark, good);
  open();
  EXPECT_EQ(sound(id), "kept");
  EXPECT_FALSE(fs::exists(mark));
}

TEST_F(RestoreRefused, I15_AListThatWasCutOffStopsTheStartWithARemedyAndIsPutRight) {
  burn();
  bring_back();
  for (const auto* name : {"restored.deletions", "restored.backups"}) {
    const auto list = state / name;
    const auto good = read_whole(list);
    for (const auto length : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      write_durably(list, View(good).first(length));
      EXPECT_THAT(error_of([&] { open(); }),
                  AllOf(StartsWith("refused: The restore cannot be finished"), HasSubstr(list.string()),
                        HasSubstr("run tenure restore again"))) << name << " cut at " << length;
    }
    write_durably(list, good);
  }
  open();
  EXPECT_EQ(sound(id), "kept");
}

TEST_F(RestoreRefused, OneThatWasCutOffAndForgotWhichVaultsItFilledSaysWhatToEmpty) {
  burn();
  make_directories(state);
  for (const auto* text : {"", "[]", "{}", "{\"vaults\":\"main\"}", "{\"vaults\":[5]}", "{\"vaults\":[\"main\""}) {
    write_durably(state / "restoring", as_view(text));
    EXPECT_THAT(refusal(), AllOf(StartsWith("corrupt"), HasSubstr((state / "restoring").string()),
                                 HasSubstr("run tenure restore again"))) << text;
  }
  EXPECT_FALSE(fs::exists(state / "catalogue") || fs::exists(folder.path / "vault"));
  write_durably(state / "restoring", as_view("{\"vaults\":[\"main\"]}"));
  bring_back();
  open();
  EXPECT_EQ(sound(id), "kept");
}

TEST_F(RestoreRefused, I15_ACrashBehindTheListsIsTakenUpWithTheMarkAlone) {
  burn();
  bring_back();
  const auto mark = read_whole(state / "restored");
  open();
  const auto before = storage->backups().status().here.size();
  storage.reset();
  write_durably(state / "restored", mark);
  open();
  EXPECT_FALSE(fs::exists(state / "restored"));
  EXPECT_EQ(storage->backups().status().here.size(), before);
  EXPECT_EQ(sound(id), "kept");
}

// Its key came after the keys' backup, so that it is a loss (I19); what had fallen due besides is the sweep's.
TEST_F(RestoreRefused, I19_WhatHasNoKeyIsLostAndWhatHadExpiredBesidesIsSwept) {
  const auto early = import("07700 900456", "2", "expires");
  clock.advance(days(3 * 366 - 10));
  const auto late = import("07700 900789", "3", "does not");
  data();
  clock.advance(days(11));
  lose_and_restore(file);
  EXPECT_EQ(state_of(late), "lost");
  EXPECT_EQ(state_of(early), "live") << "the sweep says of it that its time had come";
  storage->sweeper().sweep();
  EXPECT_THAT(error_of([&] { sound(early); }), HasSubstr("not_found"));
  EXPECT_EQ(state_of(late), "lost");
}

TEST_F(RestoreRefused, I7_AHoldThatEndedLeavesTheBackupAndOneInForceStaysInIt) {
  const auto hold = [&] {
    HoldRequest request;
    request.calls = {id};
    request.reason = "a claim";
    request.authority = "practice manager";
    request.review = clock.now() + days(30);
    return storage->holds().add(request, manager).hold.id;
  };
  const auto ends = hold(), stays = hold();
  data();
  const auto copy_of = [&](const HoldId& one) { return folder.path / "disk" / "holds" / (one.text() + ".hold"); };
  ASSERT_TRUE(fs::exists(copy_of(ends)) && fs::exists(copy_of(stays)));
  storage->holds().release(ends, "settled", manager);
  clock.advance(days(1));
  storage->holds().drop_ended_files();
  data();
  EXPECT_FALSE(fs::exists(copy_of(ends)));
  EXPECT_TRUE(fs::exists(copy_of(stays)));
}

TEST_F(RestoreRefused, I8_WhatLiesInItsVaultWithoutARowStaysInTheBackup) {
  const auto row = storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  const auto live = storage->vaults().path_of(row);
  const auto copy = folder.path / "disk" / "vaults" / "main" / fs::relative(live, folder.path / "vault");
  {  // as after a rebuild that could not read it
    sqlite::Connection db(state / "catalogue" / "catalogue.db", /*writes=*/true);
    db.run("DELETE FROM segment");
  }
  EXPECT_EQ(data().removed, 0u);
  EXPECT_TRUE(fs::exists(copy));
  remove_file(live);
  EXPECT_EQ(data().removed, 0u) << "it is the only one, and can be read";
  storage->keys().erase(row.slot, row.id);
  EXPECT_EQ(data().removed, 1u) << "as what was deleted goes";
  EXPECT_FALSE(fs::exists(copy));
}

TEST_F(RestoreRefused, ACopyThatWasCutOffIsMadeAgain) {
  const auto row = storage->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  const auto live = storage->vaults().path_of(row);
  const auto copy = folder.path / "disk" / "vaults" / "main" / fs::relative(live, folder.path / "vault");
  fs::resize_file(copy, row.bytes - 1);
  write_durably(copy.parent_path() / "no-id.seg", as_view("nobody knows it"));
  const auto report = data();
  EXPECT_EQ(report.copied, 1u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(read_whole(copy), read_whole(live));
}

}  // namespace
}  // namespace tenure::storage
