// What a rebuild could not read is told from the next start on, before the walk has come to it (I20).
#include "storage/recovery/left_files.h"

#include <gmock/gmock.h>

#include <ctime>

#include "storage/recovery/scrub.h"
#include "tests/storage/another_user.h"
#include "tests/storage/attested.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::minutes;
using testing::ElementsAre;

class LeftFiles : public LostCatalogue {
 protected:
  // Another recording, that only another user may read, beside one that a rebuild takes.
  SegmentRow rebuild_beside_one_unreadable() {
    practice.record("front", minute);
    const auto bad = practice.record("front", {start + minutes(1), start + minutes(2)});
    file = practice.parts->vaults.path_of(bad);
    carry_out();
    lose();
    {
      const AnotherUser user(practice.folder.path, file);
      rebuild_catalogue(settings, practice.clock);
    }
    fs::permissions(file, fs::owner_read | fs::owner_write);
    practice.restart();
    return bad;
  }
  std::unique_ptr<Scrub> started() {
    auto& parts = *practice.parts;
    return std::make_unique<Scrub>(
        Scrub::Options{.started = practice.clock.now(), .state = practice.folder.path},
        OrphanParts{parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls});
  }
  static std::uint64_t unreadable_after_walk(Scrub& scrub) {
    while (!scrub.status().walked_at) scrub.step();
    return scrub.status().unreadable;
  }
  Path file;
};

TEST_F(LeftFiles, I20_AreToldFromTheStartUntilTheyHaveTheirRow) {
  const auto bad = rebuild_beside_one_unreadable();
  EXPECT_EQ(started()->status().unreadable, 1u) << "no file was looked at yet";
  EXPECT_EQ(practice.recover().adopted, 1u);
  ASSERT_TRUE(practice.exists(bad.id));
  EXPECT_EQ(started()->status().unreadable, 0u);
}

TEST_F(LeftFiles, I20_ThatTheWalkPassesOverAsTooNewAreToldAllTheSame) {
  const auto bad = rebuild_beside_one_unreadable();
  practice.clock.advance(minutes(5));
  EXPECT_EQ(unreadable_after_walk(*started()), 1u) << "written to less than ten minutes ago";
  fs::last_write_time(file, std::time(nullptr) - 3600);
  EXPECT_EQ(unreadable_after_walk(*started()), 0u);
  EXPECT_TRUE(practice.exists(bad.id)) << "it was adopted";
}

TEST_F(LeftFiles, I20_ThatAreGoneAreNotTold) {
  rebuild_beside_one_unreadable();
  const auto scrub = started();
  fs::remove(file);
  EXPECT_EQ(unreadable_after_walk(*scrub), 0u);
  EXPECT_EQ(started()->status().unreadable, 0u);
}

TEST_F(LeftFiles, AreNotedOnlyWhereThereAreAny) {
  practice.record("front", minute);
  carry_out();
  EXPECT_EQ(lose_and_rebuild().left, 0u);
  EXPECT_FALSE(fs::exists(practice.folder.path / "catalogue" / "left-files"));
  EXPECT_THAT(noted_left_files(practice.folder.path / "catalogue"), testing::IsEmpty());
  note_left_files(practice.folder.path, {"/vault/a.seg", "/vault/b.seg"});
  EXPECT_THAT(noted_left_files(practice.folder.path), ElementsAre(Path("/vault/a.seg"), Path("/vault/b.seg")));
}

TEST(LeftFilesNote, BelongsWhereItLies) {
  const AttestedPractice practice;
  note_left_files(practice.state() / "catalogue", {practice.file_of(practice.fresh)});
  EXPECT_EQ(found_in(practice.attest()), "");
}

}  // namespace
}  // namespace tenure::storage
