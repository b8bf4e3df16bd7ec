#include "media/sample_table.h"

#include <algorithm>

#include "media/sample_entry.h"

namespace tenure::media {
namespace {

// Writes (count, value) pairs of equal neighbours behind a count of pairs that is patched in.
class RunLengths {
 public:
  explicit RunLengths(ByteWriter& out) : out_(out), count_at_(out.size()) { out.u32(0); }
  void add(std::uint32_t value, std::uint32_t times = 1) {
    if (times_ > 0 && value != value_) flush();
    value_ = value;
    times_ += times;
  }
  void finish() {
    if (times_ > 0) flush();
    out_.patch_u32(count_at_, pairs_);
  }

 private:
  void flush() {
    out_.u32(times_);
    out_.u32(value_);
    times_ = 0;
    ++pairs_;
  }
  ByteWriter& out_;
  std::size_t count_at_;
  std::uint32_t pairs_ = 0, times_ = 0, value_ = 0;
};

void write_times(ByteWriter& out, const PlacedTrack& track) {
  {
    const OpenBox stts(out, "stts", 0, 0);
    RunLengths runs(out);
    if (track.bytewise) runs.add(1, static_cast<std::uint32_t>(track.length()));
    else for (const auto& sample : track.samples) runs.add(sample.duration);
    runs.finish();
  }
  if (std::ranges::all_of(track.samples, [](const PlacedSample& sample) { return sample.shift == 0; })) return;
  const OpenBox ctts(out, "ctts", 1, 0);
  RunLengths runs(out);
  for (const auto& sample : track.samples) runs.add(static_cast<std::uint32_t>(sample.shift));
  runs.finish();
}

void write_keys(ByteWriter& out, const PlacedTrack& track) {
  if (!is_video(track.track.codec) || std::ranges::all_of(track.samples, &PlacedSample::key)) return;
  const OpenBox stss(out, "stss", 0, 0);
  const std::size_t count_at = out.size();
  std::uint32_t keys = 0;
  out.u32(0);
  for (std::size_t i = 0; i < track.samples.size(); ++i) {
    if (!track.samples[i].key) continue;
    out.u32(static_cast<std::uint32_t>(i + 1));
    ++keys;
  }
  out.patch_u32(count_at, keys);
}

std::uint32_t samples_in(const PlacedTrack& track, const Chunk& chunk) {
  if (!track.bytewise) return static_cast<std::uint32_t>(chunk.count);
  std::uint64_t bytes = 0;
  for (std::size_t i = chunk.first; i < chunk.first + chunk.count; ++i) bytes += track.samples[i].size;
  return static_cast<std::uint32_t>(bytes / track.track.channels);
}

void write_chunk_map(ByteWriter& out, const PlacedTrack& track) {
  const OpenBox stsc(out, "stsc", 0, 0);
  const std::size_t count_at = out.size();
  std::uint32_t entries = 0, previous = 0;
  out.u32(0);
  for (std::size_t i = 0; i < track.chunks.size(); ++i) {
    const std::uint32_t samples = samples_in(track, track.chunks[i]);
    if (samples == previous) continue;
    out.u32(static_cast<std::uint32_t>(i + 1));
    out.u32(samples);
    out.u32(1);
    previous = samples;
    ++entries;
  }
  out.patch_u32(count_at, entries);
}

void write_sizes(ByteWriter& out, const PlacedTrack& track) {
  const OpenBox stsz(out, "stsz", 0, 0);
  if (track.bytewise) {
    out.u32(track.track.channels);
    out.u32(static_cast<std::uint32_t>(track.length()));
    return;
  }
  out.u32(0);
  out.u32(static_cast<std::uint32_t>(track.samples.size()));
  for (const auto& sample : track.samples) out.u32(sample.size);
}

void write_places(ByteWriter& out, const PlacedTrack& track, bool wide) {
  const auto count = static_cast<std::uint32_t>(track.chunks.size());
  if (wide) {
    const OpenBox co64(out, "co64", 0, 0);
    out.u32(count);
    for (const Chunk& chunk : track.chunks) out.u64(chunk.at);
  } else {
    const OpenBox stco(out, "stco", 0, 0);
    out.u32(count);
    for (const Chunk& chunk : track.chunks) out.u32(static_cast<std::uint32_t>(chunk.at));
  }
}

}  // namespace

std::uint64_t PlacedTrack::length() const {
  if (samples.empty()) return 0;
  return static_cast<std::uint64_t>(samples.back().decode - samples.front().decode) + samples.back().duration;
}

void cut_chunks(PlacedTrack& track) {
  track.chunks.clear();
  std::int64_t began = 0;
  for (std::size_t i = 0; i < track.samples.size(); ++i) {
    const std::int64_t decode = track.samples[i].decode;
    if (i == 0 || decode - began >= std::int64_t{track.track.timescale}) {
      track.chunks.push_back({i, 0, 0});
      began = decode;
    }
    ++track.chunks.back().count;
  }
}

void write_sample_table(ByteWriter& out, const PlacedTrack& track, bool wide) {
  const OpenBox stbl(out, "stbl");
  {
    const OpenBox stsd(out, "stsd", 0, 0);
    out.u32(1);
    write_sample_entry(out, track.track, EntryStyle::ordinary);
  }
  write_times(out, track);
  write_keys(out, track);
  write_chunk_map(out, track);
  write_sizes(out, track);
  write_places(out, track, wide);
}

}  // namespace tenure::media
