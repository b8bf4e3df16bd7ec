#include <gmock/gmock.h>

#include "practice.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;

namespace {
const char* const kPicture = "-f lavfi -i testsrc2=size=320x240:rate=25:duration=8";
const char* const kH264 = "-c:v libx264 -preset veryfast -g 25 -keyint_min 25 -sc_threshold 0";
}  // namespace

TEST_F(Exports, NativeClipShowsTheVeryPicturesOfTheStoreAndItsManifestVerifies) {
  const auto clip = make_clip("in.mp4", kPicture, std::string(kH264) + " -bf 2");
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  const auto summary = export_native(context(), span(0, 8), receiver);
  ASSERT_EQ(receiver.files.size(), 3u);
  EXPECT_EQ(receiver.files[0], "front-door_20260302T140500Z_20260302T140508Z_MASTER_1.mp4");
  EXPECT_EQ(output_of("ffmpeg -v error -i " + receiver.path(receiver.files[0]) + " -f framemd5 - | grep -v '^#' | awk '{print $NF}'"),
            output_of("ffmpeg -v error -i " + clip + " -f framemd5 - | grep -v '^#' | awk '{print $NF}'"));
  output_of("cd " + receiver.folder.string() + " && sha256sum -c --strict manifest-sha256.txt");
  EXPECT_EQ(ledger_entries(), 1u);
  EXPECT_GT(summary.ledger_number, 0u);
}

TEST_F(Exports, NativeClipBeginsAtAKeyFrameAndIsOneFileARun) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2, 1);
  record(make_clip("in2.mp4", kPicture, kH264), at(20), 2, 2);
  Receiver receiver(folder_ / "out");
  export_native(context(), span(2.5, 21.5), receiver);
  ASSERT_EQ(receiver.files.size(), 4u);
  const auto frames = [&](std::size_t file) { return output_of("ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 " + receiver.path(receiver.files[file])); };
  EXPECT_EQ(frames(0), "150\n");
  EXPECT_EQ(frames(1), "38\n");  // the end needs no whole group
}

TEST_F(Exports, WhatIsNotThereIsSaidWithWhatIs) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  storage_->recorder().gap("front-door", {at(60), at(90)}, "connection refused");
  storage_->recorder().flush();
  Receiver receiver(folder_ / "out");
  const auto native = [&](double from, double to) { return refusal([&] { export_native(context(), span(from, to), receiver); }); };
  EXPECT_EQ(native(60, 90),
            "front-door has no recording between 2026-03-02T14:06:00Z and 2026-03-02T14:06:30Z; gaps: 2026-03-02T14:06:00Z to "
            "2026-03-02T14:06:30Z (connection refused); the nearest is 2026-03-02T14:05:06Z to 2026-03-02T14:05:08Z.");
  EXPECT_NE(native(86'400, 86'500).find("is in the future"), std::string::npos);
  EXPECT_NE(native(10, 10).find("The span is empty"), std::string::npos);
  EXPECT_NE(refusal([&] { export_native(context(), {"back-door", {at(0), at(1)}}, receiver); }).find("no camera named back-door; there are: front-door"), std::string::npos);
  EXPECT_TRUE(receiver.files.empty());
  EXPECT_EQ(ledger_entries(), 0u);
}

TEST_F(Exports, TheReadingBeforeAnythingLeavesTellsHowFarItIs) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  std::vector<std::string> told;
  std::vector<double> done;
  std::size_t before = 0;
  Receiver receiver(folder_ / "out");
  receiver.on_progress = [&](double part, const std::string& what) {
    if (!told.empty() && what == told.back()) return;
    told.push_back(what);
    done.push_back(part);
    EXPECT_EQ(ledger_entries(), what.starts_with("checking") ? before : before + 1) << what;
  };
  export_native(context(), span(0, 8), receiver);
  EXPECT_THAT(told, ::testing::ElementsAre("checking recording 1 of 4", "checking recording 2 of 4", "checking recording 3 of 4",
                                           "checking recording 4 of 4", "copying", "done"));
  ASSERT_EQ(done.size(), 6u);
  EXPECT_EQ(std::vector<double>(done.begin(), done.begin() + 4), (std::vector<double>{0, 0.25, 0.5, 0.75}));
  EXPECT_LT(done[4], 0.75) << "another step, counted for itself";
  told.clear();
  before = ledger_entries();
  export_redacted(context(), span(0, 3), plan(redaction::Mode::subject, {40, 40, 80, 80}), receiver);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.front(), "checking recording 1 of 2");
}

TEST_F(Exports, AReceiverThatGoesDuringTheReadingEndsItAndNothingIsAnnounced) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  Receiver receiver(folder_ / "out");
  receiver.on_progress = [&](double, const std::string&) { throw Error(ErrorKind::unavailable, "the receiver has gone"); };
  EXPECT_EQ(refusal([&] { export_native(context(), span(0, 8), receiver); }), "the receiver has gone");
  EXPECT_EQ(refusal([&] { export_redacted(context(), span(0, 2), plan(redaction::Mode::subject, {40, 40, 80, 80}), receiver); }), "the receiver has gone");
  EXPECT_TRUE(receiver.files.empty());
  EXPECT_EQ(ledger_entries(), 0u);
}

using I4 = Exports;
TEST_F(I4, ExpiredPicturesAreNotExportedThoughTheSweepIsLate) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  clock_.set({at(4.5) + std::chrono::days(28), at(4.5) + std::chrono::days(28)});
  Receiver receiver(folder_ / "out");
  const auto summary = export_native(context(), span(0, 8), receiver);
  EXPECT_EQ(output_of("ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 " + receiver.path(receiver.files.at(0))), "100\n");
  ASSERT_FALSE(summary.notes.empty());
  EXPECT_NE(summary.notes[0].find("left out 2026-03-02T14:05:00Z to 2026-03-02T14:05:04Z: its retention period has ended"), std::string::npos) << summary.notes[0];
  clock_.advance(std::chrono::hours(1));
  EXPECT_NE(refusal([&] { export_native(context(), span(0, 8), receiver); }).find("nothing that may be read"), std::string::npos);
}

TEST_F(Exports, ASegmentTamperedWithIsRefused) {
  const auto ids = record(make_clip("in.mp4", kPicture, kH264), kStart, 8);
  storage::SegmentQuery query;
  query.id = ids.at(0);
  const auto file = storage_->vaults().path_of(storage_->catalogue().segments(query).at(0));
  File sealed(file, File::Mode::read_write);
  Blob byte(1);
  sealed.read_at(60'000, byte);
  byte[0] ^= 1;
  sealed.write_at(60'000, byte);
  Receiver receiver(folder_ / "out");
  EXPECT_THROW(export_native(context(), span(0, 8), receiver), Error);
}

