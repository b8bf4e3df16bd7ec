#include <gmock/gmock.h>

#include "storage/sweep/tombstone_file.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class RebuildErased : public LostCatalogue {};

TEST_F(RebuildErased, I15_ASegmentWhoseKeyWasErasedStaysErased) {
  const auto erased = practice.record("front", minute), half = practice.record("waiting-room", minute);
  const auto kept = practice.record("front", {minute.to, minute.to + minutes(1)});
  practice.parts->keys.erase(erased.slot, erased.id);
  practice.parts->keys.sync();
  carry_out();
  lose();
  // A power cut came when one copy of the other key had its marker.
  File copy(practice.folder.path / "keys" / "b" / "slots", File::Mode::read_write);
  Blob marker(64);
  copy.read_at(erased.slot * 64, marker);
  copy.write_at(half.slot * 64, marker);
  const auto report = rebuild();
  EXPECT_EQ(report.finished_deletions, 2u);
  EXPECT_FALSE(practice.exists(erased.id) || practice.exists(half.id));
  EXPECT_FALSE(practice.file_exists(erased) || practice.file_exists(half)) << "the rest of their deletion was done";
  EXPECT_TRUE(practice.exists(kept.id));
  EXPECT_FALSE(practice.parts->keys.read(half.slot, half.id)) << "the marker wins";
}

TEST_F(RebuildErased, I15_ADeletedCallDoesNotComeBackThroughARescan) {
  practice.import(call_at(start, "07700 900123", "a"), "sound");
  practice.clock.advance(days(4 * 365));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  carry_out();
  EXPECT_EQ(lose_and_rebuild().tombstones, 3u);
  EXPECT_TRUE(practice.parts->calls.knows_file("pbx", "a.wav"));
  EXPECT_EQ(practice.import(call_at(start, "07700 900123", "a"), "sound").what, ImportOutcome::What::erased_before);
  EXPECT_EQ(practice.import(call_at(start, "07700 900123", "other"), "sound").what, ImportOutcome::What::erased_before);
}

TEST_F(RebuildErased, I15_ATornTombstoneIsWrittenOverAndTheOthersCount) {
  const auto file = tombstone_file(practice.folder.path);
  const TombstoneToken one{Digest{1}, SegmentId::make(start), start, 0},
      two{Digest{2}, SegmentId::make(start), start, 1};
  append_tombstones(file, {one});
  File(file, File::Mode::read_write).write_at(64, as_view("torn by a power cut"));
  append_tombstones(file, {two});
  std::uint64_t damaged = 0;
  const auto read = read_tombstones(file, &damaged);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[1].token, two.token);
  EXPECT_EQ(damaged, 0u);
  File(file, File::Mode::read_write).write_at(3, as_view("x"));
  EXPECT_EQ(read_tombstones(file, &damaged).size(), 1u);
  EXPECT_EQ(damaged, 1u);
}

TEST_F(RebuildErased, I20_OfTwoCopiesOfACallTheFirstImportIsKept) {
  const auto kept = practice.import(call_at(start, "07700 900123", "a"), "sound").id;
  carry_out();
  const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = kept}).at(0);
  // A second import of the same sound was cut off before it was dropped.
  const auto seal = [&](const SegmentId& id) {
    const auto key = practice.parts->keys.read(row.slot, kept);
    SealedReader reader(File(practice.parts->vaults.path_of(row), File::Mode::read), *key);
    auto copy = row;
    copy.id = id;
    const auto fresh = practice.parts->keys.reserve(id);
    SealedHeader header = reader.header();
    header.id = id;
    header.slot = fresh.slot;
    SealedWriter writer(practice.parts->vaults.create("main", "calls", "pbx", row.span.from, id), header, fresh.key);
    Fragment fragment;
    fragment.kind = FragmentKind::data;
    fragment.span = row.span;
    fragment.bytes = reader.read_fragment(0);
    writer.append(fragment);
    writer.finish(row.span, reader.footer().metadata, {}, row.digest);
    writer.file().sync();
  };
  const auto second = SegmentId::make(start + hours(1));
  seal(second);
  practice.parts->keys.sync();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.calls, 1u);
  EXPECT_EQ(report.duplicates, 1u);
  EXPECT_TRUE(practice.exists(kept));
  EXPECT_FALSE(practice.exists(second));
  EXPECT_TRUE(boost::filesystem::exists(quarantined(second)));
}

}  // namespace
}  // namespace tenure::storage
