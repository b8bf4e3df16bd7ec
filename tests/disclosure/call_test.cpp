#include "practice.h"

using namespace tenure;
using namespace tenure::disclosure;
using namespace tenure::disclosure::testing;

namespace {
std::vector<std::int16_t> samples_of(const std::string& file) {
  const auto raw = output_of("ffmpeg -v error -i " + file + " -f s16le -");
  std::vector<std::int16_t> out(raw.size() / 2);
  std::memcpy(out.data(), raw.data(), out.size() * 2);
  return out;
}

redaction::Plan mute_plan(const SegmentId& call, redaction::Side side) {
  redaction::Plan plan;
  plan.call = call.text();
  plan.mute.push_back({1000, 2000, side});
  return plan;
}

// Counts per channel: not zero inside [from, to), and different outside it with its padding.
struct Compared {
  std::size_t loud_inside = 0, changed_outside = 0;
};
Compared compare(const std::vector<std::int16_t>& redacted, const std::vector<std::int16_t>& original, std::size_t rate, std::size_t channels, std::size_t channel) {
  Compared out;
  for (std::size_t i = 0; i < original.size() / channels; ++i) {
    const auto at = i * channels + channel;
    if (i >= rate && i < 2 * rate) out.loud_inside += redacted[at] != 0 ? 1 : 0;
    if (i * 100 < rate * 85 - 100 || i * 100 > rate * 215 + 100) out.changed_outside += redacted[at] != original[at] ? 1 : 0;
  }
  return out;
}
}  // namespace

TEST_F(Exports, CallLeavesAsItArrivedUnderANameWithoutItsNumber) {
  output_of("ffmpeg -v error -y -f lavfi -i sine=duration=4:sample_rate=8000 -c:a pcm_s16le " + path("a.wav"));
  const auto call = import_call(path("a.wav"), "wav");
  Receiver receiver(folder_ / "out");
  export_call(context(), call, receiver);
  EXPECT_EQ(receiver.files.at(0), "call_20260302T140500Z_" + call.text().substr(24) + ".wav");
  output_of("cmp " + path("a.wav") + " " + receiver.path(receiver.files[0]));
  output_of("cd " + receiver.folder.string() + " && sha256sum -c --strict manifest-sha256.txt");
  EXPECT_EQ(ledger_entries(), 1u);
}

TEST_F(Exports, MutedIntervalIsZeroOnTheChosenSideAndTheRestIsIdentical) {
  output_of("ffmpeg -v error -y -f lavfi -i 'aevalsrc=0.5*sin(2000*t)|0.5*sin(3000*t):s=8000:d=4' -c:a pcm_alaw -metadata title=07700900123 " + path("a.wav"));
  const auto call = import_call(path("a.wav"), "wav");
  const auto original = samples_of(path("a.wav"));
  for (const auto side : {redaction::Side::all, redaction::Side::left, redaction::Side::right}) {
    Receiver receiver(folder_ / "out");
    export_redacted_call(context(), call, mute_plan(call, side), receiver);
    const auto redacted = samples_of(receiver.path("redacted.wav"));
    ASSERT_EQ(redacted.size(), original.size());
    for (std::size_t channel = 0; channel < 2; ++channel) {
      const bool muted = side == redaction::Side::all || (side == redaction::Side::left) == (channel == 0);
      const auto it = compare(redacted, original, 8000, 2, channel);
      EXPECT_EQ(it.changed_outside, 0u);
      EXPECT_EQ(it.loud_inside == 0, muted) << channel;
    }
    const auto bytes = read_whole(receiver.path("redacted.wav"), 1 << 24);
    EXPECT_EQ(bytes.size(), 44 + original.size() * 2);
    EXPECT_EQ(std::string(as_text(bytes)).find("07700900123"), std::string::npos);
  }
}

TEST_F(Exports, RedactedMp3IsMutedAndHasLostItsTags) {
  output_of("ffmpeg -v error -y -f lavfi -i sine=duration=4:sample_rate=44100 -c:a libmp3lame -metadata title=07700900123 -metadata comment=07700900123 " + path("a.mp3"));
  const auto call = import_call(path("a.mp3"), "mp3");
  Receiver receiver(folder_ / "out");
  export_redacted_call(context(), call, mute_plan(call, redaction::Side::all), receiver);
  const auto redacted = samples_of(receiver.path("redacted.wav")), original = samples_of(path("a.mp3"));
  ASSERT_EQ(redacted.size(), original.size());
  const auto it = compare(redacted, original, 44'100, 1, 0);
  EXPECT_EQ(it.changed_outside, 0u);
  EXPECT_EQ(it.loud_inside, 0u);
  EXPECT_EQ(output_of("strings " + receiver.path("redacted.wav")).find("07700900123"), std::string::npos);
}

TEST_F(Exports, WhatTheTelephoneSystemMaskedIsMutedWithoutBeingAsked) {
  output_of("ffmpeg -v error -y -f lavfi -i sine=duration=4:sample_rate=8000 -c:a pcm_s16le " + path("a.wav"));
  const auto call = import_call(path("a.wav"), "wav", {{1000, 2000, "mask", "card"}, {3000, 3500, "pause", ""}});
  auto plan = mute_plan(call, redaction::Side::all);
  plan.mute.clear();
  Receiver receiver(folder_ / "out");
  export_redacted_call(context(), call, plan, receiver);
  const auto it = compare(samples_of(receiver.path("redacted.wav")), samples_of(path("a.wav")), 8000, 1, 0);
  EXPECT_EQ(it.loud_inside, 0u);
  EXPECT_EQ(it.changed_outside, 0u);
}

TEST_F(Exports, OneSideOfAMonoCallCannotBeMuted) {
  output_of("ffmpeg -v error -y -f lavfi -i sine=duration=4:sample_rate=8000 -c:a pcm_s16le " + path("a.wav"));
  const auto call = import_call(path("a.wav"), "wav");
  Receiver receiver(folder_ / "out");
  EXPECT_THROW(export_redacted_call(context(), call, mute_plan(call, redaction::Side::left), receiver), Error);
  EXPECT_THROW(export_redacted_call(context(), call, mute_plan(SegmentId::make(kStart), redaction::Side::all), receiver), Error);
  EXPECT_TRUE(receiver.files.empty());
  EXPECT_EQ(ledger_entries(), 0u);
}
