#include "practice.h"

#include "base/bytes.h"
#include "media/movie.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;
using redaction::Mode;

namespace {
constexpr int kWidth = 320, kHeight = 240;
constexpr std::array<int, 4> kBox{80, 60, 120, 100};
const char* const kPicture = "-f lavfi -i testsrc2=size=320x240:rate=25:duration=8";
const char* const kH264 = "-c:v libx264 -preset veryfast -g 50 -keyint_min 50 -sc_threshold 0 -bf 2";

// Decoded luma and chroma, frame after frame.
Blob decoded(const std::string& file, const std::string& options = "", const std::string& format = "yuv420p") {
  const auto raw = output_of("ffmpeg -v error " + options + " -i " + file + " -map 0:v -pix_fmt " + format + " -fps_mode passthrough -f rawvideo -");
  return Blob(raw.begin(), raw.end());
}

struct Measured {
  double worst_outside = 0;   // mean distance from the fill, of the worst picture
  int most_outside = 0;       // of the worst pixel
  double psnr_inside = 0;
  std::size_t frames = 0;
};

Measured measure(const Blob& redacted, const Blob& original, std::size_t first, int black = 16) {
  constexpr std::size_t kPixels = std::size_t{kWidth} * kHeight, kFrame = kPixels * 3 / 2;
  Measured out;
  out.frames = redacted.size() / kFrame;
  double squares = 0, inside = 0;
  for (std::size_t frame = 0; frame < out.frames; ++frame) {
    double sum = 0, count = 0;
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        const auto index = static_cast<std::size_t>(y * kWidth + x);
        const int value = redacted[frame * kFrame + index];
        if (x >= kBox[0] && x < kBox[0] + kBox[2] && y >= kBox[1] && y < kBox[1] + kBox[3]) {
          const double off = value - original[(frame + first) * kFrame + index];
          squares += off * off;
          ++inside;
        } else {
          out.most_outside = std::max(out.most_outside, std::abs(value - black));
          sum += std::abs(value - black);
          ++count;
        }
      }
    }
    out.worst_outside = std::max(out.worst_outside, sum / count);
  }
  out.psnr_inside = 10 * std::log10(255.0 * 255.0 / std::max(squares / inside, 1e-9));
  return out;
}

// A film without its pictures, in whose bytes any four letters may stand.
std::string without_pictures(const std::string& file) {
  const auto bytes = read_whole(file, 1 << 26);
  std::string out;
  for (ByteReader reader{View(bytes)}; reader.left() > 0 && !reader.failed();) {
    const auto start = reader.position();
    std::uint64_t size = reader.u32();
    const std::string kind(as_text(reader.take(4)));
    if (size == 1) size = reader.u64();
    const auto head = reader.position() - start;
    EXPECT_GE(size, head) << kind;
    const auto inside = reader.take(size < head ? reader.left() : static_cast<std::size_t>(size) - head);
    EXPECT_FALSE(reader.failed()) << kind << " is longer than the file";
    if (kind != "mdat") out.append(kind).append(as_text(inside));
  }
  return out;
}
}  // namespace

TEST_F(Exports, RedactedCopyShowsOnlyTheSubjectInEveryPictureOfTheSpan) {
  const auto clip = make_clip("in.mp4", kPicture, kH264);
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(1.4, 5.4), plan(Mode::subject, kBox), receiver);
  EXPECT_EQ(receiver.files, (std::vector<std::string>{"redacted.mp4", "ledger-checkpoint.txt", "manifest-sha256.txt"}));
  const auto it = measure(decoded(receiver.path("redacted.mp4")), decoded(clip), 35);
  EXPECT_EQ(it.frames, 100u);
  EXPECT_LT(it.worst_outside, 0.5);
  EXPECT_LT(it.most_outside, 24);
  EXPECT_GT(it.psnr_inside, 30);
  output_of("cd " + receiver.folder.string() + " && sha256sum -c --strict manifest-sha256.txt");
}

TEST_F(Exports, RedactedCopyHidesCoveredRegionsAndShowsTheRest) {
  const auto clip = make_clip("in.mp4", kPicture, kH264);
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(0, 1), plan(Mode::cover, kBox), receiver);
  const auto redacted = decoded(receiver.path("redacted.mp4")), original = decoded(clip);
  double inside = 0, outside = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const auto index = static_cast<std::size_t>(y * kWidth + x);
      const bool in = x >= kBox[0] && x < kBox[0] + kBox[2] && y >= kBox[1] && y < kBox[1] + kBox[3];
      if (in) inside = std::max(inside, static_cast<double>(std::abs(redacted[index] - 16)));
      else outside += std::abs(redacted[index] - original[index]);
    }
  }
  EXPECT_LT(inside, 24);
  EXPECT_LT(outside / (kWidth * kHeight), 4);
}

TEST_F(Exports, RedactedCopyHasNoFrameBeforeTheSpanAndBeginsAtZero) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(1.4, 3.0), plan(Mode::subject, kBox), receiver);
  const auto file = receiver.path("redacted.mp4");
  EXPECT_EQ(output_of("ffprobe -v error -count_packets -count_frames -show_entries stream=nb_read_packets,nb_read_frames,start_pts -of csv=p=0 " + file), "0,40,40\n");
  EXPECT_EQ(output_of("ffprobe -v error -ignore_editlist 1 -count_frames -show_entries stream=nb_read_frames,start_pts -of csv=p=0 " + file), "0,40\n");
}

TEST_F(Exports, RedactedCopyCarriesNothingOfTheSourceButPictures) {
  output_of("printf '1\\n00:00:00,000 --> 00:00:02,000\\nJANE DOE SPOKE\\n' > " + path("c.srt"));
  const auto clip = make_clip("in.mp4", std::string(kPicture) + " -f lavfi -i sine=duration=8", std::string(kH264) +
                              " -x264-params sei=1 -bsf:v h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+JANE_DOE_SEI"
                              " -c:a aac -metadata title=JANE_DOE_TITLE -metadata comment=JANE_DOE_COMMENT -metadata location=+51.5-000.1/ -metadata:s:v rotate=90");
  EXPECT_NE(output_of("strings " + clip).find("JANE_DOE_SEI"), std::string::npos) << "the source must hold what must not leak";
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(0, 4), plan(Mode::subject, kBox), receiver);
  const auto file = receiver.path("redacted.mp4");
  const auto text = output_of("strings " + file);
  for (const char* word : {"JANE_DOE", "JANE DOE", "x264 - core", "+51.5-000"}) EXPECT_EQ(text.find(word), std::string::npos) << word;
  const auto rest = without_pictures(file);
  EXPECT_NE(rest.find("moov"), std::string::npos);
  for (const char* word : {"JANE", "x264", "Lavf", "Lavc", "51.5", "udta", "elst", "soun"}) EXPECT_EQ(rest.find(word), std::string::npos) << word;
  EXPECT_EQ(output_of("ffprobe -v error -show_entries stream=codec_type -of csv=p=0 " + file), "video\n");
  EXPECT_EQ(output_of("ffprobe -v error -show_frames -show_entries frame=side_data_list -of csv=p=0 " + file + " | grep -c -i -E 'caption|unregistered|matrix' || true"), "0\n");
  const auto tags = output_of("ffprobe -v error -show_entries format_tags:stream_tags -of csv " + file);
  for (const char* word : {"title", "comment", "location", "rotate", "encoder", "JANE"}) EXPECT_EQ(tags.find(word), std::string::npos) << tags;
}

TEST_F(Exports, RedactedCopyOfEveryKindOfPictureHoldsItsPromise) {
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"h265", "-c:v libx265 -x265-params log-level=none:keyint=50 -tag:v hvc1"},
      {"ten", "-pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=none:keyint=50 -tag:v hvc1"},
      {"full", "-pix_fmt yuvj420p -c:v libx264 -preset veryfast -g 50"},
      {"wide", "-pix_fmt yuv422p -c:v libx264 -preset veryfast -g 50"},
      {"full-wide", "-pix_fmt yuvj422p -c:v libx264 -preset veryfast -g 50"},
      {"grey", "-pix_fmt gray -c:v libx264 -preset veryfast -g 50"}};
  double start = 0;
  for (const auto& [name, options] : kinds) {
    const auto clip = make_clip(name + ".mp4", kPicture, options);
    record(clip, at(start), 2, static_cast<std::uint32_t>(start) + 1);
    Receiver receiver(folder_ / name);
    export_redacted(context(), span(start + 1, start + 3), plan(Mode::subject, kBox), receiver);
    const auto it = measure(decoded(receiver.path("redacted.mp4")), decoded(clip), 25);
    EXPECT_EQ(it.frames, 50u) << name;
    EXPECT_LT(it.worst_outside, 0.5) << name;
    EXPECT_GT(it.psnr_inside, 28) << name;
    start += 20;
  }
}

TEST_F(Exports, RedactedCopyOfAFullRangePictureIsBlackInThatRangeAndSaysSo) {
  const auto clip = make_clip("full.mp4", kPicture, std::string("-pix_fmt yuvj420p -color_range pc ") + kH264);
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(0, 2), plan(Mode::subject, kBox), receiver);
  const auto file = receiver.path("redacted.mp4");
  for (const auto& one : {clip, file})
    EXPECT_EQ(output_of("ffprobe -v error -show_entries stream=pix_fmt,color_range -of csv=p=0 " + one), "yuvj420p,pc\n") << one;
  const auto raw = [](const std::string& of) { return decoded(of, "", "yuvj420p"); };
  const auto it = measure(raw(file), raw(clip), 0, /*black=*/0);
  EXPECT_EQ(it.frames, 50u);
  EXPECT_LT(it.worst_outside, 0.5);
  EXPECT_GT(it.psnr_inside, 30);
}

TEST_F(Exports, RedactedCopyOfOddSizeIsPaddedWithFill) {
  const auto clip = make_clip("odd.mp4", "-f lavfi -i testsrc2=size=322x242:rate=25:duration=2", "-vf crop=321:241:exact=1 -pix_fmt yuv444p -c:v libx264 -preset veryfast");
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(0, 1), plan(Mode::cover, kBox), receiver);
  EXPECT_EQ(output_of("ffprobe -v error -count_frames -show_entries stream=width,height,nb_read_frames -of csv=p=0 " + receiver.path("redacted.mp4")), "322,242,25\n");
}

TEST_F(Exports, RedactedCopyOfTwoRunsIsTwoFiles) {
  record(make_clip("a.mp4", kPicture, kH264), kStart, 2, 1);
  record(make_clip("b.mp4", "-f lavfi -i testsrc2=size=640x480:rate=25:duration=8", kH264), at(10), 2, 2);
  Receiver receiver(folder_ / "out");
  export_redacted(context(), span(6, 12), plan(Mode::subject, kBox), receiver);
  EXPECT_EQ(receiver.files, (std::vector<std::string>{"redacted_1.mp4", "redacted_2.mp4", "ledger-checkpoint.txt", "manifest-sha256.txt"}));
}

using I13 = Exports;
TEST_F(I13, APlanThatDoesNotFitReachesNeitherLedgerNorReceiver) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  Receiver receiver(folder_ / "out");
  const auto redacted = [&](const redaction::Plan& one) { return refusal([&] { export_redacted(context(), span(0, 4), one, receiver); }); };
  auto other = plan(Mode::subject, kBox);
  other.source = "back-door";
  other.fill = redaction::Fill::plate;
  const auto both = redacted(other);
  EXPECT_NE(both.find("\n- source: is back-door"), std::string::npos) << both;
  EXPECT_NE(both.find("\n- fill: \"plate\" is not available"), std::string::npos) << both;
  auto all = redaction::PlanResult(plan(Mode::subject, {300, 0, 100, 100}));
  all.plan.source = "back-door";
  all.problems.push_back({"who", "is not a field of a plan"});
  EXPECT_EQ(refusal([&] { export_redacted(context(), span(0, 4), all, receiver); }),
            "plan: cannot be used:\n- who: is not a field of a plan\n- source: is back-door, but front-door is to be exported\n"
            "- track 1, moment 1, box: [300, 0, 100, 100] reaches outside the picture of 320 × 240\n"
            "- track 1, moment 2, box: [300, 0, 100, 100] reaches outside the picture of 320 × 240");
  const auto nowhere = refusal([&] { export_redacted(context(), span(400, 404), all, receiver); });
  EXPECT_NE(nowhere.find("- who: "), std::string::npos) << nowhere;
  EXPECT_NE(nowhere.find("\nBesides: "), std::string::npos) << nowhere;
  EXPECT_NE(redacted(plan(Mode::subject, {300, 0, 100, 100})).find("reaches outside the picture of 320 × 240"), std::string::npos);
  auto disordered = plan(Mode::subject, kBox);
  std::swap(disordered.tracks[0].keyframes[0], disordered.tracks[0].keyframes[1]);
  EXPECT_NE(redacted(disordered).find("not later than the moment before"), std::string::npos);
  EXPECT_TRUE(receiver.files.empty());
  EXPECT_EQ(ledger_entries(), 0u);
}

TEST_F(Exports, ACancelledExportEndsWithItsWorker) {
  record(make_clip("in.mp4", kPicture, kH264), kStart, 2);
  Receiver receiver(folder_ / "out");
  receiver.on_write = [&] { cancelled_ = true; };
  EXPECT_NE(refusal([&] { export_native(context(), span(0, 8), receiver); }).find("cancelled"), std::string::npos);
  EXPECT_NE(refusal([&] { export_redacted(context(), span(0, 4), plan(Mode::subject, kBox), receiver); }).find("cancelled"), std::string::npos);
}

TEST_F(Exports, ACoverPlanThatWouldHideNothingIsRefusedAndLeavesNoTrace) {
  const auto clip = make_clip("in.mp4", kPicture, kH264);
  record(clip, kStart, 2);
  Receiver receiver(folder_ / "out");
  auto mistyped = plan(Mode::cover, kBox);
  for (auto& track : mistyped.tracks)
    for (auto& keyframe : track.keyframes) keyframe.time -= std::chrono::hours(1);
  EXPECT_NE(refusal([&] { export_redacted(context(), span(0, 1), mistyped, receiver); }).find("would hide nothing"), std::string::npos);
  EXPECT_TRUE(receiver.files.empty());
  EXPECT_EQ(ledger_entries(), 0u);
}
