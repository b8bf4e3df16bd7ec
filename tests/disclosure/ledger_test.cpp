// What the ledger says of an export: announced before the first byte, and then how it ended.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "practice.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;

namespace {
const char* const kPicture = "-f lavfi -i testsrc2=size=320x240:rate=25:duration=4";
const char* const kH264 = "-c:v libx264 -preset veryfast -g 25 -keyint_min 25 -sc_threshold 0";

class ExportLedger : public Exports {
 protected:
  // The last two entries are the export and its end; gives the end with its subject read.
  std::pair<storage::LedgerEntry, boost::json::object> end_of_export() {
    const auto all = storage_->catalogue().ledger(0, 1000);
    EXPECT_GE(all.size(), 2u);
    const auto& announced = all[all.size() - 2];
    const auto& end = all.back();
    EXPECT_EQ(announced.act, "export");
    auto subject = boost::json::parse(end.subject).as_object();
    EXPECT_EQ(subject.at("export").to_number<std::uint64_t>(), announced.number);
    EXPECT_EQ(end.actor, "tester");
    return {end, subject};
  }
  void expect_done(const ExportSummary& summary) {
    const auto [end, subject] = end_of_export();
    EXPECT_EQ(end.act, "export-done");
    EXPECT_EQ(subject.at("files").to_number<std::size_t>(), summary.files.size());
    EXPECT_EQ(subject.at("bytes").to_number<std::uint64_t>(), summary.bytes);
  }
  void expect_failed(const std::string& why, std::size_t files) {
    const auto [end, subject] = end_of_export();
    EXPECT_EQ(end.act, "export-failed");
    EXPECT_THAT(end.reason, ::testing::HasSubstr(why));
    EXPECT_EQ(subject.at("files").to_number<std::size_t>(), files);
  }
  SegmentId tone() {
    output_of("ffmpeg -v error -y -f lavfi -i sine=duration=4:sample_rate=8000 -c:a pcm_s16le " + path("a.wav"));
    return import_call(path("a.wav"), "wav");
  }
};

redaction::Plan silent_second(const SegmentId& call) {
  redaction::Plan plan;
  plan.call = call.text();
  plan.mute.push_back({1000, 2000, redaction::Side::all});
  return plan;
}
}  // namespace

TEST_F(ExportLedger, SaysOfEveryKindOfExportHowManyFilesAndBytesLeft) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  const auto call = tone();
  Receiver receiver(folder_ / "out");
  expect_done(export_native(context(), span(0, 4), receiver));
  expect_done(export_redacted(context(), span(0, 2), plan(redaction::Mode::subject, {40, 40, 80, 80}), receiver));
  expect_done(export_call(context(), call, receiver));
  expect_done(export_redacted_call(context(), call, silent_second(call), receiver));
}

TEST_F(ExportLedger, SaysOfEveryKindOfExportWhyItFailed) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  const auto call = tone();
  Receiver receiver(folder_ / "out");
  receiver.on_write = [] { throw Error(ErrorKind::unavailable, "the receiver has gone"); };
  EXPECT_THROW(export_native(context(), span(0, 4), receiver), Error);
  expect_failed("the receiver has gone", 0);
  EXPECT_THROW(export_call(context(), call, receiver), Error);
  expect_failed("the receiver has gone", 0);
  EXPECT_THROW(export_redacted_call(context(), call, silent_second(call), receiver), Error);
  expect_failed("the receiver has gone", 0);
  auto with = context();
  with.worker = "/bin/false";
  EXPECT_THROW(export_redacted(with, span(0, 2), plan(redaction::Mode::subject, {40, 40, 80, 80}), receiver), Error);
  expect_failed("The picture decoder stopped", 0);
}

TEST_F(ExportLedger, CountsTheFilesThatLeftBeforeAnExportFailed) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2, 1);
  record(make_clip("in2.mp4", kPicture, kH264), at(20), 2, 2);
  Receiver receiver(folder_ / "out");
  receiver.on_write = [&] {
    if (receiver.files.size() == 2) cancelled_ = true;
  };
  EXPECT_THROW(export_native(context(), span(0, 24), receiver), Error);
  expect_failed("cancelled", 1);
  EXPECT_GT(end_of_export().second.at("bytes").to_number<std::uint64_t>(), 0u);
}
