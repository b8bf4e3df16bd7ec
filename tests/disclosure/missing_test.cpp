// What an export leaves out is named with its time and its cause, and no bad minute keeps the good ones from leaving.
#include <gmock/gmock.h>

#include "practice.h"
#include "tests/storage/another_user.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;
using ::testing::HasSubstr;

namespace {
const char* const kPicture = "-f lavfi -i testsrc2=size=320x240:rate=25:duration=8";
const char* const kH264 = "-c:v libx264 -preset veryfast -g 25 -keyint_min 25 -sc_threshold 0";
constexpr double kDay = 86'400;

class ExportsWithHoles : public Exports {
 protected:
  std::vector<SegmentId> record_clip(double from = 0) { return record(make_clip("in.mp4", kPicture, kH264), at(from), 2); }
  storage::SegmentRow row(const SegmentId& id) {
    storage::SegmentQuery query;
    query.id = id;
    return storage_->catalogue().segments(query).at(0);
  }
  Path file_of(const SegmentId& id) { return storage_->vaults().path_of(row(id)); }
  void flip_a_byte_of(const SegmentId& id) {
    File file(file_of(id), File::Mode::read_write);
    Blob byte(1);
    file.read_at(file.size() / 2, byte);
    byte[0] ^= 1;
    file.write_at(file.size() / 2, byte);
  }
  ExportSummary give(double from, double to) {
    receiver_.files.clear();
    return export_native(context(), span(from, to), receiver_);
  }
  std::string notes_of(double from, double to) {
    std::string all;
    for (const auto& note : give(from, to).notes) all += note + "\n";
    return all;
  }
  std::string pictures(std::size_t file) {
    return output_of("ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 " + receiver_.path(receiver_.files.at(file)));
  }
  Receiver receiver_{folder_ / "out"};
};
}  // namespace

TEST_F(ExportsWithHoles, TimeBeforeTheFirstRecordingIsNamed) {
  record_clip();
  EXPECT_THAT(notes_of(-600, 8), HasSubstr("nothing is known of 2026-03-02T13:55:00Z to 2026-03-02T14:05:00Z: front-door had not recorded yet"));
  EXPECT_THAT(notes_of(0, 8), ::testing::Not(HasSubstr("nothing is"))) << "all of it is there";
}

TEST_F(ExportsWithHoles, WhatWasDeletedIsNamedWithItsCauseAndTheTimeOfItsEnd) {
  record_clip();
  clock_.set({at(10 * kDay), at(10 * kDay)});
  record_clip(10 * kDay - 60);
  clock_.set({at(29 * kDay), at(29 * kDay)});
  ASSERT_EQ(storage_->sweeper().sweep().deleted, 4u);
  const auto notes = notes_of(-600, 10 * kDay);
  EXPECT_THAT(notes, HasSubstr("nothing is known of 2026-03-02T13:55:00Z to 2026-03-02T14:05:00Z"));
  EXPECT_THAT(notes, HasSubstr("deleted: 2026-03-02T14:05:00Z to 2026-03-02T14:05:08Z (deleted at the end of its period, at 2026-03-31T14:05:00Z)"));
  EXPECT_THAT(notes, HasSubstr("nothing is there of 2026-03-02T14:05:08Z to 2026-03-12T14:04:00Z, and no cause is known"));
  EXPECT_THAT(refusal([&] { give(0, 8); }), HasSubstr("deleted: 2026-03-02T14:05:00Z to 2026-03-02T14:05:08Z (deleted at the end"));
}

TEST_F(ExportsWithHoles, OneDamagedSegmentIsLeftOutNamedAndNotedAndTheOthersAreGiven) {
  const auto ids = record_clip();
  ASSERT_EQ(ids.size(), 4u);
  flip_a_byte_of(ids[1]);
  EXPECT_THAT(notes_of(0, 8), HasSubstr("left out 2026-03-02T14:05:02Z to 2026-03-02T14:05:04Z: it is damaged"));
  ASSERT_EQ(receiver_.files.size(), 4u);
  EXPECT_EQ(pictures(0), "50\n");
  EXPECT_EQ(pictures(1), "100\n");
  ASSERT_EQ(storage_->scrub().damaged().size(), 1u);
  EXPECT_EQ(storage_->scrub().damaged().at(0).segment, ids[1]);
  EXPECT_EQ(storage_->scrub().status().damaged_now, 1u);
  EXPECT_EQ(row(ids[1]).state, storage::State::live) << "nothing is deleted early";
}

TEST_F(ExportsWithHoles, OfASegmentWhoseEndIsDamagedWhatAuthenticatesIsGiven) {
  const auto ids = record_clip();
  File(file_of(ids.at(1)), File::Mode::read_write).truncate(row(ids.at(1)).bytes - 1);
  give(0, 8);
  ASSERT_EQ(receiver_.files.size(), 3u);
  EXPECT_EQ(pictures(0), "200\n");
  EXPECT_EQ(storage_->scrub().damaged().size(), 1u);
}

TEST_F(ExportsWithHoles, AMissingFileIsLeftOutForOneReason) {
  const auto ids = record_clip();
  remove_file(file_of(ids.at(0)));
  for (int time = 0; time < 2; ++time) {
    const auto notes = notes_of(0, 8);
    EXPECT_THAT(notes, HasSubstr("left out 2026-03-02T14:05:00Z to 2026-03-02T14:05:02Z: its file is missing from the vault"));
    EXPECT_THAT(notes, ::testing::Not(HasSubstr("expired")));
  }
  EXPECT_EQ(storage_->scrub().status().lost_now, 1u);
}

TEST_F(ExportsWithHoles, AFolderThatMayNotBeLookedIntoIsARefusalInWordsAndNothingIsLost) {
  const auto ids = record_clip();
  const auto file = file_of(ids.at(0)), hour = file.parent_path();
  {
    const storage::AnotherUser user(folder_, hour);
    EXPECT_THAT(refusal([&] { give(0, 8); }), HasSubstr("cannot be looked at: Permission denied"));
  }
  boost::filesystem::permissions(hour, boost::filesystem::owner_all);
  EXPECT_EQ(row(ids.at(0)).state, storage::State::live);
  give(0, 8);
  EXPECT_EQ(pictures(0), "200\n");
}
