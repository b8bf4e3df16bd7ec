// A camera without a network: pictures with real H.264 parameter sets at times of the test's choosing, and a sink that
// keeps what the segmenter does.
#pragma once
#include <algorithm>

#include "ingest/segmenter.h"
#include "media/movie.h"

namespace tenure::ingest::testing {

inline const Instant kNoon = *parse_rfc3339("2026-03-02T12:00:00Z");
inline Blob small_sps() { return *from_hex("6764001eacb405017fcb80880000030008000003019078b175"); }  // 640x360
inline Blob large_sps() { return *from_hex("6764001facb402802dd80880000003008000001900" "78c195"); }  // 1280x720
inline Blob pps() { return *from_hex("68ef0fcb"); }

struct KeptSegment {
  Instant start;
  std::uint32_t run = 0;
  std::vector<storage::Fragment> fragments;
  std::optional<Interval> closed;
  Blob bytes() const {
    Blob all;
    for (const auto& fragment : fragments) all.insert(all.end(), fragment.bytes.begin(), fragment.bytes.end());
    return all;
  }
};

struct KeepingSink : SegmentSink {
  std::vector<KeptSegment> segments;
  std::vector<std::pair<Interval, std::string>> gaps;
  std::vector<std::string> notices;
  int refuse = 0;  // this many fragments

  void open_segment(Instant start, std::uint32_t run) override { segments.push_back({start, run, {}, {}}); }
  bool append_fragment(storage::Fragment fragment) override {
    if (refuse > 0) return --refuse, false;
    segments.back().fragments.push_back(std::move(fragment));
    return true;
  }
  void close_segment(Interval span) override { segments.back().closed = span; }
  void missing(Interval span, const std::string& cause) override { gaps.emplace_back(span, cause); }
  void notice(const std::string& text) override { notices.push_back(text); }
  bool noticed(const std::string& part) const {
    return std::any_of(notices.begin(), notices.end(), [&](const auto& text) { return text.find(part) != std::string::npos; });
  }
};

// Sends pictures at 25 a second with a key frame every `gop`; a test changes its fields between calls.
struct FakeCamera {
  Segmenter& segmenter;
  std::int64_t rtp = 5'000;
  Instant now = kNoon;
  int gop = 50;
  std::size_t size = 2'000;
  Blob sps = small_sps();
  int sent = 0;

  void play(bool sets_in_sdp = true) {
    rtsp::StreamInfo info;
    if (sets_in_sdp) info.parameter_sets = {.vps = {}, .sps = {sps}, .pps = {pps()}};
    segmenter.play({info});
  }
  AccessUnit unit(bool key) const {
    AccessUnit made;
    made.rtp_time = rtp;
    made.key = key;
    made.arrived = now;
    if (key) made.nals = {sps, pps()};
    Blob slice(size, static_cast<std::uint8_t>(sent));
    slice[0] = key ? 0x65 : 0x41;
    made.nals.push_back(std::move(slice));
    return made;
  }
  void pass(Duration time) {
    rtp += time.count() * 9 / 100;
    now += time;
  }
  void send() {
    segmenter.add(unit(gop > 0 && sent % gop == 0));
    ++sent;
    pass(Millis(40));
  }
  void send_seconds(int seconds) {
    for (int i = 0; i < seconds * 25; ++i) send();
  }
};

inline std::vector<media::MovieSample> samples_of(const KeptSegment& segment, std::size_t track = 0) {
  const Blob bytes = segment.bytes();
  return media::read_movie(media::source_of(bytes)).tracks.at(track).samples;
}

}  // namespace tenure::ingest::testing
