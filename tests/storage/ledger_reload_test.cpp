// I20: the ledger of a new catalogue from the files of the old one, and where it stops when they are not whole.
#include "storage/ledger/reload.h"

#include <gmock/gmock.h>

#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;

class LedgerReload : public testing::Test {
 protected:
  LedgerReload() { old.tick(); }
  // Many acts at once, a second apart, carried out to the files.
  void act(std::uint64_t count) {
    old.practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      for (std::uint64_t i = 0; i < count; ++i) {
        old.practice.clock.advance(Seconds(1));
        insert_ledger(transaction.db, ledger_entry(old.practice.clock.now(), {"manager"}, "view", "{}", "reason"));
      }
    });
    old.tick();
  }
  std::uint64_t entries() const { return old.ledger->status().entries; }
  // Fills up to exactly so many.
  void act_until(std::uint64_t count) { act(count - entries()); }
  Reloaded reload() {
    TemporaryFolder folder;
    Catalogue fresh(folder.path);
    Reloaded reloaded;
    fresh.write([&](Catalogue::Transaction& transaction) {
      reloaded = reload_ledger(transaction.db, old.files());
      auto notes = transaction.db.query("SELECT count(*), coalesce(max(size), 0) FROM ledger_checkpoint");
      notes.step();
      checkpoints = notes.natural(0);
      largest_checkpoint = notes.natural(1);
      auto acts = transaction.db.query("SELECT count(*) FROM ledger");
      acts.step();
      acts_taken = acts.natural(0);
      size = tree::size(transaction.db);
    });
    return reloaded;
  }
  Blob read(const std::string& name) { return read_tile_file(old.files(), name); }
  void put(const std::string& name, const Blob& bytes) { write_durably(old.files() / name, bytes); }
  void drop(const std::string& name) { ASSERT_TRUE(remove_file(old.files() / name)); }

  LedgerPractice old;
  std::uint64_t checkpoints = 0, largest_checkpoint = 0, acts_taken = 0, size = 0;
};

TEST_F(LedgerReload, I20_TakesEveryActAndEverySignedCheckpoint) {
  act(290);
  old.ledger->checkpoint("asked");
  const auto there = entries();
  const auto reloaded = reload();
  EXPECT_EQ(reloaded.problem, "");
  EXPECT_EQ(reloaded.entries, there);
  EXPECT_EQ(reloaded.pruned, 0u);
  EXPECT_EQ(acts_taken, there);
  EXPECT_EQ(size, there);
  EXPECT_EQ(largest_checkpoint, there);
  EXPECT_EQ(latest_in_files(old.files()), old.practice.clock.now());
}

TEST_F(LedgerReload, I20_EndsWhereTheFilesEndThoughTheLastIsFull) {
  act_until(512);
  const auto reloaded = reload();
  EXPECT_EQ(reloaded.problem, "");
  EXPECT_EQ(reloaded.entries, 512u);
}

TEST_F(LedgerReload, I20_KeepsTheHashesOfWhatWasPruned) {
  act_until(200);
  old.ledger->checkpoint("asked");
  act_until(600);
  ASSERT_EQ(old.ledger->prune(old.practice.clock.now() - Seconds(100), {"tenured"}, "six years"), 256u);
  old.tick();
  const auto reloaded = reload();
  EXPECT_EQ(reloaded.problem, "");
  EXPECT_EQ(reloaded.pruned, 256u);
  EXPECT_EQ(reloaded.entries, entries());
  EXPECT_EQ(acts_taken, entries() - 256);
  EXPECT_EQ(size, entries());
  EXPECT_GE(checkpoints, 1u) << "also that of the 200 whose acts are gone";
}

TEST_F(LedgerReload, I20_ABundleMayBeAheadOfItsTile) {
  act_until(300);
  auto tile = read(tile_path(0, 1));
  tile.resize(tile.size() - 32);
  put(tile_path(0, 1), tile);
  EXPECT_EQ(reload().entries, 300u);
  drop(tile_path(0, 1));
  EXPECT_EQ(reload().entries, 300u);
  EXPECT_EQ(reload().problem, "");
}

TEST_F(LedgerReload, I20_BreaksOffAtALineThatIsNotWhatItsHashStandsFor) {
  act_until(300);
  auto bundle = read(bundle_path(1));
  const std::string text(as_text(bundle));
  const auto changed = text.find("\"act\":\"view\"", text.find("\"number\":260,"));
  ASSERT_NE(changed, std::string::npos);
  bundle[changed + 7] = 'x';  // another act, and an entry all the same
  put(bundle_path(1), bundle);
  const auto reloaded = reload();
  EXPECT_THAT(reloaded.problem, HasSubstr("break off at entry 260: line and tile differ"));
  EXPECT_EQ(reloaded.entries, 259u);
  EXPECT_EQ(acts_taken, 259u);
}

TEST_F(LedgerReload, I20_BreaksOffAtWhatIsNoEntryOrHasAnotherNumber) {
  act_until(300);
  const auto whole = read(bundle_path(1));
  const auto lines = read_bundle(whole).bodies;
  std::vector<std::string> bodies(lines.begin(), lines.end());
  drop(tile_path(0, 1));  // so that only the line itself can say it
  bodies[3] = "{}";
  put(bundle_path(1), bundle_of(bodies));
  EXPECT_THAT(reload().problem, HasSubstr("break off at entry 260: it is no entry"));
  bodies[3] = bodies[2];
  put(bundle_path(1), bundle_of(bodies));
  EXPECT_THAT(reload().problem, HasSubstr("break off at entry 260: it is no entry"));
  EXPECT_EQ(acts_taken, 259u);
}

TEST_F(LedgerReload, I20_SaysSoWhenABundleIsMissingThatNoPruningTook) {
  act_until(600);
  drop(bundle_path(2));  // the last, its tile not full
  EXPECT_THAT(reload().problem, HasSubstr("break off at entry 513: it is missing"));
  old.ledger->checkpoint("asked");  // signs more than can be taken: such a checkpoint is left out
  EXPECT_EQ(reload().entries, 512u);
  EXPECT_LE(largest_checkpoint, 512u);
  drop(bundle_path(1));  // a full one, behind one that is there
  const auto reloaded = reload();
  EXPECT_THAT(reloaded.problem, HasSubstr("break off at entry 257: it is missing"));
  EXPECT_EQ(reloaded.pruned, 0u);
}

TEST_F(LedgerReload, TheLatestActInFilesIsNothingWhereThereIsNone) {
  TemporaryFolder empty;
  EXPECT_FALSE(latest_in_files(empty.path));
  act_until(10);
  ASSERT_TRUE(latest_in_files(old.files()));
  put(bundle_path(0), bundle_of({"no entry"}));
  EXPECT_FALSE(latest_in_files(old.files()));
  drop(bundle_path(0));
  EXPECT_FALSE(latest_in_files(old.files()));
}

}  // namespace
}  // namespace tenure::storage
